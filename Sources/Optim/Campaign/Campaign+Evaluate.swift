import Foundation

/// What an evaluation run did.
public struct EvaluationSummary: Sendable {
  public internal(set) var asked = 0
  /// Answered by the study.
  public internal(set) var remembered = 0
  /// Simulated now, or computed from formulas.
  public internal(set) var computed = 0
  public internal(set) var failed = 0
  /// Violated an a priori constraint and were not simulated.
  public internal(set) var rejected = 0
  public internal(set) var failures: [Failure.Kind: Int] = [:]
  public internal(set) var seconds = 0.0
  /// Rows that are still pending because the run was interrupted.
  public internal(set) var unfinished = 0
}

/// A failed evaluation under `on_failure = abort`.
public struct AbortedEvaluation: Error, CustomStringConvertible {
  public let simulator: String
  public let failure: Failure
  /// It happened in an earlier run.
  public let isRemembered: Bool
  public var description: String {
    let advice = isRemembered ? " (remembered; 'evaluate retry=failed' runs it again)" : ""
    return "an evaluation failed and \(simulator) says on_failure = abort: \(failure.reason)\(advice)"
  }
}

extension Campaign {
  /// Evaluates rows of the archive that are pending, and failed ones too if `retryFailed`.
  ///
  /// Results go to the study as they come, with one full sync per batch. Interruption stops asking; what had come back is kept.
  public func evaluate(_ rows: some Sequence<Int>, retryFailed: Bool = false, observer: any Observer) throws
    -> EvaluationSummary
  {
    let wanted = rows.filter {
      archive.states[$0] == .pending || retryFailed && archive.states[$0] == .failed
    }
    if problem.simulators.isEmpty { return try evaluateFormulas(wanted) }
    var run = try EvaluationRun(self, retryFailed: retryFailed)
    return try run.run(wanted, observer: observer)
  }

  /// Formulas need no simulator: the point itself is the evaluation.
  private func evaluateFormulas(_ rows: [Int]) throws -> EvaluationSummary {
    let summary = computeFormulas(rows)
    try rememberFormulas(rows)
    return summary
  }

  func computeFormulas(_ rows: some Collection<Int>) -> EvaluationSummary {
    for row in rows { update(row, RowResult(state: .done)) }
    var summary = EvaluationSummary()
    summary.asked = rows.count
    summary.computed = rows.count
    return summary
  }

  /// Writes computed rows to the study, those it does not know yet.
  func rememberFormulas(_ rows: some Collection<Int>) throws {
    guard study.path != nil && !study.isReadOnly && !rows.isEmpty else { return }
    let series = try study.series(for: nil, space: problem.space)
    let known = try study.recall(series, points: rows.map { archive.parameterValues($0) })
    try study.append(series, archive.subset(zip(rows, known).filter { $0.1 == nil }.map(\.0)))
  }

  /// Brings in everything the study remembers about this problem that the archive does not hold yet, in the order of the
  /// parameter values.
  ///
  /// With several simulators, points that all of them have answered.
  public func load() throws -> Int {
    let stored = try storedEvaluations(in: study)
    let inside = problem.space.contained(stored.parameters)
    // A study holds every point once, so only points of this session can be there already.
    let known = Set((0..<archive.count).map { fingerprint(archive.parameterValues($0)) })
    let rows = inside.indices.filter { row in
      inside[row] && (known.isEmpty || !known.contains(fingerprint(stored.parameterValues(row))))
    }
    // The file has them in the order in which simulations ended; the same points are the same session for any number of workers.
    add(stored.subset(Self.sorted(rows, by: stored.parameters)))
    return rows.count
  }

  /// Rows in the order of their parameter values, the first parameter first; NaN comes last.
  private static func sorted(_ rows: [Int], by columns: [[Double]]) -> [Int] {
    rows.sorted { a, b in
      for column in columns {
        let (x, y) = (column[a], column[b])
        if x < y { return true }
        if x > y { return false }
        if x.isNaN != y.isNaN { return y.isNaN }
      }
      return false
    }
  }

  /// All evaluations of this problem in a study, as one table with the outputs of all simulators.
  public func storedEvaluations(in study: Study) throws -> Evaluations {
    guard problem.simulators.count > 1 else {
      return try study.loadAll(study.series(for: problem.simulators.first, space: problem.space))
    }
    let first = try study.loadAll(study.series(for: problem.simulators[0], space: problem.space))
    var joined = Evaluations(parameterNames: problem.space.names, outputNames: problem.outputColumns)
    let others = try problem.simulators.dropFirst().map { try study.series(for: $0, space: problem.space) }
    for row in 0..<first.count {
      let point = first.parameterValues(row)
      var parts = [Part(first, row)]
      for series in others {
        guard let found = try study.recall(series, point) else { break }
        parts.append(Part(found.outcome, seconds: found.seconds, width: series.outputNames.count))
      }
      guard parts.count == problem.simulators.count else { continue }
      joined.appendPending(point)
      let result = combine(parts, problem.simulators)
      joined.set(
        joined.count - 1, state: result.state, outputs: result.outputs, seconds: result.seconds,
        failure: result.failure)
    }
    return joined
  }

  /// Takes over another study's evaluations of the same simulators, into this study and the archive.
  public func importEvaluations(from other: Study) throws -> Int {
    for simulator in problem.simulators.isEmpty ? [nil] : problem.simulators.map(Optional.some) {
      let source = try other.series(for: simulator, space: problem.space)
      try study.append(try study.series(for: simulator, space: problem.space), try other.loadAll(source))
    }
    return try load()
  }
}

/// The answer of one simulator for one point.
struct Part {
  let outcome: Answer.Outcome
  let seconds: Double
  let width: Int

  init(_ outcome: Answer.Outcome, seconds: Double, width: Int) {
    (self.outcome, self.seconds, self.width) = (outcome, seconds, width)
  }

  init(_ evaluations: Evaluations, _ row: Int) {
    let values = evaluations.outputValues(row)
    width = values.count
    seconds = evaluations.seconds[row]
    switch evaluations.states[row] {
    case .failed:
      outcome = .failed(evaluations.failures[row] ?? Failure(kind: .reported, reason: "no reason is known"))
    case .partial: outcome = .partial(values, stopped: evaluations.failures[row]?.reason ?? "")
    default: outcome = .done(values)
    }
  }
}

/// One row from the answers of all simulators: failed if one failed, partial if one stopped early.
func combine(_ parts: [Part], _ simulators: [Simulator]) -> RowResult {
  var result = RowResult(state: .done, outputs: [])
  var state = Evaluations.State.done
  for (part, simulator) in zip(parts, simulators) {
    let prefix = simulators.count > 1 ? "\(simulator.name): " : ""
    result.seconds += part.seconds
    switch part.outcome {
    case .done(let values): result.outputs! += values
    case .partial(let values, let reason):
      result.outputs! += values
      if state == .done { state = .partial }
      result.failure = result.failure ?? Failure(kind: .reported, reason: prefix + reason)
    case .failed(let failure):
      result.outputs! += Array(repeating: .nan, count: part.width)
      if state != .failed {
        result.failure = Failure(
          kind: failure.kind, reason: prefix + failure.reason, errorTail: failure.errorTail,
          attempts: failure.attempts)
      }
      state = .failed
    }
  }
  return RowResult(state: state, outputs: result.outputs, seconds: result.seconds, failure: result.failure)
}
