import Foundation

/// How well numbers were predicted. Rows where the true value is unknown (NaN) do not count; what cannot be computed is NaN.
public struct RegressionScores: Sendable, Equatable {
  /// Rows that count.
  public private(set) var count = 0
  /// Root mean squared error divided by the range of the true values; NaN where they do not vary.
  public private(set) var nrmse = Double.nan
  /// 1 - sum of squared errors / sum of squared distances from the mean; NaN where the true values do not vary.
  public private(set) var r2 = Double.nan
  /// Spearman's rank correlation, ties at their mean rank; NaN where one side does not vary.
  public private(set) var spearman = Double.nan
  /// Share of true values inside the central 50 % and 90 % of the predicted normal distribution; NaN without variances.
  public private(set) var coverage50 = Double.nan
  public private(set) var coverage90 = Double.nan
  /// Root mean square of error / predicted standard deviation: 1 is calibrated, more is overconfident.
  public private(set) var standardisedResidual = Double.nan

  /// - Parameter variance: of every prediction; nil for a model that does not know it.
  public init(truth: [Double], predicted: [Double], variance: [Double]? = nil) {
    let rows = truth.indices.filter { truth[$0].isFinite && predicted[$0].isFinite }
    count = rows.count
    guard count > 0 else { return }
    let (y, f) = (rows.map { truth[$0] }, rows.map { predicted[$0] })
    // In units of the range, so that 1e300 squared is no infinity.
    let (low, high) = (y.min()!, y.max()!)
    let range = high - low
    if range > 0 && range.isFinite {
      let errors = zip(y, f).map { ($1 - $0) / range }
      let mean = y.reduce(0) { $0 + ($1 - low) / range } / Double(count)
      let squared = errors.reduce(0) { $0 + $1 * $1 }
      nrmse = (squared / Double(count)).squareRoot()
      r2 = 1 - squared / y.reduce(0) { $0 + pow(($1 - low) / range - mean, 2) }
    }
    spearman = correlation(ranks(y), ranks(f))
    if let variance { calibrate(y, f, rows.map { variance[$0] }) }
  }

  private mutating func calibrate(_ y: [Double], _ f: [Double], _ variance: [Double]) {
    let residuals = y.indices.map { i -> Double in
      let error = abs(y[i] - f[i])
      return error == 0 ? 0 : error / max(variance[i], 0).squareRoot()
    }
    // Quantiles of the standard normal distribution at 0.75 and 0.95.
    coverage50 = Double(residuals.count { $0 <= 0.674_489_750_196_081_7 }) / Double(y.count)
    coverage90 = Double(residuals.count { $0 <= 1.644_853_626_951_472_2 }) / Double(y.count)
    standardisedResidual = (residuals.reduce(0) { $0 + $1 * $1 } / Double(y.count)).squareRoot()
  }
}

/// How well yes/no answers were predicted. Rows where the answer is unknown (NaN) do not count; what cannot be computed is NaN.
public struct ClassificationScores: Sendable, Equatable {
  /// Rows that count.
  public private(set) var count = 0
  /// Share of answers that are yes.
  public private(set) var rate = Double.nan
  /// Share of rows whose more probable answer is the true one; a probability of exactly one half means yes.
  public private(set) var accuracy = Double.nan
  /// 2 TP / (2 TP + FP + FN), of yes; NaN where yes is neither predicted nor true.
  public private(set) var f1 = Double.nan
  /// Mean squared distance of the probability from 0 or 1 (Brier 1950).
  public private(set) var brier = Double.nan
  /// Mean of -ln(probability of the true answer), probabilities held 1e-15 away from 0.
  public private(set) var logLoss = Double.nan
  /// Expected calibration error: mean distance between predicted probability and observed share over ten equal bins of the
  /// probability, weighted by their rows (Naeini, Cooper, Hauskrecht 2015).
  public private(set) var calibrationError = Double.nan

  /// - Parameters:
  ///   - truth: 1, 0 or NaN.
  ///   - probability: of 1.
  public init(truth: [Double], probability: [Double]) {
    let rows = truth.indices.filter { truth[$0].isFinite && probability[$0].isFinite }
    count = rows.count
    guard count > 0 else { return }
    let n = Double(count)
    var (yes, right, truePositive, wrong) = (0.0, 0.0, 0.0, 0.0)
    var (squares, logs) = (0.0, 0.0)
    var bins = Array(repeating: (probability: 0.0, yes: 0.0), count: 10)
    for row in rows {
      let (y, p) = (truth[row], probability[row])
      let guess = p >= 0.5 ? 1.0 : 0
      yes += y
      right += guess == y ? 1 : 0
      wrong += guess == y ? 0 : 1
      truePositive += guess * y
      squares += (p - y) * (p - y)
      logs -= Foundation.log(max(y == 1 ? p : 1 - p, 1e-15))
      let bin = min(Int(p * 10), 9)
      bins[bin].probability += p
      bins[bin].yes += y
    }
    (rate, accuracy, brier, logLoss) = (yes / n, right / n, squares / n, logs / n)
    if truePositive + wrong > 0 { f1 = 2 * truePositive / (2 * truePositive + wrong) }
    calibrationError = bins.reduce(0) { $0 + abs($1.probability - $1.yes) } / n
  }
}

/// Ranks from 1, ties at their mean.
func ranks(_ values: [Double]) -> [Double] {
  let order = values.indices.sorted { values[$0] < values[$1] }
  var result = Array(repeating: 0.0, count: values.count)
  var first = 0
  while first < order.count {
    var last = first
    while last + 1 < order.count, values[order[last + 1]] == values[order[first]] { last += 1 }
    for at in first...last { result[order[at]] = Double(first + last) / 2 + 1 }
    first = last + 1
  }
  return result
}

/// Pearson's correlation; NaN where one side does not vary.
func correlation(_ a: [Double], _ b: [Double]) -> Double {
  let n = Double(a.count)
  let (meanA, meanB) = (a.reduce(0, +) / n, b.reduce(0, +) / n)
  var (ab, aa, bb) = (0.0, 0.0, 0.0)
  for (x, y) in zip(a, b) {
    ab += (x - meanA) * (y - meanB)
    aa += (x - meanA) * (x - meanA)
    bb += (y - meanB) * (y - meanB)
  }
  return aa > 0 && bb > 0 ? ab / (aa * bb).squareRoot() : .nan
}
