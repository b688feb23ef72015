/// Measures of a front against a reference front. `front[j][row]` and `reference[j][row]` are costs, smaller is better, finite,
/// one array per objective; a measure of no points, or against no points, is NaN. O(rows x reference rows x objectives).
public enum FrontIndicators {
  /// Inverted generational distance: the mean over reference points of the Euclidean distance to the nearest point of the front
  /// (Coello Coello and Reyes Sierra 2004, with the mean of plain distances as moocore and pymoo have it). Not Pareto compliant: a
  /// front may improve everywhere and its IGD grow.
  public static func igd(_ front: [[Double]], reference: [[Double]]) -> Double {
    meanOfNearest(reference, front) { z, a in
      zip(z, a).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }.squareRoot()
    }
  }

  /// IGD+: as IGD, with only those objectives counted in which the front's point is worse than the reference point (Ishibuchi, Masuda,
  /// Tanigaki, Nojima 2015). Weakly Pareto compliant.
  public static func igdPlus(_ front: [[Double]], reference: [[Double]]) -> Double {
    meanOfNearest(reference, front) { z, a in
      zip(z, a).reduce(0) { $0 + max($1.1 - $1.0, 0) * max($1.1 - $1.0, 0) }.squareRoot()
    }
  }

  /// Additive epsilon: the smallest number which, taken from every cost of the front, lets it weakly dominate the reference front
  /// (Zitzler, Thiele, Laumanns, Fonseca, Grunert da Fonseca 2003). Negative where the front dominates all of the reference strictly.
  public static func additiveEpsilon(_ front: [[Double]], reference: [[Double]]) -> Double {
    let (points, targets) = (transposed(front), transposed(reference))
    guard !points.isEmpty, !targets.isEmpty else { return .nan }
    return targets.map { z in
      points.map { a in zip(a, z).reduce(-Double.infinity) { max($0, $1.0 - $1.1) } }.min()!
    }.max()!
  }

  /// Spread: how unevenly a front is spread, and how far its ends are from the ends of the reference front; 0 is even and complete.
  ///
  /// Two objectives: Deb's Delta (Deb, Pratap, Agarwal, Meyarivan 2002), (d_f + d_l + sum |d_i - d|) / (d_f + d_l + (n - 1) d), with d_i
  /// the distances between neighbours along the front, d their mean, and d_f, d_l the distances from the reference front's ends to the
  /// front's. More objectives: Zhou, Jin, Zhang, Sendhoff, Tsang 2006, with d_i the distance from each point to its nearest
  /// neighbour, n instead of n - 1, and for each objective the distance from the reference point where it is worst to the
  /// nearest point of the front. NaN for less than two points.
  ///
  /// - Parameter reference: nil for a front without a reference: its own ends count as the right ones.
  public static func spread(_ front: [[Double]], reference: [[Double]]? = nil) -> Double {
    let points = transposed(front)
    guard points.count > 1 else { return .nan }
    let ends = transposed(reference ?? front)
    guard !ends.isEmpty else { return .nan }
    return front.count == 2 ? planarSpread(points, ends) : generalSpread(points, ends)
  }

  private static func planarSpread(_ points: [[Double]], _ reference: [[Double]]) -> Double {
    let along = points.sorted { ($0[0], -$0[1]) < ($1[0], -$1[1]) }
    let ends = reference.sorted { ($0[0], -$0[1]) < ($1[0], -$1[1]) }
    let gaps = zip(along, along.dropFirst()).map(distance)
    let mean = gaps.reduce(0, +) / Double(gaps.count)
    let outer = distance(along.first!, ends.first!) + distance(along.last!, ends.last!)
    let uneven = gaps.reduce(0) { $0 + abs($1 - mean) }
    let whole = outer + Double(gaps.count) * mean
    return whole > 0 ? (outer + uneven) / whole : 0
  }

  private static func generalSpread(_ points: [[Double]], _ reference: [[Double]]) -> Double {
    let gaps = points.indices.map { i in
      points.indices.lazy.filter { $0 != i }.map { distance(points[i], points[$0]) }.min()!
    }
    let mean = gaps.reduce(0, +) / Double(gaps.count)
    let outer = points[0].indices.reduce(0.0) { sum, j in
      let end = reference.max { $0[j] < $1[j] }!
      return sum + points.map { distance($0, end) }.min()!
    }
    let uneven = gaps.reduce(0) { $0 + abs($1 - mean) }
    let whole = outer + Double(gaps.count) * mean
    return whole > 0 ? (outer + uneven) / whole : 0
  }

  private static func meanOfNearest(
    _ targets: [[Double]], _ front: [[Double]], _ measure: ([Double], [Double]) -> Double
  ) -> Double {
    let (targets, points) = (transposed(targets), transposed(front))
    guard !targets.isEmpty, !points.isEmpty else { return .nan }
    let sum = targets.reduce(0.0) { sum, z in sum + points.map { measure(z, $0) }.min()! }
    return sum / Double(targets.count)
  }

  private static func distance(_ a: [Double], _ b: [Double]) -> Double {
    zip(a, b).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }.squareRoot()
  }
}

/// Rows of columns.
public func transposed(_ columns: [[Double]]) -> [[Double]] {
  (columns.first ?? []).indices.map { row in columns.map { $0[row] } }
}

/// Between what a front has best and worst in every objective.
public struct CostRange: Sendable, Equatable {
  /// The smallest cost of each objective.
  public let ideal: [Double]
  /// The largest.
  public let nadir: [Double]

  /// - Parameter front: `front[j][row]`, at least one row.
  public init(_ front: [[Double]]) {
    (ideal, nadir) = (front.map { $0.min()! }, front.map { $0.max()! })
  }

  /// Costs with the ideal at 0 and the nadir at 1; an objective that does not vary keeps its unit.
  public func normalised(_ costs: [[Double]]) -> [[Double]] {
    costs.enumerated().map { j, column in
      let width = nadir[j] > ideal[j] ? nadir[j] - ideal[j] : 1
      return column.map { ($0 - ideal[j]) / width }
    }
  }
}
