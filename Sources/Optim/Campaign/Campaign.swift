/// One problem being worked on: the points asked for so far, their evaluations, and the study that remembers them.
///
/// The archive holds what this session asked for, in its order; the study holds everything ever evaluated. Asking for a
/// known point answers from the study, which is what makes running a script again cost only what is missing.
public final class Campaign {
  public private(set) var problem: Problem
  /// The points in play: those that the present parameters allow.
  public private(set) var archive: Evaluations
  /// Points outside the present ranges; they come back when the ranges do.
  private(set) var aside: Evaluations
  /// Position of every row of `archive` and `aside` in the order they were asked for.
  private var archiveOrder: [Int] = []
  private var asideOrder: [Int] = []
  private var nextOrder = 0

  /// A study in memory remembers within the session.
  public private(set) var study: Study
  public var seed: UInt64 = 1
  /// How many `sample` and how many `optimize` and `trace` this session has done: the next one draws from the next stream.
  public private(set) var sampleCount = 0
  public private(set) var searchCount = 0
  public private(set) var traceCount = 0
  /// Where simulations run.
  public var workforce: Workforce {
    didSet { if !workforce.isSame(as: oldValue) { endPool() } }
  }
  private var livePool: (any Pool)?
  private var knownScores: Scores?

  public convenience init(workers: Int) throws { try self.init(workforce: .local(workers)) }

  public init(workforce: Workforce) throws {
    problem = Problem(space: Space([]))
    archive = Evaluations(parameterNames: [], outputNames: [])
    aside = archive
    study = try Study()
    self.workforce = workforce
  }

  // MARK: Study and pool

  /// From now on evaluations are remembered in this study.
  public func use(_ study: Study) throws {
    try self.study.close()
    self.study = study
  }

  /// Writes what is not on disk yet, releases the study file and ends idle simulators.
  public func close() throws {
    endPool()
    try study.close()
  }

  func pool() throws(PoolFailure) -> any Pool {
    if let livePool { return livePool }
    let pool = try workforce.pool()
    livePool = pool
    return pool
  }

  /// From now on jobs go to this pool, until the number of workers changes.
  func use(_ pool: any Pool) {
    endPool()
    livePool = pool
  }

  func endPool() {
    // The ranks of our own MPI job stay until the end of it.
    if case .ranks = workforce { livePool?.cancel() } else { livePool?.shutDown() }
    livePool = nil
  }

  /// Simulations at the same time.
  var capacity: Int { livePool?.capacity ?? workforce.capacity }

  /// Simulations that run now.
  var running: Int { livePool.map { min($0.outstanding, $0.capacity) } ?? 0 }

  var isPoolIdle: Bool { (livePool?.outstanding ?? 0) == 0 }

  /// Ends what runs and forgets what waits.
  func cancelJobs() { livePool?.cancel() }

  /// Lets fits within `body` use the workers, if there are any and they are idle.
  func withIdleWorkers<Value>(_ body: () throws -> Value) rethrows -> Value {
    try FitWorkers.$idle.withValue(isPoolIdle ? FitWorkers(livePool) : nil, operation: body)
  }

  /// The workers there are: none until something has been simulated.
  public func workers() -> [WorkerStatus] { livePool?.workers() ?? [] }

  /// What simulators said that is no failure, such as outputs that were not declared; each once.
  public func takeNotices() -> [String] {
    livePool?.takeNotices() ?? []
  }

  // MARK: Archive

  /// How the problem judges the archive.
  public func scores() throws -> Scores {
    if let knownScores { return knownScores }
    let scores = try Scores(problem: problem, evaluations: archive)
    knownScores = scores
    return scores
  }

  /// Adds points to evaluate; gives their rows.
  @discardableResult
  public func propose(_ points: [[Double]]) -> Range<Int> {
    let first = archive.count
    for point in points {
      archive.appendPending(point)
      archiveOrder.append(nextOrder)
      nextOrder += 1
    }
    knownScores = nil
    return first..<archive.count
  }

  /// Adds evaluated points, as `load` and imports bring them; what lies outside the present parameters is set aside.
  ///
  /// - Returns: how many were set aside.
  @discardableResult
  public func add(_ evaluations: Evaluations) -> Int {
    let isInside = problem.space.contained(evaluations.parameters)
    let inside = isInside.indices.filter { isInside[$0] }
    let outside = isInside.indices.filter { !isInside[$0] }
    archive.append(evaluations.subset(inside))
    archiveOrder += inside.map { nextOrder + $0 }
    aside.append(evaluations.subset(outside))
    asideOrder += outside.map { nextOrder + $0 }
    nextOrder += evaluations.count
    knownScores = nil
    return outside.count
  }

  func update(_ row: Int, _ result: RowResult) {
    archive.set(
      row, state: result.state, outputs: result.outputs, seconds: result.seconds, failure: result.failure)
    knownScores = nil
  }

  func updateAside(_ row: Int, _ result: RowResult) {
    aside.set(
      row, state: result.state, outputs: result.outputs, seconds: result.seconds, failure: result.failure)
  }

