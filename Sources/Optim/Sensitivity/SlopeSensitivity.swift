/// `sgrad`: mean squared slope times place, from the model's own gradients.
let slopeSensitivity = SensitivityEntry(
  name: "sgrad", documentation: "mean squared slope times place in the range, largest 1; cheap",
  standardCount: 1024, leastCount: 1, run: slopeIndices)

/// `dgsm`: mean squared slope.
let derivativeSensitivity = SensitivityEntry(
  name: "dgsm",
  documentation: "mean squared slope as an upper bound of the total variance share, with confidence",
  standardCount: 1024, leastCount: 2, run: derivativeIndices)

/// S_i = mean over Sobol points of (df/dx_i x_i)^2, divided by its maximum over i (Gressmann et al. 2026), x in the unit cube.
private func slopeIndices(_ responses: Responses, _ count: Int, _ stream: RandomStream) -> Sensitivity {
  let d = responses.dimension
  let points = spreadPoints(count, dimension: d, stream)
  let gradients = responses.gradients(points).gradients
  let values = gradients.map { gradient in
    normalised(squaredSlopes(gradient, at: points), responses.isCategorical)
  }
  return Sensitivity(
    method: "sgrad", parameters: responses.parameters, responses: responses.names,
    measures: [Sensitivity.Measure("sgrad", values)], evaluations: count)
}

/// mean((df/dx_i x_i)^2) per coordinate.
private func squaredSlopes(_ gradient: Matrix, at points: Matrix) -> [Double] {
  var sums = Array(repeating: 0.0, count: points.columns)
  for i in 0..<points.rows {
    for j in 0..<points.columns {
      let product = gradient[i, j] * points[i, j]
      sums[j] += product * product
    }
  }
  return sums.map { $0 / Double(points.rows) }
}

private func normalised(_ values: [Double], _ isCategorical: [Bool]) -> [Double] {
  let largest = values.max() ?? 0
  return zip(values, isCategorical).map { $1 ? .nan : largest > 0 ? $0 / largest : 0 }
}

extension ProblemModel {
  /// sgrad of everything that is predicted, as one number per parameter for the search: the slope is that of the sum of all
  /// responses, each divided by its standard deviation over the points.
  ///
  /// In [0, 1], the largest 1; labels, which have no slope, count as 1. One pass through the surrogate.
  public func combinedSlopes(count: Int = 256, stream: RandomStream) -> [Double] {
    let columns = Responses.Column.all(of: self)
    let points = spreadPoints(count, dimension: problem.space.count, stream)
    let sum = gradient(unit: points) { prediction in
      var seeds = ProblemSeeds(count: points.rows)
      for column in columns {
        let values = column.values(prediction)
        if varies(values) { column.addSeeds(1 / variance(values).squareRoot(), prediction, to: &seeds) }
      }
      return seeds
    }.gradient
    let isCategorical = problem.space.parameters.map(\.isCategorical)
    return normalised(squaredSlopes(sum, at: points), isCategorical).map { $0.isNaN ? 1 : $0 }
  }
}

/// nu_i = mean((df/dx_i)^2); nu_i / (pi^2 V) is an upper bound of the total order index of a uniform coordinate (Sobol and
/// Kucherenko 2009), which makes it comparable between responses.
private func derivativeIndices(_ responses: Responses, _ count: Int, _ stream: RandomStream) -> Sensitivity {
  let d = responses.dimension
  let points = spreadPoints(count, dimension: d, stream.derived(0))
  let (values, gradients) = responses.gradients(points)
  var bound = Sensitivity.Measure("bound", [], confidence: [])
  var slopes = Sensitivity.Measure("mean squared slope", [])
  for (column, gradient) in zip(values, gradients) {
    let isConstant = !varies(column)
    let squares = (0..<d).map { j in gradient.column(j).map { $0 * $0 } }
    func index(_ j: Int, _ rows: [Int]?) -> Double {
      if isConstant { return 0 }
      let own = rows.map { $0.map { squares[j][$0] } } ?? squares[j]
      let spread = variance(rows.map { $0.map { column[$0] } } ?? column)
      return spread > 0 ? mean(own) / (.pi * .pi * spread) : 0
    }
    func masked(_ value: (Int) -> Double) -> [Double] {
      (0..<d).map { responses.isCategorical[$0] ? .nan : value($0) }
    }
    bound.values.append(masked { index($0, nil) })
    bound.confidence!.append(
      masked { j in
        bootstrapConfidence(rows: count, stream: stream.derived(UInt64(1 + j))) { index(j, $0) }
      })
    slopes.values.append(masked { mean(squares[$0]) })
  }
  return Sensitivity(
    method: "dgsm", parameters: responses.parameters, responses: responses.names, measures: [bound, slopes],
    evaluations: count)
}
