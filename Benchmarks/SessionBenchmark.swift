import Foundation
import Lang
import Optim

/// What a user waits for with a study of a million evaluations: opening it, changing a constraint, seeing the front.
struct MillionEvaluationsBenchmark: Workload {
  let name = "million"

  final class SilentHost: SessionHost {
    func present(_ output: Output) {}
    func note(_ text: String) {}
    func report(_ progress: Optim.Progress) {}
    var interruption: Interruption { .none }
    func read(_ path: String) throws -> [UInt8] { [] }
    func readCSV(_ path: String) throws -> (header: [String], rows: [[String]]) { ([], []) }
    func write(_ text: String, to path: String) throws {}
    func rendered(_ table: Table, for path: String) -> String? { nil }
    func rendered(_ figure: Figure, for path: String) -> String? { nil }
    var tableEndings: [String] { [] }
    var figureEndings: [String] { [] }
  }

  /// 10 parameters, 10 outputs, 4 objectives, 3 constraints.
  private static func script(_ path: String) -> String {
    """
    study "\(path)"
    param p[10] in [0, 1]
    simulator cell {
      run = "cell"
      output y[10]
    }
    minimize f1 = cell.y[1]
    minimize f2 = cell.y[2]
    minimize f3 = abs(cell.y[3] - 0.5)
    maximize f4 = cell.y[4]
    constraint a: cell.y[5] <= 0.9
    constraint b: cell.y[6] + cell.y[7] >= 0.4
    constraint c: increasing(cell.y[8..9])
    """
  }

  func measure(_ bench: Bench) throws -> [Measurement] {
    let count = bench.quick ? 20_000 : 1_000_000
    let path = NSTemporaryDirectory() + "dmo-million-\(getpid()).study"
    defer { try? FileManager.default.removeItem(atPath: path) }
    try write(path, count)
    let session = try Session(host: SilentHost(), workers: 1)
    let run = { (text: String) throws -> Double in
      let start = DispatchTime.now().uptimeNanoseconds
      try session.run(try Parser.parseWhole(Source(name: "bench", text: text)))
      return Double(DispatchTime.now().uptimeNanoseconds - start) * 1e-9
    }
    let open = try run(Self.script(path) + "\nload\nlength((pareto top=1))")
    let change = try run("constraint a: cell.y[5] <= 0.8;\nlet front = pareto")
    try session.close()
    return [
      Measurement(
        what: "\(count) evaluations: open, load, score, front", ours: open, goal: "< 2 s", met: open < 2),
      Measurement(
        what: "\(count) evaluations: changed constraint, front", ours: change, goal: "< 2 s", met: change < 2),
    ]
  }

  private func write(_ path: String, _ count: Int) throws {
    var stream = RandomStream(seed: 1, purpose: .test)
    var simulator = Simulator(name: "cell", command: ["cell"], directory: ".")
    simulator.outputs = [.init(name: "y", count: 10)]
    let space = Space(
      (1...10).map { (index: Int) in
        Parameter(
          name: "p[\(index)]", group: "p", index: index, domain: .real(lower: 0, upper: 1, scale: .linear))
      })
    let columns = { (_: Int) in (0..<count).map { _ in stream.uniform() } }
    let evaluations = Evaluations(
      parameterNames: space.names, outputNames: simulator.columns, parameters: (0..<10).map(columns),
      outputs: (0..<10).map(columns), states: Array(repeating: .done, count: count),
      seconds: Array(repeating: 1, count: count), failures: [:])
    let study = try Study(path: path)
    try study.append(try study.series(for: simulator, space: space), evaluations)
    try study.close()
  }
}

/// `dmo -e '1+1'`, the whole process.
struct StartBenchmark: Workload {
  let name = "start"

  func measure(_ bench: Bench) throws -> [Measurement] {
    let folder = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
    let program = folder.appendingPathComponent("dmo")
    guard FileManager.default.isExecutableFile(atPath: program.path) else {
      return [
        Measurement(
          what: "dmo -e '1+1'", ours: .nan, goal: "< 20 ms", met: nil, note: "dmo is not built beside")
      ]
    }
    let seconds = bench.median(repeats: 41) { Self.run(program.path) }
    return [Measurement(what: "dmo -e '1+1'", ours: seconds, goal: "< 20 ms", met: seconds < 0.02)]
  }

  /// From spawning to collecting, its output thrown away.
  private static func run(_ program: String) {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0)
    defer { posix_spawn_file_actions_destroy(&actions) }
    var pid: pid_t = 0
    var arguments: [UnsafeMutablePointer<CChar>?] = [program, "-e", "1+1"].map { (word: String) in
      strdup(word)
    }
    arguments.append(nil)
    defer { arguments.forEach { free($0) } }
    guard posix_spawn(&pid, program, &actions, nil, &arguments, environ) == 0 else { return }
    var status: Int32 = 0
    waitpid(pid, &status, 0)
  }
}
