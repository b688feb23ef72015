import Foundation

/// The part of a network that sees the inputs directly, fitted alone before the trunk learns what it leaves over.
///
/// Target k is c + a x + sum over r of q_r (b_r x + e_r)^2 with fixed signs q_r, label j has log odds c + a x, with normal priors on
/// a and b (ridge). Objectives often are squared distances to a wanted value of something that changes smoothly; then that is
/// their leading part, and it takes few points to learn. Which squares a target gets (none, one of either sign, one of each) and
/// how strong the ridge is, cross-validation decides for each target. Fitted by Adam on all rows at once; outputs do not see each
/// other, so one run fits all.
struct DirectFit {
  let shape: NetworkShape
  let data: NetworkData

  struct Choice: Hashable {
    /// Signs q of the latents; 0: unused.
    var signs: [Float]
    var ridge: Float
  }

  static let choices: [Choice] = [[0, 0], [1, 0], [0, -1], [1, -1]].flatMap { signs in
    [Float(1), 6].map { Choice(signs: signs, ridge: $0) }
  }
  /// Of labels: a standard deviation of 1.5 for log odds per half range.
  static let labelRidge: Float = 0.25
  static let steps = 250
  /// More rows than this do not change the choice.
  static let choiceRows = 1500

  private let layout: ParameterLayout
  var count: Int { layout.count - layout.direct }

  init(_ shape: NetworkShape, _ data: NetworkData) {
    (self.shape, self.data) = (shape, data)
    layout = ParameterLayout(shape)
  }

  /// The direct parameters for these rows with one choice per target.
  func fit(_ rows: [Int], _ choices: [Choice], shouldStop: () -> Bool) -> [Float] {
    let state = AdamState(start(rows, choices))
    let lanes = NetworkRun.lanes
    let batch = max((rows.count + lanes - 1) / lanes * lanes, lanes)
    let run = NetworkRun(shape, batch: batch, keepsGradients: true, isDirectOnly: true)
    data.load(rows[...], into: run)
    let (scale, ridge, isFree) = (lossScale(rows), ridges(rows.count, choices), freedom(choices))
    for step in 1...DirectFit.steps {
      if shouldStop() { break }
      state.gradient.update(repeating: 0, count: count)
      run.forwardDirect(state.parameters)
      measure(run, rows, scale)
      run.backwardDirect(state.parameters, gradients: state.gradient)
      for i in 0..<count {
        state.gradient[i] = isFree[i] ? state.gradient[i] + ridge[i] * state.parameters[i] : 0
      }
      let progress = Float(step) / Float(DirectFit.steps)
      state.advance(step, 0..<count, rate: 0.015 * (1 + cosine(.pi * progress)), decay: 0)
    }
    return state.averaged
  }

  /// 1 / the number of known values of each output: outputs are fitted each on its own.
  private func lossScale(_ rows: [Int]) -> [Float] {
    (0..<(data.targets + data.labels)).map { k in
      1 / Float(max(rows.count { !data.outputs[k * data.count + $0].isNaN }, 1))
    }
  }

  private func measure(_ run: NetworkRun, _ rows: [Int], _ scale: [Float]) {
    let (values, seeds) = (run.values, run.seeds)
    data.outputs.withUnsafeBufferPointer { outputs in
      for k in 0..<(data.targets + data.labels) {
        let (y, dy) = (values.base + k * values.stride, seeds.base + k * seeds.stride)
        for (n, row) in rows.enumerated() {
          let t = outputs[k * data.count + row]
          let slope = k < data.targets ? 2 * (y[n] - t) : 1 / (1 + expf(-y[n])) - t
          dy[n] = t.isNaN ? 0 : scale[k] * slope
        }
      }
    }
  }

  /// The head row of latent r of target k.
  private func latentRow(_ k: Int, _ r: Int) -> Int { shape.targets + k * shape.latents + r }
  private var firstLabel: Int { shape.targets * (1 + shape.latents) }
  private var inputWeights: Int { layout.inputWeights - layout.direct }
  private var curvature: Int { layout.curvature - layout.direct }

