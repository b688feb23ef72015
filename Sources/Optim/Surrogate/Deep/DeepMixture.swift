import Foundation

/// What a network's heads say about some rows, site by site.
struct DeepMixture {
  private let prepared: PreparedNetwork
  private let hidden: PreparedNetwork.HiddenPass
  private let deviations: [Double]
  private let passes: [PreparedProcess.Pass]
  /// `means[head][site * rows + row]`, trends included.
  private let means: [[Double]]
  private let logWeights: [Double]
  private let weights: [Double]

  init(_ prepared: PreparedNetwork, _ inputs: Matrix, withSlopes: Bool) {
    self.prepared = prepared
    hidden = prepared.hiddenPass(inputs, withSlopes: withSlopes)
    deviations = prepared.siteDeviations(rows: inputs.rows)
    let layer = prepared.layerInputs(hidden, deviations: deviations)
    passes = parallelMap(prepared.heads.count) {
      prepared.heads[$0].forward(layer, withSlopes: withSlopes)
    }
    means = zip(prepared.network.heads, passes).map { head, pass in
      let trend = head.trend(inputs)
      return pass.mean.indices.map { pass.mean[$0] + trend[$0 % inputs.rows] }
    }
    logWeights = prepared.network.logWeights
    weights = logWeights.map { exp($0) }
  }

  var rows: Int { hidden.inputs.rows }
  var sites: Int { weights.count }
  /// Noise variance of a target's head.
  func noise(_ h: Int) -> Double { prepared.network.heads[h].noise }

  fileprivate func mean(_ h: Int, _ s: Int, _ i: Int) -> Double { means[h][s * rows + i] }
  fileprivate func variance(_ h: Int, _ s: Int, _ i: Int) -> Double { passes[h].variance[s * rows + i] }
  fileprivate func weight(_ s: Int) -> Double { weights[s] }

  /// Of the mixture.
  func moments(_ h: Int, _ i: Int) -> (mean: Double, variance: Double) {
    var total = 0.0
    for s in 0..<sites { total += weights[s] * mean(h, s, i) }
    var spread = 0.0
    for s in 0..<sites {
      let deviation = mean(h, s, i) - total
      spread += weights[s] * (variance(h, s, i) + deviation * deviation)
    }
    return (total, spread)
  }

  struct Odds {
    let value: Double
    /// By each site's mean and variance.
    let byMean: [Double]
    let byVariance: [Double]
  }

  /// ln odds that the head with some noise added exceeds a threshold.
  func logOdds(_ h: Int, _ i: Int, threshold: Double, noise: Double) -> Odds {
    let totals = (0..<sites).map { variance(h, $0, i) + noise }
    let z = (0..<sites).map { (mean(h, $0, i) - threshold) / totals[$0].squareRoot() }
    let (value, slopes) = mixtureLogOdds(logWeights, z)
    return Odds(
      value: value, byMean: (0..<sites).map { slopes[$0] / totals[$0].squareRoot() },
      byVariance: (0..<sites).map { -0.5 * slopes[$0] * z[$0] / totals[$0] })
  }

  /// Gradient by the inputs of a function whose derivatives by the heads' moments are given.
  func gradient(_ seeds: MixtureSeeds) -> Matrix {
    let (n, d, count) = (rows, hidden.inputs.columns, rows * sites)
    let width = d + prepared.hidden.count
    var byLayer = [Double](repeating: 0, count: count * width)
    var result = [Double](repeating: 0, count: n * d)
    let parts = parallelMap(passes.count) { h -> [Double]? in
      guard !seeds.byMean[h].isEmpty else { return nil }
      return prepared.heads[h].gradient(
        passes[h], byMean: seeds.byMean[h], byVariance: seeds.byVariance[h], withParameters: false
      ).inputs
    }
    for (h, part) in parts.enumerated() {
      guard let part else { continue }
      BLAS.add(part, times: 1, to: &byLayer)
      for at in 0..<count {
        for k in 0..<d {
          result[at % n * d + k] += seeds.byMean[h][at] * prepared.network.heads[h].trend.weights[k]
        }
      }
    }
    for at in 0..<count { for k in 0..<d { result[at % n * d + k] += byLayer[at * width + k] } }
    let units = prepared.hiddenSeeds(hidden, byLayer: byLayer, deviations: deviations)
    for u in prepared.hidden.indices {
      let own = prepared.hidden[u].gradient(
        hidden.passes[u], byMean: units.mean[u], byVariance: units.variance[u], withParameters: false
      ).inputs
      let trend = prepared.network.hidden[u].trend.weights
      for i in 0..<n { for k in 0..<d { result[i * d + k] += own[i * d + k] + units.mean[u][i] * trend[k] } }
    }
    return Matrix(rows: n, columns: d, values: result)
  }
}

/// Derivatives by the moments of each head, in the order of its pass; empty where there are none.
struct MixtureSeeds {
  var byMean: [[Double]]
  var byVariance: [[Double]]

  init(heads: Int) {
    byMean = Array(repeating: [], count: heads)
    byVariance = byMean
  }

  private mutating func prepare(_ mixture: DeepMixture, _ h: Int) {
    guard byMean[h].isEmpty else { return }
    byMean[h] = Array(repeating: 0, count: mixture.rows * mixture.sites)
    byVariance[h] = byMean[h]
  }

  /// By the mixture's mean and variance.
  mutating func add(_ mixture: DeepMixture, _ h: Int, _ i: Int, byMean: Double, byVariance: Double) {
    prepare(mixture, h)
    let (mean, variance) = (TargetTransform.finite(byMean), TargetTransform.finite(byVariance))
    let total = mixture.moments(h, i).mean
    for s in 0..<mixture.sites {
      let at = s * mixture.rows + i
      self.byMean[h][at] += mixture.weight(s) * (mean + 2 * variance * (mixture.mean(h, s, i) - total))
      self.byVariance[h][at] += mixture.weight(s) * variance
    }
  }

  mutating func add(_ mixture: DeepMixture, _ h: Int, _ i: Int, _ odds: DeepMixture.Odds, seed: Double) {
    prepare(mixture, h)
    for s in 0..<mixture.sites {
      let at = s * mixture.rows + i
      byMean[h][at] += seed * odds.byMean[s]
      byVariance[h][at] += seed * odds.byVariance[s]
    }
  }
}
