import Foundation

/// By what the next points are chosen from a surrogate's predictions.
public enum Acquisition: String, Codable, Sendable, CaseIterable {
  /// Expected hypervolume improvement times the probability of being feasible.
  case ehvi
  /// Hypervolume improvement of a hopeful point, two standard deviations below the prediction, times the probability of being feasible.
  case ucb
  /// The same for a point drawn from the prediction: one normal number per objective and chosen point, the same for all candidates.
  case thompson
  /// Of the predicted front, the points farthest from the evaluated front and from each other; needs no uncertainty.
  case crowding
}

/// What a candidate is worth while no feasible point is known: either, in turns.
enum Descent: Sendable {
  /// ln of the probability of being feasible: it is drawn to where little is known.
  case probability
  /// How close the predicted means come to feasible, with margins in units of these scales (one per constraint): where all that is
  /// feasible is a thin region, probabilities are next to nothing everywhere, and this goes downhill all the same.
  case violation(scales: [Double])
}

/// What a candidate is worth: the logarithm of expected hypervolume improvement times probability of feasibility, with its derivatives
/// by the predictions.
///
/// While no feasible point is known, a `Descent` alone, so that the search first descends on the constraints.
struct AcquisitionFunction: Sendable {
  /// What ln of the probability of being feasible is multiplied by; 1 is the expected improvement, more avoids risks.
  private let caution: Double
  /// Nil while no feasible point is known.
  private let improvement: (any Improvement)?
  /// Standard deviations that the mean is moved by, per objective.
  private let shift: [Double]
  private let usesVariance: Bool
  /// Smallest standard deviation per objective: smooths the improvement where a surrogate is certain or knows no variance.
  private let floor: [Double]
  private let descent: Descent

  /// - Parameters:
  ///   - front: costs of the feasible front and of the points already chosen, `front[k][row]`.
  ///   - scale: width of the front in every objective.
  ///   - draw: one standard normal number per objective, for `thompson`.
  init(
    _ kind: Acquisition, front: [[Double]]?, reference: [Double], scale: [Double], draw: [Double],
    caution: Double = 1, descent: Descent = .probability
  ) {
    self.descent = descent
    self.caution = front == nil ? 1 : caution
    improvement = front.map { expectedImprovement(front: $0, reference: reference) }
    switch kind {
    case .ehvi, .crowding: (shift, usesVariance) = (reference.map { _ in 0 }, true)
    case .ucb: (shift, usesVariance) = (reference.map { _ in -2 }, false)
    case .thompson: (shift, usesVariance) = (draw, false)
    }
    floor = scale.map { 1e-4 * $0 + 1e-300 }
  }

  /// ln of the worth of every row.
  func values(_ prediction: ProblemPrediction) -> [Double] {
    let feasible = prediction.logFeasibility
    guard let improvement else {
      guard case .violation(let scales) = descent else { return feasible }
      return Closeness(prediction, scales).values
    }
    return feasible.indices.map { row in
      let (mean, deviation, _) = moments(prediction, row)
      return caution * feasible[row] + improvement.logValue(mean: mean, deviation: deviation)
    }
  }

  /// The same with derivatives.
  func seeds(_ prediction: ProblemPrediction) -> (values: [Double], seeds: ProblemSeeds) {
    var values = prediction.logFeasibility.map { caution * $0 }
    var seeds = ProblemSeeds(count: values.count)
    // d ln p / d ln(p / (1 - p)) = 1 - p.
    seeds.logOdds = prediction.logOdds.map { $0.map { caution * logistic(-$0) } }
    seeds.success = prediction.success.map { caution * logistic(-$0) }
    guard let improvement else {
      guard case .violation(let scales) = descent else { return (values, seeds) }
      let closeness = Closeness(prediction, scales)
      return (closeness.values, closeness.seeds(prediction, scales))
    }
    seeds.costs = prediction.costs
    seeds.costVariance = prediction.costVariance ?? []
    for row in values.indices {
      let (mean, deviation, raw) = moments(prediction, row)
      let value = improvement.evaluate(mean: mean, deviation: deviation)
      values[row] += value.log
      for k in mean.indices {
        seeds.costs[k][row] = value.byMean[k]
        guard prediction.costVariance != nil else { continue }
        // s = sqrt(v + floor^2), and the mean moves by shift * sqrt(v).
        let byRaw =
          shift[k] * value.byMean[k] + (usesVariance ? value.byDeviation[k] * raw[k] / deviation[k] : 0)
        seeds.costVariance[k][row] = raw[k] > 1e-12 * floor[k] ? byRaw / (2 * raw[k]) : 0
      }
    }
    return (values, seeds)
  }

