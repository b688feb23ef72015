/// A grid of terminal cells to draw on: eight braille dots per cell, or one character per cell.
struct TextCanvas {
  let columns: Int
  let rows: Int
  let isBraille: Bool
  private var dots: [UInt8]
  /// Index of the style that drew last in a cell, -1 for none.
  private var styles: [Int]

  init(columns: Int, rows: Int, isBraille: Bool) {
    self.columns = max(1, columns)
    self.rows = max(1, rows)
    self.isBraille = isBraille
    dots = Array(repeating: 0, count: self.columns * self.rows)
    styles = Array(repeating: -1, count: self.columns * self.rows)
  }

  var width: Int { columns * dotsPerColumn }
  var height: Int { rows * dotsPerRow }
  private var dotsPerColumn: Int { isBraille ? 2 : 1 }
  private var dotsPerRow: Int { isBraille ? 4 : 1 }

  /// The dot for a place between 0 and 1, counted from the left.
  func x(_ position: Double) -> Int { Self.dot(position, width) }
  /// The dot for a place between 0 (bottom) and 1 (top), counted from the top.
  func y(_ position: Double) -> Int { Self.dot(1 - position, height) }
  /// The cell column and row of a dot.
  func column(ofX x: Int) -> Int { x / dotsPerColumn }
  func row(ofY y: Int) -> Int { y / dotsPerRow }

  private static func dot(_ position: Double, _ count: Int) -> Int {
    min(count - 1, max(0, Int((position * Double(count - 1)).rounded())))
  }

  /// Bits of a braille cell, row by row: Unicode counts down the left column, then the right one, and the
  /// two lowest dots last.
  private static let bits: [[UInt8]] = [[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]]

  mutating func dot(_ x: Int, _ y: Int, style: Int) {
    guard x >= 0, x < width, y >= 0, y < height else { return }
    let cell = y / dotsPerRow * columns + x / dotsPerColumn
    // A cell has one colour and so shows one series.
    if styles[cell] != style { dots[cell] = 0 }
    dots[cell] |= isBraille ? Self.bits[y % 4][x % 2] : 1
    styles[cell] = style
  }

  /// A mark of 2 x 2 dots, which the eye finds where there are few of them.
  mutating func mark(_ x: Int, _ y: Int, style: Int) {
    guard isBraille else { return dot(x, y, style: style) }
    let left = min(x, width - 2)
    let top = min(y, height - 2)
    for (dx, dy) in [(0, 0), (1, 0), (0, 1), (1, 1)] { dot(left + dx, top + dy, style: style) }
  }

  /// Bresenham's line.
  mutating func line(from start: (x: Int, y: Int), to end: (x: Int, y: Int), style: Int) {
    let dx = abs(end.x - start.x)
    let dy = -abs(end.y - start.y)
    let stepX = start.x < end.x ? 1 : -1
    let stepY = start.y < end.y ? 1 : -1
    var (x, y) = start
    var error = dx + dy
    while true {
      dot(x, y, style: style)
      if x == end.x && y == end.y { return }
      let twice = 2 * error
      if twice >= dy {
        error += dy
        x += stepX
      }
      if twice <= dx {
        error += dx
        y += stepY
      }
    }
  }

  /// The drawing row by row, each `columns` wide. `glyph` draws a cell of a canvas without braille; `fill`
  /// gives what stands in empty cells of a column, `ground` what stands in every other empty cell.
  func lines(
    glyph: (Int) -> Character, color: (Int) -> Int?, isColored: Bool, fill: [Int: Character] = [:],
    ground: [[Character]]? = nil
  ) -> [String] {
    (0..<rows).map { row in
      var line = ""
      var run = ""
      var runStyle = -1
      for column in 0..<columns {
        let cell = row * columns + column
        let style = fill[column] == nil ? styles[cell] : -1
        if style != runStyle {
          line += Paint.color(run, runStyle < 0 ? nil : color(runStyle), isColored)
          run = ""
          runStyle = style
        }
        if style < 0 {
          run.append(fill[column] ?? ground?[row][column] ?? " ")
        } else if isBraille {
          run.unicodeScalars.append(Unicode.Scalar(0x2800 + UInt32(dots[cell])) ?? " ")
        } else {
          run.append(glyph(style))
        }
      }
      return line + Paint.color(run, runStyle < 0 ? nil : color(runStyle), isColored)
    }
  }
}
