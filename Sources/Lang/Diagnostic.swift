/// A message about a place in the program: what is wrong, where, and what would help.
public struct Diagnostic: Error, Sendable {
  public let fault: Fault
  /// Where the caret goes.
  public let span: Span
  /// Further stretches of the same line, underlined with `~` (the operands of an operator).
  public let marks: [Span]
  /// Lines of advice below the source line.
  public let help: [String]

  public init(_ fault: Fault, at span: Span, marks: [Span] = [], help: [String] = []) {
    self.fault = fault
    self.span = span
    self.marks = marks
    self.help = fault.help + help
  }

  public var message: String { fault.message }

  /// The message as people read it: text, place, source line, caret, advice.
  ///
  ///     error: unknown name 'gNa2'
  ///       m.dmo:3:14
  ///        | minimize e = gNa2
  ///        |              ^^^^ did you mean 'gNa'?
  public var rendered: String {
    var lines = ["error: \(message)", "  \(span.place)"]
    let source = span.source
    let lineRange = source.lineRange(source.line(at: span.range.lowerBound))
    let window = Self.window(of: lineRange, around: span.range)
    let shown = source.text(in: window)
    lines.append("   | " + shown.replacing("\t", with: " "))
    lines.append("   | " + underline(window) + (fault.hint.map { " \($0)" } ?? ""))
    lines += help.map { "   help: \($0)" }
    return lines.joined(separator: "\n")
  }

  /// At most about 160 bytes of a line around a stretch: a line of a megabyte is not worth showing.
  private static func window(of line: Range<Int>, around range: Range<Int>) -> Range<Int> {
    guard line.count > 200 else { return line }
    let start = max(line.lowerBound, min(range.lowerBound, line.upperBound) - 80)
    return start..<min(line.upperBound, start + 160)
  }

  private func underline(_ window: Range<Int>) -> String {
    var cells: [Character] = []
    let source = span.source
    func mark(_ range: Range<Int>, _ character: Character) {
      let start = min(max(range.lowerBound, window.lowerBound), window.upperBound)
      let end = min(max(range.upperBound, start), window.upperBound)
      let first = source.text(in: window.lowerBound..<start).count
      let length = max(source.text(in: start..<end).count, 1)
      while cells.count < first + length { cells.append(" ") }
      for i in first..<(first + length) { cells[i] = character }
    }
    for other in marks where other.source === source { mark(other.range, "~") }
    mark(span.range, "^")
    return String(cells)
  }
}

/// Several diagnostics of one text, in order.
public struct Diagnostics: Error, Sendable {
  public let all: [Diagnostic]
  public init(_ all: [Diagnostic]) { self.all = all }
}
