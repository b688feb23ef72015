import Foundation
import Testing

/// Tab at the prompt of the real program.
@Suite struct PromptCompletionTests {
  let place: Workplace
  let session: TerminalSession

  init() throws {
    place = try Workplace()
    try place.write("points-one.csv", "x,y\n1,2\n")
    try place.write("points-two.csv", "x,y\n1,2\n")
    try place.write("data/measured.csv", "x,y\n1,2\n")
    session = try TerminalSession(place)
    try session.wait(for: "dmo[1]> ")
  }

  /// Types, presses Tab, waits for what must then stand there, and clears the line.
  private func completes(_ typed: String, _ shown: String, sourceLocation: SourceLocation = #_sourceLocation)
    throws
  {
    session.type(typed + "\t")
    try session.wait(for: shown, sourceLocation: sourceLocation)
    session.type("\u{03}")
    try session.wait(for: "]> ", sourceLocation: sourceLocation)
  }

  @Test func words() throws {
    try completes("indic", "indic")
    try completes("eval", "evaluate ")
    try completes("minim", "minimize ")
    try completes("sample so", "sample sobol ")
    try completes("optimize pop", "optimize population=")
    try completes("optimize surrogate=no", "optimize surrogate=none")
    try completes("evaluate retry=", "evaluate retry=failed")
    try completes("help samp", "help sample")
    try completes("sa", "sample  save")
  }

  @Test func ownNames() throws {
    try session.enter("param conductance in [0, 1]")
    session.type("simulator cell {\r")
    try session.wait(for: "...> ")
    session.type("run = \"true\"\r")
    try session.wait(for: "...> ")
    try completes("mod", "mode")
    try session.enter("simulator cell { run = \"true\"; output resting_potential; output spikes }")
    try completes("minimize a = 2 * cond", "2 * conductance")
    try completes("minimize a = cell.res", "cell.resting_potential")
    try completes("minimize a = cell.", "resting_potential  spikes")
    try completes("table cond", "table conductance")
  }

  @Test func fileNames() throws {
    try session.enter("param x in [0, 1]")
    try completes("import \"points-t", "import \"points-two.csv\"")
    try completes("import \"poi", "points-one.csv  points-two.csv")
    try completes("import \"da", "import \"data/")
    try completes("import \"data/", "import \"data/measured.csv\"")
    session.type("import \"points-o\t\r")
    #expect(try session.wait(for: "]> ").contains("1 evaluation from points-one.csv"))
  }
}
