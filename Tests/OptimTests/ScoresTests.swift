import Testing

@testable import Optim

/// Formulas for small test problems.
func formula(_ make: (inout TermGraph) -> TermGraph.Term) -> Formula {
  var graph = TermGraph()
  let result = make(&graph)
  return graph.formula([result])
}

/// The comparison `left <= right` or `left < right` with its margin `right - left`.
func comparison(
  _ name: String, strict: Bool = false, isAPriori: Bool = false,
  _ sides: (inout TermGraph) -> (TermGraph.Term, TermGraph.Term)
) -> Problem.Constraint {
  var graph = TermGraph()
  let (left, right) = sides(&graph)
  let satisfied = graph.apply(strict ? .less : .lessOrEqual, left, right)
  let margin = graph.apply(.subtract, right, left)
  return Problem.Constraint(
    name: name, satisfied: graph.formula([satisfied]), margin: graph.formula([margin]), isAPriori: isAPriori)
}

@Suite("Scores")
struct ScoresTests {
  /// minimise y, maximise y / z; x <= 1 (a priori), z <= 5, y is a whole number.
  static func problem(limit: Double = 5, strict: Bool = false) -> Problem {
    Problem(
      space: Space([Parameter(name: "x", domain: .real(lower: 0, upper: 2, scale: .linear))]),
      objectives: [
        .init(name: "low", sense: .minimize, formula: formula { $0.input("s.y") }),
        .init(
          name: "high", sense: .maximize,
          formula: formula { graph in graph.apply(.divide, graph.input("s.y"), graph.input("s.z")) }),
      ],
      constraints: [
        comparison("x limit", isAPriori: true) { ($0.input("x"), $0.constant(1)) },
        comparison("z limit", strict: strict) { ($0.input("s.z"), $0.constant(limit)) },
        .init(
          name: "whole",
          satisfied: formula { graph in
            graph.apply(.equal, graph.input("s.y"), graph.apply(.floor, graph.input("s.y")))
          }, margin: nil, isAPriori: false),
      ])
  }

  static func evaluations(
    _ rows: [(x: Double, state: Evaluations.State, y: Double, z: Double)]
  ) -> Evaluations {
    var evaluations = Evaluations(parameterNames: ["x"], outputNames: ["s.y", "s.z"])
    for (row, entry) in rows.enumerated() {
      evaluations.appendPending([entry.x])
      if entry.state != .pending { evaluations.set(row, state: entry.state, outputs: [entry.y, entry.z]) }
    }
    return evaluations
  }

  @Test("Feasible and infeasible rows: objectives, costs, margins and scaled violation")
  func complete() throws {
    let rows = Self.evaluations([(0.5, .done, 4, 2), (1.5, .done, 4.5, 10), (1, .done, 3, 5)])
    let scores = try Scores(problem: Self.problem(), evaluations: rows)
    #expect(scores.status == [.feasible, .infeasible, .feasible])
    #expect(scores.objectives == [[4, 4.5, 3], [2, 0.45, 0.6]])
    #expect(scores.costs == [[4, 4.5, 3], [-2, -0.45, -0.6]])
    #expect(scores.satisfied == [[1, 0, 1], [1, 0, 1], [1, 0, 1]])
    #expect(scores.margins[0] == [0.5, -0.5, 0] && scores.margins[1] == [3, -5, 0])
    #expect(scores.margins[2].allSatisfy { $0.isNaN })
    #expect(scores.scales == [1, 8, 1])
    #expect(scores.violation == [0, 0.5 + 5.0 / 8 + 1, 0])
    #expect(scores.rows(.feasible) == [0, 2] && scores.failure(at: 1) == nil)
  }

  @Test("Pending, rejected and failed rows: a priori constraints are known, the rest is not")
  func unanswered() throws {
    var rows = Self.evaluations([
      (0.5, .pending, 0, 0), (1.5, .rejected, .nan, .nan), (0.5, .failed, .nan, .nan),
    ])
    rows.set(2, state: .failed, failure: Failure(kind: .timeout, reason: "no answer in 3 s"))
    let scores = try Scores(problem: Self.problem(), evaluations: rows)
    #expect(scores.status == [.pending, .rejected, .failed])
    #expect(scores.satisfied[0] == [1, 0, 1] && scores.margins[0] == [0.5, -0.5, 0.5])
    #expect((scores.satisfied[1] + scores.satisfied[2] + scores.margins[1]).allSatisfy { $0.isNaN })
    #expect((scores.objectives + scores.costs).joined().allSatisfy { $0.isNaN })
    #expect(scores.violation == [2.5, 2.5, 4])
    #expect(scores.failure(at: 2)?.kind == .timeout && scores.failure(at: 0) == nil)
  }

