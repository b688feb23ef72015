import Foundation

extension GaussianSurrogate {
  public static let entry = SurrogateEntry(
    "gpr", "one exact Gaussian process per target, Matern 5/2 with a length scale per parameter", version: 1
  ) { set, _, stream, warm, observer in
    try fit(set, stream: stream, warm: warm, observer: observer)
  }

  /// Factors of all targets together may take this much memory.
  private static let largestMemory = 4 << 30

  /// - Throws: `TrainingError` where nothing is known, or where the matrices would not fit into memory.
  public static func fit(
    _ set: TrainingSet, stream: RandomStream, warm: GaussianSurrogate? = nil,
    observer: (any TrainingObserver)? = nil
  ) throws -> GaussianSurrogate {
    try checkSize(set, "gpr")
    let warm = warm.flatMap { $0.matches(set) ? $0.state : nil }
    let tasks = set.targets.count + set.labels.count
    nonisolated(unsafe) let observer = observer
    let progress = FitProgress(total: tasks, activity: "gpr", observer: observer)
    let targets = try parallelMap(set.targets.count) { k in
      defer { progress.advance() }
      return Result<TargetState, any Error> {
        try fitTarget(
          set, k, stream.derived(UInt64(k)), warm: warm?.targets[k].fit,
          shouldStop: { observer?.shouldStop ?? false })
      }
    }.map { try $0.get() }
    let labels = parallelMap(set.labels.count) { j in
      defer { progress.advance() }
      return Result<LabelState, any Error> {
        var known: GaussianClassifier.Hyperparameters?
        if case .classifier(_, let hyperparameters)? = warm?.labels[j] { known = hyperparameters }
        return try fitLabel(
          set, j, targets, stream.derived(UInt64(set.targets.count + j)), warm: known,
          shouldStop: { observer?.shouldStop ?? false })
      }
    }
    return try GaussianSurrogate(
      State(inputs: set.inputs, targets: targets, labels: labels.map { try $0.get() }))
  }

  static func checkSize(_ set: TrainingSet, _ name: String) throws {
    let known = (set.targets + set.labels).contains { $0.contains(where: \.isFinite) }
    guard set.count > 0, known else {
      throw TrainingError("\(name) has nothing to learn from: no point with a known answer")
    }
    let bytes = set.count * set.count * 8 * (set.targets.count + set.labels.count)
    guard bytes <= largestMemory else {
      throw TrainingError(
        """
        \(name) needs \(bytes >> 20) MB for \(set.count) points and \(set.targets.count + set.labels.count) \
        answers, more than the \(largestMemory >> 20) MB it may take; use another surrogate or fewer points
        """)
    }
  }

  private func matches(_ set: TrainingSet) -> Bool {
    state.inputs.columns == set.inputs.columns && state.targets.count == set.targets.count
      && state.labels.count == set.labels.count
  }

  static func fitTarget(
    _ set: TrainingSet, _ k: Int, _ stream: RandomStream, warm: TargetState.Fit?,
    shouldStop: @escaping () -> Bool
  ) throws -> TargetState {
    let rows = set.targets[k].indices.filter { set.targets[k][$0].isFinite }
    let values = rows.map { set.targets[k][$0] }
    let inputs = set.inputs.subset(rows)
    let scales = LengthScales(features: set.features, inputs: inputs)
    let candidates = TargetTransform.candidates(for: values)
    var state = TargetState(values: set.targets[k], fit: nil, logLikelihood: nil)
    guard !candidates.isEmpty, scales.count > 0 else {
      return state
    }
    let fit = HyperparameterFit(inputs: inputs, scales: scales, stream: stream, shouldStop: shouldStop)
    let transform =
      warm.map { TargetTransform($0.transform.shape, tails: $0.transform.hasTails, fitting: values) }
      ?? best(candidates, values, fit)
    let transformed = values.map { transform($0) }
    guard let (hyperparameters, likelihood) = fit.fit(transformed, warm: warm?.hyperparameters) else {
      throw TrainingError("no Gaussian process fits the \(rows.count) values of '\(set.targetNames[k])'")
    }
    state.fit = .init(transform: transform, hyperparameters: hyperparameters)
    state.logLikelihood = likelihood + transform.logJacobian(values)
    return state
  }

  /// The transformation whose leave-one-out predictions are best; the identity unless another one is clearly better.
  private static func best(
    _ candidates: [TargetTransform], _ values: [Double], _ fit: HyperparameterFit
  ) -> TargetTransform {
    guard candidates.count > 1 else { return candidates[0] }
    let measure = TargetTransform(.identity, tails: true, fitting: values)
    let errors = candidates.map { fit.leaveOneOutError($0, values, measure: measure) ?? .infinity }
    let least = errors.indices.min { errors[$0] < errors[$1] }!
    return errors[least] < 0.98 * errors[0] ? candidates[least] : candidates[0]
  }

  private static func fitLabel(
    _ set: TrainingSet, _ j: Int, _ targets: [TargetState], _ stream: RandomStream,
    warm: GaussianClassifier.Hyperparameters?, shouldStop: @escaping () -> Bool
  ) throws -> LabelState {
    let rows = set.labels[j].indices.filter { set.labels[j][$0].isFinite }
    let labels = rows.map { set.labels[j][$0] }
    let ones = labels.reduce(0, +)
    if let k = set.marginTargets[j], targets[k].fit != nil { return .margin(target: k) }
    // Laplace's rule of succession.
    let constant = LabelState.constant(logOdds: log((ones + 1) / (Double(labels.count) - ones + 1)))
    guard ones > 0, ones < Double(labels.count) else { return constant }
    let inputs = set.inputs.subset(rows)
    let scales = LengthScales(features: set.features, inputs: inputs)
    guard scales.count > 0 else { return constant }
    let hyperparameters = try GaussianClassifier.fit(
      inputs: inputs, labels: labels, scales: scales, stream: stream, warm: warm, shouldStop: shouldStop)
    return .classifier(labels: set.labels[j], hyperparameters)
  }
}

/// Counts what is done on several threads and tells the observer.
private final class FitProgress: @unchecked Sendable {
  private let lock = NSLock()
  private var done = 0
  private let total: Int
  private let activity: String
  private let observer: (any TrainingObserver)?

  init(total: Int, activity: String, observer: (any TrainingObserver)?) {
    (self.total, self.activity, self.observer) = (total, activity, observer)
  }

  func advance() {
    lock.withLock {
      done += 1
      observer?.report(TrainingProgress(activity: activity, done: done, total: total))
    }
  }
}
