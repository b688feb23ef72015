/// Reads JSON text.
///
/// Foundation's reader refuses `NaN` and `Infinity`, which Python's `json.dumps` prints by default and which
/// must be told apart from garbage: "cell returned NaN for 'rate'" helps, "invalid JSON" does not.
struct JSONReader {
  /// What is wrong with the text, in words, and where (1-based, in bytes).
  struct Problem: Error, Hashable {
    let reason: String
    let position: Int
  }

  private let bytes: UnsafeBufferPointer<UInt8>
  private var at = 0
  private var depth = 0
  /// Nesting beyond this is refused, so that a hostile answer cannot exhaust the stack.
  private static let maximumDepth = 200

  private init(_ bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

  /// Reads one value; nothing but blanks may follow it.
  static func read(_ text: some Collection<UInt8>) throws(Problem) -> JSON {
    let result: Result<JSON, Problem>? = text.withContiguousStorageIfAvailable(parse)
    return try (result ?? Array(text).withUnsafeBufferPointer(parse)).get()
  }

  private static func parse(_ bytes: UnsafeBufferPointer<UInt8>) -> Result<JSON, Problem> {
    var reader = JSONReader(bytes)
    do throws(Problem) {
      let value = try reader.value()
      reader.skipBlanks()
      guard reader.at == bytes.count else { throw reader.problem("the end of the text") }
      return .success(value)
    } catch {
      return .failure(error)
    }
  }

  /// Hands over the elements of a list one by one, so that a long one is never in memory as a whole; nothing but blanks may follow it.
  ///
  /// - Returns: whether the text is a list.
  /// - Throws: `Problem`, or what `body` throws.
  static func forEachElement(of text: [UInt8], _ body: (JSON) throws -> Void) throws -> Bool {
    try text.withUnsafeBufferPointer { bytes in
      var reader = JSONReader(bytes)
      reader.skipBlanks()
      guard reader.next == UInt8(ascii: "[") else {
        _ = try read(text)
        return false
      }
      reader.at += 1
      reader.skipBlanks()
      if reader.next == UInt8(ascii: "]") {
        reader.at += 1
      } else {
        repeat { try body(try reader.value()) } while try !reader.ends(UInt8(ascii: "]"), "',' or ']'")
      }
      reader.skipBlanks()
      guard reader.at == bytes.count else { throw reader.problem("the end of the text") }
      return true
    }
  }

  private func problem(_ expected: String) -> Problem {
    Problem(
      reason: at < bytes.count ? "expected \(expected)" : "the text ends where \(expected) should follow",
      position: at + 1)
  }

  private var next: UInt8 { at < bytes.count ? bytes[at] : 0 }

  private mutating func skipBlanks() {
    while at < bytes.count, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[at]) { at += 1 }
  }

  private mutating func value() throws(Problem) -> JSON {
    skipBlanks()
    switch next {
    case UInt8(ascii: "{"): return try nested { (reader) throws(Problem) in try reader.object() }
    case UInt8(ascii: "["): return try nested { (reader) throws(Problem) in try reader.list() }
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return .number(try number())
    default:
      for (word, value) in Self.words where starts(with: word) {
        at += word.utf8CodeUnitCount
        return value
      }
      throw problem("a value")
    }
  }

  private static let words: [(StaticString, JSON)] = [
    ("true", .bool(true)), ("false", .bool(false)), ("null", .null), ("NaN", .number(.nan)),
    ("Infinity", .number(.infinity)),
  ]

  private func starts(with word: StaticString) -> Bool {
    bytes.count - at >= word.utf8CodeUnitCount
      && word.withUTF8Buffer { $0.elementsEqual(bytes[at..<at + $0.count]) }
  }

  private mutating func nested(_ read: (inout Self) throws(Problem) -> JSON) throws(Problem) -> JSON {
    depth += 1
    guard depth <= Self.maximumDepth else { throw problem("fewer than \(Self.maximumDepth) nested levels") }
    at += 1
    let value = try read(&self)
    depth -= 1
    return value
  }

  private mutating func list() throws(Problem) -> JSON {
    var values: [JSON] = []
    skipBlanks()
    if next == UInt8(ascii: "]") {
      at += 1
      return .list(values)
    }
    while true {
      values.append(try value())
      if try ends(UInt8(ascii: "]"), "',' or ']'") { return .list(values) }
    }
  }

