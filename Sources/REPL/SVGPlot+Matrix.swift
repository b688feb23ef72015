import Optim

extension SVGPlot {
  func matrix(_ data: PlotData, top: Double) -> Body {
    guard let ranges = data.ranges else { return empty(data.emptiness) }
    let count = data.axes.count
    let side = max(84, (width - 70) / Double(count))
    let total = data.series.reduce(0) { $0 + $1.count } * count * (count - 1)
    let scales = zip(data.axes, ranges).map { Scale(axis: $0, range: $1, tickCount: max(2, Int(side / 50))) }
    var elements: [String] = []
    for row in 0..<count {
      for column in 0..<count {
        let area = Area(
          left: 56 + Double(column) * side, top: top + 4 + Double(row) * side, width: side - 6,
          height: side - 6)
        if row == column {
          elements += distribution(data, scales[row], axis: row, in: area)
        } else {
          let r = total < Self.hoverLimit ? 2.6 : 1.8
          elements += marks(
            data, x: (column, scales[column]), y: (row, scales[row]), in: area, radius: r, total: total)
        }
        elements.append(
          SVG.rectangle(area.left, area.top, area.width, area.height, fill: "none", stroke: SVG.line))
        if column == 0 { elements += rowLabels(scales[row], area) }
        if row == count - 1 { elements += columnLabels(scales[column], area) }
      }
    }
    let rest = figure.axes.dropFirst(count).map(\.label)
    let missing = rest.isEmpty ? "" : "\(rest.count) more axes are not shown: " + rest.joined(separator: ", ")
    let width = max(self.width, 70 + side * Double(count))
    return Body(
      width: width, height: side * Double(count) + 26, elements: elements, notes: [data.note ?? "", missing])
  }

  /// The name of an axis over a histogram of all points.
  private func distribution(_ data: PlotData, _ scale: Scale, axis: Int, in area: Area) -> [String] {
    let bins = 20
    var counts = Array(repeating: 0, count: bins)
    for series in data.series {
      for value in series.points[axis] {
        guard let position = scale.position(value) else { continue }
        counts[min(bins - 1, max(0, Int(position * Double(bins))))] += 1
      }
    }
    let largest = Double(max(1, counts.max() ?? 1))
    let bars = counts.enumerated().filter { $0.element > 0 }.map { bin, count in
      let height = Double(count) / largest * (area.height - 26)
      let width = area.width / Double(bins)
      return SVG.rectangle(
        area.left + Double(bin) * width, area.bottom - height, width, height, fill: "#D0D7DE",
        hover: "\(count) points")
    }
    let name = scale.axis.caption.truncated(to: Int(area.width / 7.2))
    return bars + [SVG.text(name, x: area.x(0.5), y: area.top + 16, anchor: .middle, isBold: true)]
  }

  private func rowLabels(_ scale: Scale, _ area: Area) -> [String] {
    scale.ticks.map { tick in
      let y = area.y(scale.position(tick.value) ?? 0)
      return SVG.text(tick.label.truncated(to: 8), x: area.left - 4, y: y + 3, anchor: .end, size: 10)
    }
  }

  private func columnLabels(_ scale: Scale, _ area: Area) -> [String] {
    Self.spread(scale, area).map {
      SVG.text($0.text, x: $0.x, y: area.bottom + 14, anchor: .middle, size: 10)
    }
  }
}
