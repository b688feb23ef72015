import Optim

@testable import Lang

/// Drives a session as the program does, from a file or from the prompt, and keeps what it shows.
final class ScriptRun {
  let host: TestHost
  let session: Session
  private(set) var faults: [String] = []

  init(folder: String, overrides: [String: String], steps: Int? = nil) throws {
    host = TestHost(folder: folder)
    session = try Session(host: host, directory: folder, overrides: overrides, workers: 2)
    if let steps { session.maximumSteps = steps }
  }

  /// As `dmo script.dmo`: everything is parsed, then everything is checked, then everything runs.
  func batch(_ path: String, _ bytes: [UInt8]) {
    host.anchor = Int.max
    attempt {
      let script = try Parser.parseWhole(try Source.file(path, bytes: bytes))
      try session.check(script)
      try session.checkOverrides()
      for statement in script.statements where !session.hasEnded {
        host.anchor = script.source.line(at: max(statement.span.range.upperBound - 1, 0))
        try session.execute(Script(source: script.source, statements: [statement], comments: []))
      }
    }
    attempt { try session.close() }
  }

  /// As at the prompt: lines are taken until they are a whole, and an error does not end the session.
  func type(_ text: String) {
    var entry = ""
    var number = 1
    for (i, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
      if entry.isEmpty, line.hasPrefix("#") || line.allSatisfy(\.isWhitespace) { continue }
      entry += entry.isEmpty ? String(line) : "\n" + line
      if case .incomplete = Parser.parse(Source(name: "prompt", text: entry)) { continue }
      host.anchor = i + 1
      let source = Source(name: "dmo[\(number)]", text: entry, directory: host.folder)
      attempt { try session.run(try Parser.parseWhole(source)) }
      entry = ""
      number += 1
    }
    attempt { try session.close() }
  }

  private func attempt(_ body: () throws -> Void) {
    do {
      try body()
    } catch let diagnostic as Diagnostic {
      show(diagnostic)
    } catch let many as Diagnostics {
      many.all.forEach(show)
    } catch {
      host.record("error: \(error)", .error)
    }
  }

  private func show(_ diagnostic: Diagnostic) {
    faults.append(diagnostic.fault.id)
    host.record(diagnostic.rendered, .error)
  }
}
