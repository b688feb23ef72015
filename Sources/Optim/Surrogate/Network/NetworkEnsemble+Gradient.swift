import Foundation

extension NetworkEnsemble {
  public func gradient(_ inputs: Matrix, seeds: (Prediction) -> PredictionSeeds) -> (
    prediction: Prediction, gradient: Matrix
  ) {
    let points = points(inputs, 0..<inputs.rows)
    let combined = prediction(values(points), residuals.isEmpty ? [] : residuals.moments(inputs))
    var wanted = partSeeds(seeds(combined.prediction), combined)
    let (byMean, byVariance) = (wanted.residualMean, wanted.residualVariance)
    let unit = wanted.normalize()
    var jobs: [(shape: NetworkShape, weights: [Float], seeds: [[Double]], isDirect: Bool)] = []
    if heads.isDirect {
      jobs.append((heads, direct.values, wanted.direct, true))
      for fold in folds.indices {
        jobs.append((heads, folds[fold].direct.values, wanted.foldDirect[fold], true))
      }
    }
    for trunk in shapes.indices where isUsed(trunk) {
      for fold in folds.indices {
        jobs.append((shapes[trunk], folds[fold].networks[trunk].values, wanted.networks[trunk][fold], false))
      }
    }
    let work = jobs
    let parts = parallelMap(work.count) { i in
      inputGradient(points, work[i].shape, work[i].weights, work[i].seeds, isDirect: work[i].isDirect)
    }
    var gradient = Matrix(rows: inputs.rows, columns: inputs.columns)
    for part in parts { for i in gradient.values.indices { gradient.values[i] += Double(part[i]) } }
    let largest = Double.greatestFiniteMagnitude
    for i in gradient.values.indices {
      gradient.values[i] *= Double(heads.inputScale) * unit
    }
    residuals.addGradient(inputs, byMean: byMean, byVariance: byVariance, to: &gradient)
    for i in gradient.values.indices { gradient.values[i] = min(max(gradient.values[i], -largest), largest) }
    return (combined.prediction, gradient)
  }

  /// Derivatives with respect to the values of every part.
  private struct PartSeeds {
    var direct: [[Double]]
    var foldDirect: [[[Double]]]
    var networks: [[[[Double]]]]
    /// By the moments of each target's process, on the target's scale.
    var residualMean: [[Double]]
    var residualVariance: [[Double]]

    /// Divides by the largest magnitude and returns it, so that units of 1e300 fit into single precision.
    mutating func normalize() -> Double {
      let all = [direct] + foldDirect + networks.flatMap { $0 }
      let largest = all.reduce(0.0) { $1.reduce($0) { $1.reduce($0) { max($0, abs($1)) } } }
      guard largest > 0 else { return 1 }
      let unit = min(largest, .greatestFiniteMagnitude)
      func scaled(_ part: [[Double]]) -> [[Double]] { part.map { $0.map { $0 / unit } } }
      direct = scaled(direct)
      foldDirect = foldDirect.map(scaled)
      networks = networks.map { $0.map(scaled) }
      return unit
    }
  }

