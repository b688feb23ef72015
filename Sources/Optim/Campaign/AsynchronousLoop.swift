import Foundation

/// A surrogate-driven search that keeps every worker busy: whenever a share of a batch has come back, the model is fitted again, beside
/// the simulations, and as many points are chosen as keep the pool filled until the next time.
///
/// An epoch is over when a batch of points has come back; in between the model is fitted several times.
struct AsynchronousLoop {
  private let campaign: Campaign
  private let options: OptimizationOptions
  private let observer: any Observer
  private let stream: RandomStream
  private let search: ModelSearch
  private let pace: Pace
  /// Times at which the search may have to end though no epoch is over.
  private let times: [Double]
  private var flight: Flight
  private var log: EpochLog
  private var model: ProblemModel?
  private var set: TrainingSet?
  /// Points at which the next model starts afresh instead of from the last one.
  private var freshStart = 0
  private var rounds = 0
  private var population: [[Double]] = []
  /// Predicted costs of the points that a model has chosen, by row.
  private var predicted: [Int: [Double]] = [:]
  private var epoch = Epoch()
  /// When each record was made, in seconds since the beginning.
  private var ends: [Double] = []
  /// Why nothing more is asked for; nil while the search goes on.
  private var ending: String?
  private var wasInterrupted = false
  /// Points that had come back when a search of the model found nothing new.
  private var exhaustedAt = -1
  /// Seconds of the last fits and choices. The longest of them counts: a fit that starts afresh takes several times as long as the others.
  private var lastRounds: [Double] = []

  /// The numbers that the flow follows.
  private struct Pace {
    /// Points per epoch, and how many of them come back before the next fit.
    let batch: Int
    let step: Int
    /// Evaluated points to begin with.
    let wanted: Int
    /// Points of the initial sample that count before the first epoch.
    let initial: Int
    /// Points that the search may ask for.
    let budget: Int
  }

  /// What an epoch has brought so far.
  private struct Epoch {
    var returned: [Int] = []
    var times = EpochLog.Times()
  }

  init(
    _ campaign: Campaign, _ algorithm: AlgorithmEntry, _ options: OptimizationOptions,
    _ observer: any Observer, _ onEpoch: @escaping (EpochRecord) -> Void
  ) throws {
    (self.campaign, self.observer) = (campaign, observer)
    self.options = options.accepting(campaign.problem)
    times = options.stopping.whole.times
    stream = campaign.nextSearchStream()
    log = EpochLog(campaign, reference: options.reference, onEpoch)
    model = options.warm?.model
    set = options.warm?.set
    let capacity = campaign.capacity
    let batch =
      options.batch
      ?? max(OptimizationOptions.batchSize(evaluations: options.stopping.evaluationLimit ?? 2500), capacity)
    let known = campaign.archive.states.count { $0 != .pending && $0 != .rejected }
    let wanted = options.initial ?? OptimizationOptions.initialCount(campaign.problem.space.count)
    let initial = max(wanted - known, 0)
    let byEpochs = options.stopping.epochLimit.map { initial + $0 * batch } ?? .max
    pace = Pace(
      batch: batch, step: max(1, Int((options.refit * Double(batch)).rounded(.up))), wanted: wanted,
      initial: initial, budget: min(options.stopping.evaluationLimit ?? .max, byEpochs))
    search = ModelSearch(algorithm: algorithm, options: self.options, batch: pace.step)
    let identity = try campaign.searchIdentity(
      [algorithm.name, options.surrogate.name, options.acquisition.rawValue, options.gradient.rawValue],
      options.goal)
    flight = try Flight(campaign, identity: identity, observer: observer)
  }

  mutating func run() throws -> OptimizationResult {
    do {
      try flight.takeUp(limit: pace.budget)
      try replay()
      if ending == nil { try sampleFirst() }
      try fly()
      try flight.land()
    } catch {
      flight.abandon()
      throw error
    }
    if flight.returned > (log.records.last?.evaluations ?? -1) { try record(nextEpoch) }
    log.setBusy(ends.indices.map { flight.busy(from: $0 == 0 ? 0 : ends[$0 - 1], to: ends[$0]) })
    if ending == nil && !wasInterrupted { ending = reason }
    return log.result(
      rows: flight.rows, reason: wasInterrupted ? nil : ending, remembered: flight.remembered,
      computed: flight.computed)
  }

