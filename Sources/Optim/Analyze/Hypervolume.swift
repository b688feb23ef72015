/// The hypervolume indicator: the volume dominated by a set of points and bounded by a reference point
/// (Zitzler and Thiele 1998).
///
/// `costs[j][row]`, smaller is better, any number of objectives; `reference` one number per objective. Points
/// that are not better than the reference in every objective (NaN included) add nothing. Exact up to rounding
/// (about 1e-14 relative).
///
/// Two objectives: a sweep in O(n log n). Three: a sweep with a staircase (Fonseca, Paquete, Lopez-Ibanez
/// 2006; Beume et al. 2009). Four: a sweep over three-dimensional contributions (after Guerreiro and Fonseca
/// 2018), O(n^2). More: sweeps over contributions found by limiting the other points to a point's box (While,
/// Bradstreet, Barone 2012), exponential in the number of objectives.
public func hypervolume(_ costs: [[Double]], reference: [Double]) -> Double {
  precondition(costs.count == reference.count, "one reference coordinate per objective")
  guard let first = costs.first else { return 0 }
  let inside = first.indices.filter { row in costs.indices.allSatisfy { costs[$0][row] < reference[$0] } }
  return unionVolume(costs.indices.map { j in inside.map { reference[j] - costs[j][$0] } })
}

/// The volume of the union of boxes from the origin to each point; `sides[j][row]` > 0.
func unionVolume(_ sides: [[Double]]) -> Double {
  guard let first = sides.first, !first.isEmpty else { return 0 }
  if first.count == 1 { return sides.reduce(1) { $0 * $1[0] } }
  return withPointers(to: sides) { columns in
    switch columns.count {
    case 1: columns[0].max()!
    case 2: planarUnion(columns)
    case 3: spatialUnion(columns)
    default:
      withDescendingLast(columns) { sides, stride, count in
        columns.count == 4
          ? FourDimensionalSweep.with(capacity: count) { $0.volume(sides, stride: stride, count: count) }
          : LimitedSweep.volume(columns.count, sides, stride: stride, count: count)
      }
    }
  }
}

/// Area: from the widest box on, each higher one adds a strip.
private func planarUnion(_ columns: [Column]) -> Double {
  var (area, height) = (0.0, 0.0)
  for row in ascendingOrder(columns[0]).reversed() {
    let y = columns[1][Int(row)]
    if y > height {
      area += columns[0][Int(row)] * (y - height)
      height = y
    }
  }
  return area
}

/// Volume: slabs between descending third sides, the area of the staircase of the first two kept up to date.
private func spatialUnion(_ columns: [Column]) -> Double {
  let (x, y, z) = (columns[0], columns[1], columns[2])
  let order = ascendingOrder(z)
  return StairArea.with(capacity: order.count) { stairs in
    var (volume, k) = (0.0, order.count - 1)
    while k >= 0 {
      let row = Int(order[k])
      stairs.insert(x[row], y[row])
      k -= 1
      volume += stairs.area * (z[row] - (k >= 0 ? z[Int(order[k])] : 0))
    }
    return volume
  }
}

/// The columns' rows by descending last side, side after side with room for 8 more behind each.
private func withDescendingLast<R>(
  _ columns: [Column], _ body: (UnsafePointer<Double>, _ stride: Int, _ count: Int) -> R
) -> R {
  let order = ascendingOrder(columns[columns.count - 1])
  let (count, stride) = (order.count, order.count + LimitedSweep.margin)
  return withUnsafeTemporaryAllocation(of: Double.self, capacity: columns.count * stride) { sides in
    for (j, column) in columns.enumerated() {
      for i in 0..<count { sides[j * stride + i] = column[Int(order[count - 1 - i])] }
    }
    return body(sides.baseAddress!, stride, count)
  }
}
