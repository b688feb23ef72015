import Foundation

/// Which slope of the surrogate the search follows besides crossing and mutating.
public enum SearchGradient: String, Codable, Sendable, CaseIterable { case none, objective, constraint, both }

/// An evolutionary search on a surrogate's predictions: where the predicted front lies.
struct SurrogateSearch: Sendable {
  let model: ProblemModel
  let algorithm: AlgorithmEntry
  let options: SearchOptions
  /// A ceiling: the search ends when its front stands still.
  let generations: Int
  let gradient: SearchGradient
  /// What predicted margins are divided by, one per constraint.
  let scales: [Double]

  /// Generations between descents, and between two looks at whether the front still moves.
  private static let period = 10

  /// - Parameter seeds: points to start from besides the algorithm's own; parameter values.
  /// - Returns: the final population with its predictions.
  func run(seeds: [[Double]], stream: RandomStream, shouldStop: () -> Bool) -> Population {
    var search = algorithm.make(model.problem.space, options, stream)
    if !seeds.isEmpty { search.seed(predicted(seeds)) }
    var last = 0.0
    for generation in 1...max(generations, 1) {
      let asked = predicted(search.ask())
      search.tell(costs: asked.costs, violation: asked.violation)
      if shouldStop() { break }
      guard generation % Self.period == 0 else { continue }
      if gradient != .none { search.seed(predicted(descended(search.population))) }
      let now = progress(search.population)
      if generation >= 2 * Self.period, now.isFinite, abs(now - last) <= 1e-3 * abs(now) { break }
      last = now
    }
    return search.population
  }

  private func predicted(_ points: [[Double]]) -> Population {
    let prediction = model.predictMeans(points)
    return Population(
      points: points, costs: prediction.costs, violation: prediction.violation(scales: scales))
  }

  /// How far the search has come: the hypervolume of the front over its own range; without a feasible point, minus the smallest
  /// violation.
  private func progress(_ population: Population) -> Double {
    let front = population.best
    guard !front.isEmpty else { return -(population.violation.min() ?? 0) }
    let costs = population.subset(front).costs
    return MeasuredHypervolume(following: costs, reference: HypervolumeCurve.reference(costs)).value
  }

  /// Copies of the worse half of a population after a few steps along the surrogate's slope.
  private func descended(_ population: Population) -> [[Double]] {
    let space = model.problem.space
    let ranking = Ranking(costs: population.costs, violation: population.violation)
    let order = ranking.fronts.joined()
    let worse = order.suffix(population.count / 2).map { space.encode(population.points[$0]) }
    guard !worse.isEmpty else { return [] }
    let nadir = population.costs.map { $0.filter(\.isFinite).max() ?? 1 }
    let ideal = population.costs.map { $0.filter(\.isFinite).min() ?? 0 }
    var ascent = BoxAscent()
    ascent.rounds = 8
    return ascent.climb(worse) { unit in climbed(unit, ideal: ideal, nadir: nadir) }.map {
      space.decode($0.x)
    }
  }

  /// Sum of ln P(satisfied) for `constraint`; ln of the box between the point and a reference a tenth beyond the worst costs for
  /// `objective`; their sum for `both`.
  private func climbed(_ unit: Matrix, ideal: [Double], nadir: [Double]) -> (
    values: [Double], gradient: Matrix
  ) {
    var values: [Double] = []
    let (_, slope) = model.gradient(unit: unit) { prediction in
      var seeds = ProblemSeeds(count: unit.rows)
      values = Array(repeating: 0, count: unit.rows)
      if gradient != .objective {
        values = prediction.logFeasibility
        seeds.logOdds = prediction.logOdds.map { $0.map { logistic(-$0) } }
        seeds.success = prediction.success.map { logistic(-$0) }
      }
      if gradient != .constraint {
        seeds.costs = prediction.costs
        for k in prediction.costs.indices {
          let width = max(nadir[k] - ideal[k], 1e-300)
          for row in values.indices {
            // Beyond the reference the logarithm goes on as a straight line.
            let side = 1.1 - (prediction.costs[k][row] - ideal[k]) / width
            values[row] += side > 0.05 ? log(side) : log(0.05) + (side - 0.05) / 0.05
            seeds.costs[k][row] = -1 / (width * max(side, 0.05))
          }
        }
      }
      return seeds
    }
    return (values, slope)
  }
}

extension ProblemPrediction {
  /// Total predicted violation, as constrained dominance takes it: 0 where every constraint is more likely satisfied than not.
  ///
  /// - Parameter scales: what margins are divided by.
  func violation(scales: [Double]) -> [Double] {
    let rows = costs.first?.count ?? logOdds.first?.count ?? 0
    return (0..<rows).map { row in
      var sum = success.isEmpty ? 0 : Self.distance(success[row])
      for j in logOdds.indices where logOdds[j][row] < 0 {
        sum +=
          margins[j].isEmpty
          ? Self.distance(logOdds[j][row]) : min(max(-margins[j][row] / scales[j], 1e-9), 1)
      }
      return sum
    }
  }

  /// Of log odds, within [0, 1) and never without a slope.
  private static func distance(_ logOdds: Double) -> Double { logOdds >= 0 ? 0 : -logOdds / (4 - logOdds) }
}
