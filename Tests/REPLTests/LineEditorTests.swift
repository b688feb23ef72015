import Foundation
import Synchronization
import Testing

@testable import REPL

/// A pseudo-terminal with somebody at it who waits for an output before typing the next keys.
final class Typist: Sendable {
  struct Step: Sendable {
    let awaited: String
    let keys: String
    /// New width of the window, set before the keys are sent.
    var columns: Int?
  }

  let master: Int32
  let slave: Int32
  private let screen = Mutex("")

  init(columns: Int = 80) throws {
    (master, slave) = try #require(LineEditor.pseudoTerminal())
    LineEditor.resize(master, columns: columns, rows: 24)
  }

  deinit {
    close(slave)
    close(master)
  }

  /// What was written so far.
  var output: String { screen.withLock { $0 } }

  func follow(_ steps: [Step]) {
    Thread.detachNewThread { [self] in
      var seen = ""
      for step in steps {
        while !seen.contains(step.awaited) {
          var bytes = [UInt8](repeating: 0, count: 4096)
          var source = pollfd(fd: master, events: Int16(POLLIN), revents: 0)
          guard poll(&source, 1, 10_000) > 0 else { return giveUp() }
          let count = read(master, &bytes, bytes.count)
          guard count > 0 else { return giveUp() }
          let text = String(decoding: bytes[..<count], as: UTF8.self)
          seen += text
          screen.withLock { $0 += text }
        }
        seen = ""
        if let columns = step.columns { LineEditor.resize(master, columns: columns, rows: 24) }
        let keys = Array(step.keys.utf8)
        _ = write(master, keys, keys.count)
      }
    }
  }
}

extension Typist {
  /// Ends whatever is being read, so that a failing test fails and does not hang.
  private func giveUp() {
    for _ in 0..<20 {
      _ = write(master, [0x15, 0x04] as [UInt8], 2)
      usleep(50_000)
    }
  }
}

@Suite(.serialized) struct LineEditorTests {
  static let words = ["train", "trace", "table", "größe_a", "größe_b"]

  static func candidates(_ line: String, _ cursor: Int) -> LineEditor.Completion {
    let head = Array(line.utf8.prefix(cursor))
    let start = (head.lastIndex(of: UInt8(ascii: " ")) ?? head.lastIndex(of: UInt8(ascii: "(")) ?? -1) + 1
    let word = String(decoding: head[start...], as: UTF8.self)
    return .init(
      start: start, candidates: words.filter { $0.hasPrefix(word) }.map { .init($0, append: "!") })
  }

  /// What `readLine` answers to the given keys, one call per step that awaits the prompt.
  func inputs(
    _ count: Int, history: HistoryFile? = nil, pending: (() -> LineEditor.Pending)? = nil,
    remembering: [String] = [],
    _ steps: [Typist.Step]
  ) throws -> (inputs: [Input], output: String) {
    if getenv("TERM") == nil { setenv("TERM", "xterm", 1) }
    let typist = try Typist()
    let editor = try #require(
      LineEditor(
        input: typist.slave, output: typist.slave, history: history, pending: pending,
        complete: Self.candidates))
    remembering.forEach(editor.remember)
    typist.follow(steps)
    return ((0..<count).map { editor.readLine(prompt: "dmo[\($0)]> ") }, typist.output)
  }

  @Test func linesAndTheEnd() throws {
    let result = try inputs(
      2, [.init(awaited: "[0]> ", keys: "sample sobol 64\r"), .init(awaited: "[1]> ", keys: "\u{04}")])
    #expect(result.inputs == [.line("sample sobol 64"), .end])
  }

  @Test func interruptClearsTheLineAndLeavesNothingBehind() throws {
    let result = try inputs(
      4,
      [
        .init(awaited: "[0]> ", keys: "abc\u{03}"), .init(awaited: "[1]> ", keys: "\u{03}"),
        .init(awaited: "[2]> ", keys: "def\r"), .init(awaited: "[3]> ", keys: "\u{12}de\u{03}"),
      ])
    #expect(result.inputs == [.interrupted, .interrupted, .line("def"), .interrupted])
  }

  @Test func theTerminalIsGivenBackAsItWas() throws {
    let typist = try Typist()
    var before = termios()
    var after = termios()
    tcgetattr(typist.slave, &before)
    let editor = try #require(
      LineEditor(input: typist.slave, output: typist.slave, history: nil, complete: Self.candidates))
    typist.follow([.init(awaited: "> ", keys: "\u{03}")])
    #expect(editor.readLine(prompt: "> ") == .interrupted)
    tcgetattr(typist.slave, &after)
    #expect(before.c_lflag == after.c_lflag)
    #expect(before.c_cc.0 == 3 && after.c_cc.0 == 3)
  }

  @Test func completion() throws {
    let result = try inputs(
      4,
      [
        .init(awaited: "[0]> ", keys: "tab\t\r"),
        .init(awaited: "[1]> ", keys: "f(tr\t"), .init(awaited: "train  trace", keys: "c\t\r"),
        .init(awaited: "[2]> ", keys: "x = gr\tb\t y\r"),
        .init(awaited: "[3]> ", keys: "zz\t\r"),
      ])
    #expect(result.inputs == [.line("table!"), .line("f(trace!"), .line("x = größe_b! y"), .line("zz")])
  }

  @Test func pastedLinesComeAsOneText() throws {
    let pasted = "\u{1B}[200~def f(x) {\n  return x\n}\u{1B}[201~\r"
    let result = try inputs(1, [.init(awaited: "[0]> ", keys: pasted)])
    #expect(result.inputs == [.line("def f(x) {\n  return x\n}")])
  }

  @Test func historyHoldsWholeStatements() throws {
    let up = "\u{1B}[A"
    let result = try inputs(
      3, remembering: ["def f(x) {\n  return x\n}", "train joint", "train joint"],
      [
        .init(awaited: "[0]> ", keys: up + "\r"), .init(awaited: "[1]> ", keys: up + up + "\r"),
        .init(awaited: "[2]> ", keys: "\u{12}return\r"),
      ])
    let statement = "def f(x) {\n  return x\n}"
    #expect(result.inputs == [.line("train joint"), .line(statement), .line(statement)])
  }

  @Test func resize() throws {
    let long = String(repeating: "x", count: 60)
    let result = try inputs(
      1,
      [
        .init(awaited: "[0]> ", keys: long), .init(awaited: "xxx", keys: "", columns: 40),
        .init(awaited: "xxx", keys: "y\r"),
      ])
    #expect(result.inputs == [.line(long + "y")], "\(result.output.debugDescription)")
  }

  @Test func signalsOfOthers() throws {
    let wish = Mutex(LineEditor.Pending.interrupt)
    let result = try inputs(
      2,
      pending: {
        wish.withLock { now in
          defer { now = .end }; return now
        }
      },
      [.init(awaited: "[0]> ", keys: "ab"), .init(awaited: "[1]> ", keys: "cd")])
    #expect(result.inputs == [.interrupted, .end])
  }

  @Test func promptColorsTakeNoRoom() {
    #expect(
      LineEditor.markingInvisible("\u{1B}[1mdmo\u{1B}[0m> ")
        == "\u{01}\u{1B}[1m\u{02}dmo\u{01}\u{1B}[0m\u{02}> ")
  }
}

