import Foundation
import Testing

@testable import Optim

/// Points whose answers are awaited, as the choice of the next ones sees them.
@Suite struct AwaitedPointsTests {
  private let model: ProblemModel
  private let candidates: [[Double]]

  /// f1 = x, f2 = (x - 1)^2 + 2 y - 3 y^2, and a label that is satisfied where y < 0.4: beyond, f2 is smallest.
  init() throws {
    var graph = TermGraph()
    let holds = graph.apply(.less, graph.input("s.c"), graph.constant(0.5))
    var simulator = FakePool.simulator
    simulator.outputs = [.init(name: "a"), .init(name: "b"), .init(name: "c")]
    let problem = Problem(
      space: Space(
        ["x", "y"].map { Parameter(name: $0, domain: .real(lower: 0, upper: 1, scale: .linear)) }),
      simulators: [simulator],
      objectives: [
        .init(name: "f1", sense: .minimize, formula: FakePool.column("s.a")),
        .init(name: "f2", sense: .minimize, formula: FakePool.column("s.b")),
      ],
      constraints: [.init(name: "c", satisfied: graph.formula([holds]), margin: nil, isAPriori: false)])
    var random = RandomStream(seed: 1, purpose: .test)
    func quadratic(_ constant: Double, _ linear: [Double], _ square: [Double]) -> AnalyticSurrogate.Quadratic
    {
      var result = AnalyticSurrogate.Quadratic(2, &random)
      (result.constant, result.linear, result.square) = (constant, linear, square)
      return result
    }
    let surrogate = AnalyticSurrogate(
      targets: [quadratic(0, [1, 0], [0, 0]), quadratic(1, [-2, 2], [1, -3])],
      labels: [quadratic(8, [0, -20], [0, 0])])
    var layout = TargetLayout(problem)
    (layout.objectives, layout.labels) = ([0, 1], [0])
    model = ProblemModel(problem: problem, goal: LearningGoal(), layout: layout, surrogate: surrogate)
    candidates = (0..<400).map { (k: Int) -> [Double] in [Double(k % 20) / 19, Double(k / 20) / 19] }
  }

  private func search(awaited: [[Double]], starts: Int = 2) -> InfillSearch {
    InfillSearch(
      model: model, acquisition: .ehvi, front: [[0, 1], [1, 0]], reference: [1.5, 1.5], scale: [1, 1],
      known: [[0, 0], [1, 0]] + awaited, pending: awaited, caution: 1, starts: starts)
  }

  /// Far from all that is known, and whether or not the label is likely to be satisfied.
  @Test func aLookElsewhereMindsImprovementAndDistance() {
    var elsewhere = search(awaited: [], starts: 0)
    elsewhere.looksElsewhere = true
    let chosen = elsewhere.choose(2, from: candidates, stream: stream)
    let usual = search(awaited: [], starts: 0).choose(2, from: candidates, stream: stream)
    let prediction = model.predict([chosen[0].point, usual[0].point])
    #expect(prediction.feasibility[0] < 0.1 && prediction.feasibility[1] > 0.5)
    func room(_ point: [Double]) -> Double {
      [[0.0, 0], [1, 0]].map { hypot(point[0] - $0[0], point[1] - $0[1]) }.min()!
    }
    #expect(room(chosen[0].point) > 2 * room(usual[0].point))
    // Only the first of a batch.
    #expect(model.predict([chosen[1].point]).feasibility[0] > 0.5)
  }

  /// A label's classifier may be sure of a place for nothing: choices by it alone could all be made there.
  @Test func withoutFeasiblePointsAndMarginsEverySecondChoiceIsFarAway() {
    var blind = InfillSearch(
      model: model, acquisition: .ehvi, front: nil, reference: [1.5, 1.5], scale: [1, 1],
      known: [[0, 0], [1, 0]], caution: 1, starts: 0)
    blind.scales = [1]
    let chosen = blind.choose(2, from: candidates, stream: stream).map(\.point)
    let likely = model.predict(candidates).feasibility
    let most = likely.max()!
    func room(_ point: [Double]) -> Double { min(hypot(point[0], point[1]), hypot(1 - point[0], point[1])) }
    let near = candidates.indices.filter { likely[$0] >= 0.5 * most }
    #expect(abs(room(chosen[0]) - near.map { room(candidates[$0]) }.max()!) < 1e-12)
    #expect(room(chosen[0]) > 0.5)
    // The next one is the likeliest.
    #expect(model.predict([chosen[1]]).feasibility[0] > 0.99 * most)
  }

  private let stream = RandomStream(seed: 3, purpose: .test)

  @Test func anAwaitedPointCountsLikeOneJustChosen() throws {
    let both = search(awaited: []).choose(3, from: candidates, stream: stream)
    #expect(both.count == 3)
    let last = search(awaited: both.prefix(2).map(\.point)).choose(1, from: candidates, stream: stream)
    #expect(last.map(\.point) == [both[2].point] && last[0].worth == both[2].worth)
  }

  @Test func theFrontItIsPredictedToBeOnIsNotImprovedAgain() {
    let alone = search(awaited: []).choose(1, from: candidates, stream: stream)[0]
    let next = search(awaited: [alone.point]).choose(1, from: candidates, stream: stream)[0]
    #expect(abs(next.point[0] - alone.point[0]) > 0.1 && next.worth < alone.worth)
  }

  /// Its costs would dominate what is found beside it, but it has hardly a chance.
  @Test func onePredictedInfeasibleLeavesTheFrontAlone() {
    let without = search(awaited: [], starts: 0).choose(1, from: candidates, stream: stream)[0]
    let awaited = [without.point[0], 0.99]
    let prediction = model.predict([without.point, awaited])
    #expect(prediction.costs[1][1] < prediction.costs[1][0] - 0.5 && prediction.feasibility[1] < 0.01)
    let beside = search(awaited: [awaited], starts: 0).choose(1, from: candidates, stream: stream)[0]
    #expect(beside.point == without.point && abs(beside.worth - without.worth) < 1e-9)
  }
}
