import Foundation
import Testing

@testable import Optim

@Suite struct TraceTests {
  /// f1 = x1^2 + x2^2 and f2 = (x1 - 1)^2 + (x2 - 1)^2 on the unit square, with x2 - x1 >= 0.6: no simulator, so that the constraint is
  /// learned like any other.
  static func problem(simulated: Bool = false, constrained: Bool = true) -> Problem {
    var graph = TermGraph()
    let (x, y) = (graph.input("x1"), graph.input("x2"))
    let (x1, y1) = (
      graph.apply(.subtract, x, graph.constant(1)), graph.apply(.subtract, y, graph.constant(1))
    )
    let first = graph.apply(.add, graph.apply(.multiply, x, x), graph.apply(.multiply, y, y))
    let second = graph.apply(.add, graph.apply(.multiply, x1, x1), graph.apply(.multiply, y1, y1))
    let margin = graph.apply(.subtract, graph.apply(.subtract, y, x), graph.constant(0.6))
    let holds = graph.apply(.lessOrEqual, graph.constant(0), margin)
    let constraint = Problem.Constraint(
      name: "apart", satisfied: graph.formula([holds]),
      margin: graph.formula([margin]), isAPriori: true)
    var simulator = Simulator(name: "sim", command: ["true"], directory: ".")
    simulator.outputs = [Simulator.Output(name: "a")]
    return Problem(
      space: cube(2), simulators: simulated ? [simulator] : [],
      objectives: [
        Problem.Objective(name: "f1", sense: .minimize, formula: graph.formula([first])),
        Problem.Objective(name: "f2", sense: .minimize, formula: graph.formula([second])),
      ], constraints: constrained ? [constraint] : [])
  }

  /// The problem's own formulas as a surrogate; the log odds of the constraint are a multiple of its margin.
  static func model(
    _ problem: Problem, _ goal: LearningGoal = LearningGoal(), sharpness: Double = 10
  ) -> ProblemModel {
    var random = CrossValidationTests.stream()
    func quadratic(_ constant: Double, _ linear: [Double], _ square: [Double]) -> AnalyticSurrogate.Quadratic
    {
      var result = AnalyticSurrogate.Quadratic(2, &random)
      (result.constant, result.linear, result.square) = (constant, linear, square)
      return result
    }
    let costs = [quadratic(0, [0, 0], [1, 1]), quadratic(2, [-2, -2], [1, 1])]
    let margin = quadratic(-0.6, [-1, 1], [0, 0])
    let odds = quadratic(-0.6 * sharpness, [-sharpness, sharpness], [0, 0])
    let learnsMargin = !problem.constraints.isEmpty && !problem.isKnownBefore(problem.constraints[0])
    var layout = TargetLayout(problem)
    var targets: [AnalyticSurrogate.Quadratic] = []
    if goal.mode != .constraints {
      layout.objectives = [0, 1]
      targets += costs
    }
    let isWanted = learnsMargin && goal.mode != .objectives
    if isWanted {
      (layout.margins, layout.labels) = ([targets.count], [0])
      targets.append(margin)
    }
    return ProblemModel(
      problem: problem, goal: goal, layout: layout,
      surrogate: AnalyticSurrogate(targets: targets, labels: isWanted ? [odds] : []))
  }

  static func campaign(_ problem: Problem, count: Int = 64) throws -> Campaign {
    let campaign = try Campaign(workers: 1)
    _ = try campaign.adopt(problem)
    campaign.propose(Sobol().points(count: count, dimension: 2, stream: CrossValidationTests.stream()))
    _ = campaign.computeFormulas(0..<count)
    return campaign
  }

  final class Watch: Observer {
    var interruption = Interruption.none
    var reports = 0
    var limit = Int.max
    func report(_ progress: Optim.Progress) {
      reports += 1
      if reports > limit { interruption = .finish }
    }
  }

  static func feasible(_ point: [Double], slack: Double = 0) -> Bool { point[1] - point[0] >= 0.6 - slack }

  /// Log odds in the millions make a loss that is large and nearly flat, far from the feasible region as well: no reason to stop there.
  @Test func aFlatLossIsNoEnd() throws {
    let campaign = try Self.campaign(Self.problem())
    var options = TraceOptions(target: .constraint)
    (options.count, options.rate, options.steps) = (20, 0.001, 3000)
    let model = Self.model(campaign.problem, sharpness: 1e7)
    let trace = try campaign.trace(model, options, observer: Watch())
    #expect(trace.paths.count == 20 && trace.paths.allSatisfy { Self.feasible($0.unit.last!) })
    // Those of them that are short have come from near by.
    #expect(trace.paths.contains { $0.unit.count > 60 })
  }

