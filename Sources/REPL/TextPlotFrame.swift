import Optim

/// Axis lines, ticks and labels around the canvas of a plane.
struct Frame {
  let unicode: Bool
  let labelWidth: Int

  /// What stands left of each row of the canvas: tick labels and the vertical axis.
  func left(_ scale: Scale, _ canvas: TextCanvas) -> [String] {
    var labels: [Int: String] = [:]
    for tick in scale.ticks {
      guard let position = scale.position(tick.value) else { continue }
      let row = canvas.row(ofY: canvas.y(position))
      if labels[row] == nil { labels[row] = tick.label.truncated(to: labelWidth, unicode: unicode) }
    }
    return (0..<canvas.rows).map { row in
      let mark = labels[row] == nil ? (unicode ? "│" : "|") : (unicode ? "┤" : "+")
      return (labels[row] ?? "").padded(to: labelWidth, .right) + " " + mark
    }
  }

  /// The horizontal axis, its tick labels and its name.
  func bottom(_ scale: Scale, _ canvas: TextCanvas, width: Int) -> [String] {
    let margin = labelWidth + 1
    let places = scale.ticks.compactMap { tick in
      scale.position(tick.value).map { (column: canvas.column(ofX: canvas.x($0)), label: tick.label) }
    }
    let labels = Self.spread(
      places.map { ($0.column + margin + 1, $0.label) }, width: width, unicode: unicode)
    var line = Array(repeating: unicode ? "─" : "-", count: canvas.columns)
    for place in places { line[place.column] = unicode ? "┬" : "+" }
    let corner = unicode ? "└" : "+"
    let name = scale.axis.caption.truncated(to: width - margin, unicode: unicode)
    let centered = name.padded(to: canvas.columns, .center)
    return [
      String(repeating: " ", count: margin) + corner + line.joined(),
      labels,
      String(repeating: " ", count: margin + 1) + centered,
    ]
  }

  /// One line with each label centred on its column; where they would touch, only every second, third, ...
  /// label is written.
  static func spread(_ labels: [(column: Int, text: String)], width: Int, unicode: Bool) -> String {
    for stride in 1...max(1, labels.count) {
      let some = labels.enumerated().filter { $0.offset % stride == 0 }.map(\.element)
      let room = some.count > 1 ? max(6, width / 2) : width
      if let line = placed(
        some.map { ($0.column, $0.text.truncated(to: room, unicode: unicode)) }, width: width)
      {
        return line
      }
    }
    return ""
  }

  private static func placed(_ labels: [(column: Int, text: String)], width: Int) -> String? {
    var line = ""
    var used = 0
    for (column, text) in labels {
      let length = DisplayWidth.of(text)
      let start = max(0, min(column - length / 2, width - length))
      if used > 0 && start <= used { return nil }
      line += String(repeating: " ", count: max(0, start - used)) + text
      used = max(start, used) + length
    }
    return line
  }
}

extension String {
  var trimmingEnd: String {
    guard last == " ", let end = lastIndex(where: { $0 != " " }) else { return last == " " ? "" : self }
    return String(self[...end])
  }
}
