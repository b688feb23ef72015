import Foundation
import Lang
import Optim

/// A session's world in memory: records what is shown, and renders tables and figures in the plainest way.
final class TestHost: SessionHost {
  enum Channel: String, CaseIterable, Sendable {
    case output = "expect"
    case note = "expect-note"
    case error = "expect-error"
  }

  struct Line: Equatable, Sendable {
    let channel: Channel
    let text: String
    /// The line of the script that it belongs behind.
    let anchor: Int
  }

  private(set) var lines: [Line] = []
  /// Where in the script the next line comes from.
  var anchor = 0
  /// A folder's name that is left out of everything shown.
  let folder: String
  var interruption = Interruption.none
  /// Interrupts after so many progress reports.
  var interruptsAfter: Int?

  init(folder: String = "") { self.folder = folder }

  func record(_ text: String, _ channel: Channel) {
    let plain = folder.isEmpty ? text : text.replacing(folder + "/", with: "")
    for line in plain.split(separator: "\n", omittingEmptySubsequences: false) {
      let trimmed = String(line.reversed().drop { $0 == " " }.reversed())
      lines.append(Line(channel: channel, text: trimmed, anchor: anchor))
    }
  }

  var output: [String] { lines.filter { $0.channel == .output }.map(\.text) }
  var notes: [String] { lines.filter { $0.channel == .note }.map(\.text) }

  // MARK: Results

  func present(_ output: Output) { record(Self.text(of: output), .output) }
  /// How long something took differs from run to run.
  func note(_ text: String) {
    record(text.replacing(#/ in \d[\d.]* (ms|s|min \d+ s|h \d+ min)$/#, with: " in TIME"), .note)
  }

  static func text(of output: Output) -> String {
    switch output {
    case .text(let text): text
    case .table(let table, let isWhole): self.text(of: table) + (isWhole ? "\n(whole)" : "")
    case .figure(let figure): self.text(of: figure)
    case .aside(let figure): "(aside) " + self.text(of: figure)
    case .group(let parts): parts.map { text(of: $0) }.joined(separator: "\n\n")
    }
  }

  private static func text(of table: Table) -> String {
    var lines = table.title.map { ["== \($0)"] } ?? []
    lines.append(table.columns.map { $0.name + ($0.unit.map { " [\($0)]" } ?? "") }.joined(separator: "  "))
    for row in 0..<table.rowCount {
      lines.append(table.columns.map { cell($0.values, row) }.joined(separator: "  "))
    }
    return lines.joined(separator: "\n")
  }

  private static func cell(_ values: Table.Values, _ row: Int) -> String {
    switch values {
    case .numbers(let numbers): numbers[row].isNaN ? "-" : short(numbers[row])
    case .fractions(let fractions): fractions[row].isNaN ? "-" : short(fractions[row] * 100) + " %"
    case .integers(let integers): "\(integers[row])"
    case .texts(let texts): texts[row].isEmpty ? "-" : texts[row]
    case .flags(let flags): "\(flags[row])"
    }
  }

  private static func short(_ number: Double) -> String { String(format: "%.4g", number) }

  /// The structure of a figure: kind, axes, and how many points each series has.
  private static func text(of figure: Figure) -> String {
    var lines: [String] = []
    switch figure.kind {
    case .plane: lines.append("plane: \(figure.title)")
    case .matrix: lines.append("matrix: \(figure.title)")
    case .parallel: lines.append("parallel: \(figure.title)")
    case .bars(let bars, let unit):
      lines.append("bars\(unit.map { " in \($0)" } ?? ""): \(figure.title)")
      lines += bars.map { "  bar \($0.label) \(short($0.value))" }
    case .grid(let grid):
      lines.append("grid: \(figure.title)")
      lines += zip(grid.rows, grid.cells).map { name, cells in
        "  \(name): "
          + cells.map { $0.map { "\($0.text) (\(short($0.shade)))" } ?? "-" }.joined(separator: "  ")
      }
    case .panels(let figures):
      lines.append("panels: \(figure.title)")
      lines += figures.flatMap { text(of: $0).split(separator: "\n").map { "  \($0)" } }
    }
    if let field = figure.field {
      let finite = field.values.flatMap { $0 }.filter(\.isFinite)
      lines.append(
        "  field \(field.label), \(field.x.count) x \(field.y.count), \(short(finite.min() ?? .nan)) to \(short(finite.max() ?? .nan))"
      )
    }
    for axis in figure.axes {
      let words = [
        axis.label, axis.unit.map { "[\($0)]" }, axis.isLog ? "log" : nil,
        axis.categories?.joined(separator: "/"),
      ]
      lines.append("  axis " + words.compactMap { $0 }.joined(separator: " "))
    }
    for series in figure.series {
      let shown = (series.points.first ?? []).indices.count { i in series.points.allSatisfy { $0[i].isFinite }
      }
      lines.append("  \(series.isLine ? "line" : "marks") \(series.name) (\(series.role)): \(shown) points")
    }
    return (lines + (figure.caption.map { ["  " + $0] } ?? [])).joined(separator: "\n")
  }

  // MARK: Observer

  func report(_ progress: Optim.Progress) {
    guard let left = interruptsAfter else { return }
    interruptsAfter = left - 1
    if left <= 1 { interruption = .finish }
  }

  // MARK: Files

  func read(_ path: String) throws -> [UInt8] {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw TestFileError(description: "cannot read \"\(path)\": there is no such file")
    }
    return Array(data)
  }

  func readCSV(_ path: String) throws -> (header: [String], rows: [[String]]) {
    let rows = String(decoding: try read(path), as: UTF8.self).split(separator: "\n").map { line in
      line.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    }
    return (rows.first ?? [], Array(rows.dropFirst()))
  }

  func write(_ text: String, to path: String) throws {
    guard FileManager.default.createFile(atPath: path, contents: Data(text.utf8)) else {
      throw TestFileError(description: "cannot write \"\(path)\"")
    }
  }

  let tableEndings = [".csv"]
  let figureEndings = [".svg"]

  func rendered(_ table: Table, for path: String) -> String? {
    guard path.hasSuffix(".csv") else { return nil }
    let header = table.columns.map(\.name).joined(separator: ",")
    let rows = (0..<table.rowCount).map { row in
      table.columns.map { column in
        if case .numbers(let numbers) = column.values {
          return numbers[row].isNaN ? "" : Number.text(numbers[row])
        }
        return Self.cell(column.values, row)
      }.joined(separator: ",")
    }
    return ([header] + rows).joined(separator: "\n") + "\n"
  }

  func rendered(_ figure: Figure, for path: String) -> String? {
    path.hasSuffix(".svg") ? Self.text(of: figure) + "\n" : nil
  }
}

struct TestFileError: Error, CustomStringConvertible {
  let description: String
}
