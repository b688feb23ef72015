import Foundation

/// Carries rows of the archive through the simulators: recall or submit, collect, remember.
///
/// Rows may be added while others are out, which is what an asynchronous search does; `run` is for a set that is known at once.
struct EvaluationRun {
  private let campaign: Campaign
  private let simulators: [Simulator]
  private let series: [Series]
  private let retryFailed: Bool
  private var waiting = Queue<Int>()
  /// Jobs of the row whose turn it is, the last one first.
  private var wanted: [Job] = []
  /// Answers so far of rows that are not complete.
  private var parts: [Int: [Part?]] = [:]
  private(set) var summary = EvaluationSummary()
  private var hasUncommitted = false
  private var lastCommit = Date.distantPast
  private var commitSeconds = 0.0

  init(_ campaign: Campaign, retryFailed: Bool = false) throws {
    self.campaign = campaign
    self.retryFailed = retryFailed
    simulators = campaign.problem.simulators
    series = try simulators.map { try campaign.study.series(for: $0, space: campaign.problem.space) }
  }

  /// Rows that are not answered yet, and whether one is among them.
  var unfinished: Int { parts.count }
  func isUnfinished(_ row: Int) -> Bool { parts[row] != nil }
  func row(of answer: Answer) -> Int { answer.id / simulators.count }

  /// Takes rows on: those that the study knows are answered now, the others wait for `turn`.
  mutating func add(_ rows: [Int]) throws {
    summary.asked += rows.count
    // What a search notes with its rows goes to disk with the next commit, like answers.
    hasUncommitted = true
    try answerAtOnce(rows)
    for row in rows where parts[row] != nil { waiting.append(row) }
    if !parts.isEmpty && campaign.study.isReadOnly {
      throw StudyError.readOnly(path: campaign.study.path ?? "the study")
    }
  }

  mutating func run(_ rows: [Int], observer: any Observer) throws -> EvaluationSummary {
    let start = Date()
    try add(rows)
    let total = parts.count
    while unfinished > 0 {
      _ = try turn(observer.interruption, timeout: 0.1)
      for notice in campaign.takeNotices() { observer.note(notice) }
      if campaign.isPoolIdle && (observer.interruption != .none || isIdle) { break }
      observer.report(
        Progress(
          activity: "evaluating", done: total - parts.count, total: total, failed: summary.failed,
          running: running))
    }
    try finish()
    summary.seconds = Date().timeIntervalSince(start)
    return summary
  }

  /// Brings to disk what has come back and counts what has not.
  mutating func finish() throws {
    try campaign.study.commit()
    summary.unfinished = parts.count
  }

  /// Simulations that run now.
  var running: Int { campaign.running }

  // MARK: Without simulating

  /// Rejects by a priori constraints, and recalls from the study.
  private mutating func answerAtOnce(_ rows: [Int]) throws {
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

  /// Hands out what the pool takes and deals with one answer, if one comes within `timeout` seconds. What came back before a fault is
  /// on disk before anyone hears of it.
  mutating func turn(_ interruption: Interruption, timeout: Double) throws -> Answer? {
    let pool = try campaign.pool()
    do {
      if interruption == .stop {
        // First what is known: the end of what runs may take longer than we are given.
        try campaign.study.commit()
        pool.cancel()
        return nil
      }
      if interruption == .none { submit(pool) } else { pool.withdraw() }
      var answer: Answer?
      if pool.outstanding > 0 {
        answer = try pool.next(timeout: timeout)
        if let answer { try take(answer) }
      }
      try commitIfDue()
      return answer
    } catch {
      pool.cancel()
      try? campaign.study.commit()
      throw error
    }
  }

  /// A few more than run at once, so that no worker waits for the next job.
  private mutating func submit(_ pool: any Pool) {
    while pool.room > 0 {
      while wanted.isEmpty, let row = waiting.popFirst() { wanted = jobs(row) }
      guard let job = wanted.popLast() else { return }
      pool.submit(job)
    }
  }

  /// Whether nothing waits to be handed out.
  private var isIdle: Bool { wanted.isEmpty && waiting.count == 0 }

  /// Jobs of a row for the simulators that have not answered yet.
  private func jobs(_ row: Int) -> [Job] {
    guard let found = parts[row] else { return [] }
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
  private mutating func commitIfDue() throws {
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
