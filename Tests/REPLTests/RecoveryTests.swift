import Foundation
import Testing

@testable import Optim

/// Running a script again is the way to go on after anything: it costs what is missing and shows the same.
@Suite struct RecoveryTests {
  /// Four steps of current instead of seven; every request is noted in `log` on its way to the simulator.
  static let script = """
    study "m"
    arg generations = 20
    param gc in [0.1, 2.0]
    param soma_gmax_Na in [0.1, 0.3]
    param soma_gmax_K in [0.01, 0.3]
    param soma_gmax_KCa in [1e-4, 1e-2]
    param soma_gmax_CaN in [1e-5, 0.03]
    param soma_g_pas in [1e-5, 0.01]
    param dend_gmax_CaL in [1e-5, 1e-3]
    param dend_gmax_CaN in [1e-5, 1e-3]
    param dend_gmax_KCa in [1e-4, 5e-3]
    param dend_g_pas in [1e-5, 0.01]
    param cm_ratio in [1, 40]
    simulator cell {
      run = "tee -a $DMO_DIRECTORY/log | motoneuron-sim --persistent"
      shell = true
      mode = persistent
      send = {currents: [20, 40, 60, 80]}
      output rate[4]
      output rest
      timeout = 20s
    }
    minimize slow = cell.rate[1]
    minimize level = abs(cell.rest + 65)
    constraint rises: increasing(cell.rate)
    sample slh 40
    evaluate
    optimize nsga2 population=20 generations=generations surrogate=none
    constraints
    table pareto
    """

  private func place() throws -> Workplace {
    let place = try Workplace()
    let folder = (try Workplace.binary("motoneuron-sim") as NSString).deletingLastPathComponent
    place.environment["PATH"] = folder + ":" + place.environment["PATH"]!
    try place.write("s.dmo", Self.script)
    return place
  }

  private func requests(_ place: Workplace) -> [Substring] { place.text("log").split(separator: "\n") }

  @Test func killedAtTenInstants() throws {
    let reference = try place()
    let whole = try reference.dmo("--workers", "2", "s.dmo")
    #expect(whole.status == 0 && !whole.output.contains("failed simulations"), "\(whole.all)")
    let total = requests(reference).count
    let victim = try place()
    var random = RandomStream(seed: 20, purpose: .sampling, index: 1)
    var kills = 0
    while kills < 10 {
      let run = try victim.start(["--workers", "\(1 + kills % 3)", "s.dmo"])
      // An instant measured in progress, and a little further into the next commit.
      let before = requests(victim).count
      let further = 1 + Int(random.uniform() * Double(total) / 14)
      #expect(
        Workplace.eventually {
          requests(victim).count >= before + further || run.child.wait(seconds: 0) != nil
        })
      usleep(UInt32(random.uniform() * 20_000))
      run.child.send(SIGKILL)
      guard try run.result().status == 137 else { break }
      kills += 1
      #expect(Workplace.eventually { victim.simulators().isEmpty }, "simulators after kill \(kills)")
    }
    let final = try victim.dmo("--workers", "2", "s.dmo")
    #expect(final.status == 0 && final.output == whole.output, "\(final.all)")
    #expect(kills == 10, "the script was over after \(kills) kills")
    #expect(Set(requests(victim)) == Set(requests(reference)))
    // At most what had come back since the last commit, and what was running, is done again.
    #expect(requests(victim).count <= total + kills * 40)
    let again = try victim.dmo("s.dmo")
    #expect(
      again.output == whole.output && again.errors.contains("400 remembered, 0 simulated"), "\(again.all)")
  }

  @Test func theNumberOfWorkersChangesNothing() throws {
    let outputs = try ["1", "2", "4"].map { workers in
      let result = try place().dmo("--workers", workers, "s.dmo", "generations=6")
      #expect(result.status == 0, "\(result.all)")
      return result.output
    }
    #expect(outputs[0].contains("constraints") && Set(outputs).count == 1)
  }

  @Test func theMotoneuron() throws {
    let place = try place()
    let script = Workplace.package + "/examples/motoneuron/motoneuron.dmo"
    let first = try place.dmo(script, "samples=60", "epochs=1", within: 240)
    #expect(first.status == 0 && first.errors.contains("0 remembered, 50 simulated"), "\(first.all)")
    let second = try place.dmo(script, "samples=60", "epochs=1", within: 120)
    #expect(second.output == first.output && second.status == 0)
    for note in [
      "evaluations remembered", "60 remembered\n", "joint: remembered", "50 remembered, 0 simulated",
    ] {
      #expect(second.errors.contains(note), "\(second.errors)")
    }
    #expect(!second.errors.contains("simulated in"), "\(second.errors)")
    let more = try place.dmo(script, "samples=60", "epochs=2", within: 240)
    #expect(
      more.errors.contains("50 remembered, 50 simulated"),
      "a longer search begins as the shorter one: \(more.all)")
  }
}
