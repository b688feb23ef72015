/// Full factorial: every combination of the levels of each dimension.
///
/// The dimensions share about `count` points as evenly as they can: starting from one level each, the
/// dimension with the fewest levels gets one more while the product stays within `count`. A discrete
/// dimension never gets more levels than it has values. Continuous levels include both ends, so this is the
/// one sampler whose coordinates may be 1. With many dimensions (2^dimension > count) only the first ones
/// vary. The last dimension varies fastest.
public struct Grid: Sampler {
  public let name = "grid"
  public let documentation = "full factorial grid of about N points; whole levels of discrete parameters"

  public init() {}

  public func points(count: Int, levels: [Int?], skip: Int, stream: RandomStream) -> [[Double]] {
    let axes = zip(Self.shares(count, levels), levels).map { Self.axis($0, $1) }
    let total = axes.reduce(1) { $0 * $1.count }
    guard count > 0 else { return [] }
    return (0..<total).map { number in
      var (rest, point) = (number, [Double](repeating: 0, count: axes.count))
      for j in axes.indices.reversed() {
        point[j] = axes[j][rest % axes[j].count]
        rest /= axes[j].count
      }
      return point
    }
  }

  /// Levels per dimension.
  static func shares(_ count: Int, _ levels: [Int?]) -> [Int] {
    var shares = [Int](repeating: 1, count: levels.count)
    var total = 1
    while true {
      let open = shares.indices.filter { j in
        shares[j] < levels[j] ?? .max && total / shares[j] * (shares[j] + 1) <= count
      }
      guard let next = open.min(by: { (shares[$0], $0) < (shares[$1], $1) }) else { return shares }
      total = total / shares[next] * (shares[next] + 1)
      shares[next] += 1
    }
  }

  /// Unit coordinates of `share` levels; in a discrete dimension the middles of evenly chosen cells.
  private static func axis(_ share: Int, _ cells: Int?) -> [Double] {
    (0..<share).map { i in
      let fraction = share == 1 ? 0.5 : Double(i) / Double(share - 1)
      guard let cells else { return fraction }
      return ((fraction * Double(cells - 1)).rounded() + 0.5) / Double(cells)
    }
  }
}
