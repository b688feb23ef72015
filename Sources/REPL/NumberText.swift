import Foundation

/// Numbers as text: short for people, exact for machines.
enum NumberText {
  /// `digits` significant digits without trailing zeros; whole parts below a million are never rounded away.
  /// NaN is blank.
  static func short(_ value: Double, digits: Int = 4) -> String {
    guard value.isFinite else { return value.isNaN ? "" : value < 0 ? "-inf" : "inf" }
    guard value != 0 else { return "0" }
    // The exponent after rounding: 9.9996 has the exponent of 10.
    let scientific = String(format: "%.*e", digits - 1, value)
    let parts = scientific.split(separator: "e")
    let exponent = Int(parts[1]) ?? 0
    if (-4..<6).contains(exponent) {
      return strippingZeros(String(format: "%.*f", max(0, digits - 1 - exponent), value))
    }
    return strippingZeros(String(parts[0])) + "e\(exponent)"
  }

  /// The shortest text that reads back as the same number. NaN is blank, infinity `inf`.
  static func exact(_ value: Double) -> String {
    guard value.isFinite else { return value.isNaN ? "" : value < 0 ? "-inf" : "inf" }
    let text = value.description
    return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
  }

  /// Fractions as percentages with one number of decimals for all of them, as many as it takes to tell
  /// "nearly none" from 0 % and "nearly all" from 100 %.
  static func percentages(_ fractions: [Double]) -> [String] {
    let shown = fractions.filter(\.isFinite)
    func text(_ fraction: Double, _ decimals: Int) -> String {
      String(format: "%.*f", decimals, fraction * 100 + 0)
    }
    var decimals = shown.allSatisfy { abs($0 * 100 - ($0 * 100).rounded()) < 1e-9 } ? 0 : 1
    while decimals < 4, decimals > 0,
      shown.contains(where: {
        ($0 != 0 && Double(text($0, decimals)) == 0) || ($0 < 1 && text($0, decimals).hasPrefix("100"))
      })
    {
      decimals += 1
    }
    return fractions.map { fraction in
      fraction.isFinite ? text(fraction, decimals) + " %" : short(fraction)
    }
  }

  private static func strippingZeros(_ text: String) -> String {
    guard text.contains(".") else { return text }
    var kept = Substring(text)
    while kept.last == "0" { kept.removeLast() }
    if kept.last == "." { kept.removeLast() }
    return String(kept)
  }
}
