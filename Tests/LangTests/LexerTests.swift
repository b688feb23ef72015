import Testing

@testable import Lang

struct LexerTests {
  private func kinds(_ text: String) -> [Token.Kind] {
    Lexer.tokenize(Source(name: "t", text: text)).tokens.map(\.kind)
  }

  private func faults(_ text: String) -> [String] {
    Lexer.tokenize(Source(name: "t", text: text)).diagnostics.map { "\($0.fault.id) \($0.span.range)" }
  }

  @Test(arguments: [
    ("1", 1), ("1.5", 1.5), ("1e-3", 1e-3), ("1E+3", 1000), (".5", 0.5), ("5.", 5), ("1e0", 1), ("007", 7),
    ("1e308", 1e308),
    ("1e-400", 0),
  ])
  func numbers(_ text: String, _ value: Double) {
    #expect(kinds(text) == [.number(value), .end])
    #expect(faults(text) == [])
  }

  @Test func numbersWithSuffixes() {
    #expect(
      kinds("90s 20min 2h 250ms 1d") == [
        .duration(90), .duration(1200), .duration(7200), .duration(0.25), .duration(86400), .end,
      ])
    #expect(kinds("0.5% 50%") == [.percent(0.005), .percent(0.5), .end])
    #expect(kinds("4GB 1.5MiB 2KB") == [.size(4e9), .size(1.5 * 1_048_576), .size(2000), .end])
    #expect(kinds("4 GB") == [.number(4), .identifier("GB"), .end], "with a blank only in settings")
    #expect(faults("4gb") == ["numberSuffix 0..<3"])
    #expect(faults("1e308GB") == ["numberSuffix 0..<7"])
    #expect(faults("5sec") == ["numberSuffix 0..<4"])
    #expect(faults("1e") == ["numberSuffix 0..<2"])
    #expect(faults("1e999") == ["numberTooLarge 0..<5"])
  }

  @Test func ranges() {
    #expect(kinds("1..3") == [.number(1), .symbol(.range), .number(3), .end])
    #expect(kinds("1...3") == [.number(1), .symbol(.range), .number(0.3), .end])
    #expect(kinds("a..b") == [.identifier("a"), .symbol(.range), .identifier("b"), .end])
    #expect(kinds("1.5..2.5") == [.number(1.5), .symbol(.range), .number(2.5), .end])
    #expect(kinds("x.y") == [.identifier("x"), .symbol(.dot), .identifier("y"), .end])
  }

  @Test func symbols() {
    for symbol in Token.Symbol.allCases { #expect(kinds(symbol.rawValue) == [.symbol(symbol), .end]) }
    #expect(kinds("<==") == [.symbol(.lessOrEqual), .symbol(.assign), .end])
    #expect(kinds("a<-b") == [.identifier("a"), .symbol(.less), .symbol(.minus), .identifier("b"), .end])
  }

  @Test func strings() {
    #expect(kinds("\"a b\"") == [.string([.text("a b")]), .end])
    #expect(kinds("\"\"") == [.string([.text("")]), .end])
    #expect(kinds(#""\n\t\"\\\{x\}""#) == [.string([.text("\n\t\"\\{x}")]), .end])
    #expect(
      kinds("\"a{x}b{w[2]}\"") == [.string([.text("a"), .name("x"), .text("b"), .name("w[2]")]), .end])
    #expect(kinds("\"{1} {} {a b} { {x\"") == [.string([.text("{1} {} {a b} { {x")]), .end])
    #expect(kinds("\"# no comment\"") == [.string([.text("# no comment")]), .end])
    #expect(faults("\"abc") == ["unterminatedString 0..<4"])
    #expect(faults("\"abc\n1") == ["unterminatedString 0..<4"])
    #expect(faults("\"abc\\") == ["unterminatedString 0..<5"])
    #expect(faults("\"a\\qb\"") == ["unknownEscape 2..<4"])
    #expect(faults("\"a\\éb\"") == ["unknownEscape 2..<5"])
  }

  @Test func names() {
    #expect(
      kinds("_a1 größe 温度 e1") == [
        .identifier("_a1"), .identifier("größe"), .identifier("温度"), .identifier("e1"), .end,
      ])
    #expect(kinds("x²") == [.identifier("x"), .end])
    #expect(faults("x²") == ["unexpectedCharacter 1..<3"])
    #expect(kinds("a×b") == [.identifier("a"), .identifier("b"), .end])
  }

  @Test func oddCharacters() {
    #expect(faults("a & b") == ["unexpectedCharacter 2..<3"])
    #expect(faults("a && b || c") == ["unexpectedCharacter 2..<4"])
    #expect(faults("$ $\n$") == ["unexpectedCharacter 0..<1", "unexpectedCharacter 4..<5"])
    #expect(faults("1\u{0}2") == ["unexpectedCharacter 1..<2"])
    #expect(kinds("1\u{0}2") == [.number(1), .number(2), .end])
    #expect(faults("\u{0}") == ["unexpectedCharacter 0..<1"])
    #expect(faults("a\u{A0}b") == ["unexpectedCharacter 1..<3"])
    #expect(faults("\u{1F600}") == ["unexpectedCharacter 0..<4"])
  }

  @Test func lineEnds() {
    #expect(kinds("1\r\n2") == [.number(1), .newline, .number(2), .end])
    #expect(kinds("\u{FEFF}1") == [.number(1), .end])
    #expect(kinds("") == [.end])
    #expect(kinds("1 # c\r\n") == [.number(1), .newline, .end])
    let comments = Lexer.tokenize(Source(name: "t", text: "1 # a \r\n  # b\n#c")).comments
    #expect(comments.map(\.text) == ["# a", "# b", "#c"])
    #expect(comments.map(\.isOwnLine) == [false, true, true])
  }

  @Test func spans() {
    let source = Source(name: "t", text: "let é = \"ü\" + 2.5s\nnext")
    let tokens = Lexer.tokenize(source).tokens
    #expect(
      tokens.map { source.text(in: $0.range) } == ["let", "é", "=", "\"ü\"", "+", "2.5s", "\n", "next", ""])
    #expect(source.column(at: tokens[3].range.lowerBound) == 9)
    #expect(source.line(at: tokens[7].range.lowerBound) == 2)
  }

  @Test func spacesBeforeTokens() {
    let tokens = Lexer.tokenize(Source(name: "t", text: "f [1] f[1]")).tokens
    #expect(tokens.map(\.isSpaced) == [true, true, false, false, true, false, false, false, false])
  }

  /// What is skipped and what is a token cover the text in order.
  @Test func tokensNeverOverlap() throws {
    for script in ScriptFile.all {
      let source = Source(name: "t", text: String(decoding: try script.bytes, as: UTF8.self))
      let tokens = Lexer.tokenize(source).tokens
      for (a, b) in zip(tokens, tokens.dropFirst()) { #expect(a.range.upperBound <= b.range.lowerBound) }
    }
  }
}
