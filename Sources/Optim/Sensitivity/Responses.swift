/// Numbers that depend on a point of the unit cube: what sensitivities are computed of.
///
/// Every coordinate is taken as uniform in [0, 1]: a logarithmic parameter by its logarithm, steps and labels by equal cells.
public struct Responses: Sendable {
  /// Of the coordinates.
  public let parameters: [String]
  /// Coordinates along which nothing has a slope: labels.
  public let isCategorical: [Bool]
  public let names: [String]
  /// `values(points)[response][row]`, finite.
  public let values: @Sendable (Matrix) -> [[Double]]
  /// Values, and for each response its gradient at every point (n x coordinates).
  public let gradients: @Sendable (Matrix) -> (values: [[Double]], gradients: [Matrix])

  public init(
    parameters: [String], isCategorical: [Bool]? = nil, names: [String],
    values: @escaping @Sendable (Matrix) -> [[Double]],
    gradients: @escaping @Sendable (Matrix) -> (values: [[Double]], gradients: [Matrix])
  ) {
    self.parameters = parameters
    self.isCategorical = isCategorical ?? parameters.map { _ in false }
    (self.names, self.values, self.gradients) = (names, values, gradients)
  }

  public var dimension: Int { parameters.count }
}

extension Responses {
  /// Rows of one call: a surrogate's memory grows with them.
  private static let block = 4096

  /// What a model predicts: objectives; of every constraint its margin where one is predicted or known, else its probability.
  ///
  /// Steps are rounded and conditional parameters left out as in a simulation; only gradients take steps as reals.
  public init(_ model: ProblemModel) {
    let columns = Column.all(of: model)
    let space = model.problem.space
    self.init(
      parameters: space.names, isCategorical: space.parameters.map(\.isCategorical),
      names: columns.map(\.name),
      values: { unit in
        var result = columns.map { _ in [Double]() }
        for first in stride(from: 0, to: unit.rows, by: Self.block) {
          let rows = first..<min(first + Self.block, unit.rows)
          let prediction = model.predict(rows.map { space.decode(unit.row($0)) })
          for (k, column) in columns.enumerated() { result[k] += column.values(prediction) }
        }
        return result
      },
      gradients: { unit in
        var values: [[Double]] = []
        let gradients = columns.map { column in
          let (prediction, gradient) = model.gradient(unit: unit) { prediction in
            var seeds = ProblemSeeds(count: unit.rows)
            column.addSeeds(1, prediction, to: &seeds)
            return seeds
          }
          values.append(column.values(prediction))
          return gradient
        }
        return (values, gradients)
      })
  }

  /// Those with the given names, in their order.
  public func only(_ wanted: [String]) -> Responses {
    let places = wanted.compactMap { names.firstIndex(of: $0) }
    let (values, gradients) = (values, gradients)
    return Responses(
      parameters: parameters, isCategorical: isCategorical, names: places.map { names[$0] },
      values: { unit in
        let all = values(unit)
        return places.map { all[$0] }
      },
      gradients: { unit in
        let all = gradients(unit)
        return (places.map { all.values[$0] }, places.map { all.gradients[$0] })
      })
  }

  /// One predicted number of a problem.
  struct Column: Sendable {
    enum Kind { case cost, margin, probability, success }
    let name: String
    let kind: Kind
    let place: Int
    /// -1 shows a maximised objective as it is.
    var sign = 1.0

    static func all(of model: ProblemModel) -> [Column] {
      let problem = model.problem
      var result: [Column] = []
      if model.goal.mode != .constraints {
        for (k, objective) in problem.objectives.enumerated() {
          result.append(
            Column(name: objective.name, kind: .cost, place: k, sign: objective.sense == .minimize ? 1 : -1))
        }
      }
      let probe = model.predict([problem.space.decode(problem.space.parameters.map { _ in 0.5 })])
      for (j, constraint) in problem.constraints.enumerated()
      where model.goal.mode != .objectives || problem.isKnownBefore(constraint) {
        let hasMargin = !probe.margins[j].isEmpty
        result.append(Column(name: constraint.name, kind: hasMargin ? .margin : .probability, place: j))
      }
      if model.layout.success != nil {
        result.append(Column(name: "simulation succeeds", kind: .success, place: 0))
      }
      return result
    }

    func values(_ prediction: ProblemPrediction) -> [Double] {
      switch kind {
      case .cost: prediction.costs[place].map { sign * $0 }
      case .margin: prediction.margins[place]
      case .probability: prediction.logOdds[place].map(logistic)
      case .success: prediction.success.map(logistic)
      }
    }

    /// Adds the derivatives of `scale` times this number.
    func addSeeds(_ scale: Double, _ prediction: ProblemPrediction, to seeds: inout ProblemSeeds) {
      /// dp / d(log odds) = p (1 - p).
      func slope(_ logOdds: [Double]) -> [Double] { logOdds.map { scale * logistic($0) * logistic(-$0) } }
      func put(_ column: [Double], _ columns: inout [[Double]], of count: Int) {
        if columns.isEmpty { columns = Array(repeating: [], count: count) }
        columns[place] = column
      }
      let constant = Array(repeating: scale * sign, count: seeds.count)
      switch kind {
      case .cost: put(constant, &seeds.costs, of: prediction.costs.count)
      case .margin: put(constant, &seeds.margins, of: prediction.margins.count)
      case .probability:
        put(slope(prediction.logOdds[place]), &seeds.logOdds, of: prediction.logOdds.count)
      case .success: seeds.success = slope(prediction.success)
      }
    }
  }
}
