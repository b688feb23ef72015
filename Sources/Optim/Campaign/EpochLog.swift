/// The record of a search through a surrogate: where the archive stands after every epoch, what the models were worth, and what follows
/// from that for the next choice.
struct EpochLog {
  private let campaign: Campaign
  private let onEpoch: (EpochRecord) -> Void
  private let began = ContinuousClock.now
  private(set) var records: [EpochRecord] = []
  /// Reference point of all hypervolumes once there is a feasible front.
  private(set) var reference: [Double]?
  /// How much the choice avoids points that may be infeasible; see `AcquisitionFunction`.
  private(set) var caution = 1.0
  private var looks = LookSchedule()
  /// Whether each of the last chosen points was feasible.
  private var outcomes: [Bool] = []

  init(_ campaign: Campaign, reference: [Double]?, _ onEpoch: @escaping (EpochRecord) -> Void) {
    (self.campaign, self.reference, self.onEpoch) = (campaign, reference, onEpoch)
  }

  /// Wall-clock seconds since the search began.
  var seconds: Double { began.duration(to: .now) / .seconds(1) }

  /// Doubles the caution where fewer than half of the last ten chosen points were feasible, halves it where nearly all were: an
  /// expected improvement is worth as much as the probabilities in it, and along an active constraint those are often too hopeful.
  mutating func adapt(to statuses: some Sequence<Scores.Status>) {
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

  /// See `LookSchedule`.
  mutating func looksElsewhere() -> Bool { looks.isDue(records.map(\.hypervolume)) }

  /// Root mean square of predicted less found costs over the archive's range, averaged over objectives; nil where nothing can be
  /// compared.
  func error(of predicted: [(row: Int, costs: [Double])]) throws -> Double? {
    let scores = try campaign.scores()
    var errors: [Double] = []
    for k in scores.costs.indices where predicted.first?.costs.isEmpty == false {
      let known = scores.costs[k].filter(\.isFinite)
      guard let low = known.min(), let high = known.max(), high > low else { continue }
      let gaps = predicted.map { $0.costs[k] - scores.costs[k][$0.row] }.filter(\.isFinite)
      guard !gaps.isEmpty else { continue }
      errors.append((gaps.reduce(0) { $0 + $1 * $1 } / Double(gaps.count)).squareRoot() / (high - low))
    }
    return errors.isEmpty ? nil : errors.reduce(0, +) / Double(errors.count)
  }

  /// Seconds of an epoch, and how busy the workers were in an asynchronous search.
  struct Times {
    var simulating = 0.0
    var training = 0.0
    var searching = 0.0
    var busy: Double?
  }

  /// - Parameter without: rows that do not count yet.
  mutating func record(
    epoch: Int, evaluations: Int, error: Double?, _ times: Times, without: Set<Int> = []
  ) throws {
    let scores = try campaign.scores()
    let feasible = scores.rows(.feasible).filter { !without.contains($0) }
    let all = scores.costs.map { column in column.indices.filter { !without.contains($0) }.map { column[$0] }
    }
    let front = NonDominated.firstFront(scores.costs.map { column in feasible.map { column[$0] } })
    let costs = scores.costs.map { column in front.map { column[feasible[$0]] } }
    if reference == nil && !front.isEmpty { reference = Self.reference(front: costs, all: all) }
    let record = EpochRecord(
      epoch: epoch, evaluations: evaluations, feasible: feasible.count, front: front.count,
      hypervolume: reference.map {
        front.isEmpty ? 0 : MeasuredHypervolume(following: costs, reference: $0).value
      },
      error: error, simulating: times.simulating, training: times.training, searching: times.searching,
      busy: times.busy, costs: costs, extent: costs.extent)
    records.append(record)
    onEpoch(record)
  }

  /// Sets how busy the workers were in each epoch, now that all is known.
  mutating func setBusy(_ shares: [Double?]) {
    for (k, share) in shares.enumerated() { records[k].busy = share }
  }

  /// Where the search stands, `evaluations` of its points having been asked for.
  func state(evaluations: Int) -> StoppingRule.State {
    var state = StoppingRule.State()
    state.evaluations = evaluations
    state.epochs = records.last?.epoch ?? 0
    state.seconds = seconds
    state.front = records.last?.costs ?? []
    state.feasible = records.last?.feasible ?? 0
    state.hypervolumes = records.map { $0.hypervolume ?? 0 }
    state.extents = records.map(\.extent)
    return state
  }

  func result(rows: [Int], reason: String?, remembered: Int, computed: Int) -> OptimizationResult {
    OptimizationResult(
      records: records, rows: rows,
      reference: reference.map {
        zip($0, campaign.problem.objectives).map { $1.sense == .maximize ? -$0 : $0 }
      },
      reason: reason ?? "interrupted", wasInterrupted: reason == nil, remembered: remembered,
      computed: computed)
  }

  /// A first front may be one point: what else is known says how far later ones can reach, and a few wild values do not.
  static func reference(front: [[Double]], all: [[Double]]) -> [Double] {
    zip(HypervolumeCurve.reference(front), all).map { beyond, column in
      let known = column.filter(\.isFinite).sorted()
      return known.isEmpty ? beyond : max(beyond, known[(known.count - 1) * 9 / 10])
    }
  }
}

extension [[Double]] {
  /// Smallest and largest value of each column; empty where there is no row.
  var extent: [ClosedRange<Double>] {
    guard first?.isEmpty == false else { return [] }
    return map { $0.min()!...$0.max()! }
  }
}
