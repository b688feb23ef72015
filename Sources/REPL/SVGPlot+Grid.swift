import Optim

extension SVGPlot {
  /// Labelled cells: names of columns above, slanted where they are long, names of rows to the left.
  func grid(_ grid: Figure.Grid, top: Double) -> Body {
    guard !grid.rows.isEmpty, !grid.columns.isEmpty else { return empty("nothing to plot: no cells") }
    let rowNames = grid.rows.map { $0.withVisibleControls.truncated(to: 28) }
    let columnNames = grid.columns.map { $0.withVisibleControls.truncated(to: 28) }
    let nameWidth = rowNames.map { SVG.width($0, size: 12) }.max() ?? 0
    let left = Self.margin + nameWidth + 8
    let side = max(34, min(92, (width - left - Self.margin) / Double(grid.columns.count)))
    let rowHeight = min(side, 40)
    let widest = columnNames.map { SVG.width($0, size: 12) }.max() ?? 0
    let isSlanted = widest > side - 6
    // Half the length of a text turned by 45 degrees, in both directions.
    let slant = isSlanted ? widest * 0.71 : 0
    let head = isSlanted ? slant + 14 : 20
    let area = Area(
      left: left, top: top + head, width: side * Double(grid.columns.count),
      height: rowHeight * Double(grid.rows.count))
    var elements: [String] = []
    for (j, name) in columnNames.enumerated() {
      let x = area.left + (Double(j) + 0.5) * side
      elements.append(
        SVG.text(
          name, x: isSlanted ? x - 2 : x, y: area.top - 6, anchor: isSlanted ? .start : .middle,
          turn: isSlanted ? -45 : nil))
    }
    for (i, name) in rowNames.enumerated() {
      let y = area.top + Double(i) * rowHeight
      elements.append(SVG.text(name, x: left - 8, y: y + rowHeight / 2 + 4, anchor: .end))
      for (j, cell) in grid.cells[i].enumerated() {
        guard let cell else { continue }
        let x = area.left + Double(j) * side
        elements.append(
          SVG.rectangle(
            x + 1, y + 1, side - 2, rowHeight - 2, fill: Self.shade(cell.shade), hover: cell.detail))
        let isDeep = abs(cell.shade) > 0.65
        elements.append(
          SVG.text(
            cell.text, x: x + side / 2, y: y + rowHeight / 2 + 4, anchor: .middle, size: side < 44 ? 10 : 11,
            fill: isDeep ? "#FAFAFA" : "#222222"))
      }
    }
    return Body(width: max(width, area.right + slant + 8), height: area.bottom - top + 10, elements: elements)
  }

  /// From orange (-1) over nearly white (0) to blue (1), which all kinds of colour vision tell apart.
  static func shade(_ value: Double) -> String {
    let share = min(1, abs(value))
    let end = value < 0 ? (213.0, 94.0, 0.0) : (0.0, 114.0, 178.0)
    return hex(238 + (end.0 - 238) * share, 238 + (end.1 - 238) * share, 238 + (end.2 - 238) * share)
  }

  static func hex(_ red: Double, _ green: Double, _ blue: Double) -> String {
    "#"
      + [red, green, blue].map { part in
        let text = String(Int(part.rounded()), radix: 16, uppercase: true)
        return text.count < 2 ? "0" + text : text
      }.joined()
  }
}
