import Foundation
import Testing

@testable import Lang

struct FormatterTests {
  private static func format(_ text: String) throws -> String {
    try Formatter.text(Source(name: "t", text: text))
  }

  /// The same program and comments, and nothing left to do; what is no program is refused.
  private func check(_ text: String, _ name: String) throws {
    guard let script = try? Parser.parseWhole(Source(name: name, text: text)) else {
      #expect(throws: Diagnostics.self) { try Self.format(text) }
      return
    }
    let formatted = try Self.format(text)
    #expect(try Self.format(formatted) == formatted, "\(name): a second pass changes it")
    let again = try Parser.parseWhole(Source(name: name, text: formatted))
    #expect(again.comments.map(\.text) == script.comments.map(\.text), "\(name)")
    let tokens = { (text: String) in
      Lexer.tokenize(Source(name: name, text: text)).tokens.map(\.kind).filter { $0 != .newline }
    }
    #expect(tokens(formatted) == tokens(text), "\(name): it is another program")
    #expect(tree(again) == tree(script), "\(name): it is another program")
    #expect(!formatted.contains("\n\n\n") && !formatted.contains(" \n"), "\(name)")
  }

  private func tree(_ script: Script) -> [Substring] {
    Printer.text(Script(source: script.source, statements: script.statements, comments: [])).split(
      separator: "\n")
  }

  @Test func everyScriptKeepsItsMeaning() throws {
    for script in ScriptFile.all { try check(String(decoding: try script.bytes, as: UTF8.self), script.path) }
    for verb in Verb.all { try check(verb.example, verb.name) }
    for declaration in Words.declarations + Words.controlHelp {
      try check(declaration.example, declaration.word)
    }
    for problem in BenchmarkProblem.all { try check(problem.script(dimension: nil), problem.name) }
    for function in Function.all { try check(function.example.text, function.name) }
  }

  @Test func everyExampleKeepsItsMeaning() throws {
    let root = URL(filePath: ScriptFile.root).appending(path: "../../examples").standardized.path
    let paths = FileManager.default.enumerator(atPath: root)?.compactMap { $0 as? String } ?? []
    let scripts = paths.filter { $0.hasSuffix(".dmo") }
    #expect(scripts.count > 3)
    for path in scripts { try check(try String(contentsOfFile: root + "/" + path, encoding: .utf8), path) }
  }

  @Test func randomExpressionsKeepTheirMeaning() throws {
    var random = TestRandom(11)
    for round in 0..<800 {
      let text = "let v = " + RandomExpression.any(&random, depth: 4)
      try check(text, "\(round): \(text)")
      // The same with other blanks and line ends where tokens allow them.
      let source = Source(name: "t", text: text)
      var loose = ""
      for token in Lexer.tokenize(source).tokens where token.kind != .end {
        loose += (token.isSpaced ? "   " : "") + source.text(in: token.range)
        if [.symbol(.comma), .symbol(.plus)].contains(token.kind) { loose += " # c\n\n\n" }
      }
      try check(loose, "\(round), loose: \(loose)")
    }
  }

  @Test func layout() throws {
    let text = """


      let   a=1+2*3   # behind
      let b = -a^-2 * ( a - -1 )/2.50
      const big=[1,2,
      3,   # three
            4
      ]



      # own line
      if(a>1){ a }else{ "b" }
      param x in[0,1]"mV" log
      simulator c{

      run="x"
      # inside
      send={ steps : big,"two words":1e-5 }
      output y[2] int "Hz"  # behind an output
        # last
      }
      def f(a,b){
      return a^b;   return
      -a
      }
      minimize e=abs(x)+
      rms(c.y-[ 1,2 ])
      let t=trace   constraint count = 5 steps= 500;
      sample lh 10 where x<0.5 and not(x>0.1)   to "f.csv";
      for i in -2 .. 3 {i}
      ? sample

      """
    let expected = """
      let a = 1 + 2*3  # behind
      let b = -a^-2 * (a - -1)/2.50
      const big = [1, 2,
        3,  # three
        4
      ]

      # own line
      if (a > 1) { a } else { "b" }
      param x in [0, 1] "mV" log
      simulator c {
        run = "x"
        # inside
        send = {steps: big, "two words": 1e-5}
        output y[2] int "Hz"  # behind an output
        # last
      }
      def f(a, b) {
        return a^b; return
        -a
      }
      minimize e = abs(x) +
        rms(c.y - [1, 2])
      let t = trace constraint count=5 steps=500;
      sample lh 10 where x < 0.5 and not (x > 0.1) to "f.csv";
      for i in -2..3 { i }
      ?sample

      """
    #expect(try Self.format(text) == expected)
    try check(text, "layout")
  }

  /// Columns are lined up where the writer has lined up any of them.
  @Test func columns() throws {
    let text = """
      param gNa  in [0.05, 0.5] # short
      param kind in {"one", "two"}       # long
      param w[4] in [0, 1]
      const a = 1
      const long = 2
      simulator cell {
        run   = "x"
        timeout = 90s
        output rest    "mV"
        output rate[3] "Hz"
      }
      constraint inside: cell.rest < 1
      constraint beyond:   cell.rest < 3
      constraint far:  cell.rest > 2
      """
    let expected = """
      param gNa  in [0.05, 0.5]     # short
      param kind in {"one", "two"}  # long
      param w[4] in [0, 1]
      const a = 1
      const long = 2
      simulator cell {
        run     = "x"
        timeout = 90s
        output rest    "mV"
        output rate[3] "Hz"
      }
      constraint inside: cell.rest < 1
      constraint beyond: cell.rest < 3
      constraint far:    cell.rest > 2

      """
    #expect(try Self.format(text) == expected)
    try check(text, "columns")
  }

  @Test func unitsOfParameters() throws {
    let text = """
      param a   in [0.1, 2]   "mS"
      param long in [1e-4, 1e-2] "S" log
      param c in 0..100 when b == "two"
      """
    let expected = """
      param a    in [0.1, 2]     "mS"
      param long in [1e-4, 1e-2] "S" log
      param c    in 0..100 when b == "two"

      """
    #expect(try Self.format(text) == expected)
    try check(text, "units")
  }

  @Test func lineEndsAndNothing() throws {
    #expect(try Self.format("let a = 1\r\n\r\n# c\r\n") == "let a = 1\n\n# c\n")
    #expect(try Self.format("") == "" && Self.format("\n \n") == "")
    #expect(try Self.format("# only") == "# only\n")
  }
}
