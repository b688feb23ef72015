import Foundation

/// What a trace descends, as a number per row with its derivatives with respect to predictions.
///
/// **Objectives.** The volume of the box between the point and the reference, prod_k max(r - g_k, 0), r = 1.1, of costs
/// normalised so that g = 0 is the best and g = 1 the worst value on the known front (Gressmann et al. 2026 divide by the
/// nadir, which is the same for costs whose ideal is 0). Outside the box it is 0 and flat, so the loss is its logarithm with a
/// softened maximum:
///
///     L = -sum_k ln s(r - g_k),   s(t) = w ln(1 + exp(t / w)),   w = 0.05
///
/// Inside, s(t) is t and L is -ln volume, which has the same direction of ascent; outside, L grows in proportion to the distance, so
/// that there is a slope everywhere.
///
/// **Constraints.** Focal cross-entropy of every probability p against 1, -(1 - p)^2 ln p (Lin et al. 2017), which looks at what is
/// not satisfied yet, plus the hinge max(0, 0.01 - m) of every predicted margin, in units of the margin's observed range. The 0.01
/// carries a trace past the threshold.
///
/// Beyond log odds of -6 a constraint with a margin counts by its hinge alone. The loss is then convex in margins: of two violated
/// constraints the one that is further out has the same slope as the other, and is not given up for it.
///
/// Constraints that parameters alone decide take part in both, by their exact margins.
struct TraceLoss: Sendable {
  static let reference = 1.1
  private static let softness = 0.05
  private static let slack = 0.01
  private static let focus = 2.0
  private static let largestOdds = 6.0

  private let ideal: [Double]
  private let width: [Double]
  private let marginScales: [Double]
  private let isKnown: [Bool]

  /// - Parameters:
  ///   - front: `front[k][row]`: costs of the known front; the ranges that costs are normalised by.
  ///   - marginScales: widths that margins are divided by.
  init(_ problem: Problem, front: [[Double]], marginScales: [Double]) {
    ideal = front.map { $0.min() ?? 0 }
    width = front.map { column in
      guard let low = column.min(), let high = column.max() else { return 1 }
      // One point, or an objective that is the same everywhere: its own size.
      return high > low ? high - low : max(abs(high), 1e-12)
    }
    self.marginScales = marginScales
    isKnown = problem.constraints.map(problem.isKnownBefore)
  }

  /// Loss and seeds of the objective's part.
  func objective(_ prediction: ProblemPrediction, count: Int) -> (loss: [Double], seeds: ProblemSeeds) {
    var loss = Array(repeating: 0.0, count: count)
    var seeds = ProblemSeeds(count: count)
    for (k, cost) in prediction.costs.enumerated() {
      var slopes = loss
      for i in 0..<count {
        let t = (Self.reference - (cost[i] - ideal[k]) / width[k]) / Self.softness
        // ln(1 + exp(t)) for either sign; its derivative is 1 / (1 + exp(-t)).
        let soft = max(t, 0) + log1p(exp(-abs(t)))
        let logSoft = t < -30 ? t : log(soft)
        loss[i] -= logSoft + log(Self.softness)
        let slope = t < -30 ? 1 : logistic(t) / soft
        slopes[i] = slope / (Self.softness * width[k])
      }
      seeds.costs.append(slopes)
    }
    addHinges(prediction, &loss, &seeds) { isKnown[$0] }
    return (loss, seeds)
  }

  /// Loss and seeds of the constraints' part.
  func constraint(_ prediction: ProblemPrediction, count: Int) -> (loss: [Double], seeds: ProblemSeeds) {
    var loss = Array(repeating: 0.0, count: count)
    var seeds = ProblemSeeds(count: count)
    for (j, odds) in prediction.logOdds.enumerated() {
      let hasHinge = !prediction.margins[j].isEmpty
      seeds.logOdds.append(isKnown[j] ? [] : Self.addFocal(odds, hasHinge: hasHinge, &loss))
    }
    if !prediction.success.isEmpty {
      seeds.success = Self.addFocal(prediction.success, hasHinge: false, &loss)
    }
    addHinges(prediction, &loss, &seeds) { _ in true }
    return (loss, seeds)
  }

  /// Adds the focal loss of log odds; returns its derivatives: (1 - p)^2 (2 p ln p - (1 - p)).
  ///
  /// Log odds are cut at -6 and 6: those of a margin that is known precisely go into the millions, and would leave every other
  /// constraint without a say. Without a margin there is no hinge to go on with, and below -6 their logarithm counts.
  private static func addFocal(_ logOdds: [Double], hasHinge: Bool, _ loss: inout [Double]) -> [Double] {
    logOdds.indices.map { i in
      let excess = max(abs(logOdds[i]) - largestOdds, 0)
      let isCut = excess > 0 && (hasHinge || logOdds[i] > 0)
      let beyond = isCut ? 0 : log1p(excess)
      let odds = min(max(logOdds[i], -largestOdds), largestOdds) - beyond
      let (p, miss) = (logistic(odds), logistic(-odds))
      let logP = min(odds, 0) - log1p(exp(-abs(odds)))
      let weight = pow(miss, focus)
      loss[i] -= weight * logP
      return isCut ? 0 : weight * (focus * p * logP - miss) / (1 + excess)
    }
  }

  private func addHinges(
    _ prediction: ProblemPrediction, _ loss: inout [Double], _ seeds: inout ProblemSeeds,
    where isWanted: (Int) -> Bool
  ) {
    for (j, margin) in prediction.margins.enumerated() {
      guard isWanted(j), !margin.isEmpty else {
        seeds.margins.append([])
        continue
      }
      let scale = marginScales[j]
      seeds.margins.append(
        margin.indices.map { i in
          let short = Self.slack - margin[i] / scale
          guard short > 0 else { return 0 }
          loss[i] += short
          return -1 / scale
        })
    }
  }
}
