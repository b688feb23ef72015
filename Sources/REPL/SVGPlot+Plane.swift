import Optim

extension SVGPlot {
  func plane(_ data: PlotData, top: Double) -> Body {
    guard data.axes.count == 2, let ranges = data.ranges else { return empty(data.emptiness) }
    let vertical = Scale(axis: data.axes[1], range: ranges[1], tickCount: planeHeight < 300 ? 5 : 7)
    let labelWidth = min(140, vertical.ticks.map { SVG.width($0.label, size: 11) }.max() ?? 0)
    let left = Self.margin + 24 + labelWidth
    let shades = figure.field.flatMap(FieldShades.init)
    let room = width - left - (shades == nil ? 20 : 76)
    let area = Area(left: left, top: top + 8, width: room, height: planeHeight - top * 0.25)
    let horizontal = Scale(axis: data.axes[0], range: ranges[0], tickCount: width < 500 ? 4 : 8)
    let total = data.series.reduce(0) { $0 + $1.count }
    var elements = shades.map { field($0, horizontal, vertical, in: area) } ?? []
    elements += frame(horizontal, vertical, area)
    elements += marks(data, x: (0, horizontal), y: (1, vertical), in: area, radius: nil, total: total)
    elements += shades.map { fieldScale($0, in: area) } ?? []
    elements.append(
      SVG.text(data.axes[0].caption, x: area.x(0.5), y: area.bottom + 38, anchor: .middle, size: 13))
    elements.append(
      SVG.text(
        data.axes[1].caption, x: Self.margin + 6, y: area.y(0.5), anchor: .middle, size: 13, turn: -90))
    return Body(height: area.bottom + 50 - top, elements: elements, notes: [data.note ?? ""])
  }

  /// Frame, light grid and tick labels.
  private func frame(_ horizontal: Scale, _ vertical: Scale, _ area: Area) -> [String] {
    var elements: [String] = []
    for tick in vertical.ticks {
      let y = area.y(vertical.position(tick.value) ?? 0)
      let label = tick.label.truncated(to: 22)
      elements.append(SVG.segment(area.left, y, area.right, y, SVG.faint))
      elements.append(SVG.text(label, x: area.left - 6, y: y + 4, anchor: .end, size: 11))
    }
    for tick in horizontal.ticks {
      let x = area.x(horizontal.position(tick.value) ?? 0)
      elements.append(SVG.segment(x, area.top, x, area.bottom, SVG.faint))
    }
    for label in Self.spread(horizontal, area) {
      elements.append(SVG.text(label.text, x: label.x, y: area.bottom + 17, anchor: .middle, size: 11))
    }
    elements.append(
      SVG.rectangle(area.left, area.top, area.width, area.height, fill: "none", stroke: SVG.line))
    return elements
  }

  /// Tick labels that do not touch: all, or every second, third, ... of them.
  static func spread(_ scale: Scale, _ area: Area) -> [(x: Double, text: String)] {
    let labels = scale.ticks.map { tick in
      (x: area.x(scale.position(tick.value) ?? 0), text: tick.label.truncated(to: 16))
    }
    for stride in 1...max(1, labels.count) {
      let some = labels.enumerated().filter { $0.offset % stride == 0 }.map(\.element)
      let isFree = zip(some, some.dropFirst()).allSatisfy { a, b in
        a.x + SVG.width(a.text, size: 11) / 2 + 6 <= b.x - SVG.width(b.text, size: 11) / 2
      }
      if isFree { return some }
    }
    return []
  }
}
