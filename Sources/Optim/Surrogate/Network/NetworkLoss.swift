import Foundation

/// Masked mean squared error of scaled targets + binary cross-entropy of labels, each the mean over what is known.
struct NetworkLoss {
  var error = 0.0
  var crossEntropy = 0.0
  var total: Double { error + crossEntropy }

  /// The loss of a run's values for these rows, and its derivatives in the run's seeds.
  static func measure(_ run: NetworkRun, _ data: NetworkData, _ rows: ArraySlice<Int>) -> NetworkLoss {
    var loss = NetworkLoss()
    let (values, seeds, start) = (run.values, run.seeds, rows.startIndex)
    seeds.base.update(repeating: 0, count: seeds.rows * seeds.stride)
    data.outputs.withUnsafeBufferPointer { outputs in
      for isLabel in [false, true] {
        let range = isLabel ? data.targets..<(data.targets + data.labels) : 0..<data.targets
        var known = 0
        var sum = 0.0
        for k in range {
          let (y, dy, wanted) = (
            values.base + k * values.stride, seeds.base + k * seeds.stride,
            outputs.baseAddress! + k * data.count
          )
          for n in 0..<rows.count {
            let t = wanted[rows[start + n]]
            if t.isNaN { continue }
            known += 1
            if isLabel {
              // ln(1 + exp(-|y|)) + max(y, 0) - t y, and its slope.
              let e = expf(-abs(y[n]))
              sum += Double(log1pf(e) + max(y[n], 0) - t * y[n])
              dy[n] = (y[n] >= 0 ? 1 / (1 + e) : e / (1 + e)) - t
            } else {
              let difference = y[n] - t
              sum += Double(difference * difference)
              dy[n] = 2 * difference
            }
          }
        }
        guard known > 0 else { continue }
        let weight = 1 / Float(known)
        for k in range {
          let dy = seeds.base + k * seeds.stride
          for n in 0..<rows.count { dy[n] *= weight }
        }
        if isLabel { loss.crossEntropy = sum / Double(known) } else { loss.error = sum / Double(known) }
      }
    }
    return loss
  }
}
