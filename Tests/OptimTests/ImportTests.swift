import Foundation
import Testing

@testable import Optim

@Suite("Evaluations of another origin")
struct ImportTests {
  let folder: TemporaryFolder
  init() throws { folder = try TemporaryFolder() }

  private func campaign(_ problem: Problem, study: String? = nil) throws -> Campaign {
    let campaign = try Campaign(workers: 1)
    if let study { try campaign.use(try Study(path: folder.file(study))) }
    _ = try campaign.adopt(problem)
    return campaign
  }

  @Test("A second import of the same file adds nothing, in the session and in the study")
  func twice() throws {
    let rows = DmosoptExportTests.evaluations(100)
    let campaign = try campaign(DmosoptExportTests.problem(), study: "a")
    let first = try campaign.take(rows)
    #expect(first == ImportSummary(read: 100, known: 0, outside: 0, pending: 10))
    let again = try campaign.take(rows)
    #expect(again == ImportSummary(read: 100, known: 100, outside: 0, pending: 0))
    #expect(campaign.archive.count == 100 && campaign.archive.states == rows.states)
    #expect(try campaign.storedEvaluations(in: campaign.study).count == 90)
    try campaign.close()
    let later = try self.campaign(DmosoptExportTests.problem(), study: "a")
    #expect(try later.take(rows).known == 90, "what the study remembers is known")
    #expect(
      later.archive.count == 100 && later.archive.states == rows.states
        && later.archive.failures == rows.failures)
    try later.close()
  }

  @Test("The better answer stays: finished before partial before failed")
  func better() throws {
    let problem = Toy.problem(outputs: [.init(name: "y1")])
    func one(_ state: Evaluations.State, _ value: Double) -> Evaluations {
      var rows = Evaluations(parameterNames: ["a", "b", "n"], outputNames: ["model.y1"])
      rows.appendPending([0.5, 1, 2])
      let failure = state == .done ? nil : Failure(kind: .reported, reason: "no")
      if state != .pending { rows.set(0, state: state, outputs: [value], failure: failure) }
      return rows
    }
    let campaign = try campaign(problem)
    for (rows, state, value) in [
      (one(.pending, .nan), Evaluations.State.pending, Double.nan), (one(.failed, .nan), .failed, .nan),
      (one(.partial, 1), .partial, 1), (one(.failed, .nan), .partial, 1), (one(.done, 2), .done, 2),
      (one(.done, 3), .done, 2),
    ] {
      _ = try campaign.take(rows)
      #expect(campaign.archive.count == 1 && campaign.archive.states == [state])
      #expect(campaign.archive.outputs[0][0] == value || value.isNaN)
    }
    #expect(try campaign.storedEvaluations(in: campaign.study).outputs == [[2]])
  }

  @Test("A point that went through 32 bits is the point it was")
  func singlePrecision() throws {
    let problem = DmosoptExportTests.problem()
    let rows = DmosoptExportTests.evaluations(60, failing: false)
    let path = folder.file("a.h5")
    _ = try DmosoptExport(rows, of: problem, seed: 1, group: "g", to: path)
    let file = try DmosoptImport(path: path, for: problem).evaluations
    let campaign = try campaign(problem)
    _ = try campaign.take(rows)
    #expect(try campaign.take(file, singlePrecision: true).known == 60 && campaign.archive.count == 60)
    let fresh = try self.campaign(problem)
    #expect(try fresh.take(file, singlePrecision: true) == ImportSummary(read: 60))
    #expect(try fresh.take(file, singlePrecision: true).known == 60 && fresh.archive.count == 60)
    #expect(fresh.archive.outputs == rows.outputs)
  }

  @Test("Points outside the present parameters are set aside and come back")
  func outside() throws {
    var problem = Toy.problem(outputs: [.init(name: "y1")])
    let all = try DmosoptImport(path: Toy.fixture("dmosopt"), for: problem).evaluations
    problem.space = Space(
      problem.space.parameters.dropLast() + [
        Parameter(name: "n", domain: .stepped(lower: 0, upper: 3, step: 1))
      ])
    let campaign = try campaign(problem)
    let inside = all.column("n")!.count { $0 <= 3 }
    let summary = try campaign.take(all, singlePrecision: true)
    #expect(summary.outside == 22 - inside && campaign.archive.count == inside && inside > 3 && inside < 20)
    #expect(try campaign.take(all, singlePrecision: true).known == 22)
    _ = try campaign.adopt(Toy.problem(outputs: [.init(name: "y1")]))
    #expect(
      campaign.archive.count == 22 && campaign.archive.parameters == all.parameters,
      "in the order of the file")
  }
}
