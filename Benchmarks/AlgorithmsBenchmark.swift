import Foundation
import Lang
import Optim

/// Every search algorithm on built-in test problems: populations of 100 for 200 generations, 11 seeds.
///
/// The table has the CPU time of a run of each on zdt1 beside pymoo's. `--only PROBLEM:ALGORITHM:SEED --evidence FILE` makes one run
/// instead and writes it down: problem, algorithm, seed, CPU seconds, then the objectives of all points of its front.
/// `scripts/compare/algorithms.py` makes docs/evidence/algorithms.csv of such runs.
struct AlgorithmsBenchmark: Workload {
  let name = "algorithms"

  private struct Run {
    let front: [[Double]]
    let seconds: Double
  }

  func measure(_ bench: Bench) throws -> [Measurement] {
    if let only = bench.only, let evidence = bench.evidence {
      try record(only.split(separator: ":").map(String.init), evidence)
      return []
    }
    let (seeds, generations) = bench.quick ? (1, 20) : (11, 200)
    let problem = try BenchProblem("zdt1")!
    var seconds: [String: [Double]] = [:]
    for entry in Algorithms.all {
      for seed in 1...seeds {
        let run = try run(problem, entry, seed: UInt64(seed), generations)
        seconds[entry.name, default: []].append(run.seconds)
      }
    }
    return try Algorithms.all.map { entry in
      let times = seconds[entry.name]!.sorted()
      let ours = times[times.count / 2]
      let peer = try bench.peer("algorithms", [entry.name])?["seconds"]
      return Measurement(
        what: "\(entry.name) on zdt1, 100 x \(generations) generations, CPU time", ours: ours,
        peer: peer.map { ("pymoo", $0) }, goal: peer == nil ? "no peer" : ">= 20x pymoo",
        met: peer.map { $0 >= 20 * ours })
    }
  }

  private func record(_ part: [String], _ path: String) throws {
    guard part.count == 3, let problem = try BenchProblem(part[0]), let entry = Algorithms.named(part[1]),
      let seed = UInt64(part[2])
    else { fatalError("--only takes PROBLEM:ALGORITHM:SEED, such as zdt1:nsga2:1") }
    // What a process does only once is no part of a run.
    _ = try run(problem, entry, seed: seed, 10)
    let run = try run(problem, entry, seed: seed, 200)
    let points = run.front[0].indices.map { row in run.front.map { "\($0[row])" }.joined(separator: " ") }
    let line = "\(part[0]),\(entry.name),\(seed),\(run.seconds),\(points.joined(separator: ";"))\n"
    try line.write(toFile: path, atomically: true, encoding: .utf8)
  }

  private func run(_ problem: BenchProblem, _ entry: AlgorithmEntry, seed: UInt64, _ generations: Int) throws
    -> Run
  {
    let start = clock()
    var search = entry.make(
      problem.problem.space, SearchOptions(population: 100), RandomStream(seed: seed, purpose: .search))
    for _ in 0..<generations {
      let answers = try problem.evaluate(search.ask())
      search.tell(costs: answers.costs, violation: answers.violation)
    }
    let seconds = Double(clock() - start) / Double(CLOCKS_PER_SEC)
    return Run(front: search.population.subset(search.population.best).costs, seconds: seconds)
  }
}

/// A built-in problem of formulas, evaluated a generation at a time.
private struct BenchProblem {
  let name: String
  let problem: Problem

  /// Nil where there is no such problem.
  init?(_ name: String) throws {
    let text: String
    if name == "dtlz2-3" {
      text = Self.sphere
    } else if BenchmarkProblem.named(name) != nil {
      text = "benchmark \"\(name)\""
    } else {
      return nil
    }
    let session = try Session(host: MillionEvaluationsBenchmark.SilentHost(), workers: 1)
    try session.run(try Parser.parseWhole(Source(name: "bench", text: text)))
    (self.name, problem) = (name, session.campaign.problem)
  }

  /// DTLZ2 with three objectives and twelve parameters.
  private static let sphere = """
    param x[12] in [0, 1]
    let g = sum((x[3..12] - 0.5)^2)
    let a = \(Double.pi / 2) * x[1]
    let b = \(Double.pi / 2) * x[2]
    minimize f1 = (1 + g) * cos(a) * cos(b)
    minimize f2 = (1 + g) * cos(a) * sin(b)
    minimize f3 = (1 + g) * sin(a)
    """

  func evaluate(_ points: [[Double]]) throws -> (costs: [[Double]], violation: [Double]) {
    let names = problem.space.names
    var columns: [String: [Double]] = [:]
    for (j, name) in names.enumerated() { columns[name] = points.map { $0[j] } }
    let column = { (formula: Formula) in
      try formula.evaluate(rows: points.count) { columns[$0] }[0]
    }
    let costs = try problem.objectives.map { objective in
      let values = try column(objective.formula)
      return objective.sense == .maximize ? values.map { -$0 } : values
    }
    var violation = [Double](repeating: 0, count: points.count)
    for constraint in problem.constraints {
      let margins = try column(constraint.margin ?? constraint.satisfied)
      for row in violation.indices {
        // A yes/no constraint has no distance.
        violation[row] += constraint.margin == nil ? 1 - margins[row] : max(-margins[row], 0)
      }
    }
    return (costs, violation)
  }
}
