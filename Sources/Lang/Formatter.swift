/// Lays a program out anew: blanks between tokens, indentation, blank lines, aligned columns.
///
/// Works on tokens, so that lines stay where the writer broke them, numbers and texts are written as they were, and comments keep
/// their lines. What comes out is read again and compared: a layout never changes what a program means.
public struct Formatter {
  /// The new layout would have been another program. It is a mistake of dmo's, and nothing is changed.
  public struct Changed: Error, CustomStringConvertible {
    let place: String
    public var description: String {
      "formatting would change what \(place) means, so it is left as it is; please report this with the file"
    }
  }

  /// The program of a source in the standard layout, with a line end at its end.
  ///
  /// - Throws: `Diagnostics` where it is no program; `Changed`.
  public static func text(_ source: Source) throws -> String {
    let script = try Parser.parseWhole(source)
    let lexed = Lexer.tokenize(source)
    var formatter = Formatter(source: source, tokens: lexed.tokens, comments: lexed.comments)
    formatter.run()
    let text = FormattedLine.text(formatter.lines)
    guard
      let again = try? Parser.parseWhole(Source(name: source.name, text: text, directory: source.directory)),
      plain(again) == plain(script), again.comments.map(\.text) == script.comments.map(\.text)
    else { throw Changed(place: source.name) }
    return text
  }

  /// The canonical form without blank lines and comments: the same for the same trees.
  private static func plain(_ script: Script) -> [Substring] {
    Printer.text(Script(source: script.source, statements: script.statements, comments: [])).split(
      separator: "\n")
  }

  private let source: Source
  private let tokens: [Token]
  private var comments: ArraySlice<Comment>
  private var lines: [FormattedLine] = []

  private struct Bracket {
    /// Of the line it is on.
    let depth: Int
    /// It holds statements rather than a value.
    let isBlock: Bool
    let isSimulator: Bool
  }
  private var brackets: [Bracket] = []
  /// The tokens of the statement so far, comments aside.
  private var statement: [Token] = []
  /// Signs `=` of the statement so far that stand outside brackets.
  private var assignments = 0
  /// Whether the last `*` or `/`, or the last sign, has a blank behind it.
  private var isLoose = false
  private var previous: Token?

  private init(source: Source, tokens: [Token], comments: [Comment]) {
    self.source = source
    self.tokens = tokens
    self.comments = comments[...]
  }

  // MARK: Lines

  private mutating func run() {
    var index = 0
    while true {
      let start = index
      while tokens[index].kind != .newline && tokens[index].kind != .end { index += 1 }
      addLine(start..<index, until: tokens[index].range.lowerBound)
      if tokens[index].kind == .end { return }
      index += 1
    }
  }

  private mutating func addLine(_ range: Range<Int>, until end: Int) {
    var line = FormattedLine()
    if let comment = comments.first, comment.range.lowerBound < end {
      line.comment = comment.text
      if let last = tokens[range].last {
        line.isCommentLinedUp = comment.range.lowerBound - last.range.upperBound > 2
      }
      comments.removeFirst()
    }
    if range.isEmpty && line.comment == nil {
      if let last = lines.last, !last.isBlank, !last.opensBlock { lines.append(line) }
      return
    }
    if lines.last?.isBlank ?? false, tokens[range].first?.kind == .symbol(.rightBrace) { lines.removeLast() }
    line.depth = depth(of: tokens[range])
    for index in range { add(tokens[index], at: index, to: &line) }
    line.opensBlock = line.comment == nil && tokens[range].last?.kind == .symbol(.leftBrace)
    lines.append(line)
  }

  /// One level below the line with the innermost open bracket; a line that begins by closing it stands where that one does.
  private func depth(of line: ArraySlice<Token>) -> Int {
    var open = brackets[...]
    var closed: Bracket?
    for token in line {
      guard case .symbol(let symbol) = token.kind, symbol.closes, !open.isEmpty else { break }
      closed = open.removeLast()
    }
    if let closed { return closed.depth }
    return (brackets.last.map { $0.depth + 1 } ?? 0) + (continues ? 1 : 0)
  }

  /// Whether the next line goes on with the statement of the last one.
  private var continues: Bool {
    guard let previous, !statement.isEmpty else { return false }
    if let open = brackets.last, !open.isBlock { return false }
    switch previous.kind {
    case .symbol(let symbol):
      return symbol.isOperator || symbol == .comma || symbol == .assign || symbol == .colon
    case .identifier(let word): return ["and", "or", "not", "then", "in"].contains(word)
    default: return false
    }
  }

  // MARK: Tokens

  private mutating func add(_ token: Token, at index: Int, to line: inout FormattedLine) {
    if line.pieces.isEmpty, !continues, isOutside { startStatement() }
    let text = source.text(in: token.range)
    let opensBlock = token.kind == .symbol(.leftBrace) && isBlockStart
    if case .symbol(let symbol) = token.kind, symbol.closes, let open = brackets.popLast(), open.isBlock {
      line.add(text, isSpaced: previous?.kind != .symbol(.leftBrace))
      startStatement()
      previous = token
      return
    }
    line.add(text, isSpaced: hasBlank(before: token, at: index, opensBlock: opensBlock))
    noteColumn(token, in: &line)
    statement.append(token)
    if case .symbol(let symbol) = token.kind { note(symbol, opensBlock, line.depth) }
    previous = token
  }

  /// Whether no bracket is open in the statement.
  private var isOutside: Bool { brackets.last?.isBlock ?? true }

