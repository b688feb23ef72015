import Foundation

/// An evolutionary search of the simulator itself without generations: whoever comes back joins the population, and a child of the
/// population as it is then takes the free place.
///
/// Source: the steady-state, asynchronous NSGA-II of Durillo, Nebro, Luna and Alba, "A study of master-slave approaches to parallelize
/// NSGA-II", 2008.
struct SteadySearch {
  private let campaign: Campaign
  private let entry: AlgorithmEntry
  private let options: SearchOptions
  private let observer: any Observer
  private let stream: RandomStream
  private let budget: Int
  private let period: Int
  private let reference: [Double]?
  private let total: Int?
  private var flight: Flight
  /// Holds the population; its children are those of copies, see `children`.
  private var best: any Algorithm
  private var scales: [Double]?
  private var records: [SearchRecord] = []
  private var ends: [Double] = []
  private var isExhausted = false
  /// For the rules that may end the search, every population's worth of points.
  private var log: GenerationLog
  private var noted = 0
  private var wasInterrupted = false

  /// - Parameters:
  ///   - budget: points that the search may ask for; nil where only `stopping` ends it.
  ///   - stopping: asked after every population's worth of points, which is one of its epochs.
  ///   - period: points between two records.
  ///   - reference: of hypervolumes, in cost space; nil: beyond the fronts found.
  init(
    _ campaign: Campaign, _ entry: AlgorithmEntry, _ options: SearchOptions, budget: Int?,
    stopping: StoppingRule, period: Int, reference: [Double]?, _ observer: any Observer
  ) throws {
    precondition(entry.isSteady && !campaign.problem.simulators.isEmpty)
    (self.campaign, self.entry, self.observer) = (campaign, entry, observer)
    (self.budget, self.period, self.reference) = (budget ?? .max, period, reference)
    total = budget
    log = GenerationLog(stopping, reference: reference)
    var options = options
    options.accept = campaign.problem.aPrioriAcceptance
    self.options = options
    stream = campaign.nextSearchStream()
    best = entry.make(campaign.problem.space, options, stream)
    if campaign.archive.states.contains(where: { $0 != .pending }) {
      let scores = try campaign.scores()
      scales = scores.scales
      best.seed(campaign.evaluatedPopulation(scores))
    }
    let numbers = [
      Double(options.population), options.crossoverProbability, options.mutationProbability ?? -1,
    ]
    let identity = try campaign.searchIdentity(
      [entry.name, "none", "\(numbers + options.crossoverIndex + options.mutationIndex)"])
    flight = try Flight(campaign, identity: identity, observer: observer)
  }

  mutating func run() throws -> SearchResult {
    do {
      try flight.takeUp(limit: budget)
      try fly()
      try flight.land()
    } catch {
      flight.abandon()
      throw error
    }
    try takeBack()
    if flight.returned > (records.last?.evaluations ?? -1) { record() }
    for k in ends.indices { records[k].busy = flight.busy(from: k == 0 ? 0 : ends[k - 1], to: ends[k]) }
    let point = campaign.measure(&records, reference: reference)
    return SearchResult(
      records: records, rows: flight.rows, reference: point, reason: wasInterrupted ? nil : log.reason,
      wasInterrupted: wasInterrupted,
      remembered: flight.remembered, computed: flight.computed)
  }

  private var isAsking: Bool {
    !isExhausted && !wasInterrupted && log.reason == nil && flight.rows.count < budget
  }

  private mutating func fly() throws {
    while flight.out > 0 || isAsking {
      if isAsking { try ask() }
      if flight.out > 0 {
        try flight.turn(timeout: 0.1, activity: "searching", total: total ?? flight.rows.count)
      }
      if observer.interruption != .none { wasInterrupted = true }
      if wasInterrupted && flight.isPoolIdle { return }
      if flight.returned >= period * (1 + (records.last?.generation ?? 0)) {
        try takeBack()
        record()
      }
      if log.isTimeUp { log.check() }
      if flight.returned / options.population > noted {
        try takeBack()
        noted = flight.returned / options.population
        if log.needsFeasible { log.feasible = try campaign.scores().rows(.feasible).count }
        log.note(generation: noted, evaluations: flight.returned, best.population)
      }
    }
  }

  /// Fills the pool: one point per worker and a few that wait for their turn.
  private mutating func ask() throws {
    let target = flight.capacity + max(1, flight.capacity / 10)
    guard flight.out < target else { return }
    try takeBack()
    var missing = min(target - flight.out, budget - flight.rows.count)
    for attempt in 0..<10 where missing > 0 {
      let asked = try flight.ask(Array(children(attempt).prefix(missing)))
      missing -= asked.count
    }
    isExhausted = missing > 0 && flight.out == 0
  }

  /// New points: the algorithm's first design until half a population is known, then children of what is known.
  private func children(_ attempt: Int) -> [[Double]] {
    let parents = best.population
    var options = options
    let isBred = parents.count >= max(options.population / 2, 4)
    if isBred { options.population = min(options.population, parents.count) }
    // A design belongs to the search, children to the points known.
    let place = isBred ? UInt64(flight.rows.count) + 1 : 0
    var copy = entry.make(
      campaign.problem.space, options, stream.derived(place).derived(UInt64(attempt)))
    if isBred { copy.seed(parents) }
    var prints: Set<UInt64> = []
    return copy.ask().filter { flight.isNew($0) && prints.insert(fingerprint($0)).inserted }
  }

  /// What has come back joins the population.
  private mutating func takeBack() throws {
    let back = flight.takeBack()
    guard !back.isEmpty else { return }
    let scores = try Scores(
      problem: campaign.problem, evaluations: campaign.archive.subset(back), scales: scales)
    // Violations stay comparable by the scales of the first ones.
    scales = scales ?? scores.scales
    best.seed(
      Population(
        points: back.map { campaign.archive.parameterValues($0) }, costs: scores.costs,
        violation: scores.searchViolation))
  }

  private mutating func record() {
    records.append(
      campaign.record(
        max(flight.returned / period, (records.last?.generation ?? 0) + 1), evaluations: flight.returned,
        best.population))
    ends.append(flight.seconds)
  }
}

extension Campaign {
  /// Searches the simulator itself without generations; every worker is kept busy, and the result depends on their number and on timing.
  /// What was asked for is kept in the study: the same search of a later run begins with those points and counts them.
  ///
  /// - Parameters:
  ///   - entry: one that `isSteady`.
  ///   - evaluations: points that the search may ask for; nil where only `stopping` ends it.
  ///   - stopping: asked after every population's worth of points, which is one of its epochs.
  ///   - recordEvery: points between two records.
  /// - Precondition: the problem has a simulator.
  public func searchSteadily(
    _ entry: AlgorithmEntry, options: SearchOptions, evaluations: Int?,
    stopping: StoppingRule = StoppingRule(), recordEvery: Int, reference: [Double]? = nil,
    observer: any Observer
  ) throws -> SearchResult {
    var search = try SteadySearch(
      self, entry, options, budget: evaluations, stopping: stopping, period: recordEvery,
      reference: reference,
      observer)
    return try search.run()
  }
}
