import COpenBLAS
import Foundation

/// The Cholesky factor L of a symmetric positive definite matrix: A + jitter I = L L'.
struct Cholesky: Sendable {
  let order: Int
  /// Row-major; only the lower triangle counts.
  private(set) var factor: [Double]
  /// What had to be added to the diagonal before the matrix was positive definite to working precision.
  let jitter: Double

  /// Factors a matrix of which the lower triangle is given.
  ///
  /// - Parameter jitters: what to add to the diagonal, relative to its mean, one after the other until it succeeds.
  /// - Returns: nil where the matrix is not positive definite with any of them, or not finite.
  init?(_ lower: [Double], order: Int, jitters: [Double] = [0]) {
    precondition(lower.count == order * order)
    let diagonal = (0..<order).reduce(0) { $0 + lower[$1 * order + $1] } / Double(max(order, 1))
    guard diagonal.isFinite else { return nil }
    for relative in jitters {
      var factor = lower
      let jitter = relative * diagonal
      if jitter > 0 { for i in 0..<order { factor[i * order + i] += jitter } }
      if Self.factorise(&factor, order) {
        (self.order, self.factor, self.jitter) = (order, factor, jitter)
        return
      }
    }
    return nil
  }

  /// A factor that is known already.
  init(factor: [Double], order: Int) {
    precondition(factor.count == order * order)
    (self.factor, self.order, jitter) = (factor, order, 0)
  }

  /// Growing jitter for matrices that are positive definite by construction and only lose it to rounding.
  static let growing: [Double] = [0, 1e-12, 1e-10, 1e-8, 1e-6, 1e-4, 1e-2]

  /// Factors in place (lower triangle); false where the matrix is not positive definite.
  static func factorise(_ matrix: inout [Double], _ order: Int) -> Bool {
    guard order > 0 else { return true }
    _ = BLAS.oneThread
    // The upper triangle by columns is the lower one by rows.
    var (n, info) = (Int32(order), Int32(0))
    dpotrf_("U", &n, &matrix, &n, &info, 1)
    // LAPACK does not notice every NaN.
    return info == 0 && (0..<order).allSatisfy { matrix[$0 * order + $0].isFinite }
  }

  /// Turns a factor into the lower triangle of the inverse of the factored matrix, in place.
  static func invert(_ factor: inout [Double], _ order: Int) {
    guard order > 0 else { return }
    _ = BLAS.oneThread
    factor.withUnsafeMutableBufferPointer { factor in
      invertTriangle(factor.baseAddress!, order, stride: order)
      var (n, info) = (Int32(order), Int32(0))
      dlauum_("U", &n, factor.baseAddress!, &n, &info, 1)
    }
  }

  /// Rows up to which LAPACK's triangular inverse, which goes column by column, is as fast as products of blocks.
  private static let smallTriangle = 48

  /// Inverts a lower triangle in place, by halves: [A 0; B C]^-1 = [A^-1 0; -C^-1 B A^-1, C^-1]. With a few hundred rows that is
  /// several times as fast as `dtrtri`, which OpenBLAS does not divide into blocks there.
  private static func invertTriangle(_ a: UnsafeMutablePointer<Double>, _ order: Int, stride: Int) {
    guard order > smallTriangle else {
      var (n, leading, info) = (Int32(order), Int32(stride), Int32(0))
      dtrtri_("U", "N", &n, a, &leading, &info, 1, 1)
      return
    }
    let upper = order / 2
    let (b, c) = (a + upper * stride, a + upper * stride + upper)
    let (m, n, leading) = (blasint(order - upper), blasint(upper), blasint(stride))
    // One of the two by solving, which keeps the errors of a column by column inverse (Higham, Accuracy and Stability of Numerical
    // Algorithms, 2nd ed., section 14.2.2); the other by a product, since OpenBLAS solves slowly from that side.
    cblas_dtrsm(
      CblasRowMajor, CblasLeft, CblasLower, CblasNoTrans, CblasNonUnit, m, n, -1, c, leading, b, leading)
    invertTriangle(a, upper, stride: stride)
    cblas_dtrmm(
      CblasRowMajor, CblasRight, CblasLower, CblasNoTrans, CblasNonUnit, m, n, 1, a, leading, b, leading)
    invertTriangle(c, order - upper, stride: stride)
  }

  static func logDeterminant(_ factor: [Double], _ order: Int) -> Double {
    2 * (0..<order).reduce(0) { $0 + log(factor[$1 * order + $1]) }
  }

  var logDeterminant: Double { Self.logDeterminant(factor, order) }

  /// Lower triangle of the inverse.
  var inverse: [Double] {
    var result = factor
    Self.invert(&result, order)
    return result
  }

  /// A^-1 b.
  func solve(_ b: [Double]) -> [Double] { Self.solve(factor, order, b) }

  static func solve(_ factor: [Double], _ order: Int, _ b: [Double]) -> [Double] {
    guard order > 0 else { return [] }
    _ = BLAS.oneThread
    var x = b
    cblas_dtrsv(
      CblasRowMajor, CblasLower, CblasNoTrans, CblasNonUnit, blasint(order), factor, blasint(order), &x, 1)
    cblas_dtrsv(
      CblasRowMajor, CblasLower, CblasTrans, CblasNonUnit, blasint(order), factor, blasint(order), &x, 1)
    return x
  }

  /// L^-1 b for each row b of `rows` (count x order), in place.
  func solveLower(_ rows: inout [Double], count: Int) {
    BLAS.solveRows(count, order, lower: factor, transposed: true, &rows)
  }

  /// L'^-1 b for each row b of `rows`, in place; after `solveLower` it is A^-1 b.
  func solveUpper(_ rows: inout [Double], count: Int) {
    BLAS.solveRows(count, order, lower: factor, transposed: false, &rows)
  }

  /// L'^-1 S L^-1 of a symmetric S whose lower triangle is given; all of it is returned.
  func unwhitened(_ lower: [Double]) -> [Double] {
    let m = order
    var s = lower
    for i in 0..<m {
      for j in 0..<i { s[j * m + i] = s[i * m + j] }
    }
    solveUpper(&s, count: m)
    for i in 0..<m {
      for j in 0..<i { (s[j * m + i], s[i * m + j]) = (s[i * m + j], s[j * m + i]) }
    }
    solveUpper(&s, count: m)
    return s
  }
}