  private mutating func note(_ symbol: Token.Symbol, _ opensBlock: Bool, _ depth: Int) {
    switch symbol {
    case .leftParenthesis, .leftBracket, .leftBrace:
      let isSimulator = opensBlock && statement.first?.kind == .identifier("simulator")
      brackets.append(Bracket(depth: depth, isBlock: opensBlock, isSimulator: isSimulator))
      if opensBlock { startStatement() }
    case .semicolon where isOutside: startStatement()
    case .assign where isOutside: assignments += 1
    default: break
    }
  }

  private mutating func startStatement() {
    statement = []
    assignments = 0
  }

  /// A brace that holds statements rather than the items of a map or a set.
  private var isBlockStart: Bool {
    guard isOutside, let previous else { return false }
    if previous.kind == .identifier("else") { return !statement.contains { $0.kind == .identifier("then") } }
    guard case .identifier(let word)? = statement.first?.kind,
      ["if", "for", "while", "def", "simulator", "else"].contains(word)
    else { return false }
    switch previous.kind {
    case .identifier(let word): return !Words.operators.contains(word) || word == "true" || word == "false"
    case .symbol(let symbol): return symbol.closes
    default: return true
    }
  }

  /// Where a value begins, so that a sign there belongs to it.
  private var startsValue: Bool {
    guard let previous, !statement.isEmpty else { return true }
    switch previous.kind {
    case .symbol(let symbol): return !symbol.closes
    case .identifier(let word):
      if ["true", "false"].contains(word) { return false }
      return Words.operators.contains(word) || Words.control.contains(word)
        || ["seed", "step"].contains(word)
    default: return false
    }
  }

  private func isSign(_ token: Token) -> Bool {
    token.kind == .symbol(.minus) || token.kind == .symbol(.plus)
  }

  private mutating func hasBlank(before token: Token, at index: Int, opensBlock: Bool) -> Bool {
    guard let previous else { return false }
    if opensBlock { return true }
    let wasLoose = isLoose
    if isSign(token) { isLoose = !startsValue }
    if case .symbol(let symbol) = previous.kind {
      switch symbol {
      case .leftBrace where brackets.last?.isBlock ?? false: return true
      case .leftParenthesis, .leftBracket, .leftBrace, .dot, .range, .power, .question: return false
      case .times, .divide, .minus, .plus: return wasLoose
      case .assign: return isAssignmentSpaced
      default: break
      }
    }
    guard case .symbol(let symbol) = token.kind else { return true }
    switch symbol {
    case .comma, .semicolon, .colon, .rightParenthesis, .rightBracket, .rightBrace: return false
    case .dot, .range: return endsWithPoint(previous) || symbol == .dot && previous.kind.isNumeric
    case .power: return false
    case .question: return false
    case .times, .divide:
      isLoose = token.isSpaced && (tokens[index + 1].isSpaced || tokens[index + 1].kind == .newline)
      return isLoose
    case .assign:
      return assignments == 0 && isOutside && !isOption
    case .leftParenthesis, .leftBracket:
      if case .identifier(let word) = previous.kind,
        Words.operators.contains(word) || Words.control.contains(word)
      {
        return true
      }
      return token.isSpaced || previous.kind.isOperator
    default: return true
    }
  }

  /// `name=value` of a verb, where the statement begins with it.
  private var isOption: Bool {
    guard case .identifier(let word)? = statement.first?.kind else { return false }
    return statement.count > 1 && Verb.named(word) != nil
  }

  private var isAssignmentSpaced: Bool {
    assignments <= 1 && isOutside
      && !(statement.count > 2 && isOption)
  }

  private func endsWithPoint(_ token: Token) -> Bool {
    source.bytes[token.range.upperBound - 1] == UInt8(ascii: ".")
  }

  /// Where writers line up what they declare: behind the name of a parameter, before its unit, behind the name of an output or a
  /// constraint, before `=` elsewhere.
  private func noteColumn(_ token: Token, in line: inout FormattedLine) {
    guard isOutside, !statement.isEmpty, line.pieces.count > 1, let previous,
      case .identifier(let first)? = statement.first?.kind,
      let kind = columnKind(token, after: previous, of: first, isFirst: line.columns.isEmpty),
      !line.columns.contains(where: { $0.kind == kind })
    else { return }
    let gap = token.range.lowerBound - previous.range.upperBound
    line.columns.append(
      FormattedLine.Column(kind: kind, piece: line.pieces.count - 1, isLinedUp: gap > 1))
  }

  private func columnKind(_ token: Token, after previous: Token, of first: String, isFirst: Bool) -> String? {
    let isInSimulator = brackets.last?.isSimulator ?? false
    switch (first, token.kind) {
    case ("param", .identifier("in")) where isFirst: return "param"
    case ("param", .string) where !isFirst && !statement.contains { $0.kind == .identifier("when") }:
      return "unit"
    case (_, .symbol(.assign)) where isFirst && !isOption: return isInSimulator ? "=" : first
    case ("constraint", _) where isFirst && previous.kind == .symbol(.colon): return "constraint"
    case ("output", _) where isFirst && isInSimulator && statement.count > 1 && token.isSpaced:
      return "output"
    default: return nil
    }
  }
}

extension Token.Symbol {
  fileprivate var closes: Bool { self == .rightParenthesis || self == .rightBracket || self == .rightBrace }

  fileprivate var isOperator: Bool {
    switch self {
    case .equal, .notEqual, .lessOrEqual, .greaterOrEqual, .less, .greater, .plus, .minus, .times, .divide,
      .power,
      .range:
      true
    default: false
    }
  }
}

extension Token.Kind {
  fileprivate var isNumeric: Bool {
    switch self {
    case .number, .duration, .size, .percent: true
    default: false
    }
  }

  fileprivate var isOperator: Bool {
    switch self {
    case .symbol(let symbol): !symbol.closes
    default: false
    }
  }
}