  /// Forgets the session's points; the study keeps them.
  public func reset() {
    archive = Evaluations(parameterNames: problem.space.names, outputNames: problem.outputColumns)
    aside = archive
    (archiveOrder, asideOrder, nextOrder) = ([], [], 0)
    (sampleCount, searchCount, traceCount) = (0, 0, 0)
    knownScores = nil
  }

  public func nextSampleStream() -> RandomStream {
    sampleCount += 1
    return RandomStream(seed: seed, purpose: .sampling, index: UInt64(sampleCount))
  }

  public func nextSearchStream() -> RandomStream {
    searchCount += 1
    return RandomStream(seed: seed, purpose: .search, index: UInt64(searchCount))
  }

  func nextTraceStream() -> RandomStream {
    traceCount += 1
    return RandomStream(seed: seed, purpose: .trace, index: UInt64(traceCount))
  }

  // MARK: Changed problems

  /// What a changed problem makes of the points there are.
  public struct Change: Equatable, Sendable {
    /// Evaluated points before and after.
    public let before: Int
    public let kept: Int
    /// Of the lost ones: outside the present ranges, or to be simulated again.
    public let outside: Int
    public let again: Int
  }

  /// Takes a changed problem over: re-scores everything, sets points aside that the parameters no longer allow, and
  /// marks those as pending whose simulator has changed. Runs nothing.
  public func adopt(_ new: Problem) throws -> Change {
    let old = problem
    let before = evaluated(archive)
    if let scores = knownScores, new.space == old.space, new.simulators == old.simulators {
      problem = new
      knownScores = try scores.rescored(problem: new, evaluations: archive)
      return Change(before: before, kept: before, outside: 0, again: 0)
    }
    problem = new
    knownScores = nil
    guard new.space != old.space || new.simulators != old.simulators else {
      return Change(before: before, kept: before, outside: 0, again: 0)
    }
    let (all, order) = merged()
    let moved = try carry(all, from: old, to: new)
    partition(moved.evaluations, order)
    let kept = evaluated(archive)
    let again = min(moved.again, before - kept)
    return Change(before: before, kept: kept, outside: before - kept - again, again: again)
  }

  private func evaluated(_ evaluations: Evaluations) -> Int {
    evaluations.states.count { $0 != .pending }
  }

  /// Archive and points set aside, in the order they were asked for.
  private func merged() -> (Evaluations, [Int]) {
    var all = archive
    all.append(aside)
    let order = archiveOrder + asideOrder
    let sorted = order.indices.sorted { order[$0] < order[$1] }
    return (all.subset(sorted), sorted.map { order[$0] })
  }

  /// Rows under the new declaration; outputs that it does not answer any more make a row pending.
  private func carry(_ all: Evaluations, from old: Problem, to new: Problem) throws -> (
    evaluations: Evaluations, again: Int
  ) {
    let names = new.space.names
    guard Set(names) == Set(old.space.names) else {
      return (Evaluations(parameterNames: names, outputNames: new.outputColumns), 0)
    }
    let parameters = new.space.parameters.map { parameter -> [Double] in
      let column = all.column(parameter.name)!
      guard let labels = parameter.labels,
        let before = old.space.parameters.first(where: { $0.name == parameter.name })?.labels
      else { return column }
      // A label that is gone gets an index that no label has, so that the row lies outside the space.
      return column.map { $0.isNaN ? $0 : Double(labels.firstIndex(of: before[Int($0)]) ?? labels.count) }
    }
    var answers = try stillAnswers(old, new)
    let outputs = new.outputColumns.map { name -> [Double] in
      if let column = all.column(name) { return column }
      answers = false
      return Array(repeating: .nan, count: all.count)
    }
    let states = all.states.map { answers || $0 == .rejected ? $0 : .pending }
    let again = answers ? 0 : evaluated(all)
    let carried = Evaluations(
      parameterNames: names, outputNames: new.outputColumns, parameters: parameters, outputs: outputs,
      states: states, seconds: all.seconds, failures: answers ? all.failures : [:])
    return (carried, again)
  }

  /// Whether the evaluations made under the old simulators stand under the new ones.
  private func stillAnswers(_ old: Problem, _ new: Problem) throws -> Bool {
    guard new.simulators.map(\.name) == old.simulators.map(\.name) else { return false }
    for (a, b) in zip(old.simulators, new.simulators) {
      if try Fingerprint.definition(a, new.space) != Fingerprint.definition(b, new.space) { return false }
      if a.outputs != b.outputs { return false }
    }
    return true
  }

  private func partition(_ all: Evaluations, _ order: [Int]) {
    guard all.count == order.count else {
      (archive, aside, archiveOrder, asideOrder) = (all, all, [], [])
      return
    }
    let isInside = problem.space.contained(all.parameters)
    let inside = isInside.indices.filter { isInside[$0] }
    let outside = isInside.indices.filter { !isInside[$0] }
    archive = all.subset(inside)
    aside = all.subset(outside)
    archiveOrder = inside.map { order[$0] }
    asideOrder = outside.map { order[$0] }
  }
}

/// What became of a row.
struct RowResult {
  let state: Evaluations.State
  var outputs: [Double]?
  var seconds = 0.0
  var failure: Failure?
}
