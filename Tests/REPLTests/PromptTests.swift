import Foundation
import Testing

/// The prompt at a pseudo-terminal, as somebody meets it.
@Suite struct PromptTests {
  let place: Workplace
  init() throws { place = try Workplace() }

  /// A session at its first prompt.
  private func session(_ arguments: String..., columns: Int = 80) throws -> TerminalSession {
    let session = try TerminalSession(place, arguments, columns: columns)
    try session.wait(for: "dmo[1]> ")
    return session
  }

  @Test func greetsAnswersAndLeaves() throws {
    let session = try TerminalSession(place)
    let greeting = try session.wait(for: "dmo[1]> ")
    #expect(greeting.contains("help explains"))
    #expect(try session.enter("1 + 1") == "2")
    #expect(try session.enter("2 + 2;") == "", "a semicolon hides")
    #expect(try session.enter("ans + out[1]") == "6")
    session.type("\u{04}")
    #expect(try session.status() == 0)
  }

  @Test func leavesByWordAndQuietly() throws {
    let session = try session("-q")
    #expect(!session.transcript.contains("help explains"))
    session.type("exit\r")
    #expect(try session.status() == 0)
  }

  @Test func statementsOfSeveralLines() throws {
    let session = try session()
    session.type("def f(x) {\r")
    try session.wait(for: "...> ")
    session.type("return 2 *\r")
    try session.wait(for: "...> ")
    session.type("x\r")
    try session.wait(for: "...> ")
    try session.enter("}")
    #expect(try session.enter("f(21)") == "42")
    #expect(!session.transcript.contains("error"))
  }

  @Test func pastedText() throws {
    let session = try session()
    session.type("\u{1B}[200~def f(x) {\n  return 2 * x\n}\u{1B}[201~\r")
    try session.wait(for: "dmo[2]> ")
    #expect(try session.enter("f(21)") == "42")
    // Copied from a session, prompts, answers and all.
    session.type("\u{1B}[200~dmo[7]> let a = [1,\n   ...>   2]\ndmo[8]> sum(a)\n3\u{1B}[201~\r")
    #expect(try session.wait(for: "dmo[4]> ").contains("\n3\n"))
    #expect(try session.enter("length(a)") == "2")
  }

  @Test func afterAnErrorEverythingIsAsBefore() throws {
    let session = try session()
    try session.enter("param x in [0, 1]")
    try session.enter("let a = 5")
    let shown = try session.enter("let a = x + oops")
    #expect(shown.contains("unknown name 'oops'") && shown.contains("dmo[3]:1:13") && shown.contains("^^^^"))
    #expect(try session.enter("a") == "5")
    session.type("minimize f = sin(\r")
    try session.wait(for: "...> ")
    session.type("\u{03}")
    try session.wait(for: "]> ")
    #expect(try session.enter("descent 3").contains("unknown verb 'descent'"))
    #expect(try session.enter("a + 1") == "6")
  }

  @Test func help() throws {
    let session = try session()
    for form in ["help sample", "?sample", "sample?"] {
      let text = try session.enter(form)
      #expect(text.contains("sobol") && text.contains("where"), "\(form): \(text)")
    }
    #expect(try session.enter("help").contains("declarations"))
    #expect(try session.enter("apropos front").contains("pareto"))
    #expect(try session.enter("help sampel").contains("did you mean 'sample'"))
    try session.enter("param gNa in [0, 1]")
    #expect(try session.enter("gNa?").contains("parameter"))
  }

  @Test func aFormulaAnswersWithItsDistribution() throws {
    let session = try session()
    for statement in ["param x in [0, 1]", "minimize f = x^2", "sample sobol 16", "evaluate"] {
      try session.enter(statement)
    }
    #expect(try session.enter("x^2").contains("median"))
    #expect(try session.enter("constraint low: f <= 0.25").contains("keeps 16 of 16 evaluations"))
    #expect(try session.enter("constraints").contains("50 %"))
    #expect(try session.enter("timing on").isEmpty)
    #expect(try session.enter("1 + 1").contains("took "))
    #expect(try session.enter("timing off").isEmpty)
    #expect(try session.enter("1 + 1") == "2")
    #expect(try session.enter("history 2").contains("timing off"))
  }

  @Test func tablesFollowTheWindow() throws {
    let session = try session(columns: 120)
    try session.enter("param x[30] in [0, 1]")
    try session.enter("minimize f = sum(x)")
    try session.enter("sample sobol 64")
    try session.enter("evaluate")
    let widest = { (text: String) in text.split(separator: "\n").map(\.count).max() ?? 0 }
    let wide = try session.enter("table")
    #expect(widest(wide) > 80 && widest(wide) <= 120 && wide.contains("of 64 rows"), "\(wide)")
    session.resize(columns: 60, rows: 20)
    let narrow = try session.enter("table")
    #expect(widest(narrow) > 30 && widest(narrow) <= 60, "\(narrow)")
    #expect(narrow.split(separator: "\n").count <= 20)
    let whole = try session.enter("table all")
    #expect(whole.contains("x[30]") && whole.split(separator: "\n").count > 64)
  }

  @Test func historyOfAnEarlierSession() throws {
    let first = try session()
    first.type("def f(x) {\r")
    try first.wait(for: "...> ")
    first.type("return 2 * x\r")
    try first.wait(for: "...> ")
    try first.enter("}")
    first.type("\u{04}")
    #expect(try first.status() == 0)
    let second = try session()
    second.type("\u{1B}[A")
    try second.wait(for: "}")
    second.type("\r")
    try second.wait(for: "dmo[2]> ")
    #expect(try second.enter("f(21)") == "42")
    #expect(place.exists("home/.local/state/dmo/history"))
  }

  @Test func startFile() throws {
    try place.write("home/.config/dmo/init.dmo", "let mine = 7\n\"from init\"\n")
    let session = try TerminalSession(place)
    #expect(try session.wait(for: "dmo[1]> ").contains("from init"))
    #expect(try session.enter("mine") == "7")
    #expect(try place.dmo("-e", "mine").status == 3, "scripts do not depend on it")
    place.environment["XDG_CONFIG_HOME"] = place.path("config")
    try place.write("config/dmo/init.dmo", "let mine = oops\n")
    let broken = try TerminalSession(place)
    #expect(try broken.wait(for: "dmo[1]> ").contains("unknown name 'oops'"))
    #expect(try broken.enter("1 + 1") == "2")
  }

  @Test func staysAfterAScript() throws {
    try place.write("s.dmo", "param x in [0, 1]\nlet a = 3\n\"ran\"\n")
    let session = try TerminalSession(place, ["-i", "s.dmo"])
    #expect(try session.wait(for: "dmo[1]> ").contains("ran"))
    #expect(try session.enter("a") == "3")
    try place.write("broken.dmo", "let a = 3\npareto\n")
    let after = try TerminalSession(place, ["-i", "broken.dmo"])
    #expect(try after.wait(for: "dmo[1]> ").contains("there is no parameter yet"))
    after.type("exit\r")
    #expect(try after.status() == 0)
  }

  @Test(arguments: [SIGTERM, SIGHUP]) func terminatedAtThePrompt(signal: Int32) throws {
    let session = try session()
    session.type("let half = ")
    try session.wait(for: "half = ")
    session.child.send(signal)
    #expect(try session.status() == 143)
  }
}
