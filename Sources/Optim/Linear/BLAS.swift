import COpenBLAS

/// OpenBLAS on row-major matrices of doubles.
///
/// One thread a call: the products here are too small to gain from more, and models are fitted side by side instead.
enum BLAS {
  /// Touched before the first call of every user of OpenBLAS.
  static let oneThread: Void = openblas_set_num_threads(1)

  typealias Source = UnsafePointer<Double>
  typealias Target = UnsafeMutablePointer<Double>

  /// `c = alpha op(a) op(b) + beta c`, where op(a) is m x k, op(b) is k x n and c is m x n.
  static func multiply(
    _ m: Int, _ n: Int, _ k: Int, _ a: Source, transposed: Bool = false, _ b: Source,
    secondTransposed: Bool = false,
    into c: Target, alpha: Double = 1, beta: Double = 0
  ) {
    guard m > 0, n > 0 else { return }
    _ = oneThread
    cblas_dgemm(
      CblasRowMajor, transposed ? CblasTrans : CblasNoTrans, secondTransposed ? CblasTrans : CblasNoTrans,
      blasint(m), blasint(n), blasint(k), alpha, a, blasint(max(transposed ? m : k, 1)), b,
      blasint(max(secondTransposed ? k : n, 1)), beta, c, blasint(n))
  }

  /// Lower triangle of `c = a a'`, where a is n x k.
  static func lowerGram(_ n: Int, _ k: Int, _ a: Source, into c: Target) {
    guard n > 0 else { return }
    _ = oneThread
    cblas_dsyrk(
      CblasRowMajor, CblasLower, CblasNoTrans, blasint(n), blasint(k), 1, a, blasint(max(k, 1)), 0, c,
      blasint(n))
  }

  /// Lower triangle of `c = a' a + c`, where a is k x n.
  static func addGram(_ n: Int, _ k: Int, _ a: Source, to c: Target) {
    guard n > 0, k > 0 else { return }
    _ = oneThread
    cblas_dsyrk(
      CblasRowMajor, CblasLower, CblasTrans, blasint(n), blasint(k), 1, a, blasint(n), 1, c, blasint(n))
  }

  /// `c = s b`, where s is n x n and symmetric (its lower triangle is read) and b and c are n x k.
  static func symmetricMultiply(_ n: Int, _ k: Int, _ s: Source, _ b: Source, into c: Target) {
    guard n > 0, k > 0 else { return }
    _ = oneThread
    cblas_dsymm(
      CblasRowMajor, CblasLeft, CblasLower, blasint(n), blasint(k), 1, s, blasint(n), b, blasint(k), 0, c,
      blasint(k))
  }

  /// `s b`, where s is n x n and symmetric (its lower triangle is read).
  static func symmetricMultiply(_ n: Int, _ s: [Double], _ b: [Double]) -> [Double] {
    guard n > 0 else { return [] }
    _ = oneThread
    var c = [Double](repeating: 0, count: n)
    cblas_dsymv(CblasRowMajor, CblasLower, blasint(n), 1, s, blasint(n), b, 1, 0, &c, 1)
    return c
  }

  /// Solves `x op(l) = b` in place for the rows of b (m x n), where l is n x n and lower triangular.
  static func solveRows(_ m: Int, _ n: Int, lower l: Source, transposed: Bool, _ b: Target) {
    guard m > 0, n > 0 else { return }
    _ = oneThread
    cblas_dtrsm(
      CblasRowMajor, CblasRight, CblasLower, transposed ? CblasTrans : CblasNoTrans, CblasNonUnit, blasint(m),
      blasint(n), 1, l, blasint(n), b, blasint(n))
  }

  static func dot(_ a: [Double], _ b: [Double]) -> Double {
    precondition(a.count == b.count)
    return cblas_ddot(blasint(a.count), a, 1, b, 1)
  }

  /// Inner products of the rows of a and b (both n x k).
  static func rowDots(_ n: Int, _ k: Int, _ a: Source, _ b: Source) -> [Double] {
    _ = oneThread
    return (0..<n).map { cblas_ddot(blasint(k), a + $0 * k, 1, b + $0 * k, 1) }
  }

  /// Multiplies every row of a (n x k) by a factor of its own.
  static func scaleRows(_ n: Int, _ k: Int, _ a: Target, _ factors: [Double]) {
    _ = oneThread
    for i in 0..<n { cblas_dscal(blasint(k), factors[i], a + i * k, 1) }
  }

  /// `b += factor a`.
  static func add(_ a: [Double], times factor: Double, to b: inout [Double]) {
    precondition(a.count == b.count)
    _ = oneThread
    cblas_daxpy(blasint(a.count), factor, a, 1, &b, 1)
  }
}
