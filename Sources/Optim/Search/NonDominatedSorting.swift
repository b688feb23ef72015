/// Non-dominated sorting of cost columns (smaller is better).
///
/// `costs[j][row]` is objective j of a row: one array per objective, all of equal length, no NaN (callers
/// exclude rows without costs; infinities are allowed). A row dominates another if it is nowhere worse and
/// somewhere better, so equal rows do not dominate each other and share a front. With no objectives at all
/// nothing dominates anything.
public enum NonDominated {
  /// The front of each row, counted from 0: row r is in front 1 + max over the rows dominating it.
  public static func ranks(_ costs: [[Double]]) -> [Int] {
    guard let first = costs.first, !first.isEmpty else { return [] }
    return withPointers(to: costs) { columns in
      switch columns.count {
      case 1: ranksOfOne(columns[0])
      case 2: ranksOfTwo(columns)
      case 3: ranksOfThree(columns)
      default: ranksOfMany(columns)
      }
    }
  }

  /// Rows front by front, each in ascending order.
  public static func fronts(_ costs: [[Double]]) -> [[Int]] {
    let ranks = ranks(costs)
    var fronts = [[Int]](repeating: [], count: (ranks.max() ?? -1) + 1)
    for (row, rank) in ranks.enumerated() { fronts[rank].append(row) }
    return fronts
  }

  /// Whether point `a` dominates point `b` (one number per objective).
  public static func dominates(_ a: [Double], _ b: [Double]) -> Bool {
    var better = false
    for (x, y) in zip(a, b) {
      if x > y { return false }
      if x < y { better = true }
    }
    return better
  }
}

/// How many of `0..<count` satisfy a condition that holds for a prefix of them, by bisection. Being dominated
/// by front k is one, because a row dominated by a front is dominated by every front before.
@inline(__always)
func prefixLength(_ count: Int, where holds: (Int) -> Bool) -> Int {
  var (low, high) = (0, count)
  while low < high {
    let middle = (low + high) / 2
    if holds(middle) { low = middle + 1 } else { high = middle }
  }
  return low
}

extension NonDominated {
  private static func ranksOfOne(_ column: Column) -> [Int] {
    var ranks = [Int](repeating: 0, count: column.count)
    var rank = -1
    var previous: Double?
    for row in lexicographicOrder([column]) {
      if column[Int(row)] != previous { rank += 1 }
      previous = column[Int(row)]
      ranks[Int(row)] = rank
    }
    return ranks
  }

  /// Sweep in O(n log n) (Jensen 2003): of each front only the last row matters, it has the smallest second
  /// objective.
  private static func ranksOfTwo(_ columns: [Column]) -> [Int] {
    let (x, y) = (columns[0], columns[1])
    var ranks = [Int](repeating: 0, count: x.count)
    var smallest: [Double] = []
    var previous: Int?
    for row in lexicographicOrder(columns).lazy.map(Int.init) {
      if let before = previous, x[before] == x[row], y[before] == y[row] {
        ranks[row] = ranks[before]
      } else {
        let front = prefixLength(smallest.count) { smallest[$0] <= y[row] }
        if front == smallest.count { smallest.append(y[row]) } else { smallest[front] = y[row] }
        ranks[row] = front
      }
      previous = row
    }
    return ranks
  }

  /// Sweep along the first objective with, for each front, the staircase of the other two; the front is found
  /// by bisection. O(n log(fronts) log(staircase)) plus the moves of insertion into the sorted staircases.
  private static func ranksOfThree(_ columns: [Column]) -> [Int] {
    let (x, y, z) = (columns[0], columns[1], columns[2])
    var ranks = [Int](repeating: 0, count: x.count)
    var stairs: [Staircase] = []
    var previous: Int?
    for row in lexicographicOrder(columns).lazy.map(Int.init) {
      if let before = previous, x[before] == x[row], y[before] == y[row], z[before] == z[row] {
        ranks[row] = ranks[before]
      } else {
        let front = prefixLength(stairs.count) { stairs[$0].covers(y[row], z[row]) }
        if front == stairs.count { stairs.append(Staircase()) }
        stairs[front].insert(y[row], z[row])
        ranks[row] = front
      }
      previous = row
    }
    return ranks
  }
}

/// Mutually non-dominated points of the plane: x ascending, y descending.
struct Staircase {
  private(set) var points: [SIMD2<Double>] = []

  /// Whether some point is nowhere larger than (x, y).
  func covers(_ x: Double, _ y: Double) -> Bool {
    let end = prefixLength(points.count) { points[$0].x <= x }
    return end > 0 && points[end - 1].y <= y
  }

  /// Adds a point that is not covered and drops those it covers.
  mutating func insert(_ x: Double, _ y: Double) {
    let start = prefixLength(points.count) { points[$0].x < x }
    var end = start
    while end < points.count && points[end].y >= y { end += 1 }
    if end == start {
      points.insert(SIMD2(x, y), at: start)
    } else {
      points[start] = SIMD2(x, y)
      points.removeSubrange((start + 1)..<end)
    }
  }
}
