import CProcess
import Foundation

/// Bytes of standard input as they come, until its end or a signal that asks dmo to leave.
struct InputBytes {
  private var bytes: [UInt8] = []

  /// Everything up to and without the next line feed; nil at the end.
  mutating func line() -> [UInt8]? {
    var searched = 0
    while true {
      if let end = bytes[searched...].firstIndex(of: UInt8(ascii: "\n")) {
        defer { bytes.removeFirst(end + 1) }
        return Array(bytes[..<end])
      }
      searched = bytes.count
      guard fill() else {
        defer { bytes = [] }
        return bytes.isEmpty ? nil : bytes
      }
    }
  }

  /// Exactly this many; nil where the input ends before.
  mutating func take(_ count: Int) -> [UInt8]? {
    while bytes.count < count { guard fill() else { return nil } }
    defer { bytes.removeFirst(count) }
    return Array(bytes[..<count])
  }

  /// Waits for more. Ctrl-C before a request has nothing to interrupt; one that comes together with it counts for it.
  private mutating func fill() -> Bool {
    var chunk = [UInt8](repeating: 0, count: 65_536)
    while true {
      if Signals.isTerminated { return false }
      var sources = [
        pollfd(fd: 0, events: Int16(POLLIN), revents: 0),
        pollfd(fd: dmo_signal_descriptor(), events: Int16(POLLIN), revents: 0),
      ]
      if poll(&sources, 2, -1) < 0 && errno != EINTR { return false }
      if sources[1].revents != 0 { dmo_signal_clear() }
      if sources[0].revents == 0 {
        Signals.forgetInterrupts()
        continue
      }
      let count = Foundation.read(0, &chunk, chunk.count)
      if count < 0 && (errno == EINTR || errno == EAGAIN) { continue }
      guard count > 0 else { return false }
      bytes += chunk[..<count]
      return true
    }
  }
}

/// Where a protocol is spoken on standard output: only its messages go there, and whatever else writes to it ends up on standard error.
struct ProtocolOutput {
  let descriptor: Int32

  init() {
    descriptor = fcntl(1, F_DUPFD_CLOEXEC, 3)
    dup2(2, 1)
  }

  /// An object as JSON, with the same order of keys every time.
  static func json(_ object: [String: Any]) -> String {
    let options: JSONSerialization.WritingOptions = [.sortedKeys, .withoutEscapingSlashes]
    guard let data = try? JSONSerialization.data(withJSONObject: object, options: options) else {
      preconditionFailure("not JSON: \(object)")
    }
    return String(decoding: data, as: UTF8.self)
  }

  func writeLine(_ object: [String: Any]) { TerminalHost.write(Self.json(object) + "\n", to: descriptor) }
}
