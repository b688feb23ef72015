import Foundation

/// Gaussian processes for targets and yes/no labels: exact ones (`gpr`, `megp`, `egp`, `vgp`), and sparse ones that know their data through
/// inducing points (`svgp`, `spv`, `siv`, `crv`).
///
/// Each process models a linear combination of transformed targets that are known at the same points, and each transformed
/// target is a linear combination of processes: one and the same in `gpr`, a linear model of coregionalisation in `megp` and `crv`.
/// A numeric constraint's probability is that of its margin, observation noise included: Phi(mean / deviation).
public struct GaussianSurrogate: Surrogate {
  /// What is stored; factors are computed again when it is read, which costs less than keeping them.
  struct State: Codable, Sendable {
    var inputs: Matrix
    var targets: [TargetState]
    var processes: [ProcessState]
    var labels: [LabelState]
  }

  struct TargetState: Codable, Sendable {
    /// In user's units, NaN where unknown.
    var values: [Double]
    /// Nil for targets that never change or have no value: they are predicted as constant.
    var transform: TargetTransform?
    /// The transformed target as a sum of processes.
    var shares: [Share] = []
  }

  struct ProcessState: Codable, Sendable {
    /// Its values as a sum of transformed targets.
    var combination: [Share]
    /// Without signal variance it is noise about its mean.
    var hyperparameters: GaussianHyperparameters
    /// ln p of its values.
    var logLikelihood: Double
    /// Number of points that its hyperparameters were searched for; nil for a process that is noise.
    var searchedPoints: Int?
    /// Inducing points of a sparse process; nil for an exact one.
    var inducing: Matrix?
    /// The part of a sparse process's noise that is its own error, which counts as variance of its mean.
    var unexplained: Double?
  }

  /// So much of a process in a target, or of a target in a process.
  struct Share: Codable, Sendable {
    var index: Int
    var weight: Double
  }

  enum LabelState: Codable, Sendable {
    /// Of a label that has one class only.
    case constant(logOdds: Double)
    case margin(target: Int)
    case classifier(labels: [Double], GaussianClassifier.Hyperparameters)
    /// An exact one by variational inference.
    case variational(labels: [Double], GaussianClassifier.Hyperparameters)
    case sparse(SparseClassifier.State)
  }

  let state: State
  private let processes: [KernelPosterior?]
  private let classifiers: [GaussianClassifier?]

  init(_ state: State) throws {
    self.state = state
    let (sharers, count) = (state.sharers, state.processes.count)
    let models = parallelMap(sharers.count + state.labels.count) { i in
      Result<([KernelPosterior?], GaussianClassifier?), any Error> {
        i < sharers.count
          ? (try Self.posteriors(sharers[i], state), nil)
          : ([], try Self.classifier(state.labels[i - sharers.count], state.inputs))
      }
    }
    var processes = [KernelPosterior?](repeating: nil, count: count)
    for (group, model) in zip(sharers, models) {
      for (process, posterior) in zip(group, try model.get().0) { processes[process] = posterior }
    }
    self.processes = processes
    classifiers = try models.dropFirst(sharers.count).map { try $0.get().1 }
  }

  /// Of processes that share what they see of the data.
  private static func posteriors(_ group: [Int], _ state: State) throws -> [KernelPosterior?] {
    let first = state.processes[group[0]]
    guard first.hyperparameters.signalVariance > 0 else { return [nil] }
    let rows = state.rows(of: first)
    let inputs = state.inputs.subset(rows)
    if let inducing = first.inducing {
      return try SparseFit.posteriors(
        inputs: inputs, inducing: inducing, values: group.map { state.values(of: state.processes[$0], rows) },
        hyperparameters: group.map { state.processes[$0].hyperparameters })
    }
    return [
      try GaussianProcess(
        inputs: inputs, values: state.values(of: first, rows), hyperparameters: first.hyperparameters
      ).posterior
    ]
  }

  private static func classifier(_ label: LabelState, _ inputs: Matrix) throws -> GaussianClassifier? {
    func exact(
      _ labels: [Double], _ hyperparameters: GaussianClassifier.Hyperparameters,
      _ approximation: GaussianClassifier.Approximation
    ) throws -> GaussianClassifier {
      let rows = labels.indices.filter { labels[$0].isFinite }
      return try GaussianClassifier(
        inputs: inputs.subset(rows), labels: rows.map { labels[$0] }, hyperparameters: hyperparameters,
        by: approximation)
    }
    switch label {
    case .constant, .margin: return nil
    case .classifier(let labels, let found): return try exact(labels, found, .laplace)
    case .variational(let labels, let found): return try exact(labels, found, .variational)
    case .sparse(let sparse): return try GaussianClassifier(sparse, inputs)
    }
  }

