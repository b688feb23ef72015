import Foundation
import Testing

@testable import Optim

@Suite struct CampaignValidateTests {
  /// Outputs a and b are linear in x1 and x2; the objective is a squared; simulations with x1 > 0.9 fail.
  static func campaign(_ count: Int = 60) throws -> Campaign {
    var graph = TermGraph()
    let (a, b) = (graph.input("sim.a"), graph.input("sim.b"))
    let square = graph.apply(.multiply, a, a)
    let margin = graph.apply(.subtract, b, graph.constant(0.3))
    let holds = graph.apply(.lessOrEqual, graph.constant(0), margin)
    let binary = graph.apply(.less, a, b)
    var simulator = Simulator(name: "sim", command: ["true"], directory: ".")
    simulator.outputs = [Simulator.Output(name: "a"), Simulator.Output(name: "b")]
    let problem = Problem(
      space: cube(2), simulators: [simulator],
      objectives: [
        Problem.Objective(name: "f", sense: .maximize, formula: graph.formula([square]))
      ],
      constraints: [
        Problem.Constraint(
          name: "numeric", satisfied: graph.formula([holds]), margin: graph.formula([margin]),
          isAPriori: false),
        Problem.Constraint(
          name: "binary", satisfied: graph.formula([binary]), margin: nil, isAPriori: false),
      ])
    let campaign = try Campaign(workers: 1)
    _ = try campaign.adopt(problem)
    let points = Sobol().points(count: count, dimension: 2, stream: CrossValidationTests.stream())
    campaign.propose(points)
    for (row, x) in points.enumerated() where row % 20 != 19 {
      campaign.update(
        row,
        x[0] > 0.9
          ? RowResult(state: .failed, failure: Failure(kind: .exit, reason: "test"))
          : RowResult(state: .done, outputs: [1 + x[0] - x[1], x[1]]))
    }
    return campaign
  }

  @Test func outputsAreJudgedThroughTheFormulas() throws {
    let campaign = try Self.campaign()
    let watch = TraceTests.Watch()
    let failed = campaign.archive.states.count { $0 == .failed }
    for subject in LearningGoal.Subject.allCases {
      let result = try #require(
        try campaign.validate(
          linearEntry("linear"), goal: LearningGoal(subject: subject), options: SurrogateOptions(), folds: 5,
          observer: watch))
      // Three rows are pending; failed ones count for success only.
      #expect(result.count == 57 && result.judged == .folds(5) && result.surrogate == "linear")
      let objective = result.objectives[0].scores
      #expect(objective.count == 57 - failed)
      // Linear outputs are learned exactly, their square by a linear model is not.
      #expect(subject == .outputs ? objective.nrmse < 1e-6 : (0.02...0.3).contains(objective.nrmse))
      #expect(result.constraints.map(\.name) == ["numeric", "binary", "simulation succeeds"])
      #expect(result.constraints[0].margin!.nrmse < 1e-6 && result.constraints[1].margin == nil)
      #expect(result.constraints[2].scores.count == 57 && result.constraints[0].scores.count == 57 - failed)
      #expect(result.constraints[2].scores.rate == Double(57 - failed) / 57)
    }
    #expect(watch.reports >= 10)
  }

  @Test func modesAreJudgedForWhatTheyPredict() throws {
    let campaign = try Self.campaign()
    func names(_ mode: LearningGoal.Mode) throws -> [String] {
      let result = try #require(
        try campaign.validate(
          linearEntry("linear"), goal: LearningGoal(mode: mode), options: SurrogateOptions(), folds: 3,
          observer: TraceTests.Watch()))
      return result.objectives.map(\.name) + result.constraints.map(\.name)
    }
    #expect(try names(.objectives) == ["f", "simulation succeeds"])
    #expect(try names(.constraints) == ["numeric", "binary", "simulation succeeds"])
  }

  @Test func interruptedValidationIsNone() throws {
    let watch = TraceTests.Watch()
    watch.interruption = .finish
    let result = try Self.campaign().validate(
      linearEntry("linear"), goal: LearningGoal(), options: SurrogateOptions(), folds: 3, observer: watch)
    #expect(result.map(\.count) == nil)
  }

  /// A model is judged by points that it has not seen, each of them once.
  @Test func aModelIsJudgedAtOtherPoints() throws {
    let campaign = try Self.campaign(40)
    let known = (0..<40).map { campaign.archive.parameterValues($0) }
    let model = try campaign.train(linearEntry("linear"), observer: TraceTests.Watch())
    let others = (0..<20).map { randomInputs(20, 2, seed: 5).row($0) }
    let rows = campaign.propose(others)
    #expect(throws: TrainingError.self) { try campaign.validate(model, at: others) }
    for (row, x) in zip(rows, others) {
      campaign.update(row, RowResult(state: .done, outputs: [1 + x[0] - x[1], x[1]]))
    }
    let taught = known.indices.filter { campaign.archive.states[$0] != .pending }.map { known[$0] }
    let result = try campaign.validate(model, at: others + taught.prefix(7) + others)
    #expect(result.count == 20 && result.judged == .points(taught: 7) && result.surrogate == "linear")
    let predicted = model.model.predict(others)
    let truth = others.map { -(1 + $0[0] - $0[1]) * (1 + $0[0] - $0[1]) }
    let error = zip(predicted.costs[0], truth).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) } / 20
    let nrmse = error.squareRoot() / (truth.max()! - truth.min()!)
    #expect(abs(result.objectives[0].scores.nrmse - nrmse) < 1e-9)
    #expect(result.constraints.map(\.name) == ["numeric", "binary", "simulation succeeds"])
    #expect(throws: TrainingError.self) { try campaign.validate(model, at: taught) }
    #expect(throws: TrainingError.self) { try campaign.validate(model, at: []) }
  }
}
