/// By how much a point is expected to improve a front, as its worth in a search.
protocol Improvement: Sendable {
  /// At one point: means and (positive) standard deviations of the objectives. Derivatives are those of the logarithm.
  func evaluate(mean: [Double], deviation: [Double]) -> ImprovementValue
}

struct ImprovementValue {
  /// ln of the expected improvement; minus infinity where there is none.
  var log = -Double.infinity
  var byMean: [Double]
  var byDeviation: [Double]
}

extension Improvement {
  /// The value alone.
  func logValue(mean: [Double], deviation: [Double]) -> Double {
    evaluate(mean: mean, deviation: deviation).log
  }
}

/// Exact up to four objectives; with more there are too many boxes, and directions are taken.
func expectedImprovement(front: [[Double]], reference: [Double]) -> any Improvement {
  reference.count <= 4
    ? ExpectedImprovement(front: front, reference: reference)
    : DirectionalImprovement(front: front, reference: reference)
}
