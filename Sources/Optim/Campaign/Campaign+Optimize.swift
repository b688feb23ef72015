import Foundation

/// How a surrogate-driven search is run.
public struct OptimizationOptions: Sendable {
  public var surrogate: SurrogateEntry
  public var goal = LearningGoal()
  public var training = SurrogateOptions()
  /// Points of the initial sample where the archive holds fewer evaluated ones; nil: `initialCount`.
  public var initial: Int?
  /// Points per epoch; nil: `batchSize`.
  public var batch: Int?
  public var stopping = StoppingRule()
  public var acquisition = Acquisition.ehvi
  public var gradient = SearchGradient.none
  /// Of the search on the surrogate.
  public var search = SearchOptions()
  public var generations = 100
  /// Of hypervolumes, in cost space; nil: beyond the first feasible front and nine tenths of the points known then, fixed from
  /// then on.
  public var reference: [Double]?
  /// An earlier model to start the first fit from.
  public var warm: TrainedModel?

  public init(surrogate: SurrogateEntry) { self.surrogate = surrogate }

  /// What a search takes where no surrogate is named.
  public static let standardSurrogate = "gpr"

  /// Points of the initial sample for a number of parameters.
  public static func initialCount(_ parameters: Int) -> Int { 2 * parameters + 2 }

  /// A hundredth of the evaluations asked for, so that many epochs learn from each other, but not so many that training costs more than
  /// it brings.
  public static func batchSize(evaluations: Int) -> Int { min(max((evaluations + 50) / 100, 1), 100) }
}

extension Campaign {
  /// Searches through a surrogate: evaluate, train, search the surrogate, choose a batch, again.
  ///
  /// Batches are synchronous and everything random comes from the campaign's streams, so the result does not depend on the number
  /// of workers, and a second run finds all its evaluations in the study. Interruption keeps what was evaluated.
  public func optimize(
    _ algorithm: AlgorithmEntry, options: OptimizationOptions, observer: any Observer,
    onEpoch: @escaping (EpochRecord) -> Void = { _ in }
  ) throws -> OptimizationResult {
    var loop = EpochLoop(self, algorithm, options, observer, onEpoch)
    return try loop.run()
  }
}

/// The state of a surrogate-driven search between its epochs.
private struct EpochLoop {
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
  private var warm: TrainedModel?
  /// Reference point of all hypervolumes once there is a feasible front.
  private var reference: [Double]?
  /// Points at which the next model starts afresh.
  private var growth = 0
  /// Where the last search on the surrogate ended.
  private var population: [[Double]] = []
  private var remembered = 0
  private var computed = 0
  private var wasInterrupted = false

  init(
    _ campaign: Campaign, _ algorithm: AlgorithmEntry, _ options: OptimizationOptions,
    _ observer: any Observer, _ onEpoch: @escaping (EpochRecord) -> Void
  ) {
    (self.campaign, self.algorithm, self.observer) = (campaign, algorithm, observer)
    self.onEpoch = onEpoch
    (warm, reference) = (options.warm, options.reference)
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
    if count > 0 {
      let sample = try LatinHypercube().sample(
        count: count, space: campaign.problem.space, stream: campaign.nextSampleStream(),
        accept: options.search.accept)
      let seconds = try evaluate(campaign.propose(sample.points), "sampling")
      try record(epoch: 0, error: nil, seconds: (seconds, 0, 0))
    } else {
      try record(epoch: 0, error: nil, seconds: (0, 0, 0))
    }
  }

  /// One round; false where there was nothing new to evaluate.
  private mutating func epoch() throws -> Bool {
    let number = records.count
    let clock = ContinuousClock()
    var start = clock.now
    let model = try train()
    let training = start.duration(to: clock.now) / .seconds(1)
    if observer.interruption != .none {
      wasInterrupted = true
      return false
    }
    start = clock.now
    let chosen = try choose(model, stream.derived(UInt64(number)))
    let searching = start.duration(to: clock.now) / .seconds(1)
    if observer.interruption != .none {
      wasInterrupted = true
      return false
    }
    guard !chosen.isEmpty else { return false }
    let rows = campaign.propose(chosen.map(\.point))
    let simulating = try evaluate(rows, "epoch \(number)")
    try record(
      epoch: number, error: try error(of: chosen, at: rows), seconds: (simulating, training, searching))
    return true
  }

