import Optim

extension TextPlot {
  /// Figures side by side and below each other, as many as remain legible.
  func panels(_ figures: [Figure]) -> [String] {
    guard !figures.isEmpty else { return ["nothing to plot: no panels"] }
    let perRow = min(figures.count, max(1, width / Self.leastPanel.columns))
    let fitting = max(1, bodyHeight() / Self.leastPanel.rows) * perRow
    let shown = figures.prefix(fitting)
    let rest = figures.count - shown.count
    let note =
      rest > 0 ? "\(shown.count) of \(figures.count) panels; all of them: plot ... to \"file.svg\"" : nil
    let rows = (shown.count + perRow - 1) / perRow
    let columns = (shown.count + rows - 1) / rows
    let size = (columns: (width - 2 * (columns - 1)) / columns, rows: bodyHeight(note) / rows)
    var lines: [String] = []
    for first in stride(from: 0, to: shown.count, by: columns) {
      let row = shown[first..<min(first + columns, shown.count)].map { figure in
        var room = layout
        // A picture leaves two columns and rows free, which only the whole needs.
        (room.columns, room.rows) = (size.columns + 2, size.rows + 2)
        return Array(TextPlot(figure, room).lines().prefix(size.rows))
      }
      for line in 0..<(row.map(\.count).max() ?? 0) {
        lines.append(
          row.map { panel in
            let text = line < panel.count ? panel[line] : ""
            return text + String(repeating: " ", count: max(0, size.columns - text.visibleWidth))
          }.joined(separator: "  "))
      }
    }
    return lines + notes(note)
  }

  /// Below this nothing of a panel can be read.
  private static let leastPanel = (columns: 24, rows: 10)
}

extension String {
  /// Columns in a terminal, not counting the sequences that `Paint` writes.
  var visibleWidth: Int {
    guard contains("\u{1B}") else { return DisplayWidth.of(self) }
    var (width, isInside) = (0, false)
    for character in self {
      if character == "\u{1B}" {
        isInside = true
      } else if isInside {
        isInside = character != "m"
      } else {
        width += DisplayWidth.of(character)
      }
    }
    return width
  }
}
