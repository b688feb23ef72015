import Foundation

/// How evenly points fill the unit cube; smaller is more even, but for the smallest distance.
///
/// Sources: Hickernell, "A generalized discrepancy and quadrature error bound", 1998 (centred, wraparound); Zhou, Fang and Ning, "Mixture
/// discrepancy for quasi-random point sets", 2013; Warnock 1972 (star). As in `scipy.stats.qmc.discrepancy` the first three are the
/// squares and the star discrepancy is not.
public struct Discrepancy: Sendable, Equatable {
  /// Squared centred L2 discrepancy: of boxes between a point and the nearest corner of the cube.
  public private(set) var centred = 0.0
  /// Squared wraparound L2 discrepancy: of boxes between two points, opposite faces of the cube being one.
  public private(set) var wraparound = 0.0
  /// Squared mixture discrepancy: of both.
  public private(set) var mixture = 0.0
  /// L2 star discrepancy: of boxes between a point and the origin.
  public private(set) var star = 0.0
  /// Smallest Euclidean distance between two points; infinite for one.
  public private(set) var smallestDistance = Double.infinity

  private init() {}

  /// - Parameter columns: `columns[j][i]` is coordinate j of point i, within [0, 1].
  /// - Precondition: at least one column and one point.
  public init(_ columns: [[Double]]) {
    let (n, d) = (columns[0].count, columns.count)
    precondition(n > 0)
    // Row i holds i pairs: rows from both ends together are equally long pieces of work.
    let pieces = min((n + 1) / 2, 256)
    let parts = parallelMap(pieces) { piece in
      var part = PairSums(count: n)
      for i in stride(from: piece, to: (n + 1) / 2, by: pieces) {
        part.add(i, columns)
        if n - 1 - i != i { part.add(n - 1 - i, columns) }
      }
      return part
    }
    var single = (centred: 0.0, mixture: 0.0, star: 0.0)
    for i in 0..<n {
      var product = (centred: 1.0, mixture: 1.0, star: 1.0)
      for column in columns {
        let (x, z) = (column[i], abs(column[i] - 0.5))
        product.centred *= 1 + 0.5 * z - 0.5 * z * z
        product.mixture *= 5.0 / 3 - 0.25 * z - 0.25 * z * z
        product.star *= 1 - x * x
      }
      single.centred += product.centred
      single.mixture += product.mixture
      single.star += product.star
    }
    let (count, square) = (Double(n), Double(n) * Double(n))
    let sum = { (path: KeyPath<PairSums, Double>) in parts.reduce(0) { $0 + $1[keyPath: path] } }
    centred = power(13.0 / 12, d) - 2 / count * single.centred + sum(\.centred) / square
    wraparound = -power(4.0 / 3, d) + sum(\.wraparound) / square
    mixture = power(19.0 / 12, d) - 2 / count * single.mixture + sum(\.mixture) / square
    let starSquare = power(1.0 / 3, d) - 2 * power(0.5, d) / count * single.star + sum(\.star) / square
    star = max(starSquare, 0).squareRoot()
    smallestDistance = parts.reduce(.infinity) { min($0, $1.smallest) }.squareRoot()
  }

  /// What independent random points have on average (of the star discrepancy the root of the mean square): the mean of the kernel over the
  /// diagonal less that over all pairs, divided by their number. The smallest distance is not known in general: NaN.
  public static func expected(count: Int, dimension d: Int) -> Discrepancy {
    let n = Double(count)
    var mean = Discrepancy()
    mean.centred = (power(5.0 / 4, d) - power(13.0 / 12, d)) / n
    mean.wraparound = (power(3.0 / 2, d) - power(4.0 / 3, d)) / n
    mean.mixture = (power(7.0 / 4, d) - power(19.0 / 12, d)) / n
    mean.star = ((power(1.0 / 2, d) - power(1.0 / 3, d)) / n).squareRoot()
    mean.smallestDistance = .nan
    return mean
  }
}

private func power(_ base: Double, _ exponent: Int) -> Double { Foundation.pow(base, Double(exponent)) }

/// Sums over pairs of points of the products that the discrepancies need, each pair counting twice and each point with itself once.
private struct PairSums {
  var centred = 0.0
  var wraparound = 0.0
  var mixture = 0.0
  var star = 0.0
  /// Square of the smallest distance.
  var smallest = Double.infinity
  /// Products and squared distances of one point with those before it: five rows of `count`.
  private var work: [Double]
  private let count: Int

  init(count: Int) {
    self.count = count
    work = Array(repeating: 0, count: 5 * count)
  }

  /// Point i with itself and all before it.
  mutating func add(_ i: Int, _ columns: [[Double]]) {
    let count = count
    work.withUnsafeMutableBufferPointer { work in
      let rows = work.baseAddress!
      let (c, w, m, s, q) = (rows, rows + count, rows + 2 * count, rows + 3 * count, rows + 4 * count)
      for j in 0...i { (c[j], w[j], m[j], s[j], q[j]) = (1, 1, 1, 1, 0) }
      for column in columns {
        column.withUnsafeBufferPointer { x in
          let here = x[i]
          let z = abs(here - 0.5)
          for j in 0...i {
            let gap = abs(here - x[j])
            let other = abs(x[j] - 0.5)
            c[j] *= 1 + 0.5 * z + 0.5 * other - 0.5 * gap
            w[j] *= 1.5 - gap * (1 - gap)
            m[j] *= 1.875 - 0.25 * z - 0.25 * other - 0.75 * gap + 0.5 * gap * gap
            s[j] *= 1 - max(here, x[j])
            q[j] += gap * gap
          }
        }
      }
      var sums = (0.0, 0.0, 0.0, 0.0)
      for j in 0..<i {
        sums = (sums.0 + c[j], sums.1 + w[j], sums.2 + m[j], sums.3 + s[j])
        smallest = min(smallest, q[j])
      }
      centred += 2 * sums.0 + c[i]
      wraparound += 2 * sums.1 + w[i]
      mixture += 2 * sums.2 + m[i]
      star += 2 * sums.3 + s[i]
    }
  }
}
