import Foundation
import Testing

@testable import Optim

/// The programs beside the example scripts, run as those scripts declare them.
@Suite("Example simulators")
struct ExampleSimulatorTests {
  private static func folder(_ name: String) -> String {
    let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    return tests.appendingPathComponent("../../examples/\(name)").standardizedFileURL.path
  }

  @Test("exchange", arguments: Simulator.Mode.allCases)
  func exchange(_ mode: Simulator.Mode) {
    var simulator = Simulator(
      name: "point", command: [Lab.interpreter, "simulator.py"], directory: Self.folder("exchange"))
    simulator.mode = mode
    simulator.send = ["target": .list([.number(3), .number(4)])]
    simulator.outputs = [.init(name: "distance"), .init(name: "corner", count: 2)]
    let answers = LocalPool(capacity: 2).run(
      simulator, [["x": .number(3), "y": .number(1)], ["x": .number(0), "y": .number(0)]])
    #expect(answers[0]?.values == [3, 3, 1])
    #expect(answers[1]?.values == [5, 0, 0])
  }

  @Test("template, read from a file and from the log")
  func template() throws {
    var simulator = Simulator(
      name: "oscillator", command: ["./simulator.sh"], directory: Self.folder("template"))
    simulator.input = .template
    simulator.templates = [.init(template: "oscillator.in.tpl", result: "oscillator.in")]
    simulator.outputs = [.init(name: "frequency"), .init(name: "ratio")]
    let parameters: [String: JSON] = [
      "mass": .number(1), "damping": .number(2), "stiffness": .list([.number(10), .number(6)]),
    ]
    let pool = LocalPool(capacity: 1)
    for reading in [
      Simulator.Reading.csvFile("result.csv"),
      .regex(["frequency": "Eigenfrequency: (\\S+)", "ratio": "Damping ratio: (\\S+)"]),
    ] {
      simulator.reading = reading
      let values = try #require(pool.run(simulator, parameters)?.values)
      #expect(abs(values[0] - 4 / (2 * Double.pi)) < 1e-8)
      #expect(abs(values[1] - 0.25) < 1e-12)
    }
  }

  @Test("failures: every way ends as its name says")
  func failures() throws {
    let expected: [(way: String, kind: Failure.Kind?)] = [
      ("fine", nil), ("extra_output", nil), ("exit_code", .exit), ("exception", .exit), ("signal", .signal),
      ("hang", .timeout), ("flood", .flood), ("no_json", .answer), ("invalid_json", .answer),
      ("missing_output", .output), ("wrong_length", .output), ("wrong_kind", .output), ("nan", .notFinite),
      ("closed_pipes", .answer), ("reported", .reported), ("stopped", nil),
    ]
    var simulator = Simulator(
      name: "faulty", command: [Lab.interpreter, "simulator.py"], directory: Self.folder("failures"))
    simulator.outputs = [.init(name: "value"), .init(name: "pair", count: 2)]
    simulator.keep = .none
    // Longer than the example's: a busy machine must not turn a working way into a slow one.
    simulator.timeLimit = .seconds(5)
    let pool = LocalPool(capacity: 2)
    let answers = pool.run(simulator, expected.map { ["x": .number(0.5), "way": .string($0.way)] })
    for (id, (way, kind)) in expected.enumerated() {
      #expect(answers[id]?.failure?.kind == kind, "\(way): \(String(describing: answers[id]))")
    }
    guard case .partial? = answers[15]?.outcome else {
      Issue.record("'stopped' is a partial answer")
      return
    }
    #expect(pool.takeNotices() == ["faulty also returned 'more', not declared as output"])
    let source = try String(contentsOfFile: Self.folder("failures") + "/failures.dmo", encoding: .utf8)
    #expect(expected.allSatisfy { source.contains("\"\($0.way)\"") })
  }
}
