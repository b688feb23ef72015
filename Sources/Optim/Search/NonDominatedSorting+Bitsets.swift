/// Non-dominated sorting for any number of objectives by sets of dominators, 64 rows to a word.
///
/// The rows at most as large as a row in objective j are a prefix of the order by j; the intersection of
/// these prefixes over all objectives is the set of the row's weak dominators (bit-parallel intersection:
/// Mishra, Senwar, Buzdalov et al. 2019-2021). In lexicographic order dominators come before a row, which
/// saves one objective and half the words. O(m n^2 / 64) word operations; rows are treated in blocks, so
/// memory stays at block x n bits and one bit set per front.
extension NonDominated {
  static func ranksOfMany(_ columns: [Column]) -> [Int] {
    var ranks = [Int](repeating: 0, count: columns[0].count)
    let order = lexicographicOrder(columns)
    // Equal rows share a front, so only the first of them takes part.
    var representatives: [Int] = []
    var classOf = [Int](repeating: 0, count: order.count)
    for row in order.lazy.map(Int.init) {
      let isRepeat = representatives.last.map { last in columns.allSatisfy { $0[last] == $0[row] } } ?? false
      if !isRepeat { representatives.append(row) }
      classOf[row] = representatives.count - 1
    }
    let positions = columns.dropFirst().map { column in representatives.map { column[$0] } }
    let unique = BitsetSorter(costs: positions).ranks()
    for row in ranks.indices { ranks[row] = unique[classOf[row]] }
    return ranks
  }
}

/// Ranks distinct rows given in lexicographic order, by all objectives but the first.
private struct BitsetSorter {
  let costs: [[Double]]
  let count: Int
  let words: Int
  /// Per objective, rows by ascending cost.
  let orders: [[Int]]
  /// Rows whose dominator sets are held at once.
  private let blockSize = 1024
  private var fronts: [FrontBits] = []

  init(costs: [[Double]]) {
    self.costs = costs
    count = costs[0].count
    words = (count + 63) / 64
    orders = costs.map { column in
      var keyed = column.enumerated().map { (key: $1, row: $0) }
      keyed.sort { $0.key < $1.key }
      return keyed.map(\.row)
    }
  }

  func ranks() -> [Int] {
    var sorter = self
    var ranks: [Int] = []
    ranks.reserveCapacity(count)
    for start in stride(from: 0, to: count, by: blockSize) {
      let block = start..<min(start + blockSize, count)
      let dominators = sorter.dominators(of: block)
      for row in block {
        dominators.withUnsafeBufferPointer {
          ranks.append(sorter.place(row, Column64(rebasing: $0[((row - start) * words)...])))
        }
      }
    }
    return ranks
  }

  /// For each row of the block one bit per row: nowhere larger in these objectives.
  private func dominators(of block: Range<Int>) -> [UInt64] {
    var sets = [UInt64](repeating: .max, count: block.count * words)
    let used = (block.upperBound + 63) / 64
    sets.withUnsafeMutableBufferPointer { sets in
      for (column, order) in zip(costs, orders) {
        var prefix = [UInt64](repeating: 0, count: used)
        var from = 0
        while from < order.count {
          // Rows of equal cost enter together: each of them is nowhere larger than the others.
          var end = from
          while end < order.count && column[order[end]] == column[order[from]] {
            if order[end] < block.upperBound { prefix[order[end] >> 6] |= 1 << UInt64(order[end] & 63) }
            end += 1
          }
          for row in order[from..<end] where block.contains(row) {
            let base = (row - block.lowerBound) * words
            for w in 0...(row >> 6) { sets[base + w] &= prefix[w] }
          }
          from = end
        }
      }
    }
    return sets
  }

  /// Puts a row into the first front without a dominator of it.
  private mutating func place(_ row: Int, _ dominators: Column64) -> Int {
    // Only rows before this one can dominate it.
    let last = row >> 6
    let mask = (UInt64(1) << UInt64(row & 63)) - 1
    let front = prefixLength(fronts.count) { fronts[$0].meets(dominators, last, mask) }
    if front == fronts.count { fronts.append(FrontBits(firstWord: last)) }
    fronts[front].insert(row)
    return front
  }
}

private typealias Column64 = UnsafeBufferPointer<UInt64>

/// The rows of one front as bits, from the word of its first member on.
private struct FrontBits {
  let firstWord: Int
  private var bits: [UInt64] = []

  init(firstWord: Int) {
    self.firstWord = firstWord
  }

  mutating func insert(_ row: Int) {
    let word = (row >> 6) - firstWord
    while bits.count <= word { bits.append(0) }
    bits[word] |= 1 << UInt64(row & 63)
  }

  /// Whether a member is among the dominators, of which word `last` counts only under `mask`. Later members
  /// are the likelier ones.
  func meets(_ dominators: Column64, _ last: Int, _ mask: UInt64) -> Bool {
    var word = bits.count - 1
    while word >= 0 {
      let at = word + firstWord
      let set = at == last ? dominators[at] & mask : dominators[at]
      if bits[word] & set != 0 { return true }
      word -= 1
    }
    return false
  }
}
