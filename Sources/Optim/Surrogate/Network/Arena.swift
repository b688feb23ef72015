/// The memory of one training run or prediction: sizes are reserved first, then allocated at once, so that nothing is allocated
/// in a step.
struct ArenaPlan {
  private(set) var count = 0

  /// Room for `count` floats, on a cache line of its own.
  mutating func reserve(_ count: Int) -> Int {
    defer { self.count += (count + 15) / 16 * 16 }
    return self.count
  }

  /// Room for a matrix.
  mutating func panel(rows: Int, columns: Int) -> PanelPlace {
    let stride = PanelPlace.stride(columns)
    return PanelPlace(offset: reserve(rows * stride), rows: rows, columns: columns, stride: stride)
  }
}

/// Where a matrix lies in an arena.
struct PanelPlace {
  let offset: Int
  let rows: Int
  let columns: Int
  let stride: Int

  /// An odd number of cache lines, so that the rows of a column do not all fall into the same cache set.
  static func stride(_ columns: Int) -> Int { ((columns + 15) / 16 | 1) * 16 }
}

/// Zeroed memory, 64-byte aligned.
final class Arena {
  let base: UnsafeMutablePointer<Float>
  private let memory: UnsafeMutableRawPointer

  init(_ plan: ArenaPlan) {
    memory = .allocate(byteCount: max(plan.count, 16) * 4, alignment: 64)
    base = memory.initializeMemory(as: Float.self, repeating: 0, count: max(plan.count, 16))
  }

  deinit { memory.deallocate() }

  subscript(offset: Int) -> UnsafeMutablePointer<Float> { base + offset }

  subscript(place: PanelPlace) -> Panel {
    Panel(base + place.offset, rows: place.rows, columns: place.columns, stride: place.stride)
  }
}
