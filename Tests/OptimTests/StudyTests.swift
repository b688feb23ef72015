import Foundation
import Testing

@testable import Optim

/// What the study tests share: a folder of their own, a simulator and points.
struct StudyFixture {
  let folder = FileManager.default.temporaryDirectory.appendingPathComponent("study-\(UUID().uuidString)")
    .path

  init() throws { try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true) }

  func path(_ name: String = "a.study") -> String { folder + "/" + name }
  func remove() { try? FileManager.default.removeItem(atPath: folder) }

  static let space = Space([
    Parameter(name: "x", domain: .real(lower: 0, upper: 1, scale: .linear)),
    Parameter(name: "k", domain: .stepped(lower: 1, upper: 9, step: 1)),
    Parameter(name: "model", domain: .categorical(["slow", "fast"])),
  ])

  static func simulator(_ outputs: [Simulator.Output] = [.init(name: "rest"), .init(name: "rate", count: 2)])
    -> Simulator
  {
    var simulator = Simulator(name: "cell", command: ["./cell"], directory: "/tmp")
    simulator.outputs = outputs
    return simulator
  }
}

extension Study {
  /// `done`, `partial` or `failed` with its values or reason, for comparison.
  func told(_ series: Series, _ point: [Double]) throws -> String? {
    try recall(series, point).map { remembered in
      switch remembered.outcome {
      case .done(let values): "done \(values)"
      case .partial(let values, let reason): "partial \(values) \(reason)"
      case .failed(let failure):
        "failed \(failure.kind) \(failure.reason) \(failure.errorTail) \(failure.attempts)"
      }
    }
  }
}

@Suite struct StudyTests {
  let failure = Failure(kind: .exit, reason: "exit status 3", errorTail: "no such file", attempts: 2)

