import Foundation
import Testing

@testable import Optim

/// The asynchronous search over a pool that answers in an order of the test's choosing.
@Suite struct AsynchronousSearchTests {
  private static let failure = Answer.Outcome.failed(Failure(kind: .exit, reason: "ended with 3"))

  private func campaign(_ pool: FakePool, _ problem: Problem = FakePool.problem(), _ study: Study? = nil)
    throws -> Campaign
  {
    let campaign = try Campaign(workers: 1)
    if let study { try campaign.use(study) }
    _ = try campaign.adopt(problem)
    campaign.use(pool)
    return campaign
  }

  private func options(_ evaluations: Int?, _ change: (inout OptimizationOptions) -> Void = { _ in })
    -> OptimizationOptions
  {
    var options = OptimizationOptions(surrogate: Surrogates.named("gpr")!)
    options.isAsynchronous = true
    options.stopping.evaluations = evaluations
    change(&options)
    return options
  }

  private func optimize(
    _ campaign: Campaign, _ options: OptimizationOptions, _ observer: any Observer = Interrupter()
  ) throws -> OptimizationResult {
    try campaign.optimize(Algorithms.named("nsga2")!, options: options, observer: observer)
  }

  private func points(_ campaign: Campaign) -> [[Double]] {
    (0..<campaign.archive.count).map { campaign.archive.parameterValues($0) }
  }

  // MARK: Budget and order

  @Test(arguments: FakePool.Order.allCases, [1, 3, 8])
  func asksForExactlyTheBudgetAndNothingTwice(order: FakePool.Order, capacity: Int) throws {
    let pool = FakePool(capacity, order)
    pool.pace = 5
    let campaign = try campaign(pool)
    let result = try optimize(campaign, options(30))
    #expect(pool.submitted.count == 30 && Set(pool.submitted).count == 30)
    #expect(campaign.archive.count == 30 && campaign.archive.states.allSatisfy { $0 == .done })
    #expect(result.rows == Array(0..<30) && result.computed == 30 && result.remembered == 0)
    #expect(result.reason == "30 evaluations are done" && !result.wasInterrupted)
    #expect(result.records.map(\.evaluations) == result.records.map(\.evaluations).sorted())
    #expect(result.records.last?.evaluations == 30)
  }

  /// With one worker it is a search that looks one point ahead: twenty sets of 30 random points reach 4766 to 5049, the whole front is 5285.
  @Test(arguments: [1, 4]) func findsTheFront(capacity: Int) throws {
    let pool = FakePool(capacity, .random)
    pool.pace = 20
    let campaign = try campaign(pool)
    _ = try optimize(campaign, options(30))
    let costs = try campaign.scores().costs
    #expect(hypervolume(costs, reference: [140, 50]) > 5100)
  }

  /// Answers come far apart compared with a fit, as from simulations of seconds.
  @Test func keepsThePoolFull() throws {
    let pool = FakePool(6, .random)
    (pool.pace, pool.expected) = (60, 60)
    _ = try optimize(try campaign(pool), options(60))
    #expect(pool.full * 100 > pool.looks * 97, "\(pool.full) of \(pool.looks)")
  }

  @Test func moreWorkersThanBudget() throws {
    let pool = FakePool(50)
    let campaign = try campaign(pool)
    let result = try optimize(campaign, options(20))
    #expect(pool.submitted.count == 20 && result.reason == "20 evaluations are done")
  }

  // MARK: Failures

  @Test func failuresAreLearntFromAndCount() throws {
    let pool = FakePool(4, .random) { x, y in x > 3 ? Self.failure : FakePool.bnh(x, y) }
    pool.pace = 5
    let campaign = try campaign(pool)
    let result = try optimize(campaign, options(40))
    let failed = campaign.archive.states.count { $0 == .failed }
    #expect(pool.submitted.count == 40 && Set(pool.submitted).count == 40 && failed > 0)
    #expect(result.records.last?.feasible == 40 - failed)
    // Two fifths of random points fail.
    #expect(failed < 16, "\(failed) failed")
  }

