import Foundation

/// The state of a surrogate-driven search between its epochs.
struct EpochLoop {
  private let campaign: Campaign
  private let options: OptimizationOptions
  private let observer: any Observer
  private let stream: RandomStream
  private let search: ModelSearch
  private let batch: Int
  private let first: Int
  private var log: EpochLog
  private var model: TrainedModel?
  /// Points at which the next model starts afresh instead of from the last one.
  private var freshStart = 0
  /// Where the last search on the surrogate ended.
  private var population: [[Double]] = []
  private var remembered = 0
  private var computed = 0
  private var wasInterrupted = false

  init(
    _ campaign: Campaign, _ algorithm: AlgorithmEntry, _ options: OptimizationOptions,
    _ observer: any Observer, _ onEpoch: @escaping (EpochRecord) -> Void
  ) {
    (self.campaign, self.observer) = (campaign, observer)
    model = options.warm
    log = EpochLog(campaign, reference: options.reference, onEpoch)
    self.options = options.accepting(campaign.problem)
    stream = campaign.nextSearchStream()
    batch =
      options.batch ?? OptimizationOptions.batchSize(evaluations: options.stopping.evaluationLimit ?? 2500)
    search = ModelSearch(algorithm: algorithm, options: self.options, batch: batch)
    first = campaign.archive.count
  }

  mutating func run() throws -> OptimizationResult {
    try sampleFirst()
    var reason = wasInterrupted ? nil : options.stopping.reason(log.state(evaluations: asked))
    while reason == nil && !wasInterrupted {
      guard try epoch() else {
        reason = wasInterrupted ? nil : "every point of the parameters' grid is evaluated"
        break
      }
      reason = wasInterrupted ? nil : options.stopping.reason(log.state(evaluations: asked))
    }
    return log.result(
      rows: Array(first..<campaign.archive.count), reason: reason, remembered: remembered, computed: computed)
  }

  private var asked: Int { campaign.archive.count - first }

  // MARK: Epochs

  /// An initial sample where too little is evaluated to learn from.
  private mutating func sampleFirst() throws {
    let known = campaign.archive.states.count { $0 != .pending && $0 != .rejected }
    let wanted = options.initial ?? OptimizationOptions.initialCount(campaign.problem.space.count)
    let count = min(wanted - known, options.stopping.evaluationLimit ?? .max)
    let seconds = count > 0 ? try evaluate(campaign.propose(try sample(count))) : 0
    try log.record(epoch: 0, evaluations: asked, error: nil, .init(simulating: seconds))
  }

  private func sample(_ count: Int) throws -> [[Double]] {
    try LatinHypercube().sample(
      count: count, space: campaign.problem.space, stream: campaign.nextSampleStream(),
      accept: options.search.accept
    ).points
  }

  /// One round; false where there was nothing new to evaluate, or it was interrupted before.
  private mutating func epoch() throws -> Bool {
    let clock = ContinuousClock()
    var start = clock.now
    let scores = try campaign.scores()
    var times = EpochLog.Times()
    guard scores.hasAnswers else {
      // Every simulation has failed so far: there is nothing to learn but where not to look.
      return try finish(try sample(room).map { Infill(point: $0, costs: [], worth: 0) }, times)
    }
    try train(scores)
    times.training = start.duration(to: clock.now) / .seconds(1)
    if isInterrupted() { return false }
    start = clock.now
    let chosen = choose(scores)
    times.searching = start.duration(to: clock.now) / .seconds(1)
    if isInterrupted() || chosen.isEmpty { return false }
    return try finish(chosen, times)
  }

  /// Points that the next epoch may ask for.
  private var room: Int { min(batch, (options.stopping.evaluationLimit ?? .max) - asked) }

  private mutating func isInterrupted() -> Bool {
    if observer.interruption != .none { wasInterrupted = true }
    return wasInterrupted
  }

  private mutating func finish(_ chosen: [Infill], _ times: EpochLog.Times) throws -> Bool {
    var times = times
    let rows = campaign.propose(chosen.map(\.point))
    times.simulating = try evaluate(rows)
    log.adapt(to: try campaign.scores().status[rows])
    let error = try log.error(of: zip(rows, chosen).map { ($0, $1.costs) })
    try log.record(epoch: log.records.count, evaluations: asked, error: error, times)
    return true
  }

  /// Starts from the last model, whose fit then takes a fraction of the time; from nothing whenever the data have grown by a tenth,
  /// so that a poor local optimum is left again.
  private mutating func train(_ scores: Scores) throws {
    let count = scores.count
    // A model given to start from is one to start from.
    let isFresh = count >= freshStart && !(freshStart == 0 && model != nil)
    if isFresh || freshStart == 0 { freshStart = count + max(1, count / 10) }
    model = try campaign.train(
      options.surrogate, goal: options.goal, options: options.training, warm: isFresh ? nil : model,
      keepsQuick: false, observer: observer)
  }

  private mutating func choose(_ scores: Scores) -> [Infill] {
    let number = log.records.count
    let round = ModelSearch.Round(
      number: number, count: room, caution: log.caution, looksElsewhere: log.looksElsewhere(),
      population: population,
      stream: stream.derived(UInt64(number)))
    let found = search.choose(round, model!.model, .init(campaign.archive, scores)) {
      observer.interruption != .none
    }
    population = found.population
    return found.chosen
  }

  // MARK: Evaluations

  /// Evaluates rows; gives the seconds it took.
  private mutating func evaluate(_ rows: Range<Int>) throws -> Double {
    let stopping = options.stopping
    let total = stopping.evaluationLimit ?? stopping.epochLimit.map { $0 * batch + rows.count } ?? 0
    let part = PartialObserver(
      observer, activity: "optimizing", offset: rows.lowerBound - first,
      total: max(total, rows.upperBound - first))
    let summary = try campaign.evaluate(rows, observer: part)
    remembered += summary.remembered
    computed += summary.computed
    if summary.unfinished > 0 || observer.interruption != .none { wasInterrupted = true }
    return summary.seconds
  }
}

extension OptimizationOptions {
  /// With the a priori constraints of a problem whose points cost a simulation.
  func accepting(_ problem: Problem) -> OptimizationOptions {
    var options = self
    options.search.accept = problem.simulators.isEmpty ? nil : problem.aPrioriAcceptance
    return options
  }
}

extension Scores {
  /// Whether there is a row with an answer to learn from.
  var hasAnswers: Bool {
    status.contains { $0 != .failed && $0 != .pending && $0 != .rejected }
  }
}
