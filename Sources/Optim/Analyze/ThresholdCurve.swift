/// What if the threshold of one numeric constraint were another: which points would pass, how many would be feasible, and what their
/// front would be. Nothing is simulated for it; only points whose margin is known count.
public struct ThresholdCurve: Sendable {
  /// The archive under a threshold relaxed by `shift` (negative: tightened), in the units of the constraint's margin.
  public struct Step: Sendable {
    public let shift: Double
    /// Share of the rows with a margin that satisfy this constraint.
    public let passing: Double
    /// Rows that satisfy all constraints and have all objectives.
    public let feasible: Int
    /// Points on their front.
    public let front: Int
    /// Of that front, beyond `reference`; nil without a reference or with fewer than two objectives.
    public let hypervolume: MeasuredHypervolume?
    /// The best value of each objective among them, in the user's sense; NaN without a feasible row.
    public let best: [Double]
    /// Rows that an a priori constraint kept from being simulated and would not any more: what they would give is unknown.
    public let unsimulated: Int
  }

  public let constraint: String
  /// Rows with a margin.
  public let known: Int
  /// Ascending in `shift`, the present threshold (0) among them.
  public let steps: [Step]
  /// Position in `steps` of the present threshold.
  public let present: Int
  /// In cost space, the same for all steps: a tenth beyond the front under the most relaxed threshold; nil where that has no feasible
  /// row.
  public let reference: [Double]?

  /// - Parameters:
  ///   - constraint: position of a constraint with a margin.
  ///   - levels: shares of the rows that should pass; each gives a step.
  ///   - seed: of hypervolumes that are estimated.
  public init(
    problem: Problem, evaluations: Evaluations, scores: Scores, constraint: Int,
    levels: [Double] = [0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 1], seed: UInt64
  ) {
    precondition(problem.constraints[constraint].margin != nil, "a yes/no constraint has no threshold")
    let margins = scores.margins[constraint]
    let rows = margins.indices.filter { evaluations.states[$0] != .pending && !margins[$0].isNaN }
    let sorted = rows.map { margins[$0] }.sorted()
    let n = sorted.count
    // The smallest margin among the best `level` of the rows: with this shift at least so many pass.
    let shifts = levels.filter { _ in n > 0 }.map { level in
      0 - sorted[n - max(1, min(n, Int((level * Double(n) - 1e-9).rounded(.up))))]
    }
    let judge = Judge(problem, evaluations, scores, constraint, rows)
    let all = Set(shifts + [0]).filter(\.isFinite).sorted()
    let widest = judge.front(under: all.last ?? 0)
    reference = widest.isEmpty ? nil : HypervolumeCurve.reference(judge.costs(widest))
    self.constraint = problem.constraints[constraint].name
    known = n
    let beyond = problem.objectives.count > 1 ? reference : nil
    steps = all.map { judge.step(under: $0, reference: beyond, seed: seed) }
    present = all.firstIndex(of: 0)!
  }
}

/// Judges an archive under moved thresholds of one constraint.
private struct Judge {
  private let problem: Problem
  private let scores: Scores
  private let margins: [Double]
  private let met: [Double]
  /// Rows with a margin.
  private let rows: [Int]
  /// Of those, the ones that satisfy all other constraints and have all objectives.
  private let candidates: [Int]
  /// Of those, the ones that were not simulated because of this constraint alone.
  private let rejected: [Int]

  init(_ problem: Problem, _ evaluations: Evaluations, _ scores: Scores, _ constraint: Int, _ rows: [Int]) {
    (self.problem, self.scores, self.rows) = (problem, scores, rows)
    (margins, met) = (scores.margins[constraint], scores.satisfied[constraint])
    let others = problem.constraints.indices.filter { $0 != constraint }
    candidates = rows.filter { row in
      (scores.status[row] == .feasible || scores.status[row] == .infeasible)
        && others.allSatisfy { scores.satisfied[$0][row] == 1 }
    }
    let early = others.filter { problem.constraints[$0].isAPriori }
    rejected = rows.filter { row in
      scores.status[row] == .rejected && early.allSatisfy { scores.satisfied[$0][row] == 1 }
    }
  }

  /// At the present threshold the condition itself decides: on the boundary a strict comparison fails.
  private func passes(_ row: Int, _ shift: Double) -> Bool {
    shift == 0 ? met[row] == 1 : margins[row] + shift >= 0
  }

  func costs(_ rows: [Int]) -> [[Double]] { scores.costs.map { column in rows.map { column[$0] } } }

  func front(under shift: Double) -> [Int] {
    let feasible = candidates.filter { passes($0, shift) }
    return NonDominated.firstFront(costs(feasible)).map { feasible[$0] }
  }

  func step(under shift: Double, reference: [Double]?, seed: UInt64) -> ThresholdCurve.Step {
    let feasible = candidates.filter { passes($0, shift) }
    let front = front(under: shift)
    let best = zip(problem.objectives, scores.objectives).map { objective, column -> Double in
      let values = feasible.map { column[$0] }
      return (objective.sense == .minimize ? values.min() : values.max()) ?? .nan
    }
    return ThresholdCurve.Step(
      shift: shift, passing: Double(rows.count { passes($0, shift) }) / Double(rows.count),
      feasible: feasible.count, front: front.count,
      hypervolume: reference.map { MeasuredHypervolume(costs(front), reference: $0, seed: seed) }, best: best,
      unsimulated: rejected.count { passes($0, shift) })
  }
}
