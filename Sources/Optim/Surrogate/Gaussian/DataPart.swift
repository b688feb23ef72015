/// Which rows stand for many where something is fitted again and again and all of them would cost too much.
///
/// They are drawn at random. Where a column varies much less among those than among all, because a few rare values are what varies
/// (a count of spikes that is 0 at all points but one), the rows farthest from its median take the place of a quarter of
/// them: on a part without variation no process can be fitted.
struct DataPart {
  let size: Int
  let stream: RandomStream

  /// A part's deviation below this share of that of all is too little.
  private static let least = 0.5

  /// - Parameter columns: known values, equally many of each.
  /// - Returns: rows in ascending order; nil where there are no more than `size`.
  func rows(of columns: [[Double]]) -> [Int]? {
    guard let count = columns.first?.count, count > size else { return nil }
    var stream = stream
    let order = stream.permutation(count)
    let lacking = columns.filter { column in
      let deviation = TargetTransform.moments(order.prefix(size).map { column[$0] }).deviation
      return deviation < Self.least * TargetTransform.moments(column).deviation
    }
    guard !lacking.isEmpty else { return order.prefix(size).sorted() }
    var chosen = Set<Int>()
    for column in lacking {
      let middle = column.sorted()[count / 2]
      // Halves, since a difference of the largest doubles is infinite.
      let distances = column.map { abs(0.5 * $0 - 0.5 * middle) }
      let farthest = order.enumerated().sorted {
        (distances[$1.element], $0.offset) < (distances[$0.element], $1.offset)
      }
      chosen.formUnion(farthest.prefix(max(size / (4 * lacking.count), 1)).map(\.element))
    }
    let rest = order.filter { !chosen.contains($0) }.prefix(max(size - chosen.count, 0))
    return (chosen + rest).sorted()
  }
}
