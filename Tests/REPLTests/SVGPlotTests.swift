import Foundation
import FoundationXML
import Optim
import Testing

@testable import REPL

@Suite struct SVGPlotTests {
  /// What a reader of XML finds.
  final class Reader: NSObject, XMLParserDelegate {
    var counts: [String: Int] = [:]
    var texts: [String] = []

    func parser(
      _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
      attributes: [String: String]
    ) {
      counts[name, default: 0] += 1
      texts.append("")
    }

    func parser(_ parser: XMLParser, foundCharacters string: String) {
      texts[texts.count - 1] += string.trimmingCharacters(in: .newlines)
    }
  }

  static func read(_ svg: String) throws -> Reader {
    let reader = Reader()
    let parser = XMLParser(data: Data(svg.utf8))
    parser.delegate = reader
    try #require(parser.parse(), "\(String(describing: parser.parserError))")
    return reader
  }

  @Test func bars() {
    let figure = Figure(title: "share", kind: .bars([.init("a<b", 0.5), .init("c", 0.25)], unit: "%"))
    let face = "font-family=\"system-ui, 'Segoe UI', Helvetica, Arial, 'DejaVu Sans', sans-serif\""
    let rest = "viewBox=\"0 0 720 111\" \(face) role=\"img\" aria-label=\"share\">"
    #expect(
      renderSVG(figure) == #"""
        <svg xmlns="http://www.w3.org/2000/svg" width="720" height="111" \#(rest)
        <rect x="0" y="0" width="720" height="111" fill="#FFFFFF" stroke="none"/>
        <text x="14" y="24" text-anchor="start" font-size="15" font-weight="bold" fill="#333333">share</text>
        <text x="34.9" y="59" text-anchor="end" font-size="12" fill="#333333">a&lt;b</text>
        <rect x="42.9" y="46" width="311.6" height="18" fill="#0072B2" stroke="none"><title>a&lt;b: 50 %</title></rect>
        <text x="360.5" y="59" text-anchor="start" font-size="12" fill="#333333">50 %</text>
        <text x="34.9" y="85" text-anchor="end" font-size="12" fill="#333333">c</text>
        <rect x="42.9" y="72" width="155.8" height="18" fill="#0072B2" stroke="none"><title>c: 25 %</title></rect>
        <text x="204.7" y="85" text-anchor="start" font-size="12" fill="#333333">25 %</text>
        <path d="M42.9 42L42.9 94" stroke="#888888" stroke-width="1" fill="none"/>
        </svg>

        """#)
  }

  @Test func namesAreEscapedAndMarksHaveHoverText() throws {
    let figure = Figure(
      title: "a < b & \"c\"\u{1}", kind: .plane,
      axes: [.init("x<1", unit: "m/s"), .init("k", categories: ["one"])],
      series: [.init("s & t", role: .front, points: [[1, 2], [0, 0]]), .init("u", points: [[3], [0]])])
    let reader = try Self.read(renderSVG(figure))
    #expect(reader.texts.contains("a < b & \"c\"\\x01"))
    #expect(reader.texts.contains("s & t: x<1 = 1 m/s, k = one"))
    #expect(reader.counts["title"] == 3)
  }

  @Test func allKindsAreWellFormed() throws {
    let points = TextPlotTests.random(3, 200)
    for figure in TextPlotTests.figures(points) {
      let reader = try Self.read(renderSVG(figure))
      #expect(reader.texts.contains("title") && reader.texts.contains("some words about it"))
    }
  }

  @Test func extremesDoNotCrash() throws {
    for points in TextPlotTests.extremes {
      for figure in TextPlotTests.figures(points) { _ = try Self.read(renderSVG(figure)) }
    }
    _ = try Self.read(renderSVG(Figure(title: "", kind: .bars([], unit: nil))))
    let odd = [Figure.Bar("a", .nan), .init("b", .infinity), .init("c", -1e308), .init("d", 1e308)]
    _ = try Self.read(renderSVG(Figure(title: "", kind: .bars(odd, unit: nil))))
  }

  @Test func nothingToPlotSaysWhy() throws {
    let reader = try Self.read(renderSVG(TextPlotTests.figures([[.nan], [1], [0]])[0]))
    #expect(reader.texts.contains { $0.hasPrefix("nothing to plot: none of 3 points") })
  }

  @Test func manyPointsStaySmall() throws {
    let points = TextPlotTests.random(2, 100_000)
    let figure = Figure(
      title: "", kind: .plane, axes: [.init("x"), .init("y")],
      series: [.init("all", points: points), .init("front", role: .front, points: [[0.5], [0.5]])])
    let svg = renderSVG(figure)
    #expect(svg.utf8.count < 2_500_000)
    #expect(try Self.read(svg).counts["title"] == 1)
  }

  @Test(arguments: [(0.0, "0"), (1.25, "1.3"), (-0.04, "0"), (-0.5, "-0.5"), (719.96, "720")])
  func coordinates(value: Double, text: String) {
    #expect(SVG.number(value) == text)
  }

  @Test func drawingsShareAPageWithoutIdentifiers() {
    let svg = TextPlotTests.figures(TextPlotTests.random(3, 20)).map(renderSVG).joined()
    #expect(!svg.contains(" id=") && !svg.contains("<style"))
  }

  /// Lines of one formula at several points: the legend names the first, all look alike.
  @Test func aSeriesWithoutANameLooksLikeTheOneBeforeIt() {
    let series = ["v", "", "w", ""].map { Figure.Series($0, points: [[0, 1], [0, 1]], isLine: true) }
    let styles = SeriesStyle.styles(for: series)
    #expect(styles[0] == styles[1] && styles[2] == styles[3] && styles[0] != styles[2])
  }
}
