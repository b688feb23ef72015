import Optim

/// A table for people: short numbers, units in the header, columns aligned, and cut to the terminal with a
/// note that names what is missing.
struct TableView {
  /// One column as text, before padding.
  struct Column {
    let name: String
    let header: String
    let cells: [String]
    let isText: Bool
    /// Of the widest cell or the header.
    let width: Int
  }

  let table: Table
  let layout: TableLayout
  let columns: [Column]
  let shownRows: Int

  init(_ table: Table, _ layout: TableLayout) {
    self.table = table
    self.layout = layout
    shownRows = min(table.rowCount, layout.rowLimit.map { max(0, $0) } ?? .max)
    columns = table.columns.map { [shownRows] column in
      let header = column.name + (column.unit.map { " [\($0)]" } ?? "")
      let cells = Self.texts(column.values, first: shownRows)
      let isText =
        switch column.values {
        case .texts, .flags: true
        case .numbers, .fractions, .integers: false
        }
      return Column(
        name: column.name, header: header.withVisibleControls, cells: cells, isText: isText,
        width: max(DisplayWidth.of(header), cells.map(DisplayWidth.of).max() ?? 0))
    }
  }

  /// The first `count` values as people read them, numbers padded so that decimal points fall together.
  private static func texts(_ values: Table.Values, first count: Int) -> [String] {
    switch values {
    case .numbers(let v): aligned(v.prefix(count).map { NumberText.short($0) })
    case .fractions(let v): NumberText.percentages(Array(v.prefix(count)))
    case .integers(let v): v.prefix(count).map(String.init)
    case .texts(let v): v.prefix(count).map(\.withVisibleControls)
    case .flags(let v): v.prefix(count).map { $0 ? "yes" : "no" }
    }
  }

  private static func aligned(_ numbers: [String]) -> [String] {
    func tail(_ text: String) -> Int {
      guard text.last?.isNumber == true, let point = text.firstIndex(where: { $0 == "." || $0 == "e" })
      else { return 0 }
      return text.distance(from: point, to: text.endIndex)
    }
    let longest = numbers.map(tail).max() ?? 0
    return numbers.map { $0.isEmpty ? $0 : $0 + String(repeating: " ", count: longest - tail($0)) }
  }

  // MARK: Columns

  private static let gap = 2
  /// Text columns shrink to this before whole columns are left out.
  private static let leastTextWidth = 16

  /// `box` (a rule under the header) and `plain`.
  func columns(isRuled: Bool) -> String {
    guard !columns.isEmpty else { return titled(["(no columns)"]) }
    let widths = fittingWidths()
    let shown = Array(columns.prefix(widths.count))
    func row(_ cells: [String], header: Bool) -> String {
      let padded = zip(zip(shown, cells), widths).map { item, width in
        let text = item.1.truncated(to: width, unicode: layout.unicode)
        return text.padded(to: width, item.0.isText ? .left : .right)
      }
      var line = padded.joined(separator: String(repeating: " ", count: Self.gap))
      while line.last == " " { line.removeLast() }
      return header ? Paint.bold(line, layout.color && isRuled) : line
    }
    var lines = [row(shown.map(\.header), header: true)]
    if isRuled {
      let total = widths.reduce(0, +) + Self.gap * (widths.count - 1)
      lines.append(Paint.dim(String(repeating: layout.unicode ? "─" : "-", count: total), layout.color))
    }
    lines += (0..<shownRows).map { index in row(shown.map { $0.cells[index] }, header: false) }
    if table.rowCount == 0 { lines.append("(no rows)") }
    if let note = note(hidden: columns.dropFirst(shown.count).map(\.name)) {
      lines += note.wrapped(to: max(20, layout.width ?? .max), unicode: layout.unicode).map {
        Paint.dim($0, layout.color && isRuled)
      }
    }
    return titled(lines)
  }

  /// Widths of the columns that are shown: as many as fit with text columns at their least, then the
  /// text columns get what is left over.
  private func fittingWidths() -> [Int] {
    guard let room = layout.width else { return columns.map(\.width) }
    let least = columns.map { column in
      column.isText
        ? min(column.width, max(Self.leastTextWidth, DisplayWidth.of(column.header))) : column.width
    }
    var widths: [Int] = []
    var used = 0
    for width in least {
      let next = used + width + (widths.isEmpty ? 0 : Self.gap)
      if next > room { break }
      widths.append(width)
      used = next
    }
    if widths.isEmpty { return [max(1, room)] }
    for (index, column) in columns.prefix(widths.count).enumerated() where column.width > widths[index] {
      let more = min(room - used, column.width - widths[index])
      widths[index] += more
      used += more
    }
    return widths
  }

  /// "12 of 512 rows, 3 more columns: a, b, c; 'table all' shows everything", or nil where all is shown.
  func note(hidden: [String]) -> String? {
    var parts: [String] = []
    if shownRows < table.rowCount { parts.append("\(shownRows) of \(table.rowCount) rows") }
    if !hidden.isEmpty {
      var names = hidden.prefix(4).joined(separator: ", ")
      if hidden.count > 4 { names += layout.unicode ? ", …" : ", ..." }
      parts.append("\(hidden.count) more column\(hidden.count == 1 ? "" : "s"): \(names)")
    }
    return parts.isEmpty ? nil : parts.joined(separator: ", ") + "; " + layout.remedy
  }

  func titled(_ lines: [String]) -> String {
    let title = table.title.map { [Paint.bold($0.withVisibleControls, layout.color)] } ?? []
    return (title + lines).joined(separator: "\n") + "\n"
  }

  // MARK: One value per line

  func lines() -> String {
    let width = columns.map { DisplayWidth.of($0.header) }.max() ?? 0
    let records = (0..<shownRows).map { row in
      columns.map { column in
        let value = column.cells[row].trimmingSpaces
        return column.header.padded(to: width) + " =" + (value.isEmpty ? "" : " " + value)
      }.joined(separator: "\n")
    }
    let body = records.isEmpty ? ["(no rows)"] : [records.joined(separator: "\n\n")]
    return titled(body + (note(hidden: []).map { ["", $0] } ?? []))
  }
}

extension String {
  var trimmingSpaces: String {
    String(drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
  }
}
