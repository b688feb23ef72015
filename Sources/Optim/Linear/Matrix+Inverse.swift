import Foundation

extension Matrix {
  /// The inverse and ln |determinant| of a small square matrix, by Gauss and Jordan's elimination with partial pivoting; nil where
  /// it is singular to working precision.
  func inverted() -> (inverse: Matrix, logDeterminant: Double)? {
    precondition(rows == columns)
    let n = rows
    var (a, b) = (self, Matrix.identity(n))
    var logDeterminant = 0.0
    for column in 0..<n {
      let pivot = (column..<n).max { abs(a[$0, column]) < abs(a[$1, column]) }!
      let value = a[pivot, column]
      guard value.isFinite, abs(value) > 1e-300 else { return nil }
      logDeterminant += log(abs(value))
      for j in 0..<n {
        (a[pivot, j], a[column, j]) = (a[column, j], a[pivot, j] / value)
        (b[pivot, j], b[column, j]) = (b[column, j], b[pivot, j] / value)
      }
      for i in 0..<n where i != column && a[i, column] != 0 {
        let factor = a[i, column]
        for j in 0..<n {
          a[i, j] -= factor * a[column, j]
          b[i, j] -= factor * b[column, j]
        }
      }
    }
    return b.values.allSatisfy(\.isFinite) ? (b, logDeterminant) : nil
  }

  static func identity(_ n: Int) -> Matrix {
    var result = Matrix(rows: n, columns: n)
    for i in 0..<n { result[i, i] = 1 }
    return result
  }

  /// Matrix product.
  func times(_ other: Matrix) -> Matrix {
    precondition(columns == other.rows)
    var product = Matrix(rows: rows, columns: other.columns)
    BLAS.multiply(rows, other.columns, columns, values, other.values, into: &product.values)
    return product
  }
}