  @Test func whereEverythingFailsTheBudgetIsKept() throws {
    let pool = FakePool(3, .last) { _, _ in Self.failure }
    let campaign = try campaign(pool)
    let result = try optimize(campaign, options(25))
    #expect(pool.submitted.count == 25 && Set(pool.submitted).count == 25)
    #expect(result.reason == "25 evaluations are done" && result.records.last?.feasible == 0)
    #expect(result.reference == nil)
  }

  @Test func aFailureThatAbortsEndsEverything() throws {
    var simulator = FakePool.simulator
    simulator.onFailure = .abort
    let pool = FakePool(3) { x, y in x > 2.5 ? Self.failure : FakePool.bnh(x, y) }
    let campaign = try campaign(pool, FakePool.problem(simulator: simulator))
    #expect(throws: AbortedEvaluation.self) { try optimize(campaign, options(25)) }
    #expect(pool.outstanding == 0 && pool.cancelled > 0)
  }

  @Test func aBrokenPoolKeepsWhatCameBack() throws {
    let pool = FakePool(3)
    (pool.breaksAfter, pool.pace) = (11, 5)
    let campaign = try campaign(pool)
    #expect(throws: PoolFailure.self) { try optimize(campaign, options(25)) }
    let series = try campaign.study.series(for: FakePool.simulator, space: campaign.problem.space)
    #expect(try campaign.study.remembered(series) == 11)
  }

  // MARK: Ends

  @Test func epochsAreBatchesThatCameBack() throws {
    let pool = FakePool(3, .random)
    let campaign = try campaign(pool)
    let result = try optimize(
      campaign,
      options(nil) {
        ($0.stopping.epochs, $0.batch, $0.initial) = (3, 10, 6)
      })
    #expect(pool.submitted.count == 36 && result.reason == "3 epochs are done")
    #expect(result.records.last?.epoch == 3 && result.records.last?.evaluations == 36)
  }

  @Test func whatIsOutWhenTheTargetIsReachedComesBack() throws {
    let pool = FakePool(4, .random)
    let campaign = try campaign(pool)
    let result = try optimize(campaign, options(200) { $0.stopping.target = [40, 40] })
    #expect(result.reason == "the target is reached" && campaign.archive.count < 100)
    #expect(campaign.archive.states.allSatisfy { $0 == .done } && pool.outstanding == 0)
  }

  @Test func aGridEndsWhenItIsExhausted() throws {
    let pool = FakePool(3, .last)
    let problem = FakePool.problem(
      (.stepped(lower: 0, upper: 3, step: 1), .categorical(["0", "1", "2"])))
    let campaign = try campaign(pool, problem)
    let result = try optimize(campaign, options(40) { $0.initial = 4 })
    #expect(campaign.archive.count == 12 && Set(points(campaign)).count == 12)
    #expect(result.reason == "every point of the parameters' grid is evaluated")
  }

  // MARK: Interruption

  @Test func anInterruptFinishesWhatRuns() throws {
    let pool = FakePool(4)
    pool.pace = 20
    let campaign = try campaign(pool)
    let result = try optimize(
      campaign, options(60), Interrupter(.finish) { pool.answered >= 12 && pool.outstanding >= 4 })
    let pending = campaign.archive.states.count { $0 == .pending }
    #expect(result.wasInterrupted && result.reason == "interrupted" && pool.cancelled == 0)
    // What ran has come back; a point that waited for a worker is still to be done.
    #expect(pool.outstanding == 0 && campaign.archive.count < 60)
    #expect(campaign.archive.count - pending == pool.answered && pool.answered >= 15)
  }

  @Test func aSecondInterruptEndsWhatRuns() throws {
    let pool = FakePool(4)
    pool.pace = 20
    let campaign = try campaign(pool)
    let result = try optimize(
      campaign, options(60), Interrupter(.stop) { pool.answered >= 12 && pool.outstanding >= 4 })
    #expect(result.wasInterrupted && pool.cancelled > 0 && pool.outstanding == 0)
    #expect(campaign.archive.states.count { $0 == .pending } >= 4)
  }

