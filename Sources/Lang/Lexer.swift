import Optim

/// Turns text into tokens. Never fails: what cannot be read becomes a diagnostic, and lexing goes on behind it.
struct Lexer {
  private let source: Source
  private var position = 0
  private var tokens: [Token] = []
  private var comments: [Comment] = []
  private var diagnostics: [Diagnostic] = []
  private var spaced = true

  struct Result: Sendable {
    let tokens: [Token]
    let comments: [Comment]
    let diagnostics: [Diagnostic]
  }

  static func tokenize(_ source: Source) -> Result {
    var lexer = Lexer(source: source)
    lexer.run()
    return Result(tokens: lexer.tokens, comments: lexer.comments, diagnostics: lexer.diagnostics)
  }

  private init(source: Source) { self.source = source }

  private var byte: UInt8 { source.bytes[position] }
  private var next: UInt8 { position < source.count ? source.bytes[position + 1] : 0 }

  private mutating func run() {
    if source.bytes.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
    while position < source.count { lexOne() }
    add(.end, from: position)
  }

  private mutating func lexOne() {
    let start = position
    switch byte {
    case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"):
      position += 1
      spaced = true
    case UInt8(ascii: "\n"):
      position += 1
      add(.newline, from: start)
      spaced = true
    case UInt8(ascii: "#"): lexComment()
    case UInt8(ascii: "\""): lexString()
    case UInt8(ascii: "0")...UInt8(ascii: "9"): lexNumber()
    case UInt8(ascii: "."):
      if isDigit(next) { lexNumber() } else { lexSymbol() }
    default:
      if isNameStart(byte) { lexName() } else { lexSymbol() }
    }
  }

  private mutating func add(_ kind: Token.Kind, from start: Int) {
    tokens.append(Token(kind: kind, range: start..<position, isSpaced: spaced))
    spaced = false
  }

  private mutating func complain(_ fault: Fault, _ range: Range<Int>) {
    diagnostics.append(Diagnostic(fault, at: Span(source, range)))
  }

  private mutating func lexComment() {
    let start = position
    while position < source.count && byte != UInt8(ascii: "\n") { position += 1 }
    var end = position
    while end > start && [0x0D, 0x20, 0x09].contains(source.bytes[end - 1]) { end -= 1 }
    let isOwnLine = tokens.last.map { $0.kind == .newline } ?? true
    comments.append(Comment(text: source.text(in: start..<end), range: start..<end, isOwnLine: isOwnLine))
    spaced = true
  }

  // MARK: Names and symbols

  private mutating func lexName() {
    let start = position
    while position < source.count && isNamePart(byte) { position += 1 }
    let text = source.text(in: start..<position)
    guard let odd = text.unicodeScalars.firstIndex(where: { !$0.isASCII && !Self.isNameScalar($0) }) else {
      return add(.identifier(text), from: start)
    }
    // `x²` is the name x and a character that is none of the language's.
    position = start + text.utf8.distance(from: text.startIndex, to: odd)
    if position > start { add(.identifier(String(text[..<odd])), from: start) }
    complainAboutCharacter(text.unicodeScalars[odd], count: UTF8.width(text.unicodeScalars[odd]))
  }

  private mutating func lexSymbol() {
    let start = position
    for length in [2, 1] where start + length <= source.count {
      if let symbol = Token.Symbol(rawValue: source.text(in: start..<start + length)) {
        position += length
        add(.symbol(symbol), from: start)
        return
      }
    }
    let isDouble = byte == next && (byte == UInt8(ascii: "&") || byte == UInt8(ascii: "|"))
    complainAboutCharacter(Unicode.Scalar(byte), count: isDouble ? 2 : 1)
  }

