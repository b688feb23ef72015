import Foundation
import Testing

/// What programs read: standard output in every format, and nothing else on it.
@Suite struct FormatTests {
  let place: Workplace
  init() throws { place = try Workplace() }

  static let script = """
    param x in [0, 1] "mm"
    param kind in {"one, \\"1\\"", "two"}
    minimize f = x^2 "V"
    sample sobol 8;
    evaluate;
    table x kind f where x < 0.6
    """

  private func output(_ format: String, _ script: String = FormatTests.script) throws -> String {
    let result = try place.dmo("-e", script, "--format", format)
    #expect(result.status == 0 && result.errors == "", "\(result.all)")
    return result.output
  }

  private func isClose(_ text: Substring, _ x: Double) -> Bool {
    Double(text).map { abs($0 - x * x) < 1e-12 } ?? false
  }

  @Test func json() throws {
    let rows = try #require(
      try JSONSerialization.jsonObject(with: Data(try output("json").utf8)) as? [[String: Any]])
    #expect(rows.count >= 4)
    for row in rows {
      let x = try #require(row["x"] as? Double)
      #expect(x < 0.6 && abs((row["f"] as? Double ?? .nan) - x * x) < 1e-12)
      #expect(["one, \"1\"", "two"].contains(row["kind"] as? String))
    }
  }

  @Test func jsonLines() throws {
    let lines = try output("jsonl").split(separator: "\n")
    for line in lines {
      let row = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
      #expect(row["x"] is Double && row["kind"] is String)
    }
    #expect(lines.count >= 4)
  }

  @Test(arguments: [
    ("1 + 1", "2"), ("\"a\\tb\"", "\"a\\tb\""), ("1 < 2", "true"), ("[1, 2.5]", "[1, 2.5]"),
    ("1 / 0", "null"),
  ])
  func valuesAsJSON(expression: String, shown: String) throws {
    #expect(try output("json", expression) == shown + "\n")
    #expect(try output("jsonl", expression) == shown + "\n")
  }

  @Test func separatedValues() throws {
    let csv = try output("csv").split(separator: "\n")
    #expect(csv[0] == "row,x,kind,f" || csv[0] == "x,kind,f", "\(csv)")
    for line in csv.dropFirst() {
      let values = line.split(separator: ",")
      #expect(line.contains("\"one, \"\"1\"\"\"") || line.contains("two"), "\(line)")
      let first = csv[0].hasPrefix("row") ? 1 : 0
      #expect(isClose(values.last!, Double(values[first])!), "17 digits: \(line)")
    }
    let tsv = try output("tsv").split(separator: "\n")
    #expect(tsv.count == csv.count && tsv.allSatisfy { $0.contains("\t") })
  }

  @Test func formsForPeople() throws {
    #expect(try output("box").contains("──"))
    #expect(!(try output("plain").contains("──")))
    #expect(try output("markdown").contains("| ---"))
    #expect(try output("latex").contains("\\begin{tabular}"))
    #expect(try output("line").contains("kind"))
  }

  @Test func figuresStayOutOfData() throws {
    let script = Self.script + "\nplot x f"
    #expect(try output("csv", script) == (try output("csv")))
    #expect(try output("json", script) == (try output("json")))
    #expect(try output("plain", script).contains("f [V]"))
  }

  @Test func nothingIsCutInAFile() throws {
    let script = "param x[40] in [0, 1]\nminimize f = sum(x)\nsample sobol 100;\nevaluate;\ntable"
    for format in ["plain", "box", "csv"] {
      let lines = try output(format, script).split(separator: "\n")
      #expect(lines.count > 100 && lines.last!.count > 200, "\(format): \(lines.suffix(2))")
    }
  }

  @Test func asciiWhereTheLocaleIsNotUnicode() throws {
    place.environment["LC_ALL"] = "C"
    #expect(try output("box", Self.script + "\nplot x f").utf8.allSatisfy { $0 < 128 })
  }

  @Test func closedStandardOutput() throws {
    try place.write("long.dmo", "for i in 1..20000 { i }\n")
    let result = try place.shell("{ \"$dmo\" long.dmo; echo $? >status; } | head -n 1")
    #expect(result.status == 0 && result.output == "1\n", "\(result.all)")
    #expect(place.text("status") == "141\n" && result.errors == "")
  }

  @Test(.enabled(if: access("/dev/full", W_OK) == 0)) func fullStandardOutput() throws {
    let result = try place.shell("\"$dmo\" -e '1 + 1' >/dev/full")
    #expect(result.status == 1 && result.errors.contains("cannot write results"), "\(result.all)")
  }
}
