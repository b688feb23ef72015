import Optim

extension SVGPlot {
  func bars(_ bars: [Figure.Bar], unit: String?, top: Double) -> Body {
    guard !bars.isEmpty else { return empty("nothing to plot: no bars") }
    let values = BarValues(bars.map(\.value), unit: unit)
    let names = bars.map { $0.label.withVisibleControls.truncated(to: 40) }
    let nameWidth = names.map { SVG.width($0, size: 12) }.max() ?? 0
    let valueWidth = values.texts.map { SVG.width($0, size: 12) }.max() ?? 0
    let row = 26.0
    let left = Self.margin + nameWidth + 8
    let area = Area(
      left: left, top: top + 6, width: max(80, width - left - valueWidth - 26),
      height: row * Double(bars.count))
    let zero = area.x(values.negativeShare)
    var elements: [String] = []
    for (i, share) in values.shares.enumerated() {
      let y = area.top + Double(i) * row
      let length = share * area.width
      let start = min(zero, zero + length)
      elements.append(SVG.text(names[i], x: left - 8, y: y + 17, anchor: .end))
      elements.append(
        SVG.rectangle(
          start, y + 4, abs(length), row - 8, fill: "#0072B2", hover: "\(bars[i].label): \(values.texts[i])"))
      elements.append(SVG.text(values.texts[i], x: max(zero, zero + length) + 6, y: y + 17))
    }
    elements.append(SVG.segment(zero, area.top, zero, area.bottom, SVG.line))
    return Body(height: area.height + 16, elements: elements)
  }
}
