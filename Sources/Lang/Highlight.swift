/// What a piece of program text is, for people who read it in colour.
public enum SyntaxClass: String, Sendable {
  case keyword, verb, function, option, number, string, comment, plain

  /// The pieces of a stretch of text in order; together they are the whole of it. Text that the lexer cannot read is plain.
  public static func pieces(of span: Span) -> [(text: String, kind: SyntaxClass)] {
    let source = Source(name: "", text: span.text)
    let lexed = Lexer.tokenize(source)
    var marked = lexed.comments.map { ($0.range, SyntaxClass.comment) }
    for (index, token) in lexed.tokens.enumerated() {
      let next = index + 1 < lexed.tokens.count ? lexed.tokens[index + 1] : token
      marked.append((token.range, kind(of: token, next)))
    }
    marked.sort { $0.0.lowerBound < $1.0.lowerBound }
    var pieces: [(text: String, kind: SyntaxClass)] = []
    func add(_ range: Range<Int>, _ kind: SyntaxClass) {
      if range.isEmpty { return }
      let text = source.text(in: range)
      if pieces.last?.kind == kind {
        pieces[pieces.count - 1].text += text
      } else {
        pieces.append((text, kind))
      }
    }
    var place = 0
    for (range, kind) in marked where range.lowerBound >= place {
      add(place..<range.lowerBound, .plain)
      add(range, kind)
      place = range.upperBound
    }
    add(place..<source.count, .plain)
    return pieces
  }

  private static func kind(of token: Token, _ next: Token) -> SyntaxClass {
    switch token.kind {
    case .number, .duration, .size, .percent: return .number
    case .string: return .string
    case .identifier(let word):
      if next.kind == .symbol(.assign) && !next.isSpaced { return .option }
      if keywords.contains(word) { return .keyword }
      if next.kind == .symbol(.leftParenthesis), Function.named(word) != nil { return .function }
      return Verb.named(word) == nil ? .plain : .verb
    case .symbol, .newline, .end: return .plain
    }
  }

  private static let keywords = Set(
    Words.declarations.map(\.word) + Words.control + Words.operators + ["output", "log", "step"])
}
