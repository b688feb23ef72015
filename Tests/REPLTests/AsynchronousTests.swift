import Foundation
import Testing

@testable import Optim

/// `async=true` with real processes: workers stay busy, and a killed run is gone on with.
@Suite struct AsynchronousTests {
  /// A living simulator of BNH whose every twentieth answer takes twenty times as long; it notes the points it was asked for.
  private static let simulator = """
    import json, os, sys, time
    log = os.open(os.environ["DMO_DIRECTORY"] + "/log", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    for line in sys.stdin:
        point = json.loads(line)
        x, y = point["x"], point["y"]
        os.write(log, ("%r %r\\n" % (x, y)).encode())
        time.sleep(PACE * (20 if int(x * 1e6) % 20 == 0 else 1 + int(y * 1e6) % 3))
        print(json.dumps({"a": 4 * x * x + 4 * y * y, "b": (x - 5) ** 2 + (y - 5) ** 2, "c": (x - 5) ** 2 + y * y}))
        sys.stdout.flush()
    """

  private func place(pace: Double, _ optimize: String) throws -> Workplace {
    let place = try Workplace()
    try place.write("sim.py", Self.simulator.replacing("PACE", with: "\(pace)"))
    try place.write(
      "s.dmo",
      """
      study "m"
      arg n = 60
      param x in [0, 5]
      param y in [0, 3]
      simulator s {
        run = "python3 -SE sim.py"
        mode = persistent
        output a
        output b
        output c
      }
      minimize f1 = s.a
      minimize f2 = s.b
      constraint inside: s.c <= 25
      sample sobol 8
      evaluate
      \(optimize)
      table pareto
      sample mc 3
      table all
      """)
    return place
  }

  private func requests(_ place: Workplace) -> [Substring] { place.text("log").split(separator: "\n") }

  /// The rows of the table of epochs: evaluations and busy workers in percent.
  private func epochs(_ output: String) -> [(evaluations: Int, busy: Double)] {
    String(output.split(separator: "feasible front")[0]).matches(
      of: /(?m)^ *\d+ +(\d+) +\d+ +\d+ .*?(?:([0-9.]+) % +)?\S+$/
    ).compactMap { match in
      Int(match.1).map { ($0, match.2.flatMap { Double($0) } ?? .nan) }
    }
  }

  @Test func workersStayBusyThoughSimulationsDiffer() throws {
    let place = try place(pace: 0.05, "optimize evaluations=n async=true batch=20")
    let result = try place.dmo("--workers", "4", "s.dmo")
    #expect(result.status == 0, "\(result.all)")
    #expect(result.errors.contains("asynchronous: the result depends on the number of workers and on timing"))
    #expect(result.errors.contains("0 remembered, 60 simulated") && requests(place).count == 68)
    #expect(result.errors.contains("stopped: 60 evaluations are done"))
    let epochs = epochs(result.output)
    #expect(epochs.last?.evaluations == 60, "\(result.all)")
    // The first rows are of the known sample and of starting interpreters, the last of the time when nothing more is to be asked for.
    let busy = epochs.dropFirst(2).dropLast().map(\.busy)
    #expect(!busy.isEmpty && busy.allSatisfy { $0 > 60 && $0 <= 100 }, "\(result.all)")
  }

  @Test(arguments: [
    "optimize evaluations=n async=true",
    "optimize nsga2 surrogate=none population=20 evaluations=n async=true",
  ]) func killedAndGoneOnWith(optimize: String) throws {
    let place = try place(pace: 0.02, optimize)
    var random = RandomStream(seed: 4, purpose: .sampling, index: 1)
    // What came back within 0.2 s before a kill, and what ran, may be done again or not be asked for again.
    let lost = 24
    var kills = 0
    while kills < 4 {
      let before = requests(place).count
      let run = try place.start(["--workers", "\(2 + kills % 2)", "s.dmo"])
      let further = 12 + Int(random.uniform() * 8)
      #expect(
        Workplace.eventually {
          requests(place).count >= before + further || run.child.wait(seconds: 0) != nil
        })
      run.child.send(SIGKILL)
      guard try run.result().status == 137 else { break }
      kills += 1
      #expect(Workplace.eventually { place.simulators().isEmpty }, "simulators after kill \(kills)")
    }
    #expect(kills == 4, "the script was over after \(kills) kills")
    let final = try place.dmo("--workers", "3", "s.dmo")
    #expect(final.status == 0, "\(final.all)")
    // The budget counts what the killed runs had evaluated.
    let all = requests(place)
    #expect(Set(all).count >= 68 && all.count <= 68 + kills * lost, "\(all.count) requests")
    #expect(!final.errors.contains("\n0 remembered, 60 simulated"), "\(final.errors)")

    // From the end of the search on, later runs are equal, and nothing is simulated.
    let again = try place.dmo("--workers", "2", "s.dmo")
    #expect(requests(place).count == all.count && again.errors.contains("60 remembered, 0 simulated"))
    func rest(_ text: String) -> String { text.split(separator: "feasible front").dropFirst().joined() }
    #expect(rest(again.output) == rest(final.output) && !rest(final.output).isEmpty, "\(again.all)")
  }

  @Test func anInterruptKeepsWhatCameBack() throws {
    let place = try place(pace: 0.03, "optimize evaluations=n async=true")
    let run = try place.start(["--workers", "3", "s.dmo"])
    #expect(Workplace.eventually { requests(place).count >= 20 })
    run.child.send(SIGINT)
    let result = try run.result()
    #expect(result.status == 130, "\(result.all)")
    let done = requests(place).count
    let again = try place.dmo("--workers", "3", "s.dmo")
    #expect(
      again.status == 0 && again.errors.contains("\(done - 8) remembered, \(68 - done) simulated"),
      "\(again.all)")
    #expect(requests(place).count == 68 && Set(requests(place)).count == 68)
  }
}
