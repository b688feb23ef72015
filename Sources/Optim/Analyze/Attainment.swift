/// The empirical attainment function of several fronts: which part of objective space was reached by how many of them.
///
/// A point is attained by a front with a point that is nowhere worse. The part that at least k of n fronts attain is bounded by a surface,
/// given here by its minimal points; k = 1 is the best of all runs together, k = n the worst case, the middle one the
/// median run (Grunert da Fonseca, Fonseca, Hall 2001; Lopez-Ibanez, Paquete, Stuetzle 2010).
public struct Attainment: Sendable {
  /// Fronts, at least one, each `[j][row]` in costs, all with 2 or 3 objectives.
  public let fronts: [[[Double]]]

  /// - Parameter fronts: `fronts[i][j][row]`; a front without rows attains nothing.
  public init(_ fronts: [[[Double]]]) {
    precondition(!fronts.isEmpty && Set(fronts.map(\.count)).count == 1, "fronts differ in their objectives")
    precondition((2...3).contains(fronts[0].count), "attainment surfaces are for 2 or 3 objectives")
    self.fronts = fronts
  }

  /// The minimal points attained by at least `count` fronts, `[j][row]`, in lexicographic order from the last objective to the first for three
  /// objectives and by the first for two.
  ///
  /// Two objectives: a sweep along the first one, O(n points x fronts). Three: a sweep along the third one with a
  /// two-dimensional surface at every level, O(points^2 x fronts).
  public func surface(atLeast count: Int) -> [[Double]] {
    precondition((1...fronts.count).contains(count))
    let points = fronts[0].count == 2 ? planar(fronts.map(transposed), count) : spatial(count)
    return fronts[0].indices.map { j in points.map { $0[j] } }
  }

  /// The surface that half of the fronts, rounded up, attain.
  public var median: [[Double]] { surface(atLeast: (fronts.count + 1) / 2) }

  /// Minimal points of the plane in ascending order of the first objective.
  private func planar(_ fronts: [[[Double]]], _ count: Int) -> [[Double]] {
    let steps = fronts.enumerated().flatMap { i, front in front.map { (x: $0[0], y: $0[1], front: i) } }
      .sorted { ($0.x, $0.y) < ($1.x, $1.y) }
    // The lowest second objective of each front so far; the k-th smallest of them is what k fronts attain.
    var lowest = fronts.map { _ in Double.infinity }
    var level = Double.infinity
    var surface: [[Double]] = []
    var next = 0
    while next < steps.count {
      let x = steps[next].x
      while next < steps.count, steps[next].x == x {
        lowest[steps[next].front] = min(lowest[steps[next].front], steps[next].y)
        next += 1
      }
      let reached = lowest.sorted()[count - 1]
      if reached < level {
        surface.append([x, reached])
        level = reached
      }
    }
    return surface
  }

  private func spatial(_ count: Int) -> [[Double]] {
    let all = fronts.map(transposed)
    var surface: [[Double]] = []
    var stairs = Staircase()
    for z in Set(all.flatMap { $0.map { $0[2] } }).sorted() {
      let below = all.map { front in front.filter { $0[2] <= z } }
      // Minimal where no lower level has reached it.
      for point in planar(below, count) where !stairs.covers(point[0], point[1]) {
        stairs.insert(point[0], point[1])
        surface.append([point[0], point[1], z])
      }
    }
    return surface
  }
}
