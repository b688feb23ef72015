/// The smallest sets of constraints that no row satisfies together.
///
/// A row satisfies all of a set unless the set has a member that the row does not satisfy, so these sets are the minimal ones that meet
/// "what the row does not satisfy" for every row: minimal transversals, built row by row (Berge 1989). Only distinct rows matter, and of
/// those only the ones whose unsatisfied constraints include no other's.
struct InfeasibleSets: Sendable {
  /// Ascending positions, smaller sets first; none includes another.
  let sets: [[Int]]
  /// Sets of more constraints than this were not looked for.
  let largest: Int

  /// Larger sets say little, and there may be very many.
  private static let mostMembers = 6
  private static let mostSets = 2000

  /// - Parameter satisfied: per constraint 1, 0 or NaN (not known) per row; a set counts only where some row knows all of it.
  init(_ satisfied: [[Double]], counted: [Bool]) {
    var largest = min(Self.mostMembers, satisfied.count)
    guard satisfied.count <= Members.capacity else {
      // So many constraints are asked for only one by one.
      sets = satisfied.indices.filter { j in
        let values = counted.indices.filter { counted[$0] && !satisfied[j][$0].isNaN }.map {
          satisfied[j][$0]
        }
        return !values.isEmpty && !values.contains(1)
      }.map { [$0] }
      self.largest = 1
      return
    }
    let rows = Self.distinctRows(satisfied, counted)
    let obstacles = Self.minimal(Set(rows.map { $0.unsatisfied }))
    var found: [Members] = rows.isEmpty ? [] : [Members()]
    for obstacle in obstacles {
      let hitting = found.filter { !$0.isDisjoint(obstacle) }
      var next = hitting
      for set in found where set.isDisjoint(obstacle) && set.count < largest {
        for j in satisfied.indices where obstacle.contains(j) {
          var candidate = set
          candidate.insert(j)
          if !hitting.contains(where: { $0.isSubset(of: candidate) }) { next.append(candidate) }
        }
      }
      while next.count > Self.mostSets && largest > 1 {
        largest -= 1
        next.removeAll { $0.count > largest }
      }
      found = next
    }
    self.largest = largest
    sets = found.filter { set in rows.contains { set.isSubset(of: $0.known) } }
      .map { set in satisfied.indices.filter(set.contains) }
      .sorted { $0.count != $1.count ? $0.count < $1.count : $0.lexicographicallyPrecedes($1) }
  }

  private struct Row: Hashable {
    var known = Members()
    var unsatisfied = Members()
  }

  private static func distinctRows(_ satisfied: [[Double]], _ counted: [Bool]) -> Set<Row> {
    var rows: Set<Row> = []
    var last: Row?
    for i in counted.indices where counted[i] {
      var row = Row()
      for j in satisfied.indices {
        let value = satisfied[j][i]
        if !value.isNaN { row.known.insert(j) }
        if value != 1 { row.unsatisfied.insert(j) }
      }
      // Neighbours are often alike, and comparing is cheaper than hashing.
      if row != last { rows.insert(row) }
      last = row
    }
    return rows
  }

  private static func minimal(_ sets: Set<Members>) -> [Members] {
    var kept: [Members] = []
    let order = sets.sorted {
      $0.count != $1.count ? $0.count < $1.count : $0.bits.lexicographicallyPrecedes($1.bits)
    }
    for set in order {
      if !kept.contains(where: { $0.isSubset(of: set) }) { kept.append(set) }
    }
    return kept
  }
}

/// Up to 256 members as bits.
private struct Members: Hashable {
  static let capacity = 256
  private var words = SIMD4<UInt64>()

  mutating func insert(_ member: Int) { words[member >> 6] |= 1 << UInt64(member & 63) }
  func contains(_ member: Int) -> Bool { words[member >> 6] >> UInt64(member & 63) & 1 == 1 }
  func isSubset(of other: Members) -> Bool { words & ~other.words == SIMD4() }
  func isDisjoint(_ other: Members) -> Bool { words & other.words == SIMD4() }
  var count: Int { (0..<4).reduce(0) { $0 + words[$1].nonzeroBitCount } }
  /// For an order that does not depend on hashing.
  var bits: [UInt64] { (0..<4).map { words[$0] } }
}
