import Foundation

/// Two layers of Gaussian processes: hidden units h_u(x) = trend_u(x) + process_u(x), and a head for every target and label,
/// head(x) = trend(x) + process([x, h(x)]).
///
/// The heads see the parameters beside the hidden units (input-connected: Duvenaud, Rippel, Adams and Ghahramani, "Avoiding pathologies in very
/// deep networks", 2014), so that nothing is lost where hidden units are few.
struct DeepNetwork: Codable, Hashable, Sendable {
  struct Unit: Codable, Hashable, Sendable {
    var process: InducedProcess
    var trend: LinearFunction
  }

  struct Head: Codable, Hashable, Sendable {
    var process: InducedProcess
    /// Of the parameters.
    var trend: LinearFunction
    /// Logarithm of the noise variance; nil for a label, whose probability is Phi(head).
    var logNoise: Double?

    var noise: Double { logNoise.map { exp($0) } ?? 1 }
  }

  var hidden: [Unit]
  var heads: [Head]
  /// Where the hidden units are looked at, in standard deviations from their means: sites x units.
  var sites: Matrix
  /// Logarithms of the sites' weights, up to a constant.
  var logits: [Double]

  /// Logarithms of weights that add up to 1.
  var logWeights: [Double] {
    let sum = logSum(logits)
    return logits.map { $0 - sum }
  }
}

/// A network with its factors, ready to be asked.
struct PreparedNetwork: Sendable {
  let network: DeepNetwork
  let hidden: [PreparedProcess]
  let heads: [PreparedProcess]

  /// - Returns: nil where the covariance of inducing points is not positive definite.
  init?(_ network: DeepNetwork) {
    self.network = network
    let processes = network.hidden.map(\.process) + network.heads.map(\.process)
    let prepared = parallelMap(processes.count) { PreparedProcess(processes[$0]) }
    guard !prepared.contains(where: { $0 == nil }) else { return nil }
    hidden = prepared.prefix(network.hidden.count).map { $0! }
    heads = prepared.dropFirst(network.hidden.count).map { $0! }
  }

  /// Moments of the hidden units at some rows.
  struct HiddenPass: Sendable {
    let inputs: Matrix
    let passes: [PreparedProcess.Pass]
    /// By unit and row, trend included.
    let mean: [[Double]]
    let deviation: [[Double]]
  }

  func hiddenPass(_ inputs: Matrix, withSlopes: Bool) -> HiddenPass {
    let passes = parallelMap(hidden.count) { hidden[$0].forward(inputs, withSlopes: withSlopes) }
    let mean = zip(network.hidden, passes).map { unit, pass in
      zip(unit.trend(inputs), pass.mean).map { $0 + $1 }
    }
    return HiddenPass(
      inputs: inputs, passes: passes, mean: mean,
      deviation: passes.map { $0.variance.map { $0.squareRoot() } })
  }

  /// What the heads see: for each sample, a row [x, h] per row of the inputs.
  ///
  /// - Parameter deviations: samples x rows x units, in standard deviations.
  func layerInputs(_ pass: HiddenPass, deviations: [Double]) -> Matrix {
    let (n, d, units) = (pass.inputs.rows, pass.inputs.columns, hidden.count)
    let samples = deviations.count / max(n * units, 1)
    var values = [Double](repeating: 0, count: samples * n * (d + units))
    for s in 0..<samples {
      for i in 0..<n {
        let row = (s * n + i) * (d + units)
        for k in 0..<d { values[row + k] = pass.inputs.values[i * d + k] }
        for u in 0..<units {
          values[row + d + u] =
            pass.mean[u][i] + pass.deviation[u][i] * deviations[(s * n + i) * units + u]
        }
      }
    }
    return Matrix(rows: samples * n, columns: d + units, values: values)
  }

  /// The network's sites for so many rows, in the form of `layerInputs`.
  func siteDeviations(rows: Int) -> [Double] {
    let units = hidden.count
    return (0..<network.sites.rows).flatMap { s in
      (0..<rows).flatMap { _ in (0..<units).map { network.sites[s, $0] } }
    }
  }

  /// Derivatives by the hidden units' means and variances from those by what the heads see, by unit and row.
  func hiddenSeeds(_ pass: HiddenPass, byLayer: [Double], deviations: [Double]) -> (
    mean: [[Double]], variance: [[Double]]
  ) {
    let (n, d, units) = (pass.inputs.rows, pass.inputs.columns, hidden.count)
    var mean = [[Double]](repeating: Array(repeating: 0, count: n), count: units)
    var variance = mean
    for s in 0..<(deviations.count / max(n * units, 1)) {
      for i in 0..<n {
        for u in 0..<units {
          let slope = byLayer[(s * n + i) * (d + units) + d + u]
          mean[u][i] += slope
          variance[u][i] += slope * deviations[(s * n + i) * units + u] / (2 * pass.deviation[u][i])
        }
      }
    }
    return (mean, variance)
  }
}
