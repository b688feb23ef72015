import Foundation
import Testing

@testable import Lang

/// `dmo editor`: grammars with every word of the language, that editors can load.
@Suite struct EditorGrammarTests {
  private static let words =
    Words.declarations.map(\.word) + Words.control + Words.operators + Verb.all.map(\.name)
    + Function.all.map(\.name)

  /// The whole words of a text, those of regular expressions included.
  private static func words(in text: String) -> Set<String> {
    Set(text.matches(of: #/[A-Za-z_][A-Za-z0-9_]*/#).map { String($0.0) })
  }

  @Test(arguments: EditorGrammar.allCases) func hasEveryWord(_ grammar: EditorGrammar) throws {
    let place = try Workplace()
    let result = try place.dmo("editor", grammar.rawValue, "there")
    #expect(result.status == 0, "\(result.all)")
    let paths = result.output.split(separator: "\n").map(String.init)
    #expect(paths == grammar.files.map { "there/" + $0.path })
    for path in paths { #expect(!place.text(path).isEmpty) }
    let found = Self.words(in: place.text(paths[0]).replacing("\\b", with: " "))
    for word in Self.words { #expect(found.contains(word), "\(grammar.rawValue) lacks '\(word)'") }
    if grammar != .treeSitter {
      for setting in SimulatorSetting.all { #expect(found.contains(setting.name)) }
    }
    for unit in Duration.units {
      #expect(found.contains(unit.name), "\(grammar.rawValue) lacks '\(unit.name)'")
    }
  }

  /// Every regular expression of a JSON grammar.
  private static func patterns(_ value: Any) -> [String] {
    if let items = value as? [Any] { return items.flatMap(patterns) }
    guard let map = value as? [String: Any] else { return [] }
    return map.flatMap { key, value in
      ["match", "begin", "end", "firstLineMatch"].contains(key)
        ? [value as? String].compactMap { $0 } : patterns(value)
    }
  }

  private static func textmate() throws -> [String: Any] {
    let text = EditorGrammar.textmate.files[0].text
    return try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
  }

  @Test func textmateCompiles() throws {
    let patterns = Self.patterns(try Self.textmate())
    #expect(patterns.count > 12)
    for pattern in patterns {
      #expect(throws: Never.self, "\(pattern)") { try NSRegularExpression(pattern: pattern) }
    }
    for file in EditorGrammar.textmate.files {
      #expect(throws: Never.self, "\(file.path)") {
        try JSONSerialization.jsonObject(with: Data(file.text.utf8))
      }
    }
  }

  /// The first pattern that matches earliest colours a piece, as editors do it.
  private static func scopes(_ line: String) throws -> [String: String] {
    let rules = try #require(try textmate()["patterns"] as? [[String: Any]])
    var found: [String: String] = [:]
    var start = 0
    let text = line as NSString
    while start < text.length {
      var best: (range: NSRange, name: String)?
      for rule in rules {
        guard let pattern = rule["match"] as? String, let name = rule["name"] as? String else { continue }
        let regex = try NSRegularExpression(pattern: pattern)
        let range = NSRange(location: start, length: text.length - start)
        guard
          let match = regex.firstMatch(
            in: line, options: [.withTransparentBounds, .withoutAnchoringBounds], range: range)?.range,
          match.length > 0
        else { continue }
        if best.map({ match.location < $0.range.location }) ?? true { best = (match, name) }
      }
      guard let best else { break }
      let piece = text.substring(with: best.range).trimmingCharacters(in: .whitespaces)
      found[piece] = found[piece] ?? best.name
      start = best.range.location + best.range.length
    }
    return found
  }

  @Test(arguments: [
    ("sample sobol 8 where x < 1e-3", "sample", "verb"), ("sample sobol 8 where x < 1e-3", "where", "clause"),
    ("sample sobol 8 where x < 1e-3", "1e-3", "numeric"),
    ("minimize f = rms(x) + table", "rms", "support.function"),
    ("minimize f = rms(x)", "minimize", "declaration"), ("  timeout = 90s", "timeout", "setting"),
    ("  timeout = 90s", "90s", "numeric"), ("  run = x", "run", "setting"),
    ("let a = b # let", "# let", "comment"),
    ("optimize nsga2 generations=50", "generations", "option"), ("if not x { y }", "not", "operator.word"),
    ("for i in 1..3 {", "1", "numeric"), ("for i in 1..3 {", "..", "operator"),
    ("# %% Search", "# %% Search", "cell"),
    ("let t = trace constraint", "trace", "verb"),
  ]) func textmateColours(line: String, piece: String, scope: String) throws {
    let found = try Self.scopes(line)
    #expect(found[piece]?.contains(scope) == true, "\(found)")
  }

  private static var hasTreeSitter: Bool {
    (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").contains {
      FileManager.default.isExecutableFile(atPath: $0 + "/tree-sitter")
    }
  }

  /// The parser that tree-sitter's own generator makes reads every example and every test script that is dmo.
  @Test(.enabled(if: hasTreeSitter, "needs the program tree-sitter")) func treeSitterReadsEveryScript() throws
  {
    let place = try Workplace()
    _ = try place.dmo("editor", "tree-sitter", "grammar")
    let result = try place.shell(
      """
      cd grammar && tree-sitter generate &&
      find '\(Workplace.package)/examples' '\(Workplace.package)/Tests/Scripts' -name '*.dmo' -not -path '*/errors/*' | xargs tree-sitter parse -q &&
      tree-sitter query queries/highlights.scm '\(Workplace.package)/examples/bnh.dmo'
      """)
    #expect(result.status == 0, "\(result.all)")
    #expect(result.all.contains("capture"))
  }

  @Test(.enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/vim"))) func vimLoadsIt() throws {
    let place = try Workplace()
    _ = try place.dmo("editor", "vim", "grammar")
    try place.write(
      "s.dmo",
      "sample sobol 8 where x < 1e-3  # why\nminimize f = rms(x)\nsimulator c {\n  run = \"a{x}\"\n}\n")
    let names = [(1, 1), (1, 16), (1, 26), (1, 33), (2, 1), (2, 14), (4, 3), (4, 10), (4, 11)].map {
      "synIDattr(synID(\($0.0), \($0.1), 0), 'name')"
    }
    let commands = [
      "set nocompatible rtp^=grammar", "filetype plugin on", "syntax on", "edit s.dmo",
      "call writefile([&filetype, b:current_syntax, &formatprg, \(names.joined(separator: ", "))], 'found')",
      "call writefile([execute('messages')], 'messages')", "qa!",
    ]
    let words = commands.map { "-c \"\($0)\"" }.joined(separator: " ")
    let result = try place.shell("vim -u NONE -i NONE -n -es \(words)")
    let found = place.text("found").split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    let expected = [
      "dmo", "dmo", "dmo format -", "dmoVerb", "dmoClause", "dmoNumber", "dmoComment", "dmoDeclaration",
      "dmoFunction",
      "dmoSetting", "dmoString", "dmoInsertion",
    ]
    #expect(Array(found.dropLast()) == expected, "\(result.all)\n\(place.text("messages"))")
    #expect(!place.text("messages").contains(#/E\d+:/#), "\(place.text("messages"))")
  }

  @Test(arguments: [
    (["editor"], "one of vim, textmate, tree-sitter"), (["editor", "emacs"], "no grammar for 'emacs'"),
    (["editor", "vim", "a", "b"], "found 'b' too"), (["lsp", "x"], "'lsp' takes nothing"),
  ]) func usage(arguments: [String], message: String) throws {
    let place = try Workplace()
    let result = try place.start(arguments).result()
    #expect(result.status == 2 && result.errors.contains(message), "\(result.all)")
  }
}
