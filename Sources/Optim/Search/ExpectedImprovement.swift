import Foundation

/// The logarithm of the expected hypervolume improvement over a front of a point whose objectives are independent normal numbers,
/// exact for any number of objectives.
///
/// With the non-dominated region cut into boxes [l, u], the improvement of a point y is the volume of what it dominates in them,
/// sum_b prod_k (u_bk - max(l_bk, y_k))+, whose expectation is sum_b prod_k (G_k(u_bk) - G_k(l_bk)) with
/// G_k(c) = E (c - Y_k)+ = s h((c - m) / s) (Emmerich, Deutz and Klinkenberg 2011; Yang et al. 2019). For one objective that is
/// the expected improvement. Everything is kept in logarithms, so that there is a slope to follow wherever the point starts.
struct ExpectedImprovement: Improvement {
  let boxes: NonDominatedBoxes

  init(front: [[Double]], reference: [Double]) {
    boxes = NonDominatedBoxes(front: front, reference: reference)
  }

  func evaluate(mean: [Double], deviation: [Double]) -> ImprovementValue {
    let tails = Tails(boxes.levels, mean, deviation)
    let (m, count) = (boxes.levels.count, boxes.count)
    var (logs, best) = ([Double](repeating: 0, count: count), -Double.infinity)
    for b in 0..<count {
      var sum = 0.0
      for k in 0..<m { sum += tails.logSide(k, boxes.lower[b * m + k], boxes.upper[b * m + k]) }
      logs[b] = sum
      best = max(best, sum)
    }
    let zeros = [Double](repeating: 0, count: m)
    guard best > -.infinity else { return ImprovementValue(byMean: zeros, byDeviation: zeros) }
    var total = 0.0
    for b in 0..<count {
      logs[b] = exp(logs[b] - best)
      total += logs[b]
    }
    var value = ImprovementValue(log: best + log(total), byMean: zeros, byDeviation: zeros)
    for b in 0..<count where logs[b] > 1e-12 * total {
      for k in 0..<m {
        tails.addSlopes(
          k, boxes.lower[b * m + k], boxes.upper[b * m + k], weight: logs[b] / total, to: &value)
      }
    }
    return value
  }

  /// ln G at every level, with its slopes.
  private struct Tails {
    private var logs: [[Double]] = []
    private var byMean: [[Double]] = []
    private var byDeviation: [[Double]] = []

    init(_ levels: [[Double]], _ mean: [Double], _ deviation: [Double]) {
      for k in levels.indices {
        let tails = levels[k].map { NormalTail(($0 - mean[k]) / deviation[k]) }
        let scale = log(deviation[k])
        logs.append(tails.map { scale + $0.logValue })
        byMean.append(tails.map { -$0.slope / deviation[k] })
        byDeviation.append(tails.map { $0.density / deviation[k] })
      }
    }

    /// ln (G(u) - G(l)).
    func logSide(_ k: Int, _ lower: Int, _ upper: Int) -> Double {
      let top = logs[k][upper]
      return lower < 0 ? top : top + logOneMinusExp(min(logs[k][lower] - top, 0))
    }

    func addSlopes(_ k: Int, _ lower: Int, _ upper: Int, weight: Double, to value: inout ImprovementValue) {
      // G(l) / G(u) = r: the logarithm of the side changes by (d ln G(u) - r d ln G(l)) / (1 - r).
      let r = lower < 0 ? 0 : exp(min(logs[k][lower] - logs[k][upper], 0))
      let share = weight / (1 - r)
      guard share.isFinite else { return }
      value.byMean[k] += share * (byMean[k][upper] - (lower < 0 ? 0 : r * byMean[k][lower]))
      value.byDeviation[k] += share * (byDeviation[k][upper] - (lower < 0 ? 0 : r * byDeviation[k][lower]))
    }
  }
}
