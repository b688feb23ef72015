/// Current clamp from rest: a hyperpolarising step and depolarising ones, each of half a second.
struct CurrentClamp {
  /// Times in ms.
  static let onset = 100
  static let offset = 600
  static let end = 602

  /// Samples a millisecond.
  let perMs: Int
  /// Somatic voltages (mV) from time 0 to `end`: the hyperpolarising step, and the others.
  private(set) var passive: [Double]
  private(set) var active: [[Double]] = []
  let isFinite: Bool

  /// - Parameters:
  ///   - hyperpolarising: in nA, negative.
  ///   - currents: of the depolarising steps (nA).
  init(_ parameters: Parameters, hyperpolarising: Double, currents: [Double], perMs: Int) {
    self.perMs = perMs
    let cell = Cell(parameters)
    let integrator = Integrator(cell, step: 1 / Double(perMs))
    let start = Self.run(integrator, from: cell.rest(), steps: Self.onset * perMs, stimulus: 0)
    var isFinite = true
    let runs = ([hyperpolarising] + currents).map { current in
      let during = Self.run(
        integrator, from: start.state, steps: (Self.offset - Self.onset) * perMs,
        stimulus: cell.density(current))
      let after = Self.run(
        integrator, from: during.state, steps: (Self.end - Self.offset) * perMs, stimulus: 0)
      isFinite = isFinite && after.state.isFinite
      return start.voltages + during.voltages.dropFirst() + after.voltages.dropFirst()
    }
    passive = runs[0]
    active = Array(runs.dropFirst())
    self.isFinite = isFinite
  }

  private static func run(
    _ integrator: Integrator, from state: CellState, steps: Int, stimulus: Double
  ) -> (voltages: [Double], state: CellState) {
    var state = state
    var voltages = [Double](repeating: state.somaV, count: steps + 1)
    for i in 1...steps {
      integrator.advance(&state, stimulus: stimulus)
      voltages[i] = state.somaV
    }
    return (voltages, state)
  }
}
