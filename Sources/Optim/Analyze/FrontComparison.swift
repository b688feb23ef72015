/// Runs of several methods on one problem, compared by what their fronts reach.
///
/// All fronts are measured in the same way: hypervolume beyond one reference point, IGD+ and additive epsilon against the joint front of
/// all runs, with costs normalised by the joint front's range.
public struct FrontComparison: Sendable {
  /// What one run came to.
  public struct Run: Sendable {
    public let name: String
    public let evaluations: Int
    public let feasible: Int
    /// Costs of the feasible front, `[j][row]`.
    public let front: [[Double]]

    public init(name: String, evaluations: Int, feasible: Int, front: [[Double]]) {
      (self.name, self.evaluations, self.feasible, self.front) = (name, evaluations, feasible, front)
    }

    /// Of the rows that these scores judge.
    public init(name: String, scores: Scores) {
      let rows = scores.rows(.feasible)
      let front = NonDominated.firstFront(scores.costs.map { column in rows.map { column[$0] } })
      self.init(
        name: name, evaluations: scores.status.count { $0 != .pending }, feasible: rows.count,
        front: scores.costs.map { column in front.map { column[rows[$0]] } })
    }

    public var frontCount: Int { front.first?.count ?? 0 }
  }

  /// A run's measures.
  public struct Measures: Sendable {
    public let hypervolume: MeasuredHypervolume
    /// NaN for a run without a feasible point.
    public let igdPlus: Double
    public let epsilon: Double
  }

  public let groups: [(name: String, runs: [Run])]
  /// The non-dominated points of all runs, `[j][row]`.
  public let joint: [[Double]]
  /// In cost space.
  public let reference: [Double]
  /// `measures[g][i]` of run i of group g.
  public let measures: [[Measures]]

  /// - Parameters:
  ///   - groups: at least one, all runs with the same objectives, at least one with a front.
  ///   - reference: in cost space; nil for the joint front's worst values and a tenth of its range beyond.
  ///   - seed: of hypervolumes that are estimated.
  public init?(_ groups: [(name: String, runs: [Run])], reference: [Double]? = nil, seed: UInt64) {
    let runs = groups.flatMap(\.runs)
    guard let objectives = runs.first?.front.count else { return nil }
    let together = (0..<objectives).map { j in runs.flatMap { $0.front[j] } }
    let rows = NonDominated.firstFront(together)
    guard !rows.isEmpty else { return nil }
    let all = together.map { column in rows.map { column[$0] } }
    // A point that several runs have found counts once.
    let once = distinctRows(all)
    let joint = all.map { column in once.map { column[$0] } }
    let range = CostRange(joint)
    let target = range.normalised(joint)
    let point = reference ?? HypervolumeCurve.reference(joint)
    self.groups = groups
    self.joint = joint
    self.reference = point
    measures = groups.map { group in
      group.runs.map { run in
        let front = range.normalised(run.front)
        return Measures(
          hypervolume: MeasuredHypervolume(run.front, reference: point, seed: seed),
          igdPlus: FrontIndicators.igdPlus(front, reference: target),
          epsilon: FrontIndicators.additiveEpsilon(front, reference: target))
      }
    }
  }
}

/// Quantile of values by linear interpolation between order statistics (type 7 of Hyndman and Fan 1996, numpy's default); NaN are left out,
/// and NaN where nothing is left.
public func quantile(_ values: [Double], _ level: Double) -> Double {
  let sorted = values.filter { !$0.isNaN }.sorted()
  guard !sorted.isEmpty else { return .nan }
  let place = level * Double(sorted.count - 1)
  let below = Int(place.rounded(.down))
  let above = min(below + 1, sorted.count - 1)
  return sorted[below] + (place - Double(below)) * (sorted[above] - sorted[below])
}
