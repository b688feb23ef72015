/// Physical and fixed model constants.
enum Constants {
  /// Absolute temperature (K) at 36 degrees Celsius.
  static let temperature = 309.15
  /// Faraday's constant (C/mol).
  static let faraday = 96485.33212
  /// RT/F (mV).
  static let thermalVoltage = 1000 * 8.31446261815324 * temperature / faraday
  /// External calcium (mM).
  static let calciumOutside = 2.0
  /// Resting internal calcium (mM).
  static let calciumRest = 1e-5
  /// Calcium at which the calcium-activated potassium conductance is half open (mM).
  static let calciumHalf = 5e-4
  /// Free fraction of calcium, influx per current density (mM/ms per mA/cm2) and removal (1/ms).
  static let calciumFree = 0.004
  static let calciumInflux = 1.0
  static let calciumRemoval = 8.0
  /// Leak reversal (mV) in both compartments.
  static let leakReversal = -62.0
  /// Membrane capacitance (uF/cm2) of the dendrite; the soma has `cm_ratio` times as much.
  static let capacitance = 2.0
  /// Diameter and total length (um) of the cable, and the soma's share of the length.
  static let diameter = 5.0
  static let length = 120.0
  static let somaShare = 0.1
  /// Somatic membrane area (um2).
  static let somaArea = Double.pi * diameter * length * somaShare
  /// Holding potential (mV), at which every run starts.
  static let holding = -60.0
}

/// The eleven free parameters, under the names of the exchange.
///
/// Conductances in S/cm2, except `gc` (coupling, mS/cm2) and `cm_ratio` (dimensionless).
struct Parameters: Equatable, Sendable {
  static let names = [
    "gc", "soma_gmax_Na", "soma_gmax_K", "soma_gmax_KCa", "soma_gmax_CaN", "soma_g_pas",
    "dend_gmax_CaL", "dend_gmax_CaN", "dend_gmax_KCa", "dend_g_pas", "cm_ratio",
  ]

  var coupling: Double
  var somaNa: Double
  var somaK: Double
  var somaKCa: Double
  var somaCaN: Double
  var somaLeak: Double
  var dendCaL: Double
  var dendCaN: Double
  var dendKCa: Double
  var dendLeak: Double
  var capacitanceRatio: Double

  /// - Parameter values: in the order of `names`.
  init(_ values: [Double]) {
    precondition(values.count == Self.names.count)
    coupling = values[0]
    somaNa = values[1]
    somaK = values[2]
    somaKCa = values[3]
    somaCaN = values[4]
    somaLeak = values[5]
    dendCaL = values[6]
    dendCaN = values[7]
    dendKCa = values[8]
    dendLeak = values[9]
    capacitanceRatio = values[10]
  }
}
