/// Where an acquisition function measures: a reference point and the width of the front.
struct AcquisitionFrame: Sendable {
  let reference: [Double]
  let scale: [Double]
  /// Just beyond the evaluated front: what lies between its ends then counts most. Nil where the front has too few points to have an
  /// inside.
  let inner: [Double]?

  /// - Parameters:
  ///   - front: costs of the evaluated feasible front, `front[k][row]`.
  ///   - predicted: of the predicted one, which may reach farther.
  ///   - given: a reference point that the user has named.
  init(front: [[Double]], predicted: [[Double]], given: [Double]?) {
    let all = zip(front, predicted).map { ($0 + $1).filter(\.isFinite) }
    let low = all.map { $0.min() ?? 0 }
    let high = all.map { $0.max() ?? 1 }
    scale = zip(low, high).map { $1 > $0 ? $1 - $0 : max(abs($1), 1e-12) }
    let reference = given ?? zip(high, scale).map { $0 + Self.margin * $1 }
    self.reference = reference
    guard let count = front.first?.count, count >= 3 else {
      inner = nil
      return
    }
    inner = front.indices.map { k in
      let (least, most) = (front[k].min() ?? 0, front[k].max() ?? 1)
      return min(most + Self.innerMargin * (most - least), reference[k])
    }
  }

  /// Widths beyond the front: the larger, the more the ends of the front weigh.
  private static let margin = 0.5
  private static let innerMargin = 0.02
}
