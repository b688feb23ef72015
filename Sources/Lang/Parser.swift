/// What a text is to the prompt: a whole program, the beginning of one, or neither.
public enum ParseResult: Sendable {
  case complete(Script)
  /// More lines could make it a program.
  case incomplete
  case invalid([Diagnostic])
}

/// Recursive descent over tokens; one method per rule of the grammar (docs/language.md).
///
/// After an error the parser skips to the next statement and goes on, so one run reports every broken statement.
public struct Parser {
  let source: Source
  let tokens: [Token]
  var position = 0
  var diagnostics: [Diagnostic] = []
  /// Where the text ended in the middle of something.
  var endedEarly = false
  /// Open brackets around the current token in which line ends do not count.
  var bracketDepth = 0
  /// Those brackets, outermost first.
  private var openBrackets: [Token] = []
  var nesting = 0

  /// Deeper nesting or longer chains of operators than this are refused rather than risking the stack.
  static let maximumNesting = 150
  static let maximumChain = 1000
  static let maximumDepth = 1200

  /// Thrown to leave a broken statement; the diagnostic is already recorded.
  struct Broken: Error {}

  public static func parse(_ source: Source) -> ParseResult {
    let lexed = Lexer.tokenize(source)
    var parser = Parser(source: source, tokens: lexed.tokens)
    let statements = parser.parseStatements(until: nil)
    let faults = merged(lexed.diagnostics, parser.diagnostics)
    if faults.isEmpty {
      return .complete(Script(source: source, statements: statements, comments: lexed.comments))
    }
    let firstIsEnd = parser.endedEarly && faults.count == 1
    if firstIsEnd { return .incomplete }
    return .invalid(faults)
  }

  /// Like `parse`, where a text that ends too early is an error as well.
  public static func parseWhole(_ source: Source) throws -> Script {
    let lexed = Lexer.tokenize(source)
    var parser = Parser(source: source, tokens: lexed.tokens)
    let statements = parser.parseStatements(until: nil)
    let faults = merged(lexed.diagnostics, parser.diagnostics)
    guard faults.isEmpty else { throw Diagnostics(faults) }
    return Script(source: source, statements: statements, comments: lexed.comments)
  }

  /// The value of `name=value` on the command line, shown in messages as it was written there.
  static func argument(_ name: String, _ text: String) throws -> Expression {
    let source = Source(name: "command line", text: "\(name)= \(text)")
    let lexed = Lexer.tokenize(source)
    var parser = Parser(source: source, tokens: lexed.tokens)
    parser.position = 2
    let value = try? parser.parseExpression()
    let end = Span(source, parser.current.range)
    if let value, lexed.diagnostics.isEmpty, parser.current.kind == .end { return value }
    let own =
      parser.diagnostics.isEmpty ? [Diagnostic(.expected("one value", found: "'\(text)'"), at: end)] : []
    throw Diagnostics(lexed.diagnostics.isEmpty ? parser.diagnostics + own : lexed.diagnostics)
  }

  init(source: Source, tokens: [Token]) {
    self.source = source
    self.tokens = tokens
  }

  /// All in order; what the parser says behind an unreadable character of the same line is a consequence of it.
  private static func merged(_ lexed: [Diagnostic], _ parsed: [Diagnostic]) -> [Diagnostic] {
    let line = { (fault: Diagnostic) in fault.span.source.line(at: fault.span.range.lowerBound) }
    let broken = Dictionary(lexed.map { (line($0), $0.span.range.lowerBound) }, uniquingKeysWith: min)
    let own = parsed.filter { $0.span.range.lowerBound < broken[line($0)] ?? Int.max }
    return (lexed + own).sorted { $0.span.range.lowerBound < $1.span.range.lowerBound }
  }

  // MARK: Tokens

  /// The current token; inside brackets line ends are passed over.
  var current: Token {
    var at = position
    if bracketDepth > 0 { while tokens[at].kind == .newline { at += 1 } }
    return tokens[at]
  }

  /// The token after the current one, on the same terms.
  var following: Token {
    var copy = self
    copy.skip()
    return copy.current
  }

