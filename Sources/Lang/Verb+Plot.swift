import Optim

extension Verb {
  static let plotVerb =
    Verb(
      "plot", "draw formulas against each other, or a curve, in the terminal or as an SVG file",
      arguments: [
        .optional(
          "what", .anything(Session.plotWords),
          "two formulas: scatter; three or more: scatter matrix; lists with kind=lines; points, a report, a model; or one of the words "
            + Session.plotWords.joined(separator: ", "),
          repeated: true)
      ],
      options: [
        Option("of", .points, nil, "the points to draw instead of all evaluated ones"),
        Option(
          "kind", .choice(["scatter", "matrix", "parallel", "lines", "slice"]), nil,
          "the form, where there is a choice; lines: a line per point from the values of a list, over those of a list before it; "
            + "slice: a trace over what the surrogate predicts"),
        Option("model", .model([]), nil, "what a slice shows; without it the model trained last"),
        Option(
          "against", .points, nil,
          "with kind=lines, points to draw beside them in grey, such as those of a first sample"),
        Option("by", .column, nil, "sort the points by this formula, smallest first"),
        Option("top", .integer(1...1_000_000), nil, "at most so many points, of those of against= as well"),
      ], condition: "keeps points that satisfy it", destination: "an SVG file", needs: [.parameters],
      result: .unknown(.figure),
      example: "benchmark \"bnh\"\nsample sobol 64\nevaluate\nplot f1 f2",
      keywords: ["figure", "draw", "scatter", "chart", "curve", "parallel", "svg"]
    ) { try $0.plot($1) }
}

extension Session {
  func plot(_ arguments: Arguments) throws -> Value {
    let figure = try figure(arguments)
    if let path = arguments.destination {
      guard let text = host.rendered(figure, for: path) else {
        throw SessionError(
          "cannot tell the format of \"\(path)\": expected a name that ends in \(host.figureEndings.joined(separator: " or "))"
        )
      }
      try host.write(text, to: place(path))
      host.note("wrote \(path)")
      return .nothing
    }
    return .figure(figure)
  }

  private func figure(_ arguments: Arguments) throws -> Figure {
    var formulas: [(value: Value, text: String, span: Span)] = []
    var source: Points? = arguments.points("of").map(answered)
    var isSlice = arguments.word("kind") == "slice"
    let isLines = arguments.word("kind") == "lines"
    for item in arguments.items["what"] ?? [] {
      switch item {
      case .word("constraints", _): return try constraintBars(arguments)
      case .word("conflicts", _): return try conflictMatrix(arguments)
      case .word("hypervolume", _): return try hypervolumeCurve(arguments)
      case .word("loss", let span): return try lossCurves(arguments, span)
      case .word("workers", _): return try workerBars()
      case .word("slice", _): isSlice = true
      case .word("pareto", _): source = try paretoPoints()
      case .word(let word, let span):
        throw Diagnostic(
          .wrongKind(
            expected: "formulas, points, or one of \(Self.plotWords.joined(separator: ", "))",
            found: "the word '\(word)'"),
          at: span)
      case .value(.figure(let figure), _): return figure
      case .value(.report(let report), let expression):
        guard let figure = report.figures.first else {
          throw Diagnostic(
            .wrongKind(expected: "something with a figure", found: "a report without one"),
            at: expression.span)
        }
        return figure
      case .value(.model(let model), let expression):
        guard !model.losses.isEmpty else {
          throw Diagnostic(
            .wrongKind(
              expected: "a model that was trained in steps, such as joint",
              found: "\(model.name), whose fit reports no loss"), at: expression.span)
        }
        return lossFigure(model)
      case .value(.points(let points), _): source = points
      case .value(let value, let expression):
        guard
          environment.tracer.kind(of: value) != nil
            || environment.isColumns(value) && (value.isSymbolic || isLines)
        else {
          throw Diagnostic(
            .wrongKind(expected: "formulas or points", found: value.kindName), at: expression.span)
        }
        formulas.append((value, expression.span.label, expression.span))
      }
    }
    if isSlice {
      let names = formulas.map { ($0.text, $0.span) }
      if let trace = source?.trace { return try sliceFigure(trace, names, arguments) }
      return try sliceFigure(names, through: source, arguments)
    }
    if formulas.isEmpty, let trace = source?.trace { return traceFigure(trace) }
    if isLines { return try linesFigure(formulas, of: source, arguments) }
    if arguments.has("against") {
      throw SessionError("against= goes with kind=lines, which draws its points in grey")
    }
    if formulas.isEmpty { formulas = try objectiveFormulas(arguments) }
    let points = try selected(
      source ?? archivePoints("all evaluated points") { $0 != .pending }, arguments)
    return try figure(of: formulas, points, isGiven: source != nil, kind: arguments.word("kind"))
  }