  private func partSeeds(_ seeds: PredictionSeeds, _ combined: Combined) -> PartSeeds {
    let rows = combined.prediction.mean.first?.count ?? combined.prediction.logOdds.first?.count ?? 0
    let count = targets.count + labels.count
    let zeros = Array(repeating: [Double](repeating: 0, count: rows), count: count)
    var parts = PartSeeds(
      direct: zeros, foldDirect: folds.map { _ in zeros },
      networks: shapes.map { _ in folds.map { _ in zeros } },
      residualMean: Array(zeros.prefix(targets.count)), residualVariance: Array(zeros.prefix(targets.count)))
    let n = Double(max(folds.count, 1))
    // The derivative `s` with respect to an output's blend, and `own` with respect to one fold's value of it.
    func spreadOut(_ output: Int, _ row: Int, _ s: Double, base: Double) {
      parts.direct[output][row] += base * s
      for (trunk, share) in shares(output).enumerated() where share > 0 {
        for fold in folds.indices {
          parts.networks[trunk][fold][output][row] += share * s / n
          parts.foldDirect[fold][output][row] -= share * s / n
        }
      }
    }
    var dscaled = targets.map { _ in [Double](repeating: 0, count: rows) }
    for (j, label) in labels.enumerated() where j < seeds.logOdds.count {
      for row in 0..<rows {
        spreadOut(targets.count + j, row, seeds.logOdds[j][row], base: label.blend.base)
        if let margin = label.margin {
          let seed = seeds.logOdds[j][row] * label.blend.margin
          guard let moments = combined.moments[margin.target] else {
            dscaled[margin.target][row] += seed * margin.slope
            continue
          }
          let odds = margin.logOdds(
            combined.scaled[margin.target][row], variance: moments.noise + moments.variance[row])
          dscaled[margin.target][row] += seed * odds.byMean
          parts.residualVariance[margin.target][row] += seed * odds.byVariance
        }
      }
    }
    for k in targets.indices {
      for row in 0..<rows {
        let (_, slope, curvature) = scales[k].restored(combined.scaled[k][row])
        var s = dscaled[k][row]
        if k < seeds.mean.count { s += seeds.mean[k][row] * slope }
        if k < seeds.variance.count, let moments = combined.moments[k] {
          // variance = slope^2 v
          s += seeds.variance[k][row] * 2 * slope * curvature * moments.variance[row]
          parts.residualVariance[k][row] += seeds.variance[k][row] * slope * slope
        } else if k < seeds.variance.count, seeds.variance[k][row] != 0 {
          let values = combined.ofFold.map { $0[k][row] }
          let calibration = calibrations[k]
          // variance = slope^2 factor (spread + floor)
          s +=
            seeds.variance[k][row] * 2 * slope * curvature * calibration.factor
            * (spread(values) + calibration.floor)
          let mean = values.reduce(0, +) / n
          let total = targets[k].shares.reduce(0, +)
          for fold in folds.indices {
            let own =
              seeds.variance[k][row] * slope * slope * calibration.factor * 2 * (values[fold] - mean) / n
            parts.foldDirect[fold][k][row] += (1 - total) * own
            for (trunk, share) in targets[k].shares.enumerated() where share > 0 {
              parts.networks[trunk][fold][k][row] += share * own
            }
          }
        }
        parts.residualMean[k][row] = s
        spreadOut(k, row, s, base: 1)
      }
    }
    return parts
  }

  /// Gradient of sum(seeds * values) with respect to a network's inputs: rows x features.
  private func inputGradient(
    _ points: NetworkData, _ shape: NetworkShape, _ weights: [Float], _ seeds: [[Double]], isDirect: Bool
  ) -> [Float] {
    var gradient = [Float](repeating: 0, count: points.count * shape.features)
    let run = NetworkRun(
      shape, batch: NetworkValues.batch(shape, rows: points.count), keepsGradients: true,
      isDirectOnly: isDirect)
    let rows = Array(0..<points.count)
    var weights = weights
    weights.withUnsafeMutableBufferPointer { p in
      for start in stride(from: 0, to: rows.count, by: run.batch) {
        let part = rows[start..<min(start + run.batch, rows.count)]
        points.load(part, into: run)
        for k in seeds.indices {
          let to = run.seeds.base + k * run.seeds.stride
          for n in 0..<run.batch { to[n] = n < part.count ? Float(seeds[k][start + n]) : 0 }
        }
        if isDirect {
          run.forwardDirect(p.baseAddress!)
          run.backwardDirect(p.baseAddress!, gradients: nil, wantsInputs: true)
        } else {
          run.forward(p.baseAddress!)
          run.backward(p.baseAddress!, gradients: nil, wantsInputs: true)
        }
        for f in 0..<shape.features {
          let from = run.inputGradients.base + f * run.inputGradients.stride
          for n in 0..<part.count { gradient[(start + n) * shape.features + f] = from[n] }
        }
      }
    }
    return gradient
  }
}