  /// One complaint a line: what follows the first odd character is seldom another mistake.
  private mutating func complainAboutCharacter(_ scalar: Unicode.Scalar, count: Int) {
    let start = position
    position += count
    let line = source.line(at: start)
    if let last = diagnostics.last, case .unexpectedCharacter = last.fault,
      source.line(at: last.span.range.lowerBound) == line
    {
      return
    }
    let fault = Fault.unexpectedCharacter(Self.describe(scalar), instead: Self.replacements[scalar])
    complain(fault, start..<position)
  }

  /// What people write who come from another language, or whose editor is clever.
  private static let replacements: [Unicode.Scalar: String] = [
    "&": "'and'", "|": "'or'", "!": "'not'", "%": "'mod(a, b)'", "'": "'\"'", "$": "the name alone",
    "²": "'^2'",
    "³": "'^3'", "×": "'*'", "·": "'*'", "÷": "'/'", "≤": "'<='", "≥": "'>='", "≠": "'!='", "−": "'-'",
    "–": "'-'",
    "—": "'-'", "“": "'\"'", "”": "'\"'", "„": "'\"'", "‘": "'\"'", "’": "'\"'", "…": "'..'",
    "\u{A0}": "a space",
    "\u{200B}": "nothing", "\\": "the whole on one line, or break it behind an operator or a comma",
  ]

  private static func describe(_ scalar: Unicode.Scalar) -> String {
    scalar.value >= 0x20 && scalar.value != 0x7F && scalar.value != 0xFFFD
      && scalar.properties.generalCategory != .unassigned
      ? "'\(scalar)'" : "U+" + String(scalar.value, radix: 16, uppercase: true).leftPadded(4)
  }

  // MARK: Numbers

  private mutating func lexNumber() {
    let start = position
    skipDigits()
    // `1..3` is a range, so a dot counts only before a digit or before what cannot be a second dot.
    if byte == UInt8(ascii: ".") && next != UInt8(ascii: ".") {
      position += 1
      skipDigits()
    }
    if byte == UInt8(ascii: "e") || byte == UInt8(ascii: "E") { lexExponent() }
    let text = source.text(in: start..<position)
    let suffixStart = position
    while position < source.count && isNamePart(byte) { position += 1 }
    let suffix = source.text(in: suffixStart..<position)
    guard let value = Double(text), value.isFinite else {
      complain(.numberTooLarge(text), start..<position)
      return add(.number(0), from: start)
    }
    addNumber(value, suffix: suffix, from: start)
  }

  private mutating func addNumber(_ value: Double, suffix: String, from start: Int) {
    if suffix.isEmpty {
      guard byte == UInt8(ascii: "%") else { return add(.number(value), from: start) }
      position += 1
      add(.percent(value / 100), from: start)
    } else if let seconds = Duration.units.first(where: { $0.name == suffix })?.seconds {
      add(.duration(value * seconds), from: start)
    } else if let bytes = ByteCount.bytes(in: suffix), (value * bytes).isFinite {
      add(.size(value * bytes), from: start)
    } else {
      complain(.numberSuffix(suffix), start..<position)
      add(.number(value), from: start)
    }
  }

  private mutating func skipDigits() {
    while isDigit(byte) { position += 1 }
  }

  private mutating func lexExponent() {
    let signed = next == UInt8(ascii: "-") || next == UInt8(ascii: "+")
    let digitAt = position + (signed ? 2 : 1)
    guard digitAt < source.count, isDigit(source.bytes[digitAt]) else { return }
    position = digitAt
    skipDigits()
  }

  // MARK: Strings