  private func linesFigure(
    _ formulas: [(value: Value, text: String, span: Span)], of source: Points?, _ arguments: Arguments
  ) throws -> Figure {
    guard !formulas.isEmpty else {
      throw SessionError("kind=lines draws lists: say which, as in 'plot times cell.v kind=lines'")
    }
    let points = try selected(source ?? archivePoints("all evaluated points") { $0 != .pending }, arguments)
    guard let against = arguments.points("against").map(answered) else {
      return try linesFigure(formulas, [(nil, points)])
    }
    let names = ["against", "of"].map { name in
      arguments.items[name]?.first?.span.label ?? "all evaluated points"
    }
    return try linesFigure(formulas, [(names[0], try selected(against, arguments)), (names[1], points)])
  }

  /// What `where`, `by=` and `top=` leave of points.
  private func selected(_ points: Points, _ arguments: Arguments) throws -> Points {
    try sorted(
      try filtered(points, arguments.condition), by: arguments.value("by"), top: arguments.integer("top"))
  }

  private func objectiveFormulas(_ arguments: Arguments) throws -> [(value: Value, text: String, span: Span)]
  {
    let names = environment.objectiveNames
    guard names.count >= 2 else {
      throw SessionError(
        "say what to plot: two formulas for a scatter plot, more for a matrix, or hypervolume or constraints")
    }
    return names.map { (environment[$0]!.value, $0, arguments.span) }
  }

  private func figure(
    of formulas: [(value: Value, text: String, span: Span)], _ points: Points, isGiven: Bool, kind: String?
  ) throws -> Figure {
    let evaluations = points.evaluations
    let columns = try columns(formulas, over: evaluations)
    let scores = try Scores(problem: campaign.problem, evaluations: evaluations)
    if columns.count == 1 { return overEvaluations(columns[0], points, scores) }
    let form: Figure.Kind
    switch (kind, columns.count) {
    case ("parallel", _): form = .parallel
    case ("matrix", 3...), (nil, 3...): form = .matrix
    case ("scatter", 2), (nil, 2): form = .plane
    case (let kind, let count): throw SessionError("kind=\(kind!) does not draw \(count) formulas")
    }
    let title =
      columns.count == 2
      ? "\(columns[1].name) against \(columns[0].name)" : columns.map(\.name).joined(separator: ", ")
    return Figure(
      title: title, kind: form, axes: columns.map(\.axis),
      series: series(columns, scores, isGiven ? points.title : nil),
      caption: "\(evaluations.count) point\(evaluations.count == 1 ? "" : "s")")
  }

  /// Infeasible, feasible and front points apart, the front on top; points of one verb are one series.
  private func series(_ columns: [PlottedColumn], _ scores: Scores, _ title: String?) -> [Figure.Series] {
    let take = { (rows: [Int]) in columns.map { column in rows.map { column.values[$0] } } }
    if let title { return [Figure.Series(title, role: .front, points: take(Array(scores.status.indices)))] }
    let feasible = scores.rows(.feasible)
    let front = Set(
      NonDominated.firstFront(scores.costs.map { column in feasible.map { column[$0] } }).map { feasible[$0] }
    )
    let hasFront = scores.costs.count >= 2 && !front.isEmpty
    let plain = hasFront ? feasible.filter { !front.contains($0) } : feasible
    var result: [Figure.Series] = []
    let others = scores.status.indices.filter { scores.status[$0] != .feasible }
    if !others.isEmpty { result.append(Figure.Series("infeasible", role: .infeasible, points: take(others))) }
    if !plain.isEmpty { result.append(Figure.Series("feasible", role: .feasible, points: take(plain))) }
    if hasFront { result.append(Figure.Series("front", role: .front, points: take(front.sorted()))) }
    return result
  }

  /// One formula: its values in the order of evaluation, with the best so far for an objective.
  private func overEvaluations(_ column: PlottedColumn, _ points: Points, _ scores: Scores) -> Figure {
    let places = points.rows.map(Double.init)
    let feasible = Set(scores.rows(.feasible))
    var series = [
      Figure.Series(
        "feasible", role: .feasible,
        points: [feasible.sorted().map { places[$0] }, feasible.sorted().map { column.values[$0] }])
    ]
    let others = places.indices.filter { !feasible.contains($0) }
    if !others.isEmpty {
      series.insert(
        Figure.Series(
          "infeasible", role: .infeasible,
          points: [others.map { places[$0] }, others.map { column.values[$0] }]), at: 0)
    }
    if let objective = campaign.problem.objectives.first(where: { $0.name == column.name }) {
      let better =
        objective.sense == .minimize
        ? { (a: Double, b: Double) in min(a, b) } : { (a: Double, b: Double) in max(a, b) }
      var best: [Double] = []
      for row in feasible.sorted() {
        best.append(best.last.map { better($0, column.values[row]) } ?? column.values[row])
      }
      series.append(
        Figure.Series(
          "best so far", role: .front, points: [feasible.sorted().map { places[$0] }, best], isLine: true))
    }
    return Figure(
      title: "\(column.name) over evaluations", kind: .plane, axes: [Figure.Axis("evaluation"), column.axis],
      series: series)
  }

