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
    Matrix(points.map { encode(values: $0, unit: space.encode($0)) }, columns: features.count)
  }

  /// Features of points of the unit cube (one column per parameter) with steps taken as reals: what a gradient can be followed
  /// on. `Space.decode` brings such a point back to values.
  public func encode(unit: Matrix) -> Matrix {
    Matrix(
      (0..<unit.rows).map { i in
        let point = unit.row(i)
        return encode(values: space.decode(point), unit: point)
      }, columns: features.count)
  }

  private func encode(values: [Double], unit: [Double]) -> [Double] {
    features.map { feature in
      let value = values[feature.parameter]
      switch feature {
      case .real(let j), .level(let j, _): return value.isNaN ? 0.5 : unit[j]
      case .category(_, let label): return value == Double(label) ? 1 : 0
      case .presence: return value.isNaN ? 0 : 1
      }
    }
  }

  /// A gradient with respect to features as one with respect to the unit cube; labels have none.
  public func pullBack(_ gradient: Matrix) -> Matrix {
    var result = Matrix(rows: gradient.rows, columns: space.count)
    for (column, feature) in features.enumerated() {
      switch feature {
      case .real(let j), .level(let j, _):
        for i in 0..<gradient.rows { result[i, j] = gradient[i, column] }
      case .category, .presence: break
      }
    }
    return result
  }
}
