/// The volume of a union of four-dimensional boxes, as a sweep along the last side.
///
/// After Guerreiro and Fonseca, "Computing and updating hypervolume contributions in up to four dimensions",
/// 2018: going down the last side, each box adds its own contribution to the three-dimensional union of those
/// before. The earlier boxes are kept by descending third side as three plain columns, so that looking for
/// the few that matter to a new one is a linear scan in vector lanes. O(n^2) at worst with a small constant,
/// since boxes inside a newer one are dropped.
struct FourDimensionalSweep {
  private var boxes: ActiveBoxes
  private let order: UnsafeMutablePointer<Int32>

  /// Calls `body` with a sweep that has room for `capacity` boxes at a time.
  static func with<R>(capacity: Int, _ body: (inout FourDimensionalSweep) -> R) -> R {
    withUnsafeTemporaryAllocation(of: Int32.self, capacity: max(capacity, 1)) { order in
      ActiveBoxes.with(capacity: max(capacity, 1)) { boxes in
        var sweep = FourDimensionalSweep(boxes: boxes, order: order.baseAddress!)
        return body(&sweep)
      }
    }
  }

  private init(boxes: ActiveBoxes, order: UnsafeMutablePointer<Int32>) {
    (self.boxes, self.order) = (boxes, order)
  }

  /// - Parameter sides: side j of box i at `sides[j * stride + i]`, boxes by descending last side.
  mutating func volume(_ sides: UnsafePointer<Double>, stride: Int, count: Int) -> Double {
    let (x, y, z, last) = (sides, sides + stride, sides + 2 * stride, sides + 3 * stride)
    boxes.removeAll()
    var (volume, section, k) = (0.0, 0.0, 0)
    // Boxes cut to fit into another one often end together; those begin as one three-dimensional sweep.
    var top = 1
    while top < count && last[top] == last[0] { top += 1 }
    if top > 3 {
      for i in 0..<top { order[i] = Int32(i) }
      var rows = UnsafeMutableBufferPointer(start: order, count: top)
      rows.sort { z[Int($0)] > z[Int($1)] }
      section = boxes.begin(x, y, z, order, top)
      volume = section * (last[0] - (top < count ? last[top] : 0))
      k = top
    }
    while k < count {
      section += boxes.insert(x[k], y[k], z[k])
      volume += section * (last[k] - (k + 1 < count ? last[k + 1] : 0))
      k += 1
    }
    return volume
  }
}

/// Boxes of which none lies inside another, by descending z.
private struct ActiveBoxes {
  private let x: UnsafeMutablePointer<Double>
  private let y: UnsafeMutablePointer<Double>
  private let z: UnsafeMutablePointer<Double>
  private var count = 0
  private var stairs: StairArea

  static func with<R>(capacity: Int, _ body: (ActiveBoxes) -> R) -> R {
    withUnsafeTemporaryAllocation(of: Double.self, capacity: 3 * capacity) { storage in
      StairArea.with(capacity: capacity + 1) { stairs in
        body(ActiveBoxes(storage.baseAddress!, capacity, stairs))
      }
    }
  }

  private init(_ storage: UnsafeMutablePointer<Double>, _ capacity: Int, _ stairs: StairArea) {
    (x, y, z) = (storage, storage + capacity, storage + 2 * capacity)
    self.stairs = stairs
  }

  mutating func removeAll() { count = 0 }

  /// Takes the first boxes, in an order by descending z, and returns the volume of their union.
  mutating func begin(
    _ px: UnsafePointer<Double>, _ py: UnsafePointer<Double>, _ pz: UnsafePointer<Double>,
    _ order: UnsafePointer<Int32>, _ boxes: Int
  ) -> Double {
    stairs.removeAll()
    var (volume, height) = (0.0, 0.0)
    for k in 0..<boxes {
      let i = Int(order[k])
      volume += stairs.area * (height - pz[i])
      height = pz[i]
      if stairs.insert(px[i], py[i]) {
        (x[count], y[count], z[count]) = (px[i], py[i], pz[i])
        count += 1
      }
    }
    return volume + stairs.area * height
  }

