import Optim

extension Verb {
  static let traceVerbs: [Verb] = [
    Verb(
      "trace", "follow a surrogate's gradients and select points on the way; 'evaluate' simulates them",
      arguments: [
        .required(
          "target", .choice(TraceOptions.Target.allCases.map(\.rawValue)),
          "improve objectives, satisfy constraints, or both")
      ],
      options: [
        Option("count", .integer(1...10_000), "10", "how many traces"),
        Option("steps", .integer(1...100_000), "500", "the most steps of one"),
        Option("points", .integer(1...1000), "5", "points to select from each"),
        Option(
          "start", .choice(TraceOptions.Start.allCases.map(\.rawValue)), nil,
          "where they begin; for constraints at infeasible points, else at the best ones"),
        Option("model", .model([]), nil, "a model or the kind of one; without it the model trained last"),
      ], needs: [.parameters], result: .unknown(.points),
      example: """
        benchmark "bnh"
        sample sobol 32
        evaluate
        train gpr
        let t = trace objective count=4
        evaluate t
        """,
      keywords: ["gradient", "descent", "descend", "path", "follow"]
    ) { try $0.trace($1) }
  ]
}

extension Session {
  func trace(_ arguments: Arguments) throws -> Value {
    let target = TraceOptions.Target(rawValue: arguments.word("target")!)!
    var options = TraceOptions(
      target: target, start: arguments.word("start").flatMap(TraceOptions.Start.init(rawValue:)))
    options.count = arguments.integer("count")!
    options.steps = arguments.integer("steps")!
    options.pointsPerPath = arguments.integer("points")!
    let trace = try campaign.trace(try model(arguments).model, options, observer: host)
    if trace.paths.count < options.count {
      host.note("\(trace.paths.count) traces: there are no more points to start from")
    }
    if trace.paths.contains(where: { $0.ending == .interrupted }) {
      host.note("interrupted; the paths end where they were")
    }
    let problem = campaign.problem
    var points = Evaluations(parameterNames: problem.space.names, outputNames: problem.outputColumns)
    for selected in trace.selected { points.appendPending(selected.point) }
    let converged = trace.paths.count { $0.ending == .converged }
    let title =
      "\(trace.selected.count) points from \(trace.paths.count) \(target.rawValue) traces, \(converged) converged\(Points.predicted)"
    return .points(
      Points(
        title: title, evaluations: points, rows: Array(repeating: 0, count: points.count), trace: trace))
  }

  /// Selected points with what is predicted of them.
  func traceTable(_ points: Points, _ trace: Trace) -> Table {
    var columns = [
      Table.Column("path", .integers(trace.selected.map { $0.path + 1 })),
      Table.Column("step", .integers(trace.selected.map(\.step))),
    ]
    columns += campaign.problem.space.parameters.compactMap { parameter in
      points.evaluations.column(parameter.name).map { Self.column(parameter, $0) }
    }
    for (objective, costs) in zip(campaign.problem.objectives, trace.prediction.costs)
    where costs.contains(where: { !$0.isNaN }) {
      let sign: Double = objective.sense == .minimize ? 1 : -1
      columns.append(Table.Column(objective.name, unit: objective.unit, .numbers(costs.map { sign * $0 })))
    }
    if !campaign.problem.constraints.isEmpty || !trace.prediction.success.isEmpty {
      let feasibility = trace.prediction.feasibility
      columns.append(
        Table.Column("P(feasible)", .fractions(trace.selected.isEmpty ? [] : feasibility)))
    }
    return Table(title: points.title, columns)
  }

