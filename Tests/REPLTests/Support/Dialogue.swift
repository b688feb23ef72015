import Foundation
import Testing

/// A dmo that is spoken with through pipes.
final class Dialogue {
  let child: Child
  let errorFile: String
  private var input: Int32
  private let output: Int32
  private var bytes: [UInt8] = []

  init(_ place: Workplace, _ arguments: [String]) throws {
    let base = place.path(".dialogue")
    errorFile = base + ".err"
    for name in [base + ".in", base + ".out"] { try #require(mkfifo(name, 0o600) == 0) }
    // Both ends, so that opening waits for nobody; closing ours is the end of the child's input.
    input = open(base + ".in", O_RDWR | O_CLOEXEC)
    output = open(base + ".out", O_RDWR | O_CLOEXEC)
    try #require(input >= 0 && output >= 0)
    child = try Child(
      [try Workplace.binary()] + arguments, in: place.folder, environment: place.environment,
      .files(input: base + ".in", output: base + ".out", errors: errorFile))
  }

  deinit {
    end()
    close(output)
  }

  var errors: String {
    FileManager.default.contents(atPath: errorFile).map { String(decoding: $0, as: UTF8.self) } ?? ""
  }

  func send(_ bytes: [UInt8]) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { write(input, $0.baseAddress, $0.count) }
      if count <= 0 { return }
      rest = rest.dropFirst(count)
    }
  }

  func end() {
    if input >= 0 { close(input) }
    input = -1
  }

  /// The first bytes that `size` finds a whole message in, without the rest.
  func receive(within seconds: Double = 60, _ size: ([UInt8]) -> Int?) throws -> [UInt8] {
    let end = Date().addingTimeInterval(seconds)
    while true {
      if let count = size(bytes) {
        defer { bytes.removeFirst(count) }
        return Array(bytes[..<count])
      }
      var source = pollfd(fd: output, events: Int16(POLLIN), revents: 0)
      let left = end.timeIntervalSinceNow
      try #require(left > 0, "no answer; it said \(String(decoding: bytes, as: UTF8.self))\n\(errors)")
      guard poll(&source, 1, Int32(left * 1000)) > 0 else { continue }
      var chunk = [UInt8](repeating: 0, count: 65_536)
      let count = read(output, &chunk, chunk.count)
      if count > 0 { bytes += chunk[..<count] }
    }
  }

  func line() throws -> [UInt8] {
    try receive { $0.firstIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } }
  }

  static func object(_ bytes: [UInt8]) throws -> [String: Any] {
    let value = try? JSONSerialization.jsonObject(with: Data(bytes))
    return try #require(value as? [String: Any], "no JSON: \(String(decoding: bytes, as: UTF8.self))")
  }
}
