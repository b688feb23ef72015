import Foundation
import Testing

@testable import Optim

@Suite struct HypervolumeTests {
  @Test func agreesWithMoocore() throws {
    for line in try fixture("moocore") {
      let costs = pointSet(line[0], Int(line[1])!, Int(line[2])!)
      let expected = Double(line[3])!
      let volume = hypervolume(costs, reference: costs.map { _ in 1.1 })
      #expect(abs(volume - expected) <= 1e-12 * expected, "\(line) \(volume)")
    }
  }

  @Test func pointsBeyondTheReferenceAddNothing() {
    #expect(hypervolume([[1, 3, .nan, 2], [1, 0, 0, 2]], reference: [2, 2]) == 1)
    #expect(hypervolume([[], [], []], reference: [1, 1, 1]) == 0)
    #expect(hypervolume([], reference: []) == 0)
  }

  @Test func orderDoesNotMatter() {
    var random = RandomStream(seed: 4, purpose: .test)
    for objectives in 2...5 {
      let costs = pointSet("sphere", 80, objectives)
      let volume = hypervolume(costs, reference: costs.map { _ in 1.1 })
      let order = random.permutation(80)
      let again = hypervolume(
        costs.map { column in order.map { column[$0] } }, reference: costs.map { _ in 1.1 })
      #expect(abs(volume - again) < 1e-12 * volume)
    }
  }

  /// Boxes with whole corners are counted cell by cell; there are many ties, repeats and hidden boxes among them.
  @Test(arguments: 2...8) func agreesWithCountedCells(_ objectives: Int) {
    var random = RandomStream(seed: 6, purpose: .test, index: UInt64(objectives))
    let side = objectives > 6 ? 3 : 4
    for count in [3, 4, 8, 9, 25, 40] {
      let costs = (0..<objectives).map { _ in (0..<count).map { _ in Double(random.below(side)) } }
      let points = transposed(costs)
      var cells = 0
      var cell = [Double](repeating: 0, count: objectives)
      func visit(_ j: Int) {
        guard j < objectives else {
          if points.contains(where: { zip($0, cell).allSatisfy { $0 <= $1 } }) { cells += 1 }
          return
        }
        for k in 0..<side {
          cell[j] = Double(k)
          visit(j + 1)
        }
      }
      visit(0)
      let volume = hypervolume(costs, reference: costs.map { _ in Double(side) })
      #expect(abs(volume - Double(cells)) < 1e-9, "\(objectives) objectives, \(count) points")
    }
  }

  @Test func scalesOfObjectivesDoNotMatter() {
    let costs = pointSet("sphere", 40, 6)
    let volume = hypervolume(costs, reference: costs.map { _ in 1.1 })
    let factors = [1e-9, 1e9, 1, 1e-3, 1e12, 1e-7]
    let scaled = zip(costs, factors).map { column, factor in column.map { $0 * factor } }
    let product = factors.reduce(1, *)
    let other = hypervolume(scaled, reference: factors.map { 1.1 * $0 })
    #expect(abs(other - volume * product) < 1e-11 * volume * product)
  }

  @Test func estimatesComeWithTheirError() {
    for objectives in [3, 5] {
      let costs = pointSet("sphere", 60, objectives)
      let reference = costs.map { _ in 1.1 }
      let exact = hypervolume(costs, reference: reference)
      var inside = 0
      for seed in 0..<10 {
        let estimate = MeasuredHypervolume(
          estimating: costs, reference: reference, directions: 2000, seed: UInt64(seed))
        #expect(!estimate.isExact && estimate.directions == 2000)
        #expect(estimate.error > 0 && estimate.error < 0.1 * exact)
        // Two intervals are four standard errors: one in 16,000 lies beyond.
        #expect(abs(estimate.value - exact) < 2 * estimate.error)
        inside += abs(estimate.value - exact) < estimate.error ? 1 : 0
      }
      #expect(inside >= 7)
    }
  }

  @Test func manyObjectivesAreEstimatedAndSaySo() {
    let costs = pointSet("sphere", 5, 10)
    let reference = costs.map { _ in 1.1 }
    let measured = MeasuredHypervolume(costs, reference: reference, seed: 3, directions: 5000)
    #expect(!measured.isExact)
    #expect(measured == MeasuredHypervolume(costs, reference: reference, seed: 3, directions: 5000))
    #expect(abs(measured.value - hypervolume(costs, reference: reference)) < 2 * measured.error)
    let few = pointSet("sphere", 5, 8)
    let exact = MeasuredHypervolume(few, reference: few.map { _ in 1.1 }, seed: 3)
    #expect(
      exact.isExact && exact.error == 0 && exact.value == hypervolume(few, reference: few.map { _ in 1.1 }))
    let nothing = MeasuredHypervolume(estimating: [[2], [2]], reference: [1, 1], seed: 1)
    #expect(nothing.value == 0 && nothing.error == 0)
  }

  @Test func kneeAndWeights() {
    // A front with a corner at (1, 1) between (0, 10) and (10, 0).
    let front: [[Double]] = [[0, 1, 5, 10], [10, 1, 0.5, 0]]
    #expect(kneePoint(front) == 1)
    #expect(abs(kneeDistances(front)[1] - 0.8 / 2.0.squareRoot()) < 1e-15)
    #expect(abs(kneeDistances(front)[0]) < 1e-15)
    let weights = pseudoWeights(front)
    #expect(weights[0] == [1, 0] && weights[3] == [0, 1])
    #expect(weights[1] == [0.5, 0.5])
    #expect(rows(of: front, nearestToWeights: [2, 2]).first == 1)
    #expect(rows(of: front, nearestToWeights: [9, 1]).first == 0)
    #expect(kneePoint([[], []]) == nil)
    #expect(pseudoWeights([[3], [4]]) == [[0.5, 0.5]])
  }

  @Test func closenessAndTradeoffs() {
    // By numpy, from the definitions.
    let front: [[Double]] = [[0, 1, 3, 7, 10], [10, 4, 2, 1, 0]]
    let closeness = [0.6666666666666666, 0.8092564301694538, 0.7182709533097469, 0.4352371393319993, 1.0 / 3]
    for (mine, expected) in zip(topsisCloseness(front, weights: [2, 1]), closeness) {
      #expect(abs(mine - expected) < 1e-12)
    }
    let bends = leastTradeoffs(front)
    let expected = [1.0 / 6, 1, 1, 0.25, 2.0 / 7]
    for (mine, expected) in zip(bends, expected) { #expect(abs(mine - expected) < 1e-12) }
    #expect(topsisCloseness([[1, 1], [2, 2]], weights: [1, 1]) == [1, 1])
    #expect(leastTradeoffs([[1], [2]]) == [.infinity])
    #expect(topsisCloseness([[], []], weights: [1, 1]).isEmpty)
    // On a straight front every exchange is even.
    #expect(leastTradeoffs([[0, 1, 2, 4], [4, 3, 2, 0]]).allSatisfy { abs($0 - 1) < 1e-12 })
  }
}