@Suite struct HistoryFileTests {
  static func temporary() -> HistoryFile {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
      "dmo-history-\(UUID().uuidString)")
    return HistoryFile(url: folder.appendingPathComponent("dmo/history"))
  }

  @Test func keepsStatementsOfTwoSessions() throws {
    let mine = Self.temporary()
    let yours = HistoryFile(url: mine.url)
    defer {
      try? FileManager.default.removeItem(
        at: mine.url.deletingLastPathComponent().deletingLastPathComponent())
    }
    mine.append("a = \"x\\ny\"")
    yours.append("def f(x) {\n  return x\n}")
    mine.append("c\\")
    #expect(mine.load() == ["a = \"x\\ny\"", "def f(x) {\n  return x\n}", "c\\"])
    let attributes = try FileManager.default.attributesOfItem(atPath: mine.url.path)
    #expect(attributes[.posixPermissions] as? Int == 0o600)
  }

  @Test func isCutToTheLimit() throws {
    let file = Self.temporary()
    defer {
      try? FileManager.default.removeItem(
        at: file.url.deletingLastPathComponent().deletingLastPathComponent())
    }
    file.append("first")
    let many = (0..<12_000).map { "entry \($0)\n" }.joined()
    try many.write(to: file.url, atomically: true, encoding: .utf8)
    #expect(file.load().count == HistoryFile.limit)
    #expect(file.load().last == "entry 11999")
    #expect(try String(contentsOf: file.url, encoding: .utf8).hasPrefix("entry 2000\n"))
  }

  @Test func place() {
    #expect(HistoryFile.standard(environment: ["XDG_STATE_HOME": "/s"])?.url.path == "/s/dmo/history")
    #expect(HistoryFile.standard(environment: ["HOME": "/h"])?.url.path == "/h/.local/state/dmo/history")
    #expect(HistoryFile.standard(environment: [:]) == nil)
  }

  @Test func unusableFilesAreNoHistory() {
    let file = HistoryFile(url: URL(fileURLWithPath: "/proc/nowhere/history"))
    file.append("x")
    #expect(file.load() == [])
  }
}

@Suite struct LineSourceTests {
  @Test func pastedPromptsAreDropped() {
    let session = """
      dmo[3]> def f(x) {
         ...>   return x
         ...> }
      dmo[4]> f(2)
      2
      """
    #expect(withoutPastedPrompts(session) == "def f(x) {\n  return x\n}\nf(2)")
    #expect(withoutPastedPrompts("a = 1\n  b") == "a = 1\n  b")
    #expect(withoutPastedPrompts("") == "")
  }

  @Test func scriptedLines() {
    let source = ScriptedLines([.line("a"), .interrupted])
    #expect(
      [source.readLine(prompt: "1"), source.readLine(prompt: "2"), source.readLine(prompt: "3")] == [
        .line("a"), .interrupted, .end,
      ])
    source.remember("a")
    #expect(source.prompts == ["1", "2", "3"] && source.remembered == ["a"])
  }
}
