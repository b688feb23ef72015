import Foundation

/// How a target's values become numbers near [-1, 1] for a network, and back.
///
/// Plain standardisation, t = (y - centre) / spread, unless a few values are far from all others: then t = asinh of that (with a
/// robust centre and spread), which is linear near the centre and logarithmic in the tails, so that they neither decide the fit
/// nor overflow.
struct TargetScale: Codable, Hashable, Sendable {
  let centre: Double
  /// Larger than 0.
  let spread: Double
  let isCompressed: Bool
  /// The range of t in training, somewhat widened: predictions of compressed targets stay inside, so that they stay finite.
  let lower: Double
  let upper: Double

  /// Values further than this many robust deviations from the median make a target's tail "far".
  static let farTail = 50.0

  /// - Parameter values: NaN where unknown.
  init(_ values: [Double]) {
    let known = values.filter { !$0.isNaN }.sorted()
    guard let first = known.first, let last = known.last, last > first else {
      (centre, spread, isCompressed, lower, upper) = (known.first ?? 0, 1, false, -1, 1)
      return
    }
    // In units of the largest magnitude, so that 1e300 squares too.
    let unit = max(abs(first), abs(last))
    let scaled = known.map { $0 / unit }
    let median = scaled[scaled.count / 2]
    let deviations = scaled.map { abs($0 - median) }.sorted()
    let typical = max(1.4826 * deviations[deviations.count / 2], 1e-300)
    isCompressed = deviations[deviations.count - 1] > TargetScale.farTail * typical
    if isCompressed {
      // Half of the values equal: take the mean deviation of the others.
      let others = deviations.filter { $0 > 1e-12 }
      let scale = typical > 1e-12 ? typical : max(others[others.count / 2], 1e-300)
      (centre, spread) = (median * unit, max(scale * unit, .leastNormalMagnitude))
    } else {
      let mean = scaled.reduce(0, +) / Double(scaled.count)
      let variance = scaled.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(scaled.count)
      (centre, spread) = (mean * unit, max(variance.squareRoot() * unit, .leastNormalMagnitude))
    }
    let (c, s, compressed) = (centre, spread, isCompressed)
    let ends = [first, last].map { compressed ? asinh(($0 - c) / s) : ($0 - c) / s }
    let slack = 0.1 * (ends[1] - ends[0])
    (lower, upper) = (ends[0] - slack, ends[1] + slack)
  }

  func scaled(_ y: Double) -> Double {
    let t = y / spread - centre / spread
    return isCompressed ? asinh(t) : t
  }

  /// y, and its first and second derivatives with respect to t.
  func restored(_ t: Double) -> (value: Double, slope: Double, curvature: Double) {
    guard isCompressed else { return (centre + spread * t, spread, 0) }
    let inside = min(max(t, lower), upper)
    let value = centre + spread * sinh(inside)
    // Finite whatever the data were.
    let finite = min(max(value, -Double.greatestFiniteMagnitude), .greatestFiniteMagnitude)
    if inside != t { return (finite, 0, 0) }
    return (finite, spread * cosh(t), spread * sinh(t))
  }
}
