import Foundation

/// Inducing points of a sparse process with given length scales, and the factor of their covariance.
struct InducingKernel: Sendable {
  let inputs: Matrix
  let lengthScales: [Double]
  /// The points as `MaternKernel.scale` gives them, and their squared norms.
  let scaled: [Double]
  let norms: [Double]
  /// L with L L' = C_zz, the kernel of unit variance.
  let cholesky: Cholesky

  /// Added to the diagonal of C_zz: far above rounding, so that nothing jumps between evaluations, and far below what data can tell.
  static let jitter = 1e-10
  /// Rows of a block.
  static let block = 512

  var order: Int { norms.count }

  /// - Returns: nil where the covariance of the inducing points is not finite or not positive definite.
  init?(_ inputs: Matrix, lengthScales: [Double]) {
    let m = inputs.rows
    (self.inputs, self.lengthScales) = (inputs, lengthScales)
    scaled = MaternKernel.scale(inputs, lengthScales)
    norms = MaternKernel.squaredNorms(scaled, rows: m, columns: inputs.columns)
    let own = MaternGram(inputs)
    own.update(lengthScales)
    for i in 0..<m { own.lower[i * m + i] += Self.jitter }
    guard let cholesky = Cholesky(own.lower, order: m, jitters: [0, 1e-9, 1e-8, 1e-7]) else { return nil }
    self.cholesky = cholesky
  }

  /// Calls `body` with the rows of each block, their scaled points, their covariances with the inducing points (row by row) and, where
  /// wanted, dk/d(r^2).
  func forBlocks(
    _ inputs: Matrix, withSlopes: Bool = false,
    _ body: (_ rows: Range<Int>, _ points: [Double], _ k: inout [Double], _ slopes: inout [Double]) -> Void
  ) {
    let d = inputs.columns
    var (k, slopes): ([Double], [Double]?) = ([], nil)
    for first in stride(from: 0, to: inputs.rows, by: Self.block) {
      let rows = first..<min(first + Self.block, inputs.rows)
      let points = MaternKernel.scale(
        Matrix(
          rows: rows.count, columns: d,
          values: Array(inputs.values[(first * d)..<(rows.upperBound * d)])), lengthScales)
      if k.count != rows.count * order {
        k = Array(repeating: 0, count: rows.count * order)
        slopes = withSlopes ? k : nil
      }
      MaternKernel.cross(
        points[...], count: rows.count, scaled, norms, columns: d, into: &k, slopes: &slopes)
      var own = slopes ?? []
      slopes = nil
      body(rows, points, &k, &own)
      slopes = withSlopes ? own : nil
    }
  }

  /// L'^-1 S L^-1 of a symmetric S whose lower triangle is given; all of it is returned.
  func unwhitened(_ lower: [Double]) -> [Double] { cholesky.unwhitened(lower) }
}
