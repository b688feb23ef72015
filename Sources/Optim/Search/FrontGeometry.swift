import Foundation

/// The shape of a non-dominated front, and how evenly its points lie on it.
///
/// Source: Panichella, "An improved Pareto front modeling algorithm for large-scale many-objective
/// optimization" (AGE-MOEA-II), GECCO 2022. The front, moved to the origin and divided by its intercepts, is
/// taken for the surface f1^p + ... + fM^p = 1. Distances between points are measured along that surface,
/// through the projected middle of the two.
struct FrontGeometry: Sendable {
  /// The exponent p: 1 is a plane, 2 a sphere, below 1 the front bulges towards the origin.
  let exponent: Double
  /// Positions in the front of the points closest to the axes.
  let extremes: [Int]
  private let ideal: [Double]
  private let width: [Double]
  private let count: Int
  private let objectives: Int
  /// Normalised points, row by row.
  private let rows: [Double]

  /// - costs: `costs[k][row]`, at least one objective; `front`: rows that do not dominate each other.
  init(_ costs: [[Double]], _ front: [Int]) {
    precondition(!costs.isEmpty && !front.isEmpty)
    let columns = costs.map { column in front.map { bounded(column[$0]) } }
    (count, objectives) = (front.count, columns.count)
    ideal = columns.map { $0.min()! }
    // By their ranges first: which points are the extreme ones must not depend on the objectives' units.
    let ranges = zip(columns, ideal).map { column, low in column.max()! > low ? column.max()! - low : 1 }
    var rows = Self.rows(columns, ideal, ranges)
    extremes = Self.extremes(rows, objectives)
    let intercepts = Self.intercepts(rows, extremes, objectives)
    for i in rows.indices { rows[i] /= intercepts[i % objectives] }
    self.rows = rows
    width = zip(ranges, intercepts).map(*)
    exponent = Self.exponent(rows, extremes, objectives)
  }

  private static func rows(_ columns: [[Double]], _ ideal: [Double], _ ranges: [Double]) -> [Double] {
    columns[0].indices.flatMap { row in
      columns.indices.map { (columns[$0][row] - ideal[$0]) / ranges[$0] }
    }
  }

  /// Per axis the point closest to it that is not taken yet.
  private static func extremes(_ rows: [Double], _ objectives: Int) -> [Int] {
    let count = rows.count / objectives
    guard count > objectives else { return Array(0..<count) }
    var taken: [Int] = []
    for axis in 0..<objectives {
      var (best, nearest) = (-1, Double.infinity)
      for row in 0..<count where !taken.contains(row) {
        var square = 0.0
        for k in 0..<objectives where k != axis {
          square += rows[row * objectives + k] * rows[row * objectives + k]
        }
        if square < nearest { (best, nearest) = (row, square) }
      }
      if best >= 0 { taken.append(best) }
    }
    return taken
  }

  /// Where the plane through the extreme points meets the axes; 1 (the range) where it meets one not at all
  /// or on the wrong side.
  private static func intercepts(_ rows: [Double], _ extremes: [Int], _ objectives: Int) -> [Double] {
    let unit = [Double](repeating: 1, count: objectives)
    guard extremes.count == objectives else { return unit }
    let points = extremes.map { Array(rows[($0 * objectives)..<(($0 + 1) * objectives)]) }
    return planeIntercepts(points) ?? unit
  }

  /// p for which the point closest to the diagonal lies on the surface, by Newton's method on
  /// ln(f1^p + ... + fM^p).
  private static func exponent(_ rows: [Double], _ extremes: [Int], _ objectives: Int) -> Double {
    let count = rows.count / objectives
    var (centre, nearest) = (-1, Double.infinity)
    for row in 0..<count where !extremes.contains(row) {
      let point = rows[(row * objectives)..<((row + 1) * objectives)]
      let mean = point.reduce(0, +) / Double(objectives)
      let square = point.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
      if square < nearest { (centre, nearest) = (row, square) }
    }
    guard centre >= 0 else { return 1 }
    return surfaceExponent(through: Array(rows[(centre * objectives)..<((centre + 1) * objectives)]))
  }

  /// How good a point beside the front is: 1 over its distance to the ideal point.
  func nearness(_ costs: [[Double]], _ row: Int) -> Double {
    var sum = 0.0
    for k in 0..<objectives { sum += pow(max((bounded(costs[k][row]) - ideal[k]) / width[k], 0), exponent) }
    return 1 / max(pow(sum, 1 / exponent), 1e-12)
  }

  /// Survival scores of the front's points: the larger, the more the point adds to an even spread close to
  /// the ideal point.
  ///
  /// Extreme points come first (infinite). Then again and again the point whose distance to its two nearest
  /// chosen neighbours, divided by its distance to the ideal point, is largest. Points beyond the first
  /// `wanted` get -1. O(wanted x front x objectives).
  func survival(_ wanted: Int) -> [Double] {
    var score = [Double](repeating: -1, count: count)
    var chosen = 0
    for row in extremes where chosen < wanted {
      score[row] = .infinity
      chosen += 1
    }
    var spread = SurfaceSpread(rows, objectives, exponent)
    for row in extremes { spread.choose(row) }
    while chosen < min(wanted, count) {
      let (row, value) = spread.farthest()
      score[row] = value
      spread.choose(row)
      chosen += 1
    }
    return score
  }
}