  @Test("A partial answer: constraints that can be computed count, missing objectives make it incomplete")
  func partial() throws {
    var rows = Self.evaluations([(0.5, .partial, .nan, 2), (0.5, .partial, .nan, 6), (0.5, .partial, 3, 2)])
    rows.set(
      0, state: .partial, outputs: [.nan, 2],
      failure: Failure(kind: .reported, reason: "no spikes in phase 1"))
    let scores = try Scores(problem: Self.problem(), evaluations: rows)
    #expect(scores.status == [.incomplete, .incomplete, .feasible])
    #expect(scores.satisfied[1] == [1, 0, 1] && scores.satisfied[2][0].isNaN && scores.satisfied[2][2] == 1)
    #expect(scores.objectives[0][0].isNaN && scores.objectives[1][0].isNaN)
    #expect(scores.violation[0] == 1.5 && scores.violation[1] > 1.5 && scores.violation[2] == 0)
    #expect(scores.failure(at: 0)?.reason == "no spikes in phase 1")
  }

  @Test("A comparison with a missing output is unknown, not false and not true")
  func unknown() throws {
    var problem = Self.problem()
    problem.objectives = []
    problem.constraints = [
      .init(
        name: "not small",
        satisfied: formula { graph in
          graph.apply(.not, graph.apply(.less, graph.input("s.z"), graph.constant(1)))
        }, margin: nil, isAPriori: false)
    ]
    let scores = try Scores(
      problem: problem, evaluations: Self.evaluations([(0, .partial, 1, .nan), (0, .partial, .nan, 2)]))
    #expect(scores.satisfied[0][0].isNaN && scores.violation[0] == 1 && scores.status[0] == .infeasible)
    #expect(scores.satisfied[0][1] == 1 && scores.status[1] == .feasible)
  }

  @Test("A conditional parameter that does not exist is evaluated as it is")
  func conditional() throws {
    var problem = Self.problem()
    problem.constraints = [
      .init(
        name: "x exists", satisfied: formula { graph in graph.apply(.isFinite, graph.input("x")) },
        margin: nil,
        isAPriori: true)
    ]
    let scores = try Scores(problem: problem, evaluations: Self.evaluations([(.nan, .done, 1, 1)]))
    #expect(scores.satisfied == [[0]] && scores.status == [.infeasible] && scores.violation == [1])
  }

  @Test("An objective that is not finite is a failure that names it, whatever else holds")
  func notFinite() throws {
    let rows = Self.evaluations([
      (0.5, .done, 4, 0), (0.5, .done, 0, 0), (0.5, .done, 4, .nan), (0.5, .done, 4, 1),
    ])
    let scores = try Scores(problem: Self.problem(), evaluations: rows)
    #expect(scores.status == [.failed, .failed, .failed, .feasible])
    #expect(scores.failure(at: 0)?.reason == "objective 'high' is infinite")
    #expect(scores.failure(at: 1)?.reason == "objective 'high' is not a number")
    #expect(scores.failure(at: 2)?.reason == "objective 'high' reads output 's.z', which is missing")
    #expect(scores.failure(at: 2)?.kind == .output && scores.failure(at: 0)?.kind == .notFinite)
    #expect(scores.violation == [4, 4, 4, 0] && scores.objectives[1].dropLast().allSatisfy { $0.isNaN })
  }

  @Test("On the boundary of a strict comparison the violation is tiny, not zero")
  func strict() throws {
    let rows = Self.evaluations([(0.5, .done, 4, 5), (0.5, .done, 4, 4)])
    let scores = try Scores(problem: Self.problem(strict: true), evaluations: rows)
    #expect(scores.margins[1][0] == 0 && scores.status == [.infeasible, .feasible])
    #expect(scores.violation[0] > 0 && scores.violation[0] < 1e-9)
  }