  private mutating func object() throws(Problem) -> JSON {
    var fields: [String: JSON] = [:]
    skipBlanks()
    if next == UInt8(ascii: "}") {
      at += 1
      return .object(fields)
    }
    while true {
      skipBlanks()
      guard next == UInt8(ascii: "\"") else { throw problem("a name in double quotes") }
      let name = try string()
      skipBlanks()
      guard next == UInt8(ascii: ":") else { throw problem("':'") }
      at += 1
      fields[name] = try value()
      if try ends(UInt8(ascii: "}"), "',' or '}'") { return .object(fields) }
    }
  }

  /// After an element: true at the closing bracket, false at a comma.
  private mutating func ends(_ close: UInt8, _ expected: String) throws(Problem) -> Bool {
    skipBlanks()
    guard next == close || next == UInt8(ascii: ",") else { throw problem(expected) }
    at += 1
    return bytes[at - 1] == close
  }

  private mutating func number() throws(Problem) -> Double {
    let start = at
    if next == UInt8(ascii: "-") {
      at += 1
      if starts(with: "Infinity") {
        at += 8
        return -.infinity
      }
    }
    var whole = 0
    while case let digit = next &- UInt8(ascii: "0"), digit < 10, at - start < 16 {
      whole = whole * 10 + Int(digit)
      at += 1
    }
    let rest = "0123456789+-.eE".utf8
    if !rest.contains(next) {
      guard at > start, bytes[at - 1] != UInt8(ascii: "-") else { throw problem("a digit") }
      // At most 15 digits: exact. The sign is applied to the Double so that -0 stays what it is.
      return bytes[start] == UInt8(ascii: "-") ? -Double(whole) : Double(whole)
    }
    while rest.contains(next) { at += 1 }
    guard let value = Double(String(decoding: bytes[start..<at], as: UTF8.self)) else {
      at = start
      throw problem("a number")
    }
    return value
  }

  private mutating func string() throws(Problem) -> String {
    at += 1
    let start = at
    while at < bytes.count, bytes[at] != UInt8(ascii: "\""), bytes[at] != UInt8(ascii: "\\") { at += 1 }
    guard at < bytes.count else { throw problem("'\"'") }
    var text = Array(bytes[start..<at])
    while next != UInt8(ascii: "\"") {
      guard at < bytes.count else { throw problem("'\"'") }
      if next == UInt8(ascii: "\\") {
        try escape(into: &text)
      } else {
        text.append(next)
        at += 1
      }
    }
    at += 1
    return String(decoding: text, as: UTF8.self)
  }

  private static let escapes: [UInt8: UInt8] = [
    UInt8(ascii: "\""): 0x22, UInt8(ascii: "\\"): 0x5C, UInt8(ascii: "/"): 0x2F, UInt8(ascii: "b"): 0x08,
    UInt8(ascii: "f"): 0x0C, UInt8(ascii: "n"): 0x0A, UInt8(ascii: "r"): 0x0D, UInt8(ascii: "t"): 0x09,
  ]

  private mutating func escape(into text: inout [UInt8]) throws(Problem) {
    at += 1
    if let byte = Self.escapes[next] {
      text.append(byte)
      at += 1
      return
    }
    guard next == UInt8(ascii: "u") else { throw problem("one of \" \\ / b f n r t u after '\\'") }
    at += 1
    var code = try hexadecimal()
    if (0xD800..<0xDC00).contains(code), next == UInt8(ascii: "\\"), at + 1 < bytes.count,
      bytes[at + 1] == UInt8(ascii: "u")
    {
      at += 2
      let low = try hexadecimal()
      code = (0xDC00..<0xE000).contains(low) ? 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00) : 0xFFFD
    }
    text.append(contentsOf: String(Unicode.Scalar(code) ?? "\u{FFFD}").utf8)
  }

  private mutating func hexadecimal() throws(Problem) -> UInt32 {
    guard at + 4 <= bytes.count,
      let code = UInt32(String(decoding: bytes[at..<at + 4], as: UTF8.self), radix: 16)
    else { throw problem("four hexadecimal digits") }
    at += 4
    return code
  }
}

extension JSON {
  /// Reads JSON text; `NaN`, `Infinity` and `-Infinity` are numbers.
  public init(parsing text: String) throws {
    self = try JSONReader.read(Array(text.utf8))
  }
}
