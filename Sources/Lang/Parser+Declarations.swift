import Optim

extension Parser {
  mutating func parseDeclaration(_ word: String) throws -> Statement.Kind {
    skip()
    switch word {
    case "study": return .study(try parseValue("the name of the study in quotes"))
    case "seed": return .seed(try parseValue("a whole number"))
    case "param": return .parameter(try parseParameter())
    case "def": return .function(try parseFunction())
    case "simulator": return .simulator(try parseSimulator())
    case "minimize", "maximize": return .objective(try parseObjective(isMinimized: word == "minimize"))
    case "constraint":
      let name = try expectName("the name of the constraint")
      try expect(.colon, "':' and a condition")
      skipLineEnds()
      return .constraint(name, try parseExpression())
    default: return try parseBinding(word)
    }
  }

  private mutating func parseValue(_ what: String) throws -> Expression {
    if tokens[position].kind == .newline || current.kind == .end { throw failExpected(what) }
    return try parseExpression()
  }

  /// `arg`, `const` and `let`; only `let` may bind what a verb returns.
  private mutating func parseBinding(_ word: String) throws -> Statement.Kind {
    let name = try expectName("a name")
    try expect(.assign)
    skipLineEnds()
    switch word {
    case "arg": return .argument(name, try parseExpression())
    case "const": return .constant(name, try parseExpression())
    default: return .binding(name, try parseVerbOrExpression())
    }
  }

  /// What may stand behind `let x =` and in parentheses: an expression or a verb with its arguments.
  mutating func parseVerbOrExpression() throws -> Expression {
    guard case .identifier(let word) = current.kind else { return try parseExpression() }
    guard Verb.named(word) != nil else { return try parseExpression() }
    let call = try parseVerbCall()
    return Expression(kind: .verb(call), span: call.span)
  }

  // MARK: Parameters

  private mutating func parseParameter() throws -> ParameterDeclaration {
    let name = try expectName("the name of the parameter")
    let count = current.isSpaced ? nil : try parseCount()
    guard accept(word: "in") else { throw failExpected("'in' and \(Self.domains)") }
    let domain = try parseDomain()
    var step: Expression?
    var unit: String?
    var isLog = false
    var condition: Expression?
    while true {
      if accept(word: "step") {
        step = try parseSum()
      } else if accept(word: "log") {
        isLog = true
      } else if case .string = current.kind {
        unit = try parseUnit()
      } else if accept(word: "when") {
        condition = try parseExpression()
      } else {
        break
      }
    }
    return ParameterDeclaration(
      name: name, count: count, domain: domain, step: step, unit: unit, isLog: isLog, condition: condition)
  }

  private mutating func parseDomain() throws -> Expression {
    if at(.leftBrace) { return try parseSet() }
    let start = current
    if at(.leftParenthesis), let interval = interval { throw fail(.expected(Self.domains, found: interval)) }
    let low = try parseSum()
    if at(.comma) { throw failExpected(Self.domains) }
    guard accept(.range) else { return low }
    let high = try parseSum()
    return Expression(kind: .range(low, high), span: span(from: start))
  }

  private static let domains = "a range such as [0, 1], 1..8 or {\"a\", \"b\"}"

  /// `(0, 1)` as mathematics writes open intervals.
  private var interval: String? {
    var ahead = self
    _ = try? ahead.bracketed(.rightParenthesis) { try $0.parseExpression() }
    return ahead.at(.comma) ? "'('" : nil
  }

  private mutating func parseSet() throws -> Expression {
    let start = current
    let items = try bracketed(.rightBrace) { parser in
      var items: [Expression] = []
      while !parser.at(.rightBrace) {
        items.append(try parser.parseExpression())
        if !parser.accept(.comma) { break }
      }
      return items
    }
    return Expression(kind: .set(items), span: span(from: start))
  }

  /// `[4]` behind a name being declared.
  private mutating func parseCount() throws -> Expression? {
    guard at(.leftBracket) else { return nil }
    return try bracketed(.rightBracket, isList: false) { try $0.parseExpression() }
  }

  /// A quoted label.
  private mutating func parseUnit() throws -> String? {
    guard case .string(let parts) = current.kind else { return nil }
    skip()
    return parts.map { part in
      switch part {
      case .text(let text): text
      case .name(let name): "{\(name)}"
      }
    }.joined()
  }

  // MARK: Objectives and functions

