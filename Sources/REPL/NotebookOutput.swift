import Foundation
import Lang
import Optim

/// Results as HTML, in the room that is left on a page: a page of very many points is still one that a browser opens at once.
struct NotebookOutput {
  /// Bytes that results may still take.
  private(set) var room: Int

  init(room: Int = NotebookOutput.pageRoom) { self.room = room }

  /// Of a page. A quarter of what is left is the most that one result gets, so that later ones find room as well.
  static let pageRoom = 2_400_000
  /// Rows that are shown of a table, and of one that was asked for as a whole.
  static let rowLimit = 200
  static let wholeRowLimit = 2000
  /// However full the page is.
  private static let leastRows = 20
  private static let leastFigure = 60_000

  mutating func html(_ output: Output) -> String {
    let html =
      switch output {
      case .text(let text): "<pre class=\"result\">\(HTML.escaped(text))</pre>"
      case .table(let table, let isWhole):
        TableView.html(table, rowLimit: rowLimit(table, isWhole ? Self.wholeRowLimit : Self.rowLimit))
      case .figure(let figure), .aside(let figure): self.figure(figure)
      case .group(let parts): parts.map { self.html($0) }.joined(separator: "\n")
      }
    if case .group = output { return html }
    room -= html.utf8.count
    return html
  }

  private func rowLimit(_ table: Table, _ limit: Int) -> Int {
    // About what a row takes with tags and sorting values.
    let bytes = table.columns.reduce(10) { sum, column in
      switch column.values {
      case .numbers, .fractions: sum + 70
      case .integers, .flags: sum + 35
      case .texts(let texts): sum + 15 + (texts.prefix(limit).map(\.utf8.count).max() ?? 0)
      }
    }
    return max(Self.leastRows, min(limit, max(0, room) / 4 / bytes))
  }

  /// As inline SVG; where it would be too large, every second, fourth, ... point of its clouds is drawn.
  private func figure(_ figure: Figure) -> String {
    let limit = max(Self.leastFigure, min(600_000, room / 4))
    var step = 1
    var svg = renderSVG(figure)
    while svg.utf8.count > limit, step < 1 << 16 {
      step *= 2
      let thinned = figure.keeping(every: step)
      if thinned.pointCount == figure.keeping(every: step / 2).pointCount { break }
      svg = renderSVG(thinned)
    }
    return "<figure>\(svg)</figure>"
  }

  /// How a search goes: the curve of its hypervolume and, folded, every epoch.
  static func html(_ search: SearchProgress) -> String {
    var output = NotebookOutput(room: 1_000_000)
    let figure = search.figure.map { output.html(.figure($0)) } ?? ""
    let rows = search.table.rowCount
    let table = output.html(.table(search.table, isWhole: true))
    let folded = search.isOver && search.figure != nil
    return figure
      + (rows == 0
        ? ""
        : "<details\(folded ? "" : " open=\"open\"")><summary>\(HTML.escaped(search.table.title ?? "")), "
          + "\(rows) row\(rows == 1 ? "" : "s")</summary>\(table)</details>")
  }
}

extension Figure {
  var pointCount: Int {
    series.reduce(0) { $0 + ($1.points.first?.count ?? 0) } + panels.reduce(0) { $0 + $1.pointCount }
  }

  private var panels: [Figure] { if case .panels(let figures) = kind { figures } else { [] } }

  /// The figure with every `step`-th point of each series of more than a hundred; lines stay whole.
  func keeping(every step: Int) -> Figure {
    if step == 1 { return self }
    let note =
      "of many points one in \(step) is drawn, for a page that opens quickly; 'plot ... to \"file.svg\"' draws all"
    let caption = [caption, note].compactMap { $0 }.joined(separator: "; ")
    let thinner = thinned(every: step)
    return Figure(
      title: title, kind: thinner.kind, axes: axes, series: thinner.series, caption: caption, field: field)
  }

  private func thinned(every step: Int) -> Figure {
    let fewer = series.map { series -> Series in
      // At least a hundred remain.
      let step = min(step, (series.points.first?.count ?? 0) / 100)
      guard !series.isLine, step > 1 else { return series }
      let kept = series.points.map { values in
        stride(from: 0, to: values.count, by: step).map { values[$0] }
      }
      return Series(series.name, role: series.role, points: kept)
    }
    let kind = panels.isEmpty ? kind : .panels(panels.map { $0.thinned(every: step) })
    return Figure(title: title, kind: kind, axes: axes, series: fewer, caption: caption, field: field)
  }
}
