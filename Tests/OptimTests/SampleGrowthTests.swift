import Foundation
import Testing

@testable import Optim

/// Samples that grow until a condition holds.
@Suite struct SampleGrowthTests {
  /// x^2 and y over the unit square, feasible where x + y <= 1/2.
  private func campaign() throws -> Campaign {
    var graph = TermGraph()
    let (x, y) = (graph.input("x"), graph.input("y"))
    let margin = graph.apply(.subtract, graph.constant(0.5), graph.apply(.add, x, y))
    let satisfied = graph.apply(.lessOrEqual, graph.constant(0), margin)
    let square = graph.apply(.multiply, x, x)
    let problem = Problem(
      space: Space(
        ["x", "y"].map { Parameter(name: $0, domain: .real(lower: 0, upper: 1, scale: .linear)) }),
      objectives: [
        .init(name: "f", sense: .minimize, formula: graph.formula([square])),
        .init(name: "g", sense: .minimize, formula: graph.formula([y])),
      ],
      constraints: [
        .init(
          name: "small",
          satisfied: graph.formula([satisfied]),
          margin: graph.formula([margin]), isAPriori: false)
      ])
    let campaign = try Campaign(workers: 1)
    _ = try campaign.adopt(problem)
    return campaign
  }

  private func options(_ batch: Int, _ until: StoppingCriterion, _ largest: Int = 1000) -> SampleOptions {
    SampleOptions(batch: batch, until: until, largest: largest, surrogate: Surrogates.named("gpr")!)
  }

  private func points(_ campaign: Campaign) -> [[Double]] {
    (0..<campaign.archive.count).map(campaign.archive.parameterValues)
  }

  /// All batches of a sequence together are the sample that would have been drawn at once.
  @Test(arguments: ["sobol", "halton", "mc"]) func sequencesGoOn(_ name: String) throws {
    let (grown, whole) = (try campaign(), try campaign())
    let sampler = try #require(Samplers.named(name))
    let result = try grown.sample(sampler, options: options(16, .evaluations(64)), observer: Interrupter())
    #expect(result.reason == "64 evaluations are done" && result.rows == 0..<64)
    #expect(result.records.map(\.points) == [16, 32, 48, 64])
    let sample = try sampler.sample(count: 64, space: whole.problem.space, stream: whole.nextSampleStream())
    #expect(points(grown) == sample.points)
  }

  @Test(arguments: ["lh", "slh", "glp"]) func designsFollowOneAnother(_ name: String) throws {
    let campaign = try campaign()
    let result = try campaign.sample(
      try #require(Samplers.named(name)), options: options(10, .feasible(1_000), 25), observer: Interrupter())
    #expect(result.reason == nil && !result.wasInterrupted && result.rows.count == 25)
    #expect(result.records.map(\.points) == [10, 20, 25])
    #expect(Set(points(campaign)).count == 25 && result.computed == 25)
    // Every batch is stratified by itself.
    #expect(Set(points(campaign)[10..<20].map { Int($0[0] * 10) }).count == 10)
  }

  @Test func enoughFeasiblePoints() throws {
    let campaign = try campaign()
    let result = try campaign.sample(Sobol(), options: options(8, .feasible(5)), observer: Interrupter())
    let last = try #require(result.records.last)
    #expect(last.feasible >= 5 && result.records.dropLast().allSatisfy { $0.feasible < 5 })
    #expect(last.feasible == points(campaign).count { $0[0] + $0[1] <= 0.5 })
    #expect(last.error == nil)
    // What was there before does not count.
    let second = try campaign.sample(Sobol(), options: options(8, .feasible(2)), observer: Interrupter())
    #expect(second.rows.lowerBound == result.rows.upperBound && second.records.last!.feasible >= 2)
  }

  @Test func smallAndSteadyErrors() throws {
    let small = try campaign().sample(
      LatinHypercube(), options: options(10, .error(0.02)), observer: Interrupter())
    let errors = small.records.map { $0.error ?? .infinity }
    #expect(errors.last! <= 0.02 && errors.dropLast().allSatisfy { $0 > 0.02 })
    let steady = try campaign().sample(
      LatinHypercube(), options: options(8, .steady(0.95)), observer: Interrupter())
    #expect(steady.records.count >= 3 && steady.reason?.contains("in two batches in a row") == true)
    let last = steady.records.suffix(3).map { $0.error! }
    #expect(abs(last[1] - last[0]) <= 0.95 * last[0] && abs(last[2] - last[1]) <= 0.95 * last[1])
  }

  /// Fewer points than folds are no fault: the sample goes on until there are enough.
  @Test func tooFewToLearnFrom() throws {
    let result = try campaign().sample(Sobol(), options: options(3, .error(0.5), 60), observer: Interrupter())
    #expect(result.records[0].error == nil && result.records.last?.error != nil && result.reason != nil)
  }

  @Test func acceptanceAndTime() throws {
    let campaign = try campaign()
    var options = options(20, .any([.time(1e-9), .feasible(10_000)]))
    options.accept = { $0[0] > 0.75 }
    let result = try campaign.sample(Halton(), options: options, observer: Interrupter())
    #expect(result.records.count == 1 && result.reason?.contains("time") == true)
    #expect(points(campaign).allSatisfy { $0[0] > 0.75 })
  }

  @Test func conditionsOfSamples() {
    var state = StoppingCriterion.State()
    state.feasible = 3
    state.errors = [nil, 0.2, 0.19, 0.185]
    #expect(StoppingCriterion.feasible(3).reason(state) == "3 points are feasible")
    #expect(StoppingCriterion.feasible(4).reason(state) == nil)
    #expect(StoppingCriterion.error(0.19).reason(state) == "the cross-validated error is 18.5 %")
    #expect(StoppingCriterion.error(0.18).reason(state) == nil)
    #expect(StoppingCriterion.steady(0.06).reason(state) != nil)
    #expect(StoppingCriterion.steady(0.04).reason(state) == nil)
    state.errors = [nil, 0.2, 0.19]
    #expect(StoppingCriterion.steady(0.5).reason(state) == nil)
    state.errors.append(nil)
    #expect(StoppingCriterion.error(0.5).reason(state) == nil)
    #expect(StoppingCriterion.all([.time(1), .steady(0.1)]).needsError)
    #expect(!StoppingCriterion.any([.feasible(1), .time(1)]).needsError)
  }
}