  mutating func skip() {
    if bracketDepth > 0 { while tokens[position].kind == .newline { position += 1 } }
    if tokens[position].kind != .end { position += 1 }
  }

  @discardableResult
  mutating func advance() -> Token {
    let token = current
    skip()
    return token
  }

  func span(_ token: Token) -> Span { Span(source, token.range) }

  /// From `start` to the end of the last token taken.
  func span(from start: Token) -> Span {
    Span(
      source,
      start.range.lowerBound..<max(start.range.upperBound, tokens[max(position - 1, 0)].range.upperBound))
  }

  func at(_ symbol: Token.Symbol) -> Bool { current.kind == .symbol(symbol) }
  func at(word: String) -> Bool { current.kind == .identifier(word) }

  mutating func accept(_ symbol: Token.Symbol) -> Bool {
    guard at(symbol) else { return false }
    skip()
    return true
  }

  mutating func accept(word: String) -> Bool {
    guard at(word: word) else { return false }
    skip()
    return true
  }

  mutating func fail(_ fault: Fault, at span: Span? = nil, help: [String] = []) -> Broken {
    diagnostics.append(Diagnostic(fault, at: span ?? self.span(current), help: help))
    return Broken()
  }

  mutating func failExpected(_ what: String) -> Broken {
    if current.kind == .end { endedEarly = true }
    return fail(.expected(what, found: Self.describe(current, in: source)))
  }

  mutating func expect(_ symbol: Token.Symbol, _ what: String? = nil) throws {
    if !accept(symbol) { throw failExpected(what ?? "'\(symbol.rawValue)'") }
  }

  static func describe(_ token: Token, in source: Source) -> String {
    switch token.kind {
    case .end: "the end of the text"
    case .newline: "the end of the line"
    default: "'\(source.text(in: token.range).prefix(40))'"
    }
  }

  /// A name being declared or bound.
  mutating func expectName(_ what: String) throws -> Name {
    guard case .identifier(let text) = current.kind else { throw failExpected(what) }
    let token = current
    if let use = Words.reserved(text) { throw fail(.reservedName(text, what: use)) }
    skip()
    return Name(text: text, span: span(token))
  }

  /// Lines may go on behind an operator or a comma.
  mutating func skipLineEnds() {
    while tokens[position].kind == .newline { position += 1 }
  }

  /// Parses what stands in brackets; line ends inside do not count.
  mutating func bracketed<T>(
    _ close: Token.Symbol, isList: Bool = true, _ body: (inout Parser) throws -> T
  ) throws -> T {
    openBrackets.append(advance())
    bracketDepth += 1
    defer {
      bracketDepth -= 1
      openBrackets.removeLast()
    }
    let result = try body(&self)
    guard at(close) else {
      if current.kind == .end { endedEarly = true }
      if current.kind == .end || startsStatement(position) { throw failUnclosed() }
      if at(.assign) { throw fail(.comparisonWithAssign) }
      throw failExpected((isList ? "',' or " : "") + "'\(close.rawValue)'")
    }
    skip()
    return result
  }

  /// The innermost bracket is open where it should not be any more.
  mutating func failUnclosed() -> Broken {
    let open = openBrackets[openBrackets.count - 1]
    let line = source.line(at: open.range.lowerBound)
    return fail(.unclosed(source.text(in: open.range), openedAt: "line \(line)"), at: span(open))
  }

  /// Whether a line begins here, line ends skipped, with a word that only begins statements.
  func startsStatement(_ place: Int) -> Bool {
    var at = place
    while tokens[at].kind == .newline { at += 1 }
    guard at > 0, tokens[at - 1].kind == .newline else { return false }
    return tokens[at].isOneOf(Words.declarations.map(\.word)) || tokens[at].isOneOf(Words.control)
  }

  /// Guards the stack against deep nesting.
  mutating func nested<T>(_ body: (inout Parser) throws -> T) throws -> T {
    nesting += 1
    defer { nesting -= 1 }
    if nesting > Self.maximumNesting { throw fail(.tooDeep(limit: Self.maximumNesting)) }
    return try body(&self)
  }
}
