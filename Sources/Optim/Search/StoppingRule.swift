/// When a search ends; each limit that is set may end it, and says so. Short for `StoppingCriterion.any` of them.
public struct StoppingRule: Codable, Hashable, Sendable {
  /// Points that the search may ask for, its initial sample included.
  public var evaluations: Int?
  public var epochs: Int?
  /// Wall-clock seconds; the epoch under way is finished.
  public var seconds: Double?
  /// Hypervolume of the feasible front to reach.
  public var hypervolume: Double?
  /// Costs that a feasible point must reach in all objectives at once.
  public var target: [Double]?
  /// Ends where the hypervolume has grown by less than this fraction over `patience` epochs.
  public var progress: Double?
  public var patience = StoppingCriterion.window
  /// One more condition, as complicated as it may be.
  public var criterion: StoppingCriterion?

  public init() {}

  typealias State = StoppingCriterion.State

  /// All limits as one condition.
  var whole: StoppingCriterion {
    var parts: [StoppingCriterion] = []
    if let target { parts.append(.target(target)) }
    if let hypervolume { parts.append(.hypervolume(hypervolume)) }
    if let evaluations { parts.append(.evaluations(evaluations)) }
    if let epochs { parts.append(.epochs(epochs)) }
    if let seconds { parts.append(.time(seconds)) }
    if let progress { parts.append(.progress(share: progress, window: patience)) }
    if let criterion { parts.append(criterion) }
    return .any(parts)
  }

  /// Why to stop, in words for people; nil to go on.
  func reason(_ state: State) -> String? { whole.reason(state) }

  /// Points that the search asks for at most; nil without such a limit.
  public var evaluationLimit: Int? { whole.evaluationLimit }

  public var epochLimit: Int? { whole.epochLimit }
}
