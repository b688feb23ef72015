/// The thirteen free parameters, under the names of the exchange.
struct Parameters: Equatable, Sendable {
  static let names = [
    "area", "coupling", "g_Na", "g_K", "g_A", "g_h", "g_leak", "e_leak", "phi", "shift", "g_Ca", "g_C",
    "g_AHP",
  ]
  static let positive: Set<String> = ["area", "phi"]
  static let negative: Set<String> = ["e_leak", "shift"]

  /// Membrane (um2), of which the soma is `Constants.somaShare`.
  var area: Double
  /// Between the compartments (mS/cm2 of the whole membrane).
  var coupling: Double
  /// Conductances (mS/cm2): sodium, delayed rectifier and A-type potassium of the soma.
  var sodium: Double
  var rectifier: Double
  var aType: Double
  /// Hyperpolarisation-activated current and leak of both compartments (mS/cm2), and the leak's reversal (mV).
  var hcn: Double
  var leak: Double
  var leakReversal: Double
  /// Speed of the sodium channel and the delayed rectifier, and how far (mV) their voltage dependence is moved up.
  var speed: Double
  var shift: Double
  /// Of the dendrite (mS/cm2): calcium, and the potassium currents of calcium and voltage and of calcium alone.
  var calcium: Double
  var fastPotassium: Double
  var slowPotassium: Double

  /// - Parameter values: in the order of `names`.
  init(_ values: [Double]) {
    precondition(values.count == Self.names.count)
    area = values[0]
    coupling = values[1]
    sodium = values[2]
    rectifier = values[3]
    aType = values[4]
    hcn = values[5]
    leak = values[6]
    leakReversal = values[7]
    speed = values[8]
    shift = values[9]
    calcium = values[10]
    fastPotassium = values[11]
    slowPotassium = values[12]
  }
}

/// Reversal potentials (mV) and what else is fixed.
enum Constants {
  static let sodium = 55.0
  static let potassium = -90.0
  static let calcium = 80.0
  static let hcn = -32.9
  /// Capacitance (uF/cm2).
  static let capacitance = 1.0
  static let somaShare = 0.5
  /// Calcium, in Pinsky and Rinzel's units: influx per uA/cm2 and ms, removal (1/ms).
  static let influx = 0.13
  static let removal = 0.075
  /// Closing of the slow potassium channel (1/ms).
  static let slowClosing = 0.001
}
