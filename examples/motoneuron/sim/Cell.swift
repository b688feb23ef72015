/// What changes in time: voltages, gates and concentrations of the two compartments.
struct CellState {
  var somaV: Double  // mV
  var dendV: Double
  var h: Double
  var n: Double
  var somaM: Double
  var somaInactivation: Double
  var dendM: Double
  var dendInactivation: Double
  var dendL: Double
  var somaCalcium = Constants.calciumRest  // mM
  var dendCalcium = Constants.calciumRest
  var sodium = 0.0  // mM gained inside, see IonPool
  var somaPotassium = 0.0
  var dendPotassium = 0.0
  /// Half the last step's change of `somaV` (mV): predicts the middle of the next.
  var somaChange = 0.0

  /// Both compartments at `v`, gates in their steady state there, concentrations at rest.
  init(at v: Double) {
    somaV = v
    dendV = v
    h = Gates.sodiumInactivation(v)
    n = Gates.rectifierActivation(v)
    somaM = Gates.calciumNActivation(v)
    somaInactivation = Gates.calciumNInactivation(v)
    dendM = somaM
    dendInactivation = somaInactivation
    dendL = Gates.calciumLActivation(v)
  }

  var isFinite: Bool { (somaV + dendV + somaCalcium + dendCalcium + sodium + somaPotassium).isFinite }
}

/// One motoneuron: its membrane currents as densities (mA/cm2) with conductances in S/cm2.
struct Cell: Sendable {
  let parameters: Parameters
  /// Coupling per membrane area of the soma and of the dendrite (S/cm2). NEURON's axial resistance between
  /// the centres of the two sections, when each section's half has the resistance 1 / (2 gc A / p) that
  /// the example asks for, comes to a conductance of 2 gc (1 - p) A in all.
  let somaCoupling: Double
  let dendCoupling: Double
  /// Calcium current at the start of a run: only what flows in beyond it raises calcium.
  let somaCalciumRest: Double
  let dendCalciumRest: Double

  /// - Parameter start: the voltage (mV) a run starts from.
  init(_ p: Parameters, start: Double = Constants.holding) {
    parameters = p
    let share = Constants.somaShare
    somaCoupling = 2 * p.coupling * 1e-3 * (1 - share) / share
    dendCoupling = 2 * p.coupling * 1e-3
    let m = Gates.calciumNActivation(start)
    let open = m * m * Gates.calciumNInactivation(start)
    let force = CalciumForce.nType.force(start, inside: Constants.calciumRest)
    somaCalciumRest = p.somaCaN * open * force
    dendCalciumRest =
      p.dendCaN * open * force + p.dendCaL * Gates.calciumLActivation(start)
      * CalciumForce.lType.force(start, inside: Constants.calciumRest)
  }

  /// Density (mA/cm2) of a current (nA) injected into the soma.
  static func somaDensity(_ nA: Double) -> Double { nA * 100 / Constants.somaArea }
}