  /// Until everything that was asked for is back, or the user wants no more.
  private mutating func fly() throws {
    while flight.out > 0 || isAsking {
      try turn(timeout: 0.1)
      try recordIfDue()
      if wasInterrupted {
        if flight.isPoolIdle { return }
      } else if isAsking && isDue {
        try round()
      }
    }
  }

  private mutating func turn(timeout: Double) throws {
    if flight.out > 0 { try flight.turn(timeout: timeout, activity: "optimizing", total: plannedTotal) }
    if observer.interruption != .none { wasInterrupted = true }
    if ending == nil, times.contains(where: { log.seconds >= $0 }) {
      ending = reason
    }
  }

  private var reason: String? { options.stopping.reason(log.state(evaluations: flight.returned)) }

  private var plannedTotal: Int { pace.budget == .max ? flight.rows.count : pace.budget }
  private var room: Int { pace.budget - flight.rows.count }
  private var isAsking: Bool { ending == nil && !wasInterrupted && room > 0 }

  // MARK: How many are out

  /// Points to have out: one per worker, those that come back until the next fit, and those that come back during it. The last ones
  /// are at most a pool or a batch full, because they are chosen without what the others will teach.
  private var target: Int {
    let capacity = flight.capacity
    var surplus = 0
    if let mean = flight.meanSeconds, mean > 0 {
      let expected = (Double(capacity) * (lastRounds.max() ?? 0) / mean).rounded(.up)
      surplus = Int(min(expected, Double(max(capacity, pace.batch))))
    }
    return capacity + pace.step + surplus
  }

  /// Whether it is time to choose again: enough has come back, and enough is known to learn from.
  private var isDue: Bool {
    if flight.out == 0 { return true }
    guard flight.out + pace.step <= target, flight.returned != exhaustedAt else { return false }
    let known = campaign.archive.states.count { $0 != .pending && $0 != .rejected }
    return known >= (pace.wanted + 1) / 2
  }

  // MARK: Asking

  /// As many points as the first model needs, and more where workers would wait for it: half of what that many evaluations allow at most.
  private mutating func sampleFirst() throws {
    let known = campaign.archive.states.count { $0 != .rejected && $0 != .pending } + flight.out
    var count = pace.wanted - known
    if count > 0 && options.initial == nil {
      let filling = flight.capacity + pace.step + pace.wanted / 2
      count = max(count, min(filling, pace.budget / 2) - known)
    }
    try sample(min(count, room))
  }

  /// A Latin hypercube; without a new point on ten of them the space is exhausted.
  private mutating func sample(_ count: Int) throws {
    guard count > 0 else { return }
    for attempt in 0..<10 {
      let points = try LatinHypercube().sample(
        count: count, space: campaign.problem.space,
        stream: stream.derived(UInt64(2 * flight.rows.count + 1)).derived(UInt64(attempt)),
        accept: options.search.accept
      ).points
      if try !flight.ask(Self.distinct(points)).isEmpty { return }
    }
    nothingNew()
  }

  private static func distinct(_ points: [[Double]]) -> [[Double]] {
    var prints: Set<UInt64> = []
    return points.filter { prints.insert(fingerprint($0)).inserted }
  }

  private mutating func nothingNew() {
    if flight.out == 0 { ending = "every point of the parameters' grid is evaluated" }
    exhaustedAt = flight.returned
  }

  /// Learns from what has come back and asks for more.
  private mutating func round() throws {
    let scores = try campaign.scores()
    try takeBack()
    let count = min(max(target - flight.out, 1), room)
    // Every simulation has failed so far: there is nothing to learn but where not to look.
    guard scores.hasAnswers else { return try sample(count) }
    rounds += 1
    guard let choice = try choose(count, scores) else { return }
    (model, set, population) = (choice.model, choice.set, choice.population)
    lastRounds = lastRounds.suffix(4) + [choice.training + choice.searching]
    epoch.times.training += choice.training
    epoch.times.searching += choice.searching
    let rows = try flight.ask(choice.chosen.map(\.point))
    for (row, infill) in zip(rows, choice.chosen) { predicted[row] = infill.costs }
    if rows.isEmpty { nothingNew() }
  }

