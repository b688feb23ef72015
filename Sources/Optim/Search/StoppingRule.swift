/// When a surrogate-driven search ends; each limit that is set may end it, and says so.
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
  public var patience = 10

  public init() {}

  /// Where a search stands after an epoch.
  struct State {
    var evaluations = 0
    var epochs = 0
    var seconds = 0.0
    /// Hypervolume after every epoch against one reference point; 0 without a feasible point.
    var hypervolumes: [Double] = []
    /// Costs of the feasible front, `front[k][row]`.
    var front: [[Double]] = []
  }

  /// Why to stop, in words for people; nil to go on.
  func reason(_ state: State) -> String? {
    if let target, let first = state.front.first,
      first.indices.contains(where: { row in target.indices.allSatisfy { state.front[$0][row] <= target[$0] }
      })
    {
      return "the target is reached"
    }
    if let hypervolume, let now = state.hypervolumes.last, now >= hypervolume {
      return "the hypervolume \(hypervolume) is reached"
    }
    if let evaluations, state.evaluations >= evaluations {
      return evaluations == 1 ? "1 evaluation is done" : "\(evaluations) evaluations are done"
    }
    if let epochs, state.epochs >= epochs {
      return epochs == 1 ? "1 epoch is done" : "\(epochs) epochs are done"
    }
    if let seconds, state.seconds >= seconds { return "the time of \(seconds) s is up" }
    if let progress, state.hypervolumes.count > patience {
      let (now, before) = (
        state.hypervolumes.last!, state.hypervolumes[state.hypervolumes.count - 1 - patience]
      )
      if now > 0, now - before < progress * now {
        return "the hypervolume grew by less than \(progress * 100) % over \(patience) epochs"
      }
    }
    return nil
  }
}
