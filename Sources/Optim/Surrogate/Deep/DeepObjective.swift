import Foundation

/// What the training of a deep process climbs, on a batch of the rows: the variational bound (Salimbeni and Deisenroth 2017) or the predictive
/// density of a sigma point process (Jankowiak, Pleiss and Gardner 2020), each minus the divergences from the prior.
struct DeepObjective: Sendable {
  enum Kind: Sendable, Equatable {
    case bound
    /// With the divergences counted so much.
    case density(divergence: Double)
  }

  let kind: Kind
  let inputs: Matrix
  /// `values[head][row]`: transformed targets, then labels; NaN where unknown.
  let values: [[Double]]
  /// Logarithms of the length scales of hidden units and heads that are likeliest before the data.
  let expectedScales: [[Double]]
  /// Deviation of the logarithm of a length scale from there.
  static let scaleDeviation = 1.0

  /// Beliefs of the heads follow natural gradients where the bound is climbed.
  var isNatural: Bool { kind == .bound }
  private var divergenceShare: Double {
    if case .density(let share) = kind { return share }
    return 1
  }

  struct Outcome: Sendable {
    /// Per row of all data.
    var value: Double
    /// In the order of `DeepNetwork.parameters`.
    var gradient: [Double]
    /// For each head whose belief follows natural gradients, the belief that this batch alone asks for.
    var beliefs: [SparseClassifier.Belief]
  }

  /// One head's part of the outcome.
  private struct HeadOutcome: Sendable {
    var value: Double
    var gradient: [Double]
    var byLayer: [Double]
    var byWeight: [Double]
    var belief: SparseClassifier.Belief?
  }

  /// - Parameter deviations: of the hidden units at the batch, as `PreparedNetwork.layerInputs` takes them.
  func evaluate(_ prepared: PreparedNetwork, rows: [Int], deviations: [Double]) -> Outcome {
    let network = prepared.network
    let (n, units) = (rows.count, network.hidden.count)
    let samples = deviations.count / (n * units)
    let logWeights =
      isNatural ? Array(repeating: -log(Double(samples)), count: samples) : network.logWeights
    let pass = prepared.hiddenPass(inputs.subset(rows), withSlopes: true)
    let layer = prepared.layerInputs(pass, deviations: deviations)
    let heads = parallelMap(network.heads.count) {
      headOutcome(prepared, $0, rows, pass.inputs, layer, logWeights)
    }
    var byLayer = [Double](repeating: 0, count: layer.values.count)
    var byWeight = [Double](repeating: 0, count: samples)
    var value = 0.0
    for head in heads {
      BLAS.add(head.byLayer, times: 1, to: &byLayer)
      BLAS.add(head.byWeight, times: 1, to: &byWeight)
      value += head.value
    }
    let seeds = prepared.hiddenSeeds(pass, byLayer: byLayer, deviations: deviations)
    let hidden = parallelMap(units) { hiddenOutcome(prepared, $0, pass, seeds.mean[$0], seeds.variance[$0]) }
    value += hidden.reduce(0) { $0 + $1.value }
    var gradient = hidden.flatMap(\.gradient) + heads.flatMap(\.gradient)
    if !isNatural {
      gradient += siteGradient(pass, byLayer, samples)
      // Weights are a softmax of the logits.
      let total = byWeight.reduce(0, +)
      gradient += zip(byWeight, logWeights).map { $0 - exp($1) * total }
    }
    return Outcome(value: value, gradient: gradient, beliefs: heads.compactMap(\.belief))
  }

