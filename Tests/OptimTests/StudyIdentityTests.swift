import Foundation
import Testing

@testable import Optim

/// Which evaluations count as the same, and which declared outputs a stored row answers.
@Suite struct StudyIdentityTests {
  let point = [0.5, 2.0, 1.0]

  /// Records one finished evaluation with `simulator` and says what `changed` recalls.
  private func told(
    _ simulator: Simulator, _ space: Space = StudyFixture.space, then changed: Simulator,
    _ other: Space = StudyFixture.space, at otherPoint: [Double]? = nil
  ) throws -> String? {
    let study = try Study()
    let series = try study.series(for: simulator, space: space)
    study.record(series, point, .done(series.outputNames.indices.map { Double($0 + 1) }), seconds: 1)
    try study.commit()
    return try study.told(try study.series(for: changed, space: other), otherPoint ?? point)
  }

  @Test func whatDoesNotChangeTheAnswerKeepsTheMemory() throws {
    let changes: [(inout Simulator) -> Void] = [
      { $0.timeLimit = .seconds(3) }, { $0.retries = 2 }, { $0.keep = .all }, { $0.recycle = 5 },
      { $0.mode = .persistent }, { $0.onFailure = .abort }, { $0.directory = "/elsewhere" },
      { $0.memory = 1 << 30 }, { $0.outputLimit = 1 << 20 },
      {
        $0.launcher = ["mpirun", "-n", "{ranks}"]
        $0.ranks = 4
      },
    ]
    for change in changes {
      var changed = StudyFixture.simulator()
      change(&changed)
      #expect(try told(StudyFixture.simulator(), then: changed) == "done [1.0, 2.0, 3.0]")
    }
  }

  @Test func whatChangesTheAnswerStartsANewSeries() throws {
    let changes: [(inout Simulator) -> Void] = [
      { $0.command = ["./cell", "-v"] }, { $0.shell = true }, { $0.input = .args },
      { $0.send = ["dt": .number(0.1)] },
      { $0.environment = ["SEED": "1"] }, { $0.version = 2 }, { $0.reading = .jsonFile("out.json") },
      { $0.reading = .csvFile("out.csv") },
    ]
    for change in changes {
      var changed = StudyFixture.simulator()
      change(&changed)
      #expect(try told(StudyFixture.simulator(), then: changed) == nil)
    }
  }

