import Foundation

/// ln(Phi(z) / Phi(-z)) of the normal distribution function and its derivative: the log odds that a normal variable is positive
/// when its mean is z standard deviations. Exact in both tails, where Phi itself underflows or rounds to 1.
func normalLogOdds(_ z: Double) -> (value: Double, slope: Double) {
  let limited = min(max(z, -1e6), 1e6)
  let x = abs(limited)
  let (upper, hazard) = upperTail(x)
  // ln Phi(x) from the tail; its own hazard is the density itself but for x near 0.
  let lower = log1p(-exp(upper))
  let slope = hazard + exp(-0.5 * x * x - 0.5 * log(2 * .pi) - lower)
  return (limited < 0 ? upper - lower : lower - upper, limited == z ? slope : 0)
}

/// ln Phi(-x) and phi(x) / Phi(-x) for x >= 0.
private func upperTail(_ x: Double) -> (logProbability: Double, hazard: Double) {
  let logDensity = -0.5 * x * x - 0.5 * log(2 * .pi)
  if x < 20 {
    let logProbability = log(0.5 * erfc(x / 2.0.squareRoot()))
    return (logProbability, exp(logDensity - logProbability))
  }
  // Asymptotic series (Abramowitz and Stegun 26.2.12); what is left out is below 1e-9.
  let y = 1 / (x * x)
  let series = 1 - y * (1 - 3 * y * (1 - 5 * y * (1 - 7 * y)))
  return (logDensity - log(x) + log(series), x / series)
}

/// ln Phi(z) of the normal distribution function, and its derivative; exact in the lower tail.
func normalLogProbability(_ z: Double) -> (value: Double, slope: Double) {
  if z < 0 {
    let (value, hazard) = upperTail(min(-z, 1e6))
    return (value, hazard)
  }
  let value = log1p(-exp(upperTail(min(z, 1e6)).logProbability))
  return (value, exp(-0.5 * z * z - 0.5 * log(2 * .pi) - value))
}

/// ln(P / (1 - P)) of P = sum_s exp(logWeights_s) Phi(z_s), weights that add up to 1, and its derivatives by the z_s.
func mixtureLogOdds(_ logWeights: [Double], _ z: [Double]) -> (value: Double, slopes: [Double]) {
  let limited = z.map { min(max($0, -1e6), 1e6) }
  let (yes, no) = (limited.map { normalLogProbability($0) }, limited.map { normalLogProbability(-$0) })
  let (yesTerms, noTerms) = (
    zip(logWeights, yes).map { $0 + $1.value }, zip(logWeights, no).map { $0 + $1.value }
  )
  let (p, q) = (logSum(yesTerms), logSum(noTerms))
  let slopes = z.indices.map { s in
    limited[s] == z[s] ? exp(yesTerms[s] - p) * yes[s].slope + exp(noTerms[s] - q) * no[s].slope : 0
  }
  return (p - q, slopes)
}

/// ln sum exp.
func logSum(_ terms: [Double]) -> Double {
  let largest = terms.max() ?? 0
  return largest + log(terms.reduce(0) { $0 + exp($1 - largest) })
}
