import Foundation
import Testing

@testable import Lang

/// docs/language.md carries the generated tables; `DMO_UPDATE_DOCS=1 swift test --filter Manual` writes them anew.
struct ManualTests {
  private let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("../../docs/language.md").standardized

  @Test func docsCarryTheGeneratedTables() throws {
    let text = try String(contentsOf: path, encoding: .utf8)
    var expected = text
    for (name, section) in Manual.sections {
      let start = try #require(expected.range(of: "<!-- generated: \(name) -->"), "no place for \(name)")
      let end = try #require(expected.range(of: "<!-- end -->", range: start.upperBound..<expected.endIndex))
      expected.replaceSubrange(start.upperBound..<end.lowerBound, with: "\n" + section + "\n")
    }
    if ProcessInfo.processInfo.environment["DMO_UPDATE_DOCS"] == "1" {
      try expected.write(to: path, atomically: true, encoding: .utf8)
    } else {
      #expect(
        text == expected, "docs/language.md is out of date: run DMO_UPDATE_DOCS=1 swift test --filter Manual")
    }
  }
}
