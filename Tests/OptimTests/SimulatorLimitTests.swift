import Foundation
import Testing

@testable import Optim

@Suite("A simulator's memory and output")
struct SimulatorLimitTests {
  @Test("memory is limited for the program and for what it starts, and for nobody else")
  func memory() throws {
    let lab = try Lab()
    defer { lab.remove() }
    var simulator = lab.shell(
      "ulimit -v > '\(lab.folder)/limit'; ulimit -Hv >> '\(lab.folder)/limit'; echo '{\"y\": 1}'")
    let pool = LocalPool(capacity: 1)
    #expect(pool.run(simulator)?.values == [1])
    let without = lab.text("limit")
    simulator.memory = 512_000_000
    #expect(pool.run(simulator)?.values == [1])
    #expect(lab.text("limit") == "500000\n500000\n", "in KiB, as the shell has it")
    simulator.memory = nil
    #expect(pool.run(simulator)?.values == [1])
    #expect(lab.text("limit") == without)
  }

  @Test("a limit above the system's own keeps that one")
  func memoryAboveTheSystems() throws {
    let lab = try Lab()
    defer { lab.remove() }
    var simulator = lab.shell("ulimit -Sv 400000; exec sh -c 'ulimit -v' >&2; exit 1")
    simulator.memory = 1 << 50
    #expect(LocalPool(capacity: 1).failure(simulator)?.errorTail == "400000\n")
  }

  @Test(
    "over the limit the reason says so, as well as can be known",
    arguments: [
      (
        "a = bytearray(2_000_000_000)",
        "cell ended with exit status 1; it has reached its limit of 400 MB of memory"
      ),
      (
        "try:\n    a = bytearray(2_000_000_000)\nexcept MemoryError as e:\n    print(json.dumps({'error': repr(e)}))",
        "cell reports: MemoryError(); it has reached its limit of 400 MB of memory"
      ),
      ("os.abort()", "(SIGABRT: the program gave up); perhaps it has reached its limit of 400 MB of memory"),
      ("sys.exit(3)", "cell ended with exit status 3"),
      ("print('hello')", "its last line was 'hello'"),
    ])
  func reasons(_ work: String, _ reason: String) throws {
    let lab = try Lab()
    defer { lab.remove() }
    var simulator = lab.python()
    let pool = LocalPool(capacity: 1)
    simulator.memory = 400_000_000
    let limited = pool.failure(simulator, ["do": .string(work)])
    #expect(limited?.reason.hasSuffix(reason) == true, "\(limited?.reason ?? "no failure")")
    simulator.memory = nil
    let free = pool.failure(simulator, ["do": .string(work)])
    #expect(free?.reason.contains("limit of") != true, "\(free?.reason ?? "no failure")")
  }

  @Test("a living process has its limit as long as it lives")
  func persistentMemory() throws {
    let lab = try Lab()
    defer { lab.remove() }
    var simulator = lab.python(.persistent)
    simulator.memory = 400_000_000
    let answers = LocalPool(capacity: 1).run(
      simulator,
      [
        ["do": .string("print('{\"y\": 1}', flush=True)")], ["do": .string("a = bytearray(2_000_000_000)")],
        ["do": .string("print('{\"y\": 3}', flush=True)")],
      ])
    #expect(answers[0]?.values == [1] && answers[2]?.values == [3])
    #expect(answers[1]?.failure?.reason.hasSuffix("it has reached its limit of 400 MB of memory") == true)
  }

  @Test(
    "output has the limit that the simulator sets",
    arguments: [Simulator.Reading.json, .jsonFile("out.json")])
  func output(_ reading: Simulator.Reading) throws {
    let lab = try Lab()
    defer { lab.remove() }
    let file = reading == .json ? "" : " > out.json"
    var simulator = lab.shell("(head -c 20000 /dev/zero | tr '\\0' ' '; echo '{\"y\": 1}')" + file)
    simulator.reading = reading
    let pool = LocalPool(capacity: 1)
    #expect(pool.run(simulator)?.values == [1])
    simulator.outputLimit = 10_000
    let failure = try #require(pool.failure(simulator))
    #expect(failure.kind == .flood)
    let text = reading == .json ? "wrote more than 10 KB to its standard output" : "which may hold 10 KB"
    #expect(failure.reason.contains(text), "\(failure.reason)")
    pool.limits.flood = 1000
    simulator.outputLimit = 100_000
    #expect(pool.run(simulator)?.values == [1], "its own limit may be larger than the common one")
  }

  @Test(
    "sizes are written in the unit that makes them whole",
    arguments: [
      (0, "0 bytes"), (999, "999 bytes"), (1000, "1 KB"), (1024, "1 KiB"), (16 << 20, "16 MiB"),
      (4_000_000_000, "4 GB"), (4 << 30, "4 GiB"), (1_500_000_000, "1500 MB"), (1_234_567_891, "1.23 GB"),
      (12_345_678, "12.3 MB"),
    ])
  func sizes(_ bytes: Int, _ text: String) { #expect(ByteCount.text(bytes) == text) }
}
