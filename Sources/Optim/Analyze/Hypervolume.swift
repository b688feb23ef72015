import CKernels

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
  guard let first = costs.first, !first.isEmpty else { return 0 }
  precondition(costs.allSatisfy { $0.count == first.count }, "cost columns differ in length")
  let (objectives, stride) = (costs.count, first.count + LimitedSweep.margin)
  return withUnsafeTemporaryAllocation(of: Double.self, capacity: 2 * objectives * stride) { storage in
    let given = storage.baseAddress!
    let sides = given + objectives * stride
    for (j, column) in costs.enumerated() {
      for row in column.indices { given[j * stride + row] = reference[j] - column[row] }
    }
    var inside: [Int32] = []
    inside.reserveCapacity(first.count)
    for row in first.indices where (0..<objectives).allSatisfy({ given[$0 * stride + row] > 0 }) {
      inside.append(Int32(row))
    }
    // With two sides the sweep goes along the first, with more along the last.
    let swept = objectives == 2 ? 0 : objectives - 1
    let order = ascendingOrder(Column(start: given + swept * stride, count: first.count), of: inside)
    for j in 0..<objectives {
      for (i, row) in order.reversed().enumerated() { sides[j * stride + i] = given[j * stride + Int(row)] }
    }
    return unionVolume(objectives, sides, stride: stride, count: order.count)
  }
}

/// The volume of the union of boxes from the origin: side j of box i at `sides[j * stride + i]` > 0, boxes by descending last side (of
/// two the first).
private func unionVolume(
  _ sidesCount: Int, _ sides: UnsafePointer<Double>, stride: Int, count: Int
) -> Double {
  switch (sidesCount, count) {
  case (_, 0): 0
  case (_, 1): (0..<sidesCount).reduce(1) { $0 * sides[$1 * stride] }
  case (1, _): sides[0]
  case (2, _): planarUnion(sides, sides + stride, count)
  case (3, _): withBoxWork(count) { dmo_union_of_three(count, sides, stride, $0) }
  case (4, _): withBoxWork(count) { dmo_union_of_four(count, sides, stride, $0) }
  default: LimitedSweep.volume(sidesCount, sides, stride: stride, count: count)
  }
}

/// Area: from the widest box on, each higher one adds a strip.
private func planarUnion(_ x: UnsafePointer<Double>, _ y: UnsafePointer<Double>, _ count: Int) -> Double {
  var (area, height) = (0.0, 0.0)
  for i in 0..<count where y[i] > height {
    area += x[i] * (y[i] - height)
    height = y[i]
  }
  return area
}

/// Scratch memory of the sweeps over `count` boxes.
func withBoxWork<R>(_ count: Int, _ body: (UnsafeMutablePointer<Double>) -> R) -> R {
  withUnsafeTemporaryAllocation(of: Double.self, capacity: dmo_box_union_work(count)) {
    body($0.baseAddress!)
  }
}
