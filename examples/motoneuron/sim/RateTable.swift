import Electrophysiology

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Everything the soma needs to know about one voltage.
struct SomaRates {
  var sodiumOpen: Double  // m^3
  var h: Double
  var hStep: Double  // share of the way to steady state covered in one time step
  var n: Double
  var nStep: Double
  var m: Double  // calcium, N-type
  var inactivation: Double
  var outside: Double  // driving force of calcium, see CalciumForce
  var inside: Double
}

/// Everything the dendrite needs to know about one voltage.
struct DendriteRates {
  var m: Double
  var inactivation: Double
  var l: Double
  var outsideN: Double
  var insideN: Double
  var outsideL: Double
  var insideL: Double
}

/// The rate functions on a fine voltage grid, interpolated linearly: exponentials cost more than all the
/// rest of a time step. Interpolation errors stay below 2e-5 of a gate's range.
///
/// Immutable after `init`, and made once for a process, whatever the parameters.
final class RateTable: @unchecked Sendable {
  static let spacing = 0.1  // mV
  static let lowest = -300.0
  static let highest = 200.0
  static let poolSpacing = 0.02  // mM

  /// Time step (ms).
  let step: Double
  /// Index of the last interval.
  let last: Double
  let soma: UnsafeMutablePointer<SomaRates>
  let dendrite: UnsafeMutablePointer<DendriteRates>
  let sodium: PoolTable
  let potassium: PoolTable

  init(step: Double) {
    self.step = step
    let rows = Int(((Self.highest - Self.lowest) / Self.spacing).rounded()) + 1
    last = Double(rows - 2)
    soma = .allocate(capacity: rows)
    dendrite = .allocate(capacity: rows)
    sodium = PoolTable(.sodium)
    potassium = PoolTable(.potassium)
    for row in 0..<rows {
      let v = Self.lowest + Double(row) * Self.spacing
      (soma + row).initialize(to: Self.somaRates(v, step: step))
      (dendrite + row).initialize(to: Self.dendriteRates(v))
    }
  }

  deinit {
    soma.deallocate()
    dendrite.deallocate()
  }

  static func somaRates(_ v: Double, step: Double) -> SomaRates {
    let open = Gates.sodiumActivation(v)
    return SomaRates(
      sodiumOpen: open * open * open,
      h: Gates.sodiumInactivation(v), hStep: share(of: step, time: Gates.sodiumInactivationTime(v)),
      n: Gates.rectifierActivation(v), nStep: share(of: step, time: Gates.rectifierActivationTime(v)),
      m: Gates.calciumNActivation(v), inactivation: Gates.calciumNInactivation(v),
      outside: CalciumForce.nType.outside(v), inside: CalciumForce.nType.inside(v))
  }

  static func dendriteRates(_ v: Double) -> DendriteRates {
    DendriteRates(
      m: Gates.calciumNActivation(v), inactivation: Gates.calciumNInactivation(v),
      l: Gates.calciumLActivation(v),
      outsideN: CalciumForce.nType.outside(v), insideN: CalciumForce.nType.inside(v),
      outsideL: CalciumForce.lType.outside(v), insideL: CalciumForce.lType.inside(v))
  }
}

/// The Nernst potential of a pool over the concentration it has gained, interpolated linearly, and beyond
/// the range where both concentrations are positive extrapolated.
final class PoolTable: @unchecked Sendable {
  let lowest: Double
  let last: Double
  let values: UnsafeMutablePointer<Double>

  init(_ pool: IonPool) {
    lowest = pool.lowest
    let count = Int((pool.highest - pool.lowest) / RateTable.poolSpacing) + 2
    last = Double(count - 2)
    values = .allocate(capacity: count)
    for i in 0..<count {
      values[i] = pool.reversal(gained: lowest + Double(i) * RateTable.poolSpacing)
    }
  }

  deinit { values.deallocate() }

  @inline(__always)
  func reversal(gained x: Double) -> Double {
    let place = (x - lowest) * (1 / RateTable.poolSpacing)
    // Not `min` and `max`: these comparisons also send NaN to the first interval, which carries it on.
    let row = Int(place > 0 ? (place < last ? place : last) : 0)
    return blend(values[row], values[row + 1], place - Double(row))
  }
}
