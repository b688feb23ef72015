import COpenBLAS

/// Eigenvalues and eigenvectors of a symmetric matrix: A = V' diag(values) V with the eigenvectors in the rows of V.
struct SymmetricEigen: Sendable {
  /// Ascending.
  let values: [Double]
  /// Row i belongs to value i.
  let vectors: Matrix

  /// - Parameter matrix: symmetric; its lower triangle is read.
  /// - Returns: nil where LAPACK's divide and conquer (dsyevd) does not converge: not with finite elements.
  init?(_ matrix: Matrix) {
    precondition(matrix.rows == matrix.columns)
    guard matrix.values.allSatisfy(\.isFinite) else { return nil }
    _ = BLAS.oneThread
    var (n, info) = (Int32(matrix.rows), Int32(0))
    var vectors = matrix.values
    var values = [Double](repeating: 0, count: matrix.rows)
    guard n > 0 else {
      (self.values, self.vectors) = ([], matrix)
      return
    }
    var (work, integerWork) = ([0.0], [Int32(0)])
    var (workSize, integerWorkSize) = (Int32(-1), Int32(-1))
    for pass in 0..<2 {
      dsyevd_(
        "V", "U", &n, &vectors, &n, &values, &work, &workSize, &integerWork, &integerWorkSize, &info, 1, 1)
      guard info == 0 else { return nil }
      if pass == 0 {
        (workSize, integerWorkSize) = (Int32(work[0]), integerWork[0])
        work = Array(repeating: 0, count: Int(workSize))
        integerWork = Array(repeating: 0, count: Int(integerWorkSize))
      }
    }
    self.values = values
    self.vectors = Matrix(rows: matrix.rows, columns: matrix.rows, values: vectors)
  }
}
