import Foundation
import Testing

@testable import Lang

/// Programs in the language with what they show in comments: see `ScriptFile`.
struct ScriptTests {
  /// With DMO_ACCEPT=1 a script whose result differs is rewritten, to be read in the diff.
  private static let accepts = ProcessInfo.processInfo.environment["DMO_ACCEPT"] == "1"

  @Test(arguments: ScriptFile.all)
  func shows(_ script: ScriptFile) throws {
    var text = String(decoding: try script.bytes, as: UTF8.self)
    var result = try script.run()
    var isMatch = ScriptFile.matches(result.lines[...], ScriptFile.expectations(in: text)[...])
    if !isMatch && Self.accepts {
      // Twice: the expectations move the lines that messages name.
      for _ in 0..<2 {
        text = ScriptFile.accepting(result.lines, in: text)
        try Data(text.utf8).write(to: URL(filePath: script.file))
        result = try script.run()
      }
      isMatch = ScriptFile.matches(result.lines[...], ScriptFile.expectations(in: text)[...])
    }
    let shown = result.lines.map { "# \($0.channel.rawValue): \($0.text)" }.joined(separator: "\n")
    #expect(isMatch, "\(script.path) shows\n\(shown)\n")
    #expect(result.missing.isEmpty, "lines that are not in the files")
  }

  @Test func scriptsAreFound() {
    #expect(ScriptFile.all.count > 50)
  }
}

/// Every fault has a script that shows its message.
struct FaultTests {
  @Test func everyFaultIsShownByAScript() throws {
    let source = URL(filePath: #filePath).deletingLastPathComponent().appending(
      path: "../../Sources/Lang/Fault.swift")
    let text = try String(contentsOf: source, encoding: .utf8)
    let declared = text.matches(of: /\n  case (\w+)/).map { String($0.1) }
    var shown: Set<String> = []
    for script in ScriptFile.all where script.path.hasPrefix("errors/") {
      shown.formUnion(try script.run().faults)
    }
    #expect(declared.count > 50)
    #expect(
      declared.filter { !shown.contains($0) } == [], "faults without a script under Tests/Scripts/errors")
  }
}
