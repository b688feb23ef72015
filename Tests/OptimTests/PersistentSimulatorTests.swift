import Foundation
import Testing

@testable import Optim

@Suite("Persistent simulators")
struct PersistentSimulatorTests {
  private let identify = JSON.string(#"print(json.dumps({"y": os.getpid()}))"#)

  private func pid(_ pool: LocalPool, _ simulator: Simulator) -> pid_t? {
    pool.run(simulator, ["do": identify])?.values.map { pid_t($0[0]) }
  }

  @Test("one process serves many requests; a dead one is replaced")
  func restart() throws {
    let lab = try Lab()
    defer { lab.remove() }
    let pool = LocalPool(capacity: 1)
    let simulator = lab.python(.persistent)
    let first = try #require(pid(pool, simulator))
    #expect(pid(pool, simulator) == first)
    let failure = pool.failure(
      simulator, ["do": .string("print('dying', file=sys.stderr, flush=True); os._exit(4)")])
    #expect(failure?.kind == .exit)
    #expect(failure?.errorTail == "dying\n")
    let second = try #require(pid(pool, simulator))
    #expect(second != first)
    kill(second, SIGKILL)
    #expect(lab.vanishes(second))
    #expect(pid(pool, simulator) != second, "one that died while idle harms no request")
  }

  @Test("a bad answer keeps the process")
  func badAnswer() throws {
    let lab = try Lab()
    defer { lab.remove() }
    let pool = LocalPool(capacity: 1)
    let simulator = lab.python(.persistent)
    let first = pid(pool, simulator)
    #expect(pool.failure(simulator, ["do": .string("print({'y': 1})")])?.kind == .answer)
    #expect(pool.failure(simulator, ["do": .string("print('{}')")])?.kind == .output)
    #expect(pool.failure(simulator, ["do": .string("print('{\"error\": \"no\"}')")])?.kind == .reported)
    #expect(pid(pool, simulator) == first)
  }

  @Test("a process is replaced after its share of requests")
  func recycle() throws {
    let lab = try Lab()
    defer { lab.remove() }
    let pool = LocalPool(capacity: 1)
    var simulator = lab.python(.persistent)
    simulator.recycle = 2
    let pids = (0..<5).compactMap { _ in pid(pool, simulator) }
    #expect(pids.count == 5 && Set(pids).count == 3)
    #expect(pids[0] == pids[1] && pids[2] == pids[3])
    pool.cancel()
    for pid in pids { #expect(kill(pid, 0) != 0) }
  }

  @Test("a process may leave between requests")
  func leaves() throws {
    let lab = try Lab()
    defer { lab.remove() }
    let pool = LocalPool(capacity: 1)
    // Ends after each answer, as a script written for mode = once does; the request may meet it while it
    // leaves.
    let work = JSON.string(#"print(json.dumps({"y": 1}), flush=True); os._exit(0)"#)
    let answers = pool.run(lab.python(.persistent), Array(repeating: ["do": work], count: 6))
    #expect(answers.values.filter { $0.values == [1] }.count == 6)
  }

  @Test("noise is skipped, an answer without newline counts when the process ends")
  func noise() throws {
    let lab = try Lab()
    defer { lab.remove() }
    let pool = LocalPool(capacity: 1)
    let simulator = lab.python(.persistent)
    let noisy = JSON.string(#"os.write(1, b"loading\n\n[1, 2]\n\xff\n" * 3 + b"  {\"y\": 3}\r\n")"#)
    #expect(pool.run(simulator, ["do": noisy])?.values == [3])
    #expect(pool.run(simulator, ["do": .string(#"os.write(1, b'{"y": 4}'); os._exit(0)"#)])?.values == [4])
    let silent = pool.failure(simulator, ["do": .string("print('almost'); sys.stdout.flush(); os._exit(0)")])
    #expect(silent?.reason == "cell ended without an answer: its last line was 'almost'")
    let closed = pool.failure(simulator, ["do": .string("os.close(1); time.sleep(600)")])
    #expect(closed?.reason == "cell closed its standard output without an answer")
  }

  @Test("a second answer to one request is never taken for the next one's")
  func outOfStep() throws {
    let lab = try Lab()
    defer { lab.remove() }
    let pool = LocalPool(capacity: 1)
    let twice = JSON.string(#"os.write(1, b'{"y": 1}\n{"y": 2}\n')"#)
    let answers = pool.run(lab.python(.persistent), [["do": twice], ["a": .number(20)], ["a": .number(30)]])
    #expect([0, 1, 2].map { answers[$0]?.values } == [[1], [40], [60]])
    let notices = pool.takeNotices()
    #expect(notices.count == 1 && notices[0].contains("printed a second answer"))
    #expect(pool.takeNotices().isEmpty)
  }

  @Test("a silent process is asked whether it flushes")
  func silent() throws {
    let lab = try Lab()
    defer { lab.remove() }
    let pool = LocalPool(capacity: 1)
    var simulator = lab.shell("while read x; do case $x in *hang*) sleep 600;; esac; echo '{\"y\": 8}'; done")
    simulator.mode = .persistent
    simulator.timeLimit = .seconds(1)
    let failure = pool.failure(simulator, ["a": .string("hang")])
    #expect(failure?.kind == .timeout)
    #expect(failure?.reason.hasSuffix("it printed nothing: does it flush after each answer?") == true)
    #expect(pool.run(simulator, ["a": .number(4)])?.values == [8], "its late answer cannot come")
  }

  @Test("Python needs no flush")
  func unbuffered() throws {
    let lab = try Lab()
    defer { lab.remove() }
    try lab.write("sim.py", "import sys\nfor line in sys.stdin: print('{\"y\": 1}')\n")
    var simulator = lab.python(.persistent)
    simulator.command = [Lab.interpreter, "-S", lab.path("sim.py")]
    #expect(LocalPool(capacity: 1).run(simulator, [[:], [:]]).values.filter { $0.values == [1] }.count == 2)
  }

  @Test("a failed request is tried again in a new process")
  func retries() throws {
    let lab = try Lab()
    defer { lab.remove() }
    let pool = LocalPool(capacity: 1)
    var simulator = lab.python(.persistent)
    simulator.retries = 1
    let work = """
      if not os.path.exists(x["mark"]):
        open(x["mark"], "w").close()
        os._exit(1)
      print(json.dumps({"y": 9}))
      """
    #expect(pool.run(simulator, ["do": .string(work), "mark": .string(lab.path("mark"))])?.values == [9])
  }

  @Test("an answer of a megabyte is read whole, in both modes", arguments: Simulator.Mode.allCases)
  func big(_ mode: Simulator.Mode) throws {
    let lab = try Lab()
    defer { lab.remove() }
    let simulator = lab.python(mode, outputs: [.init(name: "y", count: 60_000)])
    let work = JSON.string(#"print(json.dumps({"y": [i + 0.12345678901 for i in range(60000)]}))"#)
    let values = LocalPool(capacity: 1).run(simulator, ["do": work])?.values
    #expect(values?.count == 60_000)
    #expect(values?.last == 59_999 + 0.12345678901)
  }

  @Test("a simulator declared again replaces the processes of its former self")
  func redeclared() throws {
    let lab = try Lab()
    defer { lab.remove() }
    let pool = LocalPool(capacity: 1)
    var simulator = lab.python(.persistent)
    let first = try #require(pid(pool, simulator))
    simulator.version = 2
    #expect(pid(pool, simulator) != first)
    while pool.children.count > 1 { pool.service() }
    #expect(kill(first, 0) != 0)
  }
}
