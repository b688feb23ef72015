/// Help with choosing one solution of a front. Costs are `costs[j][row]`, smaller is better, finite; every
/// function looks at all rows, so pass the front alone.

/// Costs scaled to [0, 1] between the best (ideal) and worst (nadir) value of the given rows; 0 where an
/// objective does not vary.
public func normalisedCosts(_ costs: [[Double]]) -> [[Double]] {
  costs.map { column in
    let (low, high) = (column.min() ?? 0, column.max() ?? 0)
    return column.map { high > low ? ($0 - low) / (high - low) : 0 }
  }
}

/// The knee: the row that lies farthest below the hyperplane through the extremes of the normalised front;
/// nil without rows.
///
/// The plane through the unit vectors is sum of normalised costs = 1, so the knee has the smallest sum (Das
/// 1999; Branke et al. 2004). Its distance below the plane is (1 - sum) / sqrt(m); it is negative on a front
/// that bulges outwards everywhere, where the "knee" is no more than the row nearest to the plane. Ties go to
/// the first row.
public func kneePoint(_ costs: [[Double]]) -> Int? {
  let distances = kneeDistances(costs)
  return distances.indices.max { distances[$0] < distances[$1] || distances[$0] == distances[$1] && $0 > $1 }
}

/// Distance of each row below the plane through the extremes of the normalised front, in units of the unit
/// cube.
public func kneeDistances(_ costs: [[Double]]) -> [Double] {
  guard let first = costs.first else { return [] }
  let normalised = normalisedCosts(costs)
  let scale = 1 / Double(costs.count).squareRoot()
  return first.indices.map { row in (1 - normalised.reduce(0) { $0 + $1[row] }) * scale }
}

/// Pseudo-weights (Deb 2001, section 7.5): how near each row is to the best of every objective, relative to
/// its nearness to all of them. `weights[row][j]`, each row sums to 1; equal weights where a row is worst in
/// everything.
public func pseudoWeights(_ costs: [[Double]]) -> [[Double]] {
  guard let first = costs.first else { return [] }
  let normalised = normalisedCosts(costs)
  return first.indices.map { row in
    let nearness = normalised.map { 1 - $0[row] }
    let sum = nearness.reduce(0, +)
    return nearness.map { sum > 0 ? $0 / sum : 1 / Double(nearness.count) }
  }
}

/// All rows, those first whose pseudo-weights are nearest to `weights` (not negative, not all 0; scaled to sum 1).
public func rows(of costs: [[Double]], nearestToWeights weights: [Double]) -> [Int] {
  precondition(weights.count == costs.count, "one weight per objective")
  let total = weights.reduce(0, +)
  precondition(total > 0, "weights must not all be 0")
  let distances = pseudoWeights(costs).map { own in
    zip(own, weights).reduce(0) { $0 + ($1.0 - $1.1 / total) * ($1.0 - $1.1 / total) }
  }
  return distances.indices.sorted { (distances[$0], $0) < (distances[$1], $1) }
}

/// TOPSIS, the closeness of each row to the ideal: d- / (d+ + d-) with the weighted Euclidean distances d+ from the best and d- from the
/// worst value of every objective on the front (Hwang and Yoon 1981). 1 is the ideal itself, 0 the worst in everything.
///
/// Costs are scaled by their range (not by their norm, which depends on where zero is), weights to sum 1. All rows are equally close (1)
/// where no objective with a weight varies.
///
/// - Parameter weights: one per objective, not negative, not all 0.
public func topsisCloseness(_ costs: [[Double]], weights: [Double]) -> [Double] {
  precondition(weights.count == costs.count, "one weight per objective")
  let total = weights.reduce(0, +)
  precondition(total > 0, "weights must not all be 0")
  guard let first = costs.first else { return [] }
  let normalised = normalisedCosts(costs)
  let varying = costs.indices.filter { (costs[$0].max() ?? 0) > (costs[$0].min() ?? 0) }
  return first.indices.map { row in
    var (toBest, toWorst) = (0.0, 0.0)
    for j in varying {
      let (weight, cost) = (weights[j] / total, normalised[j][row])
      toBest += weight * weight * cost * cost
      toWorst += weight * weight * (1 - cost) * (1 - cost)
    }
    let (best, worst) = (toBest.squareRoot(), toWorst.squareRoot())
    return best + worst > 0 ? worst / (best + worst) : 1
  }
}

/// What leaving a row costs at least: the smallest, over all other rows, of what is lost by going there divided by what is gained, both
/// summed over normalised objectives (Rachmawati and Srinivasan, "Multiobjective evolutionary algorithm with controllable focus on the knees
/// of the Pareto front", 2009). Where it is large the front bends sharply; on a straight front it is 1. Infinite for a
/// row that no other one improves in anything, which on a front is a row alone or repeated.
public func leastTradeoffs(_ costs: [[Double]]) -> [Double] {
  let rows = transposed(normalisedCosts(costs))
  return rows.indices.map { row in
    var least = Double.infinity
    for other in rows.indices where other != row {
      var (lost, gained) = (0.0, 0.0)
      for (here, there) in zip(rows[row], rows[other]) {
        if there > here { lost += there - here } else { gained += here - there }
      }
      if gained > 0 { least = min(least, lost / gained) }
    }
    return least
  }
}
