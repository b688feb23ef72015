import Foundation

/// A condition for the end of a search, or of sampling; `any` and `all` put conditions together.
///
/// An epoch is a round of training, searching and evaluating; without a surrogate it is a generation. Lengths of windows are in epochs.
public indirect enum StoppingCriterion: Codable, Hashable, Sendable {
  case any([StoppingCriterion])
  case all([StoppingCriterion])
  /// Points that the search has asked for, its initial sample included.
  case evaluations(Int)
  case epochs(Int)
  /// Wall-clock seconds.
  case time(Double)
  /// Hypervolume of the feasible front.
  case hypervolume(Double)
  /// A feasible point with at most these costs in all objectives at once.
  case target([Double])
  /// The hypervolume has grown by less than a share of itself over a window.
  case progress(share: Double, window: Int)
  /// In every objective the best and the worst value of the feasible front have stayed, over a window, within a share of the range between
  /// them. Source of the quantities: ideal and nadir movement, Blank and Deb, "A running performance metric and termination criterion
  /// for evaluating evolutionary multi- and many-objective optimization algorithms", CEC 2020.
  case convergence(share: Double, window: Int)
  /// On none of several scales does the hypervolume grow by a share of itself an epoch: neither lately nor slowly over long.
  case stagnation(share: Double, windows: [Int])
  /// So many feasible points: of all that are known to a search, of a sample's own.
  case feasible(Int)
  /// Cross-validated error of a surrogate, at most; of sampling.
  case error(Double)
  /// That error has changed by less than a share of itself in each of the last two batches; of sampling.
  case steady(Double)

  public static let window = 10
  public static let scales = [5, 10, 20]

  /// Where a search stands after an epoch.
  struct State {
    var evaluations = 0
    var epochs = 0
    var seconds = 0.0
    /// Hypervolume after every epoch against one reference point, epoch 0 first; 0 without a feasible point.
    var hypervolumes: [Double] = []
    /// Costs of the feasible front, `front[k][row]`.
    var front: [[Double]] = []
    /// Smallest and largest cost of each objective on the front after every epoch; empty without a feasible point.
    var extents: [[ClosedRange<Double>]] = []
    /// Feasible points.
    var feasible = 0
    /// Cross-validated errors after every batch of a sample; nil where there was nothing to compare.
    var errors: [Double?] = []
  }

  /// Why to stop, in words for people; nil to go on.
  func reason(_ state: State) -> String? {
    switch self {
    case .any(let parts):
      return parts.lazy.compactMap { $0.reason(state) }.first
    case .all(let parts):
      let reasons = parts.map { $0.reason(state) }
      return reasons.contains(nil) || reasons.isEmpty
        ? nil : reasons.compactMap { $0 }.joined(separator: " and ")
    case .evaluations(let limit):
      guard state.evaluations >= limit else { return nil }
      return limit == 1 ? "1 evaluation is done" : "\(limit) evaluations are done"
    case .epochs(let limit):
      guard state.epochs >= limit else { return nil }
      return limit == 1 ? "1 epoch is done" : "\(limit) epochs are done"
    case .time(let limit):
      return state.seconds >= limit ? "the time of \(Self.text(seconds: limit)) is up" : nil
    case .hypervolume(let wanted):
      guard let now = state.hypervolumes.last, now >= wanted else { return nil }
      return "the hypervolume \(Self.text(wanted)) is reached"
    case .target(let target):
      return Self.isReached(target, by: state.front) ? "the target is reached" : nil
    case .progress(let share, let window):
      guard let growth = Self.growth(state.hypervolumes, window), growth < share else { return nil }
      return "the hypervolume grew by less than \(Self.percent(share)) over \(Self.epochs(window))"
    case .convergence(let share, let window):
      guard Self.hasConverged(state.extents, share, window) else { return nil }
      return "the ends of the front moved by less than \(Self.percent(share)) in every objective "
        + "over \(Self.epochs(window))"
    case .stagnation(let share, let windows):
      let isSlow = windows.allSatisfy { window in
        Self.growth(state.hypervolumes, window).map { $0 < share * Double(window) } ?? false
      }
      guard isSlow else { return nil }
      let scales = windows.map(String.init).joined(separator: ", ")
      return
        "the hypervolume grew by less than \(Self.percent(share)) an epoch on the scales of \(scales) epochs"
    case .feasible(let count):
      guard state.feasible >= count else { return nil }
      return state.feasible == 1 ? "1 point is feasible" : "\(state.feasible) points are feasible"
    case .error(let limit):
      guard let now = state.errors.last ?? nil, now <= limit else { return nil }
      return "the cross-validated error is \(Self.percent(now))"
    case .steady(let share):
      let last = state.errors.suffix(3).compactMap { $0 }
      guard last.count == 3, zip(last, last.dropFirst()).allSatisfy({ abs($1 - $0) <= share * $0 })
      else { return nil }
      return "the cross-validated error of \(Self.percent(last[2])) changed by less than "
        + "\(Self.percent(share)) in two batches in a row"
    }
  }

  // MARK: Conditions

  private static func isReached(_ target: [Double], by front: [[Double]]) -> Bool {
    guard let first = front.first else { return false }
    return first.indices.contains { row in target.indices.allSatisfy { front[$0][row] <= target[$0] } }
  }

  /// Growth over the last `window` epochs as a share of the present hypervolume; nil before so many, and without a feasible point.
  private static func growth(_ hypervolumes: [Double], _ window: Int) -> Double? {
    guard hypervolumes.count > window, let now = hypervolumes.last, now > 0 else { return nil }
    return (now - hypervolumes[hypervolumes.count - 1 - window]) / now
  }

  private static func hasConverged(
    _ extents: [[ClosedRange<Double>]], _ share: Double, _ window: Int
  ) -> Bool {
    guard extents.count > window, let now = extents.last, !now.isEmpty else { return false }
    let earlier = extents[(extents.count - 1 - window)...]
    return now.indices.allSatisfy { k in
      earlier.allSatisfy { extent in
        guard !extent.isEmpty else { return false }
        let low = abs(extent[k].lowerBound - now[k].lowerBound)
        let high = abs(extent[k].upperBound - now[k].upperBound)
        // A front of one point has no range: it has to stay where it is.
        return max(low, high) <= share * (now[k].upperBound - now[k].lowerBound)
      }
    }
  }

  // MARK: Limits that hold whatever happens

  /// Points that can be asked for before it stops for certain; nil where there is no such number.
  public var evaluationLimit: Int? {
    limit { if case .evaluations(let count) = $0 { count } else { nil } }
  }

  var epochLimit: Int? {
    limit { if case .epochs(let count) = $0 { count } else { nil } }
  }

  private func limit(_ own: (StoppingCriterion) -> Int?) -> Int? {
    switch self {
    case .any(let parts): return parts.compactMap { $0.limit(own) }.min()
    case .all(let parts):
      let limits = parts.map { $0.limit(own) }
      return limits.contains(nil) ? nil : limits.compactMap { $0 }.max()
    default: return own(self)
    }
  }

  /// Conditions that are no combination.
  var leaves: [StoppingCriterion] {
    switch self {
    case .any(let parts), .all(let parts): parts.flatMap(\.leaves)
    default: [self]
    }
  }

  /// Times at which it may have to be asked again though no epoch is over.
  var times: [Double] { leaves.compactMap { if case .time(let seconds) = $0 { seconds } else { nil } } }

  /// Whether hypervolumes have to be known.
  var needsHypervolume: Bool {
    leaves.contains {
      switch $0 {
      case .hypervolume, .progress, .stagnation: true
      default: false
      }
    }
  }

  /// Whether a surrogate has to be cross-validated.
  public var needsError: Bool {
    leaves.contains {
      switch $0 {
      case .error, .steady: true
      default: false
      }
    }
  }

  /// Targets replaced, such as values in the user's sense of each objective by costs.
  public func mapTargets(_ change: ([Double]) -> [Double]) -> StoppingCriterion {
    switch self {
    case .any(let parts): .any(parts.map { $0.mapTargets(change) })
    case .all(let parts): .all(parts.map { $0.mapTargets(change) })
    case .target(let values): .target(change(values))
    default: self
    }
  }

  /// Lengths of the targets in it.
  public var targetCounts: [Int] {
    leaves.compactMap { if case .target(let values) = $0 { values.count } else { nil } }
  }

  // MARK: Words

  private static func text(_ value: Double) -> String {
    value == value.rounded() && abs(value) < 1e15 ? String(Int(value)) : "\(value)"
  }

  private static func percent(_ share: Double) -> String { String(format: "%.4g %%", share * 100) }

  private static func epochs(_ count: Int) -> String { count == 1 ? "1 epoch" : "\(count) epochs" }

  private static func text(seconds: Double) -> String {
    for (unit, length) in [("d", 86400.0), ("h", 3600), ("min", 60)]
    where seconds >= length && (seconds / length).truncatingRemainder(dividingBy: 1) == 0 {
      return "\(Int(seconds / length)) \(unit)"
    }
    return "\(text(seconds)) s"
  }
}
