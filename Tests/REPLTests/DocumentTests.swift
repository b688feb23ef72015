import Foundation
import Testing

/// What README and docs show is true: blocks marked ```dmo run, and files that are named exist.
@Suite struct DocumentTests {
  struct Block: Sendable, CustomTestStringConvertible {
    let page: String
    let line: Int
    let text: String
    var testDescription: String { "\(page):\(line)" }
  }

  /// README.md and everything under docs/.
  static let pages: [String] = {
    let docs = (try? FileManager.default.subpathsOfDirectory(atPath: Workplace.package + "/docs")) ?? []
    return ["README.md"] + docs.filter { $0.hasSuffix(".md") }.sorted().map { "docs/" + $0 }
  }()

  private static func text(_ page: String) -> String {
    FileManager.default.contents(atPath: "\(Workplace.package)/\(page)").map { String(decoding: $0, as: UTF8.self) } ?? ""
  }

  /// Fenced blocks of a language; one that begins with `# continues` goes on from the one before it.
  static func blocks(_ language: String) -> [Block] { pages.flatMap { blocks(language, page: $0, text: text($0)) } }

  static func blocks(_ language: String, page: String, text: String) -> [Block] {
    var found: [Block] = []
    var open: (line: Int, fence: Substring, isWanted: Bool, lines: [Substring])?
    for (number, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
      let trimmed = line.drop { $0 == " " }
      if let block = open {
        if trimmed.hasPrefix(block.fence) && trimmed.dropFirst(block.fence.count).allSatisfy({ $0 == " " }) {
          if block.isWanted {
            let own = block.lines.joined(separator: "\n")
            let earlier = own.hasPrefix("# continues") ? (found.last.map { $0.text + "\n" } ?? "") : ""
            found.append(Block(page: page, line: block.line, text: earlier + own + "\n"))
          }
          open = nil
        } else {
          open!.lines.append(line)
        }
      } else if trimmed.hasPrefix("```") {
        let fence = trimmed.prefix { $0 == "`" }
        open = (number + 1, fence, trimmed.dropFirst(fence.count).prefix { $0.isLetter } == language, [])
      }
    }
    return found
  }

  @Test func readmeShowsTheLanguage() {
    #expect(Self.blocks("dmo").contains { $0.page == "README.md" })
  }

  @Test(arguments: blocks("dmo")) func runs(_ block: Block) throws {
    let place = try Workplace()
    // Files that blocks name are looked for where the examples are.
    for name in try FileManager.default.contentsOfDirectory(atPath: Workplace.package + "/examples") {
      try FileManager.default.createSymbolicLink(
        atPath: place.path(name), withDestinationPath: "\(Workplace.package)/examples/\(name)")
    }
    try place.write("block.dmo", block.text)
    let result = try place.dmo("block.dmo", within: 120)
    #expect(result.status == 0 && !result.errors.contains("error:"), "\(block.page):\(block.line)\n\(result.all)")
  }

  /// Relative links, and scripts and examples named in code.
  @Test(arguments: pages) func namesExistingFiles(_ page: String) throws {
    let text = Self.text(page)
    let folder = URL(filePath: "\(Workplace.package)/\(page)").deletingLastPathComponent()
    for link in text.matches(of: #/\]\((?<path>[^)#:]+)(#[^)]*)?\)/#) {
      let file = folder.appending(path: String(link.path)).path(percentEncoded: false)
      #expect(FileManager.default.fileExists(atPath: file), "\(page) links to \(link.path)")
    }
    for name in text.matches(of: #/(?<path>(scripts|examples)/[A-Za-z0-9_.\/-]+[A-Za-z0-9])/#) {
      let file = "\(Workplace.package)/\(name.path)"
      #expect(FileManager.default.fileExists(atPath: file), "\(page) names \(name.path)")
    }
  }

  @Test func blocksOfAPage() {
    let page = "a\n```dmo\nx\n```\n````sh\n```dmo\n```\n````\n  ```dmo\n# continues\ny\n  ```\n"
    let blocks = Self.blocks("dmo", page: "p", text: page)
    #expect(blocks.map(\.line) == [2, 9] && blocks.map(\.text) == ["x\n", "x\n\n# continues\ny\n"])
  }
}
