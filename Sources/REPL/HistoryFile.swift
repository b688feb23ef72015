import Foundation

/// Statements of earlier sessions: one record per line, in which `\n` stands for a line end and `\\` for a
/// backslash.
///
/// Sessions append to it under a lock, one record at a time, so that none destroys what another wrote.
/// History is a comfort: where the file cannot be used, there is simply none.
struct HistoryFile: Sendable {
  static let limit = 10_000

  let url: URL

  /// `$XDG_STATE_HOME/dmo/history`, by default `~/.local/state/dmo/history`; nil without a home.
  static func standard(environment: [String: String] = ProcessInfo.processInfo.environment) -> HistoryFile? {
    let state: String
    if let folder = environment["XDG_STATE_HOME"], folder.hasPrefix("/") {
      state = folder
    } else if let home = environment["HOME"], home.hasPrefix("/") {
      state = home + "/.local/state"
    } else {
      return nil
    }
    return HistoryFile(url: URL(fileURLWithPath: state).appendingPathComponent("dmo/history"))
  }

  /// Oldest first. A file far beyond the limit is cut to it.
  func load() -> [String] {
    guard let text = read() else { return [] }
    let records = text.split(separator: "\n")
    if records.count > Self.limit + Self.limit / 10 { cut() }
    return records.suffix(Self.limit).map { Self.decoded($0) }
  }

  func append(_ entry: String) {
    let folder = url.deletingLastPathComponent()
    try? FileManager.default.createDirectory(
      at: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    withLock(flags: O_WRONLY | O_CREAT | O_APPEND) { file in
      Self.write(Array((Self.encoded(entry) + "\n").utf8), to: file)
    }
  }

  static func encoded(_ entry: String) -> String {
    entry.replacing("\\", with: "\\\\").replacing("\r", with: "").replacing("\n", with: "\\n")
  }

  static func decoded(_ record: Substring) -> String {
    var entry = ""
    var isEscaped = false
    for character in record {
      if isEscaped {
        entry.append(character == "n" ? "\n" : character)
        isEscaped = false
      } else if character == "\\" {
        isEscaped = true
      } else {
        entry.append(character)
      }
    }
    return entry
  }

  private func read() -> String? {
    (try? Data(contentsOf: url)).map { String(decoding: $0, as: UTF8.self) }
  }

  /// Puts a shorter file in the place of a long one, in one step.
  private func cut() {
    withLock(flags: O_RDWR) { _ in
      let kept = (read() ?? "").split(separator: "\n").suffix(Self.limit).map { $0 + "\n" }.joined()
      let next = url.appendingPathExtension("new")
      let file = open(next.path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
      guard file >= 0 else { return }
      let isWritten = Self.write(Array(kept.utf8), to: file)
      close(file)
      if !isWritten || rename(next.path, url.path) != 0 { unlink(next.path) }
    }
  }

  /// Opens the file and locks it; opens it anew if another session has put a new file in its place meanwhile.
  private func withLock(flags: Int32, _ body: (Int32) -> Void) {
    for _ in 0..<10 {
      let file = open(url.path, flags | O_CLOEXEC, 0o600)
      guard file >= 0 else { return }
      defer { close(file) }
      // Some network file systems know no locks; appending works there as well as it can.
      flock(file, LOCK_EX)
      var mine = stat()
      var current = stat()
      guard fstat(file, &mine) == 0 else { return }
      if stat(url.path, &current) == 0 && current.st_ino == mine.st_ino { return body(file) }
    }
  }

  @discardableResult
  private static func write(_ bytes: [UInt8], to file: Int32) -> Bool {
    var done = 0
    while done < bytes.count {
      let count = bytes[done...].withUnsafeBytes { Foundation.write(file, $0.baseAddress, $0.count) }
      if count < 0 && errno == EINTR { continue }
      if count <= 0 { return false }
      done += count
    }
    return true
  }
}