  /// Adds a box and returns the volume it has for itself.
  mutating func insert(_ px: Double, _ py: Double, _ pz: Double) -> Double {
    let above = prefixLength(count) { z[$0] >= pz }
    let corner = hiddenCorner(px, py, above)
    // Wholly inside an earlier box.
    if corner.x >= px || corner.y >= py { return 0 }
    let own = contribution(px, py, pz, above, corner)
    add(px, py, pz, above)
    return own
  }

  /// At the box' own height, boxes at least as long in y hide its part up to the largest x among them, and
  /// the other way round.
  private func hiddenCorner(_ px: Double, _ py: Double, _ above: Int) -> SIMD2<Double> {
    var (hiddenX, hiddenY) = (SIMD4<Double>(repeating: 0), SIMD4<Double>(repeating: 0))
    var k = 0
    while k + 4 <= above {
      let (qx, qy) = (load(x, k), load(y, k))
      let candidatesX = qx.replacing(with: 0, where: qy .< py)
      let candidatesY = qy.replacing(with: 0, where: qx .< px)
      hiddenX.replace(with: candidatesX, where: candidatesX .> hiddenX)
      hiddenY.replace(with: candidatesY, where: candidatesY .> hiddenY)
      k += 4
    }
    var corner = SIMD2(hiddenX.max(), hiddenY.max())
    while k < above {
      if y[k] >= py { corner.x = max(corner.x, x[k]) }
      if x[k] >= px { corner.y = max(corner.y, y[k]) }
      k += 1
    }
    return corner
  }

  /// Slab by slab downwards, the part of the rectangle from the hidden corner to (px, py) that no other box
  /// covers.
  private mutating func contribution(
    _ px: Double, _ py: Double, _ pz: Double, _ above: Int, _ corner: SIMD2<Double>
  ) -> Double {
    stairs.removeAll()
    let full = (px - corner.x) * (py - corner.y)
    var k = next(after: 0, before: above, corner)
    while k < above {
      stairs.insert(x[k] - corner.x, y[k] - corner.y)
      k = next(after: k + 1, before: above, corner)
    }
    var (volume, height, hidden) = (0.0, pz, corner)
    k = next(after: above, before: count, hidden)
    while k < count {
      volume += (full - stairs.area) * (height - z[k])
      height = z[k]
      let (clippedX, clippedY) = (min(x[k], px), min(y[k], py))
      if clippedX == px && clippedY == py { return volume }
      stairs.insert(clippedX - corner.x, clippedY - corner.y)
      if clippedY == py { hidden.x = clippedX }
      if clippedX == px { hidden.y = clippedY }
      k = next(after: k + 1, before: count, hidden)
    }
    return volume + (full - stairs.area) * height
  }

  /// The first box from `start` on that reaches beyond `hidden` in both x and y; `end` if none does.
  @inline(__always)
  private func next(after start: Int, before end: Int, _ hidden: SIMD2<Double>) -> Int {
    var k = start
    while k + 4 <= end {
      if any((load(x, k) .> hidden.x) .& (load(y, k) .> hidden.y)) { break }
      k += 4
    }
    while k < end && !(x[k] > hidden.x && y[k] > hidden.y) { k += 1 }
    return k
  }

  /// Puts the box at its place and drops those inside it, all of which come after.
  private mutating func add(_ px: Double, _ py: Double, _ pz: Double, _ place: Int) {
    var end = place
    for k in place..<count {
      let (qx, qy, qz) = (x[k], y[k], z[k])
      (x[end], y[end], z[end]) = (qx, qy, qz)
      end += qx > px || qy > py ? 1 : 0
    }
    (x + place + 1).update(from: x + place, count: end - place)
    (y + place + 1).update(from: y + place, count: end - place)
    (z + place + 1).update(from: z + place, count: end - place)
    (x[place], y[place], z[place]) = (px, py, pz)
    count = end + 1
  }

  @inline(__always)
  private func load(_ column: UnsafeMutablePointer<Double>, _ k: Int) -> SIMD4<Double> {
    UnsafeRawPointer(column + k).loadUnaligned(as: SIMD4<Double>.self)
  }
}
