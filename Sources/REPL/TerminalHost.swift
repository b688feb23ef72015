import Foundation
import Lang
import Optim
import SwiftCSV

/// Lets a session show results, take files and be interrupted: results on standard output, all else on standard error.
final class TerminalHost: SessionHost {
  let terminal: Terminal
  /// What was asked for with --format.
  let format: TableFormat?
  let isQuiet: Bool
  private let progress: ProgressLine

  init(terminal: Terminal, format: TableFormat?, isQuiet: Bool) {
    self.terminal = terminal
    self.format = format
    self.isQuiet = isQuiet
    progress = ProgressLine(terminal)
  }

  /// Whether the last thing on standard output was more than a line, so that the next one needs room.
  private var lastWasBlock = false

  var tableFormat: TableFormat { format ?? (terminal.isTTY(.output) ? .box : .plain) }

  // MARK: Results

  func present(_ output: Output) {
    progress.finish()
    let text = text(of: output)
    if text.isEmpty { return }
    let isBlock = text.dropLast().contains("\n")
    let needsRoom = lastWasBlock && !tableFormat.isForMachines
    lastWasBlock = isBlock
    Self.write((needsRoom ? "\n" : "") + text, to: 1)
  }

  private func text(of output: Output) -> String {
    switch output {
    case .text(let text):
      return tableFormat.isForMachines && format != nil && (tableFormat == .json || tableFormat == .jsonl)
        ? jsonText(text) + "\n" : text + "\n"
    case .table(let table, let isWhole):
      return render(table, format: tableFormat, layout: TableLayout(terminal, all: isWhole))
    case .figure(let figure):
      return format?.isForMachines == true ? "" : render(figure, layout: PlotLayout(terminal))
    case .group(let parts):
      return parts.map { text(of: $0) }.joined(separator: tableFormat.isForMachines ? "" : "\n")
    }
  }

  /// A number stays a number, anything else becomes a JSON string.
  private func jsonText(_ text: String) -> String {
    if Double(text) != nil || text == "true" || text == "false" { return text }
    let data = try? JSONEncoder().encode(text)
    return data.map { String(decoding: $0, as: UTF8.self) } ?? "null"
  }

  func note(_ text: String) {
    if isQuiet { return }
    progress.erase()
    Self.write(Paint.dim(text, terminal.usesColor(on: .error)) + "\n", to: 2)
  }

  func show(_ diagnostic: Diagnostic) {
    progress.finish()
    var text = diagnostic.rendered
    if terminal.usesColor(on: .error), text.hasPrefix("error:") {
      text = Paint.color("error:", 1, true) + text.dropFirst(6)
    }
    Self.write(text + "\n", to: 2)
  }

  func fail(_ text: String) {
    progress.finish()
    Self.write("error: \(text)\n", to: 2)
  }

  /// Writes all of a text; a closed pipe (`dmo ... | head`) ends the program as it ends any other.
  static func write(_ text: String, to descriptor: Int32) {
    var bytes = Array(text.utf8)[...]
    while !bytes.isEmpty {
      let count = bytes.withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress, $0.count) }
      if count > 0 {
        bytes = bytes.dropFirst(count)
      } else if errno != EINTR && errno != EAGAIN {
        if errno == EPIPE { exit(141) }
        return
      }
    }
  }

  // MARK: Observer

  func report(_ progress: Progress) { self.progress.show(progress) }
  func endProgress() { progress.finish() }
  var interruption: Interruption { Signals.interruption }

  // MARK: Files

  func read(_ path: String) throws -> [UInt8] {
    do {
      return Array(try Data(contentsOf: URL(fileURLWithPath: path)))
    } catch {
      throw FileError("cannot read \"\(path)\": \(Self.reason(error))")
    }
  }

  func readCSV(_ path: String) throws -> (header: [String], rows: [[String]]) {
    let bytes = try read(path)
    guard let text = String(validating: bytes, as: UTF8.self) else { throw FileError("\"\(path)\" is not UTF-8 text") }
    do {
      let csv = try EnumeratedCSV(string: text, loadColumns: false)
      return (csv.header, csv.rows)
    } catch {
      throw FileError("cannot read \"\(path)\" as CSV: \(error)")
    }
  }

  func write(_ text: String, to path: String) throws {
    do {
      try Data(text.utf8).write(to: URL(fileURLWithPath: path), options: .atomic)
    } catch {
      throw FileError("cannot write \"\(path)\": \(Self.reason(error))")
    }
  }

  static func reason(_ error: any Error) -> String {
    let error = error as NSError
    let underlying = (error.userInfo[NSUnderlyingErrorKey] as? NSError) ?? error
    if underlying.domain == NSPOSIXErrorDomain { return String(cString: strerror(Int32(underlying.code))) }
    switch CocoaError.Code(rawValue: error.code) {
    case .fileReadNoSuchFile, .fileNoSuchFile: return "there is no such file"
    case .fileReadNoPermission, .fileWriteNoPermission: return "permission denied"
    case .fileWriteOutOfSpace: return "the disk is full"
    case .fileWriteVolumeReadOnly: return "the file system is read-only"
    default: return error.localizedDescription
    }
  }

  // MARK: Formats by ending

  private static let tableFormats: [(ending: String, format: TableFormat)] = [
    (".csv", .csv), (".tsv", .tsv), (".json", .json), (".jsonl", .jsonl), (".md", .markdown), (".tex", .latex),
    (".txt", .plain),
  ]

  var tableEndings: [String] { Self.tableFormats.map(\.ending) }
  var figureEndings: [String] { [".svg", ".txt"] }

  func rendered(_ table: Table, for path: String) -> String? {
    Self.tableFormats.first { path.hasSuffix($0.ending) }.map { render(table, format: $0.format) }
  }

  func rendered(_ figure: Figure, for path: String) -> String? {
    if path.hasSuffix(".svg") { return renderSVG(figure) }
    if path.hasSuffix(".txt") { return render(figure, layout: PlotLayout(unicode: terminal.usesUnicode)) }
    return nil
  }
}

struct FileError: Error, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}
