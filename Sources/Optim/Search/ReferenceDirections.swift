/// Evenly spread directions from the ideal point, for searches that look for one point near each.
///
/// Source: Das and Dennis, "Normal-boundary intersection", 1998: all points of the simplex whose coordinates
/// are multiples of 1 / divisions. With many objectives few divisions lie on the border only; then a second,
/// smaller layer is put inside (Deb and Jain 2014).
enum ReferenceDirections {
  /// All combinations: binomial(divisions + objectives - 1, objectives - 1) rows that add up to 1.
  static func lattice(objectives: Int, divisions: Int) -> [[Double]] {
    precondition(objectives >= 1 && divisions >= 1)
    var rows: [[Double]] = []
    var parts: [Int] = []
    func fill(_ left: Int) {
      if parts.count == objectives - 1 {
        rows.append((parts + [left]).map { Double($0) / Double(divisions) })
        return
      }
      for part in 0...left {
        parts.append(part)
        fill(left - part)
        parts.removeLast()
      }
    }
    fill(divisions)
    return rows
  }

  /// Number of rows of `lattice`, or `limit` + 1 where that is exceeded.
  static func count(objectives: Int, divisions: Int, limit: Int) -> Int {
    var count = 1
    for k in stride(from: 1, to: objectives, by: 1) {
      let (product, overflows) = count.multipliedReportingOverflow(by: divisions + k)
      if overflows || product / k > limit { return limit + 1 }
      count = product / k
    }
    return count
  }

  /// As many directions as a population can hold, one layer where that has points inside the simplex, else
  /// the two layers with most directions; at least one direction per objective.
  static func fitting(_ population: Int, objectives: Int) -> [[Double]] {
    guard objectives > 1 else { return [[1]] }
    let size = { count(objectives: objectives, divisions: $0, limit: population) }
    var divisions = 1
    while size(divisions + 1) <= population { divisions += 1 }
    // Points inside have no coordinate 0: that takes a division for each.
    guard divisions < objectives && objectives > 3 else {
      return lattice(objectives: objectives, divisions: divisions)
    }
    var best = (outer: divisions, inner: 0, count: min(size(divisions), population))
    for outer in 1...divisions {
      for inner in 1...outer where size(outer) + size(inner) <= population {
        let count = size(outer) + size(inner)
        if count > best.count { best = (outer, inner, count) }
      }
    }
    let outer = lattice(objectives: objectives, divisions: best.outer)
    guard best.inner > 0 else { return outer }
    let inner = lattice(objectives: objectives, divisions: best.inner)
    return outer + inner.map { row in row.map { $0 / 2 + 0.5 / Double(objectives) } }
  }
}
