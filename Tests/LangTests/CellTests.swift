import Testing

@testable import Lang

struct CellTests {
  private static func cells(_ text: String) -> [Cell] { Cell.cells(of: Source(name: "t", text: text)) }

  private static let script = """
    #!/usr/bin/env dmo
    # %% [markdown]
    # # A title
    #
    #   indented
    let early = 1

    # %% Space [1]
    param x in [0, 1]

    # an ordinary comment
    const list = [
      1,
    # %% inside brackets
      2]
    # %%
    minimize f = x   # %% behind a statement
      # %% not at the start of the line
    # %%not a mark
    #%% Search
    """

  @Test func partsOfAScript() throws {
    let cells = Self.cells(Self.script)
    #expect(cells.map(\.number) == [nil, 1, 2, 3, 4])
    #expect(cells.map(\.title) == ["", "", "Space [1]", "", "Search"])
    #expect(cells.map(\.line) == [2, 6, 8, 16, 20])
    #expect(cells[0].kind == .text("# A title\n\n  indented"))
    #expect(cells[1].code.text == "let early = 1")
    #expect(cells[2].code.text.hasPrefix("param x") && cells[2].code.text.hasSuffix("  2]"))
    #expect(cells[3].code.text.hasSuffix("# %%not a mark"))
    #expect(cells[4].code.text.isEmpty && !cells[4].hasCode)
  }

  @Test func everyStatementIsInOneCell() throws {
    let script = try Parser.parseWhole(Source(name: "t", text: Self.script))
    let parts = script.cells.map { script.part($0).statements.count }
    #expect(parts == [0, 1, 2, 1, 0])
    #expect(parts.reduce(0, +) == script.statements.count)
  }

  @Test(arguments: [
    ("", 0), ("# only a comment\n", 0), ("let a = 1", 1), ("# %%", 1), ("# %% [markdown]\n# text", 0),
    ("let a = 1\n# %%\nlet b = 2", 2), ("\u{FEFF}# %% first\nlet a = 1", 1), ("# %% a\r\nlet b = 1\r\n", 1),
    ("let a = (\n# %%", 1), (")\n# %% b\n1", 2),
  ]) func counts(text: String, cells: Int) {
    #expect(Self.cells(text).compactMap(\.number).count == cells)
  }

  @Test func windowsLineEndsAndByteOrderMarks() {
    let cells = Self.cells("\u{FEFF}# %% [md] Über\r\n# Text\r\n# %% a\r\nlet b = 1\r\n")
    #expect(cells.map(\.title) == ["Über", "a"])
    #expect(cells[0].kind == .text("Text") && cells[1].code.text == "let b = 1")
  }

  @Test func colouredPiecesAreTheWholeText() throws {
    let text = "let f = sqrt(x) + 1.5 # note\nsample sobol 8 where x < \"a\" § to=2\n  tail"
    let source = Source(name: "t", text: text)
    let pieces = SyntaxClass.pieces(of: Span(source, 0..<source.count))
    #expect(pieces.map(\.text).joined() == text)
    func kind(_ word: String) -> SyntaxClass? { pieces.first { $0.text == word }?.kind }
    #expect(kind("let") == .keyword && kind("sqrt") == .function && kind("1.5") == .number)
    #expect(kind("# note") == .comment && kind("sample") == .verb && kind("\"a\"") == .string)
    #expect(kind("to") == .option)
  }
}
