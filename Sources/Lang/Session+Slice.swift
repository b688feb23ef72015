import Optim

/// What a surrogate predicts over two parameters, all others held.
extension Session {
  /// What is drawn as shade.
  private enum Shaded {
    case objective(Int)
    case constraint(Int)
    case feasibility

    func values(_ prediction: ProblemPrediction, _ problem: Problem) -> [Double] {
      switch self {
      case .objective(let k):
        let sign: Double = problem.objectives[k].sense == .minimize ? 1 : -1
        return prediction.costs[k].map { sign * $0 }
      case .constraint(let j):
        return prediction.margins[j].isEmpty ? prediction.logOdds[j].map(logistic) : prediction.margins[j]
      case .feasibility: return prediction.feasibility
      }
    }
  }

  /// `plot slice f1 x y [of=points]`: an objective or constraint over two parameters.
  func sliceFigure(
    _ names: [(text: String, span: Span)], through points: Points?, _ arguments: Arguments
  ) throws -> Figure {
    let problem = campaign.problem
    guard problem.space.count >= 2 else {
      throw SessionError("a slice wants two parameters, and there is one")
    }
    guard names.count == 3 else {
      throw SessionError(
        "a slice wants an objective or constraint and two parameters, such as 'plot slice \((environment.objectiveNames + ["f1"])[0]) \(problem.space.names.prefix(2).joined(separator: " "))'"
      )
    }
    let shaded: Shaded
    if let k = problem.objectives.firstIndex(where: { $0.name == names[0].text }) {
      shaded = .objective(k)
    } else if let j = problem.constraints.firstIndex(where: { $0.name == names[0].text }) {
      shaded = .constraint(j)
    } else {
      throw Diagnostic(
        .wrongKind(expected: "an objective or a constraint", found: "'\(names[0].text)'"), at: names[0].span)
    }
    let axes = try names.dropFirst().map { name -> Int in
      guard let place = problem.space.names.firstIndex(of: name.text) else {
        throw Diagnostic(.wrongKind(expected: "a parameter", found: "'\(name.text)'"), at: name.span)
      }
      return place
    }
    guard axes[0] != axes[1] else {
      throw SessionError("a slice wants two different parameters, and both are '\(names[1].text)'")
    }
    let (centre, place) = try sliceCentre(points, shaded)
    let mark = Figure.Series(
      "held point", role: .selected, points: [[centre[axes[0]]], [centre[axes[1]]]])
    return try slice(
      shaded, axes, through: centre, series: [mark], model: try model(arguments).model,
      title: "\(names[0].text) over \(names[1].text) and \(names[2].text), as predicted",
      held: problem.space.count > 2 ? "all other parameters as in \(place)" : nil)
  }

  /// `plot t kind=slice`: the paths of a trace over what they descended on, in two given parameters or the two that moved most.
  func sliceFigure(
    _ trace: Trace, _ names: [(text: String, span: Span)], _ arguments: Arguments
  ) throws -> Figure {
    let problem = campaign.problem
    guard problem.space.count >= 2 else {
      throw SessionError("a slice wants two parameters, and there is one")
    }
    guard names.isEmpty || names.count == 2 else {
      throw SessionError("a slice through a trace is over two parameters, and \(names.count) are given")
    }
    var axes = try names.map { name -> Int in
      guard let place = problem.space.names.firstIndex(of: name.text) else {
        throw Diagnostic(.wrongKind(expected: "a parameter", found: "'\(name.text)'"), at: name.span)
      }
      return place
    }
    guard !trace.paths.isEmpty else { throw SessionError("this trace has no path") }
    if axes.isEmpty {
      let moved = (0..<problem.space.count).map { j in
        trace.paths.reduce(0) { $0 + abs($1.unit.last![j] - $1.unit[0][j]) }
      }
      axes = moved.indices.sorted { (moved[$1], $0) < (moved[$0], $1) }.prefix(2).sorted()
    }
    let ends = trace.paths.map { $0.unit.last! }
    let centre = problem.space.decode(
      (0..<problem.space.count).map { j in ends.reduce(0) { $0 + $1[j] } / Double(ends.count) })
    let shaded: Shaded = trace.target == .objective ? .objective(0) : .feasibility
    let what = trace.target == .objective ? problem.objectives[0].name : "P(feasible)"
    let line = { (path: Trace.Path) -> [[Double]] in
      let points = path.unit.map(problem.space.decode)
      return axes.map { j in points.map { $0[j] } }
    }
    let starts = trace.paths.map { problem.space.decode($0.unit[0]) }
    let series =
      trace.paths.enumerated().map { k, path in
        Figure.Series(k == 0 ? "paths" : "", role: .plain, points: line(path), isLine: true)
      } + [
        Figure.Series("starts", role: .reference, points: axes.map { j in starts.map { $0[j] } }),
        Figure.Series(
          "selected", role: .selected, points: axes.map { j in trace.selected.map { $0.point[j] } }),
      ]
    return try slice(
      shaded, axes, through: centre, series: series, model: try model(arguments).model,
      title: "\(trace.target.rawValue) traces over \(what), as predicted",
      held: problem.space.count > 2 ? "all other parameters at the mean of the paths' ends" : nil)
  }

