import Optim

/// What of a figure can be drawn: points with a place on every axis, and the range of each axis.
struct PlotData {
  struct Series {
    let name: String
    let role: Figure.Role
    let isLine: Bool
    let style: SeriesStyle
    /// `points[axis][i]`, all drawable.
    let points: [[Double]]
    /// Indices of points which a line must not join to their predecessor.
    let gaps: Set<Int>
    var count: Int { points.first?.count ?? 0 }
  }

  /// In the order in which they are drawn: what matters most comes last and stays visible.
  let series: [Series]
  /// Points left out because a coordinate is not finite, or not positive on a logarithmic axis.
  let hidden: Int
  /// Of the axes shown; all nil where there is no point.
  let ranges: [ClosedRange<Double>]?
  let axes: [Figure.Axis]

  /// `axisLimit`: only the first so many axes are shown.
  init(_ figure: Figure, axisLimit: Int = .max) {
    let axes = Array(figure.axes.prefix(axisLimit))
    let styles = SeriesStyle.styles(for: figure.series)
    var hidden = 0
    var kept: [Series] = []
    for (series, style) in zip(figure.series, styles) where series.points.count >= axes.count {
      let (drawable, gaps, lost) = Self.drawable(Array(series.points.prefix(axes.count)), axes)
      hidden += lost
      kept.append(
        Series(
          name: series.name.withVisibleControls, role: series.role, isLine: series.isLine, style: style,
          points: drawable, gaps: gaps))
    }
    self.axes = axes
    self.hidden = hidden
    // A stable sort by importance.
    series = kept.enumerated().sorted { ($0.1.role.importance, $0.0) < ($1.1.role.importance, $1.0) }.map(\.1)
    ranges = Self.ranges(kept, axes: axes.count).map { Self.including(figure.field, $0, axes) }
  }

  /// A field is shown as a whole.
  private static func including(
    _ field: Figure.Field?, _ ranges: [ClosedRange<Double>], _ axes: [Figure.Axis]
  ) -> [ClosedRange<Double>] {
    guard let field, ranges.count == 2 else { return ranges }
    return zip([field.x, field.y], zip(ranges, axes)).map { places, axis in
      let drawable = places.filter { Scale.isDrawable($0, on: axis.1) }
      guard let low = drawable.min(), let high = drawable.max() else { return axis.0 }
      return min(low, axis.0.lowerBound)...max(high, axis.0.upperBound)
    }
  }

  /// The named series, most important first.
  var legend: [Series] {
    Dictionary(grouping: series.filter { !$0.name.isEmpty }, by: \.role.importance)
      .sorted { $0.key > $1.key }.flatMap(\.value)
  }

  private static func drawable(
    _ points: [[Double]], _ axes: [Figure.Axis]
  ) -> (points: [[Double]], gaps: Set<Int>, lost: Int) {
    let count = points.map(\.count).min() ?? 0
    var kept: [Int] = []
    var gaps: Set<Int> = []
    var isAfterGap = false
    for i in 0..<count {
      if zip(points, axes).allSatisfy({ Scale.isDrawable($0[i], on: $1) }) {
        if isAfterGap { gaps.insert(kept.count) }
        kept.append(i)
        isAfterGap = false
      } else {
        isAfterGap = true
      }
    }
    return (points.map { axis in kept.map { axis[$0] } }, gaps, count - kept.count)
  }

  private static func ranges(_ series: [Series], axes: Int) -> [ClosedRange<Double>]? {
    guard axes > 0, series.contains(where: { $0.count > 0 }) else { return nil }
    return (0..<axes).map { axis in
      var low = Double.infinity
      var high = -Double.infinity
      for values in series.lazy.map({ $0.points[axis] }) {
        for value in values {
          low = min(low, value)
          high = max(high, value)
        }
      }
      return low...high
    }
  }

  /// Why there is no picture, for a figure without points.
  var emptiness: String {
    hidden > 0 ? "nothing to plot: none of \(hidden) points is \(obstacle)" : "nothing to plot: no points"
  }

  /// Below a picture in which points are missing.
  var note: String? {
    hidden == 0 ? nil : "\(hidden) point\(hidden == 1 ? " is" : "s are") not shown: not \(obstacle)"
  }

  private var obstacle: String {
    axes.contains(where: \.isLog) ? "finite and positive on log axes" : "finite"
  }
}

extension Figure.Role {
  /// What is drawn over what.
  var importance: Int {
    switch self {
    case .guide: -1
    case .infeasible: 0
    case .feasible: 1
    case .plain: 2
    case .reference: 3
    case .front: 4
    case .selected: 5
    }
  }
}

/// Colour and shape of a series: the palette of Okabe and Ito, which people of any colour vision can tell
/// apart, with a shape beside it for print and for terminals without colour.
struct SeriesStyle: Sendable, Equatable {
  enum Shape: Sendable { case circle, ring, cross, diamond, square, triangle }

  /// For paper.
  let hex: String
  /// In the 256-colour palette; nil is the terminal's own foreground.
  let ansi: Int?
  let glyph: Character
  let ascii: Character
  let shape: Shape

  static func styles(for series: [Figure.Series]) -> [SeriesStyle] {
    var plain = 0
    return series.map { series in
      switch series.role {
      case .plain:
        // A series without a name goes with the one before it.
        if !series.name.isEmpty || plain == 0 { plain += 1 }
        return plainCycle[(plain - 1) % plainCycle.count]
      case .feasible: return SeriesStyle(hex: "#009E73", ansi: 36, glyph: "○", ascii: "o", shape: .circle)
      case .guide: return SeriesStyle(hex: "#888888", ansi: 245, glyph: "·", ascii: ".", shape: .cross)
      case .infeasible: return SeriesStyle(hex: "#999999", ansi: 245, glyph: "·", ascii: ".", shape: .cross)
      case .front: return SeriesStyle(hex: "#D55E00", ansi: 166, glyph: "●", ascii: "*", shape: .circle)
      case .reference: return SeriesStyle(hex: "#000000", ansi: nil, glyph: "×", ascii: "x", shape: .ring)
      case .selected: return SeriesStyle(hex: "#CC79A7", ansi: 175, glyph: "◆", ascii: "@", shape: .diamond)
      }
    }
  }

  private static let plainCycle: [SeriesStyle] = [
    SeriesStyle(hex: "#0072B2", ansi: 32, glyph: "•", ascii: "+", shape: .circle),
    SeriesStyle(hex: "#E69F00", ansi: 214, glyph: "▲", ascii: "o", shape: .triangle),
    SeriesStyle(hex: "#009E73", ansi: 36, glyph: "■", ascii: "x", shape: .square),
    SeriesStyle(hex: "#CC79A7", ansi: 175, glyph: "◇", ascii: "#", shape: .diamond),
    SeriesStyle(hex: "#56B4E9", ansi: 74, glyph: "+", ascii: "%", shape: .ring),
    SeriesStyle(hex: "#D55E00", ansi: 166, glyph: "□", ascii: "=", shape: .cross),
  ]
}
