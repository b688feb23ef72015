import Foundation
import Optim

/// One process per evaluation, against starting the same program with nothing but `posix_spawn` and
/// `waitpid`.
struct OnceSimulatorBenchmark: Workload {
  let name = "once-simulator"

  func measure(_ bench: Bench) throws -> [Measurement] {
    let count = bench.quick ? 50 : 2000
    let program = "/bin/echo"
    let simulator = Simulator(name: "echo", command: [program, "{}"], directory: "/")
    let pool = LocalPool(capacity: 2)
    var failures = 0
    // Both in short turns, so that a change of the machine's load meets both.
    var (ours, bare) = (0.0, 0.0)
    for turn in 0..<(bench.quick ? 1 : 10) {
      let measured = Self.seconds {
        for id in 0..<count / 10 {
          pool.submit(Job(id: id, simulator: simulator, parameters: ["x": .number(0.5)]))
        }
        while let answer = pool.next(timeout: 10) {
          if case .failed = answer.outcome { failures += 1 }
        }
      }
      let peer = Self.seconds { Self.spawnBare(program, count / 10, atOnce: 2) }
      if turn > 0 || bench.quick { (ours, bare) = (ours + measured, bare + peer) }
    }
    guard failures == 0 else { throw CocoaError(.fileReadCorruptFile) }
    let total = Double(count / 10 * (bench.quick ? 1 : 9))
    return [
      Measurement(
        what: "one process per evaluation", ours: total / ours, unit: "/s", biggerIsBetter: true,
        peer: ("posix_spawn", total / bare), goal: ">= 90 % of bare posix_spawn", met: bare / ours >= 0.9,
        note: "2 at once, /bin/echo {}")
    ]
  }

  static func seconds(_ body: () -> Void) -> Double {
    let start = DispatchTime.now().uptimeNanoseconds
    body()
    return Double(DispatchTime.now().uptimeNanoseconds - start) * 1e-9
  }

  /// Starts a program `count` times, so many at once, its output thrown away.
  static func spawnBare(_ program: String, _ count: Int, atOnce: Int) {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0)
    defer { posix_spawn_file_actions_destroy(&actions) }
    var arguments: [UnsafeMutablePointer<CChar>?] = [strdup(program), strdup("{}"), nil]
    defer { for argument in arguments { free(argument) } }
    var environment: [UnsafeMutablePointer<CChar>?] = ProcessInfo.processInfo.environment.map {
      strdup("\($0)=\($1)")
    }
    environment.append(nil)
    defer { for entry in environment { free(entry) } }
    var alive = 0
    for _ in 0..<count {
      var pid: pid_t = 0
      if alive == atOnce {
        waitpid(-1, nil, 0)
        alive -= 1
      }
      if posix_spawn(&pid, program, &actions, nil, &arguments, &environment) == 0 { alive += 1 }
    }
    while alive > 0 {
      waitpid(-1, nil, 0)
      alive -= 1
    }
  }
}
