import Foundation

/// A log marginal likelihood, or a lower bound of one, by length scales and the ratio of noise to signal variance.
protocol ProcessLikelihood: AnyObject {
  /// The value and its derivatives by the logarithms of each column's length scale and of the ratio; nil where a matrix is not positive
  /// definite in floating point.
  func evaluate(lengthScales: [Double], ratio: Double) -> MarginalLikelihood.Point?

  /// The same without derivatives.
  func value(lengthScales: [Double], ratio: Double) -> MarginalLikelihood.Point?
}

/// The log marginal likelihood of a Gaussian process as a function of length scales and the ratio of noise to signal variance;
/// the constant mean and the signal variance are at their best values for those, which have a closed form
/// (Rasmussen and Williams 2006, eqs. 5.8, 5.9; concentrated as in Santner, Williams and Notz, The Design and Analysis of Computer
/// Experiments, 2003, section 3.3):
/// with A = C + ratio I, mean = 1'A^-1 y / 1'A^-1 1, a = A^-1 (y - mean), signal = y'a / n.
final class MarginalLikelihood: ProcessLikelihood {
  struct Point {
    var value: Double
    var byLengthScale: [Double]
    var byRatio: Double
    var signalVariance: Double
    var mean: Double
  }

  private let gram: MaternGram
  private let values: [Double]

  init(inputs: Matrix, values: [Double]) {
    precondition(inputs.rows == values.count)
    gram = MaternGram(inputs)
    self.values = values
  }

  /// - Returns: the value and its derivatives by the logarithms of each column's length scale and of the ratio; nil where the
  ///   covariance is not positive definite in floating point.
  func evaluate(lengthScales: [Double], ratio: Double) -> Point? {
    let n = values.count
    guard let (a, point) = solved(lengthScales, ratio) else { return nil }
    Cholesky.invert(&gram.lower, n)
    var trace = 0.0
    for i in 0..<n { trace += gram.lower[i * n + i] }
    var result = point
    result.byRatio = 0.5 * ratio * (BLAS.dot(a, a) / point.signalVariance - trace)
    result.byLengthScale = gram.lengthScaleGradient(
      a.map { 0.5 / point.signalVariance * $0 }, a, Array(repeating: 0, count: n), a, scale: 0.5, gram.lower)
    return result
  }

  /// The same without derivatives, for a third of the operations.
  func value(lengthScales: [Double], ratio: Double) -> Point? { solved(lengthScales, ratio)?.point }

  /// a and a point without derivatives; the gram's buffer then holds the factor of A.
  private func solved(_ lengthScales: [Double], _ ratio: Double) -> (a: [Double], point: Point)? {
    let n = values.count
    gram.update(lengthScales)
    for i in 0..<n { gram.lower[i * n + i] += ratio }
    guard Cholesky.factorise(&gram.lower, n) else { return nil }
    let ones = Cholesky.solve(gram.lower, n, Array(repeating: 1, count: n))
    let solved = Cholesky.solve(gram.lower, n, values)
    let mean = solved.reduce(0, +) / ones.reduce(0, +)
    let a = zip(solved, ones).map { $0 - mean * $1 }
    let signal = BLAS.dot(values, a) / Double(n)
    let logDeterminant = Cholesky.logDeterminant(gram.lower, n)
    guard signal > 0, mean.isFinite, logDeterminant.isFinite else { return nil }
    let value = -0.5 * (Double(n) * (log(2 * .pi * signal) + 1) + logDeterminant)
    return (a, Point(value: value, byLengthScale: [], byRatio: 0, signalVariance: signal, mean: mean))
  }

  /// `Y' P Y` for columns Y of other values at the same points, where P is the precision of the values with their mean projected
  /// out: `-w' Y' P Y w / 2` is what the likelihood of values Y w has besides the determinant.
  func quadraticForm(_ columns: Matrix, lengthScales: [Double], ratio: Double) -> Matrix? {
    let (n, p) = (columns.rows, columns.columns)
    guard let point = evaluate(lengthScales: lengthScales, ratio: ratio) else { return nil }
    // The gram's buffer holds the inverse now.
    var solved = Matrix(rows: n, columns: p)
    BLAS.symmetricMultiply(n, p, gram.lower, columns.values, into: &solved.values)
    let ones = BLAS.symmetricMultiply(n, gram.lower, Array(repeating: 1, count: n))
    let total = ones.reduce(0, +)
    var form = Matrix(rows: p, columns: p)
    BLAS.multiply(p, p, n, columns.values, transposed: true, solved.values, into: &form.values)
    let sums = (0..<p).map { j in (0..<n).reduce(0) { $0 + ones[$1] * columns[$1, j] } }
    for i in 0..<p {
      for j in 0..<p { form[i, j] = (form[i, j] - sums[i] * sums[j] / total) / point.signalVariance }
    }
    return form
  }

  /// What the process predicts for each value from all the others, observation noise included.
  func leaveOneOut(lengthScales: [Double], ratio: Double) -> (mean: [Double], variance: [Double])? {
    let n = values.count
    guard let point = evaluate(lengthScales: lengthScales, ratio: ratio) else { return nil }
    // The gram's buffer holds the inverse now.
    let precision = (0..<n).map { gram.lower[$0 * n + $0] }
    let a = BLAS.symmetricMultiply(n, gram.lower, values.map { $0 - point.mean })
    return (
      (0..<n).map { values[$0] - a[$0] / precision[$0] }, precision.map { point.signalVariance / $0 }
    )
  }
}
