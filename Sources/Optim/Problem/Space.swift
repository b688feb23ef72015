/// The parameters of a problem, in order of declaration, each one scalar column.
///
/// The unit cube `[0, 1]^count` is the common ground of samplers and search; `decode` is the only way from there to
/// parameter values, so integer cells, log scales and conditions hold everywhere.
public struct Space: Codable, Hashable, Sendable {
  public let parameters: [Parameter]

  public init(_ parameters: [Parameter]) {
    self.parameters = parameters
  }

  public var count: Int { parameters.count }
  public var names: [String] { parameters.map(\.name) }

  public func index(of name: String) -> Int? {
    parameters.firstIndex { $0.name == name }
  }

  /// Parameter values at a point of the unit cube (`count` numbers); a parameter whose condition is false is NaN.
  public func decode(_ unit: [Double]) -> [Double] {
    var values = zip(parameters, unit).map { $0.decode($1) }
    maskInactive(&values)
    return values
  }

  /// The point of the unit cube for parameter values; NaN (inactive) becomes 0.5.
  public func encode(_ values: [Double]) -> [Double] {
    zip(parameters, values).map { $1.isNaN ? 0.5 : $0.encode($1) }
  }

  /// Whether every value lies in its parameter's domain, and NaN stands exactly where a condition is false.
  public func contains(_ values: [Double]) -> Bool {
    guard values.count == count else { return false }
    return parameters.indices.allSatisfy { i in
      exists(i, values) ? parameters[i].contains(values[i]) : values[i].isNaN
    }
  }

  /// Sets parameters whose condition is false to NaN. Conditions refer to earlier parameters, so one pass in order is enough.
  public func maskInactive(_ values: inout [Double]) {
    for i in parameters.indices where !exists(i, values) { values[i] = .nan }
  }

  /// Whether the condition of parameter `i` holds for these values.
  private func exists(_ i: Int, _ values: [Double]) -> Bool {
    guard let condition = parameters[i].condition else { return true }
    return condition.value { name in index(of: name).map { values[$0] } ?? .nan } == 1
  }
}
