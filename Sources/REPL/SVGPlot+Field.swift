import Optim

extension SVGPlot {
  /// The field behind the marks of a plane, and its scale to the right of it.
  func field(_ shades: FieldShades, _ horizontal: Scale, _ vertical: Scale, in area: Area) -> [String] {
    let field = shades.field
    let xs = Self.edges(field.x.map { horizontal.position($0).map(area.x) }, area.left, area.right)
    let ys = Self.edges(field.y.map { vertical.position($0).map(area.y) }, area.bottom, area.top)
    var elements: [String] = ["<g shape-rendering=\"crispEdges\">"]
    for (i, row) in field.values.enumerated() {
      let steps = row.map(shades.step)
      var j = 0
      // Neighbours of one shade are one rectangle.
      while j < steps.count {
        var end = j + 1
        while end < steps.count, steps[end] == steps[j] { end += 1 }
        if let step = steps[j] {
          elements.append(
            SVG.rectangle(
              // A little into the next row, so that no line shows between two.
              xs[j], ys[i + 1], xs[end] - xs[j], min(ys[i] + 0.6, area.bottom) - ys[i + 1],
              fill: Self.fieldColor(step),
              hover: end == j + 1 ? "\(field.label) = \(NumberText.short(row[j]))" : nil))
        }
        j = end
      }
    }
    return elements + ["</g>"]
  }

  /// Boxes from light to dark with the values at both ends.
  func fieldScale(_ shades: FieldShades, in area: Area) -> [String] {
    let height = area.height / Double(FieldShades.count)
    let x = area.right + 12
    var elements = (0..<FieldShades.count).map { step in
      SVG.rectangle(
        x, area.bottom - Double(step + 1) * height, 14, height, fill: Self.fieldColor(step))
    }
    elements.append(SVG.text(NumberText.short(shades.range.upperBound), x: x + 18, y: area.top + 9, size: 11))
    elements.append(SVG.text(NumberText.short(shades.range.lowerBound), x: x + 18, y: area.bottom, size: 11))
    let unit = shades.field.unit.map { " [\($0)]" } ?? ""
    elements.append(
      SVG.text(
        (shades.field.label + unit).withVisibleControls.truncated(to: 40), x: x + 30, y: area.y(0.5),
        anchor: .middle, size: 12, turn: -90))
    return elements
  }

  /// Light enough for marks of any series to stand out.
  private static func fieldColor(_ step: Int) -> String {
    let share = Double(step) / Double(FieldShades.count - 1)
    return hex(247 - 147 * share, 250 - 90 * share, 252 - 42 * share)
  }

  /// Half-way between neighbouring places, the outermost at the ends of the area.
  private static func edges(_ places: [Double?], _ first: Double, _ last: Double) -> [Double] {
    let (low, high) = (min(first, last), max(first, last))
    let known = places.map { min(high, max(low, $0 ?? first)) }
    return [first] + zip(known, known.dropFirst()).map { ($0 + $1) / 2 } + [last]
  }
}
