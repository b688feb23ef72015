/// Puts values in the place of `{name}` and `{name[2]}`.
///
/// Braces around anything else stay as they are, so that templates in C, LaTeX or JSON need no escaping; what
/// is put in is not searched again. A literal `{name}` of a known name is written with a constant: `send =
/// {open: "{"}`, `{open}name}`.
enum Substitution {
  /// As values stand in templates and arguments.
  case plain
  /// For a shell's command line: text that a shell would take apart is quoted.
  case shell

  private func write(_ value: JSON) -> String {
    let text = value.plain
    if self == .plain || !text.isEmpty && text.utf8.allSatisfy(Self.isHarmless) { return text }
    return "'" + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
  }

  private static func isHarmless(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"):
      true
    default: "_.,+-=:/@%".utf8.contains(byte)
    }
  }

  func apply(to text: String, _ values: [String: JSON]) -> String {
    guard text.utf8.contains(UInt8(ascii: "{")) else { return text }
    var result = ""
    var rest = text[...]
    while let open = rest.firstIndex(of: "{") {
      result += rest[..<open]
      let inside = rest[rest.index(after: open)...]
      let close = inside.firstIndex { "{}\n".contains($0) }
      if let close, inside[close] == "}", let value = value(named: inside[..<close], in: values) {
        result += write(value)
        rest = inside[inside.index(after: close)...]
      } else {
        result += "{"
        rest = inside
      }
    }
    return result + rest
  }

  private func value(named text: Substring, in values: [String: JSON]) -> JSON? {
    if let value = values[String(text)] { return value }
    guard text.hasSuffix("]"), let open = text.firstIndex(of: "["),
      let place = Int(text[text.index(after: open)...].dropLast()),
      case .list(let elements)? = values[String(text[..<open])], elements.indices.contains(place - 1)
    else { return nil }
    return elements[place - 1]
  }
}
