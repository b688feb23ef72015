import Foundation

/// Where a sparse process keeps what it knows: points that stand for the data.
enum InducingPoints {
  /// Rows that `count` inducing points are chosen from: random ones where there are many, since more of them hardly differ.
  static func candidates(rows: Int, count: Int, stream: RandomStream) -> [Int] {
    let wanted = max(5 * count, 2000)
    guard wanted < rows else { return Array(0..<rows) }
    var stream = stream
    return stream.permutation(rows).prefix(wanted).sorted()
  }

  /// Rows whose variance given the ones before them is largest (a pivoted Cholesky decomposition of the kernel matrix; Burt, Rasmussen and van
  /// der Wilk, "Convergence of sparse variational inference in Gaussian processes regression", 2020, section 4.2): ends early where nothing is
  /// left unexplained.
  ///
  /// - Parameter inputs: candidates; memory and time grow with candidates x count and candidates x count^2.
  static func greedy(_ inputs: Matrix, count: Int, lengthScales: [Double]) -> [Int] {
    let (n, d) = (inputs.rows, inputs.columns)
    let wanted = min(count, n)
    let points = MaternKernel.scale(inputs, lengthScales)
    let norms = MaternKernel.squaredNorms(points, rows: n, columns: d)
    var (left, chosen) = ([Double](repeating: 1, count: n), [Int]())
    // Column after column: factor[t * n + i].
    var factor = [Double](repeating: 0, count: n * wanted)
    var (row, unused): ([Double], [Double]?) = (left, nil)
    while chosen.count < wanted {
      let pivot = left.indices.max { left[$0] < left[$1] }!
      guard left[pivot] > 1e-10 else { break }
      let t = chosen.count
      MaternKernel.cross(
        points[(pivot * d)..<((pivot + 1) * d)], count: 1, points, norms, columns: d, into: &row,
        slopes: &unused)
      let own = (0..<t).map { factor[$0 * n + pivot] }
      BLAS.multiply(1, n, t, own, factor, into: &row, alpha: -1, beta: 1)
      let scale = 1 / left[pivot].squareRoot()
      for i in 0..<n {
        let value = row[i] * scale
        factor[t * n + i] = value
        left[i] -= value * value
      }
      left[pivot] = 0
      chosen.append(pivot)
    }
    return chosen
  }
}
