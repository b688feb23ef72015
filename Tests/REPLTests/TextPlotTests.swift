import Foundation
import Optim
import Testing

@testable import REPL

@Suite struct TextPlotTests {
  static let layout = PlotLayout(columns: 34, rows: 14)
  static let ascii = PlotLayout(columns: 34, rows: 14, unicode: false)

  static let line = Figure(
    title: "hypervolume", kind: .plane, axes: [.init("evaluations"), .init("volume", unit: "Hz")],
    series: [.init("", points: [[0, 25, 50, 100], [0, 5, 8, 10]], isLine: true)])

  static let two = Figure(
    title: "two", kind: .plane, axes: [.init("f1"), .init("f2")],
    series: [
      .init("front", role: .front, points: [[0, 1, 2], [4, 2, 1]]),
      .init("others", role: .infeasible, points: [[1, 3, 4, .nan], [4, 3, 4, 1]]),
    ], caption: "a caption")

  @Test func braillePlane() {
    #expect(
      render(Self.line, layout: Self.layout) == """
        hypervolume
        volume [Hz]
        10 ┤                    ⣀⣀⣀⠤⠤⠔⠒
           │            ⢀⡠⠤⠒⠒⠊⠉⠉
           │         ⣀⠔⠊⠁
         5 ┤      ⡠⠒⠉
           │    ⡠⠊
           │  ⡠⠊
         0 ┤⡠⠊
           └┬────────────┬────────────┬─
            0           50           100
                    evaluations

        """)
  }

  @Test func asciiPlaneTellsSeriesApart() {
    #expect(
      render(Self.two, layout: Self.ascii) == """
        two
        f2
        4 +*      .                   .
          |                    .
        2 +       *
          |              *
          ++-------------+------------+-
           0             2            4
                        f1
        * front   . others
        1 point is not shown: not finite
        a caption

        """)
  }

  @Test func bars() {
    let figure = Figure(
      title: "sensitivity",
      kind: .bars([.init("gNa", 0.6), .init("n", -0.15), .init("kind", .nan)], unit: nil))
    #expect(
      render(figure, layout: Self.layout) == """
        sensitivity
        gNa      ██████████████▍ 0.6
        n    ▐███ -0.15
        kind      no value

        """)
    #expect(
      render(figure, layout: Self.ascii) == """
        sensitivity
        gNa      ############## 0.6
        n    #### -0.15
        kind      no value

        """)
  }

  @Test func percentBarsAreReadAgainstTheWhole() {
    let figure = Figure(title: "", kind: .bars([.init("a", 0.5), .init("b", 1)], unit: "%"))
    #expect(
      render(figure, layout: Self.ascii) == """
        a ############ 50 %
        b ######################## 100 %

        """)
  }

  @Test func parallel() {
    let figure = Figure(
      title: "", kind: .parallel, axes: [.init("x"), .init("kind", categories: ["one", "two"]), .init("e")],
      series: [.init("", points: [[0, 1], [0, 1], [3.25, 1]])])
    #expect(
      render(figure, layout: Self.layout) == """
        x            kind              e
        1             two           3.25
        │⠒⠢⠤⢄⣀         │             ⡠⠔│
        │     ⠉⠑⠒⠢⠤⣀⡀  │          ⢀⠤⠊  │
        │           ⠈⠉⠑│⣀       ⣀⠔⠁    │
        │              │ ⠑⢄  ⢀⡠⠊       │
        │              │   ⣉⠶⡁         │
        │              │ ⡠⠊  ⠈⠑⢄       │
        │           ⢀⣀⡠│⠉       ⠉⠢⡀    │
        │     ⣀⡠⠤⠔⠒⠉⠁  │          ⠈⠒⢄  │
        │⠤⠔⠒⠊⠉         │             ⠑⠢│
        0             one              1

        """)
  }

  @Test func matrix() {
    let figure = Figure(
      title: "", kind: .matrix, axes: [.init("x"), .init("y", unit: "mV")],
      series: [.init("", points: [[0, 1, 2, 3], [0, 1, 4, 9]])])
    #expect(
      render(figure, layout: Self.layout) == """
        ┌──────────────┬──────────────┐
        │      x       │             ⠛│
        │█   █    █   █│      ⠶       │
        │█   █    █   █│ ⢠⡄           │
        │0            3│⣤             │
        ├──────────────┼──────────────┤
        │             ⠛│    y [mV]    │
        │              │██    █      █│
        │        ⠰⠆    │██    █      █│
        │⣤   ⠰⠆        │0            9│
        └──────────────┴──────────────┘

        """)
  }

  // MARK: Properties

  static func random(_ axes: Int, _ count: Int) -> [[Double]] {
    var state: UInt64 = 1
    return (0..<axes).map { _ in
      (0..<count).map { _ in
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Double(state >> 40) / Double(1 << 24)
      }
    }
  }

  static let longName = "a_rather_long_name_of_a_parameter"
  static func figures(_ points: [[Double]]) -> [Figure] {
    let axes = [
      Figure.Axis("x", unit: "mV"), .init(longName, isLog: true), .init("kind", categories: ["one", "two"]),
    ]
    let series = [
      Figure.Series("all", role: .infeasible, points: points), .init(longName, role: .front, points: points),
      .init("a line", points: points, isLine: true),
    ]
    let plain = [Figure.Kind.plane, .matrix, .parallel].map {
      Figure(title: "title", kind: $0, axes: axes, series: series, caption: "some words about it")
    }
    let names = points.indices.map { $0 == 1 ? longName : "c\($0)" }
    let cells = names.indices.map { i in
      names.indices.map { j -> Figure.Grid.Cell? in
        let value = points[i].first ?? .nan
        return i < j || value.isNaN
          ? nil : Figure.Grid.Cell(shade: max(-1, min(1, value)), text: "\(i)\(j)", detail: "cell \(i) \(j)")
      }
    }
    let field = Figure.Field(
      "f", unit: "Hz", x: [0, 0.5, 1], y: [0.01, 1],
      values: [[points[0].first ?? .nan, 1, 2], [.nan, 3, points[1].last ?? 4]])
    return plain + [
      Figure(
        title: "title", kind: .grid(.init(rows: names, columns: names, cells: cells)),
        caption: "some words about it"),
      Figure(title: "title", kind: .panels(plain + [two, line]), caption: "some words about it"),
      Figure(
        title: "title", kind: .plane, axes: axes, series: series, caption: "some words about it", field: field
      ),
    ]
  }

  @Test func grid() {
    let names = ["low", "high"]
    let cells: [[Figure.Grid.Cell?]] = [
      [.init(shade: 0, text: "40", detail: ""), .init(shade: -0.6, text: "3", detail: "")],
      [.init(shade: 0.2, text: "17", detail: ""), nil],
    ]
    let figure = Figure(title: "pairs", kind: .grid(.init(rows: names, columns: names, cells: cells)))
    #expect(
      render(figure, layout: Self.ascii) == """
        pairs
              low high
        low   40    3-
        high  17+

        """)
  }

  /// Where names do not fit above their columns, numbers stand for them.
  @Test func gridOfManyColumns() {
    let names = (1...12).map { "constraint_\($0)" }
    let cells = names.map { _ in
      names.map { _ -> Figure.Grid.Cell? in .init(shade: -1, text: "100", detail: "") }
    }
    let figure = Figure(title: "", kind: .grid(.init(rows: names, columns: names, cells: cells)))
    let lines = render(figure).split(separator: "\n").map(String.init)
    #expect(lines.count == 13)
    #expect(lines[0].split(separator: " ") == (1...12).map { "\($0)" })
    #expect(lines[12].hasPrefix("12 constraint_12 100- "))
    #expect(lines.allSatisfy { DisplayWidth.of($0) <= 78 })
  }

  @Test func fieldBehindMarks() {
    let field = Figure.Field("f", x: [0, 1], y: [0, 1], values: [[0, 1], [2, 3]])
    let figure = Figure(
      title: "", kind: .plane, axes: [.init("x"), .init("y")],
      series: [.init("", role: .front, points: [[0, 1], [0, 1]])], field: field)
    let text = render(figure, layout: Self.ascii)
    #expect(text.contains("shade: f, 0 (light) to 3 (dark)"))
    // Lower left: the smallest value is blank; upper right: the largest.
    let rows = text.split(separator: "\n").filter { $0.contains("|") || $0.contains("+") }
    #expect(rows[1].hasSuffix("="))
    #expect(!rows[rows.count - 3].contains("="))
  }

  @Test func panelsStandSideBySide() {
    let figure = Figure(title: "both", kind: .panels([Self.line, Self.two]))
    let lines = render(figure).split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    #expect(lines[1].hasPrefix("hypervolume") && lines[1].hasSuffix("two"))
    let colored = render(figure, layout: PlotLayout(color: true)).split(separator: "\n").map(String.init)
    #expect(colored.allSatisfy { $0.visibleWidth <= 78 })
    let many = render(Figure(title: "", kind: .panels(Array(repeating: Self.line, count: 9))))
    #expect(many.contains("6 of 9 panels"))
  }

  @Test(arguments: [(80, 24), (40, 16), (120, 40), (10, 4)]) func fits(columns: Int, rows: Int) {
    for points in [[[1, 2, 3], [1, 10, 1e5], [0, 1, 0]], Self.random(3, 500)] {
      for figure in Self.figures(points) {
        for (unicode, color) in [(true, false), (false, false)] {
          let layout = PlotLayout(columns: columns, rows: rows, unicode: unicode, color: color)
          let lines = render(figure, layout: layout).split(separator: "\n", omittingEmptySubsequences: false)
          #expect(lines.map { DisplayWidth.of(String($0)) }.max() ?? 0 <= max(24, columns - 2))
          if rows >= 24 { #expect(lines.count - 1 <= rows - 2) }
          if !unicode { #expect(lines.allSatisfy { $0.utf8.allSatisfy { $0 < 0x80 } }) }
        }
      }
    }
  }

  static let extremes: [[[Double]]] = [
    [[], [], []], [[.nan], [1], [0]], [[1], [-1], [0]], [[1e300, -1e300], [1e300, 1e-300], [0, 1]],
    [[1e-300, 2e-300], [.leastNonzeroMagnitude, 1e308], [0, 7]], [[5, 5, 5], [2, 2, 2], [1, 1, 1]],
    [[1], [1]],
  ]

  @Test func extremesDoNotCrash() {
    for points in Self.extremes {
      for figure in Self.figures(points) {
        for color in [true, false] {
          #expect(!render(figure, layout: PlotLayout(color: color)).isEmpty)
        }
      }
    }
  }

  @Test func nothingToPlotSaysWhy() {
    let empty = Self.figures([[.nan, 1], [1, 0], [0, 0]])[0]
    #expect(
      render(empty) == """
        title
        nothing to plot: none of 6 points is finite and positive on log axes
        some words about it

        """)
  }

  @Test func hiddenPointsAreCounted() {
    #expect(render(Self.two).contains("1 point is not shown: not finite"))
  }

  @Test func colorOnlyWhereAsked() {
    #expect(!render(Self.two, layout: PlotLayout()).contains("\u{1B}"))
    #expect(render(Self.two, layout: PlotLayout(color: true)).contains("\u{1B}[38;5;166m"))
  }

  @Test func manyPoints() {
    for figure in Self.figures(Self.random(3, 100_000)) {
      let one = Figure(
        title: "", kind: figure.kind, axes: figure.axes, series: Array(figure.series.prefix(1)),
        field: figure.field)
      #expect(!render(one).isEmpty)
    }
  }

  @Test func tickLabelsDoNotTouch() {
    let labels = (0..<30).map { (column: $0 * 2, text: "label\($0)") }
    let line = Frame.spread(labels, width: 70, unicode: true)
    #expect(line.split(separator: " ").allSatisfy { word in labels.contains { $0.text == word } })
    #expect(DisplayWidth.of(line) <= 70)
  }
}
