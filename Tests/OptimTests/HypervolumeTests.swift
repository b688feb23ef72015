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
}
