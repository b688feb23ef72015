import Foundation
import Testing

/// Signals to a script: nothing that was evaluated is lost, and the exit status tells what happened.
@Suite struct SignalTests {
  let place: Workplace

  init() throws {
    place = try Workplace()
    try place.write("sim.sh", Scripts.waiting)
    try place.write("s.dmo", Scripts.study("m", points: 6))
  }

  /// A script whose first two simulations wait.
  private func atWork() throws -> Workplace.Run {
    let run = try place.start(["--workers", "2", "s.dmo"])
    #expect(Workplace.eventually { place.started == 2 })
    return run
  }

  /// Running the script again goes on and shows what an uninterrupted run shows.
  private func expectContinuation(remembered: Int) throws {
    try place.write("go", "")
    let again = try place.dmo("s.dmo")
    let note = remembered > 0 ? "m.study: \(remembered) evaluations remembered" : "6 simulated"
    #expect(again.status == 0 && again.errors.contains(note), "\(again.all)")
    let elsewhere = try Workplace()
    for name in ["sim.sh", "s.dmo", "go"] { try elsewhere.write(name, place.text(name)) }
    #expect(try elsewhere.dmo("s.dmo").output == again.output)
  }

  @Test func anInterruptFinishesWhatRuns() throws {
    let run = try atWork()
    run.child.send(SIGINT)
    #expect(Workplace.eventually { run.errors.contains("finishing 2 running simulations") }, "\(run.errors)")
    try place.write("go", "")
    let result = try run.result()
    #expect(result.status == 130 && result.output.contains(#/feasible +2 /#) && result.output.contains(#/pending +4 /#), "\(result.all)")
    #expect(!result.output.contains("session"), "no statement after it runs")
    #expect(result.errors.contains("running the script again goes on from there") && place.started == 2, "\(result.all)")
    try expectContinuation(remembered: 2)
  }

  @Test func aSecondInterruptEndsTheSimulators() throws {
    let run = try atWork()
    run.child.send(SIGINT)
    #expect(Workplace.eventually { run.errors.contains("finishing 2 running simulations") }, "\(run.errors)")
    run.child.send(SIGINT)
    let result = try run.result()
    #expect(result.status == 130 && result.output.contains(#/pending +6 /#), "\(result.all)")
    #expect(Workplace.eventually { place.simulators().isEmpty })
    try expectContinuation(remembered: 0)
  }

  @Test(arguments: [SIGTERM, SIGHUP]) func terminationEndsTheSimulatorsAtOnce(signal: Int32) throws {
    let run = try atWork()
    run.child.send(signal)
    let result = try run.result()
    #expect(result.status == 143 && result.output.contains(#/pending +6 /#), "\(result.all)")
    #expect(result.errors.contains("terminated; what was evaluated is in m.study"), "\(result.all)")
    #expect(Workplace.eventually { place.simulators().isEmpty })
    try expectContinuation(remembered: 0)
  }

  @Test func aSchedulersWarningLetsSimulationsFinish() throws {
    let run = try atWork()
    run.child.send(SIGUSR1)
    #expect(Workplace.eventually { run.errors.contains("finishing 2 running simulations") }, "\(run.errors)")
    try place.write("go", "")
    let result = try run.result()
    #expect(result.status == 143 && result.output.contains(#/feasible +2 /#), "\(result.all)")
    try expectContinuation(remembered: 2)
  }

  @Test func aKilledProgramLeavesNoSimulators() throws {
    let run = try atWork()
    run.child.send(SIGKILL)
    #expect(try run.result().status == 137)
    #expect(Workplace.eventually { place.simulators().isEmpty })
    try expectContinuation(remembered: 0)
  }

  /// A search over formulas has no simulator to wait for.
  @Test(arguments: zip([SIGINT, SIGTERM, SIGUSR1], [130, 143, 143] as [Int32]))
  func aSearchOverFormulas(signal: Int32, status: Int32) throws {
    let script = "\"begins\"\nbenchmark \"zdt1\"\noptimize nsga2 generations=1000000 surrogate=none\n\"not reached\""
    let run = try place.start(["-e", script])
    #expect(Workplace.eventually { run.output.contains("begins") })
    run.child.send(signal)
    let result = try run.result()
    #expect(result.status == status && !result.output.contains("reached"), "\(result.all)")
  }

  @Test func aLoopOfTheLanguage() throws {
    let loop = "\"begins\"\nfor i in 1..900 {\n  for k in 1..900 {\n    let a = sum(1..100)\n  }\n}\n\"not reached\""
    let run = try place.start(["-e", loop])
    // It may be in the check or in the run, or already be over the limit of steps.
    run.child.send(SIGINT)
    let result = try run.result()
    #expect([130, 3].contains(result.status) && !result.output.contains("reached"), "\(result.all)")
  }
}
