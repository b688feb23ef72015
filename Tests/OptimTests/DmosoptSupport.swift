import Foundation
import Testing

@testable import Optim

/// The problem of `scripts/fixtures/dmosopt_layout.py`, with every number of its files as an output.
enum Toy {
  static let outputs: [Simulator.Output] =
    ["y1", "y2", "c1", "c2", "f1"].map { .init(name: $0) } + [.init(name: "f2", kind: .boolean)]

  static func problem(
    outputs: [Simulator.Output] = outputs, send: [String: JSON] = [:],
    n: Parameter.Domain = .stepped(lower: 0, upper: 5, step: 1)
  ) -> Problem {
    var simulator = Simulator(name: "model", command: ["./model"], directory: "/tmp")
    simulator.outputs = outputs
    simulator.send = send
    let names = Set(outputs.map(\.name))
    return Problem(
      space: Space([
        Parameter(name: "a", domain: .real(lower: -2, upper: 2, scale: .linear)),
        Parameter(name: "b", domain: .real(lower: -2, upper: 2, scale: .linear)),
        Parameter(name: "n", domain: n),
      ]),
      simulators: [simulator],
      objectives: ["y1", "y2"].filter(names.contains).map { name in
        .init(name: name, sense: .minimize, formula: formula { $0.input("model.\(name)") })
      },
      constraints: ["c1", "c2"].filter(names.contains).map { name in
        comparison(name, strict: true) { ($0.constant(0), $0.input("model.\(name)")) }
      })
  }

  static func fixture(_ name: String, _ ending: String = "h5") throws -> String {
    try #require(Bundle.module.url(forResource: name, withExtension: ending, subdirectory: "Fixtures")).path
  }

  /// Columns of dmosopt.csv, which numpy wrote from the same data.
  static func table() throws -> [[Double]] {
    let lines = try String(contentsOfFile: fixture("dmosopt", "csv"), encoding: .utf8).split(separator: "\n")
      .dropFirst()
    let rows = lines.map { $0.split(separator: ",").map { Double($0)! } }
    return (0..<7).map { column in rows.map { $0[column] } }
  }
}

/// A folder that is gone after the test.
final class TemporaryFolder {
  let path = FileManager.default.temporaryDirectory.appendingPathComponent("exchange-\(UUID().uuidString)")
    .path
  init() throws { try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true) }
  deinit { try? FileManager.default.removeItem(atPath: path) }
  func file(_ name: String) -> String { path + "/" + name }
}

/// What an error says.
func message(_ body: () throws -> Void) -> String {
  do {
    try body()
    return "no error"
  } catch {
    return "\(error)"
  }
}
