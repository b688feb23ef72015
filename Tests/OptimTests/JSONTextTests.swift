import Testing

@testable import Optim

@Suite("JSON text")
struct JSONTextTests {
  @Test(
    "reads back what it wrote",
    arguments: [
      JSON.null, .bool(true), .number(0), .number(-0.0), .number(0.1), .number(-1e-5),
      .number(.leastNonzeroMagnitude),
      .number(.greatestFiniteMagnitude), .number(123_456_789_012_345), .number(9_007_199_254_740_992),
      .number(1e22),
      .number(-2_147_483_648), .number(.infinity), .number(-.infinity), .string(""),
      .string("a\"\\\n\t\u{1}é😀/"),
      .list([]), .list([.number(1), .list([.null])]), .object([:]),
      .object(["b": .number(1), "a": .list([.bool(false)])]),
    ])
  func roundTrip(_ value: JSON) throws {
    let read = try JSON(parsing: value.text)
    #expect(read == value)
    if case .number(let number) = value, case .number(let again) = read {
      #expect(number.bitPattern == again.bitPattern)
    }
  }

  @Test("writes what other languages expect")
  func forms() {
    #expect(
      JSON.object(["b": .number(2), "a": .list([.number(0.5), .number(1e-7)])]).text
        == #"{"a": [0.5, 1e-07], "b": 2}"#)
    #expect(JSON.number(-0.0).text == "-0.0")
    #expect(JSON.number(.nan).text == "NaN")
    #expect(JSON.string("\u{1F}").text == #""\u001f""#)
    #expect(JSON.list([.string("a b"), .bool(true), .number(3)]).plain == "a b,true,3")
  }

  @Test("reads what other languages write")
  func foreign() throws {
    #expect(
      try JSON(parsing: " { \"a\" :\t[ 1 , 2.5E+3 ]\r\n} ")
        == .object(["a": .list([.number(1), .number(2500)])]))
    #expect(try JSON(parsing: #""\u00e9\ud83d\ude00\/\b\ud800""#) == .string("é😀/\u{8}\u{FFFD}"))
    #expect(try JSON(parsing: "-Infinity") == .number(-.infinity))
    guard case .number(let value) = try JSON(parsing: "NaN") else {
      throw JSONReader.Problem(reason: "", position: 0)
    }
    #expect(value.isNaN)
    #expect(try JSON(parsing: #"{"a": 1, "a": 2}"#) == .object(["a": .number(2)]), "the last one counts")
    #expect(try JSON(parsing: "12345678901234567890") == .number(1.2345678901234567e19))
  }

  @Test(
    "says what is wrong and where",
    arguments: [
      ("", "the text ends where a value should follow", 1),
      ("{'a': 1}", "expected a name in double quotes", 2),
      ("{\"a\" 1}", "expected ':'", 6), ("[1 2]", "expected ',' or ']'", 4), ("[1,]", "expected a value", 4),
      ("nul", "expected a value", 1), ("1 2", "expected the end of the text", 3),
      ("-", "the text ends where a digit should follow", 2),
      ("1.2.3", "expected a number", 1), ("\"abc", "the text ends where '\"' should follow", 5),
      ("\"\\x\"", "expected one of", 3),
      ("\"\\u12g4\"", "expected four hexadecimal digits", 4), ("True", "expected a value", 1),
      (String(repeating: "[", count: 1000), "expected fewer than 200 nested levels", 201),
    ])
  func problems(_ text: String, _ reason: String, _ position: Int) {
    let problem = #expect(throws: JSONReader.Problem.self) { try JSON(parsing: text) }
    #expect(
      problem?.reason.hasPrefix(reason) == true && problem?.position == position,
      "\(String(describing: problem))")
  }
}
