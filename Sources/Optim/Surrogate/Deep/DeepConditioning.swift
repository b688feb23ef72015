import Foundation

/// The best beliefs of a network's heads on all data, given all else and the network's sites: in closed form for numbers, by a few
/// natural-gradient steps for labels. Rows are worked on in blocks, so that memory does not grow with their number.
struct DeepConditioning {
  let inputs: Matrix
  /// As in `DeepObjective`.
  let values: [[Double]]
  /// Whether the noise of numbers takes its best value, too.
  var fitsNoise = true

  private static let labelPasses = 5

  /// The network with those beliefs; nil where a covariance is not positive definite. Beliefs of heads that fail stay.
  func conditioned(_ network: DeepNetwork) -> DeepNetwork? {
    guard let prepared = PreparedNetwork(network) else { return nil }
    var result = network
    for (k, sums) in sums(prepared, targets: true).enumerated() where network.heads[k].logNoise != nil {
      result.heads[k] = settled(network.heads[k], sums)
    }
    guard network.heads.contains(where: { $0.logNoise == nil }) else { return result }
    for _ in 0..<Self.labelPasses {
      guard let prepared = PreparedNetwork(result) else { return nil }
      for (k, sums) in sums(prepared, targets: false).enumerated() where network.heads[k].logNoise == nil {
        _ = sums.belief.settle(&result.heads[k].process)
      }
    }
    return result
  }

  /// Of one head over all rows; curvature 1 for numbers, whose noise is chosen afterwards.
  private struct Sums: Sendable {
    /// Without the prior's identity where the curvature is 1, and both without the noise.
    var belief: SparseClassifier.Belief
    var squares = 0.0
    var trace = 0.0
    var count = 0
  }

  private func sums(_ prepared: PreparedNetwork, targets: Bool) -> [Sums] {
    let network = prepared.network
    let weights = network.logWeights.map { exp($0) }
    var result = network.heads.map { Sums(belief: SparseClassifier.Belief(order: $0.process.order)) }
    for first in stride(from: 0, to: inputs.rows, by: DeepSurrogate.block) {
      let rows = Array(first..<min(first + DeepSurrogate.block, inputs.rows))
      let batch = inputs.subset(rows)
      let pass = prepared.hiddenPass(batch, withSlopes: false)
      let layer = prepared.layerInputs(pass, deviations: prepared.siteDeviations(rows: rows.count))
      let earlier = result
      result = parallelMap(network.heads.count) { k in
        guard (network.heads[k].logNoise != nil) == targets else { return earlier[k] }
        return added(earlier[k], prepared, k, rows, layer, network.heads[k].trend(batch), weights)
      }
    }
    return result
  }

  private func added(
    _ earlier: Sums, _ prepared: PreparedNetwork, _ k: Int, _ rows: [Int], _ layer: Matrix, _ trend: [Double],
    _ weights: [Double]
  ) -> Sums {
    var sums = earlier
    let (head, n) = (prepared.network.heads[k], rows.count)
    let pass = prepared.heads[k].forward(layer, withSlopes: false)
    var curvature = [Double](repeating: 0, count: pass.count)
    var linear = curvature
    for i in 0..<n {
      let value = values[k][rows[i]]
      guard value.isFinite else { continue }
      sums.count += 1
      if head.logNoise != nil { sums.squares += (value - trend[i]) * (value - trend[i]) }
      for (s, weight) in weights.enumerated() {
        let at = s * n + i
        if head.logNoise != nil {
          (curvature[at], linear[at]) = (weight, weight * (value - trend[i]))
        } else {
          let (_, slope, second) = DeepLikelihood.probit(value, pass.mean[at] + trend[i], pass.variance[at])
          (curvature[at], linear[at]) = (weight * second, weight * (slope + second * pass.mean[at]))
        }
      }
    }
    let norms = BLAS.rowDots(pass.count, head.process.order, pass.w, pass.w)
    sums.trace += zip(curvature, norms).reduce(0) { $0 + $1.0 * $1.1 }
    sums.belief.add(
      pass.w, rows: pass.count, curvature: curvature, linear: linear, signal: exp(head.process.logSignal))
    return sums
  }

  /// The best belief and noise of a target's head: with A = sum_is weight w w', the bound is
  /// -n/2 ln(2 pi noise) - (y'y + s (n - tr A)) / (2 noise) + b'P^-1 b / 2 - ln det P / 2, P = I + s A / noise, b = sqrt(s) sum y w / noise.
  private func settled(_ head: DeepNetwork.Head, _ sums: Sums) -> DeepNetwork.Head {
    guard sums.count > 0, let start = head.logNoise else { return head }
    let m = head.process.order
    let signal = exp(head.process.logSignal)
    let left = signal * max(Double(sums.count) - sums.trace, 0)
    func belief(_ logNoise: Double) -> SparseClassifier.Belief {
      var belief = sums.belief
      let inverse = exp(-logNoise)
      for i in 0..<m {
        belief.precision[i * m + i] -= 1
        for j in 0...i { belief.precision[i * m + j] *= inverse }
        belief.precision[i * m + i] += 1
        belief.linear[i] *= inverse
      }
      return belief
    }
    func bound(_ logNoise: Double) -> Double? {
      let belief = belief(logNoise)
      guard let factor = Cholesky(belief.precision, order: m) else { return nil }
      let value =
        -0.5 * Double(sums.count) * (log(2 * .pi) + logNoise) - 0.5 * (sums.squares + left) * exp(-logNoise)
        + 0.5 * BLAS.dot(belief.linear, factor.solve(belief.linear)) - 0.5 * factor.logDeterminant
      return value.isFinite ? value : nil
    }
    var best = (x: start, value: bound(start) ?? -.infinity)
    var step = fitsNoise || best.value == -.infinity ? log(10.0) : 0
    while step > 0.1 {
      let next = [best.x - step, best.x + step].map { min(max($0, DeepNetwork.leastLogNoise), log(1e2)) }
        .compactMap { x in bound(x).map { (x: x, value: $0) } }.first { $0.value > best.value + 1e-6 }
      if let next { best = next } else { step /= 3 }
    }
    var result = head
    guard belief(best.x).settle(&result.process) else { return head }
    result.logNoise = best.x
    return result
  }
}
