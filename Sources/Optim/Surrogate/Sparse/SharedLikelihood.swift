import Foundation

/// The sum of the log marginal likelihoods of several columns of values at the same points with one kernel and one ratio of noise to
/// signal variance; every column has the mean and the signal variance that are best for it, as in `MarginalLikelihood`.
final class SharedLikelihood: ProcessLikelihood {
  private let gram: MaternGram
  private let values: [[Double]]

  init(inputs: Matrix, values: [[Double]]) {
    precondition(!values.isEmpty && values.allSatisfy { $0.count == inputs.rows })
    gram = MaternGram(inputs)
    self.values = values
  }

  func value(lengthScales: [Double], ratio: Double) -> MarginalLikelihood.Point? {
    solved(lengthScales, ratio)?.point
  }

  func evaluate(lengthScales: [Double], ratio: Double) -> MarginalLikelihood.Point? {
    let (n, columns) = (gram.inputs.rows, Double(values.count))
    guard let (solutions, point) = solved(lengthScales, ratio) else { return nil }
    Cholesky.invert(&gram.lower, n)
    // dF/dC = sum_k a_k a_k' / (2 signal_k) - columns A^-1 / 2.
    var (weights, trace, squares) = ([Double](repeating: 0, count: n * n), 0.0, 0.0)
    for (a, signal) in solutions {
      squares += BLAS.dot(a, a) / signal
      BLAS.addGram(n, 1, a.map { $0 / signal.squareRoot() }, to: &weights)
    }
    for i in 0..<n {
      trace += gram.lower[i * n + i]
      for j in 0...i { weights[i * n + j] = columns * gram.lower[i * n + j] - weights[i * n + j] }
    }
    let zeros = [Double](repeating: 0, count: n)
    var result = point
    result.byRatio = 0.5 * ratio * (squares - columns * trace)
    result.byLengthScale = gram.lengthScaleGradient(zeros, zeros, zeros, zeros, scale: 0.5, weights)
    return result
  }

  /// A^-1 (y - mean) and the signal variance of each column; the gram's buffer then holds the factor of A. Mean and signal of the point are
  /// the first column's.
  private func solved(_ lengthScales: [Double], _ ratio: Double) -> (
    solutions: [(a: [Double], signal: Double)], point: MarginalLikelihood.Point
  )? {
    let n = gram.inputs.rows
    gram.update(lengthScales)
    for i in 0..<n { gram.lower[i * n + i] += ratio }
    guard Cholesky.factorise(&gram.lower, n) else { return nil }
    let ones = Cholesky.solve(gram.lower, n, Array(repeating: 1, count: n))
    let total = ones.reduce(0, +)
    let logDeterminant = Cholesky.logDeterminant(gram.lower, n)
    var point = MarginalLikelihood.Point(
      value: 0, byLengthScale: [], byRatio: 0, signalVariance: 0, mean: 0)
    var solutions: [(a: [Double], signal: Double)] = []
    for (k, column) in values.enumerated() {
      let solved = Cholesky.solve(gram.lower, n, column)
      let mean = solved.reduce(0, +) / total
      let a = zip(solved, ones).map { $0 - mean * $1 }
      let signal = BLAS.dot(column, a) / Double(n)
      guard signal > 0, mean.isFinite, logDeterminant.isFinite else { return nil }
      if k == 0 { (point.mean, point.signalVariance) = (mean, signal) }
      point.value -= 0.5 * (Double(n) * (log(2 * .pi * signal) + 1) + logDeterminant)
      solutions.append((a, signal))
    }
    return (solutions, point)
  }
}
