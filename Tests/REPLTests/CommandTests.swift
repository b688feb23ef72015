import Foundation
import Testing

/// The command line, through the real program.
@Suite struct CommandTests {
  let place: Workplace
  init() throws { place = try Workplace() }

  @Test func severalTextsAreOneScript() throws {
    let result = try Workplace().dmo("-e", "let x = 2", "-e", "x * 3")
    #expect(result.status == 0 && result.output == "6\n", "\(result.all)")
  }

  @Test func textOfTheCommandLine() throws {
    let result = try place.dmo("-e", "1 + 1")
    #expect(result.status == 0 && result.output == "2\n" && result.errors == "", "\(result.all)")
  }

  @Test func scriptAndStandardInput() throws {
    try place.write("two.dmo", "1 + 1")
    #expect(try place.dmo("two.dmo").output == "2\n")
    #expect(try place.dmo("-", input: "2 + 2\n3").output == "4\n3\n")
    #expect(try place.dmo(input: "2 + 3").output == "5\n")
    #expect(try place.dmo(input: "").output == "")
  }

  @Test(arguments: [
    ("arg x = 1", "x=-1", "-1"), ("arg x = 1", "x=2.5e-3", "0.0025"),
    ("arg x = \"a\"", "x=two words", "two words"),
    ("arg x = \"a\"", "x=", ""), ("arg x = \"a\"", "x=a=b", "a=b"),
    ("arg x = [1, 2]", "x=[3, 4, 5]", "[3, 4, 5]"),
    ("arg x = true", "x=false", "false"), ("arg x = 10", "x=2 * 3", "6"), ("arg x = -4", "x=7", "7"),
  ]) func valuesForArguments(declaration: String, word: String, shown: String) throws {
    let result = try place.dmo("-e", "\(declaration)\nx", word)
    #expect(result.status == 0 && result.output == shown + "\n", "\(result.all)")
    try place.write("s.dmo", "\(declaration)\nx\n")
    #expect(try place.dmo("s.dmo", word).output == shown + "\n")
    #expect(try place.dmo("-", word, input: "\(declaration)\nx\n").output == shown + "\n")
  }

  @Test(arguments: [
    ("arg a = 1", ["b=2"], "the script has no 'arg b'"), ("arg a = 1", ["a=x"], "unknown name 'x'"),
    ("arg a = 1", ["a="], "expected"), ("arg a = 1", ["a=[1]"], "expected a number, like the default '1'"),
  ]) func wrongValuesForArguments(script: String, words: [String], message: String) throws {
    let result = try place.start(["-e", script] + words).result()
    #expect(result.status == 3 && result.output == "", "\(result.all)")
    #expect(result.errors.contains(message) && result.errors.contains("command line:1:"), "\(result.all)")
  }

  @Test(arguments: [
    (["--bogus"], "Unknown option '--bogus'"), (["--workers", "0"], "expected a number from 1"),
    (["--workers", "many"], "'many' is invalid for '--workers"), (["--format", "xls"], "- csv"),
    (["--color", "pink"], "or 'never'"), (["-C", "nowhere", "-e", "1"], "there is no folder 'nowhere'"),
    (["-e", "1", "s.dmo"], "a script or -e, not both"), (["s.dmo", "oops"], "expected name=value"),
    (["s.dmo", "a=1", "a=2"], "'a' is given twice"), (["x=1"], "no script before it"),
    (["check"], "behind 'check'"),
    (["-e"], "Missing value for '-e"),
  ]) func usage(arguments: [String], message: String) throws {
    let result = try place.start(arguments).result()
    #expect(result.status == 2 && result.output == "", "\(result.all)")
    #expect(result.errors.hasPrefix("error: ") && result.errors.contains(message), "\(result.all)")
    #expect(result.errors.contains("dmo --help"), "\(result.all)")
  }

  @Test func helpAndVersion() throws {
    let version = try place.dmo("--version")
    #expect(version.status == 0 && version.output.wholeMatch(of: /dmo \d+\.\d+\.\d+\n/) != nil)
    for arguments in [["--help"], ["-h"], ["help"]] {
      let help = try place.start(arguments).result()
      #expect(help.status == 0 && help.errors == "")
      for word in [
        "-e <code>", "-i", "-q", "-C", "--workers", "--format", "--color", "--version", "check", "143",
        "slurm", "--nodes", "--ntasks-per-node", "--time", "--signal-seconds",
      ] {
        #expect(help.output.contains(word), "\(word) in \(help.output)")
      }
    }
  }

