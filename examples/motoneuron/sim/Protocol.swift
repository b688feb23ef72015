import Electrophysiology

/// A somatic voltage over time (mV, one sample a time step, from the first to the present) and the cell's
/// present state, from which it can be continued.
struct Recording {
  private(set) var voltages: [Double]
  private(set) var state: CellState

  init(_ state: CellState) {
    voltages = [state.somaV]
    self.state = state
  }

  /// Continues `other`, keeping its last `samples` time steps.
  init(continuing other: Recording, keeping samples: Int) {
    voltages = other.voltages.suffix(samples + 1)
    state = other.state
  }

  /// Integrates `steps` time steps with a current (nA) into the soma.
  mutating func run(_ integrator: Integrator, steps: Int, current: Double) {
    let stimulus = Cell.somaDensity(current)
    var s = state
    let old = voltages.count
    voltages.append(contentsOf: repeatElement(0, count: steps))
    voltages.withUnsafeMutableBufferPointer { samples in
      for i in old..<(old + steps) {
        integrator.advance(&s, stimulus: stimulus)
        samples[i] = s.somaV
      }
    }
    state = s
  }
}

/// The current-clamp protocol: a hyperpolarising step, depolarising steps (seven by default), and the run
/// without stimulus that shows whether the holding current holds. All start from -60 mV and share their
/// history up to the stimulus, so that it is integrated once and branched off.
struct CurrentClamp {
  /// Times in ms, currents in nA.
  static let hyperpolarising = -0.1
  static let steps = [0.02, 0.03, 0.04, 0.05, 0.06, 0.07, 0.08]
  static let passiveOnset = 250
  static let passiveOffset = 1250
  static let onset = 500
  static let offset = 1500
  /// Spikes count up to 2 ms after the step.
  static let end = 1502
  static let holdEnd = 1000

  let cell: Cell
  /// Samples a millisecond.
  let perMs: Int
  /// Constant current (mA/cm2) that holds the soma at -60 mV in the steady state.
  let holdingCurrent: Double
  /// Without stimulus, from 0 to `holdEnd`.
  private(set) var hold: Recording
  /// The hyperpolarising step, from 0 to `passiveOffset`.
  private(set) var passive: Recording
  /// The depolarising steps, from `SpikeTrain.window` before `onset` to `end`.
  private(set) var active: [Recording] = []

  /// - Parameters:
  ///   - currents: of the depolarising steps (nA).
  ///   - duration: how long (ms) to go on after the start of these steps.
  init(
    _ parameters: Parameters, rates: RateTable, currents: [Double] = Self.steps,
    duration: Int = Self.end - Self.onset
  ) {
    cell = Cell(parameters)
    let perMs = Int((1 / rates.step).rounded())
    self.perMs = perMs
    holdingCurrent = SteadyState(cell).holdingCurrent()
    let integrator = Integrator(cell, constant: holdingCurrent, rates: rates)

    hold = Recording(CellState(at: Constants.holding))
    hold.run(integrator, steps: Self.passiveOnset * perMs, current: 0)
    passive = hold
    passive.run(
      integrator, steps: (Self.passiveOffset - Self.passiveOnset) * perMs, current: Self.hyperpolarising)
    hold.run(integrator, steps: (Self.onset - Self.passiveOnset) * perMs, current: 0)
    active = currents.map { current in
      var run = Recording(continuing: hold, keeping: SpikeTrain.window * perMs)
      let during = min(duration, Self.offset - Self.onset)
      run.run(integrator, steps: during * perMs, current: current)
      run.run(integrator, steps: (duration - during) * perMs, current: 0)
      return run
    }
    hold.run(integrator, steps: (Self.holdEnd - Self.onset) * perMs, current: 0)
  }

  var isFinite: Bool {
    hold.state.isFinite && passive.state.isFinite && active.allSatisfy(\.state.isFinite)
  }

  /// A whole somatic voltage (mV) from time 0: run 0 is the hyperpolarising step, 1 the first depolarising.
  func trace(_ run: Int) -> [Double] {
    guard run > 0 else { return passive.voltages }
    let lead = SpikeTrain.window * perMs
    return Array(hold.voltages[..<(Self.onset * perMs)] + active[run - 1].voltages[lead...])
  }
}
