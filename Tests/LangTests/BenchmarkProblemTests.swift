import Foundation
import Optim
import Testing

@testable import Lang

/// Built-in problems give what other programs give: `scripts/fixtures/benchmark_problems.py` and `real_world_suite.py`.
struct BenchmarkProblemTests {
  private static func rows(_ name: String) throws -> [[String]] {
    let path = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Fixtures/\(name).csv")
    return try String(contentsOf: path, encoding: .utf8).split(separator: "\n").dropFirst()
      .map { $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init) }
  }

  private static func numbers(_ field: String) -> [Double] { field.split(separator: " ").map { Double($0)! } }

  /// Objectives, then margins of constraints, each over all points.
  private static func evaluate(_ problem: Problem, _ points: [[Double]]) throws -> [[Double]] {
    let columns = Dictionary(
      uniqueKeysWithValues: problem.space.names.enumerated().map { j, name in (name, points.map { $0[j] }) })
    let formulas = try problem.objectives.map(\.formula) + problem.constraints.map { try #require($0.margin) }
    return try formulas.map { try $0.evaluate(rows: points.count) { columns[$0] }[0] }
  }

  private static func declared(_ name: String, objectives: Int) throws -> Problem {
    let problem = try #require(BenchmarkProblem.named(name))
    let option = problem.hasObjectives ? " objectives=\(objectives)" : ""
    return try session("benchmark \"\(name)\"\(option)").0.campaign.problem
  }

  private func close(_ a: Double, _ b: Double, _ scale: Double) -> Bool {
    abs(a - b) <= 1e-10 * max(1, abs(scale))
  }

  /// Eight points each, every number by itself.
  @Test func agreesWithPymoo() throws {
    let groups = Dictionary(grouping: try Self.rows("benchmark_problems")) { $0[0] + "," + $0[1] }
    #expect(groups.count == 67)
    for (key, rows) in groups {
      #expect(rows.count == 8)
      let problem = try Self.declared(rows[0][0], objectives: Int(rows[0][1])!)
      let found = try Self.evaluate(problem, rows.map { Self.numbers($0[2]) })
      for (k, row) in rows.enumerated() {
        let expected = Self.numbers(row[3]) + Self.numbers(row[4])
        #expect(found.count == expected.count, "\(key)")
        for (column, value) in zip(found, expected) {
          #expect(close(column[k], value, value), "\(key): \(column[k]), \(value) at \(row[2])")
        }
      }
    }
  }

  /// A thousand points each, in sums of fifty.
  @Test func agreesWithPymooAtAThousandPoints() throws {
    let groups = Dictionary(grouping: try Self.rows("benchmark_sums")) { $0[0] + "," + $0[1] }
    #expect(groups.count == 67)
    for (key, rows) in groups {
      #expect(rows.count == 20)
      let problem = try Self.declared(rows[0][0], objectives: Int(rows[0][1])!)
      #expect(problem.space.count == Int(rows[0][2]))
      let found = try Self.evaluate(problem, Self.thousandPoints(problem.space))
      for row in rows {
        let first = Int(row[3])!
        let (sums, scales) = (Self.numbers(row[4]), Self.numbers(row[5]))
        for (j, column) in found.enumerated() {
          let sum = column[first..<first + 50].reduce(0, +)
          #expect(close(sum, sums[j], scales[j]), "\(key): \(sum), \(sums[j]) from \(first)")
        }
      }
    }
  }

  /// The points of scripts/fixtures/point_sets.py, bit by bit.
  private static func thousandPoints(_ space: Space) -> [[Double]] {
    (0..<1000).map { i in
      space.parameters.enumerated().map { j, parameter in
        var z = UInt64(i * space.count + j + 1) &* 0x9E37_79B9_7F4A_7C15
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return parameter.decode(Double((z ^ (z >> 31)) >> 11) * 0x1p-53)
      }
    }
  }

  /// The suite's own program rounds discrete parameters; here they are whole numbers, of rows of a table or of themselves.
  private static func point(_ values: [Double], _ space: Space) -> [Double] {
    zip(values, space.parameters).map { value, parameter in
      let table = ["bars": RealWorldDesign.barAreas, "wire": RealWorldDesign.wires][parameter.name]
      if let table {
        return 1 + Double(table.indices.min { abs(table[$0] - value) < abs(table[$1] - value) }!)
      }
      return parameter.isInteger ? value.rounded() : value
    }
  }

  @Test func agreesWithTheRealWorldSuite() throws {
    let groups = Dictionary(grouping: try Self.rows("real_world_suite")) { $0[0] }
    #expect(groups.count == 24)
    for (name, rows) in groups where name != "re91" {
      let problem = try Self.declared(name, objectives: 0)
      let points = rows.map { Self.point(Self.numbers($0[1]), problem.space) }
      #expect(points.allSatisfy(problem.space.contains), "\(name)")
      var found = try Self.evaluate(problem, points)
      let count = problem.objectives.count
      for j in count..<found.count { found[j] = found[j].map { max(-$0, 0) } }
      for (k, row) in rows.enumerated() {
        let expected = Self.numbers(row[2]) + Self.numbers(row[3])
        #expect(found.count == expected.count, "\(name)")
        for (j, value) in expected.enumerated() {
          #expect(close(found[j][k], value, value), "\(name) \(j): \(found[j][k]), \(value)")
        }
      }
    }
  }

  /// The suite's car cab draws four parameters at every evaluation. Its first objective is free of them, and in the others but the
  /// third, where it is large, their influence is bounded.
  @Test func agreesWithTheCarCab() throws {
    let rows = try Self.rows("real_world_suite").filter { $0[0] == "re91" }
    let problem = try Self.declared("re91", objectives: 0)
    let found = try Self.evaluate(problem, rows.map { Self.numbers($0[1]) })
    #expect(rows.count == 8 && found.count == 9)
    for (k, row) in rows.enumerated() {
      let expected = Self.numbers(row[2])
      #expect(close(found[0][k], expected[0], expected[0]))
      for j in 1..<9 where j != 2 { #expect(abs(found[j][k] - expected[j]) < 0.35, "\(j)") }
    }
  }

  /// Every problem is checked against other values.
  @Test func allAreCovered() throws {
    let covered = Set(
      try ["benchmark_problems", "benchmark_sums", "real_world_suite"].flatMap {
        try Self.rows($0).map { $0[0] }
      })
    let known = covered.union(["disc-brake", "speed-reducer"])
    #expect(BenchmarkProblem.all.map(\.name).filter { !known.contains($0) } == [])
    for (alias, name) in [("disc-brake", "cre23"), ("speed-reducer", "cre24")] {
      #expect(BenchmarkProblem.named(alias)?.script() == BenchmarkProblem.named(name)?.script())
    }
  }

  /// At x = 0, y = 0 pymoo divides 0 by 0; the angle of the origin is 0.
  @Test func tanakaHasACorner() throws {
    let (session, _) = try session("benchmark \"tnk\"")
    let wave = try #require(session.campaign.problem.constraints.first?.margin)
    #expect(abs(wave.value { _ in 0 } + 1.1) < 1e-12)
    #expect(abs(wave.value { $0 == "x" ? 1 : 0 } + 0.1) < 1e-12)
  }

  @Test(arguments: BenchmarkProblem.all.map(\.name))
  func rowsTellTheTruth(_ name: String) throws {
    let row = try #require(BenchmarkProblem.named(name))
    let problem = try session("benchmark \"\(name)\"").0.campaign.problem
    #expect(row.counts.parameters == problem.space.count)
    #expect(row.counts.objectives == problem.objectives.count)
    #expect(row.counts.constraints == problem.constraints.count)
    #expect(row.reference().count == problem.objectives.count)
    #expect(!row.source.isEmpty && !row.summary.isEmpty)
    #expect(BenchmarkProblem.all.count { $0.name == name } == 1)
  }

  @Test func sizesCanBeChosen() throws {
    for row in BenchmarkProblem.all where row.hasDimension {
      let problem = try session("benchmark \"\(row.name)\" dim=5").0.campaign.problem
      #expect(problem.space.count == 5)
      #expect(problem.objectives.count == row.reference().count)
    }
    for row in BenchmarkProblem.all where row.hasObjectives {
      let problem = try session("benchmark \"\(row.name)\" objectives=6 dim=6").0.campaign.problem
      #expect(problem.space.count == 6 && problem.objectives.count == 6)
      #expect(row.reference(objectives: 6).count == 6)
    }
  }

  /// The largest hypervolumes that BoTorch publishes with its test problems, from points of the known fronts. (Its
  /// C2-DTLZ2 is another problem: the middle arc's squared radius is twice that of Jain and Deb, 0.39964 for 0.38232.)
  @Test(arguments: [
    ("zdt1", 0, 120.6667), ("zdt2", 0, 120.3333), ("zdt3", 0, 128.7781), ("dtlz2", 0.5, 0.42460),
  ])
  func reachesThePublishedHypervolume(_ name: String, _ rest: Double, _ published: Double) throws {
    let (session, _) = try session("benchmark \"\(name)\"")
    let problem = session.campaign.problem
    let names = problem.space.names
    var costs = problem.objectives.map { _ in [Double]() }
    for step in 0...4000 {
      let point = Dictionary(
        uniqueKeysWithValues: names.map { ($0, $0 == names[0] ? Double(step) / 4000 : rest) })
      guard problem.constraints.allSatisfy({ $0.satisfied.value { point[$0]! } == 1 }) else { continue }
      for j in costs.indices { costs[j].append(problem.objectives[j].formula.value { point[$0]! }) }
    }
    let reference = try #require(BenchmarkProblem.named(name)).reference()
    #expect(abs(hypervolume(costs, reference: reference) - published) < 1e-3 * published)
  }
}
