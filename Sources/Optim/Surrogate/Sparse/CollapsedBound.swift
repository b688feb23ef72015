import Foundation

/// Titsias' collapsed lower bound of the log marginal likelihood of a Gaussian process that knows its data through inducing points
/// ("Variational learning of inducing variables in sparse Gaussian processes", 2009, eq. 9), as a function of length scales and of
/// the ratio of noise to signal variance.
///
/// With C the kernel of unit variance, L L' = C_zz, A = L^-1 C_zx, B = A A' + ratio I and P = (A' A + ratio I)^-1, the bound is
/// ln N(y | mean, signal P^-1) - (N - tr A'A) / (2 ratio). The penalty does not depend on mean and signal, so that these
/// have their best values in closed form as in `MarginalLikelihood`: mean = 1'P y / 1'P 1, signal = (y - mean)'P (y - mean) / N.
/// Rows are worked on in blocks: memory grows with N and M^2, never with N M.
final class CollapsedBound: ProcessLikelihood {
  private let inputs: Matrix
  private let values: [Double]
  private let gram: MaternGram
  /// Derivatives of the last evaluation by the inducing points, where they are wanted.
  private(set) var byInducing: Matrix?
  private let movesInducing: Bool

  /// - Parameters:
  ///   - inputs: one row per value, all known.
  ///   - inducing: rows that differ from each other; no more than data.
  ///   - movesInducing: whether derivatives by the inducing points are wanted.
  init(inputs: Matrix, values: [Double], inducing: Matrix, movesInducing: Bool = false) {
    precondition(inputs.rows == values.count && inputs.columns == inducing.columns)
    (self.inputs, self.values, self.movesInducing) = (inputs, values, movesInducing)
    gram = MaternGram(inducing)
  }

  func value(lengthScales: [Double], ratio: Double) -> MarginalLikelihood.Point? {
    InducingKernel(gram.inputs, lengthScales: lengthScales).flatMap {
      ProjectedData(inputs: inputs, values: [values], kernel: $0).solution(0, ratio: ratio)?.point
    }
  }

  func evaluate(lengthScales: [Double], ratio: Double) -> MarginalLikelihood.Point? {
    guard let kernel = InducingKernel(gram.inputs, lengthScales: lengthScales) else { return nil }
    let data = ProjectedData(inputs: inputs, values: [values], kernel: kernel)
    guard let solution = data.solution(0, ratio: ratio) else { return nil }
    let m = kernel.order
    var inverse = solution.factor
    Cholesky.invert(&inverse, m)
    let weights = data.weights(solution)
    var point = solution.point
    // dF/dC_zx = W C_zx + weights (P r)' / signal with W = L^-T (I / ratio - B^-1) L^-1.
    var byCross = inverse.map { -$0 }
    var byGram = [Double](repeating: 0, count: m * m)
    var trace = 0.0
    for i in 0..<m {
      for j in 0...i { byGram[i * m + j] = data.gram[i * m + j] / ratio + ratio * inverse[i * m + j] }
      byGram[i * m + i] -= 1
      byCross[i * m + i] += 1 / ratio
      trace += inverse[i * m + i]
    }
    byCross = kernel.unwhitened(byCross)
    byGram = kernel.unwhitened(byGram)
    let (slopes, squares, byPoints) = crossGradient(kernel, byCross, weights, point, ratio: ratio)
    point.byRatio =
      0.5 * ratio * (squares / point.signalVariance - trace)
      - 0.5 * (Double(values.count - m) - (Double(values.count) - data.trace) / ratio)
    // dF/dC_zz = -(weights weights' / signal + L^-T (A A' / ratio - I + ratio B^-1) L^-1) / 2.
    gram.update(lengthScales)
    let zeros = [Double](repeating: 0, count: m)
    let own = gram.lengthScaleGradient(
      weights.map { -0.5 / point.signalVariance * $0 }, weights, zeros, weights, scale: 0.5, byGram)
    point.byLengthScale = zip(own, slopes).map { $0 + $1 }
    if movesInducing {
      byInducing = gram.inputGradient(lengthScales)
      for i in byPoints.indices { byInducing!.values[i] += byPoints[i] }
    }
    return point
  }

  /// Derivatives by the logarithms of the length scales through the covariances of data and inducing points, |P r|^2, and the derivatives by
  /// the inducing points where they are wanted.
  private func crossGradient(
    _ kernel: InducingKernel, _ byCross: [Double], _ weights: [Double], _ point: MarginalLikelihood.Point,
    ratio: Double
  ) -> (slopes: [Double], squares: Double, byPoints: [Double]) {
    let (m, d) = (kernel.order, inputs.columns)
    // Inducing points with a last column of ones, so that one product gives sums as well.
    var extended = [Double](repeating: 1, count: m * (d + 1))
    for i in 0..<m {
      for k in 0..<d { extended[i * (d + 1) + k] = kernel.scaled[i * d + k] }
    }
    var result = [Double](repeating: 0, count: d)
    var (squares, columnSums) = (0.0, [Double](repeating: 0, count: m))
    var (product, right) = ([Double](), [Double]())
    var moments = [Double](repeating: 0, count: movesInducing ? m * d : 0)
    kernel.forBlocks(inputs, withSlopes: true) { rows, points, k, slopes in
      let count = rows.count
      if product.count != count * m {
        product = Array(repeating: 0, count: count * m)
        right = Array(repeating: 0, count: count * (d + 1))
      }
      var fitted = [Double](repeating: 0, count: count)
      BLAS.multiply(count, 1, m, k, weights, into: &fitted)
      BLAS.multiply(count, m, m, k, byCross, into: &product)
      let residuals = (0..<count).map { (values[rows.lowerBound + $0] - point.mean - fitted[$0]) / ratio }
      squares += BLAS.dot(residuals, residuals)
      MaternKernel.weigh(
        &slopes, rows: count, left: residuals.map { $0 / point.signalVariance }, right: weights,
        adding: product)
      BLAS.multiply(count, d + 1, m, slopes, extended, into: &right)
      let ones = [Double](repeating: 1, count: count)
      BLAS.multiply(m, 1, count, slopes, transposed: true, ones, into: &columnSums, beta: 1)
      if movesInducing {
        BLAS.multiply(m, d, count, slopes, transposed: true, points, into: &moments, beta: 1)
      }
      for i in 0..<count {
        let total = right[i * (d + 1) + d]
        for k in 0..<d {
          let x = points[i * d + k]
          result[k] -= 2 * x * (x * total - 2 * right[i * (d + 1) + k])
        }
      }
    }
    for i in 0..<m {
      for k in 0..<d {
        let z = kernel.scaled[i * d + k]
        result[k] -= 2 * z * z * columnSums[i]
        if movesInducing {
          moments[i * d + k] = 2 * (z * columnSums[i] - moments[i * d + k]) / kernel.lengthScales[k]
        }
      }
    }
    return (result, squares, moments)
  }
}
