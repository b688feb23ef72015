/// The first front alone, which needs no ranking of the rest.
extension NonDominated {
  /// The rows no other row dominates, ascending. Costs as in `ranks`: `costs[j][row]`, no NaN.
  ///
  /// Up to three objectives take a sort and a sweep. More take filtering in order of growing sum
  /// (sort-filter-skyline, Chomicki et al. 2003): a row can only be dominated by one before it, so each row
  /// is compared with the front so far, O(rows x front); where the front is a large part of the table, all
  /// rows are ranked instead. Before either, one pass drops what the row with the smallest sum dominates,
  /// usually most of the table.
  public static func firstFront(_ costs: [[Double]]) -> [Int] {
    guard let first = costs.first, !first.isEmpty else { return [] }
    return withPointers(to: costs) { columns in
      let sums = scaledSums(columns)
      let rows = survivors(sums, columns)
      let kept: [Int32] =
        switch columns.count {
        case 1: rows.filter { columns[0][Int($0)] == columns[0].min() }
        case 2, 3: sweep(rows, columns)
        default: filter(rows, sums, columns) ?? bySorting(rows, columns)
        }
      return kept.map(Int.init).sorted()
    }
  }

  /// Sum of costs per row, each objective scaled to its finite range so that none rules the order. Rounding
  /// is monotone, so a row's sum is never below that of a row dominating it; the terms are bounded because
  /// infinities of both signs have no sum.
  private static func scaledSums(_ columns: [Column]) -> [Double] {
    var sums = [Double](repeating: 0, count: columns[0].count)
    for column in columns {
      var (low, high) = (Double.infinity, -Double.infinity)
      for value in column where value.isFinite { (low, high) = (min(low, value), max(high, value)) }
      let range = high - low
      let scale = range > 0 && range.isFinite ? 1 / range : 1
      if low > high { low = 0 }
      for row in sums.indices { sums[row] += min(max((column[row] - low) * scale, -1e9), 1e9) }
    }
    return sums
  }

  /// Rows not dominated by the one with the smallest sum.
  private static func survivors(_ sums: [Double], _ columns: [Column]) -> [Int32] {
    var pivot = 0
    for row in sums.indices where sums[row] < sums[pivot] { pivot = row }
    let point = columns.map { $0[pivot] }
    return sums.indices.lazy.filter { row in
      var isWorse = false
      for j in point.indices {
        let value = columns[j][row]
        if value < point[j] { return true }
        if value > point[j] { isWorse = true }
      }
      return !isWorse
    }.map(Int32.init)
  }

  /// Two or three objectives: in lexicographic order a row is dominated if the rest of it is covered by the
  /// rows before.
  private static func sweep(_ rows: [Int32], _ columns: [Column]) -> [Int32] {
    let (y, z) = (columns[1], columns[columns.count - 1])
    var stairs = Staircase()
    var kept: [Int32] = []
    for row in lexicographicOrder(columns, of: rows) {
      let i = Int(row)
      if !stairs.covers(y[i], z[i]) {
        stairs.insert(y[i], z[i])
        kept.append(row)
      } else if let last = kept.last, columns.allSatisfy({ $0[Int(last)] == $0[i] }) {
        kept.append(row)
      }
    }
    return kept
  }

  /// Rows by growing sum; among equal sums (rounding may hide a difference) lexicographically.
  private static func bySum(_ rows: [Int32], _ sums: [Double], _ columns: [Column]) -> [Int32] {
    var keyed = rows.map { (sum: sums[Int($0)], row: $0) }
    keyed.sort { a, b in
      if a.sum != b.sum { return a.sum < b.sum }
      for column in columns {
        let (x, y) = (column[Int(a.row)], column[Int(b.row)])
        if x != y { return x < y }
      }
      return a.row < b.row
    }
    return keyed.map(\.row)
  }

  /// Compares each row with the front so far; nil when the front turns out so large that bit sets are faster.
  ///
  /// The front is kept in up to 256 groups by the objectives in which a row is above the median: a row can
  /// only be dominated by one that is above in no other objective (the lattice of regions of BSkyTree, Lee
  /// and Hwang 2010).
  private static func filter(_ rows: [Int32], _ sums: [Double], _ columns: [Column]) -> [Int32]? {
    let limit = max(1000, rows.count / 64 * columns.count)
    // Few rows are compared faster than divided.
    let medians = columns.prefix(rows.count < 2000 ? 0 : 8).map { median($0, rows) }
    var groups = Array(repeating: FrontRows(objectives: columns.count), count: 1 << medians.count)
    var kept: [Int32] = []
    for row in bySum(rows, sums, columns) {
      let region = medians.indices.reduce(0) { $0 | (columns[$1][Int(row)] > medians[$1] ? 1 << $1 : 0) }
      if isDominated(Int(row), region, groups, columns) { continue }
      if kept.count == limit { return nil }
      groups[region].append(Int(row), columns)
      kept.append(row)
    }
    return kept
  }

  /// Asks the groups of all subsets of `region`, the emptiest (lowest costs) first.
  private static func isDominated(_ row: Int, _ region: Int, _ groups: [FrontRows], _ columns: [Column])
    -> Bool
  {
    var subset = 0
    while true {
      if groups[subset].dominates(row, columns) { return true }
      if subset == region { return false }
      subset = (subset - region) & region
    }
  }

  /// The median of some rows of a column, from a sample of them.
  private static func median(_ column: Column, _ rows: [Int32]) -> Double {
    let sample = stride(from: 0, to: rows.count, by: max(rows.count / 1000, 1)).map { column[Int(rows[$0])] }
    return sample.sorted()[sample.count / 2]
  }

  /// The first of all fronts.
  private static func bySorting(_ rows: [Int32], _ columns: [Column]) -> [Int32] {
    let ranks = ranks(columns.map { column in rows.map { column[Int($0)] } })
    return rows.indices.filter { ranks[$0] == 0 }.map { rows[$0] }
  }
}

/// Rows of a front, their first four costs in vector lanes; the others are looked at only where those do not
/// decide.
private struct FrontRows {
  private var heads: [SIMD4<Double>] = []
  private var tails: [Double] = []
  private let tail: Int

  /// Four objectives or more.
  init(objectives: Int) {
    tail = objectives - 4
  }

  mutating func append(_ row: Int, _ columns: [Column]) {
    heads.append(Self.head(row, columns))
    for column in columns.dropFirst(4) { tails.append(column[row]) }
  }

  func dominates(_ row: Int, _ columns: [Column]) -> Bool {
    let point = Self.head(row, columns)
    let rest = columns.dropFirst(4).map { $0[row] }
    return heads.indices.contains { k in
      guard all(heads[k] .<= point) else { return false }
      var isBetter = heads[k] != point
      for j in 0..<tail {
        let value = tails[k * tail + j]
        if value > rest[j] { return false }
        if value < rest[j] { isBetter = true }
      }
      return isBetter
    }
  }

  private static func head(_ row: Int, _ columns: [Column]) -> SIMD4<Double> {
    SIMD4(columns[0][row], columns[1][row], columns[2][row], columns[3][row])
  }
}
