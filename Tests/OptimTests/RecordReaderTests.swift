import Foundation
import Testing

@testable import Optim

@Suite("Records of tables")
struct RecordReaderTests {
  static let problem = DmosoptExportTests.problem()
  static let header = problem.space.names + problem.outputColumns

  private static func read(_ rows: [[String]], _ more: [String] = []) throws -> Evaluations {
    try RecordReader.evaluations(header: header + more, rows: rows, for: problem, place: "t.csv")
  }

  private static let point = ["0.25", "1.5", "3", "0.75", "green", "one", "-0.5"]
  private static let outputs = ["1.5", "2", "3", "true"]

  @Test("Numbers, labels, truth values; a parameter that does not exist, outputs that are missing")
  func values() throws {
    let rows = try Self.read([
      Self.point + Self.outputs, ["0.75", "1", "0", "0", "red", "one", ""] + ["1", "2", "3", "no"],
      Self.point + ["", "2", "3", "1"],
    ])
    #expect(
      rows.parameterValues(0) == [0.25, 1.5, 3, 0.75, 1, 0, -0.5] && rows.outputValues(0) == [1.5, 2, 3, 1])
    #expect(rows.parameters[6][1].isNaN && rows.outputs[3][1] == 0)
    #expect(
      rows.states == [.done, .done, .partial] && rows.failures[2]?.reason == "imported without all outputs")
  }

  @Test("What export adds is understood")
  func remarks() throws {
    let more = ["reason", "status", "seconds", "failure", "attempts", "error"]
    let none = ["", "", "", ""]
    let rows = try Self.read(
      [
        Self.point + Self.outputs + ["objective 'f' is infinite", "done", "1.5", "", "", ""],
        Self.point + none + ["too slow", "failed", "90", "timeout", "2", "Killed"],
        Self.point + ["", "1", "1", "0"] + ["hopeless", "partial", "2", "reported", "1", ""],
        Self.point + none + ["", "rejected", "", "", "", ""],
        Self.point + none + ["", "pending", "", "", "", ""],
      ], more)
    #expect(rows.states == [.done, .failed, .partial, .rejected, .pending])
    #expect(rows.seconds == [1.5, 90, 2, 0, 0])
    #expect(
      rows.failures == [
        1: Failure(kind: .timeout, reason: "too slow", errorTail: "Killed", attempts: 2),
        2: Failure(kind: .reported, reason: "hopeless"),
      ])
  }

  @Test(
    "A wrong value is named with its place",
    arguments: [
      (0, "fast", "t.csv, row 1, column 'x': expected a number, found 'fast'"),
      (0, "", "t.csv, row 1, column 'x': expected a number, found nothing"),
      (0, "inf", "t.csv, row 1, column 'x': expected a finite number, found inf"),
      (4, "pink", "t.csv, row 1, column 'c': expected one of red, green, blue, found 'pink'"),
      (4, "", "t.csv, row 1, column 'c': expected one of red, green, blue, found nothing"),
      (8, "2.5", "t.csv, row 1, column 'cell.rate[1]': expected a whole number, found 2.5"),
      (10, "2", "t.csv, row 1, column 'cell.ok': expected yes or no, as true and false or 1 and 0, found 2"),
    ]) func wrongValues(column: Int, text: String, expected: String)
  {
    var row = Self.point + Self.outputs
    row[column] = text
    #expect(message { _ = try Self.read([row]) } == expected)
  }

  @Test("Wrong remarks, columns and shapes")
  func wrongTables() {
    let row = Self.point + Self.outputs
    #expect(
      message { _ = try Self.read([row + ["ok"]], ["status"]) }
        == "t.csv, row 1, column 'status': expected one of pending, done, partial, failed, rejected, found 'ok'"
    )
    #expect(
      message { _ = try Self.read([Self.point + ["", "1", "1", "1", "done"]], ["status"]) }
        .hasSuffix("expected all outputs, as its status is done, found some missing"))
    #expect(message { _ = try Self.read([row + ["1"]]) } == "t.csv, row 1: expected 11 values, found 12")
    #expect(
      message { _ = try Self.read([row + ["1"]], ["x"]) }
        == "t.csv: expected columns with different names, found 'x' more than once")
    #expect(
      message {
        _ = try RecordReader.evaluations(header: ["x", "k"], rows: [], for: Self.problem, place: "t.csv")
      }
      .hasPrefix("t.csv has no column 'n', 'h', 'c', 'only', 'y', 'cell.y'"))
  }

  private static func object(_ x: String, _ y: String) -> String {
    """
    {"x": \(x), "k": 1, "n": 0, "h": 0.5, "c": "red", "only": "one", "y": null, "cell.y": \(y), \
    "cell.rate[1]": 1, "cell.rate[2]": 2, "cell.ok": true}
    """
  }

  private static func json(_ text: String, isLines: Bool = false) throws -> Evaluations {
    try RecordReader.evaluations(json: Array(text.utf8), isLines: isLines, for: problem, place: "t.json")
  }

  @Test("A list of objects, and one object on each line")
  func json() throws {
    let two = [Self.object("0.75", "1.5"), Self.object("1", "NaN")]
    for rows in [
      try Self.json("[" + two.joined(separator: ",\n") + "]\n"),
      try Self.json(two.joined(separator: "\n") + "\n\n", isLines: true),
    ] {
      #expect(rows.count == 2 && rows.parameters[0] == [0.75, 1] && rows.states == [.done, .partial])
      #expect(rows.outputs[0][0] == 1.5 && rows.outputs[3] == [1, 1])
    }
    #expect(try Self.json("[]").isEmpty && Self.json("", isLines: true).isEmpty)
  }

  @Test(
    "Text that is not JSON, or not a table",
    arguments: [
      ("{}", false, "t.json: expected a list of objects, found no list"),
      ("[1]", false, "t.json, row 1: expected an object, found a number"),
      ("[{\"x\": 1}]", false, "t.json has no column 'k', 'n'"),
      ("[", false, "t.json, byte 2: expected JSON, found something else"),
      ("[] 1", false, "t.json, byte 4: expected JSON"),
      ("{\"x\": }", true, "t.json, line 1: expected a JSON object, found something else at byte 7"),
      ("[1, 2]", true, "t.json, row 1: expected an object, found a list"),
    ]) func wrongJSON(text: String, isLines: Bool, expected: String)
  {
    let found = message { _ = try Self.json(text, isLines: isLines) }
    #expect(found.hasPrefix(expected), "\(found)")
  }

  @Test("A list where a number belongs")
  func listInColumn() {
    let text = "[" + Self.object("0.75", "[1]") + "]"
    #expect(
      message { _ = try Self.json(text) } == "t.json, row 1, column 'cell.y': expected a number, found a list"
    )
  }

  @Test("Names that a user has taken get out of the way")
  func takenNames() {
    #expect(RecordReader.name(of: .state, beside: ["x"]) == "state")
    #expect(RecordReader.name(of: .state, beside: ["state", "state_"]) == "state__")
  }
}