  @Test func folderOfTheSession() throws {
    try place.write(
      "sub/points.dmo", "study \"here\"\nparam x in [0, 1]\nminimize f = x\nsample sobol 4\nevaluate;\n")
    let result = try place.dmo("-C", "sub", "points.dmo")
    #expect(result.status == 0 && place.exists("sub/here.study"), "\(result.all)")
    #expect(try place.dmo("sub/points.dmo").status == 0)
    #expect(place.exists("here.study"), "a study belongs to the current folder")
  }

  @Test func workers() throws {
    #expect(try place.dmo("--workers", "7", "-e", "workers").output.hasPrefix("7 simulations"))
    #expect(try place.dmo("-e", "workers").output.contains("at the same time"))
  }

  @Test func colours() throws {
    #expect(try place.dmo("--color", "always", "-e", "x").errors.contains("\u{1B}["))
    #expect(!(try place.dmo("--color", "never", "-e", "x").errors.contains("\u{1B}[")))
    #expect(!(try place.dmo("-e", "x").errors.contains("\u{1B}[")))
    place.environment["NO_COLOR"] = "1"
    #expect(!(try place.dmo("-e", "x").errors.contains("\u{1B}[")))
    #expect(
      try place.dmo("--color", "always", "-e", "x").errors.contains("\u{1B}["), "said on the command line")
  }

  @Test func quiet() throws {
    let script =
      "param x in [0, 1]\nminimize f = x\nsample sobol 4\nevaluate\nlet p = pareto\nexport p to \"p.csv\""
    #expect(try place.dmo("-e", script).errors.contains("wrote 1 row"))
    let quiet = try place.dmo("-q", "-e", script)
    #expect(quiet.errors == "" && quiet.output.contains("feasible"))
  }

  @Test func exitStatuses() throws {
    #expect(try place.dmo("-e", "exit\nlet a = nothing").status == 3, "checked as a whole before it runs")
    let late = try place.dmo("-e", "1\nparam x in [0, 1]\nminimize f = x\nlet p = pareto\n2")
    #expect(
      late.status == 1 && late.output == "1\n" && late.errors.contains("nothing is evaluated yet"),
      "\(late.all)")
    let early = try place.dmo("-e", "1\n2 +\n")
    #expect(early.status == 3 && early.output == "", "\(early.all)")
    let left = try place.dmo("-e", "1\nexit\n2")
    #expect(left.status == 0 && left.output == "1\n")
  }

  @Test func everyBrokenStatementIsReported() throws {
    let result = try place.dmo("-", input: "x = 1\nlet\n1 + 1\n)\n")
    #expect(result.status == 3 && result.output == "")
    #expect(["stdin:1:", "stdin:2:", "stdin:4:"].allSatisfy(result.errors.contains), "\(result.all)")
  }

  @Test func planOfAScript() throws {
    let script = """
      study "planned"
      arg n = 100
      param x in [0, 1]
      simulator cell {
        run = "false"
        output y
      }
      minimize f = cell.y
      constraint low: cell.y < 3
      sample sobol n
      evaluate
      optimize nsga2 population=20 generations=5 surrogate=none
      """
    try place.write("p.dmo", script)
    let result = try place.dmo("check", "p.dmo", "n=50", "--workers", "3")
    #expect(result.status == 0 && result.errors == "", "\(result.all)")
    for line in [
      "parameters   1: x", "1: minimize f", "1: low", "cell: false", "at most 150", "planned.study",
      "workers      3",
    ] {
      #expect(result.output.contains(line), "\(line) in \(result.output)")
    }
    #expect(!place.exists("planned.study"), "nothing ran")
    #expect(try place.dmo("check", "p.dmo", "m=50").status == 3)
    #expect(try place.dmo("check", "-", input: "let a = b").status == 3)
    #expect(try place.dmo("check", "-e", "1 + 1").status == 0)
  }

  @Test func interactiveWithoutATerminalReadsStatements() throws {
    try place.write("s.dmo", "let a = 2")
    let result = try place.dmo("-i", "s.dmo", input: "a + 1\ndef f(x) {\n  return 2 * x\n}\nf(a)\nb\na\n")
    #expect(result.status == 0 && result.output == "3\n4\n2\n", "\(result.all)")
    #expect(result.errors.contains("unknown name 'b'"))
  }
}
