import Foundation

/// Logistic regression for labels and ridge regression for targets, on principal components: a baseline (`logistic`).
public struct LogisticSurrogate: Surrogate {
  /// Of transformed values; what never changes has no weights.
  private struct Target: Codable, Sendable {
    var transform: TargetTransform?
    var function: LinearFunction
  }

  private let targets: [Target]
  /// Log odds.
  private let labels: [LinearFunction]
  private let components: Int

  public static let entry = SurrogateEntry(
    "logistic",
    "logistic regression of yes/no answers and ridge regression of numbers on principal components",
    version: 1
  ) { set, _, stream, _, _ in
    try LogisticSurrogate(set, stream: stream)
  }

  /// - Throws: `TrainingError` where nothing is known.
  public init(_ set: TrainingSet, stream: RandomStream) throws {
    guard set.count > 0, (set.targets + set.labels).contains(where: { $0.contains(where: \.isFinite) }) else {
      throw TrainingError("logistic has nothing to learn from: no point with a known answer")
    }
    let components = PrincipalComponents(set.inputs)
    let features = components(set.inputs)
    self.components = components.count
    targets = parallelMap(set.targets.count) { k in
      Self.target(set.targets[k], features, components)
    }
    labels = parallelMap(set.labels.count) { j in
      Self.label(set.labels[j], features, components, stream.derived(UInt64(j)))
    }
  }

  private static func target(_ values: [Double], _ features: Matrix, _ components: PrincipalComponents)
    -> Target
  {
    let rows = values.indices.filter { values[$0].isFinite }
    let known = rows.map { values[$0] }
    let candidates = TargetTransform.candidates(for: known).filter { $0.shape == .identity }
    let constant = LinearFunction(
      intercept: known.isEmpty ? 0 : TargetTransform.moments(known).mean,
      weights: Array(repeating: 0, count: components.onInputs(.init(intercept: 0, weights: [])).weights.count)
    )
    // With absurd values, the candidate that compresses them.
    guard let transform = candidates.last,
      let function = RidgeRegression.best(features.subset(rows), known.map { transform($0) })
    else { return Target(transform: nil, function: constant) }
    return Target(transform: transform, function: components.onInputs(function))
  }

  private static func label(
    _ values: [Double], _ features: Matrix, _ components: PrincipalComponents, _ stream: RandomStream
  ) -> LinearFunction {
    let rows = values.indices.filter { values[$0].isFinite }
    let labels = rows.map { values[$0] }
    let ones = labels.reduce(0, +)
    guard ones > 0, ones < Double(labels.count) else {
      // Laplace's rule of succession for a single class.
      return components.onInputs(
        LinearFunction(intercept: log((ones + 1) / (Double(labels.count) - ones + 1)), weights: []))
    }
    let own = features.subset(rows)
    let penalty = LogisticRegression.choosePenalty(own, labels, stream: stream)
    return components.onInputs(LogisticRegression.fit(own, labels, penalty: penalty))
  }

  public func predict(_ inputs: Matrix) -> Prediction {
    let means = targets.map { target in
      target.function(inputs).map { TargetTransform.finite(target.transform?.inverse($0).value ?? $0) }
    }
    return Prediction(mean: means, logOdds: labels.map { $0(inputs).map(TargetTransform.finite) })
  }

  public func gradient(_ inputs: Matrix, seeds: (Prediction) -> PredictionSeeds) -> (
    prediction: Prediction, gradient: Matrix
  ) {
    let prediction = predict(inputs)
    let seeds = seeds(prediction)
    var gradient = Matrix(rows: inputs.rows, columns: inputs.columns)
    func add(_ function: LinearFunction, _ factors: [Double]) {
      for (i, factor) in factors.enumerated() where factor != 0 {
        for j in 0..<inputs.columns { gradient[i, j] += factor * function.weights[j] }
      }
    }
    for (target, factors) in zip(targets, seeds.mean) {
      let slope = target.transform?.inverse(0).slope ?? 0
      add(target.function, factors.map { slope * $0 })
    }
    for (label, factors) in zip(labels, seeds.logOdds) { add(label, factors) }
    return (prediction, gradient)
  }

  public var summary: String {
    "linear in \(components) principal components: \(targets.count) targets, \(labels.count) labels"
  }
}
