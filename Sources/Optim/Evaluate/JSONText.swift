extension JSON {
  /// The shortest text that reads back to the same value, on one line: keys sorted, whole numbers without a
  /// point.
  ///
  /// Not-a-number and infinities are written `NaN`, `Infinity` and `-Infinity`, as Python does.
  public var text: String {
    var bytes: [UInt8] = []
    write(to: &bytes)
    return String(decoding: bytes, as: UTF8.self)
  }

  /// How a value stands in an argument or a template: text without quotes, lists joined by commas.
  public var plain: String {
    switch self {
    case .string(let value): value
    case .list(let values): values.map(\.plain).joined(separator: ",")
    default: text
    }
  }

  /// Appends `text`.
  func write(to bytes: inout [UInt8]) {
    switch self {
    case .null: bytes.append(contentsOf: "null".utf8)
    case .bool(let value): bytes.append(contentsOf: (value ? "true" : "false").utf8)
    case .number(let value): Self.write(value, to: &bytes)
    case .string(let value): Self.write(value, to: &bytes)
    case .list(let values):
      bytes.append(UInt8(ascii: "["))
      for (index, value) in values.enumerated() {
        if index > 0 { bytes.append(contentsOf: ", ".utf8) }
        value.write(to: &bytes)
      }
      bytes.append(UInt8(ascii: "]"))
    case .object(let fields):
      Self.write(fields: fields.sorted { $0.key < $1.key }, to: &bytes)
    }
  }

  /// Appends an object with its fields in the given order.
  static func write(fields: [(key: String, value: JSON)], to bytes: inout [UInt8]) {
    bytes.append(UInt8(ascii: "{"))
    for (index, field) in fields.enumerated() {
      if index > 0 { bytes.append(contentsOf: ", ".utf8) }
      write(field.key, to: &bytes)
      bytes.append(contentsOf: ": ".utf8)
      field.value.write(to: &bytes)
    }
    bytes.append(UInt8(ascii: "}"))
  }

  private static func write(_ value: Double, to bytes: inout [UInt8]) {
    if let whole = Int64(exactly: value), abs(whole) < 1 << 53, whole != 0 || value.sign == .plus {
      bytes.append(contentsOf: whole.description.utf8)
    } else if value.isFinite {
      bytes.append(contentsOf: value.description.utf8)
    } else {
      bytes.append(contentsOf: (value.isNaN ? "NaN" : value > 0 ? "Infinity" : "-Infinity").utf8)
    }
  }

  private static func write(_ value: String, to bytes: inout [UInt8]) {
    bytes.append(UInt8(ascii: "\""))
    for byte in value.utf8 {
      switch byte {
      case UInt8(ascii: "\""): bytes.append(contentsOf: "\\\"".utf8)
      case UInt8(ascii: "\\"): bytes.append(contentsOf: "\\\\".utf8)
      case UInt8(ascii: "\n"): bytes.append(contentsOf: "\\n".utf8)
      case UInt8(ascii: "\t"): bytes.append(contentsOf: "\\t".utf8)
      case UInt8(ascii: "\r"): bytes.append(contentsOf: "\\r".utf8)
      case 0..<0x20:
        let digits = Array("0123456789abcdef".utf8)
        bytes.append(contentsOf: "\\u00".utf8)
        bytes.append(digits[Int(byte >> 4)])
        bytes.append(digits[Int(byte & 15)])
      default: bytes.append(byte)
      }
    }
    bytes.append(UInt8(ascii: "\""))
  }
}