  /// Fits and chooses beside the simulations; nil where it was interrupted.
  private mutating func choose(_ count: Int, _ scores: Scores) throws -> Choice? {
    let (set, layout) = campaign.problem.trainingSet(campaign.archive, scores, options.goal)
    try campaign.check(set, layout)
    let known = campaign.archive.count - flight.out
    let isFresh = known >= freshStart && !(freshStart == 0 && model != nil)
    if isFresh || freshStart == 0 { freshStart = known + max(1, known / 10) }
    let isAlike = self.set.map(set.isAlike) ?? false
    let fit = Fit(
      entry: options.surrogate, options: options.training, set: set, layout: layout, goal: options.goal,
      problem: campaign.problem, seed: campaign.seed, warm: isFresh || !isAlike ? nil : model?.surrogate)
    let round = ModelSearch.Round(
      number: rounds, count: count, caution: log.caution, looksElsewhere: log.looksElsewhere(),
      population: population,
      stream: stream.derived(UInt64(2 * flight.rows.count)))
    let state = ModelSearch.Known(campaign.archive, scores)
    let halt = Halt()
    let aside = Aside { [search] in try Choice(fit, search, round, state, halt) }
    while !aside.isDone {
      if flight.out == 0 || flight.isPoolIdle { aside.wait(seconds: 0.02) }
      do {
        try turn(timeout: 0.005)
      } catch {
        // No thread outlives the search.
        halt.stop()
        _ = try? aside.value()
        throw error
      }
      if wasInterrupted { halt.stop() }
    }
    let choice = try aside.value()
    return wasInterrupted ? nil : choice
  }

  // MARK: Epochs

  /// Epochs that are over: none before the initial sample, which is number 0.
  private var epochsOver: Int {
    flight.returned < pace.initial ? -1 : (flight.returned - pace.initial) / pace.batch
  }

  private var nextEpoch: Int { (log.records.last?.epoch ?? -1) + 1 }

  private mutating func recordIfDue() throws {
    guard epochsOver >= nextEpoch else { return }
    try record(epochsOver)
    if ending == nil { ending = reason }
  }

  /// The epochs of an earlier run of this search, in the order in which it asked for the points: rules that look back find what they need,
  /// and end the search where they did.
  private mutating func replay() throws {
    let known = flight.rows.filter { campaign.archive.states[$0] != .pending }
    guard !known.isEmpty else { return }
    while ending == nil, pace.initial + nextEpoch * pace.batch <= known.count {
      let count = pace.initial + nextEpoch * pace.batch
      try log.record(
        epoch: nextEpoch, evaluations: count, error: nil, .init(), without: Set(known.dropFirst(count)))
      ends.append(flight.seconds)
      ending = options.stopping.reason(log.state(evaluations: count))
    }
  }

  /// Notes what has come back, and what that says about the model's hopes.
  private mutating func takeBack() throws {
    let back = flight.takeBack()
    epoch.returned += back
    let status = try campaign.scores().status
    log.adapt(to: back.filter { predicted[$0] != nil }.map { status[$0] })
  }

  private mutating func record(_ number: Int) throws {
    try takeBack()
    let now = flight.seconds
    let error = try log.error(
      of: epoch.returned.compactMap { row in predicted[row].map { (row, $0) } })
    epoch.times.simulating = now - (ends.last ?? 0)
    epoch.times.busy = flight.busy(from: ends.last ?? 0, to: now)
    try log.record(epoch: number, evaluations: flight.returned, error: error, epoch.times)
    ends.append(now)
    epoch = Epoch()
  }
}

/// A fit and everything it needs, to be done on another thread.
private struct Fit: Sendable {
  let entry: SurrogateEntry
  let options: SurrogateOptions
  let set: TrainingSet
  let layout: TargetLayout
  let goal: LearningGoal
  let problem: Problem
  let seed: UInt64
  let warm: (any Surrogate)?
}

/// What a fit and a search of the model have given.
private struct Choice: Sendable {
  let model: ProblemModel
  let set: TrainingSet
  let chosen: [Infill]
  let population: [[Double]]
  /// Seconds.
  let training: Double
  let searching: Double

  init(
    _ fit: Fit, _ search: ModelSearch, _ round: ModelSearch.Round, _ known: ModelSearch.Known, _ halt: Halt
  ) throws {
    let clock = ContinuousClock()
    let start = clock.now
    let surrogate = try fit.entry.fit(
      fit.set, fit.options, RandomStream(seed: fit.seed, purpose: .training), fit.warm, halt)
    model = ProblemModel(problem: fit.problem, goal: fit.goal, layout: fit.layout, surrogate: surrogate)
    set = fit.set
    let fitted = clock.now
    training = start.duration(to: fitted) / .seconds(1)
    (chosen, population) =
      halt.shouldStop ? ([], []) : search.choose(round, model, known) { halt.shouldStop }
    searching = fitted.duration(to: clock.now) / .seconds(1)
  }
}
