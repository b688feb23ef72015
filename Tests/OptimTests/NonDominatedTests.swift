import Foundation
import Testing

@testable import Optim

@Suite struct NonDominatedTests {
  @Test func ranksAgreeWithMoocore() throws {
    for line in try fixture("moocore") {
      let costs = pointSet(line[0], Int(line[1])!, Int(line[2])!)
      let ranks = NonDominated.ranks(costs)
      let checksum = ranks.enumerated().reduce(0) { $0 + ($1.offset + 1) * ($1.element + 1) }
      #expect(checksum == Int(line[6])!, "\(line)")
      #expect(ranks.max()! + 1 == Int(line[4])!)
      #expect(NonDominated.firstFront(costs) == NonDominated.fronts(costs)[0], "\(line)")
    }
  }

  /// Every method against the definition: rank = 1 + largest rank among dominators.
  @Test(arguments: 1...10) func definition(objectives: Int) {
    for kind in ["cube", "lattice"] {
      let costs = pointSet(kind, 70, objectives)
      let rows = (0..<70).map { i in costs.map { $0[i] } }
      let ranks = NonDominated.ranks(costs)
      for i in rows.indices {
        let dominators = rows.indices.filter { NonDominated.dominates(rows[$0], rows[i]) }
        #expect(ranks[i] == (dominators.map { ranks[$0] }.max() ?? -1) + 1)
      }
    }
  }

  @Test func chainsAndRepeats() {
    for objectives in 1...5 {
      let chain = (0..<2500).map { Double(2499 - $0) }
      let costs = Array(repeating: chain, count: objectives)
      #expect(NonDominated.ranks(costs) == Array((0..<2500).reversed()))
      let same = Array(repeating: [Double](repeating: 3, count: 9), count: objectives)
      #expect(NonDominated.ranks(same) == Array(repeating: 0, count: 9))
      #expect(NonDominated.firstFront(same).count == 9)
    }
  }

  /// Fronts so large that filtering gives up, and many regions.
  @Test(arguments: ["sphere", "cube"], [4, 6]) func largeFronts(kind: String, objectives: Int) {
    let costs = pointSet(kind, 2000, objectives)
    #expect(NonDominated.firstFront(costs) == NonDominated.fronts(costs)[0])
  }

  @Test func infinitiesAndEmptiness() {
    #expect(NonDominated.ranks([[], []]).isEmpty)
    #expect(NonDominated.ranks([]).isEmpty)
    #expect(NonDominated.firstFront([[], [], [], []]).isEmpty)
    let costs: [[Double]] = [[.infinity, 0, 1], [-.infinity, 0, 1], [.infinity, 0, .infinity], [0, 0, 0]]
    #expect(NonDominated.ranks(costs) == [0, 0, 1])
    #expect(NonDominated.firstFront(costs) == [0, 1])
    #expect(NonDominated.ranks([[0, -0.0], [-0.0, 0]]) == [0, 0])
  }

  @Test func constrainedRanking() {
    // Two feasible fronts, then by violation; a failure and a NaN cost come last, together.
    let costs: [[Double]] = [[1, 2, 2, 0, 0, .nan, .nan], [2, 1, 2, 0, 0, .nan, 1]]
    let ranking = Ranking(costs: costs, violation: [0, 0, 0, 3, 1, .infinity, 0])
    #expect(ranking.fronts == [[0, 1], [2], [4], [3], [5, 6]])
    #expect(ranking.ranks == [0, 0, 1, 3, 2, 4, 4])
    #expect(ranking.feasibleFronts == 2)
    #expect(ranking.best(4, costs: costs) == [0, 1, 2, 4])
    #expect(ranking.best(6, costs: costs) == [0, 1, 2, 4, 3, 5])
    #expect(Ranking(costs: [], violation: [0, 2, 0]).fronts == [[0, 2], [1]])
  }

  @Test func crowding() {
    // Example worked by hand: five points on a line of the plane, ranges 4 and 4.
    let costs: [[Double]] = [[0, 1, 2, 4, 3.5], [4, 3, 2, 0, 0.5]]
    let distance = crowdingDistance(costs, [0, 1, 2, 3, 4])
    #expect(distance == [.infinity, 1, 1.25, .infinity, 1])
    #expect(pruned([0, 1, 2, 3, 4], to: 3, costs: costs) == [0, 2, 3])
    // Two close pairs: dropping both members of a pair at once would lose a region.
    let pairs: [[Double]] = [[0, 1, 1.01, 2, 2.01, 3], [3, 2, 1.99, 1, 0.99, 0]]
    #expect(pruned(Array(0..<6), to: 4, costs: pairs).count == 4)
    #expect(Set(pruned(Array(0..<6), to: 4, costs: pairs).map { Int(pairs[0][$0]) }) == [0, 1, 2, 3])
  }
}
