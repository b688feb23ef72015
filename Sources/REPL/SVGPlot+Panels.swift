import Foundation
import Optim

extension SVGPlot {
  /// Figures side by side, two in a row, each at a size at which its labels can be read.
  func panels(_ figures: [Figure], top: Double) -> Body {
    guard !figures.isEmpty else { return empty("nothing to plot: no panels") }
    let perRow = min(2, figures.count)
    let room = (Self.standardWidth - 12 * Double(perRow - 1)) / Double(perRow)
    var elements: [String] = []
    var y = top
    for first in stride(from: 0, to: figures.count, by: perRow) {
      var tallest = 0.0
      for (place, figure) in figures[first..<min(first + perRow, figures.count)].enumerated() {
        let drawing = SVGPlot(figure, width: room, planeHeight: perRow == 1 ? 400 : 250).drawing()
        let x = Double(place) * (room + 12)
        elements.append("<g transform=\"translate(\(SVG.number(x)) \(SVG.number(y)))\">")
        elements += drawing.elements
        elements.append("</g>")
        tallest = max(tallest, drawing.height)
      }
      y += tallest + 8
    }
    return Body(width: Self.standardWidth, height: y - top, elements: elements)
  }
}
