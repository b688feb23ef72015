/// Latin hypercube: in every dimension each of `count` equal strata holds exactly one point, at a random
/// place in it.
///
/// Source: McKay, Beckman, Conover 1979. Of several random designs the one with the largest smallest distance
/// is kept (maximin; Johnson, Moore, Ylvisaker 1990).
public struct LatinHypercube: Sampler {
  public let name = "lh"
  public let documentation =
    "Latin hypercube: one point per stratum in every dimension, best of several by smallest distance"

  public init() {}

  public func points(count: Int, levels: [Int?], skip: Int, stream: RandomStream) -> [[Double]] {
    bestByDistance(count: count, dimension: levels.count, stream: stream) { random in
      let columns = levels.map { _ in
        random.permutation(count).map { inStratum($0, of: count, at: random.uniform()) }
      }
      return columns
    }
  }
}

/// The coordinate at fraction `u` of stratum `k`; below 1 also after rounding.
func inStratum(_ k: Int, of count: Int, at u: Double) -> Double {
  min((Double(k) + u) / Double(count), 1.0.nextDown)
}

/// The design, of up to 20 made by `design` (as columns), whose closest two points lie farthest apart; as
/// rows.
///
/// Comparing costs count^2 x dimension / 2, so large designs, whose distances hardly differ, are tried less
/// often, the largest once.
func bestByDistance(
  count: Int, dimension: Int, stream: RandomStream, _ design: (inout RandomStream) -> [[Double]]
) -> [[Double]] {
  guard count > 0 else { return [] }
  let pairs = Double(count) * Double(count) * Double(dimension) / 2
  let tries = min(max(Int(2e7 / pairs), 1), 20)
  var random = stream
  var best = design(&random)
  guard tries > 1 else { return rows(ofColumns: best) }
  var bestDistance = smallestSquaredDistance(best, above: -.infinity)
  for _ in 1..<tries {
    let candidate = design(&random)
    let distance = smallestSquaredDistance(candidate, above: bestDistance)
    if distance > bestDistance { (best, bestDistance) = (candidate, distance) }
  }
  return rows(ofColumns: best)
}

/// The smallest squared Euclidean distance between two rows, infinite for fewer than two; where it is not above a limit, any distance that
/// is not either.
private func smallestSquaredDistance(_ columns: [[Double]], above limit: Double) -> Double {
  withPointers(to: columns) { columns in
    let count = columns[0].count
    var smallest = Double.infinity
    withUnsafeTemporaryAllocation(of: Double.self, capacity: count) { distances in
      for i in 0..<count {
        // Sums in steps of parameters, so that vectors run over the other rows.
        for j in i + 1..<max(count, i + 1) { distances[j] = 0 }
        for x in columns {
          let own = x[i]
          for j in i + 1..<max(count, i + 1) { distances[j] += (x[j] - own) * (x[j] - own) }
        }
        for j in i + 1..<max(count, i + 1) { smallest = distances[j] < smallest ? distances[j] : smallest }
        if smallest <= limit { break }
      }
    }
    return smallest
  }
}

/// Columns of equal length as rows.
func rows(ofColumns columns: [[Double]]) -> [[Double]] {
  guard let first = columns.first else { return [] }
  return first.indices.map { i in columns.map { $0[i] } }
}