  /// The paths in the space of the first two objectives, or of the first two parameters where there are not that many.
  func traceFigure(_ trace: Trace) -> Figure {
    let problem = campaign.problem
    let predictsCosts = trace.paths.allSatisfy { $0.costs.allSatisfy { !$0.contains(where: \.isNaN) } }
    if problem.objectives.count >= 2 && predictsCosts {
      let shown = Array(problem.objectives.prefix(2))
      let signs = shown.map { $0.sense == .minimize ? 1.0 : -1 }
      let place = { (costs: [[Double]]) in zip(signs, costs).map { sign, column in column.map { sign * $0 } }
      }
      return paths(
        trace, axes: shown.map { Figure.Axis($0.name, unit: $0.unit) },
        line: { place($0.costs) }, selected: place(trace.prediction.costs),
        caption: "as predicted" + (problem.objectives.count > 2 ? "; the first two objectives" : ""))
    }
    let parameters = Array(problem.space.parameters.prefix(2))
    guard parameters.count == 2 else { return lossFigure(trace) }
    let axes = parameters.map(axis(of:))
    let place = { (points: [[Double]]) in (0..<2).map { j in points.map { $0[j] } } }
    return paths(
      trace, axes: axes, line: { place($0.unit.map(problem.space.decode)) },
      selected: place(trace.selected.map(\.point)),
      caption: problem.space.count > 2 ? "the first two of \(problem.space.count) parameters" : nil)
  }

  private func paths(
    _ trace: Trace, axes: [Figure.Axis], line: (Trace.Path) -> [[Double]], selected: [[Double]],
    caption: String?
  ) -> Figure {
    let lines = trace.paths.enumerated().map { k, path in
      Figure.Series(k == 0 ? "paths" : "", role: .infeasible, points: line(path), isLine: true)
    }
    let starts = trace.paths.map { line($0).map { $0[0] } }
    let series =
      lines + [
        Figure.Series("starts", role: .reference, points: (0..<2).map { j in starts.map { $0[j] } }),
        Figure.Series("selected", role: .selected, points: selected),
      ]
    return Figure(
      title: "\(trace.target.rawValue) traces", kind: .plane, axes: axes, series: series, caption: caption)
  }

  /// Loss over steps, a line per path.
  func lossFigure(_ trace: Trace) -> Figure {
    let lines = trace.paths.enumerated().map { k, path in
      Figure.Series(
        "path \(k + 1)", points: [path.losses.indices.map(Double.init), path.losses], isLine: true)
    }
    return Figure(
      title: "loss of \(trace.target.rawValue) traces", kind: .plane,
      axes: [Figure.Axis("step"), Figure.Axis("loss")], series: lines)
  }

  /// `plot loss of=t` for a trace, `plot loss` for the model trained last.
  func lossCurves(_ arguments: Arguments, _ span: Span) throws -> Figure {
    if let trace = arguments.points("of")?.trace { return lossFigure(trace) }
    guard !arguments.has("of"), let model = lastModel, !model.losses.isEmpty else {
      let found =
        arguments.has("of")
        ? "points of no trace"
        : lastModel.map { "\($0.name), whose fit reports no loss" } ?? "neither"
      throw Diagnostic(
        .wrongKind(
          expected: "a trace, as 'plot loss of=t' after 'let t = trace ...', or a network trained before",
          found: found), at: span)
    }
    return lossFigure(model)
  }

  /// Losses of the parts of a fit over its checkpoints.
  func lossFigure(_ model: TrainedModel) -> Figure {
    let series = model.losses.flatMap { curve -> [Figure.Series] in
      let steps = curve.steps.map(Double.init)
      // "joint, network 1 of 5": the title names the model.
      let name =
        curve.name.hasPrefix(model.name + ", ")
        ? String(curve.name.dropFirst(model.name.count + 2)) : curve.name
      let line = Figure.Series(name, points: [steps, curve.losses], isLine: true)
      guard curve.heldBack.count == steps.count else { return [line] }
      return [
        line, Figure.Series("\(name), held back", points: [steps, curve.heldBack], isLine: true),
      ]
    }
    let isPositive = model.losses.allSatisfy { $0.losses.allSatisfy { $0 > 0 } }
    return Figure(
      title: "training loss of \(model.name)", kind: .plane,
      axes: [Figure.Axis("checkpoint"), Figure.Axis("loss", isLog: isPositive)], series: series)
  }
}
