/// How the hypervolume of the feasible front grew over the evaluations of an archive.
public struct HypervolumeCurve: Sendable {
  /// Numbers of evaluations, at most about 100 of them, the last one all.
  public let evaluations: [Int]
  public let values: [Double]
  /// In cost space: the worst value of each objective on the final front plus a tenth of the front's range; nil
  /// without a feasible point.
  public let reference: [Double]?
  /// The widest 95 % interval of the values to either side; 0 where all are exact.
  public let error: Double

  /// - Parameter seed: of values that are estimated, see `MeasuredHypervolume`.
  public init(_ scores: Scores, steps: Int = 100, seed: UInt64 = 0) {
    let feasible = scores.rows(.feasible)
    let finalFront = Self.front(scores.costs, feasible)
    guard !finalFront.isEmpty else {
      (evaluations, values, reference, error) = ([], [], nil, 0)
      return
    }
    let reference = Self.reference(scores.costs.map { column in finalFront.map { column[$0] } })
    let stride = max(1, (scores.count + steps - 1) / steps)
    var counts = Array(Swift.stride(from: stride, to: scores.count, by: stride))
    counts.append(scores.count)
    var front: [Int] = []
    var position = 0
    var values: [MeasuredHypervolume] = []
    for count in counts {
      let start = position
      while position < feasible.count && feasible[position] < count { position += 1 }
      if position > start { front = Self.front(scores.costs, front + feasible[start..<position]) }
      values.append(
        MeasuredHypervolume(
          scores.costs.map { column in front.map { column[$0] } }, reference: reference, seed: seed,
          directions: 10_000))
    }
    (evaluations, self.values, self.reference) = (counts, values.map(\.value), reference)
    error = values.map(\.error).max() ?? 0
  }

  /// A reference point for a front when none is given: its worst values and a tenth of its range beyond.
  public static func reference(_ frontCosts: [[Double]]) -> [Double] {
    frontCosts.map { column in
      let (low, high) = (column.min()!, column.max()!)
      return high + 0.1 * (high > low ? high - low : max(abs(high), 1e-12))
    }
  }

  private static func front(_ costs: [[Double]], _ rows: [Int]) -> [Int] {
    NonDominated.firstFront(costs.map { column in rows.map { column[$0] } }).map { rows[$0] }
  }
}