  @Test func constraintTracesEndFeasible() throws {
    let campaign = try Self.campaign(Self.problem())
    var options = TraceOptions(target: .constraint)
    options.count = 6
    let trace = try campaign.trace(Self.model(campaign.problem), options, observer: Watch())
    #expect(trace.paths.count == 6 && trace.paths.allSatisfy { $0.ending == .converged })
    for (k, path) in trace.paths.enumerated() {
      #expect(!Self.feasible(path.unit[0]) && Self.feasible(path.unit.last!))
      #expect(path.losses.last! < path.losses[0] && path.losses.count == path.unit.count)
      #expect(path.unit.allSatisfy { $0.allSatisfy { (0...1).contains($0) } })
      let own = trace.selected.filter { $0.path == k }
      #expect(own.count == options.pointsPerPath && own.last!.step == path.unit.count - 1)
      #expect(own.map(\.step) == own.map(\.step).sorted() && own[0].step > 0)
    }
    #expect(trace.prediction.costs[0].count == trace.selected.count)
  }

  /// Where no sample is feasible and probabilities say nothing, margins still lead the way.
  @Test func marginsLeadWhereLabelsSayNothing() {
    let loss = TraceLoss(Self.problem(), front: [[0, 1], [0, 1]], marginScales: [1])
    let (values, seeds) = loss.constraint(
      ProblemPrediction(costs: [[0]], costVariance: nil, margins: [[-0.5]], logOdds: [[-40]], success: []),
      count: 1)
    #expect(abs(values[0] - 6.5) < 0.05 && seeds.margins[0] == [-1] && seeds.logOdds[0] == [0])
  }

  /// A violation counts in proportion however far out it is, so that none is given up for the sake of others; where there is no
  /// margin, log odds keep a slope.
  @Test func noConstraintIsGivenUp() {
    let loss = TraceLoss(Self.problem(), front: [[0, 1], [0, 1]], marginScales: [1])
    func value(margins: [Double], logOdds: Double) -> (loss: Double, slope: Double) {
      let (values, seeds) = loss.constraint(
        ProblemPrediction(
          costs: [[0]], costVariance: nil, margins: [margins], logOdds: [[logOdds]], success: []), count: 1)
      return (values[0], seeds.logOdds[0][0])
    }
    let far = [1.0, 2, 3].map { value(margins: [-$0], logOdds: -1e6 * $0).loss }
    #expect(abs(far[2] - far[1] - 1) < 1e-12 && abs(far[1] - far[0] - 1) < 1e-12)
    let labelled = value(margins: [], logOdds: -40)
    #expect(labelled.loss > 9 && abs(labelled.slope + 1 / 35.0) < 1e-4)
  }

  /// Objective traces approach the diagonal between the two optima, from outside the reference box too.
  @Test(arguments: [TraceOptions.Start.best, .random]) func objectiveTracesApproachTheFront(
    _ start: TraceOptions.Start
  ) throws {
    let campaign = try Self.campaign(Self.problem(constrained: false))
    var options = TraceOptions(target: .objective, start: start)
    options.count = 8
    let trace = try campaign.trace(Self.model(campaign.problem), options, observer: Watch())
    for path in trace.paths {
      let end = path.unit.last!
      #expect(abs(end[0] - end[1]) < 0.05, "\(end)")
      #expect(path.losses.last! <= path.losses[0])
    }
  }

  @Test func bothTargetsStayFeasible() throws {
    let campaign = try Self.campaign(Self.problem())
    var options = TraceOptions(target: .both, start: .random)
    options.steps = 1000
    let trace = try campaign.trace(Self.model(campaign.problem), options, observer: Watch())
    // The best compromise within x2 - x1 >= 0.6 is (0.2, 0.8), on that line.
    for path in trace.paths {
      let end = path.unit.last!
      #expect(Self.feasible(end) && abs(end[1] - end[0] - 0.6) < 0.2, "\(end)")
      #expect(abs(end[0] + end[1] - 1) < 0.2, "\(end)")
    }
  }

  /// With a simulator the constraint is known beforehand: exact margins lead, and no point that breaks it is selected.
  @Test(arguments: TraceOptions.Target.allCases) func constraintsOnParametersHold(
    _ target: TraceOptions.Target
  )
    throws
  {
    let campaign = try Self.campaign(Self.problem(simulated: true))
    let model = Self.model(campaign.problem)
    var options = TraceOptions(target: target, start: .best)
    options.count = 4
    let trace = try campaign.trace(model, options, observer: Watch())
    #expect(!trace.selected.isEmpty && trace.selected.allSatisfy { Self.feasible($0.point) })
  }

