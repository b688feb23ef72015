/// The smallest pieces of the language.
struct Token: Sendable {
  enum Kind: Equatable, Sendable {
    case identifier(String)
    case number(Double)
    /// Seconds.
    case duration(Double)
    /// Bytes.
    case size(Double)
    /// As a fraction: `0.5%` is 0.005.
    case percent(Double)
    case string([StringPart])
    case symbol(Symbol)
    case newline
    case end
  }

  enum Symbol: String, CaseIterable, Sendable {
    case leftParenthesis = "("
    case rightParenthesis = ")"
    case leftBracket = "["
    case rightBracket = "]"
    case leftBrace = "{"
    case rightBrace = "}"
    case comma = ","
    case colon = ":"
    case semicolon = ";"
    case question = "?"
    case assign = "="
    case equal = "=="
    case notEqual = "!="
    case lessOrEqual = "<="
    case greaterOrEqual = ">="
    case less = "<"
    case greater = ">"
    case plus = "+"
    case minus = "-"
    case times = "*"
    case divide = "/"
    case power = "^"
    case range = ".."
    case dot = "."
  }

  func isOneOf(_ words: [String]) -> Bool {
    if case .identifier(let word) = kind { words.contains(word) } else { false }
  }

  let kind: Kind
  let range: Range<Int>
  /// Whether white space (or a line start) stands before it: `f [1]` is two arguments, `f[1]` an element.
  let isSpaced: Bool
}

/// A string literal is text with `{name}` places in it.
public enum StringPart: Equatable, Sendable {
  case text(String)
  case name(String)
}

/// A comment, kept so that the canonical printer loses none.
struct Comment: Sendable {
  let text: String
  let range: Range<Int>
  /// Nothing but white space before it on its line.
  let isOwnLine: Bool
}
