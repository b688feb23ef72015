import Foundation
import Testing

@testable import Optim

/// Models of a campaign: what they are taught, and how the study finds them again.
struct CampaignTrainTests {
  private final class Silence: Observer {
    func report(_ progress: Optim.Progress) {}
    var interruption = Interruption.none
  }

  private static let x = Formula(inputs: ["x"], constants: [], code: [.init(.input)], results: [0])
  private static func shifted(_ by: Double) -> Formula {
    Formula(
      inputs: ["x"], constants: [by], code: [.init(.input), .init(.constant), .init(.subtract, 0, 1)],
      results: [2])
  }
  private static func problem(threshold: Double = 0.5) -> Problem {
    let margin = shifted(threshold)
    let satisfied = Formula(
      inputs: ["x"], constants: [threshold],
      code: [.init(.input), .init(.constant), .init(.lessOrEqual, 1, 0)], results: [2])
    return Problem(
      space: Space([
        Parameter(name: "x", domain: .real(lower: 0, upper: 2, scale: .linear)),
        Parameter(name: "y", domain: .real(lower: 0, upper: 1, scale: .linear)),
      ]),
      objectives: [
        .init(name: "f", sense: .minimize, formula: x),
        .init(name: "g", sense: .maximize, formula: shifted(1)),
      ],
      constraints: [.init(name: "c", satisfied: satisfied, margin: margin, isAPriori: true)])
  }

  private func campaign(_ study: Study? = nil, count: Int = 12) throws -> Campaign {
    let campaign = try Campaign(workers: 1)
    if let study { try campaign.use(study) }
    _ = try campaign.adopt(Self.problem())
    let points = LatinHypercube().points(
      count: count, dimension: 2, stream: RandomStream(seed: 7, purpose: .test)
    ).map(campaign.problem.space.decode)
    _ = try campaign.evaluate(campaign.propose(points), observer: Silence())
    return campaign
  }

  @Test func learnsCostsAndMargins() throws {
    let model = try campaign().train(try #require(Surrogates.named("gpr")), observer: Silence())
    let prediction = model.model.predict([[0.25, 0.5], [1.75, 0.5]])
    #expect(abs(prediction.costs[0][0] - 0.25) < 0.02 && abs(prediction.costs[1][1] + 0.75) < 0.02)
    #expect(abs(prediction.margins[0][1] - 1.25) < 0.02)
    #expect(prediction.feasibility[0] < 0.1 && prediction.feasibility[1] > 0.9)
  }

  @Test func theStudyFindsAModelByDataAndSettings() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "dmo-models-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let path = folder.appending(path: "m.study").path
    let entry = try #require(Surrogates.named("gpr"))
    var first: [[Double]] = []
    for visit in 0..<2 {
      let campaign = try campaign(Study(path: path))
      let model = try campaign.train(entry, observer: Silence())
      #expect(model.isRemembered == (visit == 1))
      let costs = model.model.predict([[0.3, 0.4]]).costs
      if visit == 0 { first = costs } else { #expect(costs == first) }
      #expect(
        try campaign.train(entry, goal: LearningGoal(mode: .objectives), observer: Silence()).isRemembered
          == (visit == 1))
      campaign.seed = 2
      #expect(try campaign.train(entry, observer: Silence()).isRemembered == (visit == 1))
      try campaign.close()
    }
    let more = try campaign(Study(path: path), count: 13)
    #expect(try !more.train(entry, observer: Silence()).isRemembered)
    try more.close()
  }

  @Test func aModelServesTheGoalsItWasTaught() throws {
    let model = try campaign().train(try #require(Surrogates.named("gpr")), observer: Silence())
    var renamed = Self.problem()
    renamed.objectives.swapAt(0, 1)
    let served = try #require(model.serving(renamed))
    #expect(
      served.model.predict([[0.5, 0.5]]).costs == Array(model.model.predict([[0.5, 0.5]]).costs.reversed()))
    #expect(model.serving(Self.problem(threshold: 0.7)) == nil)
  }

  /// What ranks points in a search agrees with the full prediction in everything that ranking uses.
  @Test(arguments: Surrogates.all.map(\.name)) func meansAloneRankAlike(_ name: String) throws {
    let model = try campaign().train(try #require(Surrogates.named(name)), observer: Silence()).model
    let points = (0..<40).map { [Double($0) / 20, Double($0 * 7 % 40) / 40] }
    let (full, means) = (model.predict(points), model.predictMeans(points))
    for (a, b) in zip(full.costs.joined(), means.costs.joined()) { #expect(abs(a - b) < 1e-6) }
    for (a, b) in zip(full.margins.joined(), means.margins.joined()) { #expect(abs(a - b) < 1e-6) }
    #expect(zip(full.logOdds.joined(), means.logOdds.joined()).allSatisfy { ($0 >= 0) == ($1 >= 0) })
  }

  @Test func anInterruptedFitIsNotKept() throws {
    let campaign = try campaign()
    let stop = Silence()
    stop.interruption = .finish
    let entry = try #require(Surrogates.named("gpr"))
    #expect(try campaign.train(entry, observer: stop).wasInterrupted)
    #expect(try !campaign.train(entry, observer: Silence()).isRemembered)
  }

  @Test func nothingToLearnIsSaid() throws {
    let entry = try #require(Surrogates.named("gpr"))
    let empty = try Campaign(workers: 1)
    _ = try empty.adopt(Self.problem())
    #expect { try empty.train(entry, observer: Silence()) } throws: {
      "\($0)".contains("'sample' and 'evaluate' come first")
    }
    empty.propose([[1, 0.5]])
    #expect { try empty.train(entry, observer: Silence()) } throws: {
      "\($0)".contains("none of 1 points is evaluated")
    }
  }
}
