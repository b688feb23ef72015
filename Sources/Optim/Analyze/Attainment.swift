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

  /// The minimal points attained by at least `count` fronts, `[j][row]`, by ascending first objective for two objectives, by the third and then the
  /// first for three.
  ///
  /// Two objectives: a sweep along the first one, O(points x fronts log fronts). Three: a sweep along the third one with a two-dimensional
  /// surface at every level, over what each front has non-dominated in the plane so far.
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
    let steps = fronts.enumerated().flatMap { i, front in
      transposed(front).map { (x: $0[0], y: $0[1], z: $0[2], front: i) }
    }.sorted { $0.z < $1.z }
    // What each front has reached in the plane so far, and what `count` of them have.
    var stairs = fronts.map { _ in Staircase() }
    var reached = Staircase()
    var surface: [[Double]] = []
    var next = 0
    while next < steps.count {
      let z = steps[next].z
      var isNew = false
      while next < steps.count, steps[next].z == z {
        let step = steps[next]
        if !stairs[step.front].covers(step.x, step.y) {
          stairs[step.front].insert(step.x, step.y)
          isNew = true
        }
        next += 1
      }
      guard isNew else { continue }
      // Minimal where no lower level has reached it.
      for point in planar(stairs.map { $0.points.map { [$0.x, $0.y] } }, count)
      where !reached.covers(point[0], point[1]) {
        reached.insert(point[0], point[1])
        surface.append([point[0], point[1], z])
      }
    }
    return surface
  }
}
