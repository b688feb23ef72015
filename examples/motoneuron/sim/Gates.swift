import Electrophysiology

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Voltage dependence of the channels of Booth, Rinzel and Kiehn (1997), with the constants and the
/// Goldman-Hodgkin-Katz driving force of the NEURON version that dmosopt's example uses.
///
/// Voltages in mV, times in ms. Every function is smooth and finite at every finite voltage.
enum Gates {
  // Fast sodium channel: instantaneous activation m, inactivation h.
  static func sodiumActivation(_ v: Double) -> Double { sigmoid(v, half: -35, slope: 7.8) }
  static func sodiumInactivation(_ v: Double) -> Double { sigmoid(v, half: -55, slope: -7) }
  static func sodiumInactivationTime(_ v: Double) -> Double {
    30 / (exp((v + 50) / 15) + exp(-(v + 50) / 16))
  }

  // Delayed rectifier: activation n.
  static func rectifierActivation(_ v: Double) -> Double { sigmoid(v, half: -28, slope: 15) }
  static func rectifierActivationTime(_ v: Double) -> Double {
    7 / (exp((v + 40) / 40) + exp(-(v + 40) / 50))
  }

  // N-type calcium channel: activation m, inactivation h, with constant times.
  static func calciumNActivation(_ v: Double) -> Double { sigmoid(v, half: -30, slope: 5) }
  static func calciumNInactivation(_ v: Double) -> Double { sigmoid(v, half: -45, slope: -5) }
  static let calciumNActivationTime = 4.0
  static let calciumNInactivationTime = 40.0

  // L-type calcium channel: activation only.
  static func calciumLActivation(_ v: Double) -> Double { sigmoid(v, half: -40, slope: 7) }
  static let calciumLActivationTime = 60.0
}

/// Goldman-Hodgkin-Katz driving force (mV) of a divalent ion, split by the internal concentration c
/// (mM), in which it is linear: `force(v, c) = outside(v) + c * inside(v)`.
struct CalciumForce: Sendable {
  /// Voltage scale f (mV): half of "KT/F" at the simulation's temperature.
  let scale: Double

  /// - Parameter thermal: KT/F (mV) at 20 degrees Celsius. The NEURON mechanisms use 36 for the N-type
  ///   and 25 for the L-type channel; the difference is part of the model as published there.
  init(thermal: Double) {
    scale = thermal / 293.15 * Constants.temperature / 2
  }

  static let nType = CalciumForce(thermal: 36)
  static let lType = CalciumForce(thermal: 25)

  /// Part due to the external concentration.
  func outside(_ v: Double) -> Double { -scale * exponentialRatio(v / scale) }

  /// Part per mM of internal concentration.
  func inside(_ v: Double) -> Double { scale / Constants.calciumOutside * exponentialRatio(-v / scale) }

  func force(_ v: Double, inside c: Double) -> Double { outside(v) + c * inside(v) }
}

/// A thin shell inside the membrane (and its mirror image outside) in which an ion's concentration follows
/// its current: x' = -k i - beta x, where the inside holds `inside + x` and the outside `outside - x` mM.
struct IonPool: Sendable {
  /// Resting concentrations (mM).
  let inside: Double
  let outside: Double

  static let sodium = IonPool(inside: 15, outside: 145)
  static let potassium = IonPool(inside: 145, outside: 5)

  /// Change of concentration (mM/ms) per mA/cm2 in a shell of 0.2 um: 1e4 / (2 F d).
  static let rate = 1e4 / (2 * Constants.faraday * 0.2)
  /// Return to rest (1/ms).
  static let decay = 0.075

  /// Nernst potential (mV) with x mM gained inside; x is kept where both concentrations are positive.
  func reversal(gained x: Double) -> Double {
    let x = min(max(x, lowest), highest)
    return Constants.thermalVoltage * log((outside - x) / (inside + x))
  }

  var lowest: Double { -0.98 * inside }
  var highest: Double { 0.98 * outside }
}
