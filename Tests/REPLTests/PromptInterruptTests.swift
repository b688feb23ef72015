import Foundation
import Testing

/// Ctrl-C at the prompt: it never ends the session, loses nothing, and none is left over for later.
@Suite struct PromptInterruptTests {
  static let interrupt = "\u{03}"
  let place: Workplace
  let session: TerminalSession

  init() throws {
    place = try Workplace()
    try place.write("sim.sh", Scripts.waiting)
    session = try TerminalSession(place, ["--workers", "2"])
    try session.wait(for: "dmo[1]> ")
  }

  private func declare(points: Int) throws {
    session.type("\u{1B}[200~" + Scripts.declarations + "\u{1B}[201~\r")
    try session.wait(for: "dmo[2]> ")
    try session.enter("sample sobol \(points)")
  }

  @Test func idleItClearsTheLine() throws {
    session.type("let half = " + Self.interrupt)
    #expect(try session.wait(for: "dmo[1]> ").contains("^C"))
    session.type(Self.interrupt + Self.interrupt)
    try session.wait(for: "dmo[1]> ")
    try session.wait(for: "dmo[1]> ")
    session.type("def f(x) {\r")
    try session.wait(for: "...> ")
    session.type("return" + Self.interrupt)
    try session.wait(for: "dmo[1]> ")
    #expect(try session.enter("1 + 1") == "2")
  }

  @Test func anInterruptFromElsewhereIsUsedUp() throws {
    session.type("let half")
    try session.wait(for: "half")
    session.child.send(SIGINT)
    try session.wait(for: "dmo[1]> ")
    #expect(try session.enter("1 + 1") == "2")
    #expect(session.transcript.components(separatedBy: "^C").count == 2, "once")
  }

  @Test func busyItFinishesWhatRunsAndKeepsIt() throws {
    try declare(points: 6)
    session.type("evaluate\r")
    #expect(Workplace.eventually { place.started == 2 })
    try session.wait(for: "2 running")
    session.type(Self.interrupt)
    try session.wait(for: "finishing 2 running simulations; Ctrl-C again ends them now")
    try place.write("go", "")
    let shown = try session.wait(for: "dmo[4]> ")
    #expect(
      shown.contains(#/feasible +2 /#) && shown.contains(#/pending +4 /#)
        && shown.contains("4 points are still pending"), "\(shown)")
    #expect(try session.enter("1 + 1") == "2", "no stale interrupt")
    let rest = try session.enter("evaluate")
    #expect(rest.contains("4 simulated") && place.started == 6, "\(rest)")
  }

  @Test func aSecondOneEndsTheSimulators() throws {
    try declare(points: 6)
    session.type("evaluate\r")
    #expect(Workplace.eventually { place.started == 2 })
    session.type(Self.interrupt)
    try session.wait(for: "finishing 2 running simulations")
    session.type(Self.interrupt)
    let shown = try session.wait(for: "dmo[4]> ")
    #expect(shown.contains(#/pending +6 /#), "\(shown)")
    #expect(Workplace.eventually { place.simulators(besides: session.child.pid).isEmpty })
    try place.write("go", "")
    #expect(try session.enter("evaluate").contains(#/feasible +6 /#))
  }

  @Test func whatComputesByItself() throws {
    try session.enter("benchmark \"zdt1\"")
    session.type("\"begins\"; optimize nsga2 generations=1000000 surrogate=none\r")
    try session.wait(for: "searching")
    session.type(Self.interrupt)
    #expect(try session.wait(for: "dmo[3]> ").contains("interrupted"))
    #expect(try session.enter("1 + 1") == "2")
    #expect(try session.enter("pareto top=1").contains("feasible front"), "what was found is kept")
  }

  @Test func training() throws {
    try session.enter("benchmark \"zdt1\"")
    try session.enter("sample sobol 1000;")
    try session.enter("evaluate;")
    session.type("train joint members=40\r")
    try session.wait(for: "training")
    session.type(Self.interrupt)
    let shown = try session.wait(for: "dmo[5]> ", within: 60)
    #expect(shown.contains("the best weights so far"), "\(shown)")
    #expect(try session.enter("sensitivity sgrad count=16").contains("x[1]"), "the model can be used")
  }

  @Test func aLoopOfTheLanguage() throws {
    let loop = "const big = 1..50000\n1000 + 1\nfor i in 1..18 { let a = sum(big) }"
    session.type("\u{1B}[200~\(loop)\u{1B}[201~\r")
    try session.wait(for: "\n1001")
    session.type(Self.interrupt)
    // It may also be over already, and Ctrl-C clear the next line.
    try session.wait(for: "dmo[2]> ")
    session.type("length(big) + 1\r")
    try session.wait(for: "\n50001")
  }

  @Test func progressIsDrawnAndErased() throws {
    try declare(points: 4)
    session.type("evaluate\r")
    let bar = try session.wait(for: "2 running")
    #expect(bar.contains("evaluating") && bar.contains("0/4") && bar.contains("─"), "\(bar)")
    try place.write("go", "")
    try session.wait(for: "feasible")
    try session.wait(for: "dmo[4]> ")
    // Behind the last drawing of the bar the line is cleared before the result is written.
    let last = try #require(session.transcript.range(of: "running", options: .backwards))
    let after = session.transcript[last.upperBound...]
    #expect(
      after.contains("\r\u{1B}[K")
        && after.range(of: "\r\u{1B}[K")!.lowerBound < after.range(of: "feasible")!.lowerBound)
  }

  @Test func leavingEndsEverything() throws {
    try declare(points: 4)
    session.type("evaluate\r")
    #expect(Workplace.eventually { place.started == 2 })
    session.child.send(SIGTERM)
    #expect(try session.status() == 143)
    #expect(Workplace.eventually { place.simulators().isEmpty })
  }
}
