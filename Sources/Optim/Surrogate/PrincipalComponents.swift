import Foundation

/// Uncorrelated linear features of points: the principal components of their standardised columns.
struct PrincipalComponents: Sendable {
  private let mean: [Double]
  /// Components by input columns, standardisation included.
  private let axes: Matrix

  var count: Int { axes.rows }

  /// - Parameter share: Of the total variance that the components kept explain, largest first. Columns that never change have
  ///   no part in any.
  init(_ inputs: Matrix, share: Double = 0.999) {
    let (n, d) = (inputs.rows, inputs.columns)
    var moments: [(mean: Double, deviation: Double)] = []
    for j in 0..<d { moments.append(TargetTransform.moments(inputs.column(j))) }
    mean = moments.map(\.mean)
    var standard = inputs
    for i in 0..<n {
      for j in 0..<d {
        standard[i, j] =
          moments[j].deviation > 0 ? (inputs[i, j] - moments[j].mean) / moments[j].deviation : 0
      }
    }
    var correlation = Matrix(rows: d, columns: d)
    BLAS.multiply(d, d, n, standard.values, transposed: true, standard.values, into: &correlation.values)
    let eigen = SymmetricEigen(correlation)
    let total = eigen?.values.reduce(0, +) ?? 0
    var (kept, explained): ([[Double]], Double) = ([], 0)
    for k in (0..<d).reversed() {
      guard let eigen, eigen.values[k] > 1e-10 * total, explained < share * total else { break }
      explained += eigen.values[k]
      kept.append(
        (0..<d).map { moments[$0].deviation > 0 ? eigen.vectors[k, $0] / moments[$0].deviation : 0 })
    }
    axes = Matrix(kept, columns: d)
  }

  /// One row per point, one column per component.
  func callAsFunction(_ inputs: Matrix) -> Matrix {
    var centered = inputs
    for i in 0..<inputs.rows { for j in 0..<inputs.columns { centered[i, j] -= mean[j] } }
    var result = Matrix(rows: inputs.rows, columns: count)
    BLAS.multiply(
      inputs.rows, count, inputs.columns, centered.values, axes.values, secondTransposed: true,
      into: &result.values)
    return result
  }

  /// The same linear function of the inputs themselves.
  func onInputs(_ function: LinearFunction) -> LinearFunction {
    var weights = [Double](repeating: 0, count: axes.columns)
    for (k, weight) in function.weights.enumerated() {
      for j in weights.indices { weights[j] += weight * axes[k, j] }
    }
    return LinearFunction(
      intercept: function.intercept - zip(weights, mean).reduce(0) { $0 + $1.0 * $1.1 }, weights: weights)
  }
}

/// intercept + weights . x
struct LinearFunction: Codable, Hashable, Sendable {
  var intercept: Double
  var weights: [Double]

  func callAsFunction(_ inputs: Matrix) -> [Double] {
    var values = [Double](repeating: intercept, count: inputs.rows)
    BLAS.multiply(inputs.rows, 1, inputs.columns, inputs.values, weights, into: &values, beta: 1)
    return values
  }
}
