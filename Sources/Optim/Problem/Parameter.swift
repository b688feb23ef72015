import Foundation

/// One scalar the optimiser may choose. A vector parameter `w[4]` is four of these, named `w[1]` ... `w[4]`.
public struct Parameter: Codable, Hashable, Sendable {
  public enum Scale: String, Codable, Sendable { case linear, log }

  public enum Domain: Codable, Hashable, Sendable {
    /// `lower <= value <= upper`; on a logarithmic scale `lower > 0`.
    case real(lower: Double, upper: Double, scale: Scale)
    /// The values `lower, lower + step, ...` up to `upper`; integers when all three are whole.
    case stepped(lower: Double, upper: Double, step: Double)
    /// One of these labels; its value in columns and formulas is the index, counted from 0.
    case categorical([String])
  }

  /// The scalar's own name: `x` or `w[2]`.
  public let name: String
  /// The declared name: `x` or `w`.
  public let group: String
  /// Position in a vector parameter, counted from 1.
  public let index: Int?
  public let domain: Domain
  public let unit: String?
  /// A yes/no formula over other parameters; where it is false the parameter does not exist and its value is NaN.
  public let condition: Formula?

  public init(
    name: String, group: String? = nil, index: Int? = nil, domain: Domain, unit: String? = nil,
    condition: Formula? = nil
  ) {
    self.name = name
    self.group = group ?? name
    self.index = index
    self.domain = domain
    self.unit = unit
    self.condition = condition
  }

  /// Number of distinct values, or nil for a real parameter.
  public var levels: Int? {
    switch domain {
    case .real: nil
    case .stepped(let lower, let upper, let step): Int(((upper - lower) / step + 1e-9).rounded(.down)) + 1
    case .categorical(let labels): labels.count
    }
  }

  public var isCategorical: Bool {
    if case .categorical = domain { true } else { false }
  }

  /// Whether every value is a whole number.
  public var isInteger: Bool {
    if case .stepped(let lower, _, let step) = domain {
      lower == lower.rounded() && step == step.rounded()
    } else {
      false
    }
  }

  public var labels: [String]? {
    if case .categorical(let labels) = domain { labels } else { nil }
  }

  /// The value at `unit` in [0, 1]: linear or logarithmic for reals, equal cells for the discrete kinds.
  public func decode(_ unit: Double) -> Double {
    let u = min(max(unit, 0), 1)
    switch domain {
    case .real(let lower, let upper, .linear):
      return u >= 1 ? upper : min(lower + u * (upper - lower), upper)
    case .real(let lower, let upper, .log):
      if u <= 0 { return lower }
      if u >= 1 { return upper }
      return min(max(lower * Foundation.exp(u * Foundation.log(upper / lower)), lower), upper)
    case .stepped(let lower, _, let step):
      return lower + step * Double(cell(u))
    case .categorical:
      return Double(cell(u))
    }
  }

  /// The inverse of `decode`; a discrete value goes to the middle of its cell. Not clamped: a value outside
  /// the range (an imported evaluation) gives a number outside [0, 1]. NaN stays NaN.
  public func encode(_ value: Double) -> Double {
    switch domain {
    case .real(let lower, let upper, .linear): (value - lower) / (upper - lower)
    case .real(let lower, let upper, .log): Foundation.log(value / lower) / Foundation.log(upper / lower)
    case .stepped(let lower, _, let step): ((value - lower) / step + 0.5) / Double(levels!)
    case .categorical(let labels): (value + 0.5) / Double(labels.count)
    }
  }

  /// Whether `value` is one this parameter can take now.
  public func contains(_ value: Double) -> Bool {
    switch domain {
    case .real(let lower, let upper, _): return value >= lower && value <= upper
    case .stepped(let lower, let upper, let step):
      let k = (value - lower) / step
      return value >= lower && value <= upper + 1e-9 * step && abs(k - k.rounded()) < 1e-6
    case .categorical(let labels):
      return value >= 0 && value < Double(labels.count) && value == value.rounded(.down)
    }
  }

  private func cell(_ u: Double) -> Int {
    let count = levels!
    return min(Int(u * Double(count)), count - 1)
  }
}
