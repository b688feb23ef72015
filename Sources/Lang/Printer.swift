/// Writes syntax trees in the one canonical form; parsing the result gives the same tree. Comments keep their places.
public struct Printer {
  private var lines: [String] = []
  private var comments: ArraySlice<Comment>
  private let source: Source

  public static func text(_ script: Script) -> String {
    var printer = Printer(comments: script.comments[...], source: script.source)
    printer.print(script.statements, depth: 0)
    printer.flush(before: Int.max, depth: 0)
    return printer.lines.joined(separator: "\n") + (printer.lines.isEmpty ? "" : "\n")
  }

  public static func quoted(_ text: String) -> String { quoted([.text(text)]) }

  private init(comments: ArraySlice<Comment>, source: Source) {
    self.comments = comments
    self.source = source
  }

  // MARK: Lines and comments

  private mutating func add(_ text: String, _ depth: Int) {
    lines.append(text.isEmpty ? "" : String(repeating: "  ", count: depth) + text)
  }

  /// Comments that stand before an offset, each on its own line.
  private mutating func flush(before offset: Int, depth: Int) {
    while let comment = comments.first, comment.range.lowerBound < offset {
      if comment.isOwnLine { keepBlank(before: comment.range.lowerBound) }
      add(comment.text, depth)
      comments.removeFirst()
    }
  }

  /// A comment behind a statement, on the line where it ends.
  private mutating func attach(behind end: Int) {
    guard let comment = comments.first, !comment.isOwnLine,
      source.line(at: comment.range.lowerBound) == source.line(at: max(end - 1, 0))
    else { return }
    lines[lines.count - 1] += "  " + comment.text
    comments.removeFirst()
  }

  /// One blank line where the text has some, to keep paragraphs apart.
  private mutating func keepBlank(before offset: Int) {
    let line = source.line(at: offset)
    guard line > 1, let last = lines.last, !last.isEmpty else { return }
    if source.text(in: source.lineRange(line - 1)).allSatisfy(\.isWhitespace) { lines.append("") }
  }

  // MARK: Statements

  private mutating func print(_ statements: [Statement], depth: Int) {
    for statement in statements {
      let start = statement.span.range.lowerBound
      flush(before: start, depth: depth)
      keepBlank(before: start)
      print(statement, depth)
      attach(behind: statement.span.range.upperBound)
    }
  }

  private mutating func print(_ statement: Statement, _ depth: Int) {
    switch statement.kind {
    case .simulator(let simulator): print(simulator, depth)
    case .function(let function):
      let head = "def \(function.name.text)(\(function.parameters.map(\.text).joined(separator: ", ")))"
      switch function.body {
      case .expression(let value): add("\(head) = \(Self.text(value))", depth)
      case .block(let body): block(head, body, depth, end: statement.span)
      }
    case .conditional(let condition, let yes, let no):
      conditional("if \(Self.text(condition))", yes, no, depth, end: statement.span)
    case .loop(let name, let list, let body):
      block("for \(name.text) in \(Self.text(list))", body, depth, end: statement.span)
    case .repetition(let condition, let body):
      block("while \(Self.text(condition))", body, depth, end: statement.span)
    default: add(Self.line(statement.kind), depth)
    }
    if statement.isQuiet { lines[lines.count - 1] += ";" }
  }

  private mutating func block(_ head: String, _ body: [Statement], _ depth: Int, end: Span) {
    add("\(head) {", depth)
    print(body, depth: depth + 1)
    flush(before: end.range.upperBound - 1, depth: depth + 1)
    add("}", depth)
  }

  private mutating func conditional(
    _ head: String, _ yes: [Statement], _ no: [Statement]?, _ depth: Int, end: Span
  ) {
    guard let no else { return block(head, yes, depth, end: end) }
    add("\(head) {", depth)
    print(yes, depth: depth + 1)
    if no.count == 1, case .conditional(let condition, let next, let last) = no[0].kind {
      conditional("} else if \(Self.text(condition))", next, last, depth, end: end)
    } else {
      block("} else", no, depth, end: end)
    }
  }

  private mutating func print(_ simulator: SimulatorDeclaration, _ depth: Int) {
    add("simulator \(simulator.name.text) {", depth)
    for item in simulator.items {
      flush(before: item.span.range.lowerBound, depth: depth + 1)
      switch item {
      case .setting(let setting): add("\(setting.name.text) = \(Self.text(setting.value))", depth + 1)
      case .output(let output):
        let words = [
          "output", output.name.text + (output.count.map { "[\(Self.text($0))]" } ?? ""), output.kind?.text,
          output.unit.map(Self.quoted),
        ]
        add(words.compactMap { $0 }.joined(separator: " "), depth + 1)
      }
      attach(behind: item.span.range.upperBound)
    }
    add("}", depth)
  }

  /// Statements of one line.
  private static func line(_ kind: Statement.Kind) -> String {
    switch kind {
    case .study(let value): "study \(text(value))"
    case .seed(let value): "seed \(text(value))"
    case .argument(let name, let value): "arg \(name.text) = \(text(value))"
    case .constant(let name, let value): "const \(name.text) = \(text(value))"
    case .binding(let name, let value): "let \(name.text) = \(text(value, isBound: true))"
    case .parameter(let parameter): line(parameter)
    case .objective(let objective):
      "\(objective.isMinimized ? "minimize" : "maximize") \(objective.name.text) = \(text(objective.value))"
        + (objective.unit.map { " \(quoted($0))" } ?? "")
    case .constraint(let name, let condition): "constraint \(name.text): \(text(condition))"
    case .giveBack(let value): "return" + (value.map { " \(text($0))" } ?? "")
    case .expression(let value): text(value)
    case .verb(let call): text(call)
    default: ""
    }
  }

  private static func line(_ parameter: ParameterDeclaration) -> String {
    let words = [
      "param \(parameter.name.text)\(parameter.count.map { "[\(text($0))]" } ?? "") in \(text(parameter.domain))",
      parameter.step.map { "step \(text($0))" }, parameter.unit.map(quoted), parameter.isLog ? "log" : nil,
      parameter.condition.map { "when \(text($0))" },
    ]
    return words.compactMap { $0 }.joined(separator: " ")
  }
}