  private func slice(
    _ shaded: Shaded, _ axes: [Int], through centre: [Double], series: [Figure.Series], model: ProblemModel,
    title: String, held: String?
  ) throws -> Figure {
    let problem = campaign.problem
    let space = problem.space
    let places = axes.map { slicePlaces(space, $0) }
    var points: [[Double]] = []
    for y in places[1] {
      for x in places[0] {
        var point = centre
        (point[axes[0]], point[axes[1]]) = (x, y)
        points.append(point)
      }
    }
    let values = shaded.values(model.predict(points), problem)
    guard values.contains(where: \.isFinite) else {
      throw SessionError("the model does not predict this; it was trained for something else")
    }
    let width = places[0].count
    let rows = places[1].indices.map { Array(values[($0 * width)..<(($0 + 1) * width)]) }
    return Figure(
      title: title, kind: .plane, axes: axes.map { axis(of: space.parameters[$0]) }, series: series,
      caption: held, field: sliceField(shaded, places, rows))
  }

  private func sliceField(_ shaded: Shaded, _ places: [[Double]], _ rows: [[Double]]) -> Figure.Field {
    let problem = campaign.problem
    switch shaded {
    case .objective(let k):
      return Figure.Field(
        problem.objectives[k].name, unit: problem.objectives[k].unit, x: places[0], y: places[1], values: rows
      )
    case .constraint(let j):
      let constraint = problem.constraints[j]
      let label = constraint.margin == nil ? "P(\(constraint.name))" : "\(constraint.name) margin"
      return Figure.Field(label, x: places[0], y: places[1], values: rows)
    case .feasibility: return Figure.Field("P(feasible)", x: places[0], y: places[1], values: rows)
    }
  }

  /// Values of a parameter from one end to the other, evenly as the axis is drawn.
  private func slicePlaces(_ space: Space, _ j: Int) -> [Double] {
    let count = space.parameters[j].labels?.count ?? 41
    var unit = Array(repeating: 0.5, count: space.count)
    let values = (0..<count).map { k -> Double in
      unit[j] = (Double(k) + 0.5) / Double(count)
      return space.decode(unit)[j]
    }
    return values.reduce(into: []) { if $0.last != $1 { $0.append($1) } }
  }

  /// The axis of a parameter, as it is sampled.
  func axis(of parameter: Parameter) -> Figure.Axis {
    var isLog = false
    if case .real(_, _, .log) = parameter.domain { isLog = true }
    return Figure.Axis(parameter.name, unit: parameter.unit, isLog: isLog, categories: parameter.labels)
  }

  /// The point that a slice passes through: the first of `of=`, or the best known one.
  private func sliceCentre(_ points: Points?, _ shaded: Shaded) throws -> (point: [Double], name: String) {
    if let points {
      guard !points.evaluations.isEmpty else {
        throw SessionError("there is no point for the slice to pass through")
      }
      return (points.evaluations.parameterValues(0), "the first of \(points.evaluations.count) points")
    }
    let archive = campaign.archive
    let scores = try Scores(problem: campaign.problem, evaluations: archive)
    let objective = if case .objective(let k) = shaded { k } else { 0 }
    let feasible = scores.rows(.feasible)
    if let costs = scores.costs.indices.contains(objective) ? scores.costs[objective] : nil,
      let best = feasible.min(by: { costs[$0] < costs[$1] })
    {
      return (
        archive.parameterValues(best),
        "row \(best + 1), the feasible point with the best \(campaign.problem.objectives[objective].name)"
      )
    }
    let answered = feasible + scores.rows(.infeasible)
    let violated = { (row: Int) in scores.satisfied.count { $0[row] != 1 } }
    guard let best = answered.min(by: { (violated($0), $0) < (violated($1), $1) }) else {
      throw SessionError("a slice passes through an evaluated point, and there is none")
    }
    return (archive.parameterValues(best), "row \(best + 1), which violates the fewest constraints")
  }
}
