import Foundation
import Testing

@testable import Lang

/// docs/ carries the generated tables; `DMO_UPDATE_DOCS=1 swift test --filter Manual` writes them anew.
struct ManualTests {
  private static let docs = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("../../docs").standardized

  @Test(arguments: Manual.pages.map(\.file)) func docsCarryTheGeneratedTables(_ file: String) throws {
    let path = Self.docs.appendingPathComponent(file)
    let text = try String(contentsOf: path, encoding: .utf8)
    var expected = text
    for (name, section) in Manual.pages.first(where: { $0.file == file })!.sections {
      let start = try #require(expected.range(of: "<!-- generated: \(name) -->"), "no place for \(name)")
      let end = try #require(expected.range(of: "<!-- end -->", range: start.upperBound..<expected.endIndex))
      expected.replaceSubrange(start.upperBound..<end.lowerBound, with: "\n" + section + "\n")
    }
    if ProcessInfo.processInfo.environment["DMO_UPDATE_DOCS"] == "1" {
      try expected.write(to: path, atomically: true, encoding: .utf8)
    } else {
      #expect(
        text == expected, "docs/\(file) is out of date: run DMO_UPDATE_DOCS=1 swift test --filter Manual")
    }
  }
}
