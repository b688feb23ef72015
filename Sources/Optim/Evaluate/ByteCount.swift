/// How amounts of memory and output are written: `4 GB`, `512 MiB`.
public enum ByteCount {
  /// Decimal units and, with an i, binary ones, in ascending order.
  public static let units: [(name: String, bytes: Double)] = [
    ("KB", 1e3), ("KiB", 0x1p10), ("MB", 1e6), ("MiB", 0x1p20), ("GB", 1e9), ("GiB", 0x1p30), ("TB", 1e12),
    ("TiB", 0x1p40),
  ]

  /// nil for what is no unit.
  public static func bytes(in unit: String) -> Double? { units.first { $0.name == unit }?.bytes }

  /// The largest unit that gives a whole number, else the largest that gives at least 1, to three digits.
  public static func text(_ bytes: Int) -> String {
    let value = Double(bytes)
    let fitting = units.reversed().filter { value >= $0.bytes }
    if let exact = fitting.first(where: { value.truncatingRemainder(dividingBy: $0.bytes) == 0 }) {
      return "\(Int(value / exact.bytes)) \(exact.name)"
    }
    guard let near = fitting.first(where: { !$0.name.contains("i") }) else { return "\(bytes) bytes" }
    return "\(rounded(value / near.bytes)) \(near.name)"
  }

  private static func rounded(_ value: Double) -> String {
    let digits = value < 10 ? 100.0 : value < 100 ? 10 : 1
    return JSON.number((value * digits).rounded() / digits).plain
  }
}
