import Foundation
import Testing

@testable import Optim

/// A simulator of the fixtures and a pool to run it; a scratch place of its own for counters and markers.
struct Lab {
  static let fixtures = Bundle.module.resourceURL!.appendingPathComponent("Fixtures/simulators").path

  /// The system's Python where there is one: shims of version managers take ten times as long to start.
  static let interpreter = access("/usr/bin/python3", X_OK) == 0 ? "/usr/bin/python3" : "python3"

  let folder: String

  init() throws {
    var template = Array("/tmp/dmo-lab-XXXXXX".utf8CString)
    folder = String(cString: try #require(mkdtemp(&template)))
  }

  func remove() { try? FileManager.default.removeItem(atPath: folder) }

  /// A simulator that runs Python given as text, with a request per line in persistent mode.
  func python(_ mode: Simulator.Mode = .once, outputs: [Simulator.Output] = [.init(name: "y")]) -> Simulator {
    var simulator = Simulator(
      name: "cell", command: [Self.interpreter, "-SE", "answer.py"], directory: Self.fixtures)
    simulator.mode = mode
    simulator.outputs = outputs
    simulator.keep = .none
    return simulator
  }

  func shell(_ line: String, outputs: [Simulator.Output] = [.init(name: "y")]) -> Simulator {
    var simulator = Simulator(name: "cell", command: [line], directory: folder)
    simulator.shell = true
    simulator.outputs = outputs
    simulator.keep = .none
    return simulator
  }

  func path(_ name: String) -> String { "\(folder)/\(name)" }

  func write(_ name: String, _ text: String, executable: Bool = false) throws {
    try text.write(toFile: path(name), atomically: false, encoding: .utf8)
    if executable { chmod(path(name), 0o755) }
  }

  func text(_ name: String) -> String? { try? String(contentsOfFile: path(name), encoding: .utf8) }

  /// Waits until a process is gone; false after five seconds.
  func vanishes(_ pid: pid_t) -> Bool {
    for _ in 0..<500 {
      // A zombie that init has yet to collect no longer runs.
      let state = (try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8))?.split(separator: ")")
        .last
      if state == nil || state!.hasPrefix(" Z") { return true }
      usleep(10_000)
    }
    return false
  }
}

extension LocalPool {
  /// Runs jobs to the end: answers by id.
  func run(_ simulator: Simulator, _ parameters: [[String: JSON]]) -> [Int: Answer] {
    for (id, values) in parameters.enumerated() {
      submit(Job(id: id, simulator: simulator, parameters: values))
    }
    return collect()
  }

  /// The answers to everything outstanding, by id.
  func collect() -> [Int: Answer] {
    var answers: [Int: Answer] = [:]
    // A signal, which another test may send, ends a wait early.
    let until = Date() + 60
    while outstanding > 0, Date() < until {
      if let answer = next(timeout: 30) { answers[answer.id] = answer }
    }
    return answers
  }

  func run(_ simulator: Simulator, _ parameters: [String: JSON] = [:]) -> Answer? {
    run(simulator, [parameters])[0]
  }

  func failure(_ simulator: Simulator, _ parameters: [String: JSON] = [:]) -> Failure? {
    run(simulator, parameters)?.failure
  }
}

extension Answer {
  var values: [Double]? {
    if case .done(let values) = outcome { return values }
    return nil
  }

  var failure: Failure? {
    if case .failed(let failure) = outcome { return failure }
    return nil
  }
}
