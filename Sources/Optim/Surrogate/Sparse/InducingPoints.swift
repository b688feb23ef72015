import Foundation

/// Where a sparse process keeps what it knows: points that stand for the data.
enum InducingPoints {
  /// Centres of k-means (Lloyd's algorithm from random rows), each different from the others; all rows that differ where there are no more
  /// of them than wanted.
  ///
  /// - Returns: at most `count` rows; at least one where there are inputs.
  static func centres(_ inputs: Matrix, count: Int, stream: RandomStream, rounds: Int = 8) -> Matrix {
    var stream = stream
    let order = stream.permutation(inputs.rows)
    let first = distinct(inputs, order, count)
    guard first.count == count, count < inputs.rows else { return inputs.subset(first) }
    var centres = inputs.subset(first)
    for _ in 0..<rounds {
      let next = means(inputs, of: nearest(inputs, centres), centres)
      if next == centres { break }
      centres = next
    }
    return centres.subset(distinct(centres, Array(0..<centres.rows), count))
  }

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

  /// The first `count` of the given rows that differ from each other.
  private static func distinct(_ inputs: Matrix, _ order: [Int], _ count: Int) -> [Int] {
    var (seen, rows) = (Set<[Double]>(), [Int]())
    for row in order where rows.count < count && seen.insert(inputs.row(row)).inserted { rows.append(row) }
    return rows
  }

  /// The nearest centre of each row.
  private static func nearest(_ inputs: Matrix, _ centres: Matrix) -> [Int] {
    let (d, m) = (inputs.columns, centres.rows)
    let norms = MaternKernel.squaredNorms(centres.values, rows: m, columns: d)
    var result: [Int] = []
    for first in stride(from: 0, to: inputs.rows, by: InducingKernel.block) {
      let count = min(InducingKernel.block, inputs.rows - first)
      var products = [Double](repeating: 0, count: count * m)
      let rows = Array(inputs.values[(first * d)..<((first + count) * d)])
      BLAS.multiply(count, m, d, rows, centres.values, secondTransposed: true, into: &products, alpha: -2)
      for i in 0..<count {
        var (best, least) = (0, Double.infinity)
        for j in 0..<m {
          let distance = products[i * m + j] + norms[j]
          if distance < least { (best, least) = (j, distance) }
        }
        result.append(best)
      }
    }
    return result
  }

  /// Means of the rows that belong to each centre; a centre without rows stays.
  private static func means(_ inputs: Matrix, of owner: [Int], _ centres: Matrix) -> Matrix {
    let d = inputs.columns
    var sums = Matrix(rows: centres.rows, columns: d)
    var counts = [Double](repeating: 0, count: centres.rows)
    for (row, centre) in owner.enumerated() {
      counts[centre] += 1
      for k in 0..<d { sums.values[centre * d + k] += inputs.values[row * d + k] }
    }
    for centre in 0..<centres.rows {
      for k in 0..<d {
        sums[centre, k] = counts[centre] > 0 ? sums[centre, k] / counts[centre] : centres[centre, k]
      }
    }
    return sums
  }
}
