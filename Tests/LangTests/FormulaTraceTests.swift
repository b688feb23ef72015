import Testing

@testable import Lang

/// A constant expression and the same expression over parameters are one thing.
struct FormulaTraceTests {
  @Test func formulasAgreeWithConstantsBitForBit() throws {
    var random = TestRandom(11)
    let (session, _) = try session("param x in [-3, 3]\nparam y in [-3, 3]\nparam w[2] in [-3, 3]")
    var compared = 0
    for _ in 0..<700 {
      let text = RandomExpression.number(&random, depth: 4)
      let point = (0..<4).map { _ in Double(random.below(4001)) / 1000 - 2 }
      let constants =
        "let x = \(number(point[0]))\nlet y = \(number(point[1]))\nlet w = [\(number(point[2])), \(number(point[3]))]\n"
      let constant = try value(constants + "let v = " + text, over: nil)
      let traced = try value("let v = " + text, over: session)
      guard case .number(let expected) = constant else { Issue.record("\(text) is no number"); continue }
      let found = formulaValue(traced, session, point)
      #expect(
        found.bitPattern == expected.bitPattern || found.isNaN && expected.isNaN,
        "\(text) at \(point): \(found) and \(expected)")
      if expected.isFinite { compared += 1 }
    }
    #expect(compared > 200)
  }

  private func number(_ value: Double) -> String { value < 0 ? "0-\(-value)" : "\(value)" }

  private func value(_ text: String, over session: Session?) throws -> Value {
    let interpreter = Interpreter(environment: session?.environment ?? Environment(), effects: nil)
    for statement in try Parser.parseWhole(Source(name: "t", text: text)).statements {
      try Declarations(interpreter: interpreter).declare(statement, overrides: [:])
    }
    session?.environment = interpreter.environment
    return interpreter.environment["v"]!.value
  }

  private func formulaValue(_ value: Value, _ session: Session, _ point: [Double]) -> Double {
    let names = ["x", "y", "w[1]", "w[2]"]
    let formula = session.environment.columns(value, named: "v").formula
    return formula.value { point[names.firstIndex(of: $0)!] }
  }
}