  // MARK: Again

  @Test func aLaterRunTakesUpWhatWasAskedFor() throws {
    let fixture = try StudyFixture()
    defer { fixture.remove() }
    let first = FakePool(4, .random)
    first.pace = 20
    let before = try campaign(first, study: fixture)
    _ = try optimize(
      before, options(40), Interrupter(.stop) { first.answered >= 15 && first.outstanding >= 4 })
    let asked = points(before)
    #expect(first.answered > 5 && first.answered < 40 && asked.count > first.answered)
    try before.close()

    let second = FakePool(2, .last)
    let after = try campaign(second, study: fixture)
    let result = try optimize(after, options(40))
    #expect(second.submitted.count == 40 - first.answered && result.remembered == first.answered)
    #expect(
      Array(points(after).prefix(asked.count)) == asked, "the points that were out come first, in order")
    #expect(Set(points(after)).count == 40 && result.reason == "40 evaluations are done")
    let whole = points(after)
    try after.close()

    let third = FakePool(7)
    let again = try campaign(third, study: fixture)
    let last = try optimize(again, options(40))
    #expect(third.submitted.isEmpty && points(again) == whole && last.remembered == 40)
    #expect(last.reason == "40 evaluations are done" && last.records.last?.evaluations == 40)
    try again.close()

    let longer = FakePool(3)
    let more = try campaign(longer, study: fixture)
    _ = try optimize(more, options(50))
    #expect(longer.submitted.count == 10 && Array(points(more).prefix(40)) == whole)
    try more.close()
  }

  @Test func anotherSearchIsNotTakenUp() throws {
    let fixture = try StudyFixture()
    defer { fixture.remove() }
    let before = try campaign(FakePool(2), study: fixture)
    _ = try optimize(before, options(15))
    try before.close()
    func asked(_ change: (Campaign, inout OptimizationOptions) throws -> Void) throws -> Int {
      let pool = FakePool(2)
      let campaign = try campaign(pool, study: fixture)
      var options = options(15)
      try change(campaign, &options)
      let result = try optimize(campaign, options)
      try campaign.close()
      #expect(pool.submitted.count + result.remembered == 15)
      return pool.submitted.count
    }
    #expect(try asked { _, _ in } == 0)
    #expect(try asked { campaign, _ in campaign.seed = 5 } > 10)
    #expect(try asked { _, options in options.acquisition = .ucb } > 5)
    #expect(
      try asked { campaign, _ in
        var problem = campaign.problem
        problem.objectives[1] = .init(name: "f2", sense: .maximize, formula: FakePool.column("s.b"))
        _ = try campaign.adopt(problem)
      } > 5)
    // The second search of a session is another one than the first.
    let pool = FakePool(2)
    let twice = try campaign(pool, study: fixture)
    _ = try optimize(twice, options(15))
    #expect(pool.submitted.isEmpty)
    _ = try optimize(twice, options(15))
    #expect(pool.submitted.count == 15 && twice.archive.count == 30)
    try twice.close()
  }

  /// A rule that looks back finds in a later run what it found in the first.
  @Test func aRuleThatLooksBackEndsALaterRunToo() throws {
    let fixture = try StudyFixture()
    defer { fixture.remove() }
    let rule: (inout OptimizationOptions) -> Void = {
      ($0.stopping.progress, $0.batch) = (0.05, 3)
    }
    let before = try campaign(FakePool(2, .random), study: fixture)
    let result = try optimize(before, options(300, rule))
    #expect(result.reason.hasPrefix("the hypervolume grew by less than"), "\(result.reason)")
    try before.close()
    let pool = FakePool(2)
    let after = try campaign(pool, study: fixture)
    let again = try optimize(after, options(300, rule))
    #expect(again.reason == result.reason)
    #expect(pool.submitted.count <= 12, "\(pool.submitted.count) more after \(result.rows.count)")
    try after.close()
  }

  private func campaign(_ pool: FakePool, study fixture: StudyFixture) throws -> Campaign {
    try campaign(pool, FakePool.problem(), Study(path: fixture.path()))
  }
}
