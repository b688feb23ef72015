import Foundation

/// Deep Gaussian processes of two layers for targets and yes/no labels: `mdgp`, trained by doubly stochastic variational inference, and `mdspp`,
/// the deep sigma point process. All targets and labels share the hidden layer.
///
/// Predictions are those of a finite mixture: the heads' normal distributions at fixed sites of the hidden units. They are smooth
/// functions of the inputs, the same at every call.
public struct DeepSurrogate: Surrogate {
  struct State: Codable, Sendable {
    var name: String
    var columns: Int
    var points: Int
    var targets: [Target]
    var labels: [Label]
    /// Nil where nothing varies.
    var network: DeepNetwork?
    /// Steps that the network was trained for.
    var steps: Int
  }

  struct Target: Codable, Sendable {
    /// Nil for targets that never change or have no value: they are predicted as constant.
    var transform: TargetTransform?
    /// Of a constant one.
    var mean = 0.0
    var variance = 0.0
    var head: Int?
  }

  enum Label: Codable, Hashable, Sendable {
    /// Of a label that has one class only.
    case constant(logOdds: Double)
    case margin(target: Int)
    case head(Int)
  }

  let state: State
  private let prepared: PreparedNetwork?

  /// Rows that are predicted at a time.
  static let block = 128

  /// - Throws: `TrainingError` where a covariance of inducing points is not positive definite.
  init(_ state: State) throws {
    self.state = state
    prepared = state.network.flatMap(PreparedNetwork.init)
    if state.network != nil, prepared == nil {
      throw TrainingError("the covariance of the inducing points of \(state.name) is not positive definite")
    }
  }

  public init(from decoder: any Decoder) throws { try self.init(State(from: decoder)) }

  public func encode(to encoder: any Encoder) throws { try state.encode(to: encoder) }

  public var summary: String {
    guard let network = state.network else { return "nothing varies in \(state.points) points" }
    let targets = state.targets.count { $0.head != nil }
    var parts = [
      "\(network.hidden.count) hidden unit\(network.hidden.count == 1 ? "" : "s") on \(state.points) points",
      "\(targets) target\(targets == 1 ? "" : "s")",
    ]
    let labels = network.heads.count - targets
    if labels > 0 { parts.append("\(labels) classifier\(labels == 1 ? "" : "s")") }
    let counts = network.heads.map(\.process.order)
    let (least, most) = (counts.min()!, counts.max()!)
    parts.append("\(least == most ? "\(least)" : "\(least) to \(most)") inducing points")
    let constant = state.targets.count - targets
    if constant > 0 { parts.append("\(constant) constant") }
    parts.append("\(state.steps) steps")
    return parts.joined(separator: ", ")
  }

  public func predict(_ inputs: Matrix) -> Prediction { evaluate(inputs, seeds: nil).prediction }

  public func predictMeans(_ inputs: Matrix) -> Prediction {
    var prediction = predict(inputs)
    prediction.variance = nil
    return prediction
  }

  public func gradient(_ inputs: Matrix, seeds: (Prediction) -> PredictionSeeds) -> (
    prediction: Prediction, gradient: Matrix
  ) {
    // Rows may be seeded by what all of them are predicted as.
    let prediction = predict(inputs)
    return (prediction, evaluate(inputs, seeds: seeds(prediction)).gradient)
  }

