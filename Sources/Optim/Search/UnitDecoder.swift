/// `Space.decode`, prepared for many points: search decodes millions, and most parameters are plain ranges
/// whose two bounds are all that is needed. Gives exactly the same numbers.
struct UnitDecoder: Sendable {
  private let space: Space
  /// Bounds of linear ranges; NaN for any other kind of parameter.
  private let lower: [Double]
  private let upper: [Double]
  private let hasConditions: Bool

  init(_ space: Space) {
    self.space = space
    let bounds = space.parameters.map { parameter -> (Double, Double) in
      if case .real(let lower, let upper, .linear) = parameter.domain { (lower, upper) } else { (.nan, .nan) }
    }
    lower = bounds.map(\.0)
    upper = bounds.map(\.1)
    hasConditions = space.parameters.contains { $0.condition != nil }
  }

  func decode(_ unit: [Double]) -> [Double] {
    var values = [Double](unsafeUninitializedCapacity: lower.count) { buffer, initialized in
      for j in lower.indices {
        if lower[j].isNaN {
          buffer[j] = space.parameters[j].decode(unit[j])
        } else {
          let u = min(max(unit[j], 0), 1)
          buffer[j] = u >= 1 ? upper[j] : min(lower[j] + u * (upper[j] - lower[j]), upper[j])
        }
      }
      initialized = lower.count
    }
    if hasConditions { space.maskInactive(&values) }
    return values
  }
}
