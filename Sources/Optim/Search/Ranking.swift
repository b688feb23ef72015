/// The order in which constrained multi-objective search prefers points.
///
/// Constrained dominance (Deb, Pratap, Agarwal, Meyarivan 2002): a feasible point beats an infeasible one, of
/// two infeasible ones the smaller violation wins, of two feasible ones Pareto dominance decides.
public struct Ranking: Sendable {
  /// 0 for the best feasible front; infeasible points follow, one rank per distinct violation.
  public let ranks: [Int]
  /// Rows of each rank, ascending.
  public let fronts: [[Int]]
  /// How many of the first `fronts` are feasible.
  public let feasibleFronts: Int

  /// - costs: `costs[j][row]`, smaller is better.
  /// - violation: one number per row, 0 (or less) for feasible, larger is worse, infinity for a row that can
  ///   never be used. A row with a NaN cost or violation counts as infinite.
  public init(costs: [[Double]], violation: [Double]) {
    precondition(costs.allSatisfy { $0.count == violation.count })
    let usable = Self.cleaned(violation, costs)
    let feasible = usable.indices.filter { usable[$0] <= 0 }
    let feasibleCosts = costs.map { column in feasible.map { column[$0] } }
    var fronts = NonDominated.fronts(feasibleCosts)
    if costs.isEmpty && !feasible.isEmpty { fronts = [Array(feasible.indices)] }
    fronts = fronts.map { $0.map { feasible[$0] } }
    let feasibleFronts = fronts.count
    let infeasible = usable.indices.filter { usable[$0] > 0 }.sorted { (usable[$0], $0) < (usable[$1], $1) }
    var last = -1.0
    for row in infeasible {
      if usable[row] == last { fronts[fronts.count - 1].append(row) } else { fronts.append([row]) }
      last = usable[row]
    }
    self.init(fronts: fronts, feasibleFronts: feasibleFronts, count: usable.count)
  }

  private init(fronts: [[Int]], feasibleFronts: Int, count: Int) {
    var ranks = [Int](repeating: 0, count: count)
    for (rank, front) in fronts.enumerated() {
      for row in front { ranks[row] = rank }
    }
    (self.ranks, self.fronts, self.feasibleFronts) = (ranks, fronts, feasibleFronts)
  }

  private static func cleaned(_ violation: [Double], _ costs: [[Double]]) -> [Double] {
    violation.indices.map { row in
      let isUnusable = violation[row].isNaN || violation[row] <= 0 && costs.contains { $0[row].isNaN }
      return isUnusable ? .infinity : max(violation[row], 0)
    }
  }

  /// The best `count` rows: whole ranks while they fit, of the last one those left after pruning by crowding.
  public func best(_ count: Int, costs: [[Double]]) -> [Int] {
    best(count) { pruned($0, to: $1, costs: costs) }
  }

  /// The best `count` rows: whole ranks while they fit, of the last one, if it is feasible, those that `prune`
  /// keeps: so many rows of the given ones.
  func best(_ count: Int, prune: ([Int], Int) -> [Int]) -> [Int] {
    var chosen: [Int] = []
    for (rank, front) in fronts.enumerated() {
      let room = count - chosen.count
      if front.count <= room {
        chosen += front
      } else {
        if room > 0 { chosen += rank < feasibleFronts ? prune(front, room) : Array(front.prefix(room)) }
        break
      }
    }
    return chosen
  }

  /// The ranking within rows that `best` chose, numbered in that order: what was left out dominated none of
  /// them.
  func within(best chosen: [Int]) -> Ranking {
    var kept: [[Int]] = []
    var previous = -1
    for (row, original) in chosen.enumerated() {
      if ranks[original] == previous { kept[kept.count - 1].append(row) } else { kept.append([row]) }
      previous = ranks[original]
    }
    return Ranking(fronts: kept, feasibleFronts: min(feasibleFronts, kept.count), count: chosen.count)
  }