  private func evaluate(_ inputs: Matrix, seeds: PredictionSeeds?) -> (
    prediction: Prediction, gradient: Matrix
  ) {
    let firsts = Array(stride(from: 0, to: inputs.rows, by: Self.block))
    let blocks = parallelMap(firsts.count) { b -> (Prediction, Matrix) in
      let rows = firsts[b]..<min(firsts[b] + Self.block, inputs.rows)
      let own = inputs.subset(Array(rows))
      let part = { (columns: [[Double]]) in columns.map { Array($0[rows]) } }
      return evaluateBlock(
        own,
        seeds.map {
          PredictionSeeds(mean: part($0.mean), variance: part($0.variance), logOdds: part($0.logOdds))
        })
    }
    let empty = { (count: Int) in [[Double]](repeating: [], count: count) }
    var prediction = Prediction(
      mean: empty(state.targets.count), variance: empty(state.targets.count),
      logOdds: empty(state.labels.count))
    var gradient: [Double] = []
    for (own, slopes) in blocks {
      for k in own.mean.indices {
        prediction.mean[k] += own.mean[k]
        prediction.variance![k] += own.variance![k]
      }
      for j in own.logOdds.indices { prediction.logOdds[j] += own.logOdds[j] }
      gradient += slopes.values.map(TargetTransform.finite)
    }
    guard seeds != nil else { return (prediction, Matrix(rows: 0, columns: inputs.columns)) }
    return (prediction, Matrix(rows: inputs.rows, columns: inputs.columns, values: gradient))
  }

  private func evaluateBlock(_ inputs: Matrix, _ seeds: PredictionSeeds?) -> (Prediction, Matrix) {
    let mixtures = prepared.map { DeepMixture($0, inputs, withSlopes: seeds != nil) }
    var prediction = Prediction(mean: [], variance: [], logOdds: [])
    var all = MixtureSeeds(heads: prepared?.heads.count ?? 0)
    for (k, target) in state.targets.enumerated() {
      guard let h = target.head, let transform = target.transform, let mixtures else {
        prediction.mean.append(Array(repeating: target.mean, count: inputs.rows))
        prediction.variance!.append(Array(repeating: target.variance, count: inputs.rows))
        continue
      }
      // A simulator has no noise: what the network leaves to it is the network's own error, and counts as variance of the mean.
      let noise = mixtures.noise(h)
      let own = (0..<inputs.rows).map { i -> TargetTransform.Moments in
        let (mean, variance) = mixtures.moments(h, i)
        return transform.moments(mean: mean, variance: variance + noise)
      }
      prediction.mean.append(own.map(\.mean))
      prediction.variance!.append(own.map(\.variance))
      guard let seeds else { continue }
      for i in 0..<inputs.rows {
        let (mean, variance) = (
          seeds.mean.isEmpty ? 0 : seeds.mean[k][i], seeds.variance.isEmpty ? 0 : seeds.variance[k][i]
        )
        all.add(
          mixtures, h, i, byMean: mean * own[i].meanByMean + variance * own[i].varianceByMean,
          byVariance: mean * own[i].meanByVariance + variance * own[i].varianceByVariance)
      }
    }
    for (j, label) in state.labels.enumerated() {
      guard let (h, threshold, noise) = decision(label), let mixtures else {
        let value = if case .constant(let value) = label { value } else { 0.0 }
        prediction.logOdds.append(Array(repeating: value, count: inputs.rows))
        continue
      }
      prediction.logOdds.append(
        (0..<inputs.rows).map { i in
          let odds = mixtures.logOdds(h, i, threshold: threshold, noise: noise)
          if let seeds, !seeds.logOdds.isEmpty { all.add(mixtures, h, i, odds, seed: seeds.logOdds[j][i]) }
          return odds.value
        })
    }
    guard seeds != nil, let mixtures else {
      return (prediction, Matrix(rows: inputs.rows, columns: inputs.columns))
    }
    return (prediction, mixtures.gradient(all))
  }

  /// The head that decides a label, the value that it has to exceed, and the variance of what is added to it.
  private func decision(_ label: Label) -> (head: Int, threshold: Double, noise: Double)? {
    switch label {
    case .constant: return nil
    case .head(let h): return (h, 0, 1)
    case .margin(let k):
      let target = state.targets[k]
      guard let h = target.head, let transform = target.transform, let network = state.network else {
        return nil
      }
      return (h, transform(0), network.heads[h].noise)
    }
  }
}
