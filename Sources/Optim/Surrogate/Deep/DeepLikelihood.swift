import Foundation

/// What a head's moments at samples of the hidden units say about known values: terms of the objective and their derivatives.
///
/// Moments come sample after sample, `rows` each. Unknown values (NaN) count nothing. Labels have the probit likelihood,
/// p(1 | f) = Phi(f).
struct DeepLikelihood {
  /// Known values of one head; 0 or 1 for labels.
  let values: [Double]
  let isLabel: Bool
  /// Noise variance of a target.
  let noise: Double

  struct Terms: Sendable {
    var value = 0.0
    var byMean: [Double]
    var byVariance: [Double]
    /// By the logarithm of the noise variance.
    var byNoise = 0.0
    /// By the logarithms of the samples' weights, as if these were independent.
    var byWeight: [Double]
  }

  /// sum_i sum_s weight_s E_q ln p(y_i | f_is): the variational bound's (Salimbeni and Deisenroth, "Doubly stochastic variational inference
  /// for deep Gaussian processes", 2017, eq. 15). Exact for numbers; Gauss-Hermite quadrature for labels.
  func bound(_ mean: [Double], _ variance: [Double], logWeights: [Double]) -> Terms {
    let n = values.count
    var terms = Terms(
      byMean: Array(repeating: 0, count: mean.count), byVariance: Array(repeating: 0, count: mean.count),
      byWeight: Array(repeating: 0, count: logWeights.count))
    for (s, logWeight) in logWeights.enumerated() {
      let weight = exp(logWeight)
      for i in 0..<n where values[i].isFinite {
        let at = s * n + i
        let (value, slope, curvature) =
          isLabel
          ? Self.probit(values[i], mean[at], variance[at]) : normal(values[i], mean[at], variance[at])
        terms.value += weight * value
        terms.byMean[at] = weight * slope
        terms.byVariance[at] = -0.5 * weight * curvature
        terms.byWeight[s] += weight * value
        if !isLabel {
          let error = values[i] - mean[at]
          terms.byNoise += weight * 0.5 * ((error * error + variance[at]) / noise - 1)
        }
      }
    }
    return terms
  }

  private func normal(_ value: Double, _ mean: Double, _ variance: Double) -> (Double, Double, Double) {
    let error = value - mean
    return (
      -0.5 * (log(2 * .pi * noise) + (error * error + variance) / noise), error / noise, 1 / noise
    )
  }

  /// Expectations of ln Phi(±f), and of its first and minus second derivative, over a normal f.
  static func probit(_ label: Double, _ mean: Double, _ variance: Double) -> (Double, Double, Double) {
    let (sign, deviation) = (2 * label - 1, variance.squareRoot())
    var (value, slope, curvature) = (0.0, 0.0, 0.0)
    for (node, weight) in LogisticExpectations.quadrature {
      let z = sign * (mean + deviation * node)
      let term = normalLogProbability(z)
      value += weight * term.value
      slope += weight * sign * term.slope
      curvature += weight * max(term.slope * (term.slope + z), 0)
    }
    return (value, slope, curvature)
  }

  /// sum_i ln sum_s weight_s p(y_i | mean_is, variance_is): the predictive density of a deep sigma point process (Jankowiak, Pleiss and
  /// Gardner, "Deep sigma point processes", 2020, eq. 12). Closed form for both likelihoods.
  func density(_ mean: [Double], _ variance: [Double], logWeights: [Double]) -> Terms {
    let (n, count) = (values.count, logWeights.count)
    var terms = Terms(
      byMean: Array(repeating: 0, count: mean.count), byVariance: Array(repeating: 0, count: mean.count),
      byWeight: Array(repeating: 0, count: count))
    var logs = [Double](repeating: 0, count: count)
    var slopes = [(mean: Double, variance: Double)](repeating: (0, 0), count: count)
    for i in 0..<n where values[i].isFinite {
      for s in 0..<count {
        let (value, byMean, byVariance) = single(values[i], mean[s * n + i], variance[s * n + i])
        logs[s] = logWeights[s] + value
        slopes[s] = (byMean, byVariance)
      }
      let sum = logSum(logs)
      terms.value += sum
      for s in 0..<count {
        let share = exp(logs[s] - sum)
        terms.byMean[s * n + i] = share * slopes[s].mean
        terms.byVariance[s * n + i] = share * slopes[s].variance
        terms.byWeight[s] += share
        if !isLabel { terms.byNoise += share * slopes[s].variance * noise }
      }
    }
    return terms
  }

  /// ln p(value | mean, variance) and its derivatives.
  private func single(_ value: Double, _ mean: Double, _ variance: Double) -> (Double, Double, Double) {
    if isLabel {
      let (sign, deviation) = (2 * value - 1, (1 + variance).squareRoot())
      let z = sign * mean / deviation
      let term = normalLogProbability(z)
      return (term.value, term.slope * sign / deviation, -0.5 * term.slope * z / (1 + variance))
    }
    let total = variance + noise
    let error = value - mean
    let square = error * error / total
    return (-0.5 * (log(2 * .pi * total) + square), error / total, 0.5 * (square - 1) / total)
  }
}