  private func headOutcome(
    _ prepared: PreparedNetwork, _ k: Int, _ rows: [Int], _ batch: Matrix, _ layer: Matrix,
    _ logWeights: [Double]
  ) -> HeadOutcome {
    let head = prepared.network.heads[k]
    let pass = prepared.heads[k].forward(layer)
    let trend = head.trend(batch)
    let n = rows.count
    let mean = pass.mean.indices.map { pass.mean[$0] + trend[$0 % n] }
    let likelihood = DeepLikelihood(
      values: rows.map { values[k][$0] }, isLabel: head.logNoise == nil, noise: head.noise)
    let terms =
      isNatural
      ? likelihood.bound(mean, pass.variance, logWeights: logWeights)
      : likelihood.density(mean, pass.variance, logWeights: logWeights)
    let (perRow, perAll) = (1 / Double(n), 1 / Double(inputs.rows))
    let (byMean, byVariance) = (terms.byMean.map { $0 * perRow }, terms.byVariance.map { $0 * perRow })
    let (byLayer, parameters) = prepared.heads[k].gradient(
      pass, byMean: byMean, byVariance: byVariance, withParameters: true)
    var shape = parameters!.shape
    let prior = addPrior(head.process, expectedScales[prepared.hidden.count + k], to: &shape)
    var outcome = HeadOutcome(
      value: terms.value * perRow + prior - divergenceShare * perAll * head.process.divergence,
      gradient: shape, byLayer: byLayer, byWeight: terms.byWeight.map { $0 * perRow })
    if isNatural {
      outcome.belief = naturalTarget(head.process, pass, terms, scale: Double(inputs.rows) / Double(n))
    } else {
      var belief = parameters!.belief
      BLAS.add(head.process.divergenceGradient, times: -divergenceShare * perAll, to: &belief)
      outcome.gradient += belief
    }
    outcome.gradient.append(byMean.reduce(0, +))
    if head.logNoise != nil { outcome.gradient.append(terms.byNoise * perRow) }
    return outcome
  }

  /// The belief that the expected likelihood asks for: precision I + s sum c w w' and precision x mean sqrt(s) sum (g + c d) w with g and -c/2
  /// the derivatives by mean and variance and d the present deviation (Khan and Lin 2017; Salimbeni, Eleftheriadis and Hensman 2018).
  private func naturalTarget(
    _ process: InducedProcess, _ pass: PreparedProcess.Pass, _ terms: DeepLikelihood.Terms, scale: Double
  ) -> SparseClassifier.Belief {
    let signal = exp(process.logSignal)
    let curvature = terms.byVariance.map { max(-2 * $0, 0) * scale }
    let linear = curvature.indices.map { scale * terms.byMean[$0] + curvature[$0] * pass.mean[$0] }
    var belief = SparseClassifier.Belief(order: process.order)
    belief.add(pass.w, rows: pass.count, curvature: curvature, linear: linear, signal: signal)
    return belief
  }

  private func hiddenOutcome(
    _ prepared: PreparedNetwork, _ u: Int, _ pass: PreparedNetwork.HiddenPass, _ byMean: [Double],
    _ byVariance: [Double]
  ) -> (value: Double, gradient: [Double]) {
    let unit = prepared.network.hidden[u]
    let parameters = prepared.hidden[u].gradient(
      pass.passes[u], byMean: byMean, byVariance: byVariance, withParameters: true
    ).parameters!
    let perAll = divergenceShare / Double(inputs.rows)
    var (shape, belief) = (parameters.shape, parameters.belief)
    let prior = addPrior(unit.process, expectedScales[u], to: &shape)
    BLAS.add(unit.process.divergenceGradient, times: -perAll, to: &belief)
    var weights = [Double](repeating: 0, count: inputs.columns)
    BLAS.multiply(
      1, inputs.columns, pass.inputs.rows, byMean, pass.inputs.values, into: &weights)
    return (
      prior - perAll * unit.process.divergence, shape + belief + [byMean.reduce(0, +)] + weights
    )
  }

  /// Adds the prior of the length scales to a gradient by the shape; its log density per row of the data, up to a constant.
  private func addPrior(_ process: InducedProcess, _ expected: [Double], to shape: inout [Double]) -> Double {
    let first = process.inducing.count
    let precision = 1 / (Self.scaleDeviation * Self.scaleDeviation * Double(inputs.rows))
    var value = 0.0
    for k in 0..<process.columns {
      let excess = process.logScales[k] - expected[k]
      shape[first + k] -= precision * excess
      value -= 0.5 * precision * excess * excess
    }
    return value
  }

  private func siteGradient(_ pass: PreparedNetwork.HiddenPass, _ byLayer: [Double], _ samples: Int)
    -> [Double]
  {
    let (n, d, units) = (pass.inputs.rows, pass.inputs.columns, pass.mean.count)
    var result = [Double](repeating: 0, count: samples * units)
    for s in 0..<samples {
      for i in 0..<n {
        for u in 0..<units {
          result[s * units + u] += byLayer[(s * n + i) * (d + units) + d + u] * pass.deviation[u][i]
        }
      }
    }
    return result
  }
}