  public init(from decoder: any Decoder) throws { try self.init(State(from: decoder)) }

  public func encode(to encoder: any Encoder) throws { try state.encode(to: encoder) }

  public var summary: String {
    let varying = state.targets.filter { $0.transform != nil }
    let classified = classifiers.filter { $0 != nil }.count
    var parts = ["\(processes.filter { $0 != nil }.count) processes on \(state.inputs.rows) points"]
    if let inducing = state.inducingCounts { parts.append(inducing) }
    if classified > 0 { parts.append("\(classified) classifier\(classified == 1 ? "" : "s")") }
    let constant = state.targets.count - varying.count
    if constant > 0 { parts.append("\(constant) constant") }
    let mixed = varying.filter { $0.shares.count > 1 }.count
    if mixed > 0 { parts.append("\(mixed) targets coregionalised") }
    let shapes = Set(varying.map { $0.transform!.shape.rawValue }).sorted()
    if !shapes.isEmpty && shapes != ["identity"] {
      parts.append("targets by \(shapes.joined(separator: ", "))")
    }
    return parts.joined(separator: ", ")
  }
}

extension GaussianSurrogate {
  public func predict(_ inputs: Matrix) -> Prediction { prediction(inputs, latentMoments(inputs)) }

  /// Transformed targets are mapped back at their mean, and margins count as if they were known but for the noise.
  public func predictMeans(_ inputs: Matrix) -> Prediction {
    var prediction = prediction(inputs, latentMoments(inputs, withVariance: false))
    prediction.variance = nil
    return prediction
  }

  /// Of a transformed target.
  private struct Latent: Sendable {
    var mean: [Double]
    /// Without observation noise.
    var variance: [Double]
    var noise: Double
  }

  private func latentMoments(_ inputs: Matrix, withVariance: Bool = true) -> [Latent?] {
    let zeros = [Double](repeating: 0, count: inputs.rows)
    return latent(
      parallelMap(processes.count) { k -> Moments in
        guard let process = processes[k] else { return (constantMean(k, zeros), zeros) }
        return withVariance ? process.predict(inputs) : (process.predictMean(inputs), zeros)
      }, rows: inputs.rows)
  }

  private typealias Moments = (mean: [Double], variance: [Double])

  /// Of a process without a signal.
  private func constantMean(_ k: Int, _ zeros: [Double]) -> [Double] {
    zeros.map { $0 + state.processes[k].hyperparameters.mean }
  }

  /// Transformed targets from the processes that they are made of.
  private func latent(_ moments: [Moments], rows: Int) -> [Latent?] {
    state.targets.map { target -> Latent? in
      guard target.transform != nil else { return nil }
      var latent = Latent(
        mean: Array(repeating: 0, count: rows), variance: Array(repeating: 0, count: rows), noise: 0)
      for share in target.shares {
        let square = share.weight * share.weight
        let unexplained = state.processes[share.index].unexplained ?? 0
        for i in 0..<rows {
          latent.mean[i] += share.weight * moments[share.index].mean[i]
          latent.variance[i] += square * (moments[share.index].variance[i] + unexplained)
        }
        latent.noise += square * (state.processes[share.index].hyperparameters.noiseVariance - unexplained)
      }
      return latent
    }
  }

