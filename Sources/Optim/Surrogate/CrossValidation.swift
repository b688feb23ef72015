import Foundation

/// Predictions of every row by a model that was fitted without it.
///
/// The folds are the same for the same rows and stream, whatever is fitted, so that models are compared on equal terms.
public struct CrossValidation: Sendable {
  /// Held-out predictions, row by row of the training set.
  public let prediction: Prediction
  public let folds: Int

  /// Fits `entry` to all folds but one, for each fold, on as many threads as there are processors; the result does not depend on
  /// their number.
  ///
  /// - Returns: nil where the observer asked to stop.
  /// - Throws: `TrainingError` for fewer than two folds or fewer rows than folds, and whatever a fit throws.
  public static func run(
    _ entry: SurrogateEntry, _ set: TrainingSet, options: SurrogateOptions = SurrogateOptions(),
    folds count: Int, stream: RandomStream, observer: (any TrainingObserver)? = nil
  ) throws -> CrossValidation? {
    guard count >= 2 else {
      throw TrainingError("cross-validation needs at least 2 folds, found \(count)")
    }
    guard set.count >= count else {
      throw TrainingError("\(count) folds need at least \(count) evaluated points, found \(set.count)")
    }
    let folds = Folds(rows: set.count, labels: set.labels, count: count, stream: stream)
    let watch = FoldObserver(observer, "cross-validating \(entry.name)", total: count)
    let isListed = Surrogates.named(entry.name)?.version == entry.version
    let fits = spread(
      count, observer: watch,
      part: { k in
        isListed
          ? FoldFit(
            entry: entry.name, set: set.subset(folds.rows(outside: k)), options: options,
            stream: stream.derived(UInt64(k)), heldOut: set.inputs.subset(folds.rows(in: k))) : nil
      }
    ) { k in
      Result<Prediction?, any Error> {
        if watch.shouldStop { return nil }
        let model = try entry.fit(
          set.subset(folds.rows(outside: k)), options, stream.derived(UInt64(k)), nil, watch)
        watch.finish()
        return watch.shouldStop ? nil : model.predict(set.inputs.subset(folds.rows(in: k)))
      }
    }
    let parts = try fits.map { try $0.get() }
    guard !parts.contains(where: { $0 == nil }) else { return nil }
    return CrossValidation(parts.map { $0! }, folds, set)
  }

  private init(_ parts: [Prediction], _ folds: Folds, _ set: TrainingSet) {
    func joined(_ width: Int, _ columns: (Prediction) -> [[Double]]) -> [[Double]] {
      var result = Array(repeating: Array(repeating: 0.0, count: set.count), count: width)
      for (k, part) in parts.enumerated() {
        let own = columns(part)
        for (place, row) in folds.rows(in: k).enumerated() {
          for column in 0..<width { result[column][row] = own[column][place] }
        }
      }
      return result
    }
    let knowsVariance = parts.allSatisfy { $0.variance != nil }
    prediction = Prediction(
      mean: joined(set.targets.count) { $0.mean },
      variance: knowsVariance ? joined(set.targets.count) { $0.variance! } : nil,
      logOdds: joined(set.labels.count) { $0.logOdds })
    self.folds = folds.count
  }
}

/// Reports finished fits as progress of the whole, one at a time, and passes on the wish to stop.
private final class FoldObserver: TrainingObserver, @unchecked Sendable {
  private let whole: (any TrainingObserver)?
  private let activity: String
  private let total: Int
  private let lock = NSLock()
  private var done = 0

  init(_ whole: (any TrainingObserver)?, _ activity: String, total: Int) {
    (self.whole, self.activity, self.total) = (whole, activity, total)
  }

  /// Progress within one of several fits at once says little: it only keeps the line alive.
  func report(_ progress: TrainingProgress) {
    lock.withLock { whole?.report(TrainingProgress(activity: activity, done: done, total: total)) }
  }

  func finish() {
    lock.withLock {
      done += 1
      whole?.report(TrainingProgress(activity: activity, done: done, total: total))
    }
  }

  var shouldStop: Bool { whole?.shouldStop ?? false }
}