  private mutating func lexString() {
    let start = position
    position += 1
    var parts: [StringPart] = []
    var text: [UInt8] = []
    while position < source.count, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\n") {
      if byte == UInt8(ascii: "\\") {
        lexEscape(into: &text)
      } else if byte == UInt8(ascii: "{"), let name = placeholder() {
        if !text.isEmpty { parts.append(.text(String(decoding: text, as: UTF8.self))) }
        text = []
        parts.append(.name(name))
      } else {
        text.append(byte)
        position += 1
      }
    }
    if !text.isEmpty || parts.isEmpty { parts.append(.text(String(decoding: text, as: UTF8.self))) }
    if byte == UInt8(ascii: "\"") && position < source.count {
      position += 1
    } else {
      complain(.unterminatedString, start..<position)
    }
    add(.string(parts), from: start)
  }

  private mutating func lexEscape(into text: inout [UInt8]) {
    let start = position
    position += 1
    guard position < source.count, byte != UInt8(ascii: "\n") else { return }
    let escapes: [UInt8: UInt8] = [
      UInt8(ascii: "n"): 10, UInt8(ascii: "t"): 9, UInt8(ascii: "\""): 34, UInt8(ascii: "\\"): 92,
      UInt8(ascii: "{"): 123, UInt8(ascii: "}"): 125,
    ]
    if let plain = escapes[byte] {
      text.append(plain)
      position += 1
      return
    }
    var end = position + 1
    while end < source.count && source.bytes[end] & 0xC0 == 0x80 { end += 1 }
    complain(.unknownEscape(source.text(in: position..<end)), start..<end)
    position = end
  }

  /// The name in `{name}` at the current brace, if it is one; any other brace is plain text.
  private mutating func placeholder() -> String? {
    var end = position + 1
    guard end < source.count, isNameStart(source.bytes[end]) else { return nil }
    while end < source.count, isNamePart(source.bytes[end]) { end += 1 }
    if end < source.count, source.bytes[end] == UInt8(ascii: "[") {
      end += 1
      while end < source.count, isDigit(source.bytes[end]) { end += 1 }
      guard end < source.count, source.bytes[end] == UInt8(ascii: "]") else { return nil }
      end += 1
    }
    guard end < source.count, source.bytes[end] == UInt8(ascii: "}") else { return nil }
    let name = source.text(in: position + 1..<end)
    position = end + 1
    return name
  }

  // MARK: Character classes

  private func isDigit(_ byte: UInt8) -> Bool { byte >= 48 && byte <= 57 }
  private func isNameStart(_ byte: UInt8) -> Bool {
    (byte >= 65 && byte <= 90) || (byte >= 97 && byte <= 122) || byte == 95 || byte >= 0x80
  }
  private func isNamePart(_ byte: UInt8) -> Bool { isNameStart(byte) || isDigit(byte) }

  /// Letters, marks and digits of any script may stand in a name.
  private static func isNameScalar(_ scalar: Unicode.Scalar) -> Bool {
    let properties = scalar.properties
    return properties.isAlphabetic || properties.isXIDContinue
  }
}

/// Durations: the suffixes of the language and how seconds are written.
enum Duration {
  static let units: [(name: String, seconds: Double)] = [
    ("ms", 0.001), ("s", 1), ("min", 60), ("h", 3600), ("d", 86400),
  ]

  /// The shortest exact form: `90s`, `20min`, `2h`.
  static func text(_ seconds: Double) -> String {
    for unit in units.reversed() where unit.seconds > 1 {
      let count = seconds / unit.seconds
      if count >= 2 || count == 1, count == count.rounded() { return "\(Number.text(count))\(unit.name)" }
    }
    return seconds != 0 && abs(seconds) < 1 && seconds * 1000 == (seconds * 1000).rounded()
      ? "\(Number.text(seconds * 1000))ms" : "\(Number.text(seconds))s"
  }
}

extension String {
  func leftPadded(_ width: Int, with character: Character = "0") -> String {
    String(repeating: character, count: max(0, width - count)) + self
  }
}

/// How numbers are written in program text and messages.
public enum Number {
  /// The shortest text that reads back as the same number; whole numbers without a point.
  public static func text(_ value: Double) -> String {
    guard value.isFinite else { return value.isNaN ? "nan" : (value < 0 ? "-inf" : "inf") }
    if value == value.rounded() && abs(value) < 1e16 {
      return value == 0 ? "0" : String(Int64(value))
    }
    return "\(value)".replacing("e+", with: "e")
  }
}
