import Foundation
import Testing

@testable import Lang

struct PrinterTests {
  private static func parse(_ text: String) -> Script? {
    if case .complete(let script) = Parser.parse(Source(name: "t", text: text)) { script } else { nil }
  }

  private func check(_ text: String, _ name: String) throws {
    guard let script = Self.parse(text) else { return }
    let printed = Printer.text(script)
    let again = try #require(Self.parse(printed), "\(name): the printed form is not a program:\n\(printed)")
    #expect(Printer.text(again) == printed, "\(name): printing twice differs")
    #expect(again.statements.count == script.statements.count, "\(name): statements were lost")
    #expect(again.comments.map(\.text) == script.comments.map(\.text), "\(name): comments were lost or moved")
  }

  @Test func scriptsReadBackTheSame() throws {
    for script in ScriptFile.all { try check(String(decoding: try script.bytes, as: UTF8.self), script.path) }
    for verb in Verb.all { try check(verb.example, verb.name) }
    for declaration in Words.declarations { try check(declaration.example, declaration.word) }
    for problem in BenchmarkProblem.all { try check(problem.script(dimension: nil), problem.name) }
  }

  @Test func examplesReadBackTheSame() throws {
    let root = URL(filePath: ScriptFile.root).appending(path: "../../examples").standardized.path
    let paths = FileManager.default.enumerator(atPath: root)?.compactMap { $0 as? String } ?? []
    for path in paths where path.hasSuffix(".dmo") {
      let text = try String(contentsOfFile: root + "/" + path, encoding: .utf8)
      #expect(Self.parse(text) != nil, "\(path) is no program")
      try check(text, path)
    }
  }

  @Test func canonicalForm() throws {
    let text = """
      let   a=1+2*3   # behind


      # own line
      if a>1{ a }else{ "b" }
      param x in[0,1]"mV" log
      simulator c{run="x"
      # inside
      output y[2] int "Hz"  # behind an output
      }
      def f(a,b){
      return a^b
      # last
      }
      sample lh 10 where x<0.5 and not (x>0.1);
      """
    let expected = """
      let a = 1 + 2*3  # behind

      # own line
      if a > 1 {
        a
      } else {
        "b"
      }
      param x in [0, 1] "mV" log
      simulator c {
        run = "x"
        # inside
        output y[2] int "Hz"  # behind an output
      }
      def f(a, b) {
        return a^b
        # last
      }
      sample lh 10 where x < 0.5 and not x > 0.1;

      """
    #expect(Printer.text(try #require(Self.parse(text))) == expected)
  }

  /// Random trees of every kind of expression survive printing and parsing.
  @Test func randomExpressionsReadBackTheSame() throws {
    var random = TestRandom(5)
    for _ in 0..<800 {
      let text = RandomExpression.any(&random, depth: 4)
      let script = try #require(Self.parse("let v = " + text), "\(text)")
      let printed = Printer.text(script)
      let again = try #require(Self.parse(printed), "\(printed)")
      #expect(shape(script) == shape(again), "\(text) became \(printed)")
    }
  }

  private func shape(_ script: Script) -> String {
    guard case .binding(_, let value) = script.statements[0].kind else { return "" }
    return shape(value)
  }

  /// The tree with all its parentheses.
  private func shape(_ expression: Lang.Expression) -> String {
    let inner = expression.kind.children.map(shape).joined(separator: " ")
    switch expression.kind {
    case .number(let v), .percent(let v), .duration(let v), .size(let v): return "\(v)"
    case .bool(let v): return "\(v)"
    case .string(let v): return "\(v)"
    case .name(let v): return v
    case .binary(let sign, _, _): return "(\(sign.kind) \(inner))"
    case .unary(let sign, _): return "(\(sign) \(inner))"
    case .comparison(_, let links, let tolerance):
      return "(\(links.map(\.kind.rawValue)) \(tolerance != nil) \(inner))"
    case .call(let name, _), .member(_, let name), .tagged(let name, _): return "(\(name.text) \(inner))"
    case .map(let entries): return "(map \(entries.map(\.key.text)) \(inner))"
    default: return "(\(String(describing: expression.kind).prefix { $0 != "(" }) \(inner))"
    }
  }
}
