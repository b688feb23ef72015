import Foundation
import Testing

@testable import Optim

/// The search without a surrogate and without generations.
@Suite struct SteadySearchTests {
  private func campaign(_ pool: FakePool, _ study: Study? = nil) throws -> Campaign {
    let campaign = try Campaign(workers: 1)
    if let study { try campaign.use(study) }
    _ = try campaign.adopt(FakePool.problem())
    campaign.use(pool)
    return campaign
  }

  private func search(
    _ campaign: Campaign, _ evaluations: Int, _ observer: any Observer = Interrupter(),
    by name: String = "nsga2"
  ) throws -> SearchResult {
    try campaign.searchSteadily(
      Algorithms.named(name)!, options: SearchOptions(population: 20), evaluations: evaluations,
      recordEvery: 40, observer: observer)
  }

  @Test(arguments: FakePool.Order.allCases, [1, 5, 64])
  func asksForExactlyTheBudgetAndNothingTwice(order: FakePool.Order, capacity: Int) throws {
    let pool = FakePool(capacity, order)
    let campaign = try campaign(pool)
    let result = try search(campaign, 400)
    #expect(pool.submitted.count == 400 && Set(pool.submitted).count == 400)
    #expect(campaign.archive.states.allSatisfy { $0 == .done } && result.computed == 400)
    #expect(result.records.last?.evaluations == 400 && result.records.count >= 8)
    // Twenty sets of 400 random points reach 5198 to 5228, the whole front is 5285. Where 63 of the first points come back last, hardly
    // anything is learnt.
    let costs = try campaign.scores().costs
    #expect(hypervolume(costs, reference: [140, 50]) > (order == .last && capacity == 64 ? 5150 : 5229))
  }

  @Test(arguments: Algorithms.all.filter(\.isSteady).map(\.name))
  func everySteadyAlgorithm(name: String) throws {
    let pool = FakePool(5, .random)
    let campaign = try campaign(pool)
    _ = try search(campaign, 400, by: name)
    #expect(pool.submitted.count == 400 && Set(pool.submitted).count == 400)
    let costs = try campaign.scores().costs
    let volume = hypervolume(costs, reference: [140, 50])
    // nsga3 keeps to its twenty directions and wastes some on places without a front.
    #expect(volume > (name == "nsga3" ? 5210 : 5229), "\(name): \(volume)")
  }

  @Test func allFailed() throws {
    let pool = FakePool(4, .random) { _, _ in .failed(Failure(kind: .exit, reason: "no")) }
    let result = try search(try campaign(pool), 90)
    #expect(pool.submitted.count == 90 && result.records.last?.feasible == 0)
  }

  @Test func aLaterRunTakesUpWhatWasAskedFor() throws {
    let fixture = try StudyFixture()
    defer { fixture.remove() }
    let first = FakePool(4, .random)
    let before = try campaign(first, Study(path: fixture.path()))
    let result = try search(before, 200, Interrupter(.finish) { first.answered >= 90 })
    #expect(result.wasInterrupted && first.answered >= 90 && first.answered < 100)
    try before.close()
    let second = FakePool(4, .last)
    let after = try campaign(second, Study(path: fixture.path()))
    let whole = try search(after, 200)
    #expect(second.submitted.count == 200 - first.answered && whole.remembered == first.answered)
    #expect(Set((0..<200).map { after.archive.parameterValues($0) }).count == 200)
    try after.close()
  }

  @Test func rulesEndIt() throws {
    let campaign = try campaign(FakePool(4, .random))
    var rule = StoppingRule()
    rule.criterion = .all([.epochs(3), .evaluations(50)])
    let result = try campaign.searchSteadily(
      Algorithms.named("nsga2")!, options: SearchOptions(population: 20), evaluations: nil, stopping: rule,
      recordEvery: 20, observer: Interrupter())
    #expect(result.reason == "3 epochs are done and 50 evaluations are done")
    // What was out when the rule held has come back.
    #expect((60...66).contains(campaign.archive.count))
    #expect(campaign.archive.states.allSatisfy { $0 == .done })
  }
}