  @Test func theSameSeedGivesTheSameTrace() throws {
    var paths: [[[Double]]] = []
    for _ in 0..<2 {
      let campaign = try Self.campaign(Self.problem())
      var options = TraceOptions(target: .constraint, start: .random)
      options.steps = 60
      let first = try campaign.trace(Self.model(campaign.problem), options, observer: Watch())
      let second = try campaign.trace(Self.model(campaign.problem), options, observer: Watch())
      #expect(first.selected.map(\.point) != second.selected.map(\.point))
      paths.append(first.selected.map(\.point))
    }
    #expect(paths[0] == paths[1])
  }

  @Test func whatCannotBeTracedIsExplained() throws {
    let free = try Self.campaign(Self.problem(constrained: false))
    let bound = try Self.campaign(Self.problem())
    func reason(
      _ campaign: Campaign, _ goal: LearningGoal, _ target: TraceOptions.Target, _ start: TraceOptions.Start?
    )
      -> String?
    {
      do {
        _ = try campaign.trace(
          Self.model(campaign.problem, goal), TraceOptions(target: target, start: start), observer: Watch())
        return nil
      } catch { return "\(error)" }
    }
    #expect(reason(free, LearningGoal(), .constraint, .best)!.contains("no constraint to trace"))
    #expect(reason(bound, LearningGoal(mode: .objectives), .both, nil)!.contains("predicts objectives only"))
    #expect(
      reason(bound, LearningGoal(mode: .constraints), .objective, nil)!.contains("predicts constraints only"))
    #expect(
      reason(free, LearningGoal(), .objective, .infeasible)!.contains("no evaluated point is infeasible"))
    let empty = try Campaign(workers: 1)
    _ = try empty.adopt(Self.problem())
    #expect(reason(empty, LearningGoal(), .objective, .best)!.contains("start=random"))
  }

  @Test func interruptionKeepsTheWayThere() throws {
    let campaign = try Self.campaign(Self.problem())
    let watch = Watch()
    watch.limit = 10
    let trace = try campaign.trace(
      Self.model(campaign.problem), TraceOptions(target: .constraint), observer: watch)
    #expect(trace.paths.allSatisfy { $0.ending == .interrupted && $0.unit.count == 11 })
  }

  @Test func stepsAndLabels() throws {
    let model = try ProblemModelTests.model(LearningGoal())
    let campaign = try Campaign(workers: 1)
    _ = try campaign.adopt(model.problem)
    var options = TraceOptions(target: .both, start: .random)
    (options.count, options.steps) = (3, 80)
    let trace = try campaign.trace(model, options, observer: Watch())
    let accept = try #require(model.problem.aPrioriAcceptance)
    #expect(trace.selected.allSatisfy { model.problem.space.contains($0.point) && accept($0.point) })
    let bits = trace.selected.map { $0.point.map(\.bitPattern) }
    #expect(Set(bits).count == bits.count)
  }

  /// Loss and seeds by finite differences, inside and far outside the reference box.
  @Test func lossesAgreeWithDifferences() {
    let loss = TraceLoss(Self.problem(), front: [[0, 2], [-1, 3]], marginScales: [0.5])
    func prediction(_ x: [Double]) -> ProblemPrediction {
      ProblemPrediction(
        costs: [[x[0]], [x[1]]], costVariance: nil, margins: [[x[2]]], logOdds: [[x[3]]], success: [x[4]])
    }
    for x in [[1, 2, -0.3, 0.4, 1], [5, 40, 0.2, -8, -3], [2.2, 3.4, -2, 30, 12]] {
      for isObjective in [true, false] {
        let part = isObjective ? loss.objective : loss.constraint
        let seeds = part(prediction(x), 1).seeds
        let slopes = [seeds.costs, seeds.margins, seeds.logOdds, [seeds.success]]
        let counts = [2, 1, 1, 1]
        let flat = zip(slopes, counts).flatMap { columns, count in
          (0..<count).map { columns.indices.contains($0) ? columns[$0].first ?? 0 : 0 }
        }
        for j in 0..<5 {
          var (up, down) = (x, x)
          up[j] += 1e-6
          down[j] -= 1e-6
          let difference = (part(prediction(up), 1).loss[0] - part(prediction(down), 1).loss[0]) / 2e-6
          #expect(abs(flat[j] - difference) < 1e-5 * max(1, abs(difference)), "\(x) \(j)")
        }
      }
    }
  }
}
