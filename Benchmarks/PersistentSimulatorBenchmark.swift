import Foundation
import Optim

/// One request to a living process and its answer: encode, two wake-ups, decode, check.
///
/// The simulator is this program itself, started with `echoFlag`: it reads each line and prints a fixed
/// answer, so what is measured is dmo and the system.
struct PersistentSimulatorBenchmark: Workload {
  let name = "persistent-simulator"
  static let echoFlag = "--echo-simulator"
  private static let reply =
    #"{"rate": [4.0312345678, 9.12345678901, 12.2345678901], "rest": -65.123456789, "ok": true}"#

  /// The hidden mode: answers lines until there are no more.
  static func echo() {
    while readLine() != nil {
      print(reply)
      fflush(nil)
    }
  }

  static var simulator: Simulator {
    var simulator = Simulator(
      name: "living", command: ["/proc/\(getpid())/exe", Self.echoFlag], directory: "/")
    simulator.mode = .persistent
    simulator.outputs = [
      .init(name: "rate", count: 3), .init(name: "rest"), .init(name: "ok", kind: .boolean),
    ]
    return simulator
  }

  func measure(_ bench: Bench) throws -> [Measurement] {
    let count = bench.quick ? 100 : 10_000
    let simulator = Self.simulator
    var parameters: [String: JSON] = ["kind": .string("two")]
    for j in 0..<14 { parameters["parameter\(j)"] = .number(0.1234567890123 * Double(j + 1)) }
    let pool = LocalPool(capacity: 1)
    var failures = 0
    let seconds = bench.median {
      for id in 0..<count {
        pool.submit(Job(id: id, simulator: simulator, parameters: parameters))
        if case .done? = pool.next(timeout: 10)?.outcome { continue }
        failures += 1
      }
    }
    let bare = try bench.median { try Self.pingPong(count) }
    guard failures == 0 else { throw CocoaError(.fileReadCorruptFile) }
    let each = seconds / Double(count) * 1e6
    return [
      Measurement(
        what: "persistent simulator, one round trip", ours: each, unit: "us",
        peer: ("bare pipes", bare / Double(count) * 1e6), goal: "< 100 us", met: each < 100,
        note: "15 parameters, 5 numbers back")
    ]
  }

  /// The same lines through the same program with blocking pipes and nothing else.
  private static func pingPong(_ count: Int) throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/proc/\(getpid())/exe")
    process.arguments = [echoFlag]
    let (request, answer) = (Pipe(), Pipe())
    process.standardInput = request
    process.standardOutput = answer
    try process.run()
    let line = [UInt8](repeating: 0x20, count: 400) + [0x0A]
    var buffer = [UInt8](repeating: 0, count: 4096)
    for _ in 0..<count {
      _ = write(request.fileHandleForWriting.fileDescriptor, line, line.count)
      var received = 0
      while received < reply.utf8.count + 1 {
        received += read(answer.fileHandleForReading.fileDescriptor, &buffer, buffer.count)
      }
    }
    try request.fileHandleForWriting.close()
    process.waitUntilExit()
  }
}
