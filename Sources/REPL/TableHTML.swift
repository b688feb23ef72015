import Optim

extension TableView {
  /// An HTML table without style of its own, so that it looks like the page it is put into.
  func html() -> String {
    func cells(_ texts: [String], _ tag: String) -> String {
      zip(columns, texts).map { column, text in
        let side = column.isText ? "left" : "right"
        return "<\(tag) style=\"text-align: \(side)\">\(SVG.escaped(text.trimmingSpaces))</\(tag)>"
      }.joined()
    }
    var lines = ["<table>"]
    if let title = table.title { lines.append("<caption>\(SVG.escaped(title))</caption>") }
    lines.append("<thead><tr>\(cells(columns.map(\.header), "th"))</tr></thead>")
    lines.append("<tbody>")
    lines += (0..<shownRows).map { row in "<tr>\(cells(columns.map { $0.cells[row] }, "td"))</tr>" }
    lines += ["</tbody>", "</table>"]
    if let note = note(hidden: []) { lines.append("<p>\(SVG.escaped(note))</p>") }
    return lines.joined(separator: "\n") + "\n"
  }
}
