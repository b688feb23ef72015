import Foundation

/// An increasing map from a target's values to numbers of mean 0 and deviation 1 on which a model is easier to fit, and back.
///
/// Expensive simulations give squared errors, rates and margins that span decades, and now and then an absurd value. A map is
/// one of the shapes below, followed where values lie far outside the quartiles by a compression of the tails that is
/// linear within and doubly logarithmic beyond (a winsorisation that can be undone).
public struct TargetTransform: Codable, Hashable, Sendable {
  public enum Shape: String, Codable, Sendable, CaseIterable {
    case identity
    /// Sign-preserving square root, smooth at 0.
    case root
    /// Natural logarithm, of positive values only.
    case log
  }

  public let shape: Shape
  /// Whether values beyond `fence` robust deviations are compressed.
  public let hasTails: Bool
  /// Where the root turns from linear to square root.
  private let offset: Double
  /// Median and deviation (from the quartiles) of the shaped values.
  private let middle: Double
  private let spread: Double
  /// Mean and deviation of what comes out.
  private let center: Double
  private let scale: Double
  /// Range of the training values after transformation: beyond it the way back is continued by its tangent, which keeps
  /// extrapolation finite.
  private let range: ClosedRange<Double>

  /// Robust deviations up to which nothing is compressed: Tukey's "far out" fences are at 4.7 of them.
  private static let fence = 5.0

  /// - Parameter values: finite, at least one; positive for `log`.
  public init(_ shape: Shape, tails: Bool = false, fitting values: [Double]) {
    precondition(!values.isEmpty && values.allSatisfy(\.isFinite))
    self.shape = shape
    hasTails = tails
    let magnitudes = values.map(abs).sorted()
    let typical = magnitudes[magnitudes.count / 2]
    offset = max(1e-3 * (typical > 0 ? typical : magnitudes.last!), Double.leastNormalMagnitude)
    let shaped = values.map { [offset] in Self.shaped($0, shape, offset) }
    let sorted = shaped.sorted()
    let (mean, deviation) = Self.moments(shaped)
    let quartiles = 0.5 * sorted[3 * (sorted.count - 1) / 4] - 0.5 * sorted[(sorted.count - 1) / 4]
    middle = tails ? sorted[sorted.count / 2] : mean
    spread = tails && quartiles > 0 ? quartiles / 0.6745 : (deviation > 0 ? deviation : 1)
    let reduced = shaped.map { [middle, spread] in Self.reduced($0, middle, spread, tails) }
    let outcome = Self.moments(reduced)
    center = outcome.mean
    scale = outcome.deviation > 0 ? outcome.deviation : 1
    let final = reduced.map { [center, scale] in ($0 - center) / scale }
    range = final.min()!...final.max()!
  }

  /// What is worth trying for the values: finite ones are looked at.
  public static func candidates(for values: [Double]) -> [TargetTransform] {
    let known = values.filter(\.isFinite)
    guard let least = known.min(), let largest = known.max(), least < largest else { return [] }
    var shapes: [Shape] = [.identity, .root]
    if least > 0 && largest / least > 5 { shapes.append(.log) }
    return shapes.flatMap { shape -> [TargetTransform] in
      let plain = TargetTransform(shape, fitting: known)
      let compressed = TargetTransform(shape, tails: true, fitting: known)
      return known.contains { compressed.isFar($0) } ? [plain, compressed] : [plain]
    }
  }

  /// The candidate under which the values look most like a sample of a normal distribution (Box and Cox 1964: the likelihood with
  /// the map's Jacobian); nil for values that are all the same. For models without a likelihood of their own.
  public static func mostNormal(_ values: [Double]) -> TargetTransform? {
    let known = values.filter(\.isFinite)
    // All have variance 1 after transformation, so that only the Jacobians differ.
    return candidates(for: known).max { $0.logJacobian(known) < $1.logJacobian(known) }
  }

  public func callAsFunction(_ value: Double) -> Double {
    (Self.reduced(Self.shaped(value, shape, offset), middle, spread, hasTails) - center) / scale
  }

  /// The way back (but for compressed tails), and its slope; finite for every finite number.
  public func inverse(_ transformed: Double) -> (value: Double, slope: Double) {
    let t = shape == .identity ? transformed : min(max(transformed, range.lowerBound), range.upperBound)
    let b = middle + spread * (center + scale * t)
    var slope = scale * spread
    var value = b
    switch shape {
    case .identity: break
    case .root:
      let r = abs(b) + offset.squareRoot()
      value = (b < 0 ? -1 : 1) * abs(b) * (r + offset.squareRoot())
      slope *= 2 * r
    case .log:
      value = exp(b)
      slope *= value
    }
    value = Self.finite(value)
    slope = Self.finite(slope)
    return (Self.finite(value + slope * (transformed - t)), slope)
  }

