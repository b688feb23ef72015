/// A piece of program text with its name: a file, a prompt entry, a cell.
public final class Source: Sendable {
  /// Shown in messages: a path, `dmo[3]`, `-e`.
  public let name: String
  /// The folder that files named in the text are relative to.
  public let directory: String
  /// UTF-8, always followed by one 0 that is not part of the text, so that the lexer may look one byte ahead.
  let bytes: [UInt8]
  private let lineStarts: [Int]

  public init(name: String, text: String, directory: String = ".") {
    self.name = name
    self.directory = directory
    var bytes = Array(text.utf8)
    var starts = [0]
    for (i, byte) in bytes.enumerated() where byte == UInt8(ascii: "\n") { starts.append(i + 1) }
    bytes.append(0)
    self.bytes = bytes
    lineStarts = starts
  }

  public var count: Int { bytes.count - 1 }
  var lineCount: Int { lineStarts.count }
  public var text: String { String(decoding: bytes.dropLast(), as: UTF8.self) }

  public func text(in range: Range<Int>) -> String {
    String(decoding: bytes[range], as: UTF8.self)
  }

  /// Line number of an offset, counted from 1.
  public func line(at offset: Int) -> Int {
    var low = 0
    var high = lineStarts.count
    while high - low > 1 {
      let middle = (low + high) / 2
      if lineStarts[middle] <= offset { low = middle } else { high = middle }
    }
    return low + 1
  }

  /// Column in characters, counted from 1.
  public func column(at offset: Int) -> Int {
    text(in: lineStarts[line(at: offset) - 1]..<offset).count + 1
  }

  /// The bytes of a line (counted from 1) without its line end.
  func lineRange(_ line: Int) -> Range<Int> {
    let start = lineStarts[line - 1]
    var end = line < lineStarts.count ? lineStarts[line] - 1 : count
    if end > start && bytes[end - 1] == UInt8(ascii: "\r") { end -= 1 }
    return start..<end
  }
}

/// A stretch of a source, in bytes.
public struct Span: Sendable {
  public let source: Source
  public let range: Range<Int>

  public init(_ source: Source, _ range: Range<Int>) {
    self.source = source
    self.range = range
  }

  public var text: String { source.text(in: range) }

  /// The text as the name of a column: without the parentheses that an argument needs.
  var label: String {
    let text = text
    return text.hasPrefix("(") && text.hasSuffix(")") ? String(text.dropFirst().dropLast()) : text
  }

  /// `file:line:column` of the start.
  public var place: String {
    "\(source.name):\(source.line(at: range.lowerBound)):\(source.column(at: range.lowerBound))"
  }

  var line: Int { source.line(at: range.lowerBound) }

  /// `file:line` of the start.
  public var linePlace: String { "\(source.name):\(source.line(at: range.lowerBound))" }

  /// From the start of this span to the end of the other one.
  public func through(_ other: Span) -> Span {
    Span(source, range.lowerBound..<max(range.upperBound, other.range.upperBound))
  }
}
