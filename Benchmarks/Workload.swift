import Foundation

/// One line of the benchmark table: a figure of dmo's beside the peer's from the same run.
struct Measurement {
  let what: String
  /// Seconds (or the unit named in `unit`); smaller is better unless `biggerIsBetter`.
  let ours: Double
  var unit = "s"
  var biggerIsBetter = false
  var peer: (name: String, value: Double)?
  /// The goal in words, as engine documents state it.
  let goal: String
  /// Whether the goal was met; nil where it cannot be judged (no peer installed).
  let met: Bool?
  var note = ""
}

/// A row of the benchmark: one file each, listed in `Main.swift`.
protocol Workload: Sendable {
  var name: String { get }
  /// `quick` runs a small size that proves the path works, for CI.
  func measure(_ bench: Bench) throws -> [Measurement]
}

/// What workloads share: timing, and running peers written in Python.
struct Bench: Sendable {
  let quick: Bool
  /// An interpreter with the peer packages (numpy, pymoo, moocore), or nil.
  let python: String?
  /// Seconds that rank 0 is taken to spend on a task; nil: the measured figure.
  let taskCost: Double?
  /// Where a workload writes its figures as CSV, if it has any beside the table.
  let evidence: String?
  /// The part of a workload that is asked for, if it knows parts.
  let only: String?

  /// Median wall-clock seconds of `repeats` runs after one warm-up.
  func median(repeats: Int = 5, _ body: () throws -> Void) rethrows -> Double {
    try body()
    var times: [Double] = []
    for _ in 0..<(quick ? 1 : repeats) {
      times.append(try Self.seconds(body))
    }
    return times.sorted()[times.count / 2]
  }

  /// CPU seconds of this thread: what other programs do on the machine is not in it.
  static func processorSeconds(_ body: () throws -> Void) rethrows -> Double {
    let now = {
      var time = timespec()
      clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
      return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
    }
    let start = now()
    try body()
    return now() - start
  }

  /// Wall-clock seconds of one run.
  static func seconds(_ body: () throws -> Void) rethrows -> Double {
    let start = DispatchTime.now().uptimeNanoseconds
    try body()
    return Double(DispatchTime.now().uptimeNanoseconds - start) * 1e-9
  }

  /// What peers run with: one thread.
  static var peerEnvironment: [String: String] {
    ProcessInfo.processInfo.environment.merging(["OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"]) { $1 }
  }

  private static func script(_ name: String) -> String {
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    return folder.appendingPathComponent("peers/\(name).py").path
  }

  /// `Benchmarks/peers/NAME.py`, to take turns with; nil without a peer interpreter.
  func turns(with name: String, _ arguments: [String] = []) throws -> Peer? {
    try python.map { try Peer($0, Self.script(name), arguments + (quick ? ["--quick"] : [])) }
  }

  /// Runs `Benchmarks/peers/NAME.py` and returns the numbers it prints, one `key value` pair a line; nil without a peer interpreter.
  func peer(_ name: String, _ arguments: [String] = []) throws -> [String: Double]? {
    guard let python else { return nil }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: python)
    process.arguments = [Self.script(name)] + arguments + (quick ? ["--quick"] : [])
    process.environment = Self.peerEnvironment
    let pipe = Pipe()
    process.standardOutput = pipe
    try process.run()
    let text = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { return nil }
    var figures: [String: Double] = [:]
    for line in text.split(separator: "\n") {
      let parts = line.split(separator: " ")
      if parts.count == 2, let value = Double(parts[1]) { figures[String(parts[0])] = value }
    }
    return figures
  }
}
