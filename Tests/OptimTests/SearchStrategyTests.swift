import Foundation
import Testing

@testable import Optim

/// What single algorithms keep besides their population.
@Suite struct SearchStrategyTests {
  /// The factor kept by rank-one updates belongs to the covariance matrix that the formulas give.
  @Test func covarianceOfSteps() {
    let n = 4
    let rates = StepRates(dimension: n)
    var strategy = StepStrategy(step: 0.2, rates)
    var covariance = (0..<n).map { i in (0..<n).map { $0 == i ? 1.0 : 0 } }
    var path = [Double](repeating: 0, count: n)
    var success = rates.targetSuccess
    var random = RandomStream(seed: 8, purpose: .test)
    var standsStill = false
    for generation in 0..<40 {
      // Successes in a row bring the rate above 0.44, where the path stands still.
      let isSuccess = generation % 20 < 12
      strategy.learn(success: isSuccess, rates)
      success = (1 - rates.successRate) * success + (isSuccess ? rates.successRate : 0)
      guard isSuccess else { continue }
      let move = (0..<n).map { _ in random.normal() }
      strategy.learn(move: move, rates)
      let c = rates.pathRate
      let isMoving = success < 0.44
      standsStill = standsStill || !isMoving
      for j in 0..<n { path[j] = (1 - c) * path[j] + (isMoving ? (c * (2 - c)).squareRoot() * move[j] : 0) }
      for i in 0..<n {
        for j in 0..<n {
          let rest = isMoving ? 0 : c * (2 - c) * covariance[i][j]
          covariance[i][j] =
            (1 - rates.covarianceRate) * covariance[i][j] + rates.covarianceRate * (path[i] * path[j] + rest)
        }
      }
    }
    #expect(standsStill)
    let a = strategy.factor
    for i in 0..<n {
      for j in 0..<n {
        let product = (0..<n).reduce(0) { $0 + a[i * n + $1] * a[j * n + $1] }
        #expect(abs(product - covariance[i][j]) < 1e-9)
      }
    }
  }

  @Test func stepsGrowAndShrink() {
    let rates = StepRates(dimension: 10)
    var (lucky, unlucky) = (StepStrategy(step: 0.1, rates), StepStrategy(step: 0.1, rates))
    for _ in 0..<20 {
      lucky.learn(success: true, rates)
      unlucky.learn(success: false, rates)
    }
    #expect(lucky.step > 0.2 && lucky.step <= 1 && unlucky.step < 0.08)
    // A point at the border stays in the cube.
    #expect(lucky.moved([0, 1], [-5, 5]) == [0, 1])
  }

  /// A narrow rotated valley: distributions of the points' own find their way along it.
  @Test func shapesAreLearned() {
    let valley = { (x: [Double]) -> Double in
      let (along, across) = (x[0] + x[1] - 1.2, x[0] - x[1])
      return along * along + 1e4 * across * across
    }
    let reached = { (name: String) -> Double in
      var search = Algorithms.named(name)!.make(
        cube(2), SearchOptions(population: 10), RandomStream(seed: 2, purpose: .search))
      for _ in 0..<250 {
        let points = search.ask()
        search.tell(costs: [points.map(valley)], violation: points.map { _ in 0 })
      }
      return search.population.costs[0].min()!
    }
    let (own, common) = (reached("cmaes"), reached("nsga2"))
    #expect(own < 1e-8 && common > 100 * own, "\(own), \(common)")
  }

  @Test func trustRegionsGrowAndShrink() {
    var region = TrustRegion()
    let start = region.side
    for _ in 0..<3 { region.count(survivors: 2, of: 5) }
    #expect(region.side == min(2 * start, TrustRegion.largestSide))
    for _ in 0..<3 { region.count(survivors: 0, of: 5) }
    #expect(region.side == start)
    // Neither success nor failure in between: counters stand.
    region.count(survivors: 0, of: 5)
    region.count(survivors: 15, of: 100)
    region.count(survivors: 0, of: 5)
    #expect(region.side == start)
    for _ in 0..<60 { region.count(survivors: 0, of: 5) }
    #expect(region.isSpent)
    var box = TrustRegion()
    for _ in 0..<3 { box.count(survivors: 0, of: 5) }
    #expect(box.inside(0.5, 9) == 0.5 + box.side / 2 && box.inside(0.9, 9) == 1 && box.inside(0.1, -9) == 0)
  }
}
