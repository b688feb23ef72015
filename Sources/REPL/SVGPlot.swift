import Optim

/// The figure as a self-contained SVG document, which may also stand inside HTML.
func renderSVG(_ figure: Figure) -> String { SVGPlot(figure).render() }

/// Draws a figure on a white panel with the palette of Okabe and Ito; the values of a mark appear under the
/// pointer where there are fewer than 5,000 marks.
struct SVGPlot {
  let figure: Figure
  static let hoverLimit = 5000
  /// A series of fewer points keeps its shape and hover text beside one of very many.
  static let fewMarks = 300

  /// Of the whole picture; labels keep their size.
  let width: Double
  /// Height of the frame of a plane with one line of title and legend.
  let planeHeight: Double

  init(_ figure: Figure, width: Double = standardWidth, planeHeight: Double = 400) {
    (self.figure, self.width, self.planeHeight) = (figure, width, planeHeight)
  }

  /// A finished body with the room it takes below `top`.
  struct Body {
    var width: Double?
    var height: Double
    var elements: [String]
    var notes: [String] = []
  }

  static let standardWidth = 720.0
  static let margin = 14.0

  func render() -> String {
    let drawing = drawing()
    return document(drawing.elements, width: drawing.width, height: drawing.height)
  }

  /// The elements with the room that they take.
  func drawing() -> (elements: [String], width: Double, height: Double) {
    let data = PlotData(figure, axisLimit: axisLimit)
    let keys = legend(data)
    let top = (figure.title.isEmpty ? Self.margin : 36) + Double(keys.count) * 20
    let body =
      switch figure.kind {
      case .plane: plane(data, top: top)
      case .matrix: matrix(data, top: top)
      case .parallel: parallel(data, top: top)
      case .bars(let bars, let unit): self.bars(bars, unit: unit, top: top)
      case .grid(let cells): grid(cells, top: top)
      case .panels(let figures): panels(figures, top: top)
      }
    let full = body.width ?? width
    var elements: [String] = []
    if !figure.title.isEmpty {
      elements.append(
        SVG.text(
          figure.title.truncated(to: Int(width / 8)), x: Self.margin, y: 24, size: width < 500 ? 13 : 15,
          isBold: true))
    }
    for (row, key) in keys.enumerated() {
      elements += place(key, y: top - 6 - Double(keys.count - row - 1) * 20)
    }
    elements += body.elements
    var height = top + body.height
    for note in (body.notes + [figure.caption ?? ""]).flatMap({
      $0.withVisibleControls.wrapped(to: Int(full / 6.6))
    }) {
      height += 16
      elements.append(SVG.text(note, x: Self.margin, y: height - 4, size: 11, fill: "#666666"))
    }
    return (elements, full, height + Self.margin / 2)
  }

  private var axisLimit: Int {
    switch figure.kind {
    case .plane: 2
    case .matrix: 12
    case .parallel: 24
    case .bars, .grid, .panels: 0
    }
  }

  private func document(_ elements: [String], width: Double, height: Double) -> String {
    let (w, h) = (SVG.number(width), SVG.number(height))
    let size = "width=\"\(w)\" height=\"\(h)\" viewBox=\"0 0 \(w) \(h)\""
    let face = "font-family=\"system-ui, 'Segoe UI', Helvetica, Arial, 'DejaVu Sans', sans-serif\""
    let label = "role=\"img\" aria-label=\"\(SVG.escaped(figure.title))\""
    return "<svg xmlns=\"http://www.w3.org/2000/svg\" \(size) \(face) \(label)>\n"
      + SVG.rectangle(0, 0, width, height, fill: "#FFFFFF") + "\n" + elements.joined(separator: "\n")
      + "\n</svg>\n"
  }

  // MARK: Shared by the kinds with series

  func empty(_ reason: String) -> Body {
    Body(height: 60, elements: [SVG.text(reason, x: Self.margin, y: 80, size: 13)])
  }

  /// Rows of series with the place where each begins; none for a single series.
  private func legend(_ data: PlotData) -> [[(series: PlotData.Series, name: String, x: Double)]] {
    guard data.series.count > 1 else { return [] }
    var rows: [[(series: PlotData.Series, name: String, x: Double)]] = []
    var x = Double.infinity
    for series in data.legend.prefix(24) {
      let name = series.name.truncated(to: 40)
      let length = SVG.width(name, size: 12) + 40
      if x + length > width - Self.margin {
        rows.append([])
        x = Self.margin
      }
      rows[rows.count - 1].append((series, name, x))
      x += length
    }
    return rows
  }

