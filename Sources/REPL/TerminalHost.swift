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
  private var hasExplainedInterrupt = false

  var tableFormat: TableFormat { format ?? (terminal.isTTY(.output) ? .box : .plain) }

  /// At the prompt the typed line stands between two results.
  func beginStatement() { lastWasBlock = false }

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
    case .aside: return ""
    case .group(let parts):
      return parts.map { text(of: $0) }.filter { !$0.isEmpty }
        .joined(separator: tableFormat.isForMachines ? "" : "\n")
    }
  }

  /// Numbers, truth values and lists of them are the same in JSON; anything else becomes a JSON string.
  private func jsonText(_ text: String) -> String {
    if let number = Double(text) { return number.isFinite ? text : "null" }
    if text == "true" || text == "false" { return text }
    if text.hasPrefix("["), (try? JSONSerialization.jsonObject(with: Data(text.utf8))) != nil { return text }
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
    let lines = diagnostic.rendered.split(separator: "\n", omittingEmptySubsequences: false)
    var text = lines.map { String($0).withVisibleControls }.joined(separator: "\n")
    if terminal.usesColor(on: .error), text.hasPrefix("error:") {
      text = Paint.color("error:", 1, true) + text.dropFirst(6)
    }
    Self.write(text + "\n", to: 2)
  }

  func fail(_ text: String) {
    progress.finish()
    Self.write("error: \(text)\n", to: 2)
  }

  /// Writes all of a text. A closed pipe (`dmo ... | head`) ends the program as it ends any other; results that find
  /// no room end it, too, rather than being lost silently.
  static func write(_ text: String, to descriptor: Int32) {
    var bytes = Array(text.utf8)[...]
    while !bytes.isEmpty {
      let count = bytes.withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress, $0.count) }
      if count > 0 {
        bytes = bytes.dropFirst(count)
      } else if errno == EAGAIN {
        var output = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        poll(&output, 1, 1000)
      } else if errno != EINTR {
        let reason = String(cString: strerror(errno))
        if errno == EPIPE { exit(141) }
        if descriptor == 2 { return }
        write("error: cannot write results to standard output: \(reason)\n", to: 2)
        exit(ExitStatus.runtimeFailure.rawValue)
      }
    }
  }

  // MARK: Observer

  func report(_ progress: Progress) {
    explainInterrupt(progress)
    self.progress.show(progress)
  }

  /// A statement of the prompt is over.
  func endStatement() {
    progress.finish()
    hasExplainedInterrupt = false
    lastWasBlock = false
  }

  var interruption: Interruption { Signals.interruption }

  /// Whoever presses Ctrl-C once is told what happens now, and how not to wait for it.
  private func explainInterrupt(_ progress: Progress) {
    guard !hasExplainedInterrupt, progress.running > 0, Signals.interruption == .finish else { return }
    hasExplainedInterrupt = true
    let running = "\(progress.running) running simulation\(progress.running == 1 ? "" : "s")"
    note("finishing \(running); \(Signals.isTerminated ? "SIGTERM" : "Ctrl-C again") ends them now")
  }

  // MARK: Files

  func read(_ path: String) throws -> [UInt8] {
    var isFolder: ObjCBool = false
    if FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue {
      throw FileError("cannot read \"\(path)\": it is a folder")
    }
    do {
      return Array(try Data(contentsOf: URL(fileURLWithPath: path)))
    } catch {
      throw FileError("cannot read \"\(path)\": \(Self.reason(error))")
    }
  }

  func readCSV(_ path: String) throws -> (header: [String], rows: [[String]]) {
    let bytes = try read(path)
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw FileError("\"\(path)\" is not UTF-8 text")
    }
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
    (".csv", .csv), (".tsv", .tsv), (".json", .json), (".jsonl", .jsonl), (".md", .markdown),
    (".tex", .latex),
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
