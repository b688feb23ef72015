/// The point sets of scripts/fixtures/point_sets.py, bit by bit, as columns: "cube" uniform, "sphere" a
/// front.
func benchmarkPoints(_ kind: String, _ count: Int, _ objectives: Int) -> [[Double]] {
  var numbers = [Double](repeating: 0, count: count * objectives)
  for k in numbers.indices {
    var z = UInt64(k + 1) &* 0x9E37_79B9_7F4A_7C15
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    numbers[k] = Double((z ^ (z >> 31)) >> 11) * 0x1p-53
  }
  let columns = (0..<objectives).map { j in (0..<count).map { numbers[$0 * objectives + j] } }
  guard kind == "sphere" else { return columns }
  let length = (0..<count).map { i in columns.reduce(0) { $0 + $1[i] * $1[i] }.squareRoot() }
  return columns.map { zip($0, length).map { $0 / $1 } }
}