  private func prediction(_ inputs: Matrix, _ latent: [Latent?]) -> Prediction {
    let targets = parallelMap(latent.count) { k -> (mean: [Double], variance: [Double]) in
      guard let transform = state.targets[k].transform, let latent = latent[k] else {
        let (mean, variance) = constant(state.targets[k])
        return (
          Array(repeating: mean, count: inputs.rows), Array(repeating: variance, count: inputs.rows)
        )
      }
      let moments = zip(latent.mean, latent.variance).map { transform.moments(mean: $0, variance: $1) }
      return (moments.map(\.mean), moments.map(\.variance))
    }
    let logOdds = parallelMap(state.labels.count) { j -> [Double] in
      switch state.labels[j] {
      case .constant(let value): Array(repeating: value, count: inputs.rows)
      case .classifier, .variational, .sparse: classifiers[j]!.logOdds(inputs)
      case .margin(let k): (0..<inputs.rows).map { marginLogOdds(k, latent[k]!, $0).value }
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
    let variance = latent.variance[row] + latent.noise
    let deviation = variance.squareRoot()
    let z = (latent.mean[row] - state.targets[k].transform!(0)) / deviation
    let odds = normalLogOdds(z)
    return (odds.value, odds.slope / deviation, -0.5 * odds.slope * z / variance)
  }

  public func gradient(_ inputs: Matrix, seeds: (Prediction) -> PredictionSeeds) -> (
    prediction: Prediction, gradient: Matrix
  ) {
    let (latent, evaluations) = latentEvaluations(inputs)
    let prediction = prediction(inputs, latent)
    let seeds = seeds(prediction)
    let count = processes.count
    let processSeeds = processSeeds(latent, seeds, rows: inputs.rows)
    let parts = parallelMap(count + state.labels.count) { i -> Matrix? in
      if i < count {
        let (byMean, byVariance) = processSeeds[i]
        if let evaluation = evaluations[i] {
          return processes[i]?.gradient(evaluation, byMean: byMean[...], byVariance: byVariance[...])
        }
        return processes[i]?.gradient(inputs, byMean: byMean, byVariance: byVariance)
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

  /// Points whose evaluations are kept for the gradient, which then costs one triangular system instead of two.
  private static let keptRows = 64

  private func latentEvaluations(_ inputs: Matrix) -> ([Latent?], [KernelPosterior.Evaluation?]) {
    guard inputs.rows <= Self.keptRows else { return (latentMoments(inputs), processes.map { _ in nil }) }
    let zeros = [Double](repeating: 0, count: inputs.rows)
    let evaluations = parallelMap(processes.count) { processes[$0]?.evaluate(inputs) }
    let moments = evaluations.enumerated().map { k, evaluation -> Moments in
      evaluation.map { ($0.mean, $0.variance) } ?? (constantMean(k, zeros), zeros)
    }
    return (latent(moments, rows: inputs.rows), evaluations)
  }

  private typealias MomentSeeds = (mean: [Double], variance: [Double])

  /// Derivatives by the moments of each process.
  private func processSeeds(_ latent: [Latent?], _ seeds: PredictionSeeds, rows: Int) -> [MomentSeeds] {
    let zeros = [Double](repeating: 0, count: rows)
    var result = [MomentSeeds](repeating: (zeros, zeros), count: processes.count)
    for (k, latent) in latent.enumerated() {
      guard let latent else { continue }
      let target = latentSeeds(k, latent, seeds)
      for share in state.targets[k].shares {
        let square = share.weight * share.weight
        for i in 0..<rows {
          result[share.index].mean[i] += share.weight * target.mean[i]
          result[share.index].variance[i] += square * target.variance[i]
        }
      }
    }
    return result
  }

  /// Derivatives by the latent moments of target k: through its mean and variance and through the labels it decides.
  private func latentSeeds(_ k: Int, _ latent: Latent, _ seeds: PredictionSeeds) -> MomentSeeds {
    let transform = state.targets[k].transform!
    let decided = state.labels.indices.filter { j in
      if case .margin(k) = state.labels[j] { return !seeds.logOdds.isEmpty }
      return false
    }
    var result: MomentSeeds = ([], [])
    for row in latent.mean.indices {
      let moments = transform.moments(mean: latent.mean[row], variance: latent.variance[row])
      let mean = seeds.mean.isEmpty ? 0 : seeds.mean[k][row]
      let variance = seeds.variance.isEmpty ? 0 : seeds.variance[k][row]
      var byMean = mean * moments.meanByMean + variance * moments.varianceByMean
      var byVariance = mean * moments.meanByVariance + variance * moments.varianceByVariance
      if !decided.isEmpty {
        let odds = marginLogOdds(k, latent, row)
        let seed = decided.reduce(0) { $0 + seeds.logOdds[$1][row] }
        byMean += seed * odds.byMean
        byVariance += seed * odds.byVariance
      }
      result.mean.append(TargetTransform.finite(byMean))
      result.variance.append(TargetTransform.finite(byVariance))
    }
    return result
  }
}
