/// A part of a script between two `# %%` lines: program text, or text for people in Markdown.
public struct Cell: Sendable {
  public enum Kind: Sendable, Equatable {
    /// Counted from 1, text cells not included.
    case code(number: Int)
    /// The Markdown of `# %% [markdown]`, without the comment signs.
    case text(String)
  }

  public let kind: Kind
  /// What stands behind `# %%`; empty where nothing does.
  public let title: String
  public let source: Source
  /// Bytes of the source, the `# %%` line not included.
  public let range: Range<Int>
  /// Where the cell begins, its `# %%` line included, counted from 1.
  public let line: Int

  public var number: Int? { if case .code(let number) = kind { number } else { nil } }

  /// The program text without blank lines around it.
  public var code: Span {
    func isBlank(_ place: Int) -> Bool { [0x20, 0x09, 0x0A, 0x0D].contains(source.bytes[place]) }
    var (start, end) = (range.lowerBound, range.upperBound)
    while end > start, isBlank(end - 1) { end -= 1 }
    var place = start
    while place < end, isBlank(place) {
      place += 1
      // Spaces in front of the first line that is not blank belong to it.
      if source.bytes[place - 1] == UInt8(ascii: "\n") { start = place }
    }
    return Span(source, min(start, end)..<end)
  }

  /// Whether any program text stands in it.
  public var hasCode: Bool {
    let lexed = Lexer.tokenize(Source(name: "", text: code.text))
    return lexed.tokens.contains { $0.kind != .newline && $0.kind != .end }
  }

  /// The cells of a text, top to bottom.
  ///
  /// A cell begins with a comment `# %%` at the start of a line, outside of all brackets. What stands before the first one is a cell if
  /// it holds program text. A text cell ends with its comments: program text behind them is a cell of its own.
  public static func cells(of source: Source) -> [Cell] {
    let marks = Mark.all(in: source)
    var cells: [Cell] = []
    var count = 0
    func addCode(_ title: String, _ range: Range<Int>, line: Int, always: Bool) {
      let cell = Cell(
        kind: .code(number: count + 1), title: title, source: source, range: range, line: line)
      guard always || cell.hasCode else { return }
      count += 1
      cells.append(cell)
    }
    addCode("", 0..<(marks.first?.start ?? source.count), line: 1, always: false)
    for (index, mark) in marks.enumerated() {
      let end = index + 1 < marks.count ? marks[index + 1].start : source.count
      let line = source.line(at: mark.start)
      guard mark.isText else {
        addCode(mark.title, mark.body..<end, line: line, always: true)
        continue
      }
      let (text, rest) = comments(source, mark.body..<end)
      cells.append(
        Cell(kind: .text(text), title: mark.title, source: source, range: mark.body..<rest, line: line))
      addCode("", rest..<end, line: source.line(at: min(rest, source.count)), always: false)
    }
    return cells
  }

  /// The text of the comment lines at the start of a range, and where they end.
  private static func comments(_ source: Source, _ range: Range<Int>) -> (text: String, end: Int) {
    var lines: [Substring] = []
    var place = range.lowerBound
    while place < range.upperBound {
      var end = place
      while end < range.upperBound, source.bytes[end] != UInt8(ascii: "\n") { end += 1 }
      let line = source.text(in: place..<end).drop { $0 == " " || $0 == "\t" }
      if let first = line.first, first != "\r" {
        guard first == "#" else { break }
        let text = line.dropFirst()
        lines.append(text.first == " " ? text.dropFirst() : text)
      } else {
        lines.append("")
      }
      place = min(end + 1, range.upperBound)
    }
    return (lines.map { $0.replacing("\r", with: "") }.joined(separator: "\n"), place)
  }
}

/// A `# %%` line.
private struct Mark {
  let start: Int
  /// Where the next line begins.
  let body: Int
  let title: String
  let isText: Bool

  static func all(in source: Source) -> [Mark] {
    let lexed = Lexer.tokenize(source)
    var tokens = lexed.tokens[...]
    var depth = 0
    return lexed.comments.compactMap { comment in
      while let token = tokens.first, token.range.lowerBound < comment.range.lowerBound {
        depth = max(0, depth + token.nesting)
        tokens.removeFirst()
      }
      return depth == 0 ? Mark(comment, source) : nil
    }
  }

  private init?(_ comment: Comment, _ source: Source) {
    start = comment.range.lowerBound
    guard comment.isOwnLine, source.column(at: start) == 1 || start == 3,
      let match = comment.text.wholeMatch(of: /#[ \t]*%%(?:[ \t]+(.*))?/)
    else { return nil }
    var end = comment.range.upperBound
    while end < source.count, source.bytes[end] != UInt8(ascii: "\n") { end += 1 }
    body = min(end + 1, source.count)
    let words = String(match.output.1 ?? "")
    let text = words.prefixMatch(of: /\[(?:markdown|md)\][ \t]*/)
    isText = text != nil
    title = String(text.map { words[$0.range.upperBound...] } ?? words[...])
  }
}

extension Token {
  /// How many more brackets are open behind it.
  fileprivate var nesting: Int {
    switch kind {
    case .symbol(.leftParenthesis), .symbol(.leftBracket), .symbol(.leftBrace): 1
    case .symbol(.rightParenthesis), .symbol(.rightBracket), .symbol(.rightBrace): -1
    default: 0
    }
  }
}

extension Script {
  public var cells: [Cell] { Cell.cells(of: source) }

  /// The statements of one cell, as a script to execute.
  public func part(_ cell: Cell) -> Script {
    Script(
      source: source, statements: statements.filter { cell.range.contains($0.span.range.lowerBound) },
      comments: [])
  }

  /// The statements of several cells.
  func part(_ cells: [Cell]) -> Script {
    Script(source: source, statements: cells.flatMap { part($0).statements }, comments: [])
  }
}
