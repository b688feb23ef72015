import Optim

extension TableView {
  /// A table whose columns sort on a click. Numbers are shown short and sorted by all their digits.
  ///
  /// - Parameter remedy: what to do to see rows that are cut.
  static func html(_ table: Table, rowLimit: Int) -> String {
    let view = TableView(table, TableLayout(rowLimit: rowLimit))
    guard !view.columns.isEmpty else { return "<p class=\"note\">(no columns)</p>" }
    let exact = table.columns.map { Self.exact($0.values, first: view.shownRows) }
    let heads = view.columns.map { column in
      let kind = column.isText ? "" : " class=\"number\""
      return "<th scope=\"col\" tabindex=\"0\"\(kind)>\(HTML.escaped(column.header))</th>"
    }
    let rows = (0..<view.shownRows).map { row in
      let cells = view.columns.indices.map { index -> String in
        let column = view.columns[index]
        let text = column.cells[row].trimmingSpaces
        guard !column.isText else { return "<td>\(HTML.escaped(text))</td>" }
        let value = exact[index].map { $0[row] }.flatMap { $0 == text ? nil : " data-v=\"\($0)\"" } ?? ""
        return "<td class=\"number\"\(value)>\(HTML.escaped(text))</td>"
      }
      return "<tr>\(cells.joined())</tr>"
    }
    let title =
      table.title.map { "<caption><span>\(HTML.escaped($0.withVisibleControls))</span></caption>" } ?? ""
    var notes: [String] = []
    if table.rowCount == 0 { notes.append("(no rows)") }
    if view.shownRows < table.rowCount {
      notes.append(
        "\(view.shownRows) of \(table.rowCount) rows; 'export' writes all of them to a file")
    }
    return
      "<div class=\"wide table\"><table class=\"sortable\">\(title)\n<thead><tr>\(heads.joined())</tr></thead>\n"
      + "<tbody>\(rows.joined(separator: "\n"))</tbody>\n</table></div>"
      + notes.map { "<p class=\"note\">\(HTML.escaped($0))</p>" }.joined()
  }

  /// What numbers are sorted by; nil where the text itself will do.
  private static func exact(_ values: Table.Values, first count: Int) -> [String]? {
    switch values {
    case .numbers(let v), .fractions(let v): v.prefix(count).map(NumberText.exact)
    case .integers, .texts, .flags: nil
    }
  }
}
