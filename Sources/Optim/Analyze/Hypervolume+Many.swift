import CKernels

/// The volume of a union of boxes with five sides or more.
///
/// Going down the last side, each box adds to the union of the others in the remaining sides what it has for
/// itself there: its volume less the union of the boxes before it, cut to fit into it (While, Bradstreet,
/// Barone, "A fast way of calculating exact hypervolumes", 2012, with slices). Most of those lie inside one
/// another once cut, and only the others go on to the next level, until four sides are left. Exponential in the
/// number of sides at worst; memory is one table of boxes per level, taken once.
struct LimitedSweep {
  /// Rows that vectors may read behind the last one.
  static let margin = 16

  private let stride: Int
  private let work: UnsafeMutablePointer<Double>

  /// - Parameter sides: side j of box i at `sides[j * stride + i]`, boxes by descending last side.
  static func volume(_ sidesCount: Int, _ sides: UnsafePointer<Double>, stride: Int, count: Int) -> Double {
    // Per level the boxes so far, the cut ones with a row for the kernel, the new box and what it has for itself.
    let rows = (4..<sidesCount).reduce(0) { $0 + 2 * $1 + 3 }
    return withUnsafeTemporaryAllocation(of: Double.self, capacity: rows * stride) { storage in
      storage.initialize(repeating: 0)
      return withBoxWork(count) { work in
        LimitedSweep(stride: stride, work: work).union(sidesCount, sides, count, storage.baseAddress!)
      }
    }
  }

  private init(stride: Int, work: UnsafeMutablePointer<Double>) {
    (self.stride, self.work) = (stride, work)
  }

  /// - Parameter free: where this level and those below keep their boxes.
  private func union(
    _ sidesCount: Int, _ sides: UnsafePointer<Double>, _ count: Int, _ free: UnsafeMutablePointer<Double>
  ) -> Double {
    switch count {
    case 0: return 0
    case 1: return product(sidesCount, sides)
    case 2:
      return product(sidesCount, sides) + product(sidesCount, sides + 1)
        - (0..<sidesCount).reduce(1.0) { $0 * min(sides[$1 * stride], sides[$1 * stride + 1]) }
    case _ where sidesCount == 4: return dmo_union_of_four(count, sides, stride, work)
    default: break
    }
    let rest = sidesCount - 1
    let section = free
    let limited = section + rest * stride
    let box = limited + (rest + 1) * stride
    let own = box + stride
    let last = sides + rest * stride
    var (volume, area, known) = (0.0, 0.0, 0)
    for k in 0..<count {
      for j in 0..<rest { box[j] = sides[j * stride + k] }
      let kept = dmo_limited_front(rest, known, section, stride, box, own, limited, stride)
      if kept >= 0 {
        let whole = (0..<rest).reduce(1.0) { $0 * own[$1] }
        area += whole - union(rest, limited, kept, own + stride)
        known = dmo_insert_box(rest, known, section, stride, box)
      }
      volume += area * (last[k] - (k + 1 < count ? last[k + 1] : 0))
    }
    return volume
  }

  private func product(_ sidesCount: Int, _ sides: UnsafePointer<Double>) -> Double {
    var product = 1.0
    for j in 0..<sidesCount { product *= sides[j * stride] }
    return product
  }
}
