import Foundation

/// Weights (at least 0, sum 1) of several predictors whose weighted sum has the smallest squared error: stacking (Breiman 1996).
///
/// As the weights add up to 1, the error of the sum is the weighted sum of the errors e_m, and its square w' G w with
/// G_ab = e_a . e_b. Minimised exactly over one pair of weights after another until nothing moves; equal weights to start with, so
/// that predictors that are the same share.
///
/// - Parameter errors: `errors[part][row]` of held-out predictions.
func leastSquaresWeights(_ errors: [[Double]], parts: Int) -> [Double] {
  guard let rows = errors.first?.count, rows > 0 else { return firstOnly(parts) }
  // In units of the largest error, so that nothing overflows.
  let scale = errors.flatMap { $0 }.reduce(0) { max($0, abs($1)) }
  guard scale > 0 else { return firstOnly(parts) }
  let scaled = errors.map { $0.map { $0 / scale } }
  let gram = scaled.map { a in scaled.map { b in zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } } }
  var weights = Array(repeating: 1 / Double(parts), count: parts)
  for _ in 0..<1000 {
    var moved = 0.0
    for a in 0..<parts {
      for b in 0..<a {
        // Moving t from b to a changes w' G w by 2 t (g_a - g_b) + t^2 (G_aa - 2 G_ab + G_bb), g = G w.
        let slope = (0..<parts).reduce(0.0) { $0 + (gram[a][$1] - gram[b][$1]) * weights[$1] }
        let curvature = gram[a][a] - 2 * gram[a][b] + gram[b][b]
        guard curvature > 0 else { continue }
        let move = min(max(-slope / curvature, -weights[a]), weights[b])
        weights[a] += move
        weights[b] -= move
        moved = max(moved, abs(move))
      }
    }
    if moved < 1e-9 { break }
  }
  return weights
}

/// Weights (at least 0, sum 1) of log odds whose weighted sum has the smallest log loss, by exponentiated gradient descent
/// (Kivinen and Warmuth 1997); the loss is convex in them.
///
/// - Parameters:
///   - logOdds: `logOdds[part][row]` of held-out predictions.
///   - truth: 1 or 0.
func logLossWeights(_ logOdds: [[Double]], truth: [Double]) -> [Double] {
  guard let rows = logOdds.first?.count, rows > 0 else { return firstOnly(max(logOdds.count, 1)) }
  let parts = logOdds.count
  var weights = Array(repeating: 1 / Double(parts), count: parts)
  for _ in 0..<300 {
    var slopes = Array(repeating: 0.0, count: parts)
    for i in 0..<rows {
      let odds = (0..<parts).reduce(0.0) { $0 + weights[$1] * logOdds[$1][i] }
      let error = logistic(odds) - truth[i]
      for part in 0..<parts { slopes[part] += error * logOdds[part][i] / Double(rows) }
    }
    // Steps measured by the largest slope, so that log odds of any size are followed.
    let size = slopes.reduce(0) { max($0, abs($1)) }
    guard size > 1e-12 else { break }
    let rate = min(1, 0.3 / size)
    weights = zip(weights, slopes).map { $0 * exp(-rate * $1) }
    let sum = weights.reduce(0, +)
    weights = weights.map { $0 / sum }
  }
  return weights
}

/// Per row, the squared error of the weighted sum.
func squaredErrors(_ errors: [[Double]], _ weights: [Double]) -> [Double] {
  errors[0].indices.map { i in
    let sum = weights.indices.reduce(0.0) { $0 + weights[$1] * errors[$1][i] }
    return sum * sum
  }
}

/// Per row, -ln of the probability of the true answer under the weighted log odds.
func logLosses(_ logOdds: [[Double]], _ truth: [Double], _ weights: [Double]) -> [Double] {
  truth.indices.map { i in
    let odds = weights.indices.reduce(0.0) { $0 + weights[$1] * logOdds[$1][i] }
    // ln(1 + exp(-odds)) for yes, ln(1 + exp(odds)) for no.
    let wrong = truth[i] == 1 ? -odds : odds
    return max(wrong, 0) + log1p(exp(-abs(wrong)))
  }
}

/// The weights, or the best predictor alone unless they beat it clearly: by two standard errors of the mean gain per row. Held-out
/// errors are of models that saw less data, and a blend must not be worse than its best part for a trifle.
///
/// - Parameter losses: of every held-out row, under some weights.
func unlessOneIsEnough(_ weights: [Double], losses: ([Double]) -> [Double]) -> [Double] {
  let singles = weights.indices.map { k in losses(weights.indices.map { $0 == k ? 1 : 0 }) }
  let means = singles.map(mean)
  guard let best = means.indices.min(by: { means[$0] < means[$1] }), !singles[best].isEmpty else {
    return weights
  }
  let alone = weights.indices.map { $0 == best ? 1.0 : 0 }
  return isClearlyBetter(losses(weights), than: singles[best]) ? weights : alone
}

/// Whether the mean gain per row is more than two of its standard errors.
func isClearlyBetter(_ losses: [Double], than others: [Double]) -> Bool {
  let gains = zip(others, losses).map { $0 - $1 }
  let error = (variance(gains, unbiased: true) / Double(max(gains.count, 1))).squareRoot()
  return mean(gains) > 2 * error
}

/// Weights of log odds for several labels: those that serve all labels together best, and a label's own where they are clearly better.
///
/// A label's own weights rest on few rows of its rarer answer; measured on eight labels and 200 to 1000 points, choosing label by label
/// loses to the common weights, which are as good as the best single model everywhere.
///
/// - Parameters:
///   - logOdds: `logOdds[j][part][row]` of held-out predictions of label j.
///   - truth: `truth[j][row]`: 1 or 0.
func commonWeights(_ logOdds: [[[Double]]], truth: [[Double]], parts: Int) -> [[Double]] {
  let all = (0..<parts).map { part in logOdds.flatMap { $0.isEmpty ? [] : $0[part] } }
  let common = logLossWeights(all, truth: truth.flatMap { $0 })
  return logOdds.indices.map { j in
    guard let first = logOdds[j].first, !first.isEmpty else { return common }
    let own = logLossWeights(logOdds[j], truth: truth[j])
    let isBetter = isClearlyBetter(
      logLosses(logOdds[j], truth[j], own), than: logLosses(logOdds[j], truth[j], common))
    return isBetter ? own : common
  }
}

private func firstOnly(_ parts: Int) -> [Double] { (0..<parts).map { $0 == 0 ? 1 : 0 } }
