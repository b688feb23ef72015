import Foundation
import Optim

/// A million evaluations in memory: judging all of them, and again after one constraint has changed.
struct RescoreBenchmark: Workload {
  let name = "rescore"

  func measure(_ bench: Bench) throws -> [Measurement] {
    let rows = bench.quick ? 10_000 : 1_000_000
    let evaluations = Self.evaluations(rows)
    let problem = Self.problem(threshold: 0.8)
    let changed = Self.problem(threshold: 0.7)
    var scores = try Scores(problem: problem, evaluations: evaluations)
    let full = try bench.median(repeats: 3) {
      scores = try Scores(problem: problem, evaluations: evaluations)
    }
    var next = scores
    let again = try bench.median(repeats: 3) {
      next = try scores.rescored(problem: changed, evaluations: evaluations)
    }
    var feasible: [Int] = []
    var front: [Int] = []
    let sorting = bench.median(repeats: 3) {
      feasible = next.rows(.feasible)
      front = NonDominated.firstFront(next.costs.map { costs in feasible.map { costs[$0] } })
    }
    let report = bench.median(repeats: 3) {
      _ = ConstraintReport(problem: problem, evaluations: evaluations, scores: scores)
    }
    let scale = "\(rows) evaluations, 4 objectives, 8 constraints"
    return [
      Measurement(what: "score \(scale)", ours: full, goal: "< 1 s", met: full < 1),
      Measurement(
        what: "re-score one changed constraint of \(scale)", ours: again, goal: "< 1 s", met: again < 1),
      Measurement(
        what: "front of the feasible ones", ours: sorting, goal: "< 1 s", met: sorting < 1,
        note: "\(front.count) of \(feasible.count)"),
      Measurement(what: "constraint report of \(scale)", ours: report, goal: "< 2 s", met: report < 2),
    ]
  }

  /// Ten parameters and ten outputs, uniform in [0, 1) from a multiplicative hash; one row in 50 failed.
  private static func evaluations(_ rows: Int) -> Evaluations {
    let parameters = (1...10).map { "x\($0)" }
    let outputs = (1...10).map { "s.y\($0)" }
    let column = { (salt: UInt64) in
      (0..<rows).map { (row: Int) -> Double in
        let hash = (UInt64(row) &* 20 &+ salt &+ 1) &* 0x9E37_79B9_7F4A_7C15
        let mixed = (hash ^ (hash >> 29)) &* 0xBF58_476D_1CE4_E5B9
        return Double(mixed >> 11) * 0x1p-53
      }
    }
    let states: [Evaluations.State] = (0..<rows).map { $0 % 50 == 0 ? .failed : .done }
    let values = (10..<20).map { salt in
      zip(column(UInt64(salt)), states).map { $1 == .failed ? Double.nan : $0 }
    }
    return Evaluations(
      parameterNames: parameters, outputNames: outputs, parameters: (0..<10).map { column($0) },
      outputs: values,
      states: states, seconds: Array(repeating: 1, count: rows),
      failures: Dictionary(
        uniqueKeysWithValues: stride(from: 0, to: rows, by: 50).map {
          ($0, Failure(kind: .exit, reason: "exit status 1"))
        }))
  }

  /// Objectives |y - target| / target; constraints between outputs, on parameters, and two yes/no ones.
  private static func problem(threshold: Double) -> Problem {
    let space = Space(
      (1...10).map { Parameter(name: "x\($0)", domain: .real(lower: 0, upper: 1, scale: .linear)) })
    var graph = TermGraph()
    let x = (1...10).map { graph.input("x\($0)") }
    let y = (1...10).map { graph.input("s.y\($0)") }
    let objectives = (0..<4).map { k in
      let target = graph.constant(0.3 + 0.1 * Double(k))
      let error = graph.apply(.absolute, graph.apply(.divide, graph.apply(.subtract, y[k], target), target))
      return Problem.Objective(
        name: "f\(k)", sense: k == 3 ? .maximize : .minimize, formula: graph.formula([error]))
    }
    var constraints: [Problem.Constraint] = []
    func add(_ left: TermGraph.Term, _ right: TermGraph.Term, isNumeric: Bool = true, isAPriori: Bool = false)
    {
      let satisfied = graph.apply(.lessOrEqual, left, right)
      let margin = graph.apply(.subtract, right, left)
      constraints.append(
        Problem.Constraint(
          name: "c\(constraints.count)", satisfied: graph.formula([satisfied]),
          margin: isNumeric ? graph.formula([margin]) : nil, isAPriori: isAPriori))
    }
    add(graph.apply(.add, x[0], x[1]), graph.constant(1.8), isAPriori: true)
    for k in 4..<8 { add(y[k], graph.constant(k == 4 ? threshold : 0.9)) }
    add(graph.apply(.multiply, y[0], y[1]), y[8])
    add(graph.constant(0.1), y[9], isNumeric: false)
    add(x[2], graph.apply(.add, y[2], y[3]), isNumeric: false)
    return Problem(space: space, objectives: objectives, constraints: constraints)
  }
}
