import Foundation

/// What inducing points see of data with given length scales: sums over all rows, from which the collapsed bound and the posterior follow
/// for any ratio of noise to signal variance. Several columns of values at the same points share them.
///
/// Notation as in `CollapsedBound`. Rows are worked on in blocks: memory grows with N and M^2, never with N M.
struct ProjectedData: Sendable {
  let count: Int
  let kernel: InducingKernel
  /// A A', lower triangle.
  private(set) var gram: [Double]
  /// A 1, then A y for each column of values: M numbers each.
  private var projections: [[Double]] = []
  private let sums: [Double]
  private let squares: [Double]

  private var order: Int { kernel.order }
  /// Of A A'.
  var trace: Double { (0..<order).reduce(0) { $0 + gram[$1 * order + $1] } }

  /// - Parameter values: columns of known values, one per row of the inputs.
  init(inputs: Matrix, values: [[Double]], kernel: InducingKernel) {
    let m = kernel.order
    (count, self.kernel) = (inputs.rows, kernel)
    sums = values.map { $0.reduce(0, +) }
    squares = values.map { BLAS.dot($0, $0) }
    gram = Array(repeating: 0, count: m * m)
    let columns = values.count + 1
    var (sum, products) = (gram, [Double](repeating: 0, count: m * columns))
    kernel.forBlocks(inputs) { rows, _, k, _ in
      BLAS.solveRows(rows.count, m, lower: kernel.cholesky.factor, transposed: true, &k)
      BLAS.addGram(m, rows.count, k, to: &sum)
      var right = [Double](repeating: 1, count: rows.count * columns)
      for (c, column) in values.enumerated() {
        for (i, row) in rows.enumerated() { right[i * columns + c + 1] = column[row] }
      }
      BLAS.multiply(m, columns, rows.count, k, transposed: true, right, into: &products, beta: 1)
    }
    gram = sum
    projections = (0..<columns).map { c in (0..<m).map { products[$0 * columns + c] } }
  }

  /// What a column of values comes to with a certain ratio.
  struct Solution: Sendable {
    /// Of B.
    let factor: [Double]
    /// B^-1 A (y - mean).
    let projected: [Double]
    /// Without derivatives.
    let point: MarginalLikelihood.Point
  }

  /// - Returns: nil where B is not positive definite in floating point.
  func solution(_ column: Int, ratio: Double) -> Solution? {
    let (m, n) = (order, Double(count))
    var factor = gram
    for i in 0..<m { factor[i * m + i] += ratio }
    guard Cholesky.factorise(&factor, m) else { return nil }
    let ones = Cholesky.solve(factor, m, projections[0])
    let solved = Cholesky.solve(factor, m, projections[column + 1])
    let oneOne = (n - BLAS.dot(projections[0], ones)) / ratio
    let oneValue = (sums[column] - BLAS.dot(projections[0], solved)) / ratio
    let valueValue = (squares[column] - BLAS.dot(projections[column + 1], solved)) / ratio
    let mean = oneValue / oneOne
    let signal = (valueValue - mean * oneValue) / n
    guard oneOne > 0, signal > 0, mean.isFinite, signal.isFinite else { return nil }
    let logDeterminant = (n - Double(m)) * log(ratio) + Cholesky.logDeterminant(factor, m)
    let value =
      -0.5 * (n * (log(2 * .pi * signal) + 1) + logDeterminant) - 0.5 * (n - trace) / ratio
    return Solution(
      factor: factor, projected: zip(solved, ones).map { $0 - mean * $1 },
      point: .init(value: value, byLengthScale: [], byRatio: 0, signalVariance: signal, mean: mean))
  }

  /// L'^-1 B^-1 A (y - mean): the posterior mean is the prior's plus these times the covariances with the inducing points.
  func weights(_ solution: Solution) -> [Double] {
    var weights = solution.projected
    kernel.cholesky.solveUpper(&weights, count: 1)
    return weights
  }

  /// The posterior at given ratio, mean and signal variance; `solution` has the best mean and signal for the ratio.
  func posterior(_ solution: Solution, ratio: Double) -> KernelPosterior {
    KernelPosterior(
      inputs: kernel.inputs, lengthScales: kernel.lengthScales, signalVariance: solution.point.signalVariance,
      mean: solution.point.mean, weights: weights(solution), cholesky: kernel.cholesky,
      inner: .init(cholesky: Cholesky(factor: solution.factor, order: order), share: ratio))
  }
}
