import Optim

extension TextPlot {
  /// Cells as short texts, with `-` or `+` behind what is clearly below or above the middle of the scale. Names of columns that do not
  /// fit above their cells are replaced by numbers, which stand before the names of rows as well.
  func grid(_ grid: Figure.Grid) -> [String] {
    guard !grid.rows.isEmpty, !grid.columns.isEmpty else { return ["nothing to plot: no cells"] }
    let texts = grid.cells.map { row in row.map { $0.map { $0.text + mark($0.shade) } ?? "" } }
    let cellWidth = max(3, texts.flatMap { $0 }.map(DisplayWidth.of).max() ?? 0)
    let names = grid.columns.map(\.withVisibleControls)
    let rows = grid.rows.map(\.withVisibleControls)
    let widest = names.map(DisplayWidth.of).max() ?? 0
    let isNumbered =
      (max(widest, cellWidth) + 1) * names.count + (rows.map(DisplayWidth.of).max() ?? 0) > width
    let column = isNumbered ? cellWidth : max(widest, cellWidth)
    let digits = "\(names.count)".count
    let labels = rows.enumerated().map { i, name in
      isNumbered ? "\(i + 1)".padded(to: digits, .right) + " " + name : name
    }
    let room = max(12, width - (column + 1) * min(names.count, 8))
    let labelWidth = min(room, labels.map(DisplayWidth.of).max() ?? 0)
    let shownColumns = max(1, min(names.count, (width - labelWidth) / (column + 1)))
    let heads = (0..<shownColumns).map { isNumbered ? "\($0 + 1)" : names[$0] }
    let head =
      String(repeating: " ", count: labelWidth)
      + heads.map { " " + $0.padded(to: column, .right) }.joined()
    let cut = shownColumns < names.count ? "\(shownColumns) of \(names.count) columns" : nil
    let fits = bodyHeight(cut) - 1
    let shownRows = rows.count <= fits ? rows.count : max(1, fits - 1)
    let lines = (0..<shownRows).map { i in
      labels[i].truncated(to: labelWidth, unicode: layout.unicode).padded(to: labelWidth)
        + (0..<shownColumns).map { j in
          let text = " " + texts[i][j].padded(to: column, .right)
          guard let cell = grid.cells[i][j], abs(cell.shade) >= Self.clear else { return text }
          return Paint.color(text, cell.shade < 0 ? 208 : 32, layout.color)
        }.joined()
    }
    let missing = [shownRows < rows.count ? "\(shownRows) of \(rows.count) rows" : nil, cut].compactMap { $0 }
    return [Paint.dim(head, layout.color)] + lines + notes(missing.joined(separator: ", "))
  }

  /// A shade from which on a cell is marked.
  private static let clear = 0.15

  private func mark(_ shade: Double) -> String {
    shade <= -Self.clear ? "-" : shade >= Self.clear ? "+" : " "
  }
}
