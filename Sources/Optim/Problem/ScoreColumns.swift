/// What single formulas say about an archive, before it is put together to `Scores`; kept so that a changed problem
/// computes only what changed.
struct ScoreColumns: Sendable {
  /// Some rows, ascending, each with a cause.
  struct Marks: Sendable {
    var rows: [Int32] = []
    /// Position of the missing output column, or `notANumber` or `infinite`.
    var causes: [Int32] = []
    static let notANumber: Int32 = -1
    static let infinite: Int32 = -2
  }

  struct Objective: Sendable {
    let formula: Formula
    /// The user's sense; NaN where there is no usable value.
    var values: [Double]
    /// Rows of partial answers that lack an output this objective reads.
    var missing = Marks()
    /// Rows whose answer is complete as far as this objective reads it, with a value that is not finite.
    var invalid = Marks()
  }

  struct Constraint: Sendable {
    let satisfiedFormula: Formula
    let marginFormula: Formula?
    var satisfied: [Double]
    var margins: [Double]
    var scale = 1.0
  }

  let states: [Evaluations.State]
  private(set) var objectives: [Objective] = []
  private(set) var constraints: [Constraint] = []
  private let objectiveNames: [String]
  private let outputNames: [String]

  init(_ problem: Problem, _ evaluations: Evaluations, known: ScoreColumns?) throws {
    states = evaluations.states
    objectiveNames = problem.objectives.map(\.name)
    outputNames = evaluations.outputNames
    var gaps = OutputGaps(evaluations)
    for objective in problem.objectives {
      let same = known?.objectives.first { $0.formula == objective.formula }
      objectives.append(try same ?? Objective(objective.formula, evaluations, &gaps))
    }
    for constraint in problem.constraints {
      let same = known?.constraints.first {
        $0.satisfiedFormula == constraint.satisfied && $0.marginFormula == constraint.margin
      }
      constraints.append(try same ?? Constraint(constraint, evaluations, &gaps))
    }
  }

  /// Which objective made a row's answer unusable, and how.
  func objectiveFailure(at row: Int) -> Failure? {
    for (name, objective) in zip(objectiveNames, objectives) {
      guard let cause = objective.invalid.cause(at: row) else { continue }
      switch cause {
      case Marks.notANumber:
        return Failure(kind: .notFinite, reason: "objective '\(name)' is not a number")
      case Marks.infinite:
        return Failure(kind: .notFinite, reason: "objective '\(name)' is infinite")
      default:
        let output = outputNames[Int(cause)]
        return Failure(
          kind: .output, reason: "objective '\(name)' reads output '\(output)', which is missing")
      }
    }
    return nil
  }
}

extension ScoreColumns.Marks {
  mutating func append(_ row: Int, _ cause: Int32) {
    rows.append(Int32(row))
    causes.append(cause)
  }

  func cause(at row: Int) -> Int32? {
    var low = 0
    var high = rows.count
    while low < high {
      let middle = (low + high) / 2
      if rows[middle] < row { low = middle + 1 } else { high = middle }
    }
    return low < rows.count && rows[low] == row ? causes[low] : nil
  }
}

/// Which rows lack which output, found once per column that some formula reads.
struct OutputGaps {
  private let evaluations: Evaluations
  private let positions: [String: Int]
  private var known: [Int: [Int32]] = [:]

  /// Rows that were not simulated to an end: pending, rejected, failed.
  let unanswered: [Int32]

  init(_ evaluations: Evaluations) {
    self.evaluations = evaluations
    positions = Dictionary(uniqueKeysWithValues: evaluations.outputNames.enumerated().map { ($1, $0) })
    unanswered = evaluations.states.indices.compactMap { row in
      switch evaluations.states[row] {
      case .done, .partial: nil
      case .pending, .failed, .rejected: Int32(row)
      }
    }
  }

  /// Positions of the output columns among `names`.
  func outputs(_ names: [String]) -> [Int] { names.compactMap { positions[$0] } }

