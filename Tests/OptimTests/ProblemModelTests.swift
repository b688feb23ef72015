import Foundation
import Testing

@testable import Optim

@Suite struct ProblemModelTests {
  /// Parameters of every kind and a simulator with two outputs; objectives, margins and labels of all classes.
  static func problem(withSimulator: Bool = true) -> Problem {
    var graph = TermGraph()
    let a = withSimulator ? graph.input("sim.a") : graph.input("x")
    let b = withSimulator ? graph.input("sim.b") : graph.input("n")
    let (x, k, n, y) = (graph.input("x"), graph.input("k"), graph.input("n"), graph.input("y"))
    func formula(_ term: TermGraph.Term) -> Formula { graph.formula([term]) }
    let square = graph.apply(.multiply, a, a)
    let first = graph.apply(.add, square, graph.apply(.multiply, x, b))
    let second = graph.apply(.add, graph.apply(.logarithm, k), graph.apply(.multiply, a, b))
    let margin = graph.apply(.subtract, graph.apply(.add, b, n), a)
    let prior = graph.apply(
      .subtract, graph.apply(.multiply, n, x),
      graph.apply(.multiply, graph.constant(0.5), graph.apply(.logarithm, k)))
    func satisfied(_ margin: TermGraph.Term) -> Formula {
      let holds = graph.apply(.lessOrEqual, graph.constant(0), margin)
      return formula(holds)
    }
    let equal = graph.apply(.equal, a, b)
    var simulator = Simulator(name: "sim", command: ["true"], directory: ".")
    simulator.outputs = [Simulator.Output(name: "a"), Simulator.Output(name: "b")]
    return Problem(
      space: mixedSpace(), simulators: withSimulator ? [simulator] : [],
      objectives: [
        Problem.Objective(name: "f", sense: .minimize, formula: formula(first)),
        Problem.Objective(name: "g", sense: .maximize, formula: formula(second)),
      ],
      constraints: [
        Problem.Constraint(
          name: "numeric", satisfied: satisfied(margin), margin: formula(margin), isAPriori: false),
        Problem.Constraint(
          name: "binary", satisfied: formula(equal), margin: nil, isAPriori: false),
        Problem.Constraint(
          name: "prior", satisfied: satisfied(prior), margin: formula(prior), isAPriori: true),
        Problem.Constraint(
          name: "conditional", satisfied: satisfied(y), margin: formula(y), isAPriori: true),
      ])
  }

  /// A model of an analytic surrogate, with a failed simulation so that success is learned too.
  static func model(_ goal: LearningGoal, hasVariance: Bool = true) throws -> ProblemModel {
    let problem = problem()
    var data = Evaluations(parameterNames: problem.space.names, outputNames: problem.outputColumns)
    for (i, u) in Sobol().points(count: 12, dimension: problem.space.count, stream: stream()).enumerated() {
      data.appendPending(problem.space.decode(u))
      if i == 3 {
        data.set(i, state: .failed, failure: Failure(kind: .exit, reason: "test"))
      } else {
        data.set(i, state: .done, outputs: [u[0], u[1]])
      }
    }
    let scores = try Scores(problem: problem, evaluations: data)
    let (set, layout) = problem.trainingSet(data, scores, goal)
    let surrogate = AnalyticSurrogate(
      features: set.features.count, targets: set.targets.count, labels: set.labels.count,
      hasVariance: hasVariance)
    return ProblemModel(problem: problem, goal: goal, layout: layout, surrogate: surrogate)
  }

  static func stream(_ index: UInt64 = 0) -> RandomStream {
    RandomStream(seed: 3, purpose: .test, index: index)
  }

  /// Points away from the edges of cells, of the clamped halves of the first and last step, and of the condition x < 0.5.
  static func points(_ count: Int, _ space: Space) -> Matrix {
    var random = stream(7)
    var rows: [[Double]] = []
    while rows.count < count {
      let u = space.parameters.map { _ in 0.15 + 0.7 * random.uniform() }
      let isSafe = zip(u, space.parameters).allSatisfy { place, parameter in
        guard parameter.isCategorical, let levels = parameter.levels else { return true }
        let cell = place * Double(levels)
        return abs(cell - cell.rounded()) > 0.01
      }
      if isSafe && abs(u[0] - 0.5) > 0.01 { rows.append(u) }
    }
    return Matrix(rows, columns: space.count)
  }

  /// A smooth function of everything predicted, with its seeds.
  static func score(_ prediction: ProblemPrediction, _ row: Int) -> Double {
    var sum = 0.0
    func add(_ value: Double, _ weight: Double) { if value.isFinite { sum += weight * sin(0.3 * value) } }
    for (k, column) in prediction.costs.enumerated() { add(column[row], 1 + Double(k)) }
    for (k, column) in (prediction.costVariance ?? []).enumerated() { add(column[row], 0.5 + Double(k)) }
    for (j, column) in prediction.margins.enumerated() where !column.isEmpty {
      add(column[row], 2 + Double(j))
    }
    for (j, column) in prediction.logOdds.enumerated() { add(column[row], 0.7 + Double(j)) }
    if !prediction.success.isEmpty { add(prediction.success[row], 1.3) }
    return sum
  }

