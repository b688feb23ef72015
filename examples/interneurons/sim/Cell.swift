import Electrophysiology

/// What changes in time.
struct CellState {
  var somaV: Double  // mV
  var dendV: Double
  var m: Double
  var h: Double
  var n: Double
  var a: Double
  var b: Double
  var somaR: Double
  var dendR: Double
  var s: Double
  var c: Double
  var q: Double
  var calcium: Double

  var isFinite: Bool { (somaV + dendV + calcium).isFinite }
}

/// One interneuron: membrane currents as densities (uA/cm2) with conductances in mS/cm2.
struct Cell: Sendable {
  let p: Parameters
  /// Coupling per membrane of the soma and of the dendrite (mS/cm2).
  let somaCoupling: Double
  let dendCoupling: Double

  init(_ p: Parameters) {
    self.p = p
    somaCoupling = p.coupling / Constants.somaShare
    dendCoupling = p.coupling / (1 - Constants.somaShare)
  }

  /// Density (uA/cm2) of a current (nA) into the soma.
  func density(_ nA: Double) -> Double { nA * 1e5 / (p.area * Constants.somaShare) }

  // MARK: Rest

  /// Current of the soma (uA/cm2) with all gates in their steady state, without coupling.
  func steadySoma(_ v: Double) -> Double {
    let m = Channels.sodiumActivation(v - p.shift).steady
    let n = Channels.rectifierActivation(v - p.shift).steady
    let h = Channels.sodiumInactivation(v - p.shift).steady
    let a = Channels.aActivation(v).steady * Channels.aInactivation(v).steady
    return p.sodium * m * m * m * h * (v - Constants.sodium)
      + (p.rectifier * n * n * n * n + p.aType * a) * (v - Constants.potassium)
      + p.hcn * Channels.hcn(v).steady * (v - Constants.hcn) + p.leak * (v - p.leakReversal)
  }

  /// The same of the dendrite.
  func steadyDendrite(_ v: Double) -> Double {
    let s = Channels.calcium(v).steady
    let current = p.calcium * s * s * (v - Constants.calcium)
    let calcium = steadyCalcium(current)
    let opening = Channels.slowOpening(calcium)
    let potassium =
      p.fastPotassium * Channels.fastPotassium(v).steady * Channels.calciumShare(calcium)
      + p.slowPotassium * opening / (opening + Constants.slowClosing)
    return current + potassium * (v - Constants.potassium)
      + p.hcn * Channels.hcn(v).steady * (v - Constants.hcn) + p.leak * (v - p.leakReversal)
  }

  private func steadyCalcium(_ current: Double) -> Double {
    max(0, -Constants.influx * current / Constants.removal)
  }

  /// The cell where its currents balance, coming from the reversal potential of the leak. What it does there, rest or fire
  /// by itself, the simulation shows.
  func rest() -> CellState {
    let dendrite = { (soma: Double) in
      settle(from: soma) { steadyDendrite($0) + dendCoupling * ($0 - soma) }
    }
    let v = settle(from: p.leakReversal) { steadySoma($0) + somaCoupling * ($0 - dendrite($0)) }
    return state(soma: v, dendrite: dendrite(v))
  }

  /// All gates in their steady state at given voltages (mV).
  func state(soma v: Double, dendrite w: Double) -> CellState {
    let s = Channels.calcium(w).steady
    let calcium = steadyCalcium(p.calcium * s * s * (w - Constants.calcium))
    let opening = Channels.slowOpening(calcium)
    return CellState(
      somaV: v, dendV: w, m: Channels.sodiumActivation(v - p.shift).steady,
      h: Channels.sodiumInactivation(v - p.shift).steady, n: Channels.rectifierActivation(v - p.shift).steady,
      a: Channels.aActivation(v).steady, b: Channels.aInactivation(v).steady, somaR: Channels.hcn(v).steady,
      dendR: Channels.hcn(w).steady, s: s, c: Channels.fastPotassium(w).steady,
      q: opening / (opening + Constants.slowClosing), calcium: calcium)
  }
}
