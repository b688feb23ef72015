import Foundation

/// How much of what the trunks add to the direct part is believed, for one target: mean = direct + sum of shares * additions.
///
/// Trunks overfit before they learn; so their share of each output is fitted to rows that they have not seen.
struct TargetBlend: Codable, Hashable, Sendable {
  /// Of each trunk, 0 to 1.
  var shares: [Double]

  /// A share below this is not worth a network's evaluation.
  static let negligible = 0.03

  /// Least squares with a weak pull to 0, by coordinate descent.
  ///
  /// - Parameters:
  ///   - residuals: of the direct part at held-back rows; NaN where unknown.
  ///   - additions: `additions[trunk][row]`.
  /// - Returns: the blend and its sum of squared errors.
  static func fit(residuals: [Double], additions: [[Double]]) -> (blend: TargetBlend, error: Double) {
    let rows = residuals.indices.filter { !residuals[$0].isNaN }
    var left = rows.map { residuals[$0] }
    var shares = [Double](repeating: 0, count: additions.count)
    let noise = left.reduce(0) { $0 + $1 * $1 } / Double(max(left.count, 1))
    for _ in 0..<20 {
      for (t, addition) in additions.enumerated() {
        var (product, square) = (0.0, 2 * noise)
        for (n, row) in rows.enumerated() {
          product += (left[n] + shares[t] * addition[row]) * addition[row]
          square += addition[row] * addition[row]
        }
        let others = shares.reduce(0, +) - shares[t]
        let share = min(max(square > 0 ? product / square : 0, 0), 1 - others)
        for (n, row) in rows.enumerated() { left[n] += (shares[t] - share) * addition[row] }
        shares[t] = share
      }
    }
    let error = left.reduce(0) { $0 + $1 * $1 }
    return (TargetBlend(shares: shares.map { $0 < negligible ? 0 : $0 }), error)
  }
}

/// The same for a label's log odds: logit = base * direct + sum of shares * additions + margin * (what the predicted margin says).
struct LabelBlend: Codable, Hashable, Sendable {
  var base: Double
  var shares: [Double]
  var margin: Double

  /// Weights before any evidence; a margin says as much as the label's own head.
  static func prior(trunks: Int, hasMargin: Bool) -> LabelBlend {
    LabelBlend(base: 1, shares: Array(repeating: 0, count: trunks), margin: hasMargin ? 0.7 : 0)
  }

  var weights: [Double] { [base, margin] + shares }

  /// Maximum likelihood with normal priors of deviation 1/2 (1 for shares) about `prior`, weights within [0, 2] (shares [0, 1]), by
  /// golden-section search along one weight after the other.
  static func fit(
    labels: [Double], direct: [Double], margins: [Double]?, additions: [[Double]]
  ) -> (blend: LabelBlend, crossEntropy: Double) {
    let rows = labels.indices.filter { !labels[$0].isNaN }
    let prior = prior(trunks: additions.count, hasMargin: margins != nil).weights
    let columns =
      [rows.map { direct[$0] }, rows.map { margins?[$0] ?? 0 }] + additions.map { a in rows.map { a[$0] } }
    let known = rows.map { labels[$0] }
    var weights = prior
    var logits = known.indices.map { n in zip(weights, columns).reduce(0) { $0 + $1.0 * $1.1[n] } }
    func loss(_ logits: [Double]) -> Double {
      zip(logits, known).reduce(0) { $0 + log1p(exp(-abs($1.0))) + max($1.0, 0) - $1.1 * $1.0 }
    }
    if known.contains(0) && known.contains(1) {
      for _ in 0..<3 {
        for c in weights.indices where c != 1 || margins != nil {
          let (old, column) = (weights[c], columns[c])
          let stiffness = c < 2 ? 2.0 : 0.5
          let best = goldenMinimum(0, c < 2 ? 2 : 1) { w in
            loss(known.indices.map { logits[$0] + (w - old) * column[$0] })
              + stiffness * (w - prior[c]) * (w - prior[c])
          }
          weights[c] = best
          for n in logits.indices { logits[n] += (best - old) * column[n] }
        }
      }
    }
    let shares = weights[2...].map { $0 < TargetBlend.negligible ? 0 : $0 }
    return (LabelBlend(base: weights[0], shares: shares, margin: weights[1]), loss(logits))
  }
}

/// The place of the smallest value of a convex function on [lower, upper], to 1/500 of the range.
private func goldenMinimum(_ lower: Double, _ upper: Double, _ f: (Double) -> Double) -> Double {
  let ratio = (5.0.squareRoot() - 1) / 2
  var (a, b) = (lower, upper)
  var (c, d) = (b - ratio * (b - a), a + ratio * (b - a))
  var (fc, fd) = (f(c), f(d))
  for _ in 0..<13 {
    if fc < fd {
      (b, d, fd) = (d, c, fc)
      c = b - ratio * (b - a)
      fc = f(c)
    } else {
      (a, c, fc) = (c, d, fd)
      d = a + ratio * (b - a)
      fd = f(d)
    }
  }
  return (a + b) / 2
}
