import Foundation
import Testing

@testable import Lang

/// A script under `Tests/Scripts` with what it says about its own result:
///
///     # expect: a line of output            # expect-note: a line of notes
///     # expect-error: a line of a message   # expect-file name: a line of a file it writes
///     # arg: name=value                     # mode: prompt        # steps: a limit of computation
///
/// The first three together are everything that is shown, in this order; `...` stands for any lines of its channel. In
/// prompt mode statements are typed one by one, and an error does not end the session. A script runs in a folder of its own
/// with copies of the files beside it; files whose names begin with `_` are no tests.
struct ScriptFile: CustomTestStringConvertible, Sendable {
  /// Relative to `Tests/Scripts`.
  let path: String

  static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "Scripts").path

  static let all: [ScriptFile] = {
    let paths = FileManager.default.enumerator(atPath: root)?.compactMap { $0 as? String } ?? []
    return paths.filter { $0.hasSuffix(".dmo") && !$0.contains("/_") }.sorted().map(ScriptFile.init)
  }()

  var testDescription: String { path }
  var file: String { Self.root + "/" + path }
  var bytes: [UInt8] { get throws { Array(try Data(contentsOf: URL(filePath: file))) } }
  private var name: String { String(path.split(separator: "/").last!) }

  // MARK: Expectations

  private static let markers = ["expect", "expect-note", "expect-error", "expect-file"]

  /// The text behind `# marker: ` on a line.
  private static func comment(_ marker: String, in line: Substring) -> String? {
    guard let place = line.range(of: "# \(marker):") else { return nil }
    let text = line[place.upperBound...]
    return String(text.hasPrefix(" ") ? text.dropFirst() : text).trimmingSuffix { $0 == " " || $0 == "\r" }
  }

  private static func lines(_ text: String) -> [Substring] {
    text.split(omittingEmptySubsequences: false) { $0 == "\n" || $0 == "\r\n" }
  }

  static func expectations(in text: String) -> [(channel: TestHost.Channel, text: String)] {
    lines(text).compactMap { line in
      for channel in TestHost.Channel.allCases {
        if let text = comment(channel.rawValue, in: line) { return (channel, text) }
      }
      return nil
    }
  }

  /// Lines that files must have, by file name.
  private static func fileExpectations(in text: String) -> [(name: String, line: String)] {
    lines(text).compactMap { line in
      guard let place = line.range(of: "# expect-file ") else { return nil }
      let parts = line[place.upperBound...].split(separator: ":", maxSplits: 1)
      guard parts.count == 2 else { return nil }
      return (String(parts[0]), String(parts[1].trimmingPrefix(" ")).trimmingSuffix { $0 == " " })
    }
  }

  /// Whether what was shown is what is expected, `...` standing for any number of lines.
  static func matches(
    _ shown: ArraySlice<TestHost.Line>, _ expected: ArraySlice<(channel: TestHost.Channel, text: String)>
  ) -> Bool {
    guard let first = expected.first else { return shown.isEmpty }
    let rest = expected.dropFirst()
    if first.text == "..." {
      if matches(shown, rest) { return true }
      return shown.first?.channel == first.channel && matches(shown.dropFirst(), expected)
    }
    return shown.first?.channel == first.channel && shown.first?.text == first.text
      && matches(shown.dropFirst(), rest)
  }

  // MARK: Running

  struct Result: Sendable {
    var lines: [TestHost.Line]
    var faults: [String]
    /// Expected lines that a file does not have.
    var missing: [String]
  }

  /// Runs in a temporary folder, on a stack like that of the real program.
  func run() throws -> Result {
    let bytes = try bytes
    return try onBigStack { try run(bytes) }
  }

  private func run(_ bytes: [UInt8]) throws -> Result {
    let folder = try temporaryFolder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let text = String(decoding: bytes, as: UTF8.self)
    var overrides: [String: String] = [:]
    for argument in Self.lines(text).compactMap({ Self.comment("arg", in: $0) }) {
      let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      overrides[String(parts[0])] = String(parts[1])
    }
    let isPrompt = Self.lines(text).contains { Self.comment("mode", in: $0) == "prompt" }
    let steps = Self.lines(text).compactMap { Self.comment("steps", in: $0) }.first.flatMap { Int($0) }
    let run = try ScriptRun(folder: folder, overrides: overrides, steps: steps)
    if isPrompt { run.type(text) } else { run.batch(folder + "/" + name, bytes) }
    let missing = Self.fileExpectations(in: text).filter { name, line in
      let text = (try? String(contentsOfFile: folder + "/" + name, encoding: .utf8)) ?? ""
      return !Self.lines(text).contains { $0 == line }
    }
    return Result(
      lines: run.host.lines, faults: run.faults, missing: missing.map { "\($0.name): \($0.line)" })
  }

  private func temporaryFolder() throws -> String {
    let manager = FileManager.default
    let folder = manager.temporaryDirectory.appending(path: "dmo-script-\(UUID().uuidString)").path
    try manager.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let home = (file as NSString).deletingLastPathComponent
    for other in try manager.contentsOfDirectory(atPath: home)
    where other.hasPrefix("_") || !other.hasSuffix(".dmo") {
      try manager.copyItem(atPath: home + "/" + other, toPath: folder + "/" + other)
    }
    return folder
  }

  // MARK: Accepting

  /// The text with the expectations that fit what was shown, each behind the statement that it comes from.
  static func accepting(_ lines: [TestHost.Line], in text: String) -> String {
    let old = text.split(separator: "\n", omittingEmptySubsequences: false)
    func isExpectation(_ line: Substring) -> Bool {
      line.hasPrefix("# expect") && !line.hasPrefix("# expect-file")
    }
    var result: [String] = []
    for (i, line) in old.enumerated() {
      if !isExpectation(line) { result.append(String(line)) }
      if i == old.count - 1, line.isEmpty { result.removeLast() }
      let own = lines.filter { $0.anchor == i + 1 || i == old.count - 1 && $0.anchor > i + 1 }
      result += own.map {
        $0.text.isEmpty ? "# \($0.channel.rawValue):" : "# \($0.channel.rawValue): \($0.text)"
      }
    }
    return result.joined(separator: "\n") + "\n"
  }
}

extension String {
  func trimmingSuffix(_ isTrimmed: (Character) -> Bool) -> String {
    var result = self[...]
    while let last = result.last, isTrimmed(last) { result.removeLast() }
    return String(result)
  }
}
