import Foundation
import Testing

@testable import Optim

/// dmo with MPI workers, really started by `mpirun`: as ranks of the script's own job, and as an engine beside it.
@Suite(.serialized) struct EngineTests {
  let place: Workplace

  init() throws {
    place = try Workplace()
    place.environment.merge(
      ["DMO_LAUNCHER": "mpirun", "OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1"]) { $1 }
    try place.write("sim.sh", Scripts.waiting)
    try place.write("s.dmo", Scripts.study("m", points: 8))
  }

  private static let mpirun = "mpirun --oversubscribe --bind-to none -n 3 $dmo "

  /// What an uninterrupted run with local processes prints.
  private func reference() throws -> String {
    let elsewhere = try Workplace()
    for name in ["sim.sh", "s.dmo"] { try elsewhere.write(name, place.text(name)) }
    try elsewhere.write("go", "")
    let result = try elsewhere.dmo("s.dmo")
    #expect(result.status == 0, "\(result.all)")
    return result.output
  }

  private func expectNothingLeft(sourceLocation: SourceLocation = #_sourceLocation) {
    #expect(
      Workplace.eventually { place.processes().isEmpty }, "\(place.processes())",
      sourceLocation: sourceLocation)
  }

  @Test func allWaysGiveTheSameBytes() throws {
    try place.write("go", "")
    let expected = try reference()
    let engine = try place.dmo("--workers", "2", "--slots", "2", "s.dmo")
    #expect(engine.status == 0 && engine.output == expected, "\(engine.all)")
    expectNothingLeft()
    try FileManager.default.removeItem(atPath: place.path("m.study"))
    let ranks = try place.shell(Self.mpirun + "s.dmo")
    #expect(ranks.status == 0 && ranks.output == expected, "\(ranks.all)")
    expectNothingLeft()
  }

  @Test func theExitStatusIsRankZeros() throws {
    try place.write("bad.dmo", "param x in [0, 1]\nprint x +\n")
    #expect(try place.shell(Self.mpirun + "bad.dmo").status == 3)
    try place.write("late.dmo", "param x in [0, 1]\nimport \"missing.csv\"\n")
    #expect(try place.shell(Self.mpirun + "late.dmo").status == 1)
    let check = try place.shell(Self.mpirun + "check s.dmo")
    #expect(check.status == 0 && check.output.components(separatedBy: "plan").count == 2, "\(check.all)")
    expectNothingLeft()
  }

  enum Victim: String, CaseIterable { case worker, rankZero = "rank 0", mpirun, simulator }

  @Test(arguments: Victim.allCases) func theEngineOutlivesAKilled(victim: Victim) throws {
    try place.write("s.dmo", place.text("s.dmo").replacing("run =", with: "retries = 1\n  run ="))
    let expected = try reference()
    let run = try place.start(["--workers", "2", "s.dmo"])
    #expect(Workplace.eventually { place.started == 2 }, "\(run.errors)")
    let pid = try #require(
      place.processes().first { $0.value == victim.rawValue || victim == .simulator && $0.value == "sh" }?.key
    )
    kill(pid, SIGKILL)
    // The lost ones have begun again before anything may end.
    #expect(Workplace.eventually { place.started >= (victim == .simulator ? 3 : 4) }, "\(run.errors)")
    try place.write("go", "")
    let result = try run.result()
    #expect(result.status == 0 && result.output == expected, "\(result.all)")
    if victim != .simulator { #expect(result.errors.contains("the workers were lost: "), "\(result.errors)") }
    expectNothingLeft()
  }

  @Test(arguments: [SIGKILL, SIGTERM, SIGHUP]) func nothingOutlivesDmo(signal: Int32) throws {
    // A simulator whose own children have left its process group.
    try place.write("sim.sh", "setsid sleep 600 &\nsleep 600 &\n" + Scripts.waiting)
    try place.make("tmp")
    place.environment["TMPDIR"] = place.path("tmp")
    let run = try place.start(["--workers", "2", "s.dmo"])
    #expect(Workplace.eventually { place.started == 2 }, "\(run.errors)")
    #expect(place.processes().values.contains("sleep"))
    run.child.send(signal)
    _ = try run.result()
    expectNothingLeft()
    let folders = try FileManager.default.contentsOfDirectory(atPath: place.path("tmp"))
    #expect(!folders.contains { $0.hasPrefix("dmo-engine-") }, "\(folders)")
    try place.write("sim.sh", Scripts.waiting)
    try place.write("go", "")
    let again = try place.dmo("--workers", "2", "s.dmo")
    let expected = try reference()
    #expect(again.status == 0 && again.output == expected, "\(again.all)")
    expectNothingLeft()
  }

  @Test(arguments: ["rank 0", "worker", "mpirun"]) func aJobThatIsKilledGoesOnWhenRunAgain(victim: String)
    throws
  {
    let expected = try reference()
    place.environment["dmo"] = try Workplace.binary()
    let run = try place.run("exec " + Self.mpirun + "s.dmo")
    #expect(Workplace.eventually { place.started == 2 }, "\(run.errors)")
    let pid = try #require(place.processes().first { $0.value == victim }?.key)
    kill(pid, SIGKILL)
    #expect(try run.result().status != 0)
    expectNothingLeft()
    try place.write("go", "")
    let again = try place.shell(Self.mpirun + "s.dmo")
    #expect(again.status == 0 && again.output == expected, "\(again.all)")
    expectNothingLeft()
  }

  @Test func thePromptShowsItsWorkersAndEndsThem() throws {
    try place.write("go", "")
    let terminal = try TerminalSession(place)
    try terminal.wait(for: "dmo[1]> ")
    try terminal.enter("param x in [0, 1]")
    try terminal.enter("simulator cell { run = \"sh sim.sh\"; output y }")
    try terminal.enter("minimize f = cell.y + x")
    #expect(try terminal.enter("workers 2").isEmpty)
    #expect(try terminal.enter("workers").contains("none yet"))
    try terminal.enter("sample sobol 8")
    try terminal.enter("evaluate")
    let table = try terminal.enter("workers")
    #expect(table.contains("2 workers by mpirun") && table.contains("busy"), "\(table)")
    #expect(place.processes().values.contains("worker"))
    try terminal.enter("workers 0")
    #expect(Workplace.eventually { !place.processes().values.contains("mpirun") }, "\(place.processes())")
    terminal.type("exit\r")
    #expect(try terminal.status() == 0)
    expectNothingLeft()
  }

  @Test func theFirstInterruptFinishesWhatRunsOnWorkers() throws {
    let run = try place.start(["--workers", "2", "s.dmo"])
    #expect(Workplace.eventually { place.started == 2 }, "\(run.errors)")
    run.child.send(SIGINT)
    #expect(Workplace.eventually { run.errors.contains("finishing 2 running simulations") }, "\(run.errors)")
    try place.write("go", "")
    let result = try run.result()
    #expect(
      result.status == 130 && result.output.contains(#/feasible +2 /#) && place.started == 2, "\(result.all)")
    expectNothingLeft()
  }

  // MARK: What goes wrong before anything runs

  @Test func launchersThatCannotWork() throws {
    try place.write("go", "")
    func errors(_ launcher: String, _ environment: [String: String] = [:]) throws -> String {
      let before = place.environment
      defer { place.environment = before }
      place.environment.merge(environment) { $1 }
      let result = try place.dmo("--workers", "2", "--launcher", launcher, "s.dmo")
      #expect(result.status == 1, "\(result.all)")
      expectNothingLeft()
      return result.errors
    }
    #expect(
      try errors("mpirun", ["PATH": place.folder]).contains(
        "there is no 'mpirun' in PATH to start workers with: install Open MPI"))
    #expect(try errors("mpiexec -n 3").contains("expected mpirun, srun, local, or a command with {ranks}"))
    #expect(try errors("nowhere {ranks}").contains("there is no 'nowhere' in PATH"))
    #expect(
      try errors("false {ranks}").contains(
        "the workers did not start: false {ranks} ended with status 1 without a word"))
    try place.write("loud", "#!/bin/sh\necho the queue is closed >&2\nexit 4\n")
    chmod(place.path("loud"), 0o755)
    #expect(try errors("./loud {ranks}").contains("ended with status 4: the queue is closed"))
    #expect(
      try errors("mpirun -n {ranks}").contains("too few slots for this number of workers")
        || ProcessInfo.processInfo.activeProcessorCount > 2)
    // A program that believes to be the only rank.
    try place.write("alone", "#!/bin/sh\nshift\nexec \"$@\"\n")
    chmod(place.path("alone"), 0o755)
    #expect(
      try errors("./alone {ranks}").contains("its launcher started dmo without telling it of other ranks"))
    try place.write(
      "bin/mpirun",
      "#!/bin/sh\n[ \"$1\" = --version ] && { echo HYDRA build details: 4.0; exit; }\nexit 255\n")
    chmod(place.path("bin/mpirun"), 0o755)
    #expect(
      try errors("mpirun", ["PATH": place.path("bin") + ":" + place.environment["PATH"]!])
        .contains("is not Open MPI's but another MPI's launcher (HYDRA build details: 4.0)"))
    if geteuid() == 0 {
      place.environment["OMPI_ALLOW_RUN_AS_ROOT"] = nil
      #expect(
        try errors("mpirun").contains(
          "error: Open MPI does not start as root unless told to: set OMPI_ALLOW_RUN_AS_ROOT=1"))
    }
  }

  @Test func aForeignLauncherIsNoticed() throws {
    place.environment["PMI_RANK"] = "1"
    place.environment["PMI_SIZE"] = "4"
    let result = try place.dmo("s.dmo")
    #expect(
      result.status == 2 && result.errors.contains("started 4 times by the launcher of another MPI"),
      "\(result.all)")
  }

  @Test func longTemporaryFoldersAreNoObstacle() throws {
    try place.write("go", "")
    let long = String(repeating: "d", count: 120)
    try place.make(long)
    place.environment["TMPDIR"] = place.path(long)
    let result = try place.dmo("--workers", "1", "s.dmo")
    // Open MPI itself wants a short one for its own session.
    #expect(result.status == 0 || result.errors.contains("did not start"), "\(result.all)")
    expectNothingLeft()
  }

  @Test func anEngineThatIsLostAgainAndAgainIsGivenUp() throws {
    // Connects never: each start fails after the first success.
    try place.write(
      "flaky",
      """
      #!/bin/sh
      echo >> "$PWD/starts"
      shift
      [ $(wc -l < "$PWD/starts") -gt 1 ] && { echo no more nodes >&2; exit 9; }
      exec mpirun --oversubscribe -n 3 "$@"
      """)
    chmod(place.path("flaky"), 0o755)
    let run = try place.start(["--workers", "2", "--launcher", "./flaky {ranks}", "s.dmo"])
    #expect(Workplace.eventually { place.started == 2 }, "\(run.errors)")
    kill(try #require(place.processes().first { $0.value == "worker" }?.key), SIGKILL)
    let result = try run.result()
    #expect(
      result.status == 1 && result.errors.contains("times in a row without an answer, the last time: "),
      "\(result.all)")
    #expect(result.errors.contains("no more nodes"))
    expectNothingLeft()
  }
}

extension Workplace {
  /// A line of shell at work.
  func run(_ line: String) throws -> Run { try launch(["/bin/sh", "-c", line], input: nil) }

  /// Processes that carry this place's scratch folder in their environment, and what each is.
  func processes() -> [Int32: String] {
    let mark = Array("DMO_SCRATCH=\(folder)/scratch".utf8)
    var found: [Int32: String] = [:]
    for pid in ((try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []).compactMap({
      Int32($0)
    }) {
      guard let bytes = FileManager.default.contents(atPath: "/proc/\(pid)/environ") else { continue }
      let entries = bytes.split(separator: 0)
      guard entries.contains(where: { $0.elementsEqual(mark) }) else { continue }
      let name = (try? String(contentsOfFile: "/proc/\(pid)/comm", encoding: .utf8))?.trimmingCharacters(
        in: .newlines)
      guard let name else { continue }
      let rank = entries.lazy.map { String(decoding: $0, as: UTF8.self) }
        .first { $0.hasPrefix("OMPI_COMM_WORLD_RANK=") }?.dropFirst(21)
      found[pid] = name == "dmo" && rank != nil ? (rank == "0" ? "rank 0" : "worker") : name
    }
    return found
  }
}
