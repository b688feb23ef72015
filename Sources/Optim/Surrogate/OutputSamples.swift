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
    let read = Set(composite.parts.flatMap { $0?.formula.inputs ?? [] })
    var columns: [String: [Double]] = [:]
    for (name, column) in parameters where read.contains(name) {
      columns[name] = samples == 1 ? column : [Double](repeatElement(column, count: samples).joined())
    }
    for (k, name) in composite.outputs.enumerated() {
      var column: [Double] = []
      column.reserveCapacity(rows * samples)
      for s in 0..<samples {
        if let spread {
          let (mean, deviation, draw) = (prediction.mean[k], spread[k], composite.draws[s][k])
          for i in 0..<rows { column.append(mean[i] + deviation[i] * draw) }
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
        let values = try! part.formula.evaluate(rows: rows * samples) { columns[$0] }[0]
        return part.sign == 1 ? values : values.map { part.sign * $0 }
      }
      values.append(own ?? [])
      moments.append(own.map(moments(of:)) ?? Moments())
    }
  }

  private func moments(of values: [Double]) -> Moments {
    let zeros = Array(repeating: 0.0, count: rows)
    var (mean, variance) = (zeros, zeros)
    var count = Array(repeating: 0, count: rows)
    for s in 0..<samples {
      for i in 0..<rows where values[s * rows + i].isFinite {
        mean[i] += values[s * rows + i]
        count[i] += 1
      }
    }
    for i in 0..<rows where count[i] > 0 { mean[i] /= Double(count[i]) }
    for s in 0..<samples {
      for i in 0..<rows where values[s * rows + i].isFinite {
        let distance = values[s * rows + i] - mean[i]
        variance[i] += distance * distance
      }
    }
    for i in 0..<rows where count[i] > 0 { variance[i] /= Double(count[i]) }
    return Moments(mean: mean, variance: variance, count: count)
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
    var seeds = Array(repeating: 0.0, count: values.count)
    for s in 0..<samples {
      for i in 0..<rows where values[s * rows + i].isFinite {
        let slope = byMean[i] + 2 * byVariance[i] * (values[s * rows + i] - moments.mean[i])
        seeds[s * rows + i] = part.sign * slope / Double(moments.count[i])
      }
    }
    let gradient = try! part.formula.gradient(rows: values.count, seeds: [seeds]) { columns[$0] }
    for (input, slope) in zip(part.formula.inputs, gradient.inputs) {
      if let k = composite.outputs.firstIndex(of: input) {
        var (toMean, toVariance) = (result.mean[k], deviation == nil ? [] : result.variance[k])
        for s in 0..<samples {
          let draw = composite.draws[s][k]
          for i in 0..<rows where slope[s * rows + i].isFinite {
            toMean[i] += slope[s * rows + i]
            guard let deviation, deviation[k][i] > 0 else { continue }
            toVariance[i] += slope[s * rows + i] * draw / (2 * deviation[k][i])
          }
        }
        result.mean[k] = toMean
        if deviation != nil { result.variance[k] = toVariance }
      } else if let j = relaxed.names.firstIndex(of: input) {
        for at in slope.indices where slope[at].isFinite {
          own[at % rows, j] += slope[at] * relaxed.slopes[j][at % rows]
        }
      }
    }
  }
}
