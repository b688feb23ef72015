extension Parser {
  /// Statements up to the end, or up to `}` inside a block; line ends and `;` separate them.
  mutating func parseStatements(until close: Token.Symbol?) -> [Statement] {
    var statements: [Statement] = []
    while true {
      while tokens[position].kind == .newline || at(.semicolon) { position += 1 }
      if current.kind == .end { return statements }
      if let close, at(close) { return statements }
      let start = position
      do {
        let statement = try parseStatement()
        statements.append(try finish(statement))
      } catch {
        recover(from: start, inBlock: close != nil)
      }
    }
  }

  /// Checks that the statement ends here and notes a trailing `;`.
  private mutating func finish(_ statement: Statement) throws -> Statement {
    if at(.semicolon) {
      skip()
      return Statement(kind: statement.kind, span: statement.span, isQuiet: true)
    }
    if tokens[position].kind == .newline || current.kind == .end || at(.rightBrace) && nesting > 0 {
      return statement
    }
    if at(.assign) {
      if case .expression(let value) = statement.kind, case .name(let name) = value.kind {
        throw fail(.assignmentWithoutLet(name))
      }
      throw fail(.comparisonWithAssign)
    }
    if at(.rightParenthesis) || at(.rightBracket) || at(.rightBrace) {
      throw fail(.strayClosing(source.text(in: current.range)))
    }
    throw failExpected("the end of the statement")
  }

  /// Goes on behind a broken statement: at the first line end outside the brackets it opened, or before a line that can
  /// only be another statement.
  private mutating func recover(from start: Int, inBlock: Bool) {
    if tokens[position].kind == .end { return }
    var depth = 0
    var braces = 0
    var at = start
    while tokens[at].kind != .end {
      switch tokens[at].kind {
      case .symbol(.leftParenthesis), .symbol(.leftBracket): depth += 1
      case .symbol(.leftBrace): braces += 1
      case .symbol(.rightParenthesis), .symbol(.rightBracket): depth = max(0, depth - 1)
      case .symbol(.rightBrace):
        if braces == 0 && inBlock && at >= position { position = at; return }
        braces = max(0, braces - 1)
      case .newline where at >= position - 1 && braces == 0 && (depth == 0 || startsStatement(at)):
        position = at
        return
      default: break
      }
      at += 1
    }
    position = at
  }

  mutating func parseBlock() throws -> [Statement] {
    let open = current
    try expect(.leftBrace)
    return try nested { parser in
      let statements = parser.parseStatements(until: .rightBrace)
      guard parser.accept(.rightBrace) else {
        // What lies around an unclosed block is unclosed as well: one message is enough.
        if parser.endedEarly { throw Broken() }
        parser.endedEarly = true
        throw parser.fail(
          .unclosed("{", openedAt: "line \(parser.source.line(at: open.range.lowerBound))"),
          at: parser.span(open))
      }
      return statements
    }
  }

  private mutating func parseStatement() throws -> Statement {
    let start = current
    guard case .identifier(let word) = start.kind else {
      if accept(.question) { return try parseHelp(start) }
      if at(.rightParenthesis) || at(.rightBracket) || at(.rightBrace) {
        throw fail(.strayClosing(source.text(in: start.range)))
      }
      return try parseExpressionStatement(start)
    }
    let kind: Statement.Kind?
    switch word {
    case "study", "seed", "arg", "param", "const", "let", "def", "simulator", "minimize", "maximize",
      "constraint":
      kind = try parseDeclaration(word)
    case "if", "for", "while", "return": kind = try parseControl(word)
    case "else": throw fail(.elseOnItsOwn)
    default: kind = nil
    }
    if let kind { return Statement(kind: kind, span: span(from: start), isQuiet: false) }
    if Verb.named(word) != nil && following.kind != .symbol(.question) {
      let call = try parseVerbCall()
      return Statement(kind: .verb(call), span: call.span, isQuiet: false)
    }
    if startsUnknownVerb { throw failUnknownVerb(word) }
    return try parseExpressionStatement(start)
  }

  private mutating func parseExpressionStatement(_ start: Token) throws -> Statement {
    if case .identifier(let word) = start.kind, following.kind == .symbol(.question) {
      skip()
      skip()
      return helpStatement(on: Name(text: word, span: span(start)), span(from: start))
    }
    let value = try parseExpression()
    return Statement(kind: .expression(value), span: value.span, isQuiet: false)
  }

  /// `?train` and `train?` are `help train`.
  private mutating func parseHelp(_ start: Token) throws -> Statement {
    guard case .identifier(let word) = current.kind else { throw failExpected("a word to explain") }
    let name = Name(text: word, span: span(current))
    skip()
    return helpStatement(on: name, span(from: start))
  }

  private func helpStatement(on name: Name, _ span: Span) -> Statement {
    let topic = Expression(kind: .name(name.text), span: name.span)
    let call = VerbCall(
      name: Name(text: "help", span: span), arguments: [topic], options: [], condition: nil, destination: nil,
      span: span)
    return Statement(kind: .verb(call), span: span, isQuiet: false)
  }

  /// A name followed by what can only be an argument: `descent constraint`, `trane 5`.
  private var startsUnknownVerb: Bool {
    if current.isOneOf(Words.operators) { return false }
    let next = following
    switch next.kind {
    case .identifier(let word): return !["and", "or", "in", "then", "else", "tol", "when"].contains(word)
    case .number, .string, .duration, .size, .percent: return true
    default: return false
    }
  }

  private mutating func failUnknownVerb(_ word: String) -> Broken {
    if let hint = Words.foreign[word] { return fail(.unknownVerb(word, hint: hint)) }
    if let function = Function.named(word) {
      return fail(.functionNeedsArguments(word, usage: function.usage))
    }
    let words = Verb.all.map(\.name) + Words.declarations.map(\.word) + Words.control
    if let near = Suggestion.nearest(to: word, among: words) {
      return fail(.unknownVerb(word, hint: "did you mean '\(near)'?"))
    }
    let related = Verb.all.filter { $0.keywords.contains(word) }.map { "'\($0.name)'" }
    return fail(.unknownVerb(word, hint: related.isEmpty ? nil : "see \(related.joined(separator: ", "))"))
  }

  // MARK: Control

  private mutating func parseControl(_ word: String) throws -> Statement.Kind {
    let start = advance()
    switch word {
    case "if":
      let condition = try parseCondition()
      // `if c then a else b` as a statement is an expression whose value is shown.
      if at(word: "then") { return .expression(try parseConditionalTail(condition, from: start)) }
      return .conditional(condition, then: try parseBlock(), else: try parseElse())
    case "for":
      let name = try expectName("the name of the loop variable")
      guard accept(word: "in") else { throw failExpected("'in'") }
      let list = try parseExpression()
      return .loop(name, in: list, body: try parseBlock())
    case "while":
      let condition = try parseCondition()
      return .repetition(condition, body: try parseBlock())
    default:
      if current.kind == .newline || current.kind == .end || at(.rightBrace) || at(.semicolon) {
        return .giveBack(nil)
      }
      return .giveBack(try parseExpression())
    }
  }

  /// A condition, behind which `=` can only be meant to compare.
  mutating func parseCondition() throws -> Expression {
    let condition = try parseExpression()
    if at(.assign) { throw fail(.comparisonWithAssign) }
    return condition
  }

  private mutating func parseElse() throws -> [Statement]? {
    guard accept(word: "else") else { return nil }
    if at(word: "if") {
      let start = current
      let kind = try nested { try $0.parseControl("if") }
      return [Statement(kind: kind, span: span(from: start), isQuiet: false)]
    }
    return try parseBlock()
  }
}
