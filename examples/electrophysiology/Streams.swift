#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Standard input and output of a simulator.
public enum Streams {
  /// All of standard input.
  public static func input() -> String {
    var lines: [String] = []
    while let line = readLine() { lines.append(line) }
    return lines.joined(separator: "\n")
  }

  /// Writes a line at once, past the library's buffer, since a peer waits for it.
  public static func emit(_ text: String, to file: Int32 = STDOUT_FILENO) {
    var bytes = Array((text + "\n").utf8)[...]
    while !bytes.isEmpty {
      let written = bytes.withUnsafeBytes { write(file, $0.baseAddress, $0.count) }
      if written < 0 {
        if errno == EINTR { continue }
        exit(1)
      }
      bytes = bytes.dropFirst(written)
    }
  }
}

/// Time steps a millisecond of a step in ms: one over an even number from 10 to 1000, so that half milliseconds fall on a
/// step, and so fine that spikes keep their shape; nil for any other.
public func stepsPerMs(_ step: Double) -> Int? {
  let exact = 1 / step
  guard exact >= 10, exact <= 1000 else { return nil }
  let count = Int(exact.rounded())
  return count.isMultiple(of: 2) && abs(exact - Double(count)) < 1e-6 * exact ? count : nil
}
