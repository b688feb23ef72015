import Foundation

/// Expectations of the logistic likelihood over a normal latent value, by Gauss-Hermite quadrature.
enum LogisticExpectations {
  /// Of ln p(label | f) and of its first and (minus) second derivative by f.
  struct Value: Sendable {
    var logLikelihood: Double
    var slope: Double
    var curvature: Double
  }

  /// - Parameter label: 1 or 0.
  static func of(label: Double, mean: Double, variance: Double) -> Value {
    let deviation = variance.squareRoot()
    var value = Value(logLikelihood: 0, slope: label, curvature: 0)
    for (node, weight) in quadrature {
      let f = mean + deviation * node
      let e = exp(-abs(f))
      let p = f >= 0 ? 1 / (1 + e) : e / (1 + e)
      // ln p(1 | f) = min(f, 0) - ln(1 + exp(-|f|)), and ln p(0 | f) = ln p(1 | f) - f.
      value.logLikelihood += weight * (min(f, 0) - log1p(e) - (1 - label) * f)
      value.slope -= weight * p
      value.curvature += weight * p * (1 - p)
    }
    return value
  }

  /// Nodes and weights for the standard normal distribution: eigenvalues of the Jacobi matrix of Hermite's polynomials and squared first
  /// components of its eigenvectors (Golub and Welsch 1969).
  static let quadrature: [(node: Double, weight: Double)] = {
    let count = 32
    var jacobi = Matrix(rows: count, columns: count)
    for i in 1..<count {
      jacobi[i, i - 1] = Double(i).squareRoot()
      jacobi[i - 1, i] = jacobi[i, i - 1]
    }
    // A finite symmetric matrix always has eigenvalues.
    let eigen = SymmetricEigen(jacobi)!
    return (0..<count).map { (eigen.values[$0], eigen.vectors[$0, 0] * eigen.vectors[$0, 0]) }
  }()
}
