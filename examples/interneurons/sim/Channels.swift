import Electrophysiology

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A gate at one voltage: where it goes and how fast (1/ms).
struct Gate {
  let steady: Double
  let rate: Double

  init(opening: Double, closing: Double) {
    rate = opening + closing
    steady = opening / rate
  }

  init(steady: Double, time: Double) {
    self.steady = steady
    rate = 1 / time
  }
}

/// Voltage dependence of the gates; voltages in mV, times in ms.
enum Channels {
  // Fast sodium and delayed rectifier: Wang and Buzsaki, J. Neurosci. 16 (1996) 6402-6413, without their factor phi.
  static func sodiumActivation(_ v: Double) -> Gate {
    Gate(opening: exponentialRatio(-(v + 35) / 10), closing: 4 * exp(-(v + 60) / 18))
  }
  static func sodiumInactivation(_ v: Double) -> Gate {
    Gate(opening: 0.07 * exp(-(v + 58) / 20), closing: sigmoid(v, half: -28, slope: 10))
  }
  static func rectifierActivation(_ v: Double) -> Gate {
    Gate(opening: 0.1 * exponentialRatio(-(v + 34) / 10), closing: 0.125 * exp(-(v + 44) / 80))
  }

  // A-type potassium and h-current of an O-LM cell: Tort et al., PNAS 104 (2007) 13490-13495.
  static func aActivation(_ v: Double) -> Gate { Gate(steady: sigmoid(v, half: -14, slope: 16.6), time: 5) }
  static func aInactivation(_ v: Double) -> Gate {
    let rate = 0.000009 / exp((v - 26) / 18.5) + 0.014 / (0.2 + exp(-(v + 70) / 11))
    return Gate(steady: sigmoid(v, half: -71, slope: -7.3), time: 1 / rate)
  }
  static func hcn(_ v: Double) -> Gate {
    Gate(
      steady: sigmoid(v, half: -84, slope: -10.2),
      time: 1 / (exp(-14.59 - 0.086 * v) + exp(-1.87 + 0.0701 * v)))
  }

  // The dendrite of Pinsky and Rinzel, J. Comput. Neurosci. 1 (1994) 39-60, whose voltages count from -60 mV.
  static func calcium(_ v: Double) -> Gate {
    Gate(opening: 1.6 * sigmoid(v, half: 5, slope: 1 / 0.072), closing: 0.1 * exponentialRatio((v + 8.9) / 5))
  }
  static func fastPotassium(_ v: Double) -> Gate {
    let fall = 2 * exp(-(v + 53.5) / 27)
    if v > -10 { return Gate(opening: fall, closing: 0) }
    let opening = exp((v + 50) / 11 - (v + 53.5) / 27) / 18.975
    return Gate(opening: opening, closing: fall - opening)
  }
  /// How open the fast channel is by calcium, and how fast calcium opens the slow one (1/ms).
  static func calciumShare(_ calcium: Double) -> Double { min(calcium / 250, 1) }
  static func slowOpening(_ calcium: Double) -> Double { min(0.00002 * calcium, 0.01) }
}

/// A gate over voltage, for one time step: interpolated linearly on a fine grid, since exponentials cost more than all
/// the rest of a step.
struct GateTable {
  static let spacing = 0.1  // mV
  static let lowest = -200.0
  static let count = 4001

  private let rows: [(steady: Double, share: Double)]

  /// - Parameters:
  ///   - step: in ms.
  ///   - speed: factor of the rate.
  init(step: Double, speed: Double = 1, _ gate: (Double) -> Gate) {
    rows = (0..<Self.count).map { row in
      let gate = gate(Self.lowest + Double(row) * Self.spacing)
      return (gate.steady, share(of: step, time: 1 / (gate.rate * speed)))
    }
  }

  /// Moves a gate by the exact exponential step of a frozen voltage.
  @inline(__always)
  func advance(_ value: inout Double, _ v: Double) {
    let place = (v - Self.lowest) * (1 / Self.spacing)
    // NaN fails both comparisons: row 0, and the interpolation carries it on.
    let row = Int(place > 0 ? (place < Double(Self.count - 2) ? place : Double(Self.count - 2)) : 0)
    let x = min(max(place - Double(row), 0), 1)
    let (a, b) = (rows[row], rows[row + 1])
    value += blend(a.share, b.share, x) * (blend(a.steady, b.steady, x) - value)
  }
}
