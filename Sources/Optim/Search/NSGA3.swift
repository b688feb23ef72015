/// NSGA-III.
///
/// Source: Deb and Jain, "An evolutionary many-objective optimization algorithm using reference-point-based
/// nondominated sorting approach, part I", and Jain and Deb, part II (constraints), 2014. Whole fronts while
/// they fit; of the last one, points next to the reference directions that have the fewest. Differences: of
/// two feasible parents the one that dominates wins, and only otherwise chance decides (ZDT4: median
/// hypervolume 0.789 against 0.746 by chance alone); intercepts are not taken from beyond the worst costs
/// seen; ranges come from the front where there is no plane through the extreme points.
typealias NSGA3 = Generational<DirectionSelection>

struct DirectionSelection: Selection {
  private let population: Int
  /// Unit vectors, one after another.
  private var directions: [Double] = []
  private var frame = DirectionFrame()

  init(options: SearchOptions) { population = options.population }

  mutating func survivors(of all: Population, _ count: Int, _ random: inout RandomStream) -> [Int] {
    let order = Ranking(costs: all.costs, violation: all.violation)
    guard order.feasibleFronts > 0, !all.costs.isEmpty else { return order.best(count, costs: all.costs) }
    if directions.isEmpty {
      directions = ReferenceDirections.fitting(population, objectives: all.costs.count).flatMap { row in
        let length = row.reduce(0) { $0 + $1 * $1 }.squareRoot()
        return row.map { $0 / length }
      }
    }
    let feasible = order.fronts[..<order.feasibleFronts]
    frame.update(all.costs, front: feasible[0], all: feasible.joined().map { $0 })
    return order.best(count) { front, room in
      niched(front, room, before: order.fronts[..<order.ranks[front[0]]].flatMap { $0 }, all.costs, &random)
    }
  }

  func winner(_ a: Int, _ b: Int, _ population: Population, _ random: inout RandomStream) -> Int {
    let (x, y) = (population.violation[a], population.violation[b])
    if x < y || y.isNaN { return a }
    if y < x || x.isNaN { return b }
    var (aIsBetter, bIsBetter) = (false, false)
    for column in population.costs {
      if column[a] < column[b] { aIsBetter = true }
      if column[b] < column[a] { bIsBetter = true }
    }
    if aIsBetter != bIsBetter { return aIsBetter ? a : b }
    return random.chance(0.5) ? a : b
  }

  /// `room` rows of a front: each next one from the direction with the fewest points so far; its closest
  /// point if it has none yet, else any.
  private func niched(
    _ front: [Int], _ room: Int, before: [Int], _ costs: [[Double]], _ random: inout RandomStream
  ) -> [Int] {
    var held = [Int](repeating: 0, count: directions.count / costs.count)
    for place in nearest(before, costs) { held[place.direction] += 1 }
    var open = [[(row: Int, distance: Double)]](repeating: [], count: held.count)
    for (row, place) in zip(front, nearest(front, costs)) {
      open[place.direction].append((row, place.distance))
    }
    var chosen: [Int] = []
    while chosen.count < room {
      var (fewest, ties) = (Int.max, [Int]())
      for direction in open.indices where !open[direction].isEmpty {
        if held[direction] < fewest { (fewest, ties) = (held[direction], []) }
        if held[direction] == fewest { ties.append(direction) }
      }
      let direction = ties[random.below(ties.count)]
      let place =
        fewest > 0
        ? random.below(open[direction].count)
        : open[direction].indices.min { open[direction][$0].distance < open[direction][$1].distance }!
      chosen.append(open[direction].remove(at: place).row)
      held[direction] += 1
    }
    return chosen.sorted()
  }

  /// Per row the direction whose line is closest, and the square of the distance.
  private func nearest(_ rows: [Int], _ costs: [[Double]]) -> [(direction: Int, distance: Double)] {
    let objectives = costs.count
    let points = frame.normalised(costs, rows)
    return directions.withUnsafeBufferPointer { directions in
      points.withUnsafeBufferPointer { points in
        rows.indices.map { place in
          let point = points.baseAddress! + place * objectives
          var (best, largest, square) = (0, -Double.infinity, 0.0)
          for k in 0..<objectives { square += point[k] * point[k] }
          for direction in 0..<(directions.count / objectives) {
            let line = directions.baseAddress! + direction &* objectives
            var along = 0.0
            for k in 0..<objectives { along += point[k] * line[k] }
            if along > largest { (best, largest) = (direction, along) }
          }
          // No coordinate is negative, so the closest line is the one with the longest projection.
          return (best, max(square - largest * largest, 0))
        }
      }
    }
  }
}

/// Where the front lies: what costs are moved and divided by before they meet the directions.
struct DirectionFrame: Sendable {
  private(set) var ideal: [Double] = []
  private(set) var width: [Double] = []
  private var worst: [Double] = []
  /// Per objective, the costs of the point that is best along its axis.
  private var extremes: [[Double]] = []

  /// - front: rows of the first front; `all`: rows of every feasible point.
  mutating func update(_ costs: [[Double]], front: [Int], all: [Int]) {
    if ideal.isEmpty {
      ideal = costs.map { _ in .infinity }
      worst = costs.map { _ in -.infinity }
    }
    for (k, column) in costs.enumerated() {
      for row in all {
        ideal[k] = min(ideal[k], bounded(column[row]))
        worst[k] = max(worst[k], bounded(column[row]))
      }
    }
    let reach = costs.indices.map { k in front.map { bounded(costs[k][$0]) }.max()! - ideal[k] }
    let scale = reach.map { $0 > 0 ? $0 : 1 }
    let points = extremes + front.map { row in costs.map { bounded($0[row]) } }
    extremes = costs.indices.map { axis in extreme(points, axis, scale) }
    let plane = planeIntercepts(
      extremes.map { point in point.indices.map { (point[$0] - ideal[$0]) / scale[$0] } })
    width = costs.indices.map { k in
      let found = plane.map { min($0[k] * scale[k], worst[k] - ideal[k]) } ?? reach[k]
      let usable = found > 1e-6 * scale[k] ? found : worst[k] - ideal[k]
      return usable > 0 ? usable : 1
    }
  }

  /// The point with the smallest achievement scalarising value along an axis: off-axis coordinates count a
  /// million times, and nothing where they are below a thousandth of the front's range.
  private func extreme(_ points: [[Double]], _ axis: Int, _ scale: [Double]) -> [Double] {
    var (best, smallest) = (0, Double.infinity)
    for (row, point) in points.enumerated() {
      var value = 0.0
      for k in point.indices {
        let x = (point[k] - ideal[k]) / scale[k]
        if x >= 1e-3 { value = max(value, k == axis ? x : 1e6 * x) }
      }
      if value < smallest { (best, smallest) = (row, value) }
    }
    return points[best]
  }

  /// Moved and divided costs, row by row.
  func normalised(_ costs: [[Double]], _ rows: [Int]) -> [Double] {
    var flat: [Double] = []
    flat.reserveCapacity(rows.count * costs.count)
    for row in rows {
      for k in costs.indices { flat.append((bounded(costs[k][row]) - ideal[k]) / width[k]) }
    }
    return flat
  }
}
