import Foundation
import Lang
import Optim

/// Shows results to a notebook: every result in the forms a page may choose from.
final class KernelHost: SessionHost {
  private let files: TerminalHost
  private let output: ProtocolOutput
  /// The request that is being answered, repeated in all that belongs to it.
  var request: Any = NSNull()

  private var lastProgress: (activity: String, time: Double)?
  private var hasExplainedInterrupt = false
  private var throughput = Throughput()
  private var started = 0.0
  private static let progressInterval = 0.5
  /// Rows of a table that is not asked for as a whole.
  private static let rowLimit = 60

  init(files: TerminalHost, output: ProtocolOutput) {
    self.files = files
    self.output = output
  }

  /// One message of the running answer.
  func send(_ event: String, _ fields: [String: Any]) {
    output.writeLine(fields.merging(["event": event, "id": request]) { $1 })
  }

  // MARK: Results

  func present(_ output: Output) {
    if case .group(let parts) = output {
      for part in parts { present(part) }
    } else {
      send("display", ["data": Self.forms(of: output)])
    }
  }

  /// Texts by MIME type.
  private static func forms(of output: Output) -> [String: String] {
    switch output {
    case .text(let text): return ["text/plain": text]
    case .table(let table, let isWhole):
      let layout = TableLayout(rowLimit: isWhole ? nil : rowLimit)
      return [
        "text/plain": render(table, format: .box, layout: layout),
        "text/html": TableView(table, layout).html(),
      ]
    case .figure(let figure), .aside(let figure):
      return ["text/plain": render(figure, layout: PlotLayout()), "image/svg+xml": renderSVG(figure)]
    case .group: return [:]
    }
  }

  func note(_ text: String) { send("note", ["text": text]) }

  // MARK: Progress and interruption

  func report(_ progress: Progress) {
    explainInterrupt(progress)
    let time = ProgressLine.monotonicSeconds()
    if lastProgress?.activity != progress.activity {
      throughput = Throughput()
      started = time
      lastProgress = (progress.activity, time)
    }
    throughput.note(done: progress.done, at: time)
    guard let last = lastProgress, time - last.time >= Self.progressInterval else { return }
    lastProgress = (progress.activity, time)
    let text = ProgressText(progress, throughput.rate(at: time), elapsed: time - started).line
    send("progress", ["text": text, "done": progress.done, "total": progress.total])
  }

  func endStatement() {
    lastProgress = nil
    hasExplainedInterrupt = false
  }

  private func explainInterrupt(_ progress: Progress) {
    guard !hasExplainedInterrupt, progress.running > 0, Signals.interruption == .finish else { return }
    hasExplainedInterrupt = true
    let running = "\(progress.running) running simulation\(progress.running == 1 ? "" : "s")"
    note("finishing \(running); a second interrupt ends them now")
  }

  var interruption: Interruption { Signals.interruption }

  // MARK: Files

  func read(_ path: String) throws -> [UInt8] { try files.read(path) }
  func readCSV(_ path: String) throws -> (header: [String], rows: [[String]]) { try files.readCSV(path) }
  func write(_ text: String, to path: String) throws { try files.write(text, to: path) }
  func rendered(_ table: Table, for path: String) -> String? { files.rendered(table, for: path) }
  func rendered(_ figure: Figure, for path: String) -> String? { files.rendered(figure, for: path) }
  var tableEndings: [String] { files.tableEndings }
  var figureEndings: [String] { files.figureEndings }
}
