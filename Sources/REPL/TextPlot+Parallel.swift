import Optim

extension TextPlot {
  /// Vertical axes side by side, a line per point; the ends of each axis are written above and below it.
  func parallel() -> [String] {
    let shownAxes = max(2, min(figure.axes.count, (width + 1) / 9))
    let data = PlotData(figure, axisLimit: shownAxes)
    guard data.axes.count >= 2, let ranges = data.ranges else { return [data.emptiness] }
    let scales = zip(data.axes, ranges).map { Scale(axis: $0, range: $1, tickCount: 2, padding: 0) }
    let columns = data.axes.indices.map { $0 * (width - 1) / (data.axes.count - 1) }
    let rest = figure.axes.dropFirst(shownAxes).map(\.label)
    let missing =
      rest.isEmpty ? nil : "\(rest.count) more axes are not shown: " + rest.joined(separator: ", ")
    let names = staggered(zip(columns, data.axes.map(\.caption)).map { ($0, $1) })
    let legend = legend(data)
    let rows = max(3, bodyHeight(data.note, missing) - legend.count - names.count - 2)
    var canvas = canvas(columns: width, rows: rows, series: data.series.count)
    for (index, series) in data.series.enumerated() {
      for i in 0..<series.count {
        for axis in 1..<scales.count {
          canvas.line(
            from: dot(scales, series, i, axis - 1, columns, canvas),
            to: dot(scales, series, i, axis, columns, canvas),
            style: index)
        }
      }
    }
    let bar: Character = layout.unicode ? "│" : "|"
    let body = lines(of: canvas, data, fill: Dictionary(uniqueKeysWithValues: columns.map { ($0, bar) }))
    let ends = scales.map(ends)
    let top = staggered(zip(columns, ends.map(\.high)).map { ($0, $1) }, rowLimit: 1)
    let bottom = staggered(zip(columns, ends.map(\.low)).map { ($0, $1) }, rowLimit: 1)
    return names + top + body + bottom + legend + notes(data.note) + notes(missing)
  }

  private func dot(
    _ scales: [Scale], _ series: PlotData.Series, _ i: Int, _ axis: Int, _ columns: [Int],
    _ canvas: TextCanvas
  ) -> (x: Int, y: Int) {
    let position = scales[axis].position(series.points[axis][i]) ?? 0
    return (columns[axis] * canvas.width / canvas.columns, canvas.y(position))
  }

  private func ends(_ scale: Scale) -> (low: String, high: String) {
    if let first = scale.axis.categories?.first, let last = scale.axis.categories?.last {
      return (first, last)
    }
    return (NumberText.short(scale.range.lowerBound), NumberText.short(scale.range.upperBound))
  }

  /// Labels centred on their columns, on two lines by turns where they are too long for one.
  private func staggered(_ labels: [(column: Int, text: String)], rowLimit: Int = 2) -> [String] {
    let spacing = labels.count > 1 ? labels[1].column - labels[0].column : width
    let isLong = labels.contains { DisplayWidth.of($0.text) >= spacing }
    let rows = isLong ? min(rowLimit, labels.count) : 1
    return (0..<rows).map { row in
      let turn = labels.enumerated().filter { $0.offset % rows == row }.map(\.element)
      let room = max(1, spacing * rows - 1)
      // The outermost labels cannot be centred: they have half the room only.
      let cut = turn.map { label in (label.column, label.text.truncated(to: room, unicode: layout.unicode)) }
      return Frame.spread(cut, width: width, unicode: layout.unicode)
    }
  }
}
