import Testing

@testable import Lang

struct ParserTests {
  private enum Kind { case complete, incomplete, invalid }

  private func kind(_ text: String) -> Kind {
    switch Parser.parse(Source(name: "t", text: text)) {
    case .complete: .complete
    case .incomplete: .incomplete
    case .invalid: .invalid
    }
  }

  @Test(arguments: [
    "", "\n", "# only a comment", "1", "1 +\n 2", "let x = 3", "let x =\n 3", "param x in [0, 1]",
    "if 1 < 2 { 3 }",
    "if 1 < 2 {\n 3\n} else {\n 4\n}", "for i in 1..3 {\n i\n}", "def f(x) = x", "def f(x) {\n return x\n}",
    "sample lh 10",
    "simulator c {\n run = \"a\"\n output y\n}", "let a = [1,\n 2\n]", "x?", "?train", "help train", "a; b",
    "{a: 1}", "f(1,\n 2,\n)",
    "constraint c:\n x < 1", "optimize nsga2 population=10 surrogate=none", "table where x > 1",
    "let t = (pareto top=3)",
    "if a then b else c", "if a then\n b else\n c", "plot f1 f2 to \"a.svg\"", "not x", "-x", "(1)",
  ])
  func complete(_ text: String) { #expect(kind(text) == .complete) }

  @Test(arguments: [
    "1 +", "1 + # more", "let x =", "let x = (1", "let a = [1,", "let a = [1, 2", "if x {", "if x {\n 1",
    "if x {\n if y {\n 1",
    "for i in 1..3 {", "while x {\n for i in [1] {", "def f(x) {", "def f(x) =", "def f(x", "simulator c {",
    "simulator c {\n run = ",
    "simulator c {\n run = \"a\"", "if x then", "if x then 1", "if x then 1 else", "{a:", "f(1,", "a and",
    "not", "-", "constraint c:",
    "constraint c", "param", "param x", "param x in", "param x in [0,", "let", "for", "for i", "for i in",
    "1 <", "2^", "x.", "minimize f",
    "sample lh 10 where", "plot f1 to", "table of=", "if x { 1 } else {", "study", "seed", "1..",
  ])
  func incomplete(_ text: String) { #expect(kind(text) == .incomplete) }

  @Test(arguments: [
    ")", "1 2", "let 3", "x = 3", "(1))", "[1 2", "1 + )", "if x = 3 {", "else { 1 }", "let x = 1 1",
    "sample lh 10 10 = 3", "\"abc", "5sec",
    "1 &", "param x [0, 1]", "def f 3", "for 3", "notebook joint", "foo bar", "let for = 1", "{a 1",
    "let a = \n\n[1 2", "f(1 2",
    "1 + \"abc", "simulator c { run \"a\"",
  ])
  func invalid(_ text: String) { #expect(kind(text) == .invalid) }

  /// After a broken statement reading goes on with the next one.
  @Test func reportsEveryBrokenStatement() throws {
    let text = """
      let a 1
      let b = 2
      let c = (1 + ] 2
      for i in 3 3
      let d = 3 3
      if x {
        let e 4
        let f = 5
      }
      let g = [1,
        2 3,
        4]
      let h 6
      """
    let many = try #require(throws: Diagnostics.self) { try Parser.parseWhole(Source(name: "t", text: text)) }
    #expect(many.all.map(\.span.line) == [1, 3, 4, 5, 7, 11, 13])
  }

  @Test func aMissingBracketEndsAtTheNextStatement() throws {
    let many = try #require(throws: Diagnostics.self) {
      try Parser.parseWhole(
        Source(
          name: "t", text: "let a = sum([1, 2\n\nparam x in [0, 1]\nlet b = (1 +\nlet c = 2 2\nlet d = 3"))
    }
    #expect(
      many.all.map { "\($0.fault.id) \($0.span.place)" } == [
        "unclosed t:1:13", "unclosed t:4:9", "expected t:5:11",
      ])
  }

  /// The grammar's precedences, shown by parentheses that the printer leaves out.
  @Test(arguments: [
    ("-(a^b)", "-a^b"), ("(-a)^b", "(-a)^b"), ("a^(b^c)", "a^b^c"), ("(a^b)^c", "(a^b)^c"),
    ("a^(-b)", "a^-b"), ("(a*b)+c", "a*b + c"),
    ("a*(b+c)", "a*(b + c)"), ("a-(b-c)", "a - (b - c)"), ("(a-b)-c", "a - b - c"), ("a/(b*c)", "a/(b*c)"),
    ("not (a and b)", "not (a and b)"),
    ("(not a) and b", "not a and b"), ("a or (b and c)", "a or b and c"),
    ("(a or b) and c", "(a or b) and c"),
    ("(a+1)..(b*2)", "a + 1..b*2"), ("not (a < b)", "not a < b"), ("(a < b) == c", "(a < b) == c"),
    ("(a..b)[1]", "(a..b)[1]"),
    ("(if a then b else c) + 1", "(if a then b else c) + 1"), ("-(-a)", "--a"), ("-(a*b)", "-(a*b)"),
    ("(-a)*b", "-a*b"), ("2*(-a)", "2*-a"),
    ("(f(a))[1].b", "f(a)[1].b"), ("1 - (-1)", "1 - -1"),
  ])
  func precedence(_ text: String, _ printed: String) throws {
    #expect(Printer.text(try Parser.parseWhole(Source(name: "t", text: text))) == printed + "\n")
  }

  @Test func attachmentDependsOnSpace() throws {
    func arguments(_ text: String) throws -> Int {
      guard case .verb(let call) = try Parser.parseWhole(Source(name: "t", text: text)).statements[0].kind
      else { return -1 }
      return call.arguments.count
    }
    #expect(try arguments("table x [1]") == 2)
    #expect(try arguments("table x[1]") == 1)
    #expect(try arguments("table f (x)") == 2)
    #expect(try arguments("table f(x)") == 1)
    #expect(try arguments("table x -1".replacing("-1", with: "(-1)")) == 2)
  }

  @Test func spansCoverStatements() throws {
    let text = "let a = 1 + 2  # c\nsample lh 10;\nif a {\n  1\n}\n"
    let script = try Parser.parseWhole(Source(name: "t", text: text))
    #expect(script.statements.map(\.span.text) == ["let a = 1 + 2", "sample lh 10", "if a {\n  1\n}"])
    #expect(script.statements.map(\.isQuiet) == [false, true, false])
  }
}
