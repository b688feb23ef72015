import Foundation
import Optim
import Testing

@testable import Lang

/// Every built-in problem gives what pymoo gives: see `scripts/fixtures/benchmark_problems.py`.
struct BenchmarkProblemTests {
  private struct Row {
    let point: [Double]
    let objectives: [Double]
    let margins: [Double]
  }

  private static let rows: [String: [Row]] = {
    let path = URL(filePath: #filePath).deletingLastPathComponent().appending(
      path: "Fixtures/benchmark_problems.csv")
    let text = (try? String(contentsOf: path, encoding: .utf8)) ?? ""
    var rows: [String: [Row]] = [:]
    for line in text.split(separator: "\n").dropFirst() {
      let fields = line.split(separator: ",", omittingEmptySubsequences: false)
      let numbers = fields.dropFirst().map { $0.split(separator: " ").map { Double($0)! } }
      rows[String(fields[0]), default: []].append(
        Row(point: numbers[0], objectives: numbers[1], margins: numbers[2]))
    }
    return rows
  }()

  @Test(arguments: BenchmarkProblem.all.map(\.name))
  func agreesWithPymoo(_ name: String) throws {
    let rows = try #require(Self.rows[name])
    #expect(rows.count == 24)
    let (session, _) = try session("benchmark \"\(name)\"")
    let problem = session.campaign.problem
    for row in rows {
      let point = Dictionary(uniqueKeysWithValues: zip(problem.space.names, row.point))
      let value = { (formula: Formula) in formula.value { point[$0]! } }
      for (objective, expected) in zip(problem.objectives, row.objectives) {
        #expect(close(value(objective.formula), expected), "\(objective.name) at \(row.point)")
      }
      #expect(problem.constraints.count == row.margins.count)
      for (constraint, expected) in zip(problem.constraints, row.margins) {
        let margin = value(try #require(constraint.margin))
        #expect(close(margin, expected), "\(constraint.name) at \(row.point)")
        if abs(expected) > 1e-9 { #expect((value(constraint.satisfied) == 1) == (expected > 0)) }
      }
    }
  }

  private func close(_ a: Double, _ b: Double) -> Bool { abs(a - b) <= 1e-10 * max(1, abs(b)) }

  /// At x = 0, y = 0 pymoo divides 0 by 0; the angle of the origin is 0.
  @Test func tanakaHasACorner() throws {
    let (session, _) = try session("benchmark \"tnk\"")
    let wave = try #require(session.campaign.problem.constraints.first?.margin)
    #expect(abs(wave.value { _ in 0 } + 1.1) < 1e-12)
    #expect(abs(wave.value { $0 == "x" ? 1 : 0 } + 0.1) < 1e-12)
  }

  @Test func dimensionsCanBeChosen() throws {
    for problem in BenchmarkProblem.all where problem.dimension != nil {
      let (session, _) = try session("benchmark \"\(problem.name)\" dim=5")
      #expect(session.campaign.problem.space.count == 5)
      #expect(session.campaign.problem.objectives.count == problem.reference.count)
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
    let reference = try #require(BenchmarkProblem.named(name)).reference
    #expect(abs(hypervolume(costs, reference: reference) - published) < 1e-3 * published)
  }
}