  @Test func everyOutcomeComesBackBeforeAndAfterCommitAndReopening() throws {
    let fixture = try StudyFixture()
    defer { fixture.remove() }
    let points: [[Double]] = [[0.1, 2, 1], [(0.1).nextUp, 2, 1], [0.1, 2, 0], [.nan, 3, .nan]]
    let expected = [
      "done [-65.5, 1.0, 2.0]", "partial [-60.0, nan, nan] no spikes",
      "failed exit exit status 3 no such file 2", "done [1.0, 0.0, inf]",
    ]
    func check(_ study: Study, _ series: Series) throws {
      for (point, text) in zip(points, expected) { #expect(try study.told(series, point) == text) }
      #expect(try study.told(series, [0.1, 3, 1]) == nil)
      #expect(try study.told(series, [0.1, 2, .nan]) == nil)
    }
    do {
      let study = try Study(path: fixture.path())
      let series = try study.series(for: StudyFixture.simulator(), space: StudyFixture.space)
      study.record(series, points[0], .done([-65.5, 1, 2]), seconds: 1.5)
      study.record(series, points[1], .partial([-60, .nan, .nan], stopped: "no spikes"), seconds: 0.5)
      study.record(series, points[2], .failed(failure), seconds: 2)
      study.record(series, points[3], .done([1, -0.0, .infinity]), seconds: 0)
      #expect(try study.remembered(series) == 0)
      try study.commit()
      try check(study, series)
      #expect(try study.remembered(series) == 4)
      #expect(try study.recall(series, points[0])?.seconds == 1.5)
      try study.close()
    }
    let study = try Study(path: fixture.path())
    try check(study, try study.series(for: StudyFixture.simulator(), space: StudyFixture.space))
  }

  @Test func pendingRowsAreRecalledAndZeroHasOneSign() throws {
    let study = try Study()
    let series = try study.series(for: StudyFixture.simulator(), space: StudyFixture.space)
    study.record(series, [-0.0, 2, 1], .done([1, 2, 3]), seconds: 1)
    #expect(try study.told(series, [0, 2, 1]) == "done [1.0, 2.0, 3.0]")
    try study.commit()
    #expect(try study.told(series, [0, 2, 1]) == "done [1.0, 2.0, 3.0]")
    #expect(try study.told(series, [-0.0, 2, 1]) == "done [1.0, 2.0, 3.0]")
  }

  @Test func recordingAgainReplacesInPlace() throws {
    let study = try Study()
    let series = try study.series(for: StudyFixture.simulator(), space: StudyFixture.space)
    study.record(series, [0.1, 1, 0], .failed(failure), seconds: 1)
    study.record(series, [0.2, 1, 0], .done([1, 1, 1]), seconds: 1)
    try study.commit()
    study.record(series, [0.1, 1, 0], .done([2, 2, 2]), seconds: 1)
    try study.commit()
    #expect(try study.told(series, [0.1, 1, 0]) == "done [2.0, 2.0, 2.0]")
    let all = try study.loadAll(series)
    #expect(all.count == 2 && all.failures.isEmpty && all.column("cell.rest") == [2, 1])
    #expect(try study.database.number("SELECT count(*) FROM failures") == 0)
  }

  @Test func loadAllKeepsOrderStatesAndReasons() throws {
    let study = try Study()
    let series = try study.series(for: StudyFixture.simulator(), space: StudyFixture.space)
    study.record(series, [0.3, 2, 1], .done([1, 2, 3]), seconds: 1)
    study.record(series, [0.1, 3, 0], .failed(failure), seconds: 2)
    study.record(series, [.nan, 4, .nan], .partial([4, .nan, .nan], stopped: "silent"), seconds: 3)
    try study.commit()
    let all = try study.loadAll(series)
    #expect(all.parameterNames == ["x", "k", "model"])
    #expect(all.outputNames == ["cell.rest", "cell.rate[1]", "cell.rate[2]"])
    #expect(all.column("k") == [2, 3, 4] && all.seconds == [1, 2, 3])
    #expect(all.states == [.done, .failed, .partial])
    #expect(all.parameterValues(0) == [0.3, 2, 1] && all.parameterValues(2)[2].isNaN)
    #expect(all.failures == [1: failure, 2: Failure(kind: .reported, reason: "silent")])
    #expect(all.outputValues(0) == [1, 2, 3] && all.outputValues(1).allSatisfy(\.isNaN))
  }

  @Test func appendBringsAnotherStudyAlong() throws {
    let (from, to) = (try Study(), try Study())
    let old = try from.series(for: StudyFixture.simulator(), space: StudyFixture.space)
    from.record(old, [0.3, 2, 1], .done([1, 2, 3]), seconds: 1)
    from.record(old, [0.1, 3, 0], .failed(failure), seconds: 2)
    try from.commit()
    var rows = try from.loadAll(old)
    rows.appendPending([0.9, 9, 0])
    let new = try to.series(for: StudyFixture.simulator(), space: StudyFixture.space)
    #expect(try to.append(new, rows) == 2)
    #expect(try to.append(new, rows) == 2)
    #expect(try to.remembered(new) == 2)
    #expect(try to.told(new, [0.1, 3, 0]) == "failed exit exit status 3 no such file 2")
  }

  @Test func formulasHaveASeriesWithoutOutputs() throws {
    let study = try Study()
    let series = try study.series(for: nil, space: StudyFixture.space)
    study.record(series, [0.3, 2, 1], .done([]), seconds: 0)
    try study.commit()
    #expect(series.name == "formulas" && series.outputNames.isEmpty)
    #expect(try study.told(series, [0.3, 2, 1]) == "done []")
    #expect(try study.loadAll(series).count == 1)
  }

  @Test func statementsKeepTheirOrderAcrossSessions() throws {
    let fixture = try StudyFixture()
    defer { fixture.remove() }
    for text in ["param x in 0 .. 1", "sample lh 10 # 'é'"] {
      let study = try Study(path: fixture.path())
      study.record(statement: text)
      try study.close()
    }
    let study = try Study(path: fixture.path())
    let found = try study.statements()
    #expect(found.map(\.text) == ["param x in 0 .. 1", "sample lh 10 # 'é'"])
    #expect(found.map(\.session) == [1, 2] && study.session == 3)
    #expect(found[0].at.wholeMatch(of: /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/) != nil)
  }

  @Test func declaringWritesNothing() throws {
    let study = try Study()
    _ = try study.series(for: StudyFixture.simulator(), space: StudyFixture.space)
    try study.commit()
    #expect(try study.database.number("SELECT count(*) FROM series") == 0)
  }
}
