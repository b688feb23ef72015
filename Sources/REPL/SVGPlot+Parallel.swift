import Optim

extension SVGPlot {
  func parallel(_ data: PlotData, top: Double) -> Body {
    guard data.axes.count >= 2, let ranges = data.ranges else { return empty(data.emptiness) }
    let scales = zip(data.axes, ranges).map { Scale(axis: $0, range: $1, tickCount: 5, padding: 0) }
    let spacing = max(72, (width - 150) / Double(data.axes.count - 1))
    let area = Area(left: 60, top: top + 40, width: spacing * Double(data.axes.count - 1), height: 300)
    // Long names stand on two lines by turns.
    let room = Int(spacing / 7.2)
    let isStaggered = scales.contains { DisplayWidth.of($0.axis.caption) > room }
    var elements = data.series.flatMap { lines(data, $0, scales, area, spacing) }
    for (index, scale) in scales.enumerated() {
      let x = area.left + Double(index) * spacing
      elements.append(SVG.segment(x, area.top, x, area.bottom, SVG.ink))
      let name = scale.axis.caption.truncated(to: isStaggered ? 2 * room : room + 4)
      let lift = isStaggered && index % 2 == 0 ? 26.0 : 10
      elements.append(SVG.text(name, x: x, y: area.top - lift, anchor: .middle, isBold: true))
      elements += ticks(scale, x: x, area)
    }
    let rest = figure.axes.dropFirst(data.axes.count).map(\.label)
    let missing = rest.isEmpty ? "" : "\(rest.count) more axes are not shown: " + rest.joined(separator: ", ")
    let width = max(self.width, area.right + 90)
    return Body(
      width: width, height: area.bottom + 18 - top, elements: elements, notes: [data.note ?? "", missing])
  }

  private func lines(
    _ data: PlotData, _ series: PlotData.Series, _ scales: [Scale], _ area: Area, _ spacing: Double
  ) -> [String] {
    let paths = (0..<series.count).map { i in
      scales.indices.map { axis in
        let y = area.y(scales[axis].position(series.points[axis][i]) ?? 0)
        return "\(axis == 0 ? "M" : "L")\(SVG.number(area.left + Double(axis) * spacing)) \(SVG.number(y))"
      }.joined()
    }
    let isImportant = series.role.importance >= Figure.Role.reference.importance
    let opacity = isImportant || series.count < 50 ? "0.8" : series.count < 500 ? "0.4" : "0.2"
    let width = isImportant ? "1.8" : "1.2"
    let group =
      "<g fill=\"none\" stroke=\"\(series.style.hex)\" stroke-width=\"\(width)\" opacity=\"\(opacity)\">"
    if series.count >= Self.hoverLimit {
      // Lines that look the same are drawn once.
      return [group, "<path d=\"\(Set(paths).sorted().joined())\"/>", "</g>"]
    }
    return [group.replacing(" opacity=", with: " stroke-opacity=")]
      + paths.enumerated().map { SVG.element("path", "d=\"\($1)\"", hover: hover(data, series, $0)) } + [
        "</g>"
      ]
  }

  /// Labels right of the axis on a white ground, so that lines do not run through them.
  private func ticks(_ scale: Scale, x: Double, _ area: Area) -> [String] {
    scale.ticks.map { tick in
      let y = area.y(scale.position(tick.value) ?? 0)
      let label = tick.label.truncated(to: 12)
      let ground = SVG.rectangle(
        x + 4, y - 7, SVG.width(label, size: 10) + 4, 13, fill: "#FFFFFF\" fill-opacity=\"0.75")
      return SVG.segment(x - 3, y, x + 3, y, SVG.ink) + ground
        + SVG.text(label, x: x + 6, y: y + 3.5, size: 10)
    }
  }
}
