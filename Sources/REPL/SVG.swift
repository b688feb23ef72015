import Optim

/// Pieces of an SVG drawing as text. Only attributes are used, no style sheet and no identifiers, so that
/// many drawings can stand in one HTML page without touching each other.
enum SVG {
  static let ink = "#333333"
  static let faint = "#E4E4E4"
  static let line = "#888888"

  /// Text between tags or inside quotes; control characters, which XML forbids, are made visible.
  static func escaped(_ text: String) -> String {
    text.withVisibleControls.replacing("&", with: "&amp;").replacing("<", with: "&lt;")
      .replacing(">", with: "&gt;").replacing("\"", with: "&quot;")
  }

  /// A coordinate, to a tenth of a pixel.
  static func number(_ value: Double) -> String {
    let tenths = Int((value * 10).rounded())
    let sign = tenths < 0 ? "-" : ""
    let whole = "\(sign)\(abs(tenths) / 10)"
    return tenths % 10 == 0 ? whole : "\(whole).\(abs(tenths) % 10)"
  }

  /// An estimate, for text in a sans-serif face has no width before it is drawn.
  static func width(_ text: String, size: Double) -> Double { Double(DisplayWidth.of(text)) * size * 0.58 }

  enum Anchor: String { case start, middle, end }

  static func text(
    _ text: String, x: Double, y: Double, anchor: Anchor = .start, size: Double = 12, isBold: Bool = false,
    fill: String = ink, turn: Double? = nil
  ) -> String {
    let place = "x=\"\(number(x))\" y=\"\(number(y))\" text-anchor=\"\(anchor.rawValue)\""
    let weight = isBold ? " font-weight=\"bold\"" : ""
    let turn =
      turn.map {
        " transform=\"rotate(\(number($0)) \(number(x)) \(number(y)))\""
      } ?? ""
    let face = "font-size=\"\(number(size))\"\(weight) fill=\"\(fill)\""
    return "<text \(place) \(face)\(turn)>\(escaped(text))</text>"
  }

  static func segment(
    _ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, _ color: String, width: Double = 1
  ) -> String {
    let path = "M\(number(x1)) \(number(y1))L\(number(x2)) \(number(y2))"
    return "<path d=\"\(path)\" stroke=\"\(color)\" stroke-width=\"\(number(width))\" fill=\"none\"/>"
  }

  static func rectangle(
    _ x: Double, _ y: Double, _ width: Double, _ height: Double, fill: String, stroke: String = "none",
    hover: String? = nil
  ) -> String {
    let place =
      "x=\"\(number(x))\" y=\"\(number(y))\" width=\"\(number(width))\" height=\"\(number(height))\""
    return element("rect", "\(place) fill=\"\(fill)\" stroke=\"\(stroke)\"", hover: hover)
  }

  /// A tag with the text that appears under the pointer.
  static func element(_ name: String, _ attributes: String, hover: String?) -> String {
    guard let hover else { return "<\(name) \(attributes)/>" }
    return "<\(name) \(attributes)><title>\(escaped(hover))</title></\(name)>"
  }

  /// One mark of a series. Filled shapes have a white rim, which keeps neighbours apart.
  static func mark(_ style: SeriesStyle, x: Double, y: Double, r: Double, hover: String? = nil) -> String {
    let filled = "fill=\"\(style.hex)\" stroke=\"#FFFFFF\" stroke-width=\"0.6\""
    let drawn = "fill=\"none\" stroke=\"\(style.hex)\" stroke-width=\"1.3\""
    let circle = "cx=\"\(number(x))\" cy=\"\(number(y))\" r=\"\(number(r))\""
    switch style.shape {
    case .circle: return element("circle", "\(circle) \(filled)", hover: hover)
    case .ring: return element("circle", "\(circle) \(drawn) pointer-events=\"all\"", hover: hover)
    case .cross, .diamond, .square, .triangle:
      let path = "M\(number(x)) \(number(y))" + outline(style.shape, r: r)
      let paint = style.shape == .cross ? drawn : filled
      return element("path", "d=\"\(path)\" \(paint)", hover: hover)
    }
  }

  /// A path relative to the middle of a mark.
  private static func outline(_ shape: SeriesStyle.Shape, r: Double) -> String {
    func steps(_ moves: (Character, Double, Double)...) -> String {
      moves.map { "\($0.0)\(number($0.1 * r)) \(number($0.2 * r))" }.joined()
    }
    return switch shape {
    case .circle, .ring: ""
    case .cross: steps(("m", -0.75, -0.75), ("l", 1.5, 1.5), ("m", -1.5, 0), ("l", 1.5, -1.5))
    case .diamond: steps(("m", 0, -1.25), ("l", 1.25, 1.25), ("l", -1.25, 1.25), ("l", -1.25, -1.25)) + "z"
    case .square: steps(("m", -0.9, -0.9), ("l", 1.8, 0), ("l", 0, 1.8), ("l", -1.8, 0)) + "z"
    case .triangle: steps(("m", 0, -1.2), ("l", 1.1, 2), ("l", -2.2, 0)) + "z"
    }
  }

  /// Very many marks as one path of dots, each place once.
  static func dots(_ style: SeriesStyle, _ places: [(x: Double, y: Double)], r: Double) -> String {
    var seen: Set<SIMD2<Int32>> = []
    var path = ""
    for place in places where seen.insert(SIMD2(Int32(place.x * 2), Int32(place.y * 2))).inserted {
      path += "M\(number(place.x)) \(number(place.y))h0"
    }
    let pen = "stroke=\"\(style.hex)\" stroke-width=\"\(number(2 * r))\" stroke-linecap=\"round\""
    return "<path d=\"\(path)\" \(pen) fill=\"none\"/>"
  }
}
