/// `Space.decode`, prepared for many points: search decodes millions, and most parameters are plain ranges
/// whose two bounds are all that is needed. Gives exactly the same numbers.
struct UnitDecoder: Sendable {
  private enum Step {
    case linear(lower: Double, upper: Double)
    case other(Parameter)
  }

  private let space: Space
  private let steps: [Step]
  private let hasConditions: Bool

  init(_ space: Space) {
    self.space = space
    steps = space.parameters.map { parameter in
      if case .real(let lower, let upper, .linear) = parameter.domain {
        .linear(lower: lower, upper: upper)
      } else {
        .other(parameter)
      }
    }
    hasConditions = space.parameters.contains { $0.condition != nil }
  }

  func decode(_ unit: [Double]) -> [Double] {
    var values = [Double](unsafeUninitializedCapacity: steps.count) { buffer, initialized in
      for (j, step) in steps.enumerated() {
        let value: Double
        switch step {
        case .linear(let lower, let upper):
          let u = min(max(unit[j], 0), 1)
          value = u >= 1 ? upper : min(lower + u * (upper - lower), upper)
        case .other(let parameter):
          value = parameter.decode(unit[j])
        }
        buffer[j] = value
      }
      initialized = steps.count
    }
    if hasConditions { space.maskInactive(&values) }
    return values
  }
}
