import Foundation

/// The expected hypervolume improvement over a front for many objectives, where cutting the non-dominated region into boxes takes too many of them: by
/// Monte Carlo over directions and over the point's own uncertainty.
///
/// Seen from the reference point r, a set of points reaches as far as R(u) = max over points of min over j of (r_j - y_j) / u_j in direction
/// u, and dominates a volume proportional to the mean of R(u)^m (Deng and Zhang 2019). So the improvement of y is the mean of
/// (R_y(u)^m - R_front(u)^m)+. The positive part is taken softly, at a hundredth of R_front^m, and so is r - y, so that points without any
/// improvement have a slope too. The same directions and normal numbers serve all points. Values are proportional to the hypervolume with
/// every objective's side scaled to 1; logarithms differ from those of the exact improvement by a constant and by about a tenth.
struct DirectionalImprovement: Sendable {
  private let count: Int
  private let reference: [Double]
  /// From the best of the front to the reference.
  private let sides: [Double]
  /// `inverse[d * m + j]`: 1 / u_j of direction d.
  private let inverse: [Double]
  /// m ln R_front(u) of each direction.
  private let reach: [Double]
  /// `draws[s][j]`: standard normal numbers, in opposite pairs.
  private let draws: [[Double]]

  private static let directions = 256
  private static let pairs = 8
  /// Softness of the positive part, and of r - y in sides.
  private static let softness = 0.01
  private static let edge = 0.05
  /// Of a front that reaches nowhere inside the reference.
  private static let least = -60.0

  init(front: [[Double]], reference: [Double]) {
    let m = reference.count
    count = m
    self.reference = reference
    let sides = (0..<m).map { j in
      let best = front[j].min() ?? reference[j]
      return best < reference[j] ? reference[j] - best : max(abs(reference[j]), 1e-12)
    }
    self.sides = sides
    var random = RandomStream(seed: 0, purpose: .noise)
    var inverse: [Double] = []
    for _ in 0..<Self.directions {
      let u = (0..<m).map { _ in abs(random.normal()) + 1e-9 }
      let norm = u.reduce(0) { $0 + $1 * $1 }.squareRoot()
      inverse += u.map { norm / $0 }
    }
    self.inverse = inverse
    let half = (0..<Self.pairs).map { _ in (0..<m).map { _ in random.normal() } }
    draws = half + half.map { $0.map { -$0 } }
    let points = (front.first ?? []).indices.map { row in
      (0..<m).map { (reference[$0] - front[$0][row]) / sides[$0] }
    }
    reach = (0..<Self.directions).map { d in
      var most = 0.0
      for point in points {
        var least = Double.infinity
        for j in 0..<m { least = min(least, point[j] * inverse[d * m + j]) }
        most = max(most, least)
      }
      return most > 0 ? max(Double(m) * log(most), Self.least) : Self.least
    }
  }
}

extension DirectionalImprovement: Improvement {
  func evaluate(mean: [Double], deviation: [Double]) -> ImprovementValue {
    let m = count
    var value = ImprovementValue(
      byMean: [Double](repeating: 0, count: m), byDeviation: [Double](repeating: 0, count: m))
    var total = 0.0
    for z in draws {
      var (side, logSide, slope) = (value.byMean, value.byMean, value.byMean)
      for j in 0..<m {
        let raw = (reference[j] - mean[j] - deviation[j] * z[j]) / sides[j] / Self.edge
        side[j] = max(Self.edge * softplus(raw), 1e-300)
        logSide[j] = log(side[j])
        // d ln side / d y.
        slope[j] = -logistic(raw) / (side[j] * sides[j])
      }
      for d in 0..<Self.directions {
        var (least, place) = (Double.infinity, 0)
        for j in 0..<m {
          let along = side[j] * inverse[d * m + j]
          if along < least { (least, place) = (along, j) }
        }
        let ratio = exp(
          min(Double(m) * (logSide[place] + log(inverse[d * m + place])) - reach[d], 300))
        let excess = (ratio - 1) / Self.softness
        let unit = exp(reach[d])
        total += unit * Self.softness * softplus(excess)
        let weight = unit * logistic(excess) * ratio * Double(m) * slope[place]
        value.byMean[place] += weight
        value.byDeviation[place] += weight * z[place]
      }
    }
    guard total > 0 else { return ImprovementValue(byMean: value.byMean, byDeviation: value.byDeviation) }
    value.log = log(total / Double(draws.count * Self.directions))
    for j in 0..<m {
      value.byMean[j] /= total
      value.byDeviation[j] /= total
    }
    return value
  }
}
