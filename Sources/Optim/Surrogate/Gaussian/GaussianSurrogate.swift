import Foundation

/// One exact Gaussian process per target and per yes/no label (`gpr`).
///
/// A numeric constraint's probability is that of its margin's process, observation noise included: Phi(mean / deviation).
public struct GaussianSurrogate: Surrogate {
  /// What is stored; factors are computed again when it is read, which costs less than keeping them.
  struct State: Codable, Sendable {
    var inputs: Matrix
    var targets: [TargetState]
    var labels: [LabelState]
  }

  struct TargetState: Codable, Sendable {
    /// In user's units, NaN where unknown.
    var values: [Double]
    /// Nil for targets that never change or have no value: the process is then constant.
    var fit: Fit?
    /// ln p(values), in user's units.
    var logLikelihood: Double?

    struct Fit: Codable, Sendable {
      var transform: TargetTransform
      /// For transformed values.
      var hyperparameters: GaussianHyperparameters
    }
  }

  enum LabelState: Codable, Sendable {
    /// Of a label that has one class only.
    case constant(logOdds: Double)
    case margin(target: Int)
    case classifier(labels: [Double], GaussianClassifier.Hyperparameters)
  }

  let state: State
  private let processes: [GaussianProcess?]
  private let classifiers: [GaussianClassifier?]

  init(_ state: State) throws {
    self.state = state
    let count = state.targets.count
    let models = parallelMap(count + state.labels.count) { i in
      Result<(GaussianProcess?, GaussianClassifier?), any Error> {
        i < count
          ? (try Self.process(state.targets[i], state.inputs), nil)
          : (nil, try Self.classifier(state.labels[i - count], state.inputs))
      }
    }
    processes = try models.prefix(count).map { try $0.get().0 }
    classifiers = try models.dropFirst(count).map { try $0.get().1 }
  }

  private static func process(_ target: TargetState, _ inputs: Matrix) throws -> GaussianProcess? {
    guard let fit = target.fit else { return nil }
    let rows = target.values.indices.filter { target.values[$0].isFinite }
    return try GaussianProcess(
      inputs: inputs.subset(rows), values: rows.map { fit.transform(target.values[$0]) },
      hyperparameters: fit.hyperparameters)
  }

  private static func classifier(_ label: LabelState, _ inputs: Matrix) throws -> GaussianClassifier? {
    guard case .classifier(let labels, let hyperparameters) = label else { return nil }
    let rows = labels.indices.filter { labels[$0].isFinite }
    return try GaussianClassifier(
      inputs: inputs.subset(rows), labels: rows.map { labels[$0] }, hyperparameters: hyperparameters)
  }

  public init(from decoder: any Decoder) throws { try self.init(State(from: decoder)) }

  public func encode(to encoder: any Encoder) throws { try state.encode(to: encoder) }

  public var summary: String {
    let fitted = state.targets.filter { $0.fit != nil }.count
    let classified = classifiers.filter { $0 != nil }.count
    var parts = ["\(fitted) processes on \(state.inputs.rows) points"]
    if classified > 0 { parts.append("\(classified) classifiers") }
    let constant = state.targets.count - fitted
    if constant > 0 { parts.append("\(constant) constant") }
    let shapes = Set(state.targets.compactMap { $0.fit?.transform.shape }).map(\.rawValue).sorted()
    if !shapes.isEmpty && shapes != ["identity"] {
      parts.append("targets by \(shapes.joined(separator: ", "))")
    }
    return parts.joined(separator: ", ")
  }
}

extension GaussianSurrogate {
  public func predict(_ inputs: Matrix) -> Prediction { prediction(inputs, latentMoments(inputs)) }

  /// Of the transformed targets.
  private struct Latent: Sendable {
    var mean: [Double]
    var variance: [Double]
  }

  private func latentMoments(_ inputs: Matrix) -> [Latent?] {
    parallelMap(processes.count) { k in
      processes[k].map {
        let (mean, variance) = $0.predict(inputs)
        return Latent(mean: mean, variance: variance)
      }
    }
  }

