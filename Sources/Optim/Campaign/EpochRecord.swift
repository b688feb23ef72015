/// What one epoch of a surrogate-driven search did, and where the archive stood after it.
public struct EpochRecord: Sendable {
  /// 0 for the initial sample.
  public let epoch: Int
  /// Points asked for by this search so far; in an asynchronous search those that have come back.
  public let evaluations: Int
  /// Feasible points of the whole archive, and the size of their front.
  public let feasible: Int
  public let front: Int
  /// Of that front, against the result's reference point; nil before there is one.
  public let hypervolume: Double?
  /// Root mean square of predicted less found costs of the epoch's points, divided by the archive's range and averaged over
  /// objectives; nil where nothing could be compared.
  public let error: Double?
  /// Wall-clock seconds.
  public let simulating: Double
  public let training: Double
  public let searching: Double
  /// Of an asynchronous search: the share of the workers' time spent simulating; nil for batches, and where nothing was simulated.
  public internal(set) var busy: Double?
  /// Costs of the front.
  let costs: [[Double]]
  /// Smallest and largest cost of each objective on it; empty where there is none.
  let extent: [ClosedRange<Double>]
}

/// A surrogate-driven search as a whole.
public struct OptimizationResult: Sendable {
  public let records: [EpochRecord]
  /// Rows of the archive that the search asked for.
  public let rows: [Int]
  /// Reference point of all hypervolumes, in the user's sense of each objective.
  public let reference: [Double]?
  /// Why it ended.
  public let reason: String
  public let wasInterrupted: Bool
  public let remembered: Int
  public let computed: Int
}
