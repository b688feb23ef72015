import Electrophysiology

/// Fixed-step integration of the two compartments, of second order in the step.
///
/// Gates live half a step ahead of the voltages (as in NEURON with `secondorder`): they take the exact
/// exponential step for a frozen voltage, then the voltages take a Crank-Nicolson step for frozen gates,
/// with the calcium currents linearised about the present voltage and the 2 x 2 system solved directly.
/// The instantaneous sodium activation is taken at the predicted middle of the step. It is not linearised:
/// its negative slope would make the step unstable in cells with little capacitance.
struct Integrator {
  private let rates: RateTable
  private let p: Parameters
  private let cell: Cell
  /// Constant current into the soma (mA/cm2, inward negative).
  private let constant: Double
  /// Twice the capacitance over the step (mA/cm2 per mV): what half a step of the voltage takes.
  private let somaInertia: Double
  private let dendInertia: Double
  /// Shares of the way to steady state in a step, for the gates whose times are constant.
  private let mStep: Double
  private let inactivationStep: Double
  private let lStep: Double
  /// Implicit Euler steps of the concentrations: x <- (x + gain) * keep.
  private let calciumGain: Double
  private let calciumKeep: Double
  private let poolGain: Double
  private let poolKeep: Double

  init(_ cell: Cell, constant: Double, rates: RateTable) {
    self.rates = rates
    self.cell = cell
    self.constant = constant
    p = cell.parameters
    let step = rates.step
    dendInertia = 2 * Constants.capacitance * 1e-3 / step
    somaInertia = dendInertia * p.capacitanceRatio
    mStep = share(of: step, time: Gates.calciumNActivationTime)
    inactivationStep = share(of: step, time: Gates.calciumNInactivationTime)
    lStep = share(of: step, time: Gates.calciumLActivationTime)
    calciumGain = step * Constants.calciumFree
    calciumKeep = 1 / (1 + calciumGain * Constants.calciumRemoval)
    poolGain = step * IonPool.rate
    poolKeep = 1 / (1 + step * IonPool.decay)
  }

  /// Currents (mA/cm2) through the membrane of a compartment at the present voltage and their slopes (S/cm2).
  private struct Membrane {
    var sodium = 0.0
    var sodiumSlope = 0.0
    var potassium: Double
    var potassiumSlope: Double
    var calcium: Double
    var calciumSlope: Double
  }

  /// One time step with `stimulus` (mA/cm2, depolarising positive) into the soma.
  @inline(__always)
  func advance(_ s: inout CellState, stimulus: Double) {
    let soma = somaMembrane(&s)
    let dend = dendMembrane(&s)
    let axial = s.somaV - s.dendV
    let somaCurrent =
      soma.sodium + soma.potassium + soma.calcium + p.somaLeak * (s.somaV - Constants.leakReversal)
      + cell.somaCoupling * axial + constant - stimulus
    let somaSlope =
      somaInertia + soma.sodiumSlope + soma.potassiumSlope + soma.calciumSlope + p.somaLeak
      + cell.somaCoupling
    let dendCurrent =
      dend.potassium + dend.calcium + p.dendLeak * (s.dendV - Constants.leakReversal)
      - cell.dendCoupling * axial
    let dendSlope = dendInertia + dend.potassiumSlope + dend.calciumSlope + p.dendLeak + cell.dendCoupling

    let half = halfStep(
      currents: (somaCurrent, dendCurrent), slopes: (somaSlope, dendSlope),
      couplings: (cell.somaCoupling, cell.dendCoupling))
    let (somaHalf, dendHalf) = (half.soma, half.dendrite)
    s.somaV += 2 * somaHalf
    s.dendV += 2 * dendHalf
    s.somaChange = somaHalf

    // Concentrations follow the currents of the middle of the step.
    s.sodium = pool(s.sodium, soma.sodium + soma.sodiumSlope * somaHalf)
    s.somaPotassium = pool(s.somaPotassium, soma.potassium + soma.potassiumSlope * somaHalf)
    s.dendPotassium = pool(s.dendPotassium, dend.potassium + dend.potassiumSlope * dendHalf)
    s.somaCalcium = calcium(
      s.somaCalcium, inflow: cell.somaCalciumRest - soma.calcium - soma.calciumSlope * somaHalf)
    s.dendCalcium = calcium(
      s.dendCalcium, inflow: cell.dendCalciumRest - dend.calcium - dend.calciumSlope * dendHalf)
  }

