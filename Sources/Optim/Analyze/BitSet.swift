/// A set of rows as bits, for counting over large archives.
struct BitSet: Sendable, Equatable {
  private var words: [UInt64]

  init(_ members: [Bool]) {
    words = Array(repeating: 0, count: (members.count + 63) / 64)
    for i in members.indices where members[i] { words[i / 64] |= 1 << UInt64(i % 64) }
  }

  var count: Int { words.reduce(0) { $0 + $1.nonzeroBitCount } }
  var isEmpty: Bool { words.allSatisfy { $0 == 0 } }

  func intersection(_ other: BitSet) -> BitSet { combined(other) { $0 & $1 } }
  func union(_ other: BitSet) -> BitSet { combined(other) { $0 | $1 } }
  func subtracting(_ other: BitSet) -> BitSet { combined(other) { $0 & ~$1 } }

  private func combined(_ other: BitSet, _ operation: (UInt64, UInt64) -> UInt64) -> BitSet {
    var result = self
    for i in words.indices { result.words[i] = operation(words[i], other.words[i]) }
    return result
  }
}

/// Where one constraint is known and where it is satisfied.
struct RowSets: Sendable {
  let known: BitSet
  let met: BitSet

  /// - Parameter satisfied: 1, 0 or NaN per row, as in `Scores`.
  init(_ satisfied: [Double], counted: [Bool]) {
    known = BitSet(satisfied.indices.map { counted[$0] && !satisfied[$0].isNaN })
    met = BitSet(satisfied.indices.map { counted[$0] && satisfied[$0] == 1 })
  }
}
