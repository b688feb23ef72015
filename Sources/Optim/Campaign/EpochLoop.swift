import Foundation

/// The state of a surrogate-driven search between its epochs.
struct EpochLoop {
  private let campaign: Campaign
  private let algorithm: AlgorithmEntry
  private let options: OptimizationOptions
  private let observer: any Observer
  private let onEpoch: (EpochRecord) -> Void
  private let stream: RandomStream
  private let batch: Int
  private let first: Int
  private let began = ContinuousClock.now
  private var records: [EpochRecord] = []
  private var model: TrainedModel?
  /// Reference point of all hypervolumes once there is a feasible front.
  private var reference: [Double]?
  /// Points at which the next model starts afresh instead of from the last one.
  private var freshStart = 0
  /// Where the last search on the surrogate ended.
  private var population: [[Double]] = []
  private var remembered = 0
  private var computed = 0
  private var wasInterrupted = false
  /// How much the choice avoids points that may be infeasible; see `AcquisitionFunction`.
  private var caution = 1.0
  /// Whether each of the last chosen points was feasible.
  private var outcomes: [Bool] = []

  init(
    _ campaign: Campaign, _ algorithm: AlgorithmEntry, _ options: OptimizationOptions,
    _ observer: any Observer, _ onEpoch: @escaping (EpochRecord) -> Void
  ) {
    (self.campaign, self.algorithm, self.observer) = (campaign, algorithm, observer)
    self.onEpoch = onEpoch
    (model, reference) = (options.warm, options.reference)
    var options = options
    options.search.accept = campaign.problem.simulators.isEmpty ? nil : campaign.problem.aPrioriAcceptance
    self.options = options
    stream = campaign.nextSearchStream()
    batch = options.batch ?? OptimizationOptions.batchSize(evaluations: options.stopping.evaluations ?? 2500)
    first = campaign.archive.count
  }

  mutating func run() throws -> OptimizationResult {
    try sampleFirst()
    var reason = wasInterrupted ? nil : options.stopping.reason(state())
    while reason == nil && !wasInterrupted {
      guard try epoch() else {
        reason = wasInterrupted ? nil : "every point of the parameters' grid is evaluated"
        break
      }
      reason = wasInterrupted ? nil : options.stopping.reason(state())
    }
    return OptimizationResult(
      records: records, rows: first..<campaign.archive.count,
      reference: reference.map {
        zip($0, campaign.problem.objectives).map { $1.sense == .maximize ? -$0 : $0 }
      },
      reason: reason ?? "interrupted", wasInterrupted: wasInterrupted, remembered: remembered,
      computed: computed)
  }

  // MARK: Epochs

  /// An initial sample where too little is evaluated to learn from.
  private mutating func sampleFirst() throws {
    let known = campaign.archive.states.count { $0 != .pending && $0 != .rejected }
    let wanted = options.initial ?? OptimizationOptions.initialCount(campaign.problem.space.count)
    let count = min(wanted - known, options.stopping.evaluations ?? .max)
    let seconds = count > 0 ? try evaluate(campaign.propose(try sample(count))) : 0
    try record(epoch: 0, error: nil, seconds: (seconds, 0, 0))
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
    guard scores.status.contains(where: { $0 != .failed && $0 != .pending && $0 != .rejected }) else {
      // Every simulation has failed so far: there is nothing to learn but where not to look.
      return try finish(try sample(room).map { Infill(point: $0, costs: [], worth: 0) }, 0, 0)
    }
    try train(scores)
    let training = start.duration(to: clock.now) / .seconds(1)
    if isInterrupted() { return false }
    start = clock.now
    let chosen = choose(scores, stream.derived(UInt64(records.count)))
    let searching = start.duration(to: clock.now) / .seconds(1)
    if isInterrupted() || chosen.isEmpty { return false }
    return try finish(chosen, training, searching)
  }

  /// Points that the next epoch may ask for.
  private var room: Int {
    min(batch, (options.stopping.evaluations ?? .max) - (campaign.archive.count - first))
  }

  private mutating func isInterrupted() -> Bool {
    if observer.interruption != .none { wasInterrupted = true }
    return wasInterrupted
  }

  private mutating func finish(_ chosen: [Infill], _ training: Double, _ searching: Double) throws -> Bool {
    let rows = campaign.propose(chosen.map(\.point))
    let simulating = try evaluate(rows)
    adapt(to: try campaign.scores().status[rows])
    try record(
      epoch: records.count, error: try error(of: chosen, at: rows),
      seconds: (simulating, training, searching))
    return true
  }

