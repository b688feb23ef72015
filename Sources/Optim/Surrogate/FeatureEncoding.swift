/// Parameters as surrogates see them: reals and steps by their place in [0, 1], labels one-hot, conditional parameters with a
/// column that says whether they exist.
public struct FeatureEncoding: Codable, Hashable, Sendable {
  public let space: Space
  public let features: [TrainingSet.Feature]

  public init(_ space: Space) {
    self.space = space
    var features: [TrainingSet.Feature] = []
    for (j, parameter) in space.parameters.enumerated() {
      switch parameter.domain {
      case .real: features.append(.real(parameter: j))
      case .stepped: features.append(.level(parameter: j, levels: parameter.levels!))
      case .categorical(let labels):
        features += labels.indices.map { .category(parameter: j, label: $0) }
      }
      if parameter.condition != nil { features.append(.presence(parameter: j)) }
    }
    self.features = features
  }

  /// Features of parameter values, row by row; NaN where a conditional parameter does not exist.
  public func encode(_ points: [[Double]]) -> Matrix {
    var result = Matrix(rows: points.count, columns: features.count)
    for (column, feature) in features.enumerated() {
      let parameter = space.parameters[feature.parameter]
      for (i, point) in points.enumerated() {
        let value = point[feature.parameter]
        result[i, column] = encode(feature, value) { parameter.encode(value) }
      }
    }
    return result
  }

  /// Features of points of the unit cube (one column per parameter) with steps taken as reals: what a gradient can be followed
  /// on. `Space.decode` brings such a point back to values.
  public func encode(unit: Matrix) -> Matrix {
    let isConditional = space.parameters.contains { $0.condition != nil }
    let decoded = isConditional ? (0..<unit.rows).map { space.decode(unit.row($0)) } : []
    var result = Matrix(rows: unit.rows, columns: features.count)
    for (column, feature) in features.enumerated() {
      let j = feature.parameter
      let parameter = space.parameters[j]
      let needsValue = isConditional || parameter.isCategorical
      for i in 0..<unit.rows {
        let value = !needsValue ? 0 : isConditional ? decoded[i][j] : parameter.decode(unit[i, j])
        result[i, column] = encode(feature, value) { unit[i, j] }
      }
    }
    return result
  }

  @inline(__always)
  private func encode(_ feature: TrainingSet.Feature, _ value: Double, place: () -> Double) -> Double {
    switch feature {
    case .real, .level: value.isNaN ? 0.5 : place()
    case .category(_, let label): value == Double(label) ? 1 : 0
    case .presence: value.isNaN ? 0 : 1
    }
  }

  /// A gradient with respect to features as one with respect to the unit cube, at encoded points; labels have none, nor has a
  /// parameter where it does not exist.
  public func pullBack(_ gradient: Matrix, at inputs: Matrix) -> Matrix {
    var result = Matrix(rows: gradient.rows, columns: space.count)
    for (column, feature) in features.enumerated() {
      switch feature {
      case .real(let j), .level(let j, _):
        for i in 0..<gradient.rows { result[i, j] = gradient[i, column] }
      // Comes behind the parameter's other features.
      case .presence(let j):
        for i in 0..<gradient.rows where inputs[i, column] == 0 { result[i, j] = 0 }
      case .category: break
      }
    }
    return result
  }
}
