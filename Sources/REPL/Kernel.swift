import Foundation
import Lang
import Optim

/// `dmo --kernel`: a session driven by requests, one JSON object a line, for notebooks (docs/jupyter.md).
struct Kernel {
  private let session: Session
  private let host: KernelHost
  private var count = 0

  init(_ session: Session, _ host: KernelHost) {
    self.session = session
    self.host = host
  }

  /// Answers until the input ends, `exit` or a signal to end.
  mutating func run() -> ExitStatus {
    host.send("ready", ["version": Options.version])
    var input = InputBytes()
    while !session.hasEnded, let line = input.line() {
      if line.allSatisfy({ [0x20, 0x09, 0x0D].contains($0) }) { continue }
      answer(line)
      // None is left over for what comes next.
      Signals.forgetInterrupts()
      host.request = NSNull()
    }
    return Signals.isTerminated ? .terminated : .success
  }

  private mutating func answer(_ line: [UInt8]) {
    guard let object = try? JSONSerialization.jsonObject(with: Data(line)),
      let request = object as? [String: Any]
    else { return refuse("expected a JSON object on one line") }
    host.request = request["id"] ?? NSNull()
    guard let what = request["do"] as? String else {
      return refuse("expected \"do\": \"execute\", \"is_complete\", \"complete\" or \"inspect\"")
    }
    guard let code = request["code"] as? String else { return refuse("expected \"code\": a text") }
    switch what {
    case "execute": execute(code, request["count"] as? Int)
    case "is_complete": host.send("done", Self.completeness(of: code))
    case "complete": withCursor(request, code, complete)
    case "inspect": withCursor(request, code, inspect)
    default:
      refuse(
        "unknown request \"\(what)\"; there are \"execute\", \"is_complete\", \"complete\" and \"inspect\"")
    }
  }

  private func refuse(_ message: String) { host.send("done", ["status": "invalid", "message": message]) }

  // MARK: Executing

  private mutating func execute(_ code: String, _ number: Int?) {
    count = number ?? count + 1
    var answer: [String: Any] = ["status": "ok", "count": count]
    do {
      let source = Source(name: "In[\(count)]", text: withoutPastedPrompts(code))
      try session.run(try Parser.parseWhole(source))
      // What was interrupted in its engine ends early and keeps what it has.
      if Signals.isInterrupted { answer.merge(Self.interrupted) { $1 } }
    } catch is SessionInterrupted {
      answer.merge(Self.interrupted) { $1 }
    } catch {
      answer.merge(Self.failure(error)) { $1 }
    }
    host.endStatement()
    if session.hasEnded { answer["ended"] = true }
    host.send("done", answer)
  }

  private static var interrupted: [String: Any] {
    [
      "status": "error", "name": "Interrupted", "value": "interrupted; what was evaluated is kept",
      "traceback": ["interrupted; what was evaluated is kept"],
    ]
  }

  /// The name, the message alone, and the lines with place and source line.
  private static func failure(_ error: any Error) -> [String: Any] {
    let diagnostics: [Diagnostic] =
      switch error {
      case let diagnostic as Diagnostic: [diagnostic]
      case let many as Diagnostics: many.all
      default: []
      }
    let shown = diagnostics.prefix(20).map { $0.rendered }
    let lines = shown.flatMap { $0.split(separator: "\n", omittingEmptySubsequences: false) }
      .map { String($0).withVisibleControls }
    return [
      "status": "error", "name": "Error", "value": diagnostics.first?.message ?? "\(error)",
      "traceback": lines.isEmpty ? ["error: \(error)"] : lines,
    ]
  }

  // MARK: Editing

  private static func completeness(of code: String) -> [String: Any] {
    switch Parser.parse(Source(name: "cell", text: code)) {
    case .complete: ["status": "complete"]
    case .incomplete: ["status": "incomplete", "indent": "  "]
    case .invalid: ["status": "invalid"]
    }
  }

  /// `cursor` counts Unicode scalars, as Jupyter does; without it the end is meant.
  private func withCursor(_ request: [String: Any], _ code: String, _ body: (String, Int) -> Void) {
    let length = code.unicodeScalars.count
    guard let value = request["cursor"] else { return body(code, length) }
    guard let cursor = value as? Int, (0...length).contains(cursor) else {
      return refuse("expected \"cursor\": a whole number from 0 to \(length)")
    }
    body(code, cursor)
  }

  private func complete(_ code: String, _ cursor: Int) {
    let typed = String(String.UnicodeScalarView(code.unicodeScalars.prefix(cursor)))
    let found = session.complete(typed)
    let before = String(decoding: Array(typed.utf8).prefix(found.range.lowerBound), as: UTF8.self)
    var matches = found.candidates
    if found.wantsFiles {
      let name = String(typed.dropFirst(before.count))
      matches = FileCompletion.candidates(for: name, at: 0).candidates.map(\.text)
    }
    host.send(
      "done",
      ["status": "ok", "matches": matches, "start": before.unicodeScalars.count, "end": cursor])
  }

  private func inspect(_ code: String, _ cursor: Int) {
    let word = Source(name: "cell", text: code).word(
      at: String(
        String.UnicodeScalarView(code.unicodeScalars.prefix(cursor))
      ).utf8.count)
    guard let word, let text = session.explanation(of: word.text) else {
      return host.send("done", ["status": "ok", "found": false])
    }
    host.send("done", ["status": "ok", "found": true, "data": ["text/plain": text]])
  }
}

extension Program {
  /// `dmo --kernel`.
  func kernel(_ workforce: Workforce) throws -> ExitStatus {
    Signals.install()
    let output = ProtocolOutput()
    let files = TerminalHost(terminal: terminal, format: common.format, isQuiet: true)
    let host = KernelHost(files: files, output: output)
    let session = try Session(host: host, workforce: workforce, launcher: common.standardLauncher)
    var kernel = Kernel(session, host)
    let status = kernel.run()
    do {
      try session.close()
    } catch {
      report(error, files)
      return status == .success ? .runtimeFailure : status
    }
    return status
  }
}
