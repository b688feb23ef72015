import Foundation
import Optim
import Testing

@testable import REPL

@Suite struct TableViewTests {
  static let table = Table(
    title: "Pareto front",
    [
      .init("x", .numbers([0.123456, 3, 1e-5, .nan, 12345.678])),
      .init("rate", unit: "Hz", .numbers([4.25, 100, 9.99999, 1e9, .infinity])),
      .init("n", .integers([1, 20, 300, 4, 5])),
      .init("share", .fractions([0.415, 0.22, 1, 0, .nan])),
      .init("kind", .texts(["one", "a, \"b\"", "日本語", "line\nbreak", "x_1 | 50%"])),
      .init("ok", .flags([true, false, true, true, false])),
    ])

  static let small = Table([
    .init("a_b", unit: "mV", .numbers([-1.5, 2])), .init("s", .texts(["p|q", "[r]"])),
  ])

  @Test func box() {
    #expect(
      render(Self.table, format: .box) == """
        Pareto front
                 x  rate [Hz]    n    share  kind         ok
        ─────────────────────────────────────────────────────
            0.1235       4.25    1   41.5 %  one          yes
            3          100      20   22.0 %  a, "b"       no
            1e-5        10     300  100.0 %  日本語       yes
                         1e9     4    0.0 %  line\\nbreak  yes
        12346          inf       5           x_1 | 50%    no

        """)
  }

  @Test func cutToWidthAndRowsSaysWhatIsMissing() {
    #expect(
      render(Self.table, format: .box, layout: TableLayout(width: 28, rowLimit: 2, unicode: false)) == """
        Pareto front
             x  rate [Hz]   n
        ---------------------
        0.1235       4.25   1
        3          100     20
        2 of 5 rows, 3 more columns:
        share, kind, ok; 'table all'
        shows everything

        """)
  }

  @Test(arguments: [1, 8, 17, 23, 40, 60]) func noLineIsWiderThanTheTerminal(width: Int) {
    for format in [TableFormat.box, .plain] {
      let lines = render(Self.table, format: format, layout: TableLayout(width: width)).split(separator: "\n")
      for line in lines.dropFirst() {
        #expect(DisplayWidth.of(String(line)) <= max(width, 20), "\(line)")
      }
    }
  }

  @Test func longTextShrinksBeforeColumnsAreLeftOut() {
    let table = Table([
      .init("id", .integers([1])),
      .init("reason", .texts(["the simulator wrote no answer before its end"])), .init("n", .integers([2])),
    ])
    #expect(
      render(table, format: .plain, layout: TableLayout(width: 30)) == """
        id  reason                   n
         1  the simulator wrote no…  2

        """)
  }

  @Test func csvQuotesAndKeepsAllDigits() {
    #expect(
      render(Self.table, format: .csv, layout: TableLayout(rowLimit: 1)) == #"""
        x,rate,n,share,kind,ok
        0.123456,4.25,1,0.415,one,true
        3,100,20,0.22,"a, ""b""",false
        1e-05,9.99999,300,1,日本語,true
        ,1000000000,4,0,"line
        break",true
        12345.678,inf,5,,x_1 | 50%,false

        """#)
  }

  @Test func tsvEscapes() {
    let table = Table([.init("s", .texts(["a\tb", "c\\d\ne"])), .init("x", .numbers([0.1 + 0.2, 1]))])
    #expect(render(table, format: .tsv) == "s\tx\na\\tb\t0.30000000000000004\nc\\\\d\\ne\t1\n")
  }

  @Test func jsonIsReadByFoundation() throws {
    let data = Data(render(Self.table, format: .json).utf8)
    let rows = try #require(JSONSerialization.jsonObject(with: data) as? [[String: Any]])
    #expect(rows.count == 5)
    #expect(rows[3]["x"] is NSNull)
    #expect(rows[4]["rate"] is NSNull)
    #expect(rows[3]["kind"] as? String == "line\nbreak")
    #expect(rows[1]["ok"] as? Bool == false)
    #expect(
      render(Self.small, format: .jsonl) == """
        {"a_b": -1.5, "s": "p|q"}
        {"a_b": 2, "s": "[r]"}

        """)
  }

  @Test func markdown() {
    #expect(
      render(Self.small, format: .markdown) == """
        | a_b [mV] | s    |
        | -------: | ---- |
        |     -1.5 | p\\|q |
        |        2 | [r]  |

        """)
  }

  @Test func latex() {
    #expect(
      render(Self.small, format: .latex) == """
        % \\usepackage{booktabs}
        \\begin{tabular}{rl}
          \\toprule
          a\\_b {[}mV{]} & s \\\\
          \\midrule
          $-1.5$ & p$|$q \\\\
          $2$ & {[}r{]} \\\\
          \\bottomrule
        \\end{tabular}

        """)
  }

  @Test func line() {
    #expect(
      render(Self.small, format: .line) == """
        a_b [mV] = -1.5
        s        = p|q

        a_b [mV] = 2
        s        = [r]

        """)
  }

  @Test func emptyTables() {
    let noRows = Table([.init("x", .numbers([]))])
    #expect(render(noRows, format: .box) == "x\n─\n(no rows)\n")
    #expect(render(noRows, format: .json) == "[]\n")
    #expect(render(noRows, format: .csv) == "x\n")
    for format in TableFormat.allCases { _ = render(Table([]), format: format) }
  }
}

@Suite struct NumberTextTests {
  @Test(arguments: [
    (0.0, "0"), (-0.0, "0"), (1, "1"), (0.1 + 0.2, "0.3"), (0.00012345, "0.0001234"), (9.9996, "10"),
    (123456.7, "123457"), (1_234_567, "1.235e6"), (-1.5e-9, "-1.5e-9"), (1e300, "1e300"), (.nan, ""),
    (-.infinity, "-inf"), (.leastNonzeroMagnitude, "4.941e-324"),
  ]) func short(value: Double, text: String) {
    #expect(NumberText.short(value) == text)
  }

  @Test func exactReadsBack() {
    for value in [0.1, 1.0 / 3, 1e-300, .leastNonzeroMagnitude, -1.7976931348623157e308, 123_456_789.123] {
      #expect(Double(NumberText.exact(value)) == value)
    }
  }

  @Test func percentagesTellNearlyAllFromAll() {
    #expect(NumberText.percentages([0.2, 1]) == ["20 %", "100 %"])
    #expect(NumberText.percentages([0.2, 0.415, .nan]) == ["20.0 %", "41.5 %", ""])
    #expect(NumberText.percentages([0.0002, 0.9998]) == ["0.02 %", "99.98 %"])
  }
}

@Suite struct TerminalTests {
  static func terminal(
    _ environment: [String: String], tty: Bool = true, color: Terminal.ColorChoice = .auto
  ) -> Terminal {
    Terminal(
      color: color, environment: environment,
      window: { _ in tty ? Terminal.Window(columns: 100, rows: 30) : nil })
  }

  @Test func size() {
    #expect(Self.terminal([:]).size() == .init(columns: 100, rows: 30))
    #expect(Self.terminal([:], tty: false).size() == .init(columns: 80, rows: 24))
    #expect(Self.terminal(["COLUMNS": "120"], tty: false).width() == 120)
    #expect(Self.terminal(["COLUMNS": "0"], tty: false).width() == 80)
  }

  @Test func color() {
    #expect(Self.terminal([:]).usesColor())
    #expect(!Self.terminal(["NO_COLOR": "1"]).usesColor())
    #expect(Self.terminal(["NO_COLOR": ""]).usesColor())
    #expect(!Self.terminal(["TERM": "dumb"]).usesColor())
    #expect(!Self.terminal([:], tty: false).usesColor())
    #expect(Self.terminal(["NO_COLOR": "1"], tty: false, color: .always).usesColor())
    #expect(!Self.terminal([:], color: .never).usesColor())
  }

  @Test(arguments: ["OMPI_COMM_WORLD_RANK", "PMIX_RANK", "PMI_SIZE"]) func launcher(name: String) {
    #expect(!Self.terminal([name: "0"]).isTTY(.output))
    #expect(Self.terminal(["OMPI_MCA_btl": "self", "OMPI_ALLOW_RUN_AS_ROOT": "1"]).isTTY(.output))
  }

  @Test func unicode() {
    #expect(Self.terminal(["LANG": "de_DE.UTF-8"]).usesUnicode)
    #expect(Self.terminal(["LANG": "de_DE.UTF-8", "LC_ALL": "C.utf8"]).usesUnicode)
    #expect(!Self.terminal(["LANG": "de_DE.UTF-8", "LC_ALL": "C"]).usesUnicode)
    #expect(!Self.terminal(["LANG": "de_DE.UTF-8", "DMO_ASCII": "1"]).usesUnicode)
    #expect(!Self.terminal([:]).usesUnicode)
  }

  @Test(arguments: [("abc", 3), ("日本", 4), ("e\u{301}", 1), ("é", 1), ("🙂", 2), ("a\u{200B}b", 2), ("", 0)])
  func displayWidth(text: String, width: Int) {
    #expect(DisplayWidth.of(text) == width)
    #expect(DisplayWidth.of(text.padded(to: 9, .right)) == 9)
    #expect(DisplayWidth.of(text.truncated(to: 2)) <= 2)
  }
}