  /// Doubles the caution where fewer than half of the last ten chosen points were feasible, halves it where nearly all were: an
  /// expected improvement is worth as much as the probabilities in it, and along an active constraint those are often too hopeful.
  private mutating func adapt(to statuses: ArraySlice<Scores.Status>) {
    for status in statuses {
      outcomes.append(status == .feasible)
      guard outcomes.count == 10 else { continue }
      let feasible = outcomes.count { $0 }
      if feasible < 5 {
        caution = min(2 * caution, 16)
      } else if feasible > 8 {
        caution = max(caution / 2, 1)
      }
      outcomes.removeFirst(5)
    }
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

  private mutating func choose(_ scores: Scores, _ stream: RandomStream) -> [Infill] {
    let model = self.model!.model
    let space = campaign.problem.space
    let front = feasibleFront(scores)
    let found = searchSurrogate(model, scores, front, stream.derived(0))
    population = found.points
    let costs = scores.costs.map { column in front.map { column[$0] } }
    let frame = AcquisitionFrame(
      front: costs, predicted: found.subset(found.best).costs, given: options.reference)
    let infill = InfillSearch(
      model: model, acquisition: options.acquisition, front: front.isEmpty ? nil : costs,
      reference: frame.reference, scale: frame.scale,
      known: (0..<campaign.archive.count).map { campaign.archive.parameterValues($0) },
      caution: caution, starts: batch > 8 ? 16 : 16 / batch)
    let near = neighbours(front, space, stream.derived(1))
    return infill.choose(room, from: accepted(found.points + near), stream: stream.derived(2))
  }

  /// Goes on where the last search ended; every fifth time from nothing, so that parts of the front which the population has lost,
  /// or which earlier models did not know of, are found.
  private func searchSurrogate(
    _ model: ProblemModel, _ scores: Scores, _ front: [Int], _ stream: RandomStream
  ) -> Population {
    var search = options.search
    if options.followsSensitivity {
      let indices = model.combinedSlopes(stream: stream.derived(1)).map { min(max(1 + 20 * $0, 1), 30) }
      (search.crossoverIndex, search.mutationIndex) = (indices, indices)
    }
    let surrogateSearch = SurrogateSearch(
      model: model, algorithm: algorithm, options: search, generations: options.generations,
      gradient: options.gradient, scales: scores.scales)
    let isFresh = records.count % 5 == 1
    let seeds = isFresh ? [] : front.map { campaign.archive.parameterValues($0) } + population
    return surrogateSearch.run(seeds: seeds, stream: stream.derived(0)) { observer.interruption != .none }
  }

  /// Points around the evaluated front and across the space: where a search on the surrogate need not look.
  private func neighbours(_ front: [Int], _ space: Space, _ stream: RandomStream) -> [[Double]] {
    var random = stream
    var points: [[Double]] = []
    for row in front {
      let unit = space.encode(campaign.archive.parameterValues(row))
      for width in [0.003, 0.03] {
        points.append(space.decode(unit.map { min(max($0 + width * random.normal(), 0), 1) }))
      }
    }
    for _ in 0..<100 { points.append(space.decode((0..<space.count).map { _ in random.uniform() })) }
    return points
  }

  private func accepted(_ points: [[Double]]) -> [[Double]] {
    guard let accept = options.search.accept else { return points }
    return points.filter(accept)
  }

  // MARK: Evaluations

  /// Evaluates rows; gives the seconds it took.
  private mutating func evaluate(_ rows: Range<Int>) throws -> Double {
    let total = options.stopping.evaluations ?? options.stopping.epochs.map { $0 * batch + rows.count } ?? 0
    let part = PartialObserver(
      observer, activity: "optimizing", offset: rows.lowerBound - first,
      total: max(total, rows.upperBound - first))
    let summary = try campaign.evaluate(rows, observer: part)
    remembered += summary.remembered
    computed += summary.computed
    if summary.unfinished > 0 || observer.interruption != .none { wasInterrupted = true }
    return summary.seconds
  }

  private func feasibleFront(_ scores: Scores) -> [Int] {
    let feasible = scores.rows(.feasible)
    let costs = scores.costs.map { column in feasible.map { column[$0] } }
    return NonDominated.firstFront(costs).map { feasible[$0] }
  }

  private func error(of chosen: [Infill], at rows: Range<Int>) throws -> Double? {
    let scores = try campaign.scores()
    var errors: [Double] = []
    for k in scores.costs.indices where !chosen[0].costs.isEmpty {
      let known = scores.costs[k].filter(\.isFinite)
      guard let low = known.min(), let high = known.max(), high > low else { continue }
      let gaps = zip(chosen, rows).map { $0.costs[k] - scores.costs[k][$1] }.filter(\.isFinite)
      guard !gaps.isEmpty else { continue }
      errors.append((gaps.reduce(0) { $0 + $1 * $1 } / Double(gaps.count)).squareRoot() / (high - low))
    }
    return errors.isEmpty ? nil : errors.reduce(0, +) / Double(errors.count)
  }

  private mutating func record(epoch: Int, error: Double?, seconds: (Double, Double, Double)) throws {
    let scores = try campaign.scores()
    let front = feasibleFront(scores)
    let costs = scores.costs.map { column in front.map { column[$0] } }
    if reference == nil && !front.isEmpty { reference = Self.reference(front: costs, all: scores.costs) }
    let record = EpochRecord(
      epoch: epoch, evaluations: campaign.archive.count - first, feasible: scores.rows(.feasible).count,
      front: front.count,
      hypervolume: reference.map { front.isEmpty ? 0 : hypervolume(costs, reference: $0) },
      error: error, simulating: seconds.0, training: seconds.1, searching: seconds.2, costs: costs)
    records.append(record)
    onEpoch(record)
  }

  private func state() -> StoppingRule.State {
    var state = StoppingRule.State()
    state.evaluations = campaign.archive.count - first
    state.epochs = records.count - 1
    state.seconds = began.duration(to: .now) / .seconds(1)
    state.front = records.last?.costs ?? []
    state.hypervolumes = records.map { $0.hypervolume ?? 0 }
    return state
  }

  /// A first front may be one point: what else is known says how far later ones can reach, and a few wild values do not.
  private static func reference(front: [[Double]], all: [[Double]]) -> [Double] {
    zip(HypervolumeCurve.reference(front), all).map { beyond, column in
      let known = column.filter(\.isFinite).sorted()
      return known.isEmpty ? beyond : max(beyond, known[(known.count - 1) * 9 / 10])
    }
  }
}
