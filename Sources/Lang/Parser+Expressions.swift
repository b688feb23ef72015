extension Parser {
  /// Precedence, loosest first: `if then else`, `or`, `and`, `not`, comparison, `..`, `+ -`, `* /`, unary minus, `^`, call/index/member.
  mutating func parseExpression() throws -> Expression {
    try nested { parser in
      if parser.at(word: "if") {
        let start = parser.current
        parser.skip()
        let condition = try parser.parseCondition()
        guard parser.at(word: "then") else { throw parser.failExpected("'then'") }
        return try parser.parseConditionalTail(condition, from: start)
      }
      let result = try parser.parseOr()
      if result.depth > Self.maximumDepth {
        throw parser.fail(.tooDeep(limit: Self.maximumDepth), at: result.span)
      }
      return result
    }
  }

  /// `then a else b`, the condition having been read.
  mutating func parseConditionalTail(_ condition: Expression, from start: Token) throws -> Expression {
    skip()
    skipLineEnds()
    let yes = try parseExpression()
    guard accept(word: "else") else { throw failExpected("'else'") }
    skipLineEnds()
    let no = try parseExpression()
    return Expression(
      kind: .conditional(condition, then: yes, else: no), span: span(start).through(no.span))
  }

  private mutating func parseOr() throws -> Expression {
    try parseChain({ $0.acceptWordOperator("or", .or) }) { try $0.parseAnd() }
  }

  private mutating func parseAnd() throws -> Expression {
    try parseChain({ $0.acceptWordOperator("and", .and) }) { try $0.parseNot() }
  }

  private mutating func acceptWordOperator(_ word: String, _ kind: Operator.Kind) -> Operator? {
    let token = current
    return accept(word: word) ? Operator(kind: kind, span: span(token)) : nil
  }

  private mutating func parseNot() throws -> Expression {
    let start = current
    guard accept(word: "not") else { return try parseComparison() }
    let operand = try nested { try $0.parseNot() }
    return Expression(kind: .unary(.not, operand), span: span(from: start))
  }

  private mutating func parseComparison() throws -> Expression {
    let first = try parseRange()
    var comparisons: [Comparison] = []
    while case .symbol(let symbol) = current.kind, let kind = Comparison.Kind(rawValue: symbol.rawValue) {
      let token = advance()
      skipLineEnds()
      comparisons.append(Comparison(kind: kind, span: span(token), right: try parseRange()))
      if comparisons.count > Self.maximumChain {
        throw fail(.tooLarge("chain of operators", limit: Self.maximumChain))
      }
    }
    guard let last = comparisons.last else { return first }
    var end = last.right.span
    var tolerance: Expression?
    if accept(word: "tol") {
      let value = try parseSum()
      tolerance = value
      end = value.span
    }
    return Expression(
      kind: .comparison(first, comparisons, tolerance: tolerance), span: first.span.through(end))
  }

  private mutating func parseRange() throws -> Expression {
    let low = try parseSum()
    guard accept(.range) else { return low }
    let high = try parseSum()
    return Expression(kind: .range(low, high), span: low.span.through(high.span))
  }

  mutating func parseSum() throws -> Expression {
    try parseChain({ $0.acceptOperator([.plus: .add, .minus: .subtract]) }) { try $0.parseProduct() }
  }

  private mutating func parseProduct() throws -> Expression {
    try parseChain({ $0.acceptOperator([.times: .multiply, .divide: .divide]) }) { try $0.parseUnary() }
  }

  private mutating func acceptOperator(_ kinds: [Token.Symbol: Operator.Kind]) -> Operator? {
    guard case .symbol(let symbol) = current.kind, let kind = kinds[symbol] else { return nil }
    let token = advance()
    return Operator(kind: kind, span: span(token))
  }

  /// A left-associative chain of one precedence.
  private mutating func parseChain(
    _ accept: (inout Parser) -> Operator?, _ operand: (inout Parser) throws -> Expression
  ) throws -> Expression {
    var left = try operand(&self)
    var length = 0
    while let sign = accept(&self) {
      skipLineEnds()
      let right = try operand(&self)
      left = Expression(kind: .binary(sign, left, right), span: left.span.through(right.span))
      length += 1
      if length > Self.maximumChain { throw fail(.tooLarge("chain of operators", limit: Self.maximumChain)) }
    }
    return left
  }

  private mutating func parseUnary() throws -> Expression {
    let start = current
    if accept(.minus) {
      let operand = try nested { try $0.parseUnary() }
      return Expression(kind: .unary(.negate, operand), span: span(from: start))
    }
    return try parsePower()
  }

  /// `^` binds tighter than unary minus on its left and associates to the right: `-a^-b^c` is `-(a^(-(b^c)))`.
  private mutating func parsePower() throws -> Expression {
    let base = try parsePostfix()
    let token = current
    guard accept(.power) else { return base }
    skipLineEnds()
    let exponent = try nested { try $0.parseUnary() }
    return Expression(
      kind: .binary(Operator(kind: .power, span: span(token)), base, exponent),
      span: base.span.through(exponent.span))
  }

  // MARK: Calls, elements, members

  /// A primary expression with what is attached to it; also what a verb takes as one argument.
  mutating func parsePostfix() throws -> Expression {
    var result = try parsePrimary()
    var length = 0
    while true {
      let token = current
      if at(.leftBracket) && !token.isSpaced {
        let index = try bracketed(.rightBracket, isList: false) { try $0.parseExpression() }
        result = Expression(kind: .index(result, index), span: span(from: start(of: result)))
      } else if at(.leftParenthesis) && !token.isSpaced, case .name(let text) = result.kind {
        let arguments = try parseCallArguments()
        result = Expression(
          kind: .call(Name(text: text, span: result.span), arguments), span: span(from: start(of: result)))
      } else if accept(.dot) {
        guard case .identifier(let text) = current.kind else { throw failExpected("the name of an output") }
        let name = Name(text: text, span: span(current))
        skip()
        result = Expression(kind: .member(result, name), span: span(from: start(of: result)))
      } else {
        return result
      }
      length += 1
      if length > Self.maximumNesting { throw fail(.tooDeep(limit: Self.maximumNesting)) }
    }
  }

  private func start(of expression: Expression) -> Token {
    Token(
      kind: .newline, range: expression.span.range.lowerBound..<expression.span.range.lowerBound,
      isSpaced: false)
  }

  private mutating func parseCallArguments() throws -> [Expression] {
    try bracketed(.rightParenthesis) { try $0.parseItems(until: .rightParenthesis) }
  }

  private mutating func parseItems(until close: Token.Symbol) throws -> [Expression] {
    var items: [Expression] = []
    while !at(close) {
      items.append(try parseVerbOrExpression())
      if !accept(.comma) { break }
    }
    return items
  }

  // MARK: Primaries

  mutating func parsePrimary() throws -> Expression {
    let start = current
    switch start.kind {
    case .number(let value): return literal(.number(value))
    case .duration(let value): return literal(.duration(value))
    case .size(let value): return literal(.size(value))
    case .percent(let value): return literal(.percent(value))
    case .string(let parts): return literal(.string(parts))
    case .identifier(let word): return try parseNameOrWord(word)
    case .symbol(.leftParenthesis):
      return try nested { parser in
        let inner = try parser.bracketed(.rightParenthesis, isList: false) { try $0.parseVerbOrExpression() }
        return Expression(kind: inner.kind, span: parser.span(from: start))
      }
    case .symbol(.leftBracket):
      let items = try nested { try $0.bracketed(.rightBracket) { try $0.parseItems(until: .rightBracket) } }
      return Expression(kind: .list(items), span: span(from: start))
    case .symbol(.leftBrace): return try nested { try $0.parseMap() }
    default: throw failExpected("a value")
    }
  }

  mutating func literal(_ kind: Expression.Kind) -> Expression {
    let token = advance()
    return Expression(kind: kind, span: span(token))
  }

  private mutating func parseNameOrWord(_ word: String) throws -> Expression {
    let token = current
    switch word {
    case "true", "false": return literal(.bool(word == "true"))
    case "if": return try parseExpression()
    case "and", "or", "in", "then", "else", "where", "to", "when", "tol", "for", "while", "return":
      throw failExpected("a value")
    default:
      if Words.declarations.contains(where: { $0.word == word }) || Verb.named(word) != nil {
        throw failMissingValue(before: word)
      }
      skip()
      return Expression(kind: .name(word), span: span(token))
    }
  }

  /// A word that begins a statement in the place of a value; on a line of its own it is that, and the value is missing.
  private mutating func failMissingValue(before word: String) -> Broken {
    guard startsStatement(position) else { return fail(.expected("a value", found: "the word '\(word)'")) }
    if bracketDepth > 0 { return failUnclosed() }
    while position > 0, tokens[position - 1].kind == .newline { position -= 1 }
    return failExpected("a value")
  }

  private mutating func parseMap() throws -> Expression {
    let start = current
    let entries = try bracketed(.rightBrace) { parser in
      var entries: [(key: Name, value: Expression)] = []
      while !parser.at(.rightBrace) {
        let key = try parser.parseMapKey()
        if entries.contains(where: { $0.key.text == key.text }) {
          throw parser.fail(.duplicateName(key.text, what: "key"), at: key.span)
        }
        try parser.expect(.colon, "':' and a value")
        entries.append((key, try parser.parseExpression()))
        if !parser.accept(.comma) { break }
      }
      return entries
    }
    return Expression(kind: .map(entries), span: span(from: start))
  }

  private mutating func parseMapKey() throws -> Name {
    let token = current
    switch token.kind {
    case .identifier(let text):
      skip()
      return Name(text: text, span: span(token))
    case .string(let parts):
      skip()
      let text = parts.map { part in
        switch part {
        case .text(let text): text
        case .name(let name): "{\(name)}"
        }
      }.joined()
      return Name(text: text, span: span(token))
    default: throw failExpected("a key")
    }
  }
}
