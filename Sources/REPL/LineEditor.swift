import CReadline
import Foundation

/// Lines from a terminal, edited with GNU readline. Only this file knows readline.
///
/// There is one editor at a time, since readline is one set of global variables; it is used from one thread.
///
/// While a line is read, Ctrl-C is a key that ends it with `.interrupted`, not a signal: the handler of
/// SIGINT sees only the Ctrl-C of a running command. Signals which others send (`kill -INT`, SIGTERM) are
/// noticed through `pending`, within a quarter of a second.
final class LineEditor: LineSource {
  /// What could stand between `start` and the cursor.
  struct Completion: Sendable, Equatable {
    struct Candidate: Sendable, Equatable {
      let text: String
      /// Written behind the candidate if it is the only one; an ASCII character.
      let append: Character?
      init(_ text: String, append: Character? = nil) {
        self.text = text
        self.append = append
      }
    }
    /// In bytes of UTF-8 from the beginning of the line.
    let start: Int
    let candidates: [Candidate]
  }

  /// What a signal wants of the prompt.
  enum Pending: Int32, Sendable { case none, interrupt, end }

  /// Given the line and the cursor in bytes of UTF-8.
  typealias Completer = (_ line: String, _ cursor: Int) -> Completion

  private let complete: Completer
  private let pending: (() -> Pending)?
  private let history: HistoryFile?
  /// Oldest first, of earlier sessions and this one.
  private(set) var entries: [String]

  /// Nil where the streams cannot be used.
  init?(
    input: Int32 = 0, output: Int32 = 1, history: HistoryFile? = HistoryFile.standard(),
    pending: (() -> Pending)? = nil, complete: @escaping Completer
  ) {
    guard dmo_rl_open("dmo", input, output) == 0 else { return nil }
    self.complete = complete
    self.pending = pending
    self.history = history
    entries = history?.load() ?? []
    dmo_rl_clear_history()
    dmo_rl_limit_history(Int32(HistoryFile.limit))
    for entry in entries { dmo_rl_add_history(entry) }
    connect()
  }

  deinit {
    dmo_rl_set_completer(nil, nil)
    dmo_rl_set_pending(nil, nil)
  }

  func readLine(prompt: String) -> Input {
    var text: UnsafeMutablePointer<CChar>?
    switch dmo_rl_read(Self.markingInvisible(prompt), &text) {
    case DMO_RL_LINE:
      defer { free(text) }
      return .line(text.map { String(cString: $0) } ?? "")
    case DMO_RL_INTERRUPTED: return .interrupted
    default: return .end
    }
  }

  func remember(_ statement: String) {
    let entry = statement.trimmingCharacters(in: .whitespacesAndNewlines)
    guard !entry.isEmpty, entry != entries.last else { return }
    entries.append(entry)
    dmo_rl_add_history(entry)
    history?.append(entry)
  }

  /// The editor does not outlive itself in these pointers: `deinit` takes them back.
  private func connect() {
    let context = Unmanaged.passUnretained(self).toOpaque()
    dmo_rl_set_completer(
      { context, line, cursor, answer in
        guard let context, let line else { return }
        let editor = Unmanaged<LineEditor>.fromOpaque(context).takeUnretainedValue()
        let completion = editor.complete(String(cString: line), cursor)
        dmo_rl_start(answer, max(0, completion.start))
        for candidate in completion.candidates {
          dmo_rl_candidate(answer, candidate.text, CChar(bitPattern: candidate.append?.asciiValue ?? 0))
        }
      }, context)
    guard pending != nil else { return dmo_rl_set_pending(nil, nil) }
    dmo_rl_set_pending(
      { context in
        guard let context else { return 0 }
        let editor = Unmanaged<LineEditor>.fromOpaque(context).takeUnretainedValue()
        return (editor.pending?() ?? .none).rawValue
      }, context)
  }

  /// For handlers of fatal signals and before the process is replaced.
  static func restoreTerminal() { dmo_rl_restore_terminal() }

  /// Both ends of a new pseudo-terminal: for tests.
  static func pseudoTerminal() -> (master: Int32, slave: Int32)? {
    var slave: Int32 = -1
    let master = dmo_rl_pseudo_terminal(&slave)
    return master < 0 ? nil : (master, slave)
  }

  /// Changes the size of a pseudo-terminal: for tests.
  static func resize(_ terminal: Int32, columns: Int, rows: Int) {
    _ = dmo_rl_resize(terminal, Int32(columns), Int32(rows))
  }

  /// Colours take no room: readline is told so by the bytes 1 and 2 around them.
  static func markingInvisible(_ prompt: String) -> String {
    prompt.replacing(/\u{1B}\[[0-9;]*m/) { "\u{01}\($0.output)\u{02}" }
  }
}
