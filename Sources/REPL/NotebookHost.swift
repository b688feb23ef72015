import Foundation
import Lang
import Optim

/// Takes what a session shows down on a page; progress, notes and errors go to standard error as ever.
final class NotebookHost: SessionHost {
  let terminal: TerminalHost
  let path: String
  /// The page is written while the script runs, too.
  let isWatching: Bool
  var page: NotebookPage
  /// The facts at the foot of the page, as the session stands.
  var facts: () -> [(what: String, value: String)] = { [] }
  private var lastWrite = ContinuousClock.now
  /// The first failure to write the page.
  private(set) var writeFailure: String?

  /// How often the page follows what goes on within a cell.
  private static let interval = Swift.Duration.seconds(2)

  init(_ terminal: TerminalHost, _ page: NotebookPage, path: String, isWatching: Bool) {
    (self.terminal, self.page, self.path, self.isWatching) = (terminal, page, path, isWatching)
  }

  // MARK: The page

  /// Writes the page as it stands, replacing the file as a whole.
  func save() {
    page.facts = facts()
    do {
      try terminal.write(page.html(), to: path)
    } catch {
      if writeFailure == nil {
        writeFailure = "\(error)"
        terminal.fail("\(error)")
      }
    }
    lastWrite = .now
  }

  /// At once for what ends something; `isUrgent` false: when the last time is a while ago.
  private func saveIfWatched(isUrgent: Bool) {
    guard isWatching, page.outcome == nil, isUrgent || lastWrite.duration(to: .now) >= Self.interval else {
      return
    }
    save()
  }

  func begin(_ index: Int) {
    page.begin(index)
    saveIfWatched(isUrgent: true)
  }

  func end(_ state: NotebookPage.State, seconds: Double) {
    terminal.endStatement()
    page.end(state, seconds: seconds)
    saveIfWatched(isUrgent: true)
  }

  /// Shows whatever went wrong; faults that were found before anything ran stand where they are in the script.
  func fail(_ error: any Error, inPlace: Bool = false) {
    REPL.report(error, terminal)
    switch error {
    case let diagnostic as Diagnostic: add(diagnostic, inPlace)
    case let many as Diagnostics: many.all.prefix(20).forEach { add($0, inPlace) }
    case is SessionInterrupted: page.add(note: "interrupted")
    default: page.add(error: "error: \(error)")
    }
  }

  private func add(_ diagnostic: Diagnostic, _ inPlace: Bool) {
    if inPlace, diagnostic.span.source === page.source {
      page.add(error: diagnostic.rendered, at: diagnostic.span.range.lowerBound)
    } else {
      page.add(error: diagnostic.rendered)
    }
  }

  // MARK: SessionHost

  func present(_ output: Output) { page.add(output) }

  func note(_ text: String) {
    terminal.note(text)
    page.add(note: text)
  }

  /// The table of the search has it.
  func note(epoch text: String) { terminal.note(text) }

  var followsSearches: Bool { true }

  func follow(_ search: SearchProgress) {
    // A page that nobody sees before the end needs only the whole of it, or what there is when the search fails.
    page.follow(search)
    saveIfWatched(isUrgent: true)
  }

  func report(_ progress: Progress) {
    terminal.report(progress)
    guard isWatching else { return }
    let count = progress.total > 0 ? "\(progress.done) of \(progress.total)" : "\(progress.done) done"
    let failed = progress.failed > 0 ? ", \(progress.failed) failed" : ""
    page.activity = "\(progress.activity) \(count)\(failed)"
    saveIfWatched(isUrgent: false)
  }

  var interruption: Interruption { terminal.interruption }
  func read(_ path: String) throws -> [UInt8] { try terminal.read(path) }
  func readCSV(_ path: String) throws -> (header: [String], rows: [[String]]) { try terminal.readCSV(path) }
  func write(_ text: String, to path: String) throws { try terminal.write(text, to: path) }
  func rendered(_ table: Table, for path: String) -> String? { terminal.rendered(table, for: path) }
  func rendered(_ figure: Figure, for path: String) -> String? { terminal.rendered(figure, for: path) }
  var tableEndings: [String] { terminal.tableEndings }
  var figureEndings: [String] { terminal.figureEndings }
}