  static func seeds(_ prediction: ProblemPrediction, count: Int) -> ProblemSeeds {
    var seeds = ProblemSeeds(count: count)
    func slope(_ column: [Double], _ weight: Double) -> [Double] {
      column.map { $0.isFinite ? weight * 0.3 * cos(0.3 * $0) : 0 }
    }
    seeds.costs = prediction.costs.enumerated().map { slope($1, 1 + Double($0)) }
    seeds.costVariance = (prediction.costVariance ?? []).enumerated().map { slope($1, 0.5 + Double($0)) }
    seeds.margins = prediction.margins.enumerated().map { slope($1, 2 + Double($0)) }
    seeds.logOdds = prediction.logOdds.enumerated().map { slope($1, 0.7 + Double($0)) }
    seeds.success = slope(prediction.success, 1.3)
    return seeds
  }

  static let goals: [LearningGoal] = LearningGoal.Mode.allCases.flatMap { mode in
    LearningGoal.Subject.allCases.flatMap { subject in
      LearningGoal.Labels.allCases.map { LearningGoal(mode: mode, subject: subject, labels: $0) }
    }
  }

  @Test(arguments: goals, [true, false])
  func gradientAgreesWithDifferences(_ goal: LearningGoal, _ hasVariance: Bool) throws {
    let model = try Self.model(goal, hasVariance: hasVariance)
    let points = Self.points(24, model.problem.space)
    let gradient = model.gradient(unit: points) { Self.seeds($0, count: points.rows) }.gradient
    let step = 1e-6
    for j in 0..<points.columns {
      var (up, down) = (points, points)
      for i in 0..<points.rows {
        up[i, j] += step
        down[i, j] -= step
      }
      let above = model.gradient(unit: up) { Self.seeds($0, count: points.rows) }.prediction
      let below = model.gradient(unit: down) { Self.seeds($0, count: points.rows) }.prediction
      for i in 0..<points.rows {
        let difference = (Self.score(above, i) - Self.score(below, i)) / (2 * step)
        let scale = max(1, abs(difference))
        #expect(
          abs(gradient[i, j] - difference) < 2e-4 * scale,
          "\(goal) row \(i) parameter \(j): \(gradient[i, j]) \(difference)")
      }
    }
  }

  /// At the middles of cells the relaxed point is the point itself.
  @Test(arguments: goals) func relaxedPredictionsAreThePredictions(_ goal: LearningGoal) throws {
    let model = try Self.model(goal)
    let space = model.problem.space
    var points = Self.points(16, space)
    for i in 0..<points.rows {
      let middle = space.encode(space.decode(points.row(i)))
      for j in 0..<points.columns where space.parameters[j].levels != nil { points[i, j] = middle[j] }
    }
    let relaxed = model.gradient(unit: points) { Self.seeds($0, count: points.rows) }.prediction
    let direct = model.predict((0..<points.rows).map { space.decode(points.row($0)) })
    for (a, b) in zip(
      relaxed.costs + relaxed.logOdds + relaxed.margins, direct.costs + direct.logOdds + direct.margins)
    {
      #expect(zip(a, b).allSatisfy { $0.isNaN && $1.isNaN || abs($0 - $1) < 1e-9 * max(1, abs($1)) })
    }
  }

  /// The root of an output that is predicted negative: no cost is NaN or tempting, and success is ruled out.
  @Test func undefinedFormulaRulesSuccessOut() throws {
    var graph = TermGraph()
    let root = graph.apply(.squareRoot, graph.input("sim.a"))
    var simulator = Simulator(name: "sim", command: ["true"], directory: ".")
    simulator.outputs = [Simulator.Output(name: "a")]
    let problem = Problem(
      space: cube(1), simulators: [simulator],
      objectives: [Problem.Objective(name: "f", sense: .minimize, formula: graph.formula([root]))])
    var random = Self.stream()
    var output = AnalyticSurrogate.Quadratic(1, &random)
    (output.constant, output.linear, output.square) = (-0.5, [1], [0])
    var layout = TargetLayout(problem)
    layout.outputs = ["sim.a"]
    let model = ProblemModel(
      problem: problem, goal: LearningGoal(subject: .outputs), layout: layout,
      surrogate: AnalyticSurrogate(targets: [output]))
    let prediction = model.predict([[0.25], [0.75], [1]])
    #expect(abs(prediction.costs[0][1] - 0.5) < 1e-12 && prediction.costs[0][0] == prediction.costs[0].max())
    #expect(prediction.feasibility[0] < 1e-15 && prediction.feasibility[1] > 0.999)
    let gradient = model.gradient(unit: Matrix([[0.25], [0.75]], columns: 1)) { _ in
      var seeds = ProblemSeeds(count: 2)
      seeds.costs = [[1, 1]]
      seeds.success = [1, 1]
      return seeds
    }.gradient
    #expect(gradient[0, 0] == 0 && abs(gradient[1, 0] - 1) < 1e-12)
  }
}
