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
  private var directions = DirectionLines([], objectives: 0)
  private var frame = DirectionFrame()

  init(options: SearchOptions) { population = options.population }

  mutating func survivors(of all: Population, _ count: Int, _ random: inout RandomStream) -> [Int] {
    let order = Ranking(costs: all.costs, violation: all.violation)
    guard order.feasibleFronts > 0, !all.costs.isEmpty else { return order.best(count, costs: all.costs) }
    if directions.count == 0 {
      directions = DirectionLines(
        ReferenceDirections.fitting(population, objectives: all.costs.count), objectives: all.costs.count)
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
    var held = [Int](repeating: 0, count: directions.count)
    for place in directions.nearest(frame.normalised(costs, before)) { held[place.direction] += 1 }
    var open = [[(row: Int, distance: Double)]](repeating: [], count: directions.count)
    for (row, place) in zip(front, directions.nearest(frame.normalised(costs, front))) {
      open[place.direction].append((row, place.distance))
    }
    // Directions that still have points, in ascending order.
    var live = open.indices.filter { !open[$0].isEmpty }
    var ties = [Int]()
    var chosen: [Int] = []
    while chosen.count < room {
      var fewest = Int.max
      for (place, direction) in live.enumerated() {
        if held[direction] < fewest {
          fewest = held[direction]
          ties.removeAll(keepingCapacity: true)
        }
        if held[direction] == fewest { ties.append(place) }
      }
      let tie = ties[random.below(ties.count)]
      let direction = live[tie]
      let place =
        fewest > 0
        ? random.below(open[direction].count)
        : open[direction].indices.min { open[direction][$0].distance < open[direction][$1].distance }!
      chosen.append(open[direction].remove(at: place).row)
      held[direction] += 1
      if open[direction].isEmpty { live.remove(at: tie) }
    }
    return chosen.sorted()
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
    let reach = costs.indices.map { k in
      front.reduce(-.infinity) { max($0, bounded(costs[k][$1])) } - ideal[k]
    }
    let scale = reach.map { $0 > 0 ? $0 : 1 }
    var points = extremes.flatMap { $0 }
    points.reserveCapacity(points.count + front.count * costs.count)
    for row in front { for column in costs { points.append(bounded(column[row])) } }
    extremes = costs.indices.map { axis in extreme(points, axis, scale) }
    let plane = planeIntercepts(
      extremes.map { point in point.indices.map { (point[$0] - ideal[$0]) / scale[$0] } })
    width = costs.indices.map { k in
      let found = plane.map { min($0[k] * scale[k], worst[k] - ideal[k]) } ?? reach[k]
      let usable = found > 1e-6 * scale[k] ? found : worst[k] - ideal[k]
      return usable > 0 ? usable : 1
    }
  }

  /// The point (of points row by row) with the smallest achievement scalarising value along an axis: off-axis
  /// coordinates count a million times, and nothing where they are below a thousandth of the front's range.
  private func extreme(_ points: [Double], _ axis: Int, _ scale: [Double]) -> [Double] {
    var (best, smallest) = (0, Double.infinity)
    for start in stride(from: 0, to: points.count, by: scale.count) {
      var value = 0.0
      for k in scale.indices {
        let x = (points[start + k] - ideal[k]) / scale[k]
        if x >= 1e-3 { value = max(value, k == axis ? x : 1e6 * x) }
      }
      if value < smallest { (best, smallest) = (start, value) }
    }
    return Array(points[best..<best + scale.count])
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