  /// Means and base rates; latents along the correlation of the squares' sign, so that no two start alike.
  private func start(_ rows: [Int], _ choices: [Choice]) -> [Float] {
    var p = [Float](repeating: 0, count: count)
    for k in 0..<(data.targets + data.labels) {
      let known = rows.map { data.outputs[k * data.count + $0] }.filter { !$0.isNaN }
      let sum = known.reduce(0, +)
      if k < data.targets {
        p[k] = known.isEmpty ? 0 : sum / Float(known.count)
      } else {
        // Half a yes and half a no more than there are, so that a single class has finite odds.
        p[firstLabel + k - data.targets] = logf((sum + 0.5) / (Float(known.count) - sum + 0.5))
      }
    }
    var random = RandomStream(seed: 1, purpose: .initialization)
    for (k, choice) in choices.enumerated() {
      for r in 0..<shape.latents {
        p[curvature + k * shape.latents + r] = choice.signs[r]
        for f in 0..<shape.features {
          let value = Float(random.normal()) * 0.3 / Float(shape.features).squareRoot()
          if choice.signs[r] != 0 { p[inputWeights + latentRow(k, r) * shape.features + f] = value }
        }
      }
    }
    return p
  }

  private func ridges(_ rows: Int, _ choices: [Choice]) -> [Float] {
    var ridge = [Float](repeating: 0, count: count)
    for h in 0..<shape.heads {
      let target = h < shape.targets ? h : (h - shape.targets) / max(shape.latents, 1)
      let strength = h < firstLabel ? choices[target].ridge : DirectFit.labelRidge
      for f in 0..<shape.features {
        ridge[inputWeights + h * shape.features + f] = 2 * strength / Float(max(rows, 1))
      }
    }
    return ridge
  }

  /// Curvatures and unused latents stay as they are, and the odds of labels with a single class.
  private func freedom(_ choices: [Choice]) -> [Bool] {
    var isFree = [Bool](repeating: true, count: count)
    for (k, choice) in choices.enumerated() {
      for r in 0..<shape.latents {
        isFree[curvature + k * shape.latents + r] = false
        if choice.signs[r] != 0 { continue }
        isFree[latentRow(k, r)] = false
        for f in 0..<shape.features { isFree[inputWeights + latentRow(k, r) * shape.features + f] = false }
      }
    }
    return isFree
  }

  /// The choice with the smallest held-back error for each target. `folds` are disjoint and cover the rows.
  func choose(_ folds: [[Int]], shouldStop: @escaping @Sendable () -> Bool) -> [Choice] {
    let candidates = DirectFit.choices
    guard data.targets > 0, folds.count > 1 else {
      return Array(repeating: candidates[1], count: data.targets)
    }
    let limit = DirectFit.choiceRows / folds.count
    let small = folds.map { Array($0.prefix(limit)) }
    let errors = parallelMap(candidates.count * small.count) { job -> [Double] in
      let (candidate, fold) = (candidates[job / small.count], job % small.count)
      let training = small.indices.filter { $0 != fold }.flatMap { small[$0] }
      let parameters = fit(
        training, Array(repeating: candidate, count: data.targets), shouldStop: shouldStop)
      let predicted = predict(parameters, small[fold])
      return (0..<data.targets).map { k in
        small[fold].indices.reduce(0) { sum, n in
          let t = data.outputs[k * data.count + small[fold][n]]
          return t.isNaN ? sum : sum + Double((predicted[k][n] - t) * (predicted[k][n] - t))
        }
      }
    }
    return (0..<data.targets).map { k in
      let sums = candidates.indices.map { c in
        small.indices.reduce(0) { $0 + errors[c * small.count + $1][k] }
      }
      return candidates[sums.indices.min { sums[$0] < sums[$1] }!]
    }
  }

  /// Values (targets, then log odds) at rows of the data.
  func predict(_ direct: [Float], _ rows: [Int]) -> [[Float]] {
    guard !rows.isEmpty else { return Array(repeating: [], count: data.targets + data.labels) }
    let lanes = NetworkRun.lanes
    let run = NetworkRun(
      shape, batch: (rows.count + lanes - 1) / lanes * lanes, keepsGradients: false, isDirectOnly: true)
    data.load(rows[...], into: run)
    var direct = direct
    direct.withUnsafeMutableBufferPointer { run.forwardDirect($0.baseAddress!) }
    let values = run.values
    return (0..<values.rows).map { k in
      Array(UnsafeBufferPointer(start: values.base + k * values.stride, count: rows.count))
    }
  }
}
