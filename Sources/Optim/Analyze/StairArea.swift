/// The union of rectangles from the origin to points of the plane, as the staircase of its corners (x
/// ascending, y descending), with its area kept up to date. The corners sit in scratch memory, right-aligned:
/// the points inserted last tend to lie near each other, and finding a place takes a bisection.
struct StairArea {
  private(set) var area = 0.0
  private var count = 0
  private let corners: UnsafeMutablePointer<SIMD2<Double>>

  /// Calls `body` with an empty staircase that has room for `capacity` corners.
  static func with<R>(capacity: Int, _ body: (inout StairArea) -> R) -> R {
    withUnsafeTemporaryAllocation(of: SIMD2<Double>.self, capacity: max(capacity, 1)) { storage in
      var stairs = StairArea(corners: storage.baseAddress!)
      return body(&stairs)
    }
  }

  private init(corners: UnsafeMutablePointer<SIMD2<Double>>) {
    self.corners = corners
  }

  mutating func removeAll() {
    (area, count) = (0, 0)
  }

  /// Adds the rectangle to (x, y); O(log n) to find its place, the corners it hides are dropped. False where it
  /// lies inside another.
  @discardableResult
  mutating func insert(_ x: Double, _ y: Double) -> Bool {
    // Bisection without branches: whether a corner lies left of x is a coin toss to the branch predictor.
    var (end, length) = (0, count)
    while length > 0 {
      let half = (length + 1) / 2
      end += corners[end + half - 1].x < x ? half : 0
      length -= half
    }
    let right = end < count ? corners[end].y : 0
    if right >= y { return false }
    // Corners left of x and not above y disappear; the area grows column by column.
    var start = end
    var (edge, floor) = (x, right)
    while start > 0 && corners[start - 1].y <= y {
      let corner = corners[start - 1]
      area += (edge - corner.x) * (y - floor)
      (edge, floor) = (corner.x, corner.y)
      start -= 1
    }
    area += (edge - (start > 0 ? corners[start - 1].x : 0)) * (y - floor)
    // A corner at the same x lies below y here, since it did not cover the new one.
    let after = end < count && corners[end].x == x ? end + 1 : end
    replace(start, after, with: SIMD2(x, y))
    return true
  }

  private mutating func replace(_ start: Int, _ end: Int, with corner: SIMD2<Double>) {
    let shift = start + 1 - end
    if shift != 0 {
      (corners + end + shift).update(from: corners + end, count: count - end)
      count += shift
    }
    corners[start] = corner
  }
}
