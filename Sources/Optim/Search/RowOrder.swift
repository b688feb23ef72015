/// Orders of rows by a column: what sweeps begin with, and where they spend much of their time.

/// A contiguous column, valid during the call that received it.
typealias Column = UnsafeBufferPointer<Double>

/// The columns' storage, valid during `body`; copies once.
func withPointers<R>(to columns: [[Double]], _ body: ([Column]) throws -> R) rethrows -> R {
  let count = columns.first?.count ?? 0
  return try withUnsafeTemporaryAllocation(of: Double.self, capacity: max(count * columns.count, 1)) {
    storage in
    for (j, column) in columns.enumerated() {
      precondition(column.count == count, "cost columns differ in length")
      _ = storage[(j * count)..<((j + 1) * count)].update(fromContentsOf: column)
    }
    return try body(
      columns.indices.map { Column(rebasing: storage[($0 * count)..<(($0 + 1) * count)]) })
  }
}

private struct KeyedRow {
  var key: UInt64
  var row: Int32
}

/// The rows (all by default) by ascending value, equal ones in their given order. No NaN.
///
/// Small inputs are sorted by comparison, large ones by radix in six passes of eleven bits: 10,000 rows take
/// a tenth of the time.
func ascendingOrder(_ column: Column, of rows: [Int32]? = nil) -> [Int32] {
  keyedOrder(column, rows).map(\.row)
}

/// The indices of values by ascending value, equal ones in their given order. No NaN.
func ascendingOrder(_ values: [Double]) -> [Int] {
  values.withUnsafeBufferPointer { keyedOrder($0, nil).map { Int($0.row) } }
}

/// The rows (all by default) in lexicographic order of their costs: whatever dominates a row comes before it.
func lexicographicOrder(_ columns: [Column], of rows: [Int32]? = nil) -> [Int32] {
  let keyed = keyedOrder(columns[0], rows)
  var order = keyed.map(\.row)
  let rest = columns.dropFirst()
  var start = 0
  while start < keyed.count {
    var end = start + 1
    while end < keyed.count && keyed[end].key == keyed[start].key { end += 1 }
    if end - start > 1 {
      order[start..<end].sort { a, b in
        for column in rest {
          let (x, y) = (column[Int(a)], column[Int(b)])
          if x != y { return x < y }
        }
        return a < b
      }
    }
    start = end
  }
  return order
}

/// The first of every set of equal rows, ascending; `columns[j][row]`, no NaN. O(rows log rows).
public func distinctRows(_ columns: [[Double]]) -> [Int] {
  guard let first = columns.first, !first.isEmpty else { return [] }
  return withPointers(to: columns) { columns in
    var kept: [Int] = []
    var last: Int?
    // Equal rows come in their given order.
    for row in lexicographicOrder(columns).lazy.map(Int.init) {
      if let last, columns.allSatisfy({ $0[last] == $0[row] }) { continue }
      kept.append(row)
      last = row
    }
    return kept.sorted()
  }
}

private func keyedOrder(_ column: Column, _ rows: [Int32]?) -> [KeyedRow] {
  let count = rows?.count ?? column.count
  var keyed = [KeyedRow](unsafeUninitializedCapacity: count) { buffer, initialized in
    for i in 0..<count {
      let row = rows?[i] ?? Int32(i)
      (buffer.baseAddress! + i).initialize(to: KeyedRow(key: orderedBits(column[Int(row)]), row: row))
    }
    initialized = count
  }
  if count < 400 {
    mergeSort(&keyed)
  } else {
    radixSort(&keyed)
  }
  return keyed
}

/// Bits whose unsigned order is the order of the numbers; -0 and 0 are equal.
private func orderedBits(_ value: Double) -> UInt64 {
  let bits = (value + 0).bitPattern
  return bits >> 63 == 1 ? ~bits : bits | 1 << 63
}

/// Stable, with selections instead of branches: which of two rows comes first is a coin toss to the branch predictor.
private func mergeSort(_ rows: inout [KeyedRow]) {
  let count = rows.count
  rows.withUnsafeMutableBufferPointer { buffer in
    withUnsafeTemporaryAllocation(of: KeyedRow.self, capacity: max(count, 1)) { scratch in
      guard count > 1 else { return }
      var (from, to) = (buffer.baseAddress!, scratch.baseAddress!)
      sortRuns(from, count)
      var width = shortRun
      while width < count {
        var start = 0
        while start < count {
          let middle = min(start + width, count)
          merge(from, start, middle, min(middle + width, count), into: to)
          start = middle + width
        }
        swap(&from, &to)
        width *= 2
      }
      if from != buffer.baseAddress! { buffer.baseAddress!.update(from: from, count: count) }
    }
  }
}

private let shortRun = 8

/// Sorts every eight rows by insertion.
private func sortRuns(_ rows: UnsafeMutablePointer<KeyedRow>, _ count: Int) {
  var start = 0
  while start < count {
    for i in (start + 1)..<max(min(start + shortRun, count), start + 1) {
      let row = rows[i]
      var k = i
      while k > start && rows[k - 1].key > row.key {
        rows[k] = rows[k - 1]
        k -= 1
      }
      rows[k] = row
    }
    start += shortRun
  }
}

@inline(__always)
private func merge(
  _ from: UnsafeMutablePointer<KeyedRow>, _ start: Int, _ middle: Int, _ end: Int,
  into to: UnsafeMutablePointer<KeyedRow>
) {
  var (left, right, k) = (start, middle, start)
  while left < middle && right < end {
    let takesRight = from[right].key < from[left].key
    to[k] = from[takesRight ? right : left]
    right &+= takesRight ? 1 : 0
    left &+= takesRight ? 0 : 1
    k &+= 1
  }
  (to + k).update(from: from + left, count: middle - left)
  (to + k + middle - left).update(from: from + right, count: end - right)
}

private func radixSort(_ rows: inout [KeyedRow]) {
  let (bits, passes) = (11, 6)
  let (size, mask) = (1 << bits, UInt64(1 << bits) - 1)
  let count = rows.count
  var offsets = [Int32](repeating: 0, count: passes * size)
  var other = rows
  rows.withUnsafeMutableBufferPointer { rows in
    other.withUnsafeMutableBufferPointer { other in
      offsets.withUnsafeMutableBufferPointer { offsets in
        for item in rows {
          for pass in 0..<passes {
            offsets[pass &* size &+ Int(item.key &>> UInt64(pass &* bits) & mask)] &+= 1
          }
        }
        var (from, to) = (rows, other)
        for pass in 0..<passes {
          let places = UnsafeMutableBufferPointer(rebasing: offsets[(pass * size)..<((pass + 1) * size)])
          let shift = UInt64(pass * bits)
          // A digit that all keys share moves nothing.
          if places[Int(from[0].key &>> shift & mask)] == Int32(count) { continue }
          var sum: Int32 = 0
          for digit in 0..<size { (places[digit], sum) = (sum, sum &+ places[digit]) }
          for item in from {
            let digit = Int(item.key &>> shift & mask)
            to[Int(places[digit])] = item
            places[digit] &+= 1
          }
          swap(&from, &to)
        }
        if from.baseAddress != rows.baseAddress { _ = rows.update(fromContentsOf: from) }
      }
    }
  }
}