/// Points on a surface: the chosen ones, and how far the others are from them.
private struct SurfaceSpread {
  private let objectives: Int
  private let exponent: Double
  private let isFlat: Bool
  /// Projected on the surface, row by row.
  private var surface: [Double]
  private var distanceToIdeal: [Double] = []
  /// Distances to the nearest and the second nearest chosen point.
  private var near: [Double]
  private var second: [Double]
  private var open: [Int]

  init(_ rows: [Double], _ objectives: Int, _ exponent: Double) {
    (self.objectives, self.exponent) = (objectives, exponent)
    isFlat = abs(exponent - 1) < 0.05
    surface = rows
    let count = rows.count / objectives
    for row in 0..<count {
      let norm = Self.norm(rows[(row * objectives)..<((row + 1) * objectives)], exponent)
      distanceToIdeal.append(max(norm, 1e-12))
      for k in 0..<objectives where norm > 0 { surface[row * objectives + k] /= norm }
    }
    near = Array(repeating: .infinity, count: count)
    second = near
    open = Array(0..<count)
  }

  private static func norm(_ values: ArraySlice<Double>, _ p: Double) -> Double {
    var sum = 0.0
    for value in values where value > 0 { sum += pow(value, p) }
    return pow(sum, 1 / p)
  }

  /// The open point with the largest score; there is one.
  func farthest() -> (row: Int, score: Double) {
    var (best, largest) = (open[0], -Double.infinity)
    for row in open {
      let sum = second[row] < .infinity ? near[row] + second[row] : near[row]
      let score = sum / distanceToIdeal[row]
      if score > largest { (best, largest) = (row, score) }
    }
    return (best, largest)
  }

  mutating func choose(_ chosen: Int) {
    guard let place = open.firstIndex(of: chosen) else { return }
    open.remove(at: place)
    let (objectives, p, isFlat) = (objectives, exponent, isFlat)
    surface.withUnsafeBufferPointer { surface in
      let a = surface.baseAddress! + chosen * objectives
      for row in open {
        let b = surface.baseAddress! + row * objectives
        var square = 0.0
        for k in 0..<objectives { square += (a[k] - b[k]) * (a[k] - b[k]) }
        // The way along the surface is never shorter than the chord: mostly that settles it.
        let limit = second[row]
        guard square < limit * limit else { continue }
        let distance = isFlat ? square.squareRoot() : Self.detour(a, b, objectives, p)
        if distance < near[row] {
          (near[row], second[row]) = (distance, near[row])
        } else if distance < limit {
          second[row] = distance
        }
      }
    }
  }

  /// From a to b through their middle projected on the surface.
  private static func detour(
    _ a: UnsafePointer<Double>, _ b: UnsafePointer<Double>, _ objectives: Int, _ p: Double
  ) -> Double {
    var sum = 0.0
    for k in 0..<objectives where a[k] + b[k] > 0 { sum += pow((a[k] + b[k]) / 2, p) }
    let scale = sum > 0 ? 0.5 / pow(sum, 1 / p) : 0.5
    var (first, last) = (0.0, 0.0)
    for k in 0..<objectives {
      let middle = (a[k] + b[k]) * scale
      first += (a[k] - middle) * (a[k] - middle)
      last += (b[k] - middle) * (b[k] - middle)
    }
    return first.squareRoot() + last.squareRoot()
  }
}

/// p with v1^p + ... + vn^p = 1, at least 0.1 and at most 20; 1 where there is none.
func surfaceExponent(through values: [Double]) -> Double {
  let logs = values.filter { $0 > 0 }.map { log($0) }
  guard logs.count > 1 else { return 1 }
  var p = 1.0
  for _ in 0..<100 {
    var (sum, slope) = (0.0, 0.0)
    for l in logs {
      let power = exp(p * l)
      sum += power
      slope += power * l
    }
    let step = log(sum) * sum / slope
    guard step.isFinite else { return 1 }
    p -= step
    if abs(step) <= 1e-10 * max(1, abs(p)) { break }
  }
  return p.isFinite && p > 0.1 ? min(p, 20) : 1
}

/// Distances from the origin at which the plane through `points` (as many as coordinates) meets the axes;
/// nil where it misses one of them, or meets it at a negative or hardly any distance.
func planeIntercepts(_ points: [[Double]]) -> [Double]? {
  let matrix = Matrix(rows: points.count, columns: points.count, values: points.flatMap { $0 })
  guard let (inverse, _) = matrix.inverted() else { return nil }
  let intercepts = (0..<points.count).map { 1 / inverse.row($0).reduce(0, +) }
  return intercepts.allSatisfy { $0.isFinite && $0 > 1e-6 } ? intercepts : nil
}

/// Infinite costs as large numbers, so that differences stay numbers.
func bounded(_ cost: Double) -> Double { min(max(cost, -1e150), 1e150) }
