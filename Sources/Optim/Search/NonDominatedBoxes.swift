/// The part of objective space below a reference point that no point of a front dominates, cut into disjoint boxes.
///
/// Built by sweeping the last objective upwards: between two of its levels the cross-section is the same problem with one objective
/// less, and boxes that do not change from one level to the next are kept open (after Lacour, Klamroth and Fonseca 2017). A front of
/// n points gives 1, n + 1 and at most 3n + 1 boxes for one, two and three objectives, and about n^(m/2) for m of them.
struct NonDominatedBoxes: Sendable {
  /// `levels[k]`: ascending values of objective k at which boxes begin or end; the last one is the reference.
  let levels: [[Double]]
  /// Per box and objective, box after box: the level where it begins, -1 where it reaches down to minus infinity.
  let lower: [Int]
  /// The level where it ends.
  let upper: [Int]

  var count: Int { levels.isEmpty ? 0 : upper.count / levels.count }

  /// - Parameters:
  ///   - front: `front[k][row]`, smaller is better; points not better than the reference in every objective are ignored, dominated ones
  ///     do no harm.
  ///   - reference: one number per objective.
  init(front: [[Double]], reference: [Double]) {
    let objectives = reference.indices
    let inside = (front.first ?? []).indices.filter { row in
      objectives.allSatisfy { front[$0][row] < reference[$0] }
    }
    let levels = objectives.map { k in Set(inside.map { front[k][$0] }).sorted() + [reference[k]] }
    self.levels = levels
    let places = objectives.map { k in
      Dictionary(uniqueKeysWithValues: levels[k].enumerated().map { ($1, $0) })
    }
    let points = inside.map { row in objectives.map { places[$0][front[$0][row]]! } }
    let boxes = Self.decompose(points, tops: levels.map { $0.count - 1 })
    lower = boxes.flatMap(\.lower)
    upper = boxes.flatMap(\.upper)
  }

  private struct Box: Hashable {
    var lower: [Int]
    var upper: [Int]
  }

  /// Boxes of what no point (one level per objective) dominates, below the levels `tops`.
  private static func decompose(_ points: [[Int]], tops: [Int]) -> [Box] {
    switch tops.count {
    case 0: return []
    case 1: return [Box(lower: [-1], upper: [points.map { $0[0] }.min() ?? tops[0]])]
    case 2: return strips(points, tops)
    default: return sweep(points, tops)
    }
  }

  private static func strips(_ points: [[Int]], _ tops: [Int]) -> [Box] {
    var boxes: [Box] = []
    var (left, height) = (-1, tops[1])
    for point in points.sorted(by: { ($0[0], $0[1]) < ($1[0], $1[1]) }) where point[1] < height {
      if point[0] > left { boxes.append(Box(lower: [left, -1], upper: [point[0], height])) }
      (left, height) = (point[0], point[1])
    }
    boxes.append(Box(lower: [left, -1], upper: [tops[0], height]))
    return boxes
  }

  private static func sweep(_ points: [[Int]], _ tops: [Int]) -> [Box] {
    let last = tops.count - 1
    let sorted = points.sorted { $0[last] < $1[last] }
    var closed: [Box] = []
    // Cross-sections still open, with the level they began at; in order, so that the result does not depend on hashing.
    var open: [(box: Box, start: Int)] = [
      (Box(lower: tops.dropLast().map { _ in -1 }, upper: Array(tops.dropLast())), -1)
    ]
    var next = 0
    func close(_ item: (box: Box, start: Int), at level: Int) {
      closed.append(Box(lower: item.box.lower + [item.start], upper: item.box.upper + [level]))
    }
    while next < sorted.count {
      let level = sorted[next][last]
      while next < sorted.count, sorted[next][last] == level { next += 1 }
      let section = decompose(sorted[..<next].map { Array($0.dropLast()) }, tops: Array(tops.dropLast()))
      let wanted = Set(section)
      let known = Set(open.map(\.box))
      for item in open where !wanted.contains(item.box) { close(item, at: level) }
      open =
        open.filter { wanted.contains($0.box) } + section.filter { !known.contains($0) }.map { ($0, level) }
    }
    for item in open { close(item, at: tops[last]) }
    return closed
  }
}
