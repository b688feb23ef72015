import Foundation
import Testing

/// The sets of scripts/fixtures/point_sets.py, bit by bit, as columns.
func pointSet(_ kind: String, _ count: Int, _ objectives: Int) -> [[Double]] {
  let numbers = (1...count * objectives).map { k in
    var z = UInt64(k) &* 0x9E37_79B9_7F4A_7C15
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return Double((z ^ (z >> 31)) >> 11) * 0x1p-53
  }
  var columns = (0..<objectives).map { j in (0..<count).map { numbers[$0 * objectives + j] } }
  switch kind {
  case "lattice":
    columns = columns.map { $0.map { ($0 * 5).rounded(.down) / 4 } }
  case "sphere", "bowl":
    let length = (0..<count).map { i in columns.reduce(0) { $0 + $1[i] * $1[i] }.squareRoot() }
    columns = columns.map { zip($0, length).map { kind == "sphere" ? $0 / $1 : 1 - $0 / $1 } }
  default: break
  }
  return columns
}

/// Lines of a fixture without the header, split at commas.
func fixture(_ name: String) throws -> [[String]] {
  let url = try #require(Bundle.module.url(forResource: name, withExtension: "csv", subdirectory: "Fixtures"))
  return try String(contentsOf: url, encoding: .utf8).split(separator: "\n").dropFirst()
    .map { $0.split(separator: ",").map(String.init) }
}