  /// Rows where this output is NaN, ascending.
  mutating func rows(_ output: Int) -> [Int32] {
    if let rows = known[output] { return rows }
    var rows: [Int32] = []
    evaluations.outputs[output].withUnsafeBufferPointer { column in
      for row in column.indices where column[row].isNaN { rows.append(Int32(row)) }
    }
    known[output] = rows
    return rows
  }
}

extension ScoreColumns.Objective {
  init(_ formula: Formula, _ evaluations: Evaluations, _ gaps: inout OutputGaps) throws {
    self.formula = formula
    values = try formula.evaluate(on: evaluations)[0]
    for row in gaps.unanswered { values[Int(row)] = .nan }
    let outputs = gaps.outputs(formula.inputs)
    // A formula may make a number of a missing output (a comparison does), which is no objective value.
    for output in outputs {
      for row in gaps.rows(output) { values[Int(row)] = .nan }
    }
    for row in values.indices where !values[row].isFinite {
      let missingOutput = outputs.first { evaluations.outputs[$0][row].isNaN }
      mark(row, evaluations.states[row], missingOutput.map(Int32.init))
    }
  }

  /// Files a row without a usable value.
  private mutating func mark(_ row: Int, _ state: Evaluations.State, _ missingOutput: Int32?) {
    switch (state, missingOutput) {
    case (.pending, _), (.failed, _), (.rejected, _): break
    case (.partial, let output?): missing.append(row, output)
    case (_, let output?): invalid.append(row, output)
    case (_, nil):
      invalid.append(row, values[row].isNaN ? ScoreColumns.Marks.notANumber : ScoreColumns.Marks.infinite)
    }
    values[row] = .nan
  }
}

extension ScoreColumns.Constraint {
  init(_ constraint: Problem.Constraint, _ evaluations: Evaluations, _ gaps: inout OutputGaps) throws {
    satisfiedFormula = constraint.satisfied
    marginFormula = constraint.margin
    satisfied = try constraint.satisfied.evaluate(on: evaluations)[0]
    margins =
      try constraint.margin?.evaluate(on: evaluations)[0] ?? Array(repeating: .nan, count: evaluations.count)
    // A truth value that cannot be computed although all outputs are there is not satisfied.
    satisfied.withUnsafeMutableBufferPointer { column in
      for row in column.indices { column[row] = Formula.Operation.isTrue(column[row]) ? 1 : 0 }
    }
    let outputs = gaps.outputs(constraint.satisfied.inputs + (constraint.margin?.inputs ?? []))
    if !outputs.isEmpty { forget(gaps.unanswered) }
    for output in Set(outputs) { forget(gaps.rows(output)) }
    if marginFormula != nil { scale = Self.width(margins) }
  }

  private mutating func forget(_ rows: [Int32]) {
    for row in rows {
      satisfied[Int(row)] = .nan
      margins[Int(row)] = .nan
    }
  }

  /// The width of the range that holds 0 and all finite margins, so that no scaled distance exceeds 1.
  private static func width(_ margins: [Double]) -> Double {
    var lowest = 0.0
    var highest = 0.0
    margins.withUnsafeBufferPointer { column in
      for value in column {
        let finite = value.isFinite ? value : 0
        lowest = finite < lowest ? finite : lowest
        highest = finite > highest ? finite : highest
      }
    }
    let width = highest - lowest
    return width > 0 ? width : 1
  }

  /// Adds this constraint's share to the total of every row.
  func addViolation(to total: inout [Double], scale: Double) {
    // A point on the boundary of a strict comparison is outside by nothing, and yet not feasible.
    let least = 1e-12
    let isNumeric = marginFormula != nil
    total.withUnsafeMutableBufferPointer { total in
      satisfied.withUnsafeBufferPointer { satisfied in
        margins.withUnsafeBufferPointer { margins in
          for row in total.indices {
            let distance = isNumeric ? -margins[row] / scale : 1
            // NaN fails both comparisons and counts as 1, like an unknown truth.
            let share = distance < 1 ? (distance > least ? distance : least) : 1
            total[row] += satisfied[row] == 1 ? 0 : (satisfied[row] == 0 ? share : 1)
          }
        }
      }
    }
  }
}