  private mutating func train() throws -> ProblemModel {
    let trained = try campaign.train(
      options.surrogate, goal: options.goal, options: options.training, warm: warm, keepsQuick: false,
      observer: observer)
    warm = trained
    return trained.model
  }

  private mutating func choose(_ model: ProblemModel, _ stream: RandomStream) throws -> [Infill] {
    let scores = try campaign.scores()
    let space = campaign.problem.space
    let front = feasibleFront(scores)
    let seeds = front.map { campaign.archive.parameterValues($0) } + population
    let search = SurrogateSearch(
      model: model, algorithm: algorithm, options: options.search, generations: options.generations,
      gradient: options.gradient, scales: scores.scales)
    let found = search.run(seeds: seeds, stream: stream.derived(0)) { observer.interruption != .none }
    population = found.points
    let costs = scores.costs.map { column in front.map { column[$0] } }
    let frame = Frame(front: costs, predicted: found.subset(found.best).costs, given: options.reference)
    let infill = InfillSearch(
      model: model, acquisition: options.acquisition, front: front.isEmpty ? nil : costs,
      reference: frame.reference, scale: frame.scale,
      known: (0..<campaign.archive.count).map { campaign.archive.parameterValues($0) },
      starts: max(2, 8 / batch))
    let near = neighbours(front, space, stream.derived(1))
    let count = min(batch, (options.stopping.evaluations ?? .max) - (campaign.archive.count - first))
    let r = infill.choose(count, from: accepted(found.points + near), stream: stream.derived(2))
    return r
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
  private mutating func evaluate(_ rows: Range<Int>, _ activity: String) throws -> Double {
    let summary = try campaign.evaluate(rows, observer: observer)
    remembered += summary.remembered
    computed += summary.computed
    if summary.unfinished > 0 || observer.interruption != .none { wasInterrupted = true }
    return summary.seconds
  }

  private func feasibleFront(_ scores: Scores) -> [Int] {
    let feasible = scores.rows(.feasible)
    return NonDominated.firstFront(scores.costs.map { column in feasible.map { column[$0] } }).map {
      feasible[$0]
    }
  }

  private func error(of chosen: [Infill], at rows: Range<Int>) throws -> Double? {
    let scores = try campaign.scores()
    var errors: [Double] = []
    for k in scores.costs.indices {
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
    let total = options.stopping.evaluations ?? options.stopping.epochs.map { $0 * batch } ?? 0
    observer.report(
      Progress(activity: "optimizing", done: campaign.archive.count - first, total: max(total, 1)))
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
}

extension EpochLoop {
  /// A first front may be one point: what else is known says how far later ones can reach, and a few wild values do not.
  private static func reference(front: [[Double]], all: [[Double]]) -> [Double] {
    zip(HypervolumeCurve.reference(front), all).map { beyond, column in
      let known = column.filter(\.isFinite).sorted()
      return known.isEmpty ? beyond : max(beyond, known[(known.count - 1) * 9 / 10])
    }
  }
}

/// Where the acquisition function measures: a reference point and the width of the front.
private struct Frame {
  let reference: [Double]
  let scale: [Double]

  /// - Parameters:
  ///   - front: costs of the evaluated feasible front.
  ///   - predicted: of the predicted one, which may reach farther.
  init(front: [[Double]], predicted: [[Double]], given: [Double]?) {
    let all = zip(front, predicted).map { ($0 + $1).filter(\.isFinite) }
    let low = all.map { $0.min() ?? 0 }
    let high = all.map { $0.max() ?? 1 }
    scale = zip(low, high).map { $1 > $0 ? $1 - $0 : max(abs($1), 1e-12) }
    reference = given ?? zip(high, scale).map { $0 + Self.margin * $1 }
  }

  /// Widths beyond the front: ends of the front weigh more the larger it is.
  private static let margin = 0.5
}
