import Testing

@testable import Optim

/// What launchers say is told in one sentence.
@Suite struct LauncherTests {
  @Test func aTemplateNeedsAPlaceForTheRanks() throws {
    #expect(
      try Launcher("mpirun -n {ranks} --x").command(ranks: 5, ["dmo"]) == ["mpirun", "-n", "5", "--x", "dmo"])
    #expect(try Launcher("srun").command(ranks: 3, ["dmo"]).contains("--ntasks=3"))
    #expect {
      try Launcher("prun -n 4")
    } throws: { "\($0)".contains("expected mpirun, srun, local, or a command with {ranks}") }
  }

  @Test func theRankThatEndedTheJobIsNamed() {
    let openMPI = """
      --------------------------------------------------------------------------
      mpirun noticed that process rank 2 with PID 0 on node alpha exited on signal 9
      (Killed).
      --------------------------------------------------------------------------
      """
    #expect(Launcher.lostRank(log: openMPI) == "worker 2 on alpha was ended by signal 9 (SIGKILL)")
    #expect(
      Launcher.lostRank(log: openMPI.replacing("rank 2", with: "rank 0"))
        == "its rank 0 on alpha was ended by signal 9 (SIGKILL)")
    #expect(
      Launcher.lostRank(log: "srun: error: beta: task 7: Out Of Memory\n")
        == "worker 7 on beta has ended: Out Of Memory")
    #expect(Launcher.lostRank(log: "all is well") == nil)
  }

  @Test func whatALauncherSaidLastIsPassedOn() throws {
    let launcher = try Launcher("/nowhere/launch {ranks}")
    func told(_ log: String, _ status: Int32) -> String {
      launcher.explanation(log: log, status: status, path: "/nowhere/launch")
    }
    #expect(told("a\nqueue closed\n", 3) == "/nowhere/launch {ranks} ended with status 3: queue closed")
    #expect(told("", -15) == "/nowhere/launch {ranks} was ended by signal 15 (SIGTERM) without a word")
    #expect(told("noise\ndmo engine: cannot connect\nmore noise\n", 1) == "cannot connect")
    #expect(told("There are not enough slots available\n", 1).contains("has too few slots"))
  }
}
