/// Normal samples of predicted outputs at some points, and what the composed formulas are over them.
struct OutputSamples {
  /// Of one formula, over the finite samples at every point.
  struct Moments {
    var mean: [Double] = []
    var variance: [Double] = []
    /// How many samples were finite; 0 leaves the mean at 0.
    var count: [Int] = []

    var definedMean: [Double] { zip(mean, count).filter { $1 > 0 }.map(\.0) }
  }

  let rows: Int
  /// Per part of the composition; empty where there is none.
  private(set) var moments: [Moments] = []
  private let composite: CompositePrediction
  /// Parameters and outputs, sample after sample in one long column each.
  private let columns: [String: [Double]]
  /// Standard deviation of every output; nil where the surrogate knows no variance, which leaves one sample.
  private let deviation: [[Double]]?
  private let samples: Int
  private var values: [[Double]] = []

  init(
    _ composite: CompositePrediction, _ prediction: Prediction, _ parameters: [String: [Double]], rows: Int
  ) {
    self.rows = rows
    self.composite = composite
    let spread = prediction.variance?.map { $0.map { max($0, 0).squareRoot() } }
    let samples = spread == nil ? 1 : composite.draws.count
    var columns = parameters.mapValues { Array(repeatElement($0, count: samples).joined()) }
    for (k, name) in composite.outputs.enumerated() {
      var column: [Double] = []
      column.reserveCapacity(rows * samples)
      for s in 0..<samples {
        if let spread {
          for i in 0..<rows {
            column.append(prediction.mean[k][i] + spread[k][i] * composite.draws[s][k])
          }
        } else {
          column += prediction.mean[k]
        }
      }
      columns[name] = column
    }
    (deviation, self.samples, self.columns) = (spread, samples, columns)
    for part in composite.parts {
      // Objectives and margins read parameters and learned outputs only, which are all here.
      let own = part.map { part in
        try! part.formula.evaluate(rows: rows * samples) { columns[$0] }[0].map { part.sign * $0 }
      }
      values.append(own ?? [])
      moments.append(own.map(moments(of:)) ?? Moments())
    }
  }

  private func moments(of values: [Double]) -> Moments {
    let zeros = Array(repeating: 0.0, count: rows)
    var result = Moments(mean: zeros, variance: zeros, count: Array(repeating: 0, count: rows))
    for at in values.indices where values[at].isFinite {
      result.mean[at % rows] += values[at]
      result.count[at % rows] += 1
    }
    for i in 0..<rows where result.count[i] > 0 { result.mean[i] /= Double(result.count[i]) }
    for at in values.indices where values[at].isFinite {
      let i = at % rows
      let distance = values[at] - result.mean[i]
      result.variance[i] += distance * distance / Double(result.count[i])
    }
    return result
  }

  /// Adds what derivatives with respect to mean and variance of a formula mean for the predicted outputs (`result`) and for the
  /// parameters that the formula reads itself (`own`, by place in the unit cube).
  ///
  /// mean = sum v / S and variance = sum (v - mean)^2 / S, where v = formula(mean + deviation * draw).
  func addSeeds(
    _ place: Int, _ byMean: [Double], _ byVariance: [Double], _ relaxed: RelaxedPoints,
    _ result: inout PredictionSeeds, _ own: inout Matrix
  ) {
    let part = composite.parts[place]!
    let (values, moments) = (values[place], moments[place])
    let seeds = values.indices.map { at -> Double in
      let i = at % rows
      guard values[at].isFinite else { return 0 }
      return part.sign * (byMean[i] + 2 * byVariance[i] * (values[at] - moments.mean[i]))
        / Double(moments.count[i])
    }
    let gradient = try! part.formula.gradient(rows: values.count, seeds: [seeds]) { columns[$0] }
    for (input, slope) in zip(part.formula.inputs, gradient.inputs) {
      if let k = composite.outputs.firstIndex(of: input) {
        for at in slope.indices where slope[at].isFinite {
          let (s, i) = (at / rows, at % rows)
          result.mean[k][i] += slope[at]
          if let deviation, deviation[k][i] > 0 {
            result.variance[k][i] += slope[at] * composite.draws[s][k] / (2 * deviation[k][i])
          }
        }
      } else if let j = relaxed.names.firstIndex(of: input) {
        for at in slope.indices where slope[at].isFinite {
          own[at % rows, j] += slope[at] * relaxed.slopes[j][at % rows]
        }
      }
    }
  }
}