  private func moments(_ prediction: ProblemPrediction, _ row: Int) -> (
    mean: [Double], deviation: [Double], raw: [Double]
  ) {
    let raw = prediction.costs.indices.map { k in
      max(prediction.costVariance?[k][row] ?? 0, 0).squareRoot()
    }
    let mean = prediction.costs.indices.map { prediction.costs[$0][row] + shift[$0] * raw[$0] }
    let deviation = floor.indices.map {
      usesVariance ? (raw[$0] * raw[$0] + floor[$0] * floor[$0]).squareRoot() : floor[$0]
    }
    return (mean, deviation, raw)
  }
}

/// Minus ln of the root of the sum of squared predicted violations and 0.001 squared; among points that are feasible by all means the
/// probability decides.
///
/// A margin's violation is its mean below 0 over the scale; that of a label without margin, or of success, is -ln p.
private struct Closeness {
  let values: [Double]
  private let sums: [Double]
  private static let share = 0.1

  init(_ prediction: ProblemPrediction, _ scales: [Double]) {
    let feasibility = prediction.logFeasibility
    var sums = feasibility.map { _ in 1e-6 }
    for j in prediction.logOdds.indices {
      for row in sums.indices {
        let violation = Closeness.violation(prediction, j, scales[j], row)
        sums[row] += violation * violation
      }
    }
    for row in prediction.success.indices {
      let violation = softplus(-prediction.success[row])
      sums[row] += violation * violation
    }
    self.sums = sums
    values = zip(sums, feasibility).map { -0.5 * log($0) + Closeness.share * max($1, -50) }
  }

  private static func violation(_ prediction: ProblemPrediction, _ j: Int, _ scale: Double, _ row: Int)
    -> Double
  {
    prediction.margins[j].isEmpty
      ? softplus(-prediction.logOdds[j][row]) : max(-prediction.margins[j][row] / scale, 0)
  }

  func seeds(_ prediction: ProblemPrediction, _ scales: [Double]) -> ProblemSeeds {
    var seeds = ProblemSeeds(count: sums.count)
    let shares = prediction.logFeasibility.map { $0 > -50 ? Closeness.share : 0 }
    seeds.margins = prediction.margins.map { $0.map { _ in 0 } }
    seeds.logOdds = prediction.logOdds.map { zip($0, shares).map { $1 * logistic(-$0) } }
    seeds.success = zip(prediction.success, shares).map { $1 * logistic(-$0) }
    for j in prediction.logOdds.indices {
      for row in sums.indices {
        let violation = Closeness.violation(prediction, j, scales[j], row)
        guard violation > 0 else { continue }
        if prediction.margins[j].isEmpty {
          seeds.logOdds[j][row] += violation / sums[row] * logistic(-prediction.logOdds[j][row])
        } else {
          seeds.margins[j][row] = violation / sums[row] / scales[j]
        }
      }
    }
    for row in prediction.success.indices {
      seeds.success[row] +=
        softplus(-prediction.success[row]) / sums[row] * logistic(-prediction.success[row])
    }
    return seeds
  }
}

extension ProblemPrediction {
  /// ln of the probability that all constraints are satisfied and the simulation succeeds, taken as independent.
  var logFeasibility: [Double] {
    let rows = costs.first?.count ?? logOdds.first?.count ?? success.count
    return (0..<rows).map { row in
      logOdds.reduce(success.isEmpty ? 0 : -softplus(-success[row])) { $0 - softplus(-$1[row]) }
    }
  }
}
