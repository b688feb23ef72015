/// How a problem's objectives and constraints judge every row of an archive.
///
/// A row without an answer is never ranked and a missing value never counts as satisfied: see `Status` and `violation`.
/// All columns have one value per row.
public struct Scores: Sendable {
  public enum Status: UInt8, Sendable, CaseIterable {
    /// Proposed, not simulated.
    case pending
    /// The simulation failed, or an objective of its complete answer is not a finite number.
    case failed
    /// Violates an a priori constraint, so it was not simulated.
    case rejected
    /// An objective is missing because the simulator stopped early.
    case incomplete
    case infeasible
    case feasible
  }

  public let status: [Status]
  /// `objectives[k][row]` in the user's sense; NaN where there is none.
  public let objectives: [[Double]]
  /// `costs[k][row]`: objectives with the maximised ones negated, so that smaller is always better.
  public let costs: [[Double]]
  /// `satisfied[j][row]`: 1, 0, or NaN where outputs that the constraint reads are missing.
  public let satisfied: [[Double]]
  /// `margins[j][row]`: at least 0 inside, negative outside; NaN for yes/no constraints and where unknown.
  public let margins: [[Double]]
  /// Total violation for constrained dominance: 0 where and only where the row is feasible, never NaN.
  ///
  /// A violated numeric constraint adds its distance outside divided by `scales` (at most 1), a yes/no constraint 1,
  /// an unknown one 1. Rows without all objectives (pending, incomplete) add 0.5. A failure has the number
  /// of constraints plus 1, which no other row reaches.
  public let violation: [Double]
  /// Per constraint, what its margins are divided by: the width of the range that holds 0 and all finite margins;
  /// 1 where that is empty.
  public let scales: [Double]

  let columns: ScoreColumns
  private let failures: [Int: Failure]

  /// Judges all rows.
  ///
  /// - Parameter scales: widths to divide margins by instead of those seen here, one per constraint; pass an archive's
  ///   to make the violations of other points comparable with it.
  /// - Throws: `FormulaError` where a formula reads a column that the archive lacks.
  public init(problem: Problem, evaluations: Evaluations, scales: [Double]? = nil) throws {
    try self.init(problem, evaluations, scales, known: nil)
  }

  /// The scores of the same rows under a changed problem; only columns of formulas that changed are computed.
  ///
  /// `evaluations` must be the ones these scores were made from. Where rows were added or changed state since then, all is
  /// computed anew.
  public func rescored(problem: Problem, evaluations: Evaluations) throws -> Scores {
    try Scores(problem, evaluations, nil, known: evaluations.states == columns.states ? columns : nil)
  }

  public var count: Int { status.count }

  /// Rows of one status, ascending.
  public func rows(_ wanted: Status) -> [Int] { status.indices.filter { status[$0] == wanted } }

  /// Why a row has the status `failed` or `incomplete`; nil for others.
  public func failure(at row: Int) -> Failure? {
    switch status[row] {
    case .failed: failures[row] ?? columns.objectiveFailure(at: row)
    case .incomplete: failures[row]
    default: nil
    }
  }

  private init(
    _ problem: Problem, _ evaluations: Evaluations, _ scales: [Double]?, known: ScoreColumns?
  ) throws {
    precondition(scales == nil || scales!.count == problem.constraints.count)
    columns = try ScoreColumns(problem, evaluations, known: known)
    failures = evaluations.failures
    objectives = columns.objectives.map(\.values)
    costs = zip(problem.objectives, objectives).map { objective, values in
      objective.sense == .minimize ? values : values.map { -$0 }
    }
    satisfied = columns.constraints.map(\.satisfied)
    margins = columns.constraints.map(\.margins)
    self.scales = scales ?? columns.constraints.map(\.scale)
    var total = Array(repeating: 0.0, count: evaluations.count)
    for (constraint, scale) in zip(columns.constraints, self.scales) {
      constraint.addViolation(to: &total, scale: scale)
    }
    status = Self.judge(evaluations.states, columns, &total)
    violation = total
  }

  /// The status of every row; completes `violation`, which comes in as the sum over constraints.
  private static func judge(
    _ states: [Evaluations.State], _ columns: ScoreColumns, _ violation: inout [Double]
  ) -> [Status] {
    let failure = Double(columns.constraints.count + 1)
    var status = states.indices.map { row -> Status in
      switch states[row] {
      case .pending: .pending
      case .failed: .failed
      case .rejected: .rejected
      case .done, .partial: violation[row] == 0 ? .feasible : .infeasible
      }
    }
    for objective in columns.objectives {
      for row in objective.missing.rows where status[Int(row)] != .failed { status[Int(row)] = .incomplete }
    }
    for objective in columns.objectives {
      for row in objective.invalid.rows { status[Int(row)] = .failed }
    }
    for row in status.indices {
      switch status[row] {
      case .feasible, .infeasible: break
      case .failed: violation[row] = failure
      case .pending, .incomplete: violation[row] += 0.5
      // Rejected under other constraints than these: still not feasible.
      case .rejected: if violation[row] == 0 { violation[row] = 0.5 }
      }
    }
    return status
  }
}