extension SparseClassifier.Belief {
  /// Adds what rows with whitened covariances w say: `signal curvature w w'` to the precision, `sqrt(signal) linear w` to the linear term.
  mutating func add(_ w: [Double], rows: Int, curvature: [Double], linear: [Double], signal: Double) {
    let m = self.linear.count
    BLAS.multiply(
      m, 1, rows, w, transposed: true, linear, into: &self.linear, alpha: signal.squareRoot(), beta: 1)
    var weighted = w
    BLAS.scaleRows(rows, m, &weighted, curvature.map { ($0 * signal).squareRoot() })
    BLAS.addGram(m, rows, weighted, to: &precision)
  }

  /// Makes it a process's belief; false where the precision is not positive definite.
  func settle(_ process: inout InducedProcess) -> Bool {
    let m = linear.count
    guard let cholesky = Cholesky(precision, order: m) else { return false }
    let mean = cholesky.solve(linear)
    guard mean.allSatisfy(\.isFinite) else { return false }
    process.mean = mean
    // With precision = R R' the covariance is factor factor', factor = R'^-1.
    var factor = [Double](repeating: 0, count: m * m)
    for i in 0..<m { factor[i * m + i] = 1 }
    cholesky.solveLower(&factor, count: m)
    process.factor = factor
    return true
  }
}

extension DeepNetwork {
  /// What gradients train, as one list: of hidden units shape, belief and trend; of heads shape, belief unless that follows natural gradients,
  /// intercept and noise; and where beliefs of heads are trained so, sites and logits.
  func parameters(natural: Bool) -> [Double] {
    var values: [Double] = []
    for unit in hidden {
      values += unit.process.shape + unit.process.belief + [unit.trend.intercept] + unit.trend.weights
    }
    for head in heads {
      values += head.process.shape + (natural ? [] : head.process.belief) + [head.trend.intercept]
      if let noise = head.logNoise { values.append(noise) }
    }
    return natural ? values : values + sites.values + logits
  }

  /// Step sizes of the parameters relative to each other, in the same order. Inducing points are well chosen rows of the data: their
  /// coordinates in the parameters move by a small part of a length scale at a time, those in the hidden units follow what these become.
  func relativeRates(natural: Bool) -> [Double] {
    func shape(_ process: InducedProcess, _ inputs: Int) -> [Double] {
      let row = (0..<process.columns).map {
        $0 < inputs ? Self.inducingRate * min(exp(process.logScales[$0]), 1) : 1
      }
      return (0..<process.order).flatMap { _ in row } + Array(repeating: 1, count: process.columns + 1)
    }
    var rates: [Double] = []
    for unit in hidden {
      let d = unit.process.columns
      rates += shape(unit.process, d) + Array(repeating: Self.meanRate, count: unit.process.order)
      rates += Array(repeating: 1, count: unit.process.order * unit.process.order + 1 + d)
    }
    for head in heads {
      rates += shape(head.process, head.trend.weights.count)
      rates += Array(
        repeating: 1, count: (natural ? 0 : head.process.beliefCount) + 1 + (head.logNoise == nil ? 0 : 1))
    }
    return natural ? rates : rates + Array(repeating: 1, count: sites.values.count + logits.count)
  }

  private static let (inducingRate, meanRate) = (0.1, 1.0)

  /// The noise ratio that is certainly not needed to hold: of transformed targets, of unit variance.
  static let leastLogNoise = log(1e-8)

  mutating func setParameters(_ values: [Double], natural: Bool) {
    var rest = values[...]
    func take(_ count: Int) -> [Double] {
      defer { rest = rest.dropFirst(count) }
      return Array(rest.prefix(count))
    }
    for u in hidden.indices {
      hidden[u].process.shape = take(hidden[u].process.shapeCount)
      hidden[u].process.belief = take(hidden[u].process.beliefCount)
      hidden[u].trend.intercept = take(1)[0]
      hidden[u].trend.weights = take(hidden[u].trend.weights.count)
    }
    for k in heads.indices {
      heads[k].process.shape = take(heads[k].process.shapeCount)
      if !natural { heads[k].process.belief = take(heads[k].process.beliefCount) }
      heads[k].trend.intercept = take(1)[0]
      if heads[k].logNoise != nil { heads[k].logNoise = min(max(take(1)[0], Self.leastLogNoise), log(1e2)) }
    }
    if !natural {
      sites.values = take(sites.values.count)
      logits = take(logits.count)
    }
  }
}
