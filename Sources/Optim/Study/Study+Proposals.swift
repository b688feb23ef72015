import Foundation

/// A point that an asynchronous search has asked for, waiting for the next commit.
struct PendingProposal {
  let search: Int
  let position: Int
  let point: [Double]
}

extension Study {
  /// What a search has asked for so far, in its order; parameter values in the order of its space, categorical ones as index.
  ///
  /// - Parameter search: identifies the search; see `Campaign.searchIdentity`.
  func proposals(of search: Int) throws -> [[Double]] {
    let rows = try database.prepare("SELECT point FROM proposals WHERE search = ? ORDER BY position")
    defer { rows.reset() }
    rows.bind(1, search)
    var points: [[Double]] = []
    while try rows.step() {
      let bytes = rows.bytes(0)
      points.append(
        (0..<bytes.count / 8).map {
          Double(
            bitPattern: UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: 8 * $0, as: UInt64.self)))
        })
    }
    return points + pendingProposals.filter { $0.search == search }.map(\.point)
  }

  /// Notes what a search asks for, the first point at `position` of its list. On disk after the next `commit`, in the same transaction as
  /// what has come of earlier ones: there never is an evaluation on disk whose proposal is not. A study that can only be read does not
  /// keep it.
  func propose(_ points: [[Double]], of search: Int, from position: Int) {
    if isReadOnly { return }
    pendingProposals += points.enumerated().map {
      PendingProposal(search: search, position: position + $0, point: $1)
    }
  }

  /// Writes the waiting proposals; inside a transaction.
  func storeProposals() throws {
    guard !pendingProposals.isEmpty else { return }
    let insert = try database.prepare(
      "INSERT OR REPLACE INTO proposals (search, position, point) VALUES (?, ?, ?)")
    for proposal in pendingProposals {
      insert.bind(1, proposal.search)
      insert.bind(2, proposal.position)
      var data = Data(capacity: 8 * proposal.point.count)
      for value in proposal.point {
        withUnsafeBytes(of: value.bitPattern.littleEndian) { data.append(contentsOf: $0) }
      }
      insert.bind(3, blob: data)
      try insert.run()
    }
  }
}
