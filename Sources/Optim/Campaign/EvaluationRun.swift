import Foundation

/// Carries a set of rows through the simulators: recall or submit, collect, remember.
struct EvaluationRun {
  private let campaign: Campaign
  private let simulators: [Simulator]
  private let series: [Series]
  private let retryFailed: Bool
  private let rows: [Int]
  private var waiting: ArraySlice<Int>
  /// Answers so far of rows that are not complete.
  private var parts: [Int: [Part?]] = [:]
  private var summary = EvaluationSummary()
  private var hasUncommitted = false
  private var lastCommit = Date.distantPast
  private var commitSeconds = 0.0

  init(_ campaign: Campaign, _ rows: [Int], retryFailed: Bool) throws {
    self.campaign = campaign
    self.rows = rows
    self.retryFailed = retryFailed
    simulators = campaign.problem.simulators
    series = try simulators.map { try campaign.study.series(for: $0, space: campaign.problem.space) }
    waiting = rows[...]
    summary.asked = rows.count
  }

  mutating func run(observer: any Observer) throws -> EvaluationSummary {
    let start = Date()
    try answerAtOnce()
    waiting = rows.filter { parts[$0] != nil }[...]
    if !parts.isEmpty && campaign.study.isReadOnly {
      throw StudyError.readOnly(path: campaign.study.path ?? "the study")
    }
    let pool = try campaign.pool()
    do {
      try simulate(pool, observer)
    } catch {
      // What came back before the fault is on disk before anyone hears of it.
      pool.cancel()
      try? campaign.study.commit()
      throw error
    }
    try campaign.study.commit()
    summary.unfinished = parts.count
    summary.seconds = Date().timeIntervalSince(start)
    return summary
  }

  // MARK: Without simulating

  /// Rejects by a priori constraints, and recalls from the study.
  private mutating func answerAtOnce() throws {
    let accept = campaign.problem.aPrioriAcceptance
    for row in rows {
      let point = campaign.archive.parameterValues(row)
      if let accept, !accept(point) {
        campaign.update(row, RowResult(state: .rejected))
        summary.rejected += 1
        continue
      }
      var found: [Part?] = []
      for series in series {
        let known = try campaign.study.recall(series, point)
        found.append(
          known.flatMap {
            usable($0) ? Part($0.outcome, seconds: $0.seconds, width: series.outputNames.count) : nil
          })
      }
      try abortOnRemembered(found)
      parts[row] = found
      if found.allSatisfy({ $0 != nil }) {
        summary.remembered += 1
        finish(row)
      }
    }
  }

  /// A failure that ended a run before ends it again, until it is tried again on purpose.
  private func abortOnRemembered(_ found: [Part?]) throws {
    for (part, simulator) in zip(found, simulators) where simulator.onFailure == .abort {
      if case .failed(let failure)? = part?.outcome {
        throw AbortedEvaluation(simulator: simulator.name, failure: failure, isRemembered: true)
      }
    }
  }

  private func usable(_ known: Remembered) -> Bool {
    if case .failed = known.outcome { return !retryFailed }
    return true
  }

  // MARK: Simulating

  private mutating func simulate(_ pool: any Pool, _ observer: any Observer) throws {
    let total = parts.count
    var wanted = pending(waiting.popFirst())
    while true {
      if observer.interruption == .stop {
        // First what is known: the end of what runs may take longer than we are given.
        try campaign.study.commit()
        pool.cancel()
        return
      }
      let isAsking = observer.interruption == .none
      if !isAsking { pool.withdraw() }
      while isAsking, pool.room > 0, let job = wanted.popLast() {
        pool.submit(job)
        if wanted.isEmpty { wanted = pending(waiting.popFirst()) }
      }
      if pool.outstanding == 0 { return }
      if let answer = try pool.next(timeout: 0.1) { try take(answer) }
      for notice in pool.takeNotices() { observer.note(notice) }
      try commitIfDue(pool)
      observer.report(
        Progress(
          activity: "evaluating", done: total - parts.count, total: total, failed: summary.failed,
          running: min(pool.outstanding, pool.capacity)))
    }
  }

  /// Jobs of a row for the simulators that have not answered yet.
  private func pending(_ row: Int?) -> [Job] {
    guard let row, let found = parts[row] else { return [] }
    let named = campaign.problem.space.named(campaign.archive.parameterValues(row))
    return simulators.indices.reversed().filter { found[$0] == nil }.map {
      Job(id: row * simulators.count + $0, simulator: simulators[$0], parameters: named)
    }
  }

  private mutating func take(_ answer: Answer) throws {
    let (row, index) = answer.id.quotientAndRemainder(dividingBy: simulators.count)
    let width = series[index].outputNames.count
    campaign.study.record(
      series[index], campaign.archive.parameterValues(row), answer.outcome, seconds: answer.seconds)
    hasUncommitted = true
    parts[row]![index] = Part(answer.outcome, seconds: answer.seconds, width: width)
    if parts[row]!.allSatisfy({ $0 != nil }) {
      summary.computed += 1
      finish(row)
    }
    if case .failed(let failure) = answer.outcome, simulators[index].onFailure == .abort {
      throw AbortedEvaluation(simulator: simulators[index].name, failure: failure, isRemembered: false)
    }
  }

  private mutating func finish(_ row: Int) {
    let result = combine(parts[row]!.map { $0! }, simulators)
    if let failure = result.failure, result.state == .failed {
      summary.failed += 1
      summary.failures[failure.kind, default: 0] += 1
    }
    campaign.update(row, result)
    parts[row] = nil
  }

  /// One full sync per batch of completions: at once when nothing else has come back, but never spending more than about
  /// a twentieth of the time on syncing, so a result waits for disk at most 0.2 s.
  private mutating func commitIfDue(_ pool: any Pool) throws {
    let since = Date().timeIntervalSince(lastCommit)
    guard hasUncommitted, since > min(20 * commitSeconds, 0.2) else { return }
    let start = Date()
    try campaign.study.commit()
    lastCommit = Date()
    commitSeconds = lastCommit.timeIntervalSince(start)
    hasUncommitted = false
  }
}

extension Problem {
  /// Whether a point satisfies all a priori constraints; nil where there are none.
  public var aPrioriAcceptance: Acceptance? {
    let formulas = constraints.filter(\.isAPriori).map(\.satisfied)
    guard !formulas.isEmpty else { return nil }
    let places = Dictionary(uniqueKeysWithValues: space.names.enumerated().map { ($1, $0) })
    return { point in
      formulas.allSatisfy { formula in formula.value { name in places[name].map { point[$0] } ?? .nan } == 1 }
    }
  }
}

extension Space {
  /// Values by name as a simulator sees them: labels, vectors as lists, inactive parameters absent.
  public func named(_ values: [Double]) -> [String: JSON] {
    var result: [String: JSON] = [:]
    for (parameter, value) in zip(parameters, values) where !value.isNaN {
      let json: JSON = parameter.labels.map { .string($0[Int(value)]) } ?? .number(value)
      if parameter.index == nil {
        result[parameter.name] = json
      } else if case .list(let earlier)? = result[parameter.group] {
        result[parameter.group] = .list(earlier + [json])
      } else {
        result[parameter.group] = .list([json])
      }
    }
    return result
  }
}
