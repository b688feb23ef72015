import COpenBLAS

/// A view of a single-precision matrix inside memory that somebody else owns: element (r, c) at `base[r * stride + c]`.
struct Panel {
  let base: UnsafeMutablePointer<Float>
  let rows: Int
  let columns: Int
  let stride: Int

  init(_ base: UnsafeMutablePointer<Float>, rows: Int, columns: Int, stride: Int? = nil) {
    (self.base, self.rows, self.columns, self.stride) = (base, rows, columns, stride ?? columns)
  }

  /// The first columns.
  func prefix(_ columns: Int) -> Panel { Panel(base, rows: rows, columns: columns, stride: stride) }

  /// Some of the rows.
  func rows(_ range: Range<Int>) -> Panel {
    Panel(base + range.lowerBound * stride, rows: range.count, columns: columns, stride: stride)
  }

  /// `self = a b + beta self`, where a and b may be transposed first.
  func multiply(
    _ a: Panel, transposed: Bool = false, _ b: Panel, secondTransposed: Bool = false, adding: Bool = false
  ) {
    let depth = transposed ? a.rows : a.columns
    assert(depth == (secondTransposed ? b.columns : b.rows))
    guard rows > 0, columns > 0, depth > 0 else { return }
    _ = BLAS.oneThread
    cblas_sgemm(
      CblasRowMajor, transposed ? CblasTrans : CblasNoTrans, secondTransposed ? CblasTrans : CblasNoTrans,
      blasint(rows), blasint(columns), blasint(depth), 1, a.base, blasint(a.stride), b.base,
      blasint(b.stride),
      adding ? 1 : 0, base, blasint(stride))
  }
}
