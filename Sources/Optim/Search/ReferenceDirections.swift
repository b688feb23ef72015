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

/// Unit vectors, prepared for the question which of them is closest to a point.
struct DirectionLines: Sendable {
  private typealias Lanes = SIMD8<Double>

  let count: Int
  private let objectives: Int
  /// Eight directions together, one coordinate after another; what is missing to a full eight is 0 and never closest.
  private let blocks: [Lanes]

  /// - Parameter directions: points that lines from the origin go through.
  init(_ directions: [[Double]], objectives: Int) {
    (count, self.objectives) = (directions.count, objectives)
    let units = directions.map { row in
      let length = row.reduce(0) { $0 + $1 * $1 }.squareRoot()
      return row.map { $0 / length }
    }
    blocks = stride(from: 0, to: count, by: Lanes.scalarCount).flatMap { first in
      (0..<objectives).map { k in
        var lanes = Lanes()
        for lane in 0..<min(Lanes.scalarCount, units.count - first) { lanes[lane] = units[first + lane][k] }
        return lanes
      }
    }
  }

  /// Per point the direction whose line is closest, and the square of the distance.
  ///
  /// - Parameter points: row by row, no coordinate negative: the closest line is then the one with the longest projection.
  func nearest(_ points: [Double]) -> [(direction: Int, distance: Double)] {
    guard objectives > 0, count > 0 else { return [] }
    return blocks.withUnsafeBufferPointer { blocks in
      points.withUnsafeBufferPointer { points in
        stride(from: 0, to: points.count, by: objectives).map { start in
          let point = points.baseAddress! + start
          var longest = Lanes(repeating: -.infinity)
          var found = SIMD8<Int64>()
          var number = SIMD8<Int64>(0, 1, 2, 3, 4, 5, 6, 7)
          var block = 0
          while block < blocks.count {
            var along = point[0] * blocks[block]
            for k in 1..<max(objectives, 1) { along += point[k] * blocks[block + k] }
            let isLonger = along .> longest
            longest.replace(with: along, where: isLonger)
            found.replace(with: number, where: isLonger)
            number &+= Int64(Lanes.scalarCount)
            block += objectives
          }
          // Of equally close ones the first.
          var (direction, projection) = (0, -Double.infinity)
          for lane in 0..<Lanes.scalarCount where Int(found[lane]) < count {
            let isBetter =
              longest[lane] > projection || longest[lane] == projection && Int(found[lane]) < direction
            if isBetter { (direction, projection) = (Int(found[lane]), longest[lane]) }
          }
          var square = 0.0
          for k in 0..<objectives { square += point[k] * point[k] }
          return (direction, max(square - projection * projection, 0))
        }
      }
    }
  }
}