  @Test func parametersCountByNameAndKindNotByOrderRangeOrLabelOrder() throws {
    let cell = StudyFixture.simulator()
    let (x, k) = (StudyFixture.space.parameters[0], StudyFixture.space.parameters[1])
    let wider = Parameter(name: "x", domain: .real(lower: 0.1, upper: 100, scale: .log), unit: "mV")
    let relabelled = Parameter(name: "model", domain: .categorical(["fast", "new", "slow"]))
    #expect(
      try told(cell, then: cell, Space([relabelled, wider, k]), at: [0, 0.5, 2]) == "done [1.0, 2.0, 3.0]")
    #expect(try told(cell, then: cell, Space([x, k])) == nil)
    let fractional = Parameter(name: "k", domain: .real(lower: 1, upper: 9, scale: .linear))
    #expect(try told(cell, then: cell, Space([x, fractional, relabelled]), at: [0.5, 2, 0]) == nil)
  }

  @Test func rowsWithLabelsNoLongerDeclaredStayUnseen() throws {
    let study = try Study()
    let cell = StudyFixture.simulator()
    let series = try study.series(for: cell, space: StudyFixture.space)
    study.record(series, [0.5, 2, 0], .done([1, 2, 3]), seconds: 1)
    study.record(series, [0.5, 2, 1], .done([4, 5, 6]), seconds: 1)
    try study.commit()
    let fastOnly = Parameter(name: "model", domain: .categorical(["it's", "fast"]))
    let space = Space(Array(StudyFixture.space.parameters[0..<2]) + [fastOnly])
    let narrow = try study.series(for: cell, space: space)
    #expect(try study.loadAll(narrow).column("cell.rest") == [4])
    #expect(try study.remembered(narrow) == 1)
    #expect(try study.loadAll(series).count == 2)
  }

  @Test func aRowAnswersOnlyWhatWasAsked() throws {
    let (rest, rate) = (Simulator.Output(name: "rest"), Simulator.Output(name: "rate", count: 2))
    let both = StudyFixture.simulator([rest, rate])
    #expect(try told(both, then: StudyFixture.simulator([rate, rest])) == "done [2.0, 3.0, 1.0]")
    #expect(try told(both, then: StudyFixture.simulator([rate])) == "done [2.0, 3.0]")
    #expect(try told(StudyFixture.simulator([rest]), then: both) == nil)
    #expect(try told(both, then: StudyFixture.simulator([.init(name: "rate", count: 3)])) == nil)
    #expect(try told(both, then: StudyFixture.simulator([.init(name: "rate", count: 1)])) == nil)
  }

  @Test func patternsBelongToTheirOutputs() throws {
    func reading(_ patterns: [String: String]) -> Simulator {
      var simulator = StudyFixture.simulator(patterns.keys.sorted().map { .init(name: $0) })
      simulator.reading = .regex(patterns)
      return simulator
    }
    let old = reading(["a": "a=(.*)", "b": "b=(.*)"])
    #expect(try told(old, then: reading(["b": "b=(.*)"])) == "done [2.0]")
    #expect(try told(old, then: reading(["b": "b: (.*)"])) == nil)
  }

  @Test func anotherKindOfOutputTakesOnlyFittingValues() throws {
    func cell(_ kind: Simulator.Output.Kind) -> Simulator {
      StudyFixture.simulator([.init(name: "n", kind: kind)])
    }
    let study = try Study()
    let series = try study.series(for: cell(.number), space: StudyFixture.space)
    for (place, value) in [0.0, 1, 2.5, 3].enumerated() {
      study.record(series, [Double(place) / 8, 1, 0], .done([value]), seconds: 1)
    }
    try study.commit()
    #expect(
      try study.loadAll(study.series(for: cell(.integer), space: StudyFixture.space)).outputs == [[0, 1, 3]])
    #expect(
      try study.loadAll(study.series(for: cell(.boolean), space: StudyFixture.space)).outputs == [[0, 1]])
    #expect(
      try study.told(study.series(for: cell(.integer), space: StudyFixture.space), [0.25, 1, 0]) == nil)
  }

  @Test func addedOutputsWidenTheTableAndReplaceNarrowerRows() throws {
    let study = try Study()
    let narrow = try study.series(
      for: StudyFixture.simulator([.init(name: "rest")]), space: StudyFixture.space)
    study.record(narrow, point, .done([1]), seconds: 1)
    study.record(narrow, [0.7, 2, 1], .done([9]), seconds: 1)
    try study.commit()
    let wide = try study.series(for: StudyFixture.simulator(), space: StudyFixture.space)
    #expect(try study.remembered(wide) == 0 && study.loadAll(wide).isEmpty)
    study.record(wide, point, .done([1, 2, 3]), seconds: 1)
    try study.commit()
    #expect(try study.remembered(wide) == 1 && study.remembered(narrow) == 2)
    #expect(try study.told(narrow, point) == "done [1.0]")
    #expect(try study.told(wide, [0.7, 2, 1]) == nil)
    #expect(try study.loadAll(narrow).outputs == [[1, 9]])
    #expect(try study.database.number("SELECT count(*) FROM evaluations_1") == 2)
    #expect(try study.database.number("SELECT count(\"rate[2]\") FROM evaluations") == 1)
  }

  @Test func aMistypedOutputDoesNotCostEarlierResults() throws {
    let study = try Study()
    let good = try study.series(for: StudyFixture.simulator([.init(name: "rest")]), space: StudyFixture.space)
    study.record(good, point, .done([1]), seconds: 1)
    try study.commit()
    let typo = StudyFixture.simulator([.init(name: "rest"), .init(name: "rtae")])
    let bad = try study.series(for: typo, space: StudyFixture.space)
    let missing = Failure(kind: .output, reason: "no output 'rtae'")
    study.record(bad, point, .failed(missing), seconds: 1)
    study.record(bad, [0.1, 1, 0], .failed(missing), seconds: 1)
    study.record(bad, [0.2, 1, 0], .failed(Failure(kind: .timeout, reason: "slow")), seconds: 1)
    try study.commit()
    #expect(try study.told(good, point) == "done [1.0]")
    #expect(try study.told(bad, point)?.hasPrefix("failed output") == true)
    // A failure over the declaration stands for that declaration only; one of the run itself stands.
    #expect(try study.told(good, [0.1, 1, 0]) == nil)
    #expect(try study.told(good, [0.2, 1, 0])?.hasPrefix("failed timeout") == true)
    #expect(try study.remembered(good) == 2 && study.remembered(bad) == 3)
    let all = try study.loadAll(good)
    #expect(all.states == [.done, .failed] && all.failures[1]?.kind == .timeout)
  }

  @Test func columnNamesNeverCollide() throws {
    let space = Space(
      ["id", "K", "k", "rest", "param.id"].map {
        Parameter(name: $0, domain: .real(lower: 0, upper: 1, scale: .linear))
      })
    var simulator = StudyFixture.simulator([.init(name: "rest"), .init(name: "REST"), .init(name: "a\"b")])
    simulator.command = ["./other"]
    let study = try Study()
    let series = try study.series(for: simulator, space: space)
    study.record(series, [1, 2, 3, 4, 5], .done([6, 7, 8]), seconds: 1)
    try study.commit()
    let all = try study.loadAll(series)
    #expect(all.parameters == [[1], [2], [3], [4], [5]] && all.outputs == [[6], [7], [8]])
    let columns = try study.database.prepare("SELECT name, column_name FROM parameters ORDER BY position")
    var named: [String: String] = [:]
    while try columns.step() { named[columns.text(0) ?? ""] = columns.text(1) }
    #expect(
      named == ["K": "K", "id": "param.id", "k": "param.k", "param.id": "param.param.id", "rest": "rest"])
  }

  @Test func templatesCountByContents() throws {
    let fixture = try StudyFixture()
    defer { fixture.remove() }
    var simulator = StudyFixture.simulator()
    simulator.directory = fixture.folder
    simulator.templates = [.init(template: "in.hoc", result: "cell.hoc")]
    #expect(
      throws: StudyError.unreadableTemplate(
        simulator: "cell", template: "in.hoc", reason: "there is no such file")
    ) { try Study().series(for: simulator, space: StudyFixture.space) }
    try "abc".write(toFile: fixture.path("in.hoc"), atomically: true, encoding: .utf8)
    let first = try Fingerprint.definition(simulator, StudyFixture.space)
    try "abcd".write(toFile: fixture.path("in.hoc"), atomically: true, encoding: .utf8)
    #expect(try Fingerprint.definition(simulator, StudyFixture.space) != first)
    try "abc".write(toFile: fixture.path("other"), atomically: true, encoding: .utf8)
    simulator.templates = [.init(template: "other", result: "cell.hoc")]
    #expect(try Fingerprint.definition(simulator, StudyFixture.space) == first)
  }
}

