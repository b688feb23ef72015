extension Parser {
  /// `name argument ... option=value ... where condition to "file"`, the current token being the verb's name.
  mutating func parseVerbCall() throws -> VerbCall {
    let start = current
    let name = Name(text: source.text(in: start.range), span: span(start))
    skip()
    if at(.leftParenthesis), following.kind == .symbol(.rightParenthesis) {
      throw fail(.expected("'\(name.text)' without parentheses", found: "'('"))
    }
    var arguments: [Expression] = []
    var options: [VerbCall.Option] = []
    var condition: Expression?
    var destination: Expression?
    let takesTopics =
      Verb.named(name.text)?.arguments.first.map { if case .topic = $0.kind { true } else { false } } ?? false
    while !atVerbEnd {
      if takesTopics, case .identifier(let word) = current.kind {
        arguments.append(literal(.name(word)))
      } else if accept(word: "where") {
        condition = try parseCondition()
      } else if accept(word: "to") {
        destination = try parsePostfix()
      } else if case .identifier(let word) = current.kind, following.kind == .symbol(.assign) {
        options.append(try parseOption(word, among: options))
      } else {
        arguments.append(try parseArgument())
      }
    }
    return VerbCall(
      name: name, arguments: arguments, options: options, condition: condition, destination: destination,
      span: span(from: start))
  }

  private var atVerbEnd: Bool {
    switch current.kind {
    case .end, .newline, .symbol(.semicolon), .symbol(.rightBrace), .symbol(.rightParenthesis),
      .symbol(.rightBracket), .symbol(.comma):
      true
    default: false
    }
  }

  private mutating func parseOption(_ word: String, among earlier: [VerbCall.Option]) throws
    -> VerbCall.Option
  {
    let name = Name(text: word, span: span(current))
    if earlier.contains(where: { $0.name.text == word }) { throw fail(.duplicateOption(word)) }
    skip()
    skip()
    if let bare = bareWord() { return VerbCall.Option(name: name, value: bare) }
    return VerbCall.Option(name: name, value: try parseExpression())
  }

  /// Positional arguments are primary expressions; a word of the language stands for itself (`trace constraint`).
  private mutating func parseArgument() throws -> Expression {
    if let bare = bareWord() { return bare }
    if case .symbol(let symbol) = current.kind,
      ![.leftParenthesis, .leftBracket, .leftBrace].contains(symbol)
    {
      throw failExpected("an argument (in parentheses if it is a calculation)")
    }
    return try parsePostfix()
  }

  /// A reserved word in the place of an argument is a choice, not the beginning of a statement.
  private mutating func bareWord() -> Expression? {
    guard case .identifier(let word) = current.kind,
      Words.declarations.contains(where: { $0.word == word }) || Verb.named(word) != nil
    else { return nil }
    let token = advance()
    return Expression(kind: .name(word), span: span(token))
  }
}
