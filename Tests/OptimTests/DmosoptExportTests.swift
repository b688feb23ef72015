import Foundation
import Testing

@testable import Optim

@Suite("Files in dmosopt's layout: writing")
struct DmosoptExportTests {
  let folder: TemporaryFolder
  init() throws { folder = try TemporaryFolder() }

  /// Every kind of parameter, a goal to be large, constraints of both kinds.
  static func problem() -> Problem {
    var simulator = Simulator(name: "cell", command: ["./cell"], directory: "/tmp")
    simulator.outputs = [
      .init(name: "y", unit: "mV"), .init(name: "rate", count: 2, kind: .integer, unit: "Hz"),
      .init(name: "ok", kind: .boolean),
    ]
    simulator.send = ["k": .number(2.5), "deep": .bool(true), "steps": .list([.number(1)])]
    return Problem(
      space: mixedSpace(), simulators: [simulator],
      objectives: [
        .init(name: "low", sense: .minimize, formula: formula { $0.input("cell.y") }),
        .init(name: "high", sense: .maximize, unit: "Hz", formula: formula { $0.input("cell.rate[1]") }),
      ],
      constraints: [
        comparison("small") { ($0.input("cell.y"), $0.constant(1)) },
        .init(name: "fires", satisfied: formula { $0.input("cell.ok") }, margin: nil, isAPriori: false),
      ])
  }

  static func evaluations(_ count: Int, failing: Bool = true) -> Evaluations {
    let space = problem().space
    var random = RandomStream(seed: 5, purpose: .sampling, index: 1)
    var rows = Evaluations(parameterNames: space.names, outputNames: problem().outputColumns)
    for row in 0..<count {
      rows.appendPending(space.decode(space.names.map { _ in random.uniform() }))
      let outputs = [random.uniform() * 2, Double(row), Double(row % 7), row % 3 == 0 ? 0 : 1]
      switch failing ? row % 10 : 0 {
      case 7: rows.set(row, state: .failed, seconds: 1, failure: Failure(kind: .timeout, reason: "too slow"))
      case 8:
        rows.set(
          row, state: .partial, outputs: [.nan, 1, 1, 1], failure: Failure(kind: .reported, reason: "stopped")
        )
      case 9: break
      default: rows.set(row, state: .done, outputs: outputs, seconds: 0.25 + Double(row % 4))
      }
    }
    return rows
  }

  @Test("What is written comes back: labels, signs, conditions, outputs bit by bit")
  func roundTrip() throws {
    let path = folder.file("a.h5")
    let rows = Self.evaluations(100)
    let result = try DmosoptExport(rows, of: Self.problem(), seed: 9, group: "cell", to: path)
    #expect(result.written == 70 && result.leftOut == 20 && result.negated == ["high"])
    let file = try DmosoptImport(path: path, for: Self.problem())
    let kept = rows.subset(rows.states.indices.filter { rows.states[$0] == .done })
    #expect(file.evaluations.count == 70 && file.epochs == 0...0)
    #expect(file.evaluations.outputs == kept.outputs)
    for (parameter, (new, old)) in zip(
      Self.problem().space.parameters, zip(file.evaluations.parameters, kept.parameters))
    {
      for (a, b) in zip(new, old) {
        #expect(a.isNaN && b.isNaN || Float(a) == Float(b), "\(parameter.name): \(a) for \(b)")
        if !a.isNaN { #expect(parameter.contains(a), "\(parameter.name): \(a)") }
      }
    }
    #expect(file.run.objectives == ["low", "high"] && file.run.constraints == ["small", "fires"])
    #expect(file.run.features == ["cell.y", "cell.rate[1]", "cell.rate[2]", "cell.ok"])
    #expect(Set(file.run.constants) == [.init(name: "deep", value: 1)])
  }

  @Test("Labels are kept by name: another order of them in the script changes nothing")
  func labels() throws {
    let path = folder.file("labels.h5")
    let space = { (labels: [String]) in Space([Parameter(name: "c", domain: .categorical(labels))]) }
    var rows = Evaluations(parameterNames: ["c"], outputNames: [])
    for index in [0.0, 2, 1] {
      rows.appendPending([index])
      rows.set(rows.count - 1, state: .done, outputs: [])
    }
    let objectives = [Problem.Objective(name: "f", sense: .minimize, formula: formula { $0.input("c") })]
    let problem = Problem(space: space(["red", "green", "blue"]), objectives: objectives)
    _ = try DmosoptExport(rows, of: problem, seed: 1, group: "g", to: path)
    let other = Problem(space: space(["blue", "red", "green"]), objectives: objectives)
    #expect(try DmosoptImport(path: path, for: other).evaluations.parameters == [[1, 0, 2]])
    let fewer = Problem(space: space(["blue", "red"]), objectives: objectives)
    #expect(
      message { _ = try DmosoptImport(path: path, for: fewer) }.hasSuffix(
        "row 3, 'c': expected one of blue, red, found 'green'"))
  }

