import Electrophysiology

/// Fixed-step integration of the two compartments: gates live half a step ahead of the voltages and take the exact
/// exponential step for a frozen voltage; the voltages take a Crank-Nicolson step for frozen gates.
struct Integrator {
  private let cell: Cell
  private let p: Parameters
  private let step: Double
  /// Twice the capacitance over the step (uA/cm2 per mV).
  private let inertia: Double
  private let m: GateTable
  private let h: GateTable
  private let n: GateTable
  private let a: GateTable
  private let b: GateTable
  private let r: GateTable
  private let s: GateTable
  private let c: GateTable

  /// - Parameter step: in ms.
  init(_ cell: Cell, step: Double) {
    self.cell = cell
    p = cell.p
    self.step = step
    inertia = 2 * Constants.capacitance / step
    let (speed, shift) = (p.speed, p.shift)
    m = GateTable(step: step, speed: speed) { Channels.sodiumActivation($0 - shift) }
    h = GateTable(step: step, speed: speed) { Channels.sodiumInactivation($0 - shift) }
    n = GateTable(step: step, speed: speed) { Channels.rectifierActivation($0 - shift) }
    a = GateTable(step: step, Channels.aActivation)
    b = GateTable(step: step, Channels.aInactivation)
    r = GateTable(step: step, Channels.hcn)
    s = GateTable(step: step, Channels.calcium)
    c = GateTable(step: step, Channels.fastPotassium)
  }

  /// One time step with `stimulus` (uA/cm2, depolarising positive) into the soma.
  func advance(_ x: inout CellState, stimulus: Double) {
    m.advance(&x.m, x.somaV)
    h.advance(&x.h, x.somaV)
    n.advance(&x.n, x.somaV)
    a.advance(&x.a, x.somaV)
    b.advance(&x.b, x.somaV)
    r.advance(&x.somaR, x.somaV)
    r.advance(&x.dendR, x.dendV)
    s.advance(&x.s, x.dendV)
    c.advance(&x.c, x.dendV)
    let opening = Channels.slowOpening(x.calcium)
    let rate = opening + Constants.slowClosing
    x.q += rate * step / (1 + rate * step / 2) * (opening / rate - x.q)

    let sodium = p.sodium * x.m * x.m * x.m * x.h
    let n2 = x.n * x.n
    let potassium = p.rectifier * n2 * n2 + p.aType * x.a * x.b
    let axial = x.somaV - x.dendV
    let somaCurrent =
      sodium * (x.somaV - Constants.sodium) + potassium * (x.somaV - Constants.potassium)
      + p.hcn * x.somaR * (x.somaV - Constants.hcn) + p.leak * (x.somaV - p.leakReversal)
      + cell.somaCoupling * axial - stimulus
    let calcium = p.calcium * x.s * x.s
    let dendPotassium = p.fastPotassium * x.c * Channels.calciumShare(x.calcium) + p.slowPotassium * x.q
    let calciumCurrent = calcium * (x.dendV - Constants.calcium)
    let dendCurrent =
      calciumCurrent + dendPotassium * (x.dendV - Constants.potassium)
      + p.hcn * x.dendR * (x.dendV - Constants.hcn) + p.leak * (x.dendV - p.leakReversal) - cell.dendCoupling
      * axial

    let half = halfStep(
      currents: (somaCurrent, dendCurrent),
      slopes: (
        inertia + sodium + potassium + p.hcn * x.somaR + p.leak + cell.somaCoupling,
        inertia + calcium + dendPotassium + p.hcn * x.dendR + p.leak + cell.dendCoupling
      ), couplings: (cell.somaCoupling, cell.dendCoupling))
    x.somaV += 2 * half.soma
    x.dendV += 2 * half.dendrite
    // Calcium follows the current of the middle of the step.
    let influx = -Constants.influx * (calciumCurrent + calcium * half.dendrite)
    let decay = Constants.removal * step / 2
    x.calcium = ((1 - decay) * x.calcium + step * influx) / (1 + decay)
  }
}
