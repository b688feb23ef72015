import Foundation

/// Points of the unit cube as parameter columns, steps taken as reals, with the slope of every value in its place.
struct RelaxedPoints {
  /// Parameter values by name.
  let columns: [String: [Double]]
  /// `slopes[j][row]`: derivative of parameter j's value with respect to its place in the unit cube.
  let slopes: [[Double]]
  let names: [String]

  init(_ space: Space, _ unit: Matrix) {
    var values = space.parameters.map { _ in [Double]() }
    var slopes = values
    let decoded = (0..<unit.rows).map { space.decode(unit.row($0)) }
    for (j, parameter) in space.parameters.enumerated() {
      for i in 0..<unit.rows {
        let u = unit[i, j]
        let value = decoded[i][j]
        switch parameter.domain {
        case _ where value.isNaN:
          values[j].append(.nan)
          slopes[j].append(0)
        case .real(let lower, let upper, .linear):
          values[j].append(value)
          slopes[j].append(upper - lower)
        case .real(let lower, let upper, .log):
          values[j].append(value)
          slopes[j].append(value * log(upper / lower))
        case .stepped(let lower, let upper, let step):
          let width = step * Double(parameter.levels!)
          let place = lower + u * width - step / 2
          values[j].append(min(max(place, lower), upper))
          slopes[j].append(place < lower || place > upper ? 0 : width)
        case .categorical:
          values[j].append(value)
          slopes[j].append(0)
        }
      }
    }
    names = space.names
    columns = Dictionary(uniqueKeysWithValues: zip(names, values))
    self.slopes = slopes
  }

  /// Adds a formula's derivatives with respect to parameters, as ones with respect to the unit cube.
  func add(_ gradient: FormulaGradient, of formula: Formula, to result: inout Matrix) {
    for (input, slope) in zip(formula.inputs, gradient.inputs) {
      guard let j = names.firstIndex(of: input) else { continue }
      for row in 0..<result.rows where slope[row].isFinite { result[row, j] += slope[row] * slopes[j][row] }
    }
  }
}

/// Constraints that parameters alone decide: computed exactly, with exact slopes.
struct Known {
  /// Log odds of what is certain.
  static let certain = 40.0

  let count: Int
  let columns: [String: [Double]]
  private let problem: Problem
  private let places: [Int]

  init(_ problem: Problem, _ columns: [String: [Double]], count: Int) {
    (self.problem, self.columns, self.count) = (problem, columns, count)
    places = problem.constraints.indices.filter { problem.isKnownBefore(problem.constraints[$0]) }
  }

  init(_ problem: Problem, _ points: [[Double]]) {
    var columns: [String: [Double]] = [:]
    for (j, name) in problem.space.names.enumerated() { columns[name] = points.map { $0[j] } }
    self.init(problem, columns, count: points.count)
  }

  func fill(_ prediction: inout ProblemPrediction) {
    for j in places {
      let constraint = problem.constraints[j]
      prediction.logOdds[j] = values(constraint.satisfied).map { $0 == 1 ? Self.certain : -Self.certain }
      if let margin = constraint.margin {
        prediction.margins[j] = values(margin).map { $0.isFinite ? $0 : 0 }
      }
    }
  }

  private func values(_ formula: Formula) -> [Double] {
    // Such formulas read parameters only, which are all here.
    try! formula.evaluate(rows: count) { columns[$0] }[0]
  }

  func addGradient(of seeds: ProblemSeeds, _ relaxed: RelaxedPoints, to result: inout Matrix) {
    for j in places {
      guard let margin = problem.constraints[j].margin, seeds.margins.indices.contains(j),
        !seeds.margins[j].isEmpty
      else { continue }
      let gradient = try! margin.gradient(rows: count, seeds: [seeds.margins[j]]) { relaxed.columns[$0] }
      relaxed.add(gradient, of: margin, to: &result)
    }
  }
}
