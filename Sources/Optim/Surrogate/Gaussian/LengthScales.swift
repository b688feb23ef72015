import Foundation

/// Which columns share a length scale, and what is believed of them before any data.
///
/// The prior is lognormal with a median proportional to sqrt(d), d the number of length scales, since distances grow so (Hvarfner,
/// Hellsten and Nardi, "Vanilla Bayesian optimization performs great in high dimensions", ICML 2024, with a median of 4.1
/// sqrt(d)): with few points and many parameters it keeps the likelihood from explaining everything by noise or by one
/// parameter. Its variance is 5, so wide that the likelihood reached is that of pure maximum likelihood to a fraction of a nat,
/// and N / 20 where there are many points, so that they always have the last word.
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
    prior = (0.3 + 0.5 * log(Double(max(count, 1))), max(5, Double(inputs.rows) / 20))
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