  @Test("Infinite and undefined margins never give less than a violated yes/no constraint, nor NaN")
  func oddMargins() throws {
    var problem = Self.problem()
    problem.objectives = []
    problem.constraints = [
      comparison("ratio") { graph in
        (graph.apply(.divide, graph.input("s.y"), graph.input("s.z")), graph.constant(1))
      }
    ]
    let rows = Self.evaluations([(0, .done, 1, 0), (0, .done, 0, 0), (0, .done, -1, 0), (0, .done, 3, 1)])
    let scores = try Scores(problem: problem, evaluations: rows)
    #expect(scores.violation == [1, 1, 0, 1])
    #expect(scores.status == [.infeasible, .infeasible, .feasible, .infeasible])
  }

  @Test("A failure is worse than a row that violates everything")
  func ordering() throws {
    let rows = Self.evaluations([(2, .done, 0.5, 1e9), (2, .partial, .nan, 1e9), (0, .failed, .nan, .nan)])
    let violation = try Scores(problem: Self.problem(), evaluations: rows).violation
    #expect(violation[0] <= 3 && violation[1] <= 3.5 && violation[2] == 4)
  }

  @Test("Without constraints every complete row is feasible; without rows there is nothing")
  func trivial() throws {
    var problem = Self.problem()
    problem.constraints = []
    let rows = Self.evaluations([
      (0, .done, 1, 1), (0, .pending, 0, 0), (0, .failed, 0, 0), (0, .rejected, 0, 0),
    ])
    let scores = try Scores(problem: problem, evaluations: rows)
    #expect(scores.status == [.feasible, .pending, .failed, .rejected])
    #expect(scores.violation == [0, 0.5, 1, 0.5])
    #expect(try Scores(problem: problem, evaluations: Self.evaluations([])).count == 0)
  }

  @Test("The scales of an archive make other points comparable with it")
  func scales() throws {
    let archive = try Scores(
      problem: Self.problem(), evaluations: Self.evaluations([(0, .done, 1, 15), (0, .done, 1, 0)]))
    #expect(archive.scales == [1, 15, 1])
    let point = Self.evaluations([(0, .done, 1, 8)])
    #expect(try Scores(problem: Self.problem(), evaluations: point).violation == [1])
    #expect(
      try Scores(problem: Self.problem(), evaluations: point, scales: archive.scales).violation == [0.2])
  }

  @Test("Re-scoring a changed problem gives what scoring anew gives")
  func rescored() throws {
    var random = Wander(9)
    let states: [Evaluations.State] = [.done, .done, .done, .partial, .failed, .rejected, .pending]
    var rows = Self.evaluations(
      (0..<500).map { _ in
        let state = states[random.below(states.count)]
        let z = random.below(20) == 0 ? 0 : random.number(-3, 9)
        let y = random.below(2) == 0 ? random.number(0, 4).rounded() : random.number(0, 4)
        return (random.number(0, 2), state, state == .partial && random.below(2) == 0 ? .nan : y, z)
      })
    let first = try Scores(problem: Self.problem(), evaluations: rows)
    var changed = Self.problem(limit: 2)
    changed.objectives.swapAt(0, 1)
    expectEqual(
      try first.rescored(problem: changed, evaluations: rows), try Scores(problem: changed, evaluations: rows)
    )
    // The same objective turned round, and one constraint fewer.
    changed.objectives[0] = .init(name: "other", sense: .minimize, formula: changed.objectives[0].formula)
    changed.constraints.removeFirst()
    expectEqual(
      try first.rescored(problem: changed, evaluations: rows), try Scores(problem: changed, evaluations: rows)
    )
    rows.set(first.rows(.pending)[0], state: .done, outputs: [1, 1])
    expectEqual(
      try first.rescored(problem: changed, evaluations: rows), try Scores(problem: changed, evaluations: rows)
    )
  }

  @Test("A column that the archive lacks is named")
  func missingColumn() {
    var problem = Self.problem()
    problem.objectives.append(.init(name: "w", sense: .minimize, formula: formula { $0.input("s.w") }))
    #expect(throws: FormulaError.missingColumn("s.w")) {
      try Scores(problem: problem, evaluations: Self.evaluations([]))
    }
  }

  private func expectEqual(_ a: Scores, _ b: Scores) {
    #expect(a.status == b.status && a.violation == b.violation && a.scales == b.scales)
    for (p, q) in zip(
      a.objectives + a.costs + a.satisfied + a.margins, b.objectives + b.costs + b.satisfied + b.margins)
    {
      #expect(zip(p, q).allSatisfy(sameBits))
    }
    #expect(a.status.indices.allSatisfy { a.failure(at: $0) == b.failure(at: $0) })
  }
}
