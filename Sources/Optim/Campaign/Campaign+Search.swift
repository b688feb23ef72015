/// A line of the record of a search: the state after some generations.
public struct SearchRecord: Sendable {
  public let generation: Int
  /// Points asked for by this search so far; in an asynchronous search those that have come back.
  public let evaluations: Int
  public let feasible: Int
  /// Size of the archive's feasible front.
  public let front: Int
  /// Of that front, against the result's reference point; nil before there is one or with fewer than two objectives.
  public internal(set) var hypervolume: Double?
  /// Of an asynchronous search: the share of the workers' time spent simulating.
  public internal(set) var busy: Double?
  /// Smallest cost of each objective among feasible points.
  let costs: [[Double]]
}

public struct SearchResult: Sendable {
  public let records: [SearchRecord]
  /// Rows of the archive that the search asked for.
  public let rows: [Int]
  /// In the user's sense of each objective.
  public let reference: [Double]?
  /// Which rule ended it; nil at the end of its generations or evaluations, and where it was interrupted.
  public let reason: String?
  public let wasInterrupted: Bool
  /// Where time went and what the study answered, over all generations.
  public let remembered: Int
  public let computed: Int
}

/// Rows of a search over formulas that are not in the study yet. Bringing a generation to disk takes many times longer
/// than computing it, and nothing is lost that could not be computed again: once a second is enough.
private struct FormulaBacklog {
  private var first: Int
  private var last = ContinuousClock.now

  init(from first: Int) { self.first = first }

  mutating func remember(_ campaign: Campaign, atOnce: Bool) throws {
    guard campaign.problem.simulators.isEmpty, atOnce || last.duration(to: .now) > .seconds(1) else { return }
    let rows = first..<campaign.archive.count
    first = rows.upperBound
    try campaign.rememberFormulas(rows)
    last = .now
  }
}

extension Campaign {
  /// Searches the simulator (or the formulas) itself: ask, evaluate, tell, generation by generation.
  ///
  /// The evaluated archive seeds the first population.
  ///
  /// - Parameters:
  ///   - generations: at most; nil where only `stopping` ends it.
  ///   - stopping: asked after every generation, with that for its epochs.
  ///   - recordEvery: generations between two records; without a number of generations twice as many whenever there are twenty records.
  ///   - reference: of hypervolumes, in cost space; nil: beyond the fronts found.
  public func search(
    _ entry: AlgorithmEntry, options: SearchOptions, generations: Int?,
    stopping: StoppingRule = StoppingRule(),
    recordEvery: Int, reference: [Double]? = nil, observer: any Observer
  ) throws -> SearchResult {
    var options = options
    options.accept = problem.simulators.isEmpty ? nil : problem.aPrioriAcceptance
    var algorithm = entry.make(problem.space, options, nextSearchStream())
    var scales: [Double]?
    var log = GenerationLog(stopping, reference: reference)
    if archive.states.contains(where: { $0 != .pending }) {
      let scores = try scores()
      scales = scores.scales
      log.feasible = scores.rows(.feasible).count
      algorithm.seed(evaluatedPopulation(scores))
    }
    let first = archive.count
    var records: [SearchRecord] = []
    var remembered = 0
    var computed = 0
    var wasInterrupted = false
    var backlog = FormulaBacklog(from: first)
    var recordEvery = recordEvery
    for generation in 1...max(generations ?? .max, 1) {
      let rows = propose(algorithm.ask())
      let offset = rows.count * (generation - 1)
      let part = PartialObserver(
        observer, activity: "searching", offset: offset, total: rows.count * (generations ?? generation))
      let summary = problem.simulators.isEmpty ? computeFormulas(rows) : try evaluate(rows, observer: part)
      try backlog.remember(self, atOnce: false)
      remembered += summary.remembered
      computed += summary.computed
      if summary.unfinished > 0 || observer.interruption != .none {
        wasInterrupted = true
        break
      }
      let scores = try Scores(problem: problem, evaluations: archive.subset(Array(rows)), scales: scales)
      // Violations stay comparable over generations by the scales of the first one.
      scales = scales ?? scores.scales
      algorithm.tell(costs: scores.costs, violation: scores.searchViolation)
      log.feasible += scores.rows(.feasible).count
      log.note(generation: generation, evaluations: archive.count - first, algorithm.population)
      if generation % recordEvery == 0 || generation == generations || log.reason != nil {
        records.append(record(generation, evaluations: archive.count - first, algorithm.population))
      }
      if problem.simulators.isEmpty {
        observer.report(
          Progress(activity: "searching", done: generation, total: generations ?? generation))
      }
      if log.reason != nil { break }
      if generations == nil && records.count >= 20 {
        recordEvery *= 2
        records.removeAll { $0.generation % recordEvery != 0 }
      }
    }
    try backlog.remember(self, atOnce: true)
    let point = measure(&records, reference: reference)
    return SearchResult(
      records: records, rows: Array(first..<archive.count), reference: point,
      reason: wasInterrupted ? nil : log.reason, wasInterrupted: wasInterrupted,
      remembered: remembered, computed: computed)
  }

  /// The evaluated points of the archive, as search algorithms take them.
  func evaluatedPopulation(_ scores: Scores) -> Population {
    let rows = scores.status.indices.filter { scores.status[$0] != .pending }
    let violation = scores.searchViolation
    return Population(
      points: rows.map { archive.parameterValues($0) },
      costs: scores.costs.map { column in rows.map { column[$0] } }, violation: rows.map { violation[$0] })
  }

  func record(_ generation: Int, evaluations: Int, _ population: Population) -> SearchRecord {
    let best = population.best
    return SearchRecord(
      generation: generation, evaluations: evaluations,
      feasible: population.violation.count { $0 <= 0 }, front: best.count, hypervolume: nil,
      costs: population.subset(best).costs)
  }

  /// Hypervolumes of all records against one reference point: the one given, or the worst value of each objective on any recorded front
  /// plus a tenth of the range.
  func measure(_ records: inout [SearchRecord], reference given: [Double]? = nil) -> [Double]? {
    let count = problem.objectives.count
    guard count >= 2 else { return nil }
    var worst = Array(repeating: -Double.infinity, count: count)
    var best = Array(repeating: Double.infinity, count: count)
    for record in records where record.front > 0 {
      for j in 0..<count {
        worst[j] = max(worst[j], record.costs[j].max()!)
        best[j] = min(best[j], record.costs[j].min()!)
      }
    }
    guard worst.allSatisfy(\.isFinite) else { return nil }
    let reference = given ?? zip(worst, best).map { $0 + 0.1 * max($0 - $1, $0 == $1 ? abs($0) + 1e-12 : 0) }
    for i in records.indices where records[i].front > 0 {
      records[i].hypervolume = MeasuredHypervolume(following: records[i].costs, reference: reference).value
    }
    return zip(reference, problem.objectives).map { $1.sense == .maximize ? -$0 : $0 }
  }
}

extension Scores {
  /// Violations as search algorithms take them: what cannot be ranked is infinitely bad.
  var searchViolation: [Double] {
    status.indices.map { row in
      switch status[row] {
      case .feasible, .infeasible, .rejected: violation[row]
      case .failed, .incomplete, .pending: .infinity
      }
    }
  }
}