  private mutating func parseObjective(isMinimized: Bool) throws -> ObjectiveDeclaration {
    let name = try expectName("the name of the objective")
    let unitInFront = try parseUnit()
    try expect(.assign, "'=' and a formula")
    skipLineEnds()
    let value = try parseExpression()
    let unitBehind = try parseUnit()
    return ObjectiveDeclaration(
      isMinimized: isMinimized, name: name, unit: unitBehind ?? unitInFront, value: value)
  }

  private mutating func parseFunction() throws -> FunctionDeclaration {
    let name = try expectName("the name of the function")
    guard at(.leftParenthesis) else { throw failExpected("'(' and the names of the arguments") }
    let parameters = try bracketed(.rightParenthesis) { parser in
      var names: [Name] = []
      while !parser.at(.rightParenthesis) {
        let name = try parser.expectName("the name of an argument")
        if names.contains(where: { $0.text == name.text }) {
          throw parser.fail(.duplicateName(name.text, what: "argument"), at: name.span)
        }
        names.append(name)
        if !parser.accept(.comma) { break }
      }
      return names
    }
    if accept(.assign) {
      skipLineEnds()
      return FunctionDeclaration(name: name, parameters: parameters, body: .expression(try parseExpression()))
    }
    guard at(.leftBrace) else { throw failExpected("'=' and a value, or '{' and statements") }
    return FunctionDeclaration(name: name, parameters: parameters, body: .block(try parseBlock()))
  }

  // MARK: Simulators

  private mutating func parseSimulator() throws -> SimulatorDeclaration {
    let name = try expectName("the name of the simulator")
    let open = current
    try expect(.leftBrace)
    var items: [SimulatorDeclaration.Item] = []
    while true {
      while tokens[position].kind == .newline || at(.semicolon) || at(.comma) { position += 1 }
      if accept(.rightBrace) { break }
      if current.kind == .end {
        endedEarly = true
        throw fail(.unclosed("{", openedAt: "line \(source.line(at: open.range.lowerBound))"), at: span(open))
      }
      items.append(try parseSimulatorItem())
      guard
        tokens[position].kind == .newline || at(.rightBrace) || at(.semicolon) || at(.comma)
          || current.kind == .end
      else { throw failExpected("the end of the line") }
    }
    return SimulatorDeclaration(name: name, items: items)
  }

  private mutating func parseSimulatorItem() throws -> SimulatorDeclaration.Item {
    let start = current
    if at(word: "output") && following.kind != .symbol(.assign) {
      skip()
      return .output(try parseOutput(start))
    }
    guard case .identifier(let key) = current.kind else {
      throw failExpected("a setting such as run, or an output")
    }
    skip()
    let name = Name(text: key, span: span(start))
    try expect(.assign)
    skipLineEnds()
    return .setting(SimulatorDeclaration.Setting(name: name, value: try parseSettingValue()))
  }

  private mutating func parseOutput(_ start: Token) throws -> SimulatorDeclaration.Output {
    guard case .identifier(let text) = current.kind else { throw failExpected("the name of the output") }
    let name = Name(text: text, span: span(current))
    skip()
    let count = try parseCount()
    var kind: Name?
    var unit: String?
    while true {
      if case .identifier(let word) = current.kind {
        kind = Name(text: word, span: span(current))
        skip()
      } else if case .string = current.kind {
        unit = try parseUnit()
      } else {
        break
      }
    }
    return SimulatorDeclaration.Output(
      name: name, count: count, kind: kind, unit: unit, span: span(from: start))
  }

  /// A bare word, a word with its detail (`regex {a: "..."}`), a size (`4 GB`), or a value.
  private mutating func parseSettingValue() throws -> Expression {
    let start = current
    if case .number(let value) = start.kind, case .identifier(let unit) = following.kind {
      skip()
      guard let bytes = ByteCount.bytes(in: unit), (value * bytes).isFinite else {
        throw fail(.numberSuffix(unit), at: span(current))
      }
      skip()
      return Expression(kind: .size(value * bytes), span: span(from: start))
    }
    if case .identifier(let word) = start.kind {
      let next = following.kind
      var hasDetail = next == .symbol(.leftBrace)
      if case .string = next { hasDetail = true }
      if hasDetail {
        skip()
        let detail = try parsePrimary()
        return Expression(
          kind: .tagged(Name(text: word, span: span(start)), detail), span: span(from: start))
      }
    }
    return try parseExpression()
  }
}
