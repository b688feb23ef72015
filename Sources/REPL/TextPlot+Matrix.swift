import Optim

extension TextPlot {
  /// Every axis against every other; on the diagonal the name, the distribution and the ends of an axis.
  func matrix() -> [String] {
    let shownAxes = max(1, min(figure.axes.count, (width - 1) / 11))
    let data = PlotData(figure, axisLimit: shownAxes)
    guard let ranges = data.ranges else { return [data.emptiness] }
    let count = data.axes.count
    let scales = zip(data.axes, ranges).map { Scale(axis: $0, range: $1, tickCount: 2) }
    let rest = figure.axes.dropFirst(shownAxes).map(\.label)
    let missing =
      rest.isEmpty ? nil : "\(rest.count) more axes are not shown: " + rest.joined(separator: ", ")
    let legend = legend(data)
    let columns = (width - count - 1) / count
    let rows = max(3, (bodyHeight(data.note, missing) - legend.count - count - 1) / count)

    var body = [border(count, columns, unicode: "┌┬┐")]
    for row in 0..<count {
      if row > 0 { body.append(border(count, columns, unicode: "├┼┤")) }
      let cells = (0..<count).map { column in
        row == column
          ? diagonal(data, scales[row], axis: row, columns: columns, rows: rows)
          : cell(data, scales, x: column, y: row, columns: columns, rows: rows)
      }
      let bar = Paint.dim(layout.unicode ? "│" : "|", layout.color)
      body += (0..<rows).map { line in bar + cells.map { $0[line] }.joined(separator: bar) + bar }
    }
    body.append(border(count, columns, unicode: "└┴┘"))
    return body + legend + notes(data.note) + notes(missing)
  }

  private func border(_ count: Int, _ columns: Int, unicode corners: String) -> String {
    let marks = layout.unicode ? corners.map(String.init) : ["+", "+", "+"]
    let side = String(repeating: layout.unicode ? "─" : "-", count: columns)
    let line = marks[0] + Array(repeating: side, count: count).joined(separator: marks[1]) + marks[2]
    return Paint.dim(line, layout.color)
  }

  private func cell(
    _ data: PlotData, _ scales: [Scale], x: Int, y: Int, columns: Int, rows: Int
  ) -> [String] {
    var canvas = canvas(columns: columns, rows: rows, series: data.series.count)
    draw(data, x: (x, scales[x]), y: (y, scales[y]), on: &canvas)
    return lines(of: canvas, data)
  }

  private func diagonal(_ data: PlotData, _ scale: Scale, axis: Int, columns: Int, rows: Int) -> [String] {
    let name = scale.axis.caption.truncated(to: columns, unicode: layout.unicode).padded(to: columns, .center)
    let ends =
      scale.axis.categories.map { ($0.first ?? "", $0.last ?? "") }
      ?? (NumberText.short(scale.range.lowerBound), NumberText.short(scale.range.upperBound))
    let low = ends.0.truncated(to: columns / 2, unicode: layout.unicode)
    let high = ends.1.truncated(to: columns - columns / 2 - 1, unicode: layout.unicode)
    let foot = low + high.padded(to: columns - DisplayWidth.of(low), .right)
    let counts = histogram(data, scale, axis: axis, bins: columns)
    return [Paint.bold(name, layout.color)] + columnsOf(counts, rows: rows - 2) + [foot]
  }

  /// How many points fall into each of `bins` equal parts of the axis as drawn.
  private func histogram(_ data: PlotData, _ scale: Scale, axis: Int, bins: Int) -> [Int] {
    var counts = Array(repeating: 0, count: bins)
    for series in data.series {
      for value in series.points[axis] {
        guard let position = scale.position(value) else { continue }
        counts[min(bins - 1, max(0, Int(position * Double(bins))))] += 1
      }
    }
    return counts
  }

  /// Upright bars, filled to an eighth of a cell; where anything was counted, something is seen.
  private func columnsOf(_ counts: [Int], rows: Int) -> [String] {
    let largest = Double(max(1, counts.max() ?? 1))
    let partial = Array(" ▁▂▃▄▅▆▇█")
    return (0..<rows).map { row in
      let line = counts.map { count -> Character in
        let eighths = count == 0 ? 0 : max(1, Int((Double(count) / largest * Double(rows) * 8).rounded()))
        let here = min(8, max(0, eighths - (rows - 1 - row) * 8))
        return layout.unicode ? partial[here] : here >= 4 || (here > 0 && row == rows - 1) ? "#" : " "
      }
      return Paint.dim(String(line), layout.color)
    }
  }
}
