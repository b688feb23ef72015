/// `morris`: elementary effects along random trajectories.
let morrisSensitivity = SensitivityEntry(
  name: "morris",
  documentation: "mean and spread of the effect of single steps; few predictions, with confidence",
  standardCount: 100, leastCount: 2, run: morrisEffects)

/// Elementary effects (Morris 1991) on the grid of four levels 0, 1/3, 2/3, 1 with steps of 2/3, along trajectories that move each
/// parameter once, in random order:
///
///     effect_i = (f(x + step e_i) - f(x)) / step
///
/// mu* = mean |effect| ranks the parameters (Campolongo, Cariboni, Saltelli 2007), mu = mean tells its direction, and sigma, their
/// standard deviation, is large where the effect is nonlinear or depends on other parameters. Costs n (d + 1) predictions.
private func morrisEffects(_ responses: Responses, _ count: Int, _ stream: RandomStream) -> Sensitivity {
  let d = responses.dimension
  var random = stream.derived(0)
  let step = 2.0 / 3
  var rows: [[Double]] = []
  var moves: [(trajectory: Int, parameter: Int, sign: Double)] = []
  for trajectory in 0..<count {
    // Of a pair of levels that a step joins, either may come first.
    var point = (0..<d).map { _ in Double(random.below(4)) / 3 }
    rows.append(point)
    for j in random.permutation(d) {
      let sign = point[j] < 0.5 ? 1.0 : -1
      point[j] = point[j] < 0.5 ? min(point[j] + step, 1) : max(point[j] - step, 0)
      rows.append(point)
      moves.append((trajectory, j, sign))
    }
  }
  let values = responses.values(Matrix(rows, columns: d))
  var measures = ["mu*", "mu", "sigma"].map { Sensitivity.Measure($0, []) }
  measures[0].confidence = []
  for column in values {
    var effects = Array(repeating: [Double](), count: d)
    for (k, move) in moves.enumerated() {
      // A trajectory has d + 1 points and d moves, so move k ends at point k + 1 + trajectory.
      let end = k + 1 + move.trajectory
      effects[move.parameter].append(move.sign * (column[end] - column[end - 1]) / step)
    }
    let sizes = effects.map { $0.map(abs) }
    measures[0].values.append(sizes.map(mean))
    measures[0].confidence!.append(
      sizes.enumerated().map { j, own in
        bootstrapConfidence(rows: count, stream: stream.derived(UInt64(1 + j))) { mean($0.map { own[$0] }) }
      })
    measures[1].values.append(effects.map(mean))
    measures[2].values.append(effects.map { variance($0, unbiased: true).squareRoot() })
  }
  return Sensitivity(
    method: "morris", parameters: responses.parameters, responses: responses.names, measures: measures,
    evaluations: rows.count)
}