  private func place(_ row: [(series: PlotData.Series, name: String, x: Double)], y: Double) -> [String] {
    row.flatMap { key in
      let swatch =
        key.series.isLine || figure.kind == .parallel
        ? SVG.segment(key.x, y - 4, key.x + 16, y - 4, key.series.style.hex, width: 2)
        : SVG.mark(key.series.style, x: key.x + 8, y: y - 4, r: 4.5)
      return [swatch, SVG.text(key.name, x: key.x + 22, y: y)]
    }
  }

  /// `front: f1 = 3.2 Hz, kind = one`.
  func hover(_ data: PlotData, _ series: PlotData.Series, _ i: Int) -> String {
    let values = zip(data.axes, series.points).map { axis, values -> String in
      let value = values[i]
      if let names = axis.categories, value >= 0, value.rounded() < Double(names.count) {
        return "\(axis.label) = \(names[Int(value.rounded())])"
      }
      return "\(axis.label) = \(NumberText.short(value))\(axis.unit.map { " \($0)" } ?? "")"
    }
    return (series.name.isEmpty ? "" : series.name + ": ") + values.joined(separator: ", ")
  }

  /// Series against two axes inside a rectangle.
  func marks(
    _ data: PlotData, x: (axis: Int, scale: Scale), y: (axis: Int, scale: Scale), in area: Area,
    radius: Double?,
    total: Int
  ) -> [String] {
    data.series.flatMap { series -> [String] in
      let places = (0..<series.count).map { i in
        (
          x: area.x(x.scale.position(series.points[x.axis][i]) ?? 0),
          y: area.y(y.scale.position(series.points[y.axis][i]) ?? 0)
        )
      }
      let isImportant = series.role.importance >= Figure.Role.reference.importance
      let r =
        radius.map { isImportant ? $0 * 1.3 : $0 } ?? (series.count < 200 ? 4 : series.count < 2000 ? 3 : 2)
      if series.isLine { return [Self.path(series, places)] + joints(data, series, places, total: total) }
      if total >= Self.hoverLimit && series.count >= Self.fewMarks {
        return [SVG.dots(series.style, places, r: r * 0.8)]
      }
      let opacity = series.role == .infeasible ? "0.65" : series.count > 300 ? "0.8" : "1"
      let marks = places.enumerated().map { i, place in
        SVG.mark(series.style, x: place.x, y: place.y, r: r, hover: hover(data, series, i))
      }
      return marks.isEmpty ? [] : ["<g opacity=\"\(opacity)\">"] + marks + ["</g>"]
    }
  }

  private static func path(_ series: PlotData.Series, _ places: [(x: Double, y: Double)]) -> String {
    var path = ""
    for (i, place) in places.enumerated() {
      path +=
        (i == 0 || series.gaps.contains(i) ? "M" : "L") + "\(SVG.number(place.x)) \(SVG.number(place.y))"
    }
    let pen = "stroke=\"\(series.style.hex)\" stroke-width=\"1.8\" stroke-linejoin=\"round\""
    let attributes = "d=\"\(path)\" fill=\"none\" \(pen)"
    return SVG.element("path", attributes, hover: series.name.isEmpty ? nil : series.name)
  }

  /// The points of a line with few of them are marked, too.
  private func joints(
    _ data: PlotData, _ series: PlotData.Series, _ places: [(x: Double, y: Double)], total: Int
  ) -> [String] {
    guard places.count <= 60, total < 1000 else { return [] }
    return places.enumerated().map { i, place in
      SVG.mark(series.style, x: place.x, y: place.y, r: 2.6, hover: hover(data, series, i))
    }
  }
}

/// A rectangle that data are drawn into.
struct Area {
  let left: Double
  let top: Double
  let width: Double
  let height: Double
  var right: Double { left + width }
  var bottom: Double { top + height }
  func x(_ position: Double) -> Double { left + position * width }
  func y(_ position: Double) -> Double { bottom - position * height }
}
