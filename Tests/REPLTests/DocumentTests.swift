import Foundation
import Testing

/// What README and docs show is true: blocks marked ```dmo run, and files that are named exist.
@Suite struct DocumentTests {
  struct Block: Sendable, CustomTestStringConvertible {
    let page: String
    let line: Int
    var text: String
    var language = "dmo"
    /// The file that the block is, as in ```python title="model.py".
    var file: String?
    var testDescription: String { "\(page):\(line)" }
  }

  /// README.md and everything under docs/.
  static let pages: [String] = {
    let docs = (try? FileManager.default.subpathsOfDirectory(atPath: Workplace.package + "/docs")) ?? []
    return ["README.md"] + docs.filter { $0.hasSuffix(".md") }.sorted().map { "docs/" + $0 }
  }()

  private static func text(_ page: String) -> String {
    FileManager.default.contents(atPath: "\(Workplace.package)/\(page)").map {
      String(decoding: $0, as: UTF8.self)
    } ?? ""
  }

  /// Fenced blocks of a language; one that begins with `# continues` goes on from the one before it.
  static func blocks(_ language: String) -> [Block] {
    pages.flatMap { blocks(language, page: $0, text: text($0)) }
  }

  static func blocks(_ language: String, page: String, text: String) -> [Block] {
    var found: [Block] = []
    for var block in fences(page: page, text: text) where block.language == language {
      if block.text.hasPrefix("# continues"), let earlier = found.last {
        block.text = earlier.text + block.text
      }
      found.append(block)
    }
    return found
  }

  /// All fenced blocks, each as it stands there.
  static func fences(page: String, text: String) -> [Block] {
    var found: [Block] = []
    var open: (block: Block, fence: Substring, lines: [Substring])?
    for (number, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
      let trimmed = line.drop { $0 == " " }
      if let (block, fence, lines) = open {
        if trimmed.hasPrefix(fence) && trimmed.dropFirst(fence.count).allSatisfy({ $0 == " " }) {
          found.append(block)
          found[found.count - 1].text = lines.joined(separator: "\n") + "\n"
          open = nil
        } else {
          open!.lines.append(line)
        }
      } else if trimmed.hasPrefix("```") {
        let fence = trimmed.prefix { $0 == "`" }
        let words = trimmed.dropFirst(fence.count)
        let file = words.firstMatch(of: #/title="(?<file>[^"]+)"/#).map { String($0.file) }
        let language = String(words.prefix { $0.isLetter })
        open = (Block(page: page, line: number + 1, text: "", language: language, file: file), fence, [])
      }
    }
    return found
  }

  /// Pages whose blocks build on one another: they are followed from top to bottom in one folder, as a reader would.
  static let followed = pages.filter { $0 == "docs/tutorial.md" || $0.hasPrefix("docs/howto/") }

  /// Files that blocks name are looked for where the examples are.
  private static func linkExamples(in place: Workplace) throws {
    for name in try FileManager.default.contentsOfDirectory(atPath: Workplace.package + "/examples") {
      try FileManager.default.createSymbolicLink(
        atPath: place.path(name), withDestinationPath: "\(Workplace.package)/examples/\(name)")
    }
  }

  @Test func readmeShowsTheLanguage() {
    #expect(Self.blocks("dmo").contains { $0.page == "README.md" })
  }

  @Test(arguments: blocks("dmo").filter { !followed.contains($0.page) }) func runs(_ block: Block) throws {
    let place = try Workplace()
    try Self.linkExamples(in: place)
    try place.write("block.dmo", block.text)
    let result = try place.dmo("block.dmo", within: 120)
    #expect(
      result.status == 0 && !result.errors.contains("error:"), "\(block.page):\(block.line)\n\(result.all)")
  }

  /// Blocks with a title are written as that file; dmo blocks run as scripts, and sh blocks as they are, with dmo on the path.
  @Test(arguments: followed) func canBeFollowed(_ page: String) throws {
    let place = try Workplace()
    try Self.linkExamples(in: place)
    try place.make("bin")
    try FileManager.default.createSymbolicLink(
      atPath: place.path("bin/dmo"), withDestinationPath: try Workplace.binary())
    place.environment["PATH"] = place.path("bin") + ":" + (place.environment["PATH"] ?? "")
    var before = ""
    for block in Self.fences(page: page, text: Self.text(page)) {
      let text = block.text.hasPrefix("# continues") ? before + block.text : block.text
      if let file = block.file {
        try place.write(file, text)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: place.path(file))
      }
      let result: Workplace.Result
      switch block.language {
      case "dmo":
        before = text
        try place.write(block.file ?? "block.dmo", text)
        result = try place.dmo(block.file ?? "block.dmo", within: 300)
      case "sh" where block.file == nil:
        result = try place.shell("set -e\n" + text, within: 300)
      default:
        continue
      }
      try #require(
        result.status == 0 && !result.errors.contains("error:"), "\(page):\(block.line)\n\(result.all)")
    }
  }

  @Test func indexListsEveryPage() {
    let index = Self.text("docs/README.md")
    for page in Self.pages where page.hasPrefix("docs/") && page != "docs/README.md" {
      #expect(index.contains("](\(page.dropFirst(5)))"), "docs/README.md does not list \(page)")
    }
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
    #expect(blocks.map(\.line) == [2, 9] && blocks.map(\.text) == ["x\n", "x\n# continues\ny\n"])
  }
}
