import Optim

/// The room and the means a figure is drawn with in a terminal. The picture leaves two columns and two rows
/// free, for the prompt that follows it.
struct PlotLayout: Sendable, Equatable {
  var columns = 80
  var rows = 24
  var unicode = true
  var color = false
}

extension PlotLayout {
  /// For standard output.
  init(_ terminal: Terminal) {
    let size = terminal.size()
    self.init(
      columns: min(size.columns, 160), rows: min(size.rows, 50), unicode: terminal.usesUnicode,
      color: terminal.usesColor())
  }
}

/// The figure as lines of text that end in a newline.
func render(_ figure: Figure, layout: PlotLayout = PlotLayout()) -> String {
  TextPlot(figure, layout).render()
}

/// Draws a figure with characters: braille dots where the terminal knows Unicode, else ASCII.
struct TextPlot {
  let figure: Figure
  let layout: PlotLayout
  let width: Int
  let height: Int

  init(_ figure: Figure, _ layout: PlotLayout) {
    self.figure = figure
    self.layout = layout
    width = max(24, layout.columns - 2)
    height = max(8, layout.rows - 2)
  }

  func render() -> String { lines().map { $0.trimmingEnd + "\n" }.joined() }

  func lines() -> [String] {
    let title =
      figure.title.isEmpty
      ? [] : [Paint.bold(figure.title.withVisibleControls.truncated(to: width), layout.color)]
    let body =
      switch figure.kind {
      case .plane: plane()
      case .matrix: matrix()
      case .parallel: parallel()
      case .bars(let bars, let unit): self.bars(bars, unit: unit)
      case .grid(let grid): self.grid(grid)
      case .panels(let figures): panels(figures)
      }
    return title + body + notes(figure.caption)
  }

  /// Rows that are left for a body between the title and the caption.
  func bodyHeight(_ extraNotes: String?...) -> Int {
    let taken =
      (figure.title.isEmpty ? 0 : 1) + notes(figure.caption).count
      + extraNotes.reduce(0) { $0 + notes($1).count }
    return height - taken
  }

  /// A caption or remark, broken to the width.
  func notes(_ text: String?) -> [String] {
    (text ?? "").withVisibleControls.wrapped(to: width, unicode: layout.unicode).map {
      Paint.dim($0, layout.color)
    }
  }

  // MARK: Shared by the kinds with series

  /// One series alone, or several told apart by colour, are drawn in braille; otherwise each series has a
  /// character of its own.
  func canvas(columns: Int, rows: Int, series: Int) -> TextCanvas {
    TextCanvas(columns: columns, rows: rows, isBraille: layout.unicode && (series < 2 || layout.color))
  }

  func lines(
    of canvas: TextCanvas, _ data: PlotData, fill: [Int: Character] = [:], ground: [[Character]]? = nil
  ) -> [String] {
    canvas.lines(
      glyph: { layout.unicode ? data.series[$0].style.glyph : data.series[$0].style.ascii },
      color: { data.series[$0].style.ansi }, isColored: layout.color, fill: fill,
      ground: ground)
  }

  /// The shade of every cell of a canvas.
  private func background(
    _ shades: FieldShades, _ horizontal: Scale, _ vertical: Scale, _ canvas: TextCanvas
  ) -> [[Character]] {
    let marks = Array(layout.unicode ? "  ··░░▒▒▓" : "  ..::--=")
    return (0..<canvas.rows).map { row in
      let y = vertical.value(at: 1 - (Double(row) + 0.5) / Double(canvas.rows))
      return (0..<canvas.columns).map { column in
        let x = horizontal.value(at: (Double(column) + 0.5) / Double(canvas.columns))
        return shades.step(x: x, y: y).map { marks[$0] } ?? " "
      }
    }
  }

  /// Up to two lines that name the series, most important first; none for a single series.
  func legend(_ data: PlotData) -> [String] {
    let named = data.legend
    guard data.series.count > 1 else { return [] }
    var lines = [""]
    var used = 0
    for (index, series) in named.enumerated() {
      let glyph = String(layout.unicode ? (layout.color ? "●" : series.style.glyph) : series.style.ascii)
      let name = series.name.truncated(to: width / 2, unicode: layout.unicode)
      let length = 2 + DisplayWidth.of(name) + (used == 0 ? 0 : 3)
      if used + length > width - (lines.count == 2 ? 14 : 0) {
        if lines.count == 2 {
          lines[1] += "   and \(named.count - index) more"
          break
        }
        lines.append("")
        used = 0
      }
      lines[lines.count - 1] +=
        (used == 0 ? "" : "   ") + Paint.color(glyph, series.style.ansi, layout.color) + " " + name
      used += length
    }
    return lines[0].isEmpty ? [] : lines
  }

  /// All series against two axes of the figure. Few points are drawn larger.
  func draw(
    _ data: PlotData, x: (axis: Int, scale: Scale), y: (axis: Int, scale: Scale), on canvas: inout TextCanvas
  ) {
    for (index, series) in data.series.enumerated() {
      let isSparse = series.count < 300
      var last: (x: Int, y: Int)?
      for i in 0..<series.count {
        let point = (
          x: canvas.x(x.scale.position(series.points[x.axis][i]) ?? 0),
          y: canvas.y(y.scale.position(series.points[y.axis][i]) ?? 0)
        )
        if series.isLine {
          canvas.line(from: series.gaps.contains(i) ? point : last ?? point, to: point, style: index)
          last = point
        } else if isSparse {
          canvas.mark(point.x, point.y, style: index)
        } else {
          canvas.dot(point.x, point.y, style: index)
        }
      }
    }
  }

  // MARK: Plane

  private func plane() -> [String] {
    let data = PlotData(figure, axisLimit: 2)
    guard data.axes.count == 2, let ranges = data.ranges else { return [data.emptiness] }
    let legend = legend(data)
    let shades = figure.field.flatMap(FieldShades.init)
    let note = notes(data.note) + notes(shades?.legend)
    // The names of both axes, the line of the x axis and its labels take four rows.
    let rows = max(3, bodyHeight(data.note, shades?.legend) - legend.count - 4)
    let vertical = Scale(axis: data.axes[1], range: ranges[1], tickCount: max(2, min(8, rows / 3)))
    let labelWidth = min(width / 3, vertical.ticks.map { DisplayWidth.of($0.label) }.max() ?? 0)
    let columns = width - labelWidth - 2
    let horizontal = Scale(axis: data.axes[0], range: ranges[0], tickCount: max(2, columns / 12))

    var canvas = canvas(columns: columns, rows: rows, series: data.series.count)
    draw(data, x: (0, horizontal), y: (1, vertical), on: &canvas)
    let frame = Frame(unicode: layout.unicode, labelWidth: labelWidth)
    let sides = frame.left(vertical, canvas)
    let ground = shades.map { background($0, horizontal, vertical, canvas) }
    let body = zip(sides, lines(of: canvas, data, ground: ground)).map { $0 + $1 }
    let name = vertical.axis.caption.truncated(to: width, unicode: layout.unicode)
    let below = frame.bottom(horizontal, canvas, width: width)
    return [name] + body + below + legend + note
  }
}
