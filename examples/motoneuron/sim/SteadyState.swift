import Electrophysiology

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The cell at rest: all currents as functions of voltage alone, gates and pools in their steady state.
///
/// The holding current follows from it directly, where NEURON users search for it with whole simulations.
struct SteadyState {
  let cell: Cell

  init(_ cell: Cell) { self.cell = cell }

  /// Membrane current of the soma (mA/cm2), without coupling and constant current.
  func somaCurrent(_ v: Double) -> Double {
    let p = cell.parameters
    let m = Gates.calciumNActivation(v)
    let g = p.somaCaN * m * m * Gates.calciumNInactivation(v)
    let (iCa, calcium) = calciumCurrent(
      outside: g * CalciumForce.nType.outside(v), inside: g * CalciumForce.nType.inside(v),
      rest: cell.somaCalciumRest)
    let n = Gates.rectifierActivation(v)
    let gK = p.somaK * n * n * n * n + p.somaKCa * calcium / (calcium + Constants.calciumHalf)
    let open = Gates.sodiumActivation(v)
    let gNa = p.somaNa * open * open * open * Gates.sodiumInactivation(v)
    return iCa + poolCurrent(.potassium, gK, v) + poolCurrent(.sodium, gNa, v)
      + p.somaLeak * (v - Constants.leakReversal)
  }

  /// Membrane current of the dendrite (mA/cm2), without coupling.
  func dendCurrent(_ v: Double) -> Double {
    let p = cell.parameters
    let m = Gates.calciumNActivation(v)
    let gN = p.dendCaN * m * m * Gates.calciumNInactivation(v)
    let gL = p.dendCaL * Gates.calciumLActivation(v)
    let (iCa, calcium) = calciumCurrent(
      outside: gN * CalciumForce.nType.outside(v) + gL * CalciumForce.lType.outside(v),
      inside: gN * CalciumForce.nType.inside(v) + gL * CalciumForce.lType.inside(v),
      rest: cell.dendCalciumRest)
    let gK = p.dendKCa * calcium / (calcium + Constants.calciumHalf)
    return iCa + poolCurrent(.potassium, gK, v) + p.dendLeak * (v - Constants.leakReversal)
  }

  /// Voltage (mV) the dendrite settles at when the soma is held at `v`.
  func dendVoltage(soma v: Double) -> Double {
    settle(from: v) { dendCurrent($0) + cell.dendCoupling * ($0 - v) }
  }

  /// Constant current (mA/cm2, inward negative) that keeps the soma at `v`.
  func holdingCurrent(_ v: Double = Constants.holding) -> Double {
    -somaCurrent(v) - cell.somaCoupling * (v - dendVoltage(soma: v))
  }

  /// Resting potential (mV): where the soma settles without any constant current, coming from `v`.
  func restingPotential(from v: Double = Constants.holding) -> Double {
    settle(from: v) { somaCurrent($0) + cell.somaCoupling * ($0 - dendVoltage(soma: $0)) }
  }

  /// Calcium current and concentration in balance: both are linear in each other while calcium is raised.
  private func calciumCurrent(outside: Double, inside: Double, rest: Double) -> (Double, Double) {
    let removal = Constants.calciumRemoval / Constants.calciumInflux
    let raised = (Constants.calciumRest + (rest - outside) / removal) / (1 + inside / removal)
    let calcium = max(raised, Constants.calciumRest)
    return (outside + calcium * inside, calcium)
  }

  /// Current (mA/cm2) through `g` that agrees with the reversal potential of the pool it fills, by Newton's
  /// method: the current's own effect always opposes it, so the solution is unique.
  private func poolCurrent(_ pool: IonPool, _ g: Double, _ v: Double) -> Double {
    let perCurrent = IonPool.rate / IonPool.decay
    var i = g * (v - pool.reversal(gained: 0))
    for _ in 0..<50 {
      let x = -perCurrent * i
      let slope = Constants.thermalVoltage * (1 / (pool.outside - x) + 1 / (pool.inside + x))
      let change = (i - g * (v - pool.reversal(gained: x))) / (1 + g * slope * perCurrent)
      i -= change
      if abs(change) < 1e-15 + 1e-12 * abs(i) { break }
    }
    return i
  }
}
