import Foundation

/// Which columns share a length scale, and what is believed of them before any data.
///
/// The prior is lognormal with median exp(sqrt 2) sqrt(d) and deviation sqrt 3 of the logarithm, d the number of length scales
/// (Hvarfner, Hellsten and Nardi, "Vanilla Bayesian optimization performs great in high dimensions", ICML 2024): distances grow
/// with sqrt(d), and with few points and many parameters it keeps the likelihood from explaining them all by noise or by
/// one parameter. It is wide: at the sizes where data speak it costs a few tenths of a nat.
struct LengthScales {
  /// Group of each column; nil for columns that never change in the data.
  let group: [Int?]
  let count: Int
  let prior: (mean: Double, variance: Double)

  static let bounds = (lower: log(1e-2), upper: log(1e3))

  init(features: [TrainingSet.Feature], inputs: Matrix) {
    var number: [TrainingSet.Feature: Int] = [:]
    var count = 0
    group = features.indices.map { j in
      let changes = inputs.rows > 0 && (1..<max(inputs.rows, 1)).contains { inputs[$0, j] != inputs[0, j] }
      guard changes else { return nil }
      // The labels of a categorical parameter share one.
      var key = features[j]
      if case .category(let parameter, _) = key { key = .category(parameter: parameter, label: 0) }
      if let known = number[key] { return known }
      number[key] = count
      count += 1
      return count - 1
    }
    self.count = count
    prior = (2.0.squareRoot() + 0.5 * log(Double(max(count, 1))), 3)
  }

  /// One length scale a column from the logarithms of the groups'.
  func columns(_ logarithms: ArraySlice<Double>) -> [Double] {
    group.map { exp($0.map { logarithms[logarithms.startIndex + $0] } ?? prior.mean) }
  }

  /// Sums a gradient by columns over groups.
  func groups(_ gradient: [Double]) -> [Double] {
    var result = [Double](repeating: 0, count: count)
    for (j, value) in gradient.enumerated() { if let g = group[j] { result[g] += value } }
    return result
  }

  /// Logarithms of the groups' length scales, given the columns'.
  func logarithms(_ columns: [Double]) -> [Double] {
    var result = [Double](repeating: prior.mean, count: count)
    for (j, value) in columns.enumerated() { if let g = group[j] { result[g] = log(value) } }
    return result
  }

  /// Log density up to a constant, and its gradient.
  func logPrior(_ logarithms: ArraySlice<Double>) -> (value: Double, gradient: [Double]) {
    let deviations = logarithms.map { $0 - prior.mean }
    return (
      -deviations.reduce(0) { $0 + $1 * $1 } / (2 * prior.variance), deviations.map { -$0 / prior.variance }
    )
  }
}
