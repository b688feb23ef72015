import Foundation

extension NetworkEnsemble {
  /// Points of one job: bounds memory, and gives the cores something to share.
  private static let chunk = 1024

  public func predict(_ inputs: Matrix) -> Prediction { predict(inputs, withVariance: true) }

  /// Margins count as if they were known but for the noise, where a process knows their variance.
  public func predictMeans(_ inputs: Matrix) -> Prediction {
    guard !residuals.isEmpty else { return predict(inputs) }
    var result = predict(inputs, withVariance: false)
    result.variance = nil
    return result
  }

  private func predict(_ inputs: Matrix, withVariance: Bool) -> Prediction {
    let starts = Array(stride(from: 0, to: inputs.rows, by: NetworkEnsemble.chunk))
    let parts = parallelMap(starts.count) { i in
      prediction(inputs, starts[i]..<min(starts[i] + NetworkEnsemble.chunk, inputs.rows), withVariance)
    }
    var all = Prediction(
      mean: scales.map { _ in [] }, variance: scales.map { _ in [] }, logOdds: labels.map { _ in [] })
    for part in parts {
      for k in scales.indices {
        all.mean[k] += part.prediction.mean[k]
        all.variance![k] += part.prediction.variance![k]
      }
      for j in labels.indices { all.logOdds[j] += part.prediction.logOdds[j] }
    }
    return all
  }

  /// Some rows, with what the processes of residuals say.
  private func prediction(_ inputs: Matrix, _ rows: Range<Int>, _ withVariance: Bool) -> Combined {
    let own =
      residuals.isEmpty ? [] : residuals.moments(inputs.subset(Array(rows)), withVariance: withVariance)
    return prediction(values(points(inputs, rows)), own)
  }

  /// Some rows as a data set without outputs. Far outside of the known ranges is cut off: single precision ends at 1e38.
  func points(_ inputs: Matrix, _ rows: Range<Int>) -> NetworkData {
    NetworkData(
      points: inputs.subset(Array(rows)), scale: heads.inputScale, offset: heads.inputOffset,
      outputs: scales.count + labels.count)
  }

  /// Outputs of every part at some points: `values[output][row]`.
  struct Values {
    var direct: [[Float]]
    var foldDirect: [[[Float]]]
    /// `networks[trunk][fold]`; empty for a trunk that is not used.
    var networks: [[[[Float]]]]
  }

  func values(_ points: NetworkData) -> Values {
    let rows = Array(0..<points.count)
    let fit = DirectFit(heads, points)
    return Values(
      direct: directValues(fit, direct, rows), foldDirect: folds.map { directValues(fit, $0.direct, rows) },
      networks: shapes.indices.map { trunk in
        guard isUsed(trunk) else { return [] }
        let network = NetworkValues(shapes[trunk], rows: rows.count)
        return folds.map { network.values($0.networks[trunk].values, points, rows) }
      })
  }

  private func directValues(_ fit: DirectFit, _ weights: Weights, _ rows: [Int]) -> [[Float]] {
    guard heads.isDirect else {
      return Array(repeating: Array(repeating: 0, count: rows.count), count: scales.count + labels.count)
    }
    return fit.predict(weights.values, rows)
  }

  func isUsed(_ trunk: Int) -> Bool {
    targets.contains { $0.shares[trunk] > 0 } || labels.contains { $0.blend.shares[trunk] > 0 }
  }

  /// What follows from the parts: targets on their scales with each fold's own value, and the prediction in the user's units.
  struct Combined {
    /// `scaled[target][row]`: with what processes add.
    var scaled: [[Double]]
    /// Of the targets that have a process, on the target's scale, without noise; empty where it was not asked for.
    var moments: [ResidualProcesses.Moments?]
    /// `ofFold[fold][target][row]`.
    var ofFold: [[[Double]]]
    var prediction: Prediction
  }

  func shares(_ output: Int) -> [Double] {
    output < targets.count ? targets[output].shares : labels[output - targets.count].blend.shares
  }

  /// The average over folds of what the trunks add to an output.
  private func addition(_ values: Values, _ output: Int, _ row: Int) -> Double {
    var sum = 0.0
    for (trunk, share) in shares(output).enumerated() where share > 0 && !values.networks[trunk].isEmpty {
      for fold in folds.indices {
        sum +=
          share * Double(values.networks[trunk][fold][output][row] - values.foldDirect[fold][output][row])
      }
    }
    return sum / Double(max(folds.count, 1))
  }

  /// - Parameter moments: of the processes of residuals at the same points; empty where none is to count.
  func prediction(_ values: Values, _ moments: [ResidualProcesses.Moments?] = []) -> Combined {
    let rows = (values.direct.first ?? []).indices
    let moments = moments.isEmpty ? targets.map { _ in nil } : moments
    let scaled = targets.indices.map { k in
      rows.map { Double(values.direct[k][$0]) + addition(values, k, $0) + (moments[k]?.mean[$0] ?? 0) }
    }
    let ofFold = folds.indices.map { fold in
      targets.indices.map { k in
        rows.map { row in
          let base = Double(values.foldDirect[fold][k][row])
          return targets[k].shares.enumerated().reduce(base) { sum, item in
            guard item.element > 0, !values.networks[item.offset].isEmpty else { return sum }
            return sum + item.element * (Double(values.networks[item.offset][fold][k][row]) - base)
          }
        }
      }
    }
    var prediction = Prediction(mean: [], variance: [], logOdds: [])
    for k in targets.indices {
      let restored = scaled[k].map { scales[k].restored($0) }
      prediction.mean.append(restored.map(\.value))
      prediction.variance!.append(
        rows.map { row in
          let own = moments[k].map { $0.variance.isEmpty ? 0 : $0.variance[row] }
          let deviation =
            restored[row].slope * (own ?? variance(k, ofFold.map { $0[k][row] })).squareRoot()
          return min(deviation * deviation, .greatestFiniteMagnitude)
        })
    }
    for (j, label) in labels.enumerated() {
      let output = targets.count + j
      prediction.logOdds.append(
        rows.map { row in
          let own = label.blend.base * Double(values.direct[output][row]) + addition(values, output, row)
          guard let margin = label.margin else { return own }
          let t = scaled[margin.target][row]
          guard let moments = moments[margin.target] else {
            return own + label.blend.margin * margin.logOdds(t)
          }
          let variance = moments.noise + (moments.variance.isEmpty ? 0 : moments.variance[row])
          return own + label.blend.margin * margin.logOdds(t, variance: variance).value
        })
    }
    return Combined(scaled: scaled, moments: moments, ofFold: ofFold, prediction: prediction)
  }

  /// Of a target on its scale, from the folds' values.
  private func variance(_ k: Int, _ values: [Double]) -> Double {
    let calibration = calibrations[k]
    return calibration.factor * (spread(values) + calibration.floor)
  }
}

/// Mean squared deviation from the mean.
func spread(_ values: [Double]) -> Double {
  guard values.count > 1 else { return 0 }
  let mean = values.reduce(0, +) / Double(values.count)
  return values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)
}