  /// Sum of the logarithms of the map's slope at the values: what turns a density of transformed values into one of
  /// values.
  public func logJacobian(_ values: [Double]) -> Double {
    values.reduce(0) { sum, value in
      let b = Self.shaped(value, shape, offset)
      var logSlope = -Foundation.log(spread) - Foundation.log(scale)
      switch shape {
      case .identity: break
      case .root: logSlope -= Foundation.log(2) + 0.5 * Foundation.log(abs(value) + offset)
      case .log: logSlope -= b
      }
      let excess = abs(b / spread - middle / spread) - Self.fence
      if hasTails, excess > 0 {
        let first = log1p(min(excess, 1e300))
        logSlope -= first + log1p(first)
      }
      return sum + logSlope
    }
  }

  /// Whether the value's distance to the median is compressed.
  func isFar(_ value: Double) -> Bool {
    abs(Self.shaped(value, shape, offset) / spread - middle / spread) > Self.fence
  }

  private static func shaped(_ value: Double, _ shape: Shape, _ offset: Double) -> Double {
    switch shape {
    case .identity: value
    case .root:
      (value < 0 ? -1 : 1) * abs(value) / ((abs(value) + offset).squareRoot() + offset.squareRoot())
    case .log: Foundation.log(max(value, Double.leastNormalMagnitude))
    }
  }

  private static func reduced(_ b: Double, _ middle: Double, _ spread: Double, _ tails: Bool) -> Double {
    let u = min(max(b / spread - middle / spread, -1e300), 1e300)
    guard tails, abs(u) > fence else { return u }
    let compressed = fence + log1p(log1p(abs(u) - fence))
    return u < 0 ? -compressed : compressed
  }

  /// Without overflow for values up to the largest double.
  static func moments(_ values: [Double]) -> (mean: Double, deviation: Double) {
    let largest = values.reduce(0) { max($0, abs($1)) }
    guard largest > 0 else { return (0, 0) }
    let n = Double(values.count)
    let mean = values.reduce(0) { $0 + $1 / largest } / n
    let square = values.reduce(0) { $0 + ($1 / largest - mean) * ($1 / largest - mean) } / n
    // The mean of equal values is them up to rounding.
    return (mean * largest, square.squareRoot() < 1e-14 ? 0 : square.squareRoot() * largest)
  }

  static func finite(_ value: Double) -> Double {
    value.isNaN ? 0 : min(max(value, -Double.greatestFiniteMagnitude), Double.greatestFiniteMagnitude)
  }
}

extension TargetTransform {
  /// Moments of a value whose transform is normal with given mean and variance, and their derivatives by both.
  public struct Moments: Sendable {
    public var mean: Double
    public var variance: Double
    public var meanByMean: Double
    public var meanByVariance: Double
    public var varianceByMean: Double
    public var varianceByVariance: Double
  }

  /// Exact for the identity; otherwise by Gauss-Hermite quadrature with seven nodes.
  public func moments(mean m: Double, variance v: Double) -> Moments {
    if shape == .identity {
      let factor = scale * spread
      let square = Self.finite(factor * factor)
      return Moments(
        mean: Self.finite(middle + spread * (center + scale * m)), variance: Self.finite(square * v),
        meanByMean: factor, meanByVariance: 0, varianceByMean: 0, varianceByVariance: square)
    }
    // What is added keeps the derivatives by the variance from cancelling to nothing where it is 0.
    let deviation = (v + 1e-12).squareRoot()
    let nodes = zip(Self.nodes, Self.nodeWeights).map { node, weight in
      (node, weight, inverse(m + deviation * node))
    }
    // Relative to one of them, since squares of large values overflow.
    let origin = inverse(m).value
    let unit = nodes.reduce(Double.leastNormalMagnitude) { max($0, abs(Self.finite($1.2.value - origin))) }
    var (first, second, byMean, byDeviation) = (0.0, 0.0, 0.0, 0.0)
    var (secondByMean, secondByDeviation) = (0.0, 0.0)
    for (node, weight, y) in nodes {
      let (x, slope) = (Self.finite(y.value - origin) / unit, Self.finite(y.slope / unit))
      first += weight * x
      second += weight * x * x
      byMean += weight * slope
      byDeviation += weight * slope * node
      secondByMean += 2 * weight * x * slope
      secondByDeviation += 2 * weight * x * slope * node
    }
    let perVariance = 1 / (2 * deviation)
    let square = Self.finite(unit * unit)
    return Moments(
      mean: Self.finite(origin + unit * first),
      variance: Self.finite(max(second - first * first, 0) * square),
      meanByMean: Self.finite(unit * byMean), meanByVariance: Self.finite(unit * byDeviation * perVariance),
      varianceByMean: Self.finite(square * (secondByMean - 2 * first * byMean)),
      varianceByVariance: Self.finite(square * (secondByDeviation - 2 * first * byDeviation) * perVariance))
  }

  /// Roots of the seventh Hermite polynomial for the weight exp(-x^2/2), and their weights (Abramowitz and Stegun, table
  /// 25.10, rescaled).
  private static let nodes = [
    -3.750439717725742, -2.366759410734541, -1.154405394739968, 0, 1.154405394739968, 2.366759410734541,
    3.750439717725742,
  ]
  private static let nodeWeights = [
    0.0005482688559722184, 0.03075712396758645, 0.24012317860501265, 0.4571428571428571, 0.24012317860501265,
    0.03075712396758645, 0.0005482688559722184,
  ]
}
