/// Where a gradient-descent trace goes and how.
public struct TraceOptions: Sendable {
  public enum Target: String, Sendable, CaseIterable {
    /// Ascend the volume of the box that the point dominates.
    case objective
    /// Ascend the probability that constraints are satisfied and descend their predicted violation.
    case constraint
    case both
  }

  public enum Start: String, Sendable, CaseIterable {
    /// The best evaluated points: smallest violation, then the first fronts.
    case best
    /// New points.
    case random
    /// Evaluated points that violate a constraint, drawn at random.
    case infeasible
  }

  public var target: Target
  public var start: Start
  /// How many traces.
  public var count = 10
  /// The most steps of one trace.
  public var steps = 500
  /// How many points to keep of each.
  public var pointsPerPath = 5
  /// Adam's step size, in the unit cube.
  public var rate = 0.01

  /// Objectives are improved from the best points, constraints repaired from infeasible ones.
  public init(target: Target, start: Start? = nil) {
    self.target = target
    self.start = start ?? (target == .constraint ? .infeasible : .best)
  }
}

/// Traces on a surrogate with the points selected from them.
public struct Trace: Sendable {
  public enum Ending: String, Sendable {
    case converged
    case allSteps = "all steps"
    case interrupted
  }

  public struct Path: Sendable {
    /// The start and the place after every step, in the unit cube (steps taken as reals).
    public let unit: [[Double]]
    /// Loss at each of `unit`.
    public let losses: [Double]
    /// `costs[k][step]`, predicted; NaN where objectives are not learned.
    public let costs: [[Double]]
    /// Predicted probability that everything is satisfied.
    public let feasibility: [Double]
    public let ending: Ending
  }

  /// A point to simulate.
  public struct Selected: Sendable {
    public let path: Int
    public let step: Int
    /// Parameter values, NaN where a conditional parameter does not exist.
    public let point: [Double]
  }

  public let target: TraceOptions.Target
  public let paths: [Path]
  public let selected: [Selected]
  /// Predictions at the selected points.
  public let prediction: ProblemPrediction

  /// The same paths with only some of the selected points, in the given order.
  public func keeping(_ places: [Int]) -> Trace {
    func kept(_ columns: [[Double]]) -> [[Double]] {
      columns.map { column in column.isEmpty ? [] : places.map { column[$0] } }
    }
    return Trace(
      target: target, paths: paths, selected: places.map { selected[$0] },
      prediction: ProblemPrediction(
        costs: kept(prediction.costs), costVariance: prediction.costVariance.map(kept),
        margins: kept(prediction.margins), logOdds: kept(prediction.logOdds),
        success: kept([prediction.success])[0]))
  }
}

/// Why there is no trace; the description is for people.
public struct TraceError: Error, Equatable, CustomStringConvertible {
  public let description: String
  public init(_ description: String) { self.description = description }
}