  @Test(
    "A constraint is above 0 if and only if it is satisfied",
    arguments: [
      (1.0, 2.5, 2.5), (1, .nan, 1), (0, .nan, -1), (0, -0.5, -0.5), (0, 0, 0), (1, 1e-300, 1.17549435e-38),
      (1, 0, 1.17549435e-38),
    ])
  func measure(satisfied: Double, margin: Double, expected: Double) {
    let value = DmosoptContent.measure(satisfied, margin)
    #expect((value > 0) == (satisfied == 1) && value == Float(expected))
    #expect(DmosoptContent.measure(.nan, margin).isNaN)
  }

  @Test("Durations are described as numpy would: mean, median, standard deviation of all")
  func durations() {
    let values = Dictionary(
      uniqueKeysWithValues: DmosoptWriter.durations([4, 1, 2, 3]).map { ($0.name, $0.value) })
    #expect(
      values["eval_min"] == 1 && values["eval_max"] == 4 && values["eval_sum"] == 10
        && values["eval_mean"] == 2.5)
    #expect(values["eval_median"] == 2.5 && abs(values["eval_std"]! - 1.118033988749895) < 1e-15)
    #expect(DmosoptWriter.durations([3, 1, 2])[2].value == 2)
  }

  @Test("The same content is the same bytes, and a file is replaced as a whole or not at all")
  func bytes() throws {
    let rows = Self.evaluations(30)
    for name in ["a.h5", "b.h5"] {
      _ = try DmosoptExport(rows, of: Self.problem(), seed: 9, group: "g", to: folder.file(name))
    }
    let first = FileManager.default.contents(atPath: folder.file("a.h5"))
    #expect(first != nil && first == FileManager.default.contents(atPath: folder.file("b.h5")))
    var huge = rows
    huge.set(0, state: .done, outputs: [1e300, 1, 1, 1])
    let text = message {
      _ = try DmosoptExport(huge, of: Self.problem(), seed: 9, group: "g", to: folder.file("a.h5"))
    }
    #expect(text == "'low' is 1e+300 somewhere, too large for the 32 bits that dmosopt's layout has")
    #expect(FileManager.default.contents(atPath: folder.file("a.h5")) == first)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() == ["a.h5", "b.h5"])
  }

  @Test("Where nothing can be written, it says why")
  func unwritable() throws {
    let rows = Self.evaluations(3)
    let write = { (group: String, path: String) in
      message { _ = try DmosoptExport(rows, of: Self.problem(), seed: 9, group: group, to: path) }
    }
    #expect(write("g", folder.file("no/a.h5")).hasSuffix("there is no folder '\(folder.file("no"))'"))
    #expect(
      write("a/b", folder.file("a.h5")) == "a group cannot be called 'a/b': expected a name without '/'")
  }

  @Test("100,000 evaluations go out and come in whole")
  func many() throws {
    let path = folder.file("many.h5")
    let rows = Self.evaluations(100_000, failing: false)
    #expect(try DmosoptExport(rows, of: Self.problem(), seed: 1, group: "g", to: path).written == 100_000)
    let file = try DmosoptImport(path: path, for: Self.problem())
    #expect(file.evaluations.count == 100_000 && file.evaluations.outputs == rows.outputs)
  }
}
