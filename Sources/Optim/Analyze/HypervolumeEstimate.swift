import Foundation

/// A hypervolume with what is known of its error.
public struct MeasuredHypervolume: Sendable, Equatable {
  public let value: Double
  /// Half the width of the 95 % confidence interval; 0 where the value is exact.
  public let error: Double
  /// How many random directions it was estimated from; nil where it is exact.
  public let directions: Int?

  public var isExact: Bool { directions == nil }

  /// The most points of a front whose hypervolume is computed exactly: about a second of one core.
  ///
  /// Any number up to four objectives; the time grows steeply with each further one, and from nine on there is no exact value.
  public static func exactLimit(objectives: Int) -> Int {
    switch objectives {
    case ...4: Int.max
    case 5: 20_000
    case 6: 5000
    case 7: 1500
    case 8: 500
    default: 0
    }
  }

  /// Exact where that takes about a second at most, otherwise an estimate.
  ///
  /// - Parameters:
  ///   - costs: `costs[j][row]`, smaller is better; dominated points do no harm.
  ///   - reference: one number per objective.
  ///   - seed: of the random directions; equal seeds give equal estimates.
  ///   - directions: how many, where it is estimated; the error falls with their root.
  public init(_ costs: [[Double]], reference: [Double], seed: UInt64, directions: Int = 100_000) {
    precondition(costs.count == reference.count, "one reference coordinate per objective")
    let all = (costs.first ?? []).indices
    let inside = all.filter { row in costs.indices.allSatisfy { costs[$0][row] < reference[$0] } }
    let counting = costs.map { column in inside.map { column[$0] } }
    let front = NonDominated.firstFront(counting)
    let kept = counting.map { column in front.map { column[$0] } }
    if front.count <= Self.exactLimit(objectives: costs.count) {
      self.init(value: hypervolume(kept, reference: reference), error: 0, directions: nil)
    } else {
      self.init(estimating: kept, reference: reference, directions: directions, seed: seed)
    }
  }

  /// For the log of a search: exact up to a twentieth of the points that a report takes exactly, else from 10,000 directions, always the
  /// same ones, so that values of one search follow each other.
  init(following costs: [[Double]], reference: [Double]) {
    let count = costs.first?.count ?? 0
    if Double(count) <= Double(Self.exactLimit(objectives: costs.count)) / 20 {
      self.init(value: hypervolume(costs, reference: reference), error: 0, directions: nil)
    } else {
      self.init(estimating: costs, reference: reference, directions: 10_000, seed: 0)
    }
  }

  /// A Monte Carlo estimate from random directions.
  ///
  /// In polar coordinates around the reference point the dominated region reaches as far as r(u) = max over points of min over j
  /// of side_j / u_j in direction u, so its volume is the mean of r(u)^m over directions uniform on the positive part of the unit sphere,
  /// times the volume of that part of the unit ball, pi^(m/2) / (2^m Gamma(m/2 + 1)) (Deng and Zhang, "Approximating hypervolume and
  /// hypervolume contributions using polar coordinate", 2019). Sides are scaled to the largest of each objective first, so that
  /// no objective rules the directions. Unbiased; the error is 1.96 standard errors of the mean.
  public init(
    estimating costs: [[Double]], reference: [Double], directions: Int = 100_000, seed: UInt64
  ) {
    precondition(directions > 1)
    let all = (costs.first ?? []).indices
    let inside = all.filter { row in costs.indices.allSatisfy { costs[$0][row] < reference[$0] } }
    guard !inside.isEmpty else {
      self.init(value: 0, error: 0, directions: directions)
      return
    }
    let m = costs.count
    let largest = costs.indices.map { j in inside.map { reference[j] - costs[j][$0] }.max()! }
    // Point after point, so that one direction runs through memory in order.
    let sides = inside.flatMap { row in (0..<m).map { (reference[$0] - costs[$0][row]) / largest[$0] } }
    var stream = RandomStream(seed: seed, purpose: .analysis)
    var (mean, squares) = (0.0, 0.0)
    var inverse = [Double](repeating: 0, count: m)
    for k in 1...directions {
      Self.drawInverseDirection(&inverse, &stream)
      let power = Foundation.pow(Self.reach(sides, inverse), Double(m))
      // Welford 1962.
      let change = power - mean
      mean += change / Double(k)
      squares += change * (power - mean)
    }
    let n = Double(directions)
    let scale = largest.reduce(Self.orthant(m)) { $0 * $1 }
    let error = 1.96 * scale * (squares / (n - 1) / n).squareRoot()
    self.init(value: scale * mean, error: error, directions: directions)
  }

  private init(value: Double, error: Double, directions: Int?) {
    (self.value, self.error, self.directions) = (value, error, directions)
  }

  /// The volume of the part of the m-dimensional unit ball where no coordinate is negative.
  private static func orthant(_ m: Int) -> Double {
    let half = Double(m) / 2
    return Foundation.exp(half * Foundation.log(.pi) - Double(m) * Foundation.log(2) - lgamma(half + 1))
  }

  /// 1 / u of a direction u uniform on the positive part of the unit sphere.
  private static func drawInverseDirection(_ inverse: inout [Double], _ stream: inout RandomStream) {
    var squares = 0.0
    for j in inverse.indices {
      inverse[j] = abs(stream.normal())
      squares += inverse[j] * inverse[j]
    }
    let length = squares.squareRoot()
    for j in inverse.indices { inverse[j] = length / inverse[j] }
  }

  /// How far the union of boxes reaches: the farthest of their own reaches, each as far as its nearest side.
  private static func reach(_ sides: [Double], _ inverse: [Double]) -> Double {
    let m = inverse.count
    var farthest = 0.0
    sides.withUnsafeBufferPointer { sides in
      inverse.withUnsafeBufferPointer { inverse in
        var at = 0
        while at < sides.count {
          var nearest = Double.infinity
          for j in 0..<m {
            let side = sides[at + j] * inverse[j]
            nearest = side < nearest ? side : nearest
          }
          farthest = nearest > farthest ? nearest : farthest
          at += m
        }
      }
    }
    return farthest
  }
}
