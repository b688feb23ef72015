#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Response to the hyperpolarising step.
public struct PassiveFeatures: Equatable {
  /// Input resistance (MOhm): deepest deflection over the current.
  public let resistance: Double
  /// Time constant (ms) of the exponential fit.
  public let tau: Double
  /// Root mean square residual (mV) of that fit.
  public let residual: Double
  /// Deflection over the standard deviation of the voltage in the 100 ms before the step.
  public let signalToNoise: Double

  /// - Parameters:
  ///   - v: somatic voltage (mV), `perMs` samples a millisecond from time 0.
  ///   - onset: start (ms) of the step; `offset`: its end.
  ///   - current: in nA, negative.
  public init(_ v: UnsafeBufferPointer<Double>, perMs: Int, onset: Int, offset: Int, current: Double) {
    let start = onset * perMs
    var peak = start
    for i in start..<(offset * perMs) where v[i] < v[peak] { peak = i }
    let deflection = v[peak] - v[start]
    resistance = deflection / current

    let noise = Self.deviation(v[(start - 100 * perMs)..<start])
    signalToNoise = min(abs(deflection) / max(noise, 1e-12), 1e6)

    // The fit runs from a tenth of the deflection, past the fast charging of the dendrite, to the peak.
    let tenth = v[start] + 0.1 * deflection
    var from = start
    while from < peak, v[from] > tenth { from += 1 }
    let fit = ExponentialFit(v, from: from, to: peak, stride: max(1, perMs / 5))
    tau = fit.steps / Double(perMs)
    residual = fit.residual
  }

  static func deviation(_ v: Slice<UnsafeBufferPointer<Double>>) -> Double {
    let mean = v.reduce(0, +) / Double(v.count)
    return (v.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(v.count)).squareRoot()
  }
}

/// Least-squares fit of `y0 + a exp(-i / steps)` to samples of a voltage.
///
/// For a given decay the best `y0` and `a` follow from a 2 x 2 system, so that the search is over the decay
/// alone: a scan of its logarithm, then golden section around the best.
struct ExponentialFit {
  private(set) var steps = 0.0
  private(set) var residual = 0.0

  /// Zero time constant if there are fewer than four samples.
  init(_ v: UnsafeBufferPointer<Double>, from: Int, to: Int, stride: Int) {
    let y = Swift.stride(from: from, to: to, by: stride).map { v[$0] - v[from] }
    guard y.count > 3 else { return }
    let lowest = log(1.0)
    let highest = log(1e6)
    let scan = 20
    let width = (highest - lowest) / Double(scan)
    let errors = (0...scan).map { Self.error(y, exp(lowest + width * Double($0))) }
    let best = errors.indices.min { errors[$0] < errors[$1] }!
    var low = lowest + width * Double(best - 1)
    var high = low + 2 * width
    let ratio = (5.0.squareRoot() - 1) / 2
    var left = high - ratio * (high - low)
    var right = low + ratio * (high - low)
    var leftError = Self.error(y, exp(left))
    var rightError = Self.error(y, exp(right))
    while high - low > 1e-5 {
      if leftError < rightError {
        (high, right, rightError) = (right, left, leftError)
        left = high - ratio * (high - low)
        leftError = Self.error(y, exp(left))
      } else {
        (low, left, leftError) = (left, right, rightError)
        right = low + ratio * (high - low)
        rightError = Self.error(y, exp(right))
      }
    }
    let decay = exp((low + high) / 2)
    steps = decay * Double(stride)
    residual = (max(Self.error(y, decay), 0) / Double(y.count)).squareRoot()
  }

  /// Sum of squared residuals with the best `y0` and `a` for a decay constant in samples.
  private static func error(_ y: [Double], _ decay: Double) -> Double {
    let ratio = exp(-1 / decay)
    var (e, sumE, sumEE, sumY, sumYY, sumEY) = (1.0, 0.0, 0.0, 0.0, 0.0, 0.0)
    for value in y {
      sumE += e
      sumEE += e * e
      sumY += value
      sumYY += value * value
      sumEY += e * value
      e *= ratio
    }
    let n = Double(y.count)
    let spread = sumEE - sumE * sumE / n
    let shared = sumEY - sumE * sumY / n
    let total = sumYY - sumY * sumY / n
    return spread > 1e-12 * sumEE ? total - shared * shared / spread : total
  }
}
