/// The first front alone, which needs no ranking of the rest.
extension NonDominated {
  /// The rows no other row dominates, ascending. Costs as in `ranks`: `costs[j][row]`, no NaN.
  ///
  /// Up to three objectives take a sort and a sweep. More take filtering in order of growing sum (sort-filter-skyline, Chomicki et
  /// al. 2003): a row can only be dominated by one before it, so each row is compared with the front so far, O(rows x front).
  /// Before either, one pass drops what the row with the smallest sum dominates, usually most of the table.
  public static func firstFront(_ costs: [[Double]]) -> [Int] {
    guard let first = costs.first, !first.isEmpty else { return [] }
    return withPointers(to: costs) { columns in
      let sums = scaledSums(columns)
      let rows = survivors(sums, columns)
      let kept: [Int32] =
        switch columns.count {
        case 1: rows.filter { columns[0][Int($0)] == columns[0].min() }
        case 2, 3: sweep(rows, columns)
        case 4: filter(rows, sums, columns, as: SIMD4<Double>.self)
        case 5...8: filter(rows, sums, columns, as: SIMD8<Double>.self)
        default: filterAny(rows, sums, columns)
        }
      return kept.map(Int.init).sorted()
    }
  }

  /// Sum of costs per row, each objective scaled to its finite range so that none rules the order. Rounding is monotone, so a row's
  /// sum is never below that of a row dominating it; the terms are bounded because infinities of both signs have no sum.
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

  /// Two or three objectives: in lexicographic order a row is dominated if the rest of it is covered by the rows before.
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

  /// Up to as many objectives as `Lanes` has; the lanes left over are 0 everywhere.
  private static func filter<Lanes: SIMD<Double>>(
    _ rows: [Int32], _ sums: [Double], _ columns: [Column], as lanes: Lanes.Type
  ) -> [Int32] {
    var front: [Lanes] = []
    return bySum(rows, sums, columns).filter { row in
      var point = Lanes(repeating: 0)
      for j in columns.indices { point[j] = columns[j][Int(row)] }
      if front.contains(where: { all($0 .<= point) && $0 != point }) { return false }
      front.append(point)
      return true
    }
  }

  private static func filterAny(_ rows: [Int32], _ sums: [Double], _ columns: [Column]) -> [Int32] {
    var front: [[Double]] = []
    return bySum(rows, sums, columns).filter { row in
      let point = columns.map { $0[Int(row)] }
      if front.contains(where: { dominates($0, point) }) { return false }
      front.append(point)
      return true
    }
  }
}
