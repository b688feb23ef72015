import Foundation
import Lang
import Optim

/// A page in the making: the cells of a script, and what came of each so far.
struct NotebookPage {
  enum State: Equatable {
    case waiting, running, done, failed, interrupted
  }

  struct Entry {
    let cell: Cell
    /// Results, notes and errors as HTML, in order.
    var pieces: [String] = []
    /// A search that goes on; it takes the place of what was said of it before.
    var search: String?
    var state = State.waiting
    var seconds: Double?
  }

  let source: Source
  let name: String
  let started: String
  private(set) var entries: [Entry]
  private(set) var current: Int?
  private(set) var output = NotebookOutput()
  /// What goes on now.
  var activity: String?
  /// Errors that belong to no cell.
  private(set) var preamble: [String] = []
  /// The facts at the foot of the page.
  var facts: [(what: String, value: String)] = []
  /// Nil while the script runs.
  private(set) var outcome: State?
  /// The page loads itself anew while the script runs.
  let isWatched: Bool

  init(_ source: Source, started: String, isWatched: Bool) {
    self.source = source
    self.started = started
    self.isWatched = isWatched
    name = (source.name as NSString).lastPathComponent
    entries = Cell.cells(of: source).map { Entry(cell: $0) }
  }

  // MARK: What happens

  mutating func begin(_ index: Int) {
    current = index
    entries[index].state = .running
  }

  mutating func end(_ state: State, seconds: Double) {
    guard let index = current else { return }
    closeSearch()
    entries[index].state = state
    entries[index].seconds = seconds
    current = nil
    activity = nil
  }

  mutating func finish(_ state: State) { outcome = state }

  mutating func add(_ result: Output) {
    let html = output.html(result)
    add(html)
  }

  mutating func add(note text: String) { add("<p class=\"note\">\(HTML.escaped(text))</p>") }

  mutating func add(error text: String) {
    add("<pre class=\"error\" role=\"alert\">\(HTML.escaped(text))</pre>")
  }

  /// An error in the text of a cell that has not begun.
  mutating func add(error text: String, at place: Int) {
    guard let index = entries.firstIndex(where: { $0.cell.range.contains(place) }) else {
      return add(error: text)
    }
    entries[index].pieces.append("<pre class=\"error\" role=\"alert\">\(HTML.escaped(text))</pre>")
    entries[index].state = .failed
  }

  mutating func follow(_ search: SearchProgress) {
    guard let index = current else { return }
    entries[index].search = NotebookOutput.html(search)
    if search.isOver { closeSearch() }
  }

  private mutating func closeSearch() {
    guard let index = current, let search = entries[index].search else { return }
    entries[index].search = nil
    add(search)
  }

  private mutating func add(_ html: String) {
    if let index = current { entries[index].pieces.append(html) } else { preamble.append(html) }
  }

  // MARK: The page

  /// The first heading of the first level, else the name of the file.
  private var heading: String? {
    entries.lazy.compactMap { entry -> String? in
      if case .text(let text) = entry.cell.kind { Markdown.title(of: text) } else { nil }
    }.first
  }

  func html() -> String {
    let isRunning = outcome == nil
    let title =
      heading.map { Markdown.inline($0).replacing(#/<[^>]*>/#, with: "") } ?? HTML.escaped(name)
    let top = heading == nil ? "<h1>\(HTML.escaped(name))</h1>" : ""
    let watching =
      isRunning && isWatched
      ? "<noscript><meta http-equiv=\"refresh\" content=\"2\" /></noscript>\n" : ""
    return """
      <!DOCTYPE html>
      <html lang="en" xmlns="http://www.w3.org/1999/xhtml">
      <head>
      <meta charset="utf-8" />
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <meta name="generator" content="dmo \(Options.version)" />
      <meta name="color-scheme" content="light dark" />
      <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'" />
      \(watching)<title>\(title)</title>
      <style>\(NotebookStyle.css)</style>
      </head>
      <body\(isRunning && isWatched ? " data-watch=\"2\"" : "")>
      <header><p><span class="file">\(HTML.escaped(name))</span> <span>\(HTML.escaped(started))</span> \
      \(badge)</p></header>
      <main>
      \(top)\(preamble.joined(separator: "\n"))
      \(entries.map(section).joined(separator: "\n"))
      </main>
      \(footer)
      <script>\(NotebookStyle.script)</script>
      </body>
      </html>

      """
  }

  private var badge: String {
    let (word, kind): (String, String) =
      switch outcome {
      case nil: ("running", "running")
      case .failed?: ("ended with an error", "failed")
      case .interrupted?: ("interrupted", "failed")
      case .done?, .waiting?, .running?: ("complete", "done")
      }
    return "<span class=\"badge \(kind)\">\(word)</span>"
  }

  private func section(_ entry: Entry) -> String {
    if case .text(let text) = entry.cell.kind {
      return "<section class=\"text\">\n\(Markdown.html(text))\n</section>"
    }
    let number = entry.cell.number ?? 0
    let code = entry.cell.code
    let heading =
      entry.cell.title.isEmpty ? "" : "<h2>\(Markdown.inline(entry.cell.title))</h2>\n"
    let text = code.range.isEmpty ? "" : "<pre class=\"code\"><code>\(HTML.code(code))</code></pre>\n"
    let results = (entry.pieces + [entry.search].compactMap { $0 }).joined(separator: "\n")
    return "<section class=\"cell\" id=\"cell-\(number)\">\n\(heading)"
      + "<p class=\"mark\"><a href=\"#cell-\(number)\">cell \(number)</a> <span>\(HTML.escaped(status(entry)))</span></p>\n"
      + text + (results.isEmpty ? "" : "<div class=\"results\">\n\(results)\n</div>\n") + "</section>"
  }

  private func status(_ entry: Entry) -> String {
    let took = entry.seconds.map { NotebookPage.duration($0) } ?? ""
    return switch entry.state {
    case .waiting: outcome == nil ? "waits" : "not run"
    case .running: activity.map { "runs: \($0)" } ?? "runs"
    case .done: took
    case .failed: took.isEmpty ? "an error" : "an error after \(took)"
    case .interrupted: "interrupted after \(took)"
    }
  }

  private var footer: String {
    let rows = facts.map {
      "<tr><th scope=\"row\">\(HTML.escaped($0.what))</th><td>\(HTML.escaped($0.value))</td></tr>"
    }
    return
      "<footer><div class=\"wide\"><table><tbody>\(rows.joined(separator: "\n"))</tbody></table></div></footer>"
  }

  /// `40 ms`, `4.2 s`, `3 min 20 s`.
  static func duration(_ seconds: Double) -> String {
    if seconds < 0.95 { return "\(Int((seconds * 1000).rounded())) ms" }
    if seconds < 60 { return "\(NumberText.short((seconds * 10).rounded() / 10)) s" }
    let whole = Int(seconds.rounded())
    return whole < 3600
      ? "\(whole / 60) min \(whole % 60) s" : "\(whole / 3600) h \(whole % 3600 / 60) min"
  }
}