  /// Crowding distance of every row within its own front; 0 for infeasible rows.
  public func crowding(costs: [[Double]]) -> [Double] {
    var crowding = [Double](repeating: 0, count: ranks.count)
    for front in fronts.prefix(feasibleFronts) {
      for (row, distance) in zip(front, crowdingDistance(costs, front)) { crowding[row] = distance }
    }
    return crowding
  }
}

/// Crowding distance (Deb et al. 2002) of each row of `front`: the sum over objectives of the gap between its
/// neighbours, relative to the front's range. Infinite at the ends of every objective; an objective without a
/// finite range adds nothing.
public func crowdingDistance(_ costs: [[Double]], _ front: [Int]) -> [Double] {
  guard front.count > 2 else { return front.map { _ in .infinity } }
  var distance = [Double](repeating: 0, count: front.count)
  for column in costs {
    let values = front.map { column[$0] }
    let order = ascendingOrder(values)
    let (first, last) = (order[0], order[order.count - 1])
    let range = values[last] - values[first]
    guard range > 0, range.isFinite else { continue }
    distance[first] = .infinity
    distance[last] = .infinity
    for k in 1..<order.count - 1 {
      distance[order[k]] += (values[order[k + 1]] - values[order[k - 1]]) / range
    }
  }
  return distance
}

/// `count` rows of a front, found by dropping the most crowded row again and again, distances kept up to
/// date.
///
/// Source: Kukkonen and Deb, "Improved pruning of non-dominated solutions based on crowding distance", 2006.
/// Dropping all at once by the first distances, as in the original NSGA-II, empties whole regions: two close
/// neighbours both go.
public func pruned(_ front: [Int], to count: Int, costs: [[Double]]) -> [Int] {
  guard front.count > count else { return front }
  var chain = NeighbourChains(costs.map { column in front.map { column[$0] } }, count: front.count)
  for _ in 0..<(front.count - count) { chain.dropMostCrowded() }
  return front.indices.filter { chain.isPresent[$0] }.map { front[$0] }
}

/// Rows linked to their neighbours in every objective, so that dropping one costs O(objectives) to update.
private struct NeighbourChains {
  private let values: [[Double]]
  private var previous: [[Int]]
  private var next: [[Int]]
  private var distance: [Double]
  private(set) var isPresent: [Bool]

  /// `all`: one array of `count` costs per objective; those without a finite range are left out.
  init(_ all: [[Double]], count: Int) {
    let columns = all.filter { column in
      let range = (column.max() ?? 0) - (column.min() ?? 0)
      return range > 0 && range.isFinite
    }
    let unlinked = [Int](repeating: -1, count: count)
    previous = columns.map { _ in unlinked }
    next = previous
    isPresent = Array(repeating: true, count: count)
    distance = Array(repeating: 0, count: count)
    values = columns.map { column in
      let (low, high) = (column.min()!, column.max()!)
      return column.map { ($0 - low) / (high - low) }
    }
    for (j, column) in columns.enumerated() {
      let order = ascendingOrder(column)
      for k in order.indices.dropFirst() {
        previous[j][order[k]] = order[k - 1]
        next[j][order[k - 1]] = order[k]
      }
    }
    for row in distance.indices { distance[row] = measured(row) }
  }

  private func measured(_ row: Int) -> Double {
    var sum = 0.0
    for j in values.indices {
      let (before, after) = (previous[j][row], next[j][row])
      if before < 0 || after < 0 { return .infinity }
      sum += values[j][after] - values[j][before]
    }
    return sum
  }

  mutating func dropMostCrowded() {
    var worst = -1
    for row in distance.indices where isPresent[row] && (worst < 0 || distance[row] < distance[worst]) {
      worst = row
    }
    isPresent[worst] = false
    for j in values.indices {
      let (before, after) = (previous[j][worst], next[j][worst])
      if before >= 0 { next[j][before] = after }
      if after >= 0 { previous[j][after] = before }
    }
    for j in values.indices {
      for row in [previous[j][worst], next[j][worst]] where row >= 0 { distance[row] = measured(row) }
    }
  }
}
