import Testing

@testable import Lang

struct HelpTests {
  private static let words = Help.topics + Words.control

  @Test(arguments: words)
  func everyWordHasHelp(_ word: String) throws {
    let text = try #require(Help.topic(word))
    for line in text.split(separator: "\n") { #expect(line.count <= 80, "\(line)") }
  }

  @Test func overviewFitsATerminal() {
    for line in Help.overview.split(separator: "\n") { #expect(line.count <= 80, "\(line)") }
    for word in Help.topics { #expect(Help.overview.contains(word), "\(word) is not in the overview") }
  }

  @Test func searchFindsByKeyword() {
    #expect(Help.search("front").contains { $0.name == "pareto" })
    #expect(Help.search("TIMEOUT").contains { $0.name.hasPrefix("timeout") })
    #expect(Help.search("genetic").contains { $0.name == "optimize" })
    #expect(Help.search("square root").contains { $0.name == "sqrt(x)" })
    #expect(Help.search("qqqq").isEmpty)
  }

  @Test func wordsAreUnique() {
    #expect(Set(Help.topics).count == Help.topics.count)
  }
}

/// What the tables give as examples is true.
struct ExampleTests {
  @Test(arguments: Function.all.map(\.name))
  func functionExample(_ name: String) throws {
    let function = try #require(Function.named(name))
    let (_, host) = try session(function.example.text)
    #expect(host.output == [function.example.value])
  }

  @Test(arguments: (Words.declarations + Words.controlHelp).map(\.word))
  func declarationExample(_ word: String) throws {
    let declaration = try #require((Words.declarations + Words.controlHelp).first { $0.word == word })
    try Examples.run(declaration.example)
  }

  @Test(arguments: Verb.all.map(\.name))
  func verbExample(_ name: String) throws {
    try Examples.run(try #require(Verb.named(name)).example)
  }

  /// Every option of every verb has a default that is one of its values.
  @Test func defaultsAreAllowed() {
    for verb in Verb.all {
      for option in verb.options {
        guard let standard = option.standard else { continue }
        switch option.kind {
        case .choice(let words): #expect(words.contains(standard))
        case .integer(let range):
          #expect(Int(standard).map(range.contains) ?? false, "\(verb.name) \(option.name)")
        case .number(let range):
          #expect(Double(standard).map(range.contains) ?? false, "\(verb.name) \(option.name)")
        default: break
        }
      }
    }
  }
}
