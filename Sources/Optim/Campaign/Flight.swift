import Foundation

/// The points of an asynchronous search: which were asked for, which are out, what has come back, and how busy that kept the workers.
///
/// Every proposal is noted in the study before its evaluation can be. The same search of a later run, known by its identity, begins with the
/// proposals of the earlier one: those that were evaluated are recalled, those that were out when it ended are evaluated now, and all of
/// them count.
struct Flight {
  private let campaign: Campaign
  private let observer: any Observer
  private let identity: Int
  private var run: EvaluationRun
  /// Rows of the archive that this search has asked for, in its order.
  private(set) var rows: [Int] = []
  /// Rows that came back since `takeBack` was called last, in the order of their return.
  private var back: [Int] = []
  private var prints: Set<UInt64>
  /// When each simulation ran, in seconds since the beginning.
  private var runs: [ClosedRange<Double>] = []
  private var simulated = 0.0
  private let began = ContinuousClock.now

  init(_ campaign: Campaign, identity: Int, observer: any Observer) throws {
    (self.campaign, self.identity, self.observer) = (campaign, identity, observer)
    run = try EvaluationRun(campaign)
    prints = Set((0..<campaign.archive.count).map { fingerprint(campaign.archive.parameterValues($0)) })
  }

  var capacity: Int { campaign.capacity }
  /// Points asked for that have not come back, those that still wait for a worker included.
  var out: Int { run.unfinished }
  var returned: Int { rows.count - out }
  var isPoolIdle: Bool { campaign.isPoolIdle }
  var remembered: Int { run.summary.remembered }
  var computed: Int { run.summary.computed }
  var seconds: Double { began.duration(to: .now) / .seconds(1) }
  /// Mean seconds of the simulations so far; nil before the first.
  var meanSeconds: Double? { runs.isEmpty ? nil : simulated / Double(runs.count) }

  // MARK: Out

  /// Takes up what an earlier run of this search has asked for, at most `limit` points.
  mutating func takeUp(limit: Int) throws {
    let earlier = try campaign.study.proposals(of: identity).prefix(limit)
    guard !earlier.isEmpty else { return }
    let places = Dictionary(
      (0..<campaign.archive.count).map { (fingerprint(campaign.archive.parameterValues($0)), $0) },
      uniquingKeysWith: { first, _ in first })
    var own: [Int] = []
    for point in earlier {
      // A point that the session holds already, by `load` for instance, stays one point.
      own.append(places[fingerprint(point)] ?? campaign.propose([point]).lowerBound)
    }
    try send(own)
  }

  /// Whether the archive does not have a point yet.
  func isNew(_ point: [Double]) -> Bool { !prints.contains(fingerprint(point)) }

  /// Asks for points, those left out that the archive has already; gives the rows of the others.
  @discardableResult
  mutating func ask(_ points: [[Double]]) throws -> [Int] {
    let new = points.filter(isNew)
    campaign.study.propose(new, of: identity, from: rows.count)
    let asked = Array(campaign.propose(new))
    try send(asked)
    return asked
  }

  private mutating func send(_ asked: [Int]) throws {
    prints.formUnion(asked.map { fingerprint(campaign.archive.parameterValues($0)) })
    rows += asked
    let states = campaign.archive.states
    try run.add(asked.filter { states[$0] == .pending })
    back += asked.filter { !run.isUnfinished($0) }
  }

  // MARK: Back

  /// Hands out and takes one answer, waiting for it at most `timeout` seconds.
  mutating func turn(timeout: Double, activity: String, total: Int) throws {
    if let answer = try run.turn(observer.interruption, timeout: timeout) {
      let now = seconds
      runs.append(max(now - answer.seconds, 0)...now)
      simulated += answer.seconds
      let row = run.row(of: answer)
      if !run.isUnfinished(row) { back.append(row) }
    }
    for notice in campaign.takeNotices() { observer.note(notice) }
    observer.report(
      Progress(
        activity: activity, done: returned, total: max(total, rows.count), failed: run.summary.failed,
        running: run.running))
  }

  /// Rows that have come back since the last call.
  mutating func takeBack() -> [Int] {
    defer { back = [] }
    return back
  }

  /// Brings everything to disk.
  mutating func land() throws { try run.finish() }

  /// After a fault: ends what runs and keeps what has come back.
  func abandon() {
    campaign.cancelJobs()
    try? campaign.study.commit()
  }

  // MARK: How busy

  /// The share of the workers' time between two instants that simulations known by now have filled; nil for an empty span or where
  /// nothing was simulated.
  func busy(from start: Double, to end: Double) -> Double? {
    guard end > start, !runs.isEmpty else { return nil }
    let filled = runs.reduce(0) { sum, run in
      sum + max(min(run.upperBound, end) - max(run.lowerBound, start), 0)
    }
    return filled > 0 ? min(filled / ((end - start) * Double(capacity)), 1) : nil
  }
}

extension Campaign {
  /// Identifies an asynchronous search in the study: the seed, which search of the session it is, the problem, and how points are chosen,
  /// but not when it ends. The same statement of the same script has the same one in every run.
  func searchIdentity(_ words: [String], _ goal: LearningGoal? = nil) throws -> Int {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    var bytes = [UInt8](
      (["\(seed) \(searchCount)"] + words).joined(separator: "\0").utf8)
    for simulator in problem.simulators {
      bytes += [UInt8](try Fingerprint.definition(simulator, problem.space).utf8)
      bytes += try encoder.encode(simulator.outputs)
    }
    bytes += try encoder.encode(problem.space)
    for objective in problem.objectives {
      bytes += [UInt8](objective.sense.rawValue.utf8) + (try encoder.encode(objective.formula))
    }
    for constraint in problem.constraints {
      bytes += try encoder.encode(constraint.satisfied)
      if let margin = constraint.margin { bytes += try encoder.encode(margin) }
    }
    if let goal { bytes += try encoder.encode(goal) }
    return Int(truncatingIfNeeded: UInt64(SHA256.hex(bytes).prefix(16), radix: 16)!)
  }
}
