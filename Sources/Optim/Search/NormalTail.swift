import Foundation

/// h(z) = phi(z) + z Phi(z), the expected positive part of z + a standard normal number, in logarithms: no tail of it loses its value
/// or its slope.
///
/// Source: Ament, Daulton, Eriksson, Balandat and Bakshy, "Unexpected improvements to expected improvement for Bayesian
/// optimization", NeurIPS 2023. Below -6 from the continued fraction of Mills' ratio (Abramowitz and Stegun 26.2.14)
/// R(x) = Phi(-x) / phi(x) = 1 / (x + K), K = 1 / (x + 2 / (x + 3 / (x + ...))): h(-x) = phi(x) R(x) K(x), without cancellation.
struct NormalTail {
  /// ln h(z).
  let logValue: Double
  /// Phi(z) / h(z), the slope of `logValue`.
  let slope: Double
  /// phi(z) / h(z).
  let density: Double

  private static let logRootTwoPi = 0.5 * log(2 * Double.pi)

  init(_ z: Double) {
    let logDensity = -0.5 * z * z - Self.logRootTwoPi
    if z > -6 {
      let phi = exp(logDensity)
      let cumulative = 0.5 * erfc(-z * 0.5.squareRoot())
      let h = phi + z * cumulative
      (logValue, slope, density) = (log(h), cumulative / h, phi / h)
    } else {
      let x = -z
      var k = x
      for term in stride(from: 18.0, through: 2, by: -1) { k = x + term / k }
      k = 1 / k
      let ratio = 1 / (x + k)
      (logValue, slope, density) = (logDensity + log(ratio * k), 1 / k, 1 / (ratio * k))
    }
  }
}

/// ln(1 - exp(x)) for x <= 0 (Maechler 2012).
@inline(__always) func logOneMinusExp(_ x: Double) -> Double {
  x > -0.6931471805599453 ? log(-expm1(x)) : log1p(-exp(x))
}

/// ln(1 + exp(x)), without overflow.
@inline(__always) func softplus(_ x: Double) -> Double {
  x > 0 ? x + log1p(exp(-x)) : log1p(exp(x))
}
