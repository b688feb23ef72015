import Foundation

/// Adam (Kingma and Ba 2015) on the parameters of a deep process, with natural-gradient steps of the heads' beliefs where the bound is climbed.
struct DeepTraining {
  let objective: DeepObjective
  let recipe: DeepRecipe
  let steps: Int
  var stream: RandomStream
  let observer: (any TrainingObserver)?

  private static let (momentum, memory, epsilon) = (0.9, 0.99, 1e-8)
  /// Steps between copies that training goes back to when something is not finite.
  private static let checkpoint = 50
  private static let reportEvery = 10

  /// The trained network; the one given where nothing can be trained.
  mutating func train(_ start: DeepNetwork) -> DeepNetwork {
    let natural = objective.isNatural
    var network = start
    var parameters = network.parameters(natural: natural)
    var (first, second) = (
      [Double](repeating: 0, count: parameters.count), [Double](repeating: 0, count: parameters.count)
    )
    let rates = network.relativeRates(natural: natural)
    var beliefs = network.heads.map { SparseClassifier.Belief(order: $0.process.order) }
    var kept = (network: network, beliefs: beliefs)
    var (slowing, failures, updates) = (1.0, 0, 0)
    var order: [Int] = []
    for step in 0..<steps {
      if observer?.shouldStop == true { break }
      let rows = batch(&order)
      var next: DeepObjective.Outcome?
      if let prepared = PreparedNetwork(network) {
        let outcome = objective.evaluate(prepared, rows: rows, deviations: deviations(prepared, rows.count))
        if outcome.value.isFinite, outcome.gradient.allSatisfy(\.isFinite) { next = outcome }
      }
      var settled = true
      if let next, natural {
        for (k, target) in next.beliefs.enumerated() {
          beliefs[k] = beliefs[k].moved(to: target, share(step, rows: rows.count))
          settled = beliefs[k].settle(&network.heads[k].process) && settled
        }
      }
      guard let next, settled else {
        // Something overflowed or is singular: back to where all was well, in smaller steps.
        failures += 1
        if failures > 3 { return kept.network }
        (network, beliefs) = kept
        parameters = network.parameters(natural: natural)
        for i in first.indices { (first[i], second[i]) = (0, 0) }
        (slowing, updates) = (slowing / 4, 0)
        continue
      }
      updates += 1
      let rate = DeepRecipe.rate * slowing * schedule(step)
      let corrections = (1 - pow(Self.momentum, Double(updates)), 1 - pow(Self.memory, Double(updates)))
      for i in parameters.indices {
        let slope = next.gradient[i]
        first[i] += (1 - Self.momentum) * (slope - first[i])
        second[i] += (1 - Self.memory) * (slope * slope - second[i])
        parameters[i] +=
          rate * rates[i] * (first[i] / corrections.0)
          / ((second[i] / corrections.1).squareRoot() + Self.epsilon)
      }
      network.setParameters(parameters, natural: natural)
      parameters = network.parameters(natural: natural)
      if step % Self.checkpoint == 0 { kept = (network, beliefs) }
      if step % Self.reportEvery == 0 || step + 1 == steps {
        observer?.report(
          TrainingProgress(activity: recipe.name, done: step + 1, total: steps, loss: -next.value))
      }
    }
    return PreparedNetwork(network) == nil ? kept.network : network
  }

  /// Warm-up over a twentieth, then a cosine to 1 %.
  private func schedule(_ step: Int) -> Double {
    let at = Double(step + 1) / Double(steps)
    return at < 0.05 ? at / 0.05 : 0.01 + 0.99 * 0.5 * (1 + cos(.pi * (at - 0.05) / 0.95))
  }

  /// How far a belief goes towards what the batch asks for: all the way at first, later so far that it remembers ten batches or all data.
  private func share(_ step: Int, rows: Int) -> Double {
    max(1 / Double(step + 1), max(0.1, min(0.5, Double(rows) / Double(objective.inputs.rows))))
  }

  private mutating func batch(_ order: inout [Int]) -> [Int] {
    let n = objective.inputs.rows
    guard n > 2 * recipe.batch else { return Array(0..<n) }
    if order.count < recipe.batch { order = stream.permutation(n) }
    defer { order.removeLast(recipe.batch) }
    return Array(order.suffix(recipe.batch))
  }

  /// Pairs of opposite random deviations for the bound, the sites for the density.
  private mutating func deviations(_ prepared: PreparedNetwork, _ rows: Int) -> [Double] {
    guard objective.isNatural else { return prepared.siteDeviations(rows: rows) }
    let count = rows * prepared.hidden.count
    return (0..<max(recipe.samples / 2, 1)).flatMap { _ -> [Double] in
      let drawn = (0..<count).map { _ in stream.normal() }
      return drawn + drawn.map { -$0 }
    }
  }
}
