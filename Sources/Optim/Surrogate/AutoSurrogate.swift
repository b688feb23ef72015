import Foundation

/// Several surrogates, weighted target by target and label by label.
///
/// Means and log odds are weighted sums. The variance is that of the mixture: the weighted variances plus the weighted squared
/// distances of the means from the common one. A part that does not know its variance counts with its squared error of the
/// cross-validation.
public struct AutoSurrogate: Surrogate {
  struct Part: Sendable {
    let name: String
    let model: any Surrogate
    /// Mean squared error per target when held out.
    let error: [Double]
  }

  let parts: [Part]
  /// `targetWeights[k][part]`, at least 0, sum 1.
  let targetWeights: [[Double]]
  let labelWeights: [[Double]]
  /// How many points the weights were decided on.
  let decidedAt: Int
  public let summary: String

  public func predict(_ inputs: Matrix) -> Prediction { combine(parts.map { $0.model.predict(inputs) }) }

  public func predictMeans(_ inputs: Matrix) -> Prediction {
    combine(parts.map { $0.model.predictMeans(inputs) })
  }

  /// One pass through every part: the predictions of all are known before the first goes backwards.
  public func gradient(_ inputs: Matrix, seeds: (Prediction) -> PredictionSeeds) -> (
    prediction: Prediction, gradient: Matrix
  ) {
    var predictions: [Prediction] = []
    var combined: Prediction?
    var wanted = PredictionSeeds()
    var sum: Matrix?
    func descend(_ part: Int) {
      guard part < parts.count else {
        let all = combine(predictions)
        combined = all
        wanted = seeds(all)
        return
      }
      let (_, gradient) = parts[part].model.gradient(inputs) { prediction in
        predictions.append(prediction)
        descend(part + 1)
        return share(of: part, wanted, prediction, combined!)
      }
      guard sum != nil else {
        sum = gradient
        return
      }
      for at in gradient.values.indices { sum!.values[at] += gradient.values[at] }
    }
    descend(0)
    return (combined!, sum!)
  }

  private func combine(_ predictions: [Prediction]) -> Prediction {
    let rows = (predictions[0].mean.first ?? predictions[0].logOdds.first)?.count ?? 0
    func weighted(_ weights: [Double], _ column: (Int) -> [Double]) -> [Double] {
      var result = Array(repeating: 0.0, count: rows)
      for (part, weight) in weights.enumerated() where weight > 0 {
        let own = column(part)
        for i in 0..<rows { result[i] += weight * own[i] }
      }
      return result
    }
    let means = targetWeights.indices.map { k in
      weighted(targetWeights[k]) { predictions[$0].mean[k] }
    }
    let variances = targetWeights.indices.map { k in
      weighted(targetWeights[k]) { part in
        let own = predictions[part]
        return (0..<rows).map { i in
          let distance = own.mean[k][i] - means[k][i]
          return (own.variance?[k][i] ?? parts[part].error[k]) + distance * distance
        }
      }
    }
    let logOdds = labelWeights.indices.map { j in
      weighted(labelWeights[j]) { predictions[$0].logOdds[j] }
    }
    return Prediction(mean: means, variance: variances, logOdds: logOdds)
  }

  /// What derivatives with respect to the combined prediction mean for one part. The common mean drops out of the variance's
  /// derivative, because the weighted distances from it add up to 0.
  private func share(
    of part: Int, _ wanted: PredictionSeeds, _ own: Prediction, _ combined: Prediction
  ) -> PredictionSeeds {
    var result = PredictionSeeds()
    if !wanted.mean.isEmpty || !wanted.variance.isEmpty {
      result.mean = targetWeights.indices.map { k in
        let weight = targetWeights[k][part]
        return own.mean[k].indices.map { i in
          let mean = wanted.mean.isEmpty ? 0 : wanted.mean[k][i]
          let variance = wanted.variance.isEmpty ? 0 : wanted.variance[k][i]
          return weight * (mean + 2 * variance * (own.mean[k][i] - combined.mean[k][i]))
        }
      }
    }
    if own.variance != nil, !wanted.variance.isEmpty {
      result.variance = targetWeights.indices.map { k in
        wanted.variance[k].map { targetWeights[k][part] * $0 }
      }
    }
    if !wanted.logOdds.isEmpty {
      result.logOdds = labelWeights.indices.map { j in
        wanted.logOdds[j].map { labelWeights[j][part] * $0 }
      }
    }
    return result
  }
}

extension AutoSurrogate {
  private enum Key: String, CodingKey {
    case names, models, errors, targetWeights, labelWeights, decidedAt, summary
  }

  public func encode(to encoder: any Encoder) throws {
    var box = encoder.container(keyedBy: Key.self)
    try box.encode(parts.map(\.name), forKey: .names)
    try box.encode(parts.map { try $0.model.encoded() }, forKey: .models)
    try box.encode(parts.map(\.error), forKey: .errors)
    try box.encode(targetWeights, forKey: .targetWeights)
    try box.encode(labelWeights, forKey: .labelWeights)
    try box.encode(decidedAt, forKey: .decidedAt)
    try box.encode(summary, forKey: .summary)
  }

  /// - Throws: `DecodingError` for parts that this version does not have.
  public init(from decoder: any Decoder) throws {
    let box = try decoder.container(keyedBy: Key.self)
    let names = try box.decode([String].self, forKey: .names)
    let models = try box.decode([Data].self, forKey: .models)
    let errors = try box.decode([[Double]].self, forKey: .errors)
    parts = try names.indices.map { k in
      guard let entry = Surrogates.named(names[k]), models.indices.contains(k), errors.indices.contains(k)
      else {
        throw DecodingError.dataCorruptedError(
          forKey: .names, in: box, debugDescription: "there is no surrogate '\(names[k])'")
      }
      return Part(name: names[k], model: try entry.decode(models[k]), error: errors[k])
    }
    targetWeights = try box.decode([[Double]].self, forKey: .targetWeights)
    labelWeights = try box.decode([[Double]].self, forKey: .labelWeights)
    decidedAt = try box.decode(Int.self, forKey: .decidedAt)
    summary = try box.decode(String.self, forKey: .summary)
  }
}
