/// Where an acquisition function measures: a reference point and the width of the front.
struct AcquisitionFrame: Sendable {
  let reference: [Double]
  let scale: [Double]

  /// - Parameters:
  ///   - front: costs of the evaluated feasible front, `front[k][row]`.
  ///   - predicted: of the predicted one, which may reach farther.
  ///   - given: a reference point that the user has named.
  init(front: [[Double]], predicted: [[Double]], given: [Double]?) {
    let all = zip(front, predicted).map { ($0 + $1).filter(\.isFinite) }
    let low = all.map { $0.min() ?? 0 }
    let high = all.map { $0.max() ?? 1 }
    scale = zip(low, high).map { $1 > $0 ? $1 - $0 : max(abs($1), 1e-12) }
    reference = given ?? zip(high, scale).map { $0 + Self.margin * $1 }
  }

  /// Widths beyond the front: the larger, the more the ends of the front weigh.
  private static let margin = 0.5
}
