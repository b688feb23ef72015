import Optim

/// Tables for documents: Markdown and LaTeX.
extension TableView {
  func markdown() -> String {
    guard !columns.isEmpty else { return "(no columns)\n" }
    func escaped(_ text: String) -> String { text.replacing("|", with: "\\|") }
    let cells = columns.map { $0.cells.map { escaped($0.trimmingSpaces) } }
    let headers = columns.map { escaped($0.header) }
    let widths = columns.indices.map { index in
      max(3, ([headers[index]] + cells[index]).map(DisplayWidth.of).max() ?? 0)
    }
    func row(_ texts: [String]) -> String {
      let padded = zip(zip(columns, texts), widths).map { item, width in
        item.1.padded(to: width, item.0.isText ? .left : .right)
      }
      return "| " + padded.joined(separator: " | ") + " |"
    }
    let rule = zip(columns, widths).map { column, width in
      column.isText ? String(repeating: "-", count: width) : String(repeating: "-", count: width - 1) + ":"
    }
    var lines = table.title.map { ["**\($0.withVisibleControls)**", ""] } ?? []
    lines += [row(headers), "| " + rule.joined(separator: " | ") + " |"]
    lines += (0..<shownRows).map { index in row(cells.map { $0[index] }) }
    if let note = note(hidden: []) { lines += ["", "_\(note)_"] }
    return lines.joined(separator: "\n") + "\n"
  }

  /// A `tabular` for the booktabs package, to be put into a float with a caption of the writer's own.
  func latex() -> String {
    guard !columns.isEmpty else { return "% no columns\n" }
    func row(_ cells: [String]) -> String { "  " + cells.joined(separator: " & ") + " \\\\" }
    var lines = table.title.map { ["% " + $0.withVisibleControls] } ?? []
    lines.append("% \\usepackage{booktabs}")
    lines.append("\\begin{tabular}{" + columns.map { $0.isText ? "l" : "r" }.joined() + "}")
    lines += ["  \\toprule", row(columns.map { Self.latexEscaped($0.header) }), "  \\midrule"]
    lines += (0..<shownRows).map { index in
      row(
        columns.map { column in
          let text = column.cells[index].trimmingSpaces
          return column.isText ? Self.latexEscaped(text) : Self.latexNumber(text)
        })
    }
    lines += ["  \\bottomrule", "\\end{tabular}"]
    if let note = note(hidden: []) { lines.append("% " + note) }
    return lines.joined(separator: "\n") + "\n"
  }

  /// In mathematics mode, for the minus sign and powers of ten.
  private static func latexNumber(_ text: String) -> String {
    if text.hasSuffix(" %") { return "$\(text.dropLast(2))$\\,\\%" }
    if text.hasSuffix("inf") { return text.hasPrefix("-") ? "$-\\infty$" : "$\\infty$" }
    guard text.last?.isNumber == true else { return latexEscaped(text) }
    let parts = text.split(separator: "e")
    return parts.count == 2 ? "$\(parts[0])\\times 10^{\(parts[1])}$" : "$\(text)$"
  }

  private static func latexEscaped(_ text: String) -> String {
    var escaped = ""
    for character in text {
      switch character {
      case "&", "%", "$", "#", "_", "{", "}": escaped += "\\\(character)"
      case "~": escaped += "\\textasciitilde{}"
      case "^": escaped += "\\textasciicircum{}"
      case "\\": escaped += "\\textbackslash{}"
      // After a line break `\\` a bracket would be read as its optional argument.
      case "[", "]": escaped += "{\(character)}"
      case "<", ">", "|": escaped += "$\(character)$"
      default: escaped.append(character)
      }
    }
    return escaped
  }
}