/// Values that files on other machines were written with: they must never change.
@Suite struct StudyFingerprintTests {
  @Test func definitionsKeepTheirSpelling() throws {
    var simulator = StudyFixture.simulator()
    simulator.send = ["dt": .number(0.025), "n": .number(3), "text": .string("a\"\n"), "on": .bool(true)]
    #expect(
      try Fingerprint.definition(simulator, StudyFixture.space)
        == #"{"command":["./cell"],"environment":{},"input":"json","parameters":{"k":"integer","model":"categorical","#
        + #""x":"real"},"reading":"json","send":{"dt":0.025,"n":3,"on":true,"text":"a\"\u000a"},"shell":false,"#
        + #""simulator":"cell","templates":[],"version":1}"#)
  }

  @Test func keysKeepTheirValue() {
    #expect(Fingerprint.key([]) == Int(bitPattern: 0x9e37_79b9_7f4a_7c15 as UInt))
    let key = Fingerprint.key([Fingerprint.word(0.5), Fingerprint.word(.nan), Fingerprint.word("slow")])
    #expect(key == -3402342205822467402)
    #expect(Fingerprint.word("slow") == 0x6a771318f6fe2cb8)
    #expect(Fingerprint.word(-0.0) == Fingerprint.word(0.0))
  }

  /// The examples of FIPS 180-4's test vectors, and lengths around a block's end.
  @Test(arguments: [
    ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    (String(repeating: "a", count: 55), "9f4390f8d30c2dd92ec9f095b65e2b9ae9b0a925a5258e241c9f1e910f734318"),
    (String(repeating: "a", count: 56), "b35439a4ac6f0948b6d6f9e3c6af0f5f590ce20f1bde7090ef7970686ec6738a"),
    (String(repeating: "a", count: 64), "ffe054fe7ae0cb6dc65c3af9b61d5209f439851db43d0ba5997337df154668eb"),
    (String(repeating: "a", count: 1000), "41edece42d63e8d9bf515a9ba6932e1c20cbc9f5a5d134645adb5db1b9737ea3"),
  ])
  func sha256(_ text: String, _ digest: String) { #expect(SHA256.hex(Array(text.utf8)) == digest) }
}

@Suite struct StudyColumnTests {
  @Test func declarationsThatNeverRanLeaveNoColumns() throws {
    let study = try Study()
    _ = try study.series(for: StudyFixture.simulator([.init(name: "rtae")]), space: StudyFixture.space)
    let right = StudyFixture.simulator([.init(name: "rate")])
    let series = try study.series(for: right, space: StudyFixture.space)
    study.record(series, [0.5, 1, 0], .done([1]), seconds: 1)
    try study.commit()
    #expect(try study.database.number("SELECT count(*) FROM outputs") == 1)
    #expect(try study.database.number("SELECT count(*) FROM requests") == 1)
  }

  @Test func tooManyOutputsAreRefusedAtOnceAndHarmNothing() throws {
    let study = try Study()
    let long = StudyFixture.simulator([.init(name: "trace", count: 5000)])
    #expect(
      throws: StudyError.tooManyColumns(path: "study in memory", simulator: "cell", found: 5003, limit: 1994)
    ) { try study.series(for: long, space: StudyFixture.space) }
    let wide = StudyFixture.simulator([.init(name: "trace", count: 1991)])
    let series = try study.series(for: wide, space: StudyFixture.space)
    let values = (0..<1991).map(Double.init)
    study.record(series, [0.5, 1, 0], .done(values), seconds: 1)
    try study.commit()
    #expect(try study.loadAll(series).outputValues(0) == values)
  }
}