  private func prediction(_ inputs: Matrix, _ latent: [Latent?]) -> Prediction {
    let targets = parallelMap(processes.count) { k -> (mean: [Double], variance: [Double]) in
      guard let fit = state.targets[k].fit, let latent = latent[k] else {
        let (mean, variance) = constant(state.targets[k])
        return (
          Array(repeating: mean, count: inputs.rows), Array(repeating: variance, count: inputs.rows)
        )
      }
      let moments = zip(latent.mean, latent.variance).map { fit.transform.moments(mean: $0, variance: $1) }
      return (moments.map(\.mean), moments.map(\.variance))
    }
    let logOdds = parallelMap(state.labels.count) { j -> [Double] in
      switch state.labels[j] {
      case .constant(let value): return Array(repeating: value, count: inputs.rows)
      case .classifier: return classifiers[j]!.logOdds(inputs)
      case .margin(let k):
        return inputs.rows == 0 ? [] : (0..<inputs.rows).map { marginLogOdds(k, latent[k]!, $0).value }
      }
    }
    return Prediction(mean: targets.map(\.mean), variance: targets.map(\.variance), logOdds: logOdds)
  }

  /// Of a target without a process (all values equal, or all inputs): mean and variance of its values; without any value 0
  /// give or take 1.
  private func constant(_ target: TargetState) -> (mean: Double, variance: Double) {
    let known = target.values.filter(\.isFinite)
    guard !known.isEmpty else { return (0, 1) }
    let (mean, deviation) = TargetTransform.moments(known)
    return (mean, TargetTransform.finite(deviation * deviation))
  }

  /// ln odds that an observation of target k is at least 0, and its derivatives by latent mean and variance.
  private func marginLogOdds(_ k: Int, _ latent: Latent, _ row: Int) -> (
    value: Double, byMean: Double, byVariance: Double
  ) {
    let fit = state.targets[k].fit!
    let variance = latent.variance[row] + fit.hyperparameters.noiseVariance
    let deviation = variance.squareRoot()
    let z = (latent.mean[row] - fit.transform(0)) / deviation
    let odds = normalLogOdds(z)
    return (odds.value, odds.slope / deviation, -0.5 * odds.slope * z / variance)
  }

  public func gradient(_ inputs: Matrix, seeds: (Prediction) -> PredictionSeeds) -> (
    prediction: Prediction, gradient: Matrix
  ) {
    let latent = latentMoments(inputs)
    let prediction = prediction(inputs, latent)
    let seeds = seeds(prediction)
    let count = processes.count
    let parts = parallelMap(count + state.labels.count) { i -> Matrix? in
      if i < count {
        guard let process = processes[i], let latent = latent[i] else { return nil }
        let (byMean, byVariance) = latentSeeds(i, latent, seeds)
        return process.posterior.gradient(inputs, byMean: byMean, byVariance: byVariance)
      }
      guard let classifier = classifiers[i - count], !seeds.logOdds.isEmpty else { return nil }
      return classifier.gradient(inputs, seeds: seeds.logOdds[i - count])
    }
    var gradient = Matrix(rows: inputs.rows, columns: inputs.columns)
    for part in parts {
      guard let part else { continue }
      for i in gradient.values.indices { gradient.values[i] += part.values[i] }
    }
    for i in gradient.values.indices { gradient.values[i] = TargetTransform.finite(gradient.values[i]) }
    return (prediction, gradient)
  }

  /// Derivatives by the latent moments of target k: through its mean and variance and through the labels it decides.
  private func latentSeeds(_ k: Int, _ latent: Latent, _ seeds: PredictionSeeds) -> ([Double], [Double]) {
    let transform = state.targets[k].fit!.transform
    let decided = state.labels.indices.filter { j in
      if case .margin(k) = state.labels[j] { return !seeds.logOdds.isEmpty }
      return false
    }
    var (byMean, byVariance): ([Double], [Double]) = ([], [])
    for row in latent.mean.indices {
      let moments = transform.moments(mean: latent.mean[row], variance: latent.variance[row])
      let mean = seeds.mean.isEmpty ? 0 : seeds.mean[k][row]
      let variance = seeds.variance.isEmpty ? 0 : seeds.variance[k][row]
      var first = mean * moments.meanByMean + variance * moments.varianceByMean
      var second = mean * moments.meanByVariance + variance * moments.varianceByVariance
      if !decided.isEmpty {
        let odds = marginLogOdds(k, latent, row)
        let seed = decided.reduce(0) { $0 + seeds.logOdds[$1][row] }
        first += seed * odds.byMean
        second += seed * odds.byVariance
      }
      byMean.append(TargetTransform.finite(first))
      byVariance.append(TargetTransform.finite(second))
    }
    return (byMean, byVariance)
  }
}
