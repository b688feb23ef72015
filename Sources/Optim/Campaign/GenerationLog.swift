/// What stopping rules ask about a search without a surrogate, generation by generation.
struct GenerationLog {
  private let criterion: StoppingCriterion
  private let needsHypervolume: Bool
  private let began = ContinuousClock.now
  private var state = StoppingCriterion.State()
  /// Reference point of hypervolumes once there is a feasible front.
  private var reference: [Double]?
  /// Feasible points known, those from before the search included.
  var feasible = 0
  /// Why the search has to end; nil while it goes on.
  private(set) var reason: String?

  /// Whether a condition asks for their number.
  var needsFeasible: Bool {
    criterion.leaves.contains { if case .feasible = $0 { true } else { false } }
  }

  init(_ rule: StoppingRule, reference: [Double]?) {
    criterion = rule.whole
    needsHypervolume = criterion.needsHypervolume
    self.reference = reference
  }

  /// Takes down where the search stands, its population being the best it knows.
  mutating func note(generation: Int, evaluations: Int, _ population: Population) {
    guard !criterion.leaves.isEmpty else { return }
    let best = population.best
    let front = best.isEmpty ? [] : population.subset(best).costs
    if reference == nil && !best.isEmpty {
      reference = EpochLog.reference(front: front, all: population.costs)
    }
    (state.epochs, state.evaluations) = (generation, evaluations)
    (state.front, state.feasible) = (front, feasible)
    state.extents.append(front.extent)
    if needsHypervolume {
      state.hypervolumes.append(
        best.isEmpty ? 0 : MeasuredHypervolume(following: front, reference: reference!).value)
    }
    check()
  }

  /// Asks again, because time has passed.
  mutating func check() {
    state.seconds = began.duration(to: .now) / .seconds(1)
    if reason == nil { reason = criterion.reason(state) }
  }

  /// Whether one of the times has come.
  var isTimeUp: Bool {
    let seconds = began.duration(to: .now) / .seconds(1)
    return criterion.times.contains { seconds >= $0 }
  }
}
