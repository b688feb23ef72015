import Foundation
import Testing

@testable import REPL

/// dmo at a pseudo-terminal, and somebody who reads what it writes before typing on.
final class TerminalSession {
  let place: Workplace
  let child: Child
  private let master: Int32
  /// Keeps the terminal open between the moment it is made and the one the program opens it.
  private let slave: Int32
  private var unread: [UInt8] = []
  private(set) var transcript = ""

  init(_ place: Workplace, _ arguments: [String] = [], columns: Int = 80, rows: Int = 24) throws {
    self.place = place
    (master, slave) = try #require(LineEditor.pseudoTerminal())
    var size = winsize(ws_row: UInt16(rows), ws_col: UInt16(columns), ws_xpixel: 0, ws_ypixel: 0)
    _ = ioctl(master, UInt(TIOCSWINSZ), &size)
    let name = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/\(slave)")
    child = try Child(
      [try Workplace.binary()] + arguments, in: place.folder, environment: place.environment, .terminal(name))
  }

  deinit {
    close(slave)
    close(master)
  }

  func type(_ keys: String) {
    var bytes = Array(keys.utf8)[...]
    while !bytes.isEmpty {
      let count = bytes.withUnsafeBytes { write(master, $0.baseAddress, $0.count) }
      if count <= 0 { return }
      bytes = bytes.dropFirst(count)
    }
  }

  /// Changes the window; the system tells the program.
  func resize(columns: Int, rows: Int = 24) {
    var size = winsize(ws_row: UInt16(rows), ws_col: UInt16(columns), ws_xpixel: 0, ws_ypixel: 0)
    _ = ioctl(master, UInt(TIOCSWINSZ), &size)
  }

  /// Waits for a text and takes everything up to its end from what is to be read, without control sequences.
  @discardableResult
  func wait(
    for text: String, within seconds: Double = 30, sourceLocation: SourceLocation = #_sourceLocation
  ) throws -> String {
    let end = Date().addingTimeInterval(seconds)
    while true {
      let plain = Self.plain(unread)
      if let found = plain.range(of: text) {
        unread = Array(plain[found.upperBound...].utf8)
        return String(plain[..<found.upperBound])
      }
      guard Date() < end, receive() else { break }
    }
    Issue.record(
      "waited for \(text.debugDescription); the terminal shows\n\(transcript)", sourceLocation: sourceLocation
    )
    throw Child.Fault("not shown: \(text)")
  }

  /// Types a statement and waits for the prompt of the next number (a changed window draws the same one again); gives
  /// what stands between.
  @discardableResult
  func enter(
    _ statement: String, within seconds: Double = 30, sourceLocation: SourceLocation = #_sourceLocation
  ) throws -> String {
    let number = transcript.matches(of: #/dmo\[(\d+)\]> /#).last.flatMap { Int($0.1) } ?? 0
    type(statement + "\r")
    let shown = try wait(for: "dmo[\(number + 1)]> ", within: seconds, sourceLocation: sourceLocation)
    let lines = shown.split(separator: "\n", omittingEmptySubsequences: false)
    return lines.dropFirst().dropLast().joined(separator: "\n")
  }

  /// Waits for the program's end; everything it still says goes to the transcript.
  func status(within seconds: Double = 30) throws -> Int32 {
    let end = Date().addingTimeInterval(seconds)
    while Date() < end {
      _ = receive(milliseconds: 5)
      if let status = child.wait(seconds: 0) { return status }
    }
    throw Child.Fault("still running; the terminal shows\n\(transcript)")
  }

  /// Reads once; false where nothing will come any more.
  private func receive(milliseconds: Int32 = 50) -> Bool {
    var source = pollfd(fd: master, events: Int16(POLLIN), revents: 0)
    guard poll(&source, 1, milliseconds) > 0 else { return true }
    var bytes = [UInt8](repeating: 0, count: 65536)
    let count = read(master, &bytes, bytes.count)
    guard count > 0 else { return false }
    unread += bytes[..<count]
    transcript += String(decoding: bytes[..<count], as: UTF8.self)
    return true
  }

  /// Without escape sequences and carriage returns.
  private static func plain(_ bytes: [UInt8]) -> String {
    String(decoding: bytes, as: UTF8.self)
      .replacing(/\u{1B}(\[[0-9;?]*[A-Za-z]|\][^\u{07}]*\u{07}|[=>])/, with: "").replacing("\r\n", with: "\n")
      .replacing("\r", with: "")
  }
}