  /// The hypervolume of the feasible front after every so many evaluations.
  private func hypervolumeCurve(_ arguments: Arguments) throws -> Figure {
    let all = points(arguments)
    guard environment.objectiveNames.count >= 2 else {
      throw SessionError("a hypervolume needs at least two objectives")
    }
    let scores = try Scores(problem: campaign.problem, evaluations: all.evaluations)
    let curve = HypervolumeCurve(scores, seed: campaign.seed)
    let axes = [Figure.Axis("evaluation"), Figure.Axis("hypervolume")]
    // As a scatter plot without points: no reason to end a script.
    guard let reference = curve.reference else {
      return Figure(
        title: "hypervolume over evaluations", kind: .plane, axes: axes, series: [],
        caption: "no evaluated point is feasible, so there is no hypervolume yet")
    }
    let estimate =
      curve.error > 0 ? "; estimated from random directions, ± \(Format.short(curve.error)) at most" : ""
    let line = Figure.Series(
      "hypervolume", role: .front, points: [curve.evaluations.map(Double.init), curve.values], isLine: true)
    return Figure(
      title: "hypervolume over evaluations", kind: .plane,
      axes: axes, series: [line],
      caption:
        "reference point \(Format.shortList(inUserSense(reference))): the front's worst values and a tenth of its range\(estimate)"
    )
  }

  /// What `plot` draws by name.
  static let plotWords = ["hypervolume", "constraints", "conflicts", "slice", "loss", "workers"]

  private func constraintReport(_ arguments: Arguments) throws -> (report: ConstraintReport, count: Int) {
    let all = points(arguments)
    let scores = try Scores(problem: campaign.problem, evaluations: all.evaluations)
    return (
      ConstraintReport(problem: campaign.problem, evaluations: all.evaluations, scores: scores),
      all.evaluations.count
    )
  }

  private func conflictMatrix(_ arguments: Arguments) throws -> Figure {
    let (report, count) = try constraintReport(arguments)
    return conflictMatrix(report, count)
  }

  private func constraintBars(_ arguments: Arguments) throws -> Figure {
    let (report, count) = try constraintReport(arguments)
    return constraintBars(report, count)
  }

  /// Share of evaluated points that satisfy each constraint.
  func constraintBars(_ report: ConstraintReport, _ count: Int) -> Figure {
    let bars =
      report.entries.map { Figure.Bar($0.name, $0.share) } + [Figure.Bar("all together", report.share)]
    return Figure(
      title: "constraints satisfied", kind: .bars(bars, unit: "%"),
      caption: "of \(count) evaluated points")
  }

  /// How often each pair is satisfied together, and whether more or less often than two that have nothing to do with each other.
  func conflictMatrix(_ report: ConstraintReport, _ count: Int) -> Figure {
    let names = report.entries.map(\.name)
    var cells = names.indices.map { i in
      names.indices.map { j -> Figure.Grid.Cell? in
        let share = report.entries[i].share
        guard i == j, !share.isNaN else { return nil }
        return Figure.Grid.Cell(
          shade: 0, text: Self.rounded(share), detail: "\(names[i]): satisfied by \(Format.percent(share))")
      }
    }
    for pair in report.pairs {
      let detail =
        "\(names[pair.first]) and \(names[pair.second]): both satisfied by \(Format.percent(pair.observed)), "
        + "\(Format.percent(pair.expected)) if independent"
      // The correlation of two yes/no columns.
      let cell = Figure.Grid.Cell(
        shade: pair.deviation / Double(pair.evaluated).squareRoot(), text: Self.rounded(pair.observed),
        detail: detail)
      cells[pair.first][pair.second] = cell
      cells[pair.second][pair.first] = cell
    }
    return Figure(
      title: "constraints satisfied together, in % of \(count) points",
      kind: .grid(Figure.Grid(rows: names, columns: names, cells: cells)),
      caption:
        "orange (-): less often together than if independent; blue (+): more often; the diagonal: alone")
  }

  /// Percent in three characters at most.
  private static func rounded(_ share: Double) -> String {
    let percent = 100 * share
    return percent > 0 && percent < 0.5 ? "<1" : "\(Int(percent.rounded()))"
  }
}