  /// Advances the soma's gates by a step, then gives its currents.
  @inline(__always)
  private func somaMembrane(_ s: inout CellState) -> Membrane {
    let (row, x) = place(s.somaV)
    let a = rates.soma + row
    let b = a + 1
    s.h += blend(a.pointee.hStep, b.pointee.hStep, x) * (blend(a.pointee.h, b.pointee.h, x) - s.h)
    s.n += blend(a.pointee.nStep, b.pointee.nStep, x) * (blend(a.pointee.n, b.pointee.n, x) - s.n)
    s.somaM += mStep * (blend(a.pointee.m, b.pointee.m, x) - s.somaM)
    s.somaInactivation +=
      inactivationStep
      * (blend(a.pointee.inactivation, b.pointee.inactivation, x) - s.somaInactivation)

    let (middle, y) = place(s.somaV + s.somaChange)
    let open = blend(rates.soma[middle].sodiumOpen, rates.soma[middle + 1].sodiumOpen, y)
    let gNa = p.somaNa * open * s.h
    let n2 = s.n * s.n
    let ca = s.somaCalcium
    let gK = p.somaK * n2 * n2 + p.somaKCa * ca / (ca + Constants.calciumHalf)
    let gCa = p.somaCaN * s.somaM * s.somaM * s.somaInactivation
    let near = a.pointee.outside + ca * a.pointee.inside
    let far = b.pointee.outside + ca * b.pointee.inside
    return Membrane(
      sodium: gNa * (s.somaV - rates.sodium.reversal(gained: s.sodium)), sodiumSlope: gNa,
      potassium: gK * (s.somaV - rates.potassium.reversal(gained: s.somaPotassium)), potassiumSlope: gK,
      calcium: gCa * blend(near, far, x), calciumSlope: gCa * (far - near) * (1 / RateTable.spacing))
  }

  /// Advances the dendrite's gates by a step, then gives its currents.
  @inline(__always)
  private func dendMembrane(_ s: inout CellState) -> Membrane {
    let (row, x) = place(s.dendV)
    let a = rates.dendrite + row
    let b = a + 1
    s.dendM += mStep * (blend(a.pointee.m, b.pointee.m, x) - s.dendM)
    s.dendInactivation +=
      inactivationStep
      * (blend(a.pointee.inactivation, b.pointee.inactivation, x) - s.dendInactivation)
    s.dendL += lStep * (blend(a.pointee.l, b.pointee.l, x) - s.dendL)

    let ca = s.dendCalcium
    let gK = p.dendKCa * ca / (ca + Constants.calciumHalf)
    let gN = p.dendCaN * s.dendM * s.dendM * s.dendInactivation
    let gL = p.dendCaL * s.dendL
    let near =
      gN * (a.pointee.outsideN + ca * a.pointee.insideN) + gL * (a.pointee.outsideL + ca * a.pointee.insideL)
    let far =
      gN * (b.pointee.outsideN + ca * b.pointee.insideN) + gL * (b.pointee.outsideL + ca * b.pointee.insideL)
    return Membrane(
      potassium: gK * (s.dendV - rates.potassium.reversal(gained: s.dendPotassium)), potassiumSlope: gK,
      calcium: blend(near, far, x), calciumSlope: (far - near) * (1 / RateTable.spacing))
  }

  @inline(__always)
  private func pool(_ gained: Double, _ current: Double) -> Double {
    (gained - poolGain * current) * poolKeep
  }

  @inline(__always)
  private func calcium(_ c: Double, inflow: Double) -> Double {
    let flow = inflow > 0 ? Constants.calciumInflux * inflow : 0
    return (c + calciumGain * (flow + Constants.calciumRemoval * Constants.calciumRest)) * calciumKeep
  }

  /// Row of the table below `v` and the position between it and the next, beyond 0...1 outside the table.
  @inline(__always)
  private func place(_ v: Double) -> (row: Int, position: Double) {
    let exact = (v - RateTable.lowest) * (1 / RateTable.spacing)
    // NaN fails both comparisons: row 0, and the interpolation carries it on.
    let row = Int(exact > 0 ? (exact < rates.last ? exact : rates.last) : 0)
    return (row, exact - Double(row))
  }
}
