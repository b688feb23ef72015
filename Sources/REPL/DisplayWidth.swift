/// Columns that text takes in a terminal, with the meaning of `wcwidth` but independent of the C locale:
/// combining marks take none, East Asian wide characters and emoji two.
enum DisplayWidth {
  static func of(_ text: String) -> Int {
    if text.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7F }) { return text.utf8.count }
    return text.reduce(0) { $0 + of($1) }
  }

  /// A character made of several scalars is as wide as the widest of them.
  static func of(_ character: Character) -> Int {
    var width = 0
    for scalar in character.unicodeScalars {
      // Variation selector 16 asks for the emoji form, which is wide.
      width = max(width, scalar.value == 0xFE0F ? 2 : of(scalar))
    }
    return width
  }

  static func of(_ scalar: Unicode.Scalar) -> Int {
    if scalar.value < 0x300 { return scalar.value < 0x20 || (0x7F..<0xA0).contains(scalar.value) ? 0 : 1 }
    switch scalar.properties.generalCategory {
    case .nonspacingMark, .enclosingMark, .format, .control: return 0
    default: break
    }
    return wide.contains { $0.contains(scalar.value) } ? 2 : 1
  }

  /// Blocks of East Asian width W and F (Unicode Standard Annex 11), joined where only unassigned
  /// code points lie between.
  private static let wide: [ClosedRange<UInt32>] = [
    0x1100...0x115F, 0x231A...0x231B, 0x2329...0x232A, 0x23E9...0x23EC, 0x25FD...0x25FE, 0x2614...0x2615,
    0x2648...0x2653, 0x26A1...0x26A1, 0x26AA...0x26AB, 0x26BD...0x26BE, 0x26C4...0x26C5, 0x2705...0x2705,
    0x270A...0x270B, 0x2728...0x2728, 0x274C...0x274C, 0x274E...0x274E, 0x2753...0x2755, 0x2757...0x2757,
    0x2795...0x2797, 0x2B1B...0x2B1C, 0x2B50...0x2B50, 0x2E80...0x303E, 0x3041...0x33FF, 0x3400...0x4DBF,
    0x4E00...0x9FFF, 0xA000...0xA4CF, 0xA960...0xA97F, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F,
    0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x16FE0...0x18CFF, 0x1AFF0...0x1B2FF, 0x1F004...0x1F004,
    0x1F0CF...0x1F0CF, 0x1F18E...0x1F18E, 0x1F191...0x1F19A, 0x1F200...0x1F320, 0x1F32D...0x1F335,
    0x1F337...0x1F37C, 0x1F37E...0x1F393, 0x1F3A0...0x1F3CA, 0x1F3E0...0x1F3F0, 0x1F3F8...0x1F43E,
    0x1F440...0x1F440, 0x1F442...0x1F4FC, 0x1F4FF...0x1F53D, 0x1F54B...0x1F567, 0x1F5FB...0x1F64F,
    0x1F680...0x1F6C5, 0x1F6CC...0x1F6DF, 0x1F6EB...0x1F6FC, 0x1F7E0...0x1F7F0, 0x1F90C...0x1F9FF,
    0x1FA70...0x1FAFF, 0x20000...0x3FFFD,
  ]
}

extension String {
  enum Alignment { case left, right, center }

  /// Filled with spaces to `width` columns; longer text stays as it is.
  func padded(to width: Int, _ alignment: Alignment = .left) -> String {
    let missing = width - DisplayWidth.of(self)
    guard missing > 0 else { return self }
    let before =
      switch alignment {
      case .left: 0
      case .right: missing
      case .center: missing / 2
      }
    return String(repeating: " ", count: before) + self + String(repeating: " ", count: missing - before)
  }

  /// Cut to `width` columns, with a mark where something is missing.
  func truncated(to width: Int, unicode: Bool = true) -> String {
    guard DisplayWidth.of(self) > width else { return self }
    let mark = unicode ? "…" : "~"
    var kept = ""
    var used = 0
    for character in self {
      used += DisplayWidth.of(character)
      if used > width - 1 { break }
      kept.append(character)
    }
    return width > 0 ? kept + mark : ""
  }

  /// On one line and without control characters, so that no text can move the cursor or ring a bell.
  var withVisibleControls: String {
    guard unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) else { return self }
    var shown = ""
    for scalar in unicodeScalars {
      switch scalar {
      case "\n": shown += "\\n"
      case "\r": shown += "\\r"
      case "\t": shown += "\\t"
      case _ where scalar.properties.generalCategory == .control:
        shown += "\\x" + (scalar.value < 16 ? "0" : "") + String(scalar.value, radix: 16)
      default: shown.unicodeScalars.append(scalar)
      }
    }
    return shown
  }

  /// Broken at spaces into lines of at most `width` columns; a longer word is cut.
  func wrapped(to width: Int, unicode: Bool = true) -> [String] {
    var lines: [String] = []
    var line = ""
    for word in split(separator: " ").map(String.init) {
      if line.isEmpty {
        line = word
      } else if DisplayWidth.of(line) + 1 + DisplayWidth.of(word) <= width {
        line += " " + word
      } else {
        lines.append(line)
        line = word
      }
    }
    return (line.isEmpty ? lines : lines + [line]).map { $0.truncated(to: width, unicode: unicode) }
  }
}
