import Foundation
import Lang
import Optim

/// The conversation at a terminal.
struct Prompt {
  private let session: Session
  private let host: TerminalHost

  init(_ session: Session, _ host: TerminalHost) {
    self.session = session
    self.host = host
  }

  func greet() {
    TerminalHost.write("dmo \(Options.version)   help explains, Tab completes, Ctrl-D leaves\n", to: 1)
  }

  /// Reads, runs and answers until Ctrl-D, `exit` or a signal to end.
  func run() -> ExitStatus {
    Signals.forgetInterrupts()
    guard let lines = lineSource() else {
      host.fail("standard input and output cannot be used as a terminal")
      return .runtimeFailure
    }
    var number = 1
    while !session.hasEnded {
      if Signals.isTerminated { return .terminated }
      switch readStatement(lines, number) {
      case .end: return Signals.isTerminated ? .terminated : .success
      case .interrupted: Signals.forgetInterrupts()
      case .text(let text):
        lines.remember(text)
        answer(text, number)
        number += 1
      }
    }
    return .success
  }

  private enum Entry {
    case text(String)
    case interrupted
    case end
  }

  /// One statement or several: lines are taken until the grammar says that they are complete.
  private func readStatement(_ lines: any LineSource, _ number: Int) -> Entry {
    let prompt = "dmo[\(number)]> "
    let more = String(repeating: " ", count: max(0, prompt.count - 5)) + "...> "
    var text = ""
    Editing.earlierLines = ""
    while true {
      switch lines.readLine(prompt: text.isEmpty ? prompt : more) {
      case .interrupted: return .interrupted
      case .end:
        if text.isEmpty { return .end }
        return .text(text)
      case .line(let line):
        text += text.isEmpty ? line : "\n" + line
        let plain = withoutPastedPrompts(text)
        if plain.allSatisfy(\.isWhitespace) {
          text = ""
          continue
        }
        if case .incomplete = Parser.parse(Source(name: "prompt", text: plain)) {
          Editing.earlierLines = text + "\n"
          continue
        }
        return .text(plain)
      }
    }
  }

  private func answer(_ text: String, _ number: Int) {
    Signals.forgetInterrupts()
    host.beginStatement()
    do {
      try session.run(try Parser.parseWhole(Source(name: "dmo[\(number)]", text: text)))
    } catch {
      report(error, host)
    }
    host.endStatement()
    Signals.forgetInterrupts()
  }

  /// `$XDG_CONFIG_HOME/dmo/init.dmo`.
  func runStartFile() {
    let environment = ProcessInfo.processInfo.environment
    let base =
      environment["XDG_CONFIG_HOME"].flatMap { $0.isEmpty ? nil : $0 } ?? (environment["HOME"] ?? "")
      + "/.config"
    let path = base + "/dmo/init.dmo"
    guard FileManager.default.fileExists(atPath: path) else { return }
    do {
      try session.run(try Parser.parseWhole(try Source.file(path, bytes: try host.read(path))))
    } catch {
      report(error, host)
    }
  }

  // MARK: Editing

  /// What the completion of a line has to know of the lines before it.
  private enum Editing {
    nonisolated(unsafe) static var earlierLines = ""
  }

  private func lineSource() -> (any LineSource)? {
    guard host.terminal.isTTY(.input), host.terminal.isTTY(.output) else { return PipedLines() }
    return LineEditor(
      pending: { Signals.isTerminated ? .end : Signals.isInterrupted ? .interrupt : .none },
      complete: { [session] line, cursor in
        let typed = String(decoding: Array(line.utf8).prefix(cursor), as: UTF8.self)
        let earlier = Editing.earlierLines
        let found = session.complete(earlier + typed)
        let start = max(0, found.range.lowerBound - earlier.utf8.count)
        if found.wantsFiles {
          return FileCompletion.candidates(
            for: String(decoding: Array(typed.utf8).dropFirst(start), as: UTF8.self), at: start)
        }
        return LineEditor.Completion(
          start: start,
          candidates: found.candidates.map { word in
            LineEditor.Completion.Candidate(
              word, append: word.hasSuffix("=") || word.hasSuffix("(") ? nil : " ")
          })
      })
  }
}

/// File names inside quotes.
enum FileCompletion {
  static func candidates(for typed: String, at start: Int) -> LineEditor.Completion {
    let slash = typed.lastIndex(of: "/")
    let folder = slash.map { String(typed[...$0]) } ?? ""
    let prefix = slash.map { String(typed[typed.index(after: $0)...]) } ?? typed
    let place = folder.isEmpty ? "." : folder
    let names = ((try? FileManager.default.contentsOfDirectory(atPath: place)) ?? []).sorted()
    let matching = names.filter { $0.hasPrefix(prefix) && (prefix.hasPrefix(".") || !$0.hasPrefix(".")) }
    return LineEditor.Completion(
      start: start,
      candidates: matching.map { name in
        var isFolder: ObjCBool = false
        _ = FileManager.default.fileExists(atPath: place + "/" + name, isDirectory: &isFolder)
        return LineEditor.Completion.Candidate(
          folder + name + (isFolder.boolValue ? "/" : ""), append: isFolder.boolValue ? nil : "\"")
      })
  }
}
