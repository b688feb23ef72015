import Optim

extension Verb {
  static let searchVerbs: [Verb] = [
    optimizeVerb,
    Verb(
      "pareto", "the feasible points that no other one beats, and help with choosing one of them",
      arguments: [
        .optional(
          "choice", .choice(FrontChoice.allCases.map(\.rawValue)),
          "knee: farthest below the plane through the ends; tradeoff: where the front bends most sharply; topsis: ranked by closeness to the ideal"
        )
      ],
      options: [
        Option(
          "weights", .numbers, nil,
          "importance of the objectives: for topsis; alone, the points closest to these pseudo-weights come first"
        ),
        Option("by", .column, nil, "sort by this formula, smallest first"),
        Option(
          "top", .integer(1...1_000_000), nil, "at most so many; of knee and tradeoff one unless it is given"),
        Option("of", .points, nil, "among these points instead of all evaluated ones"),
      ], needs: [.parameters, .objectives], result: .unknown(.points),
      example: "benchmark \"bnh\"\nsample sobol 64\nevaluate\npareto topsis weights=[2, 1] top=3",
      keywords: [
        "front", "best", "knee", "non-dominated", "decision", "choose", "compromise", "bend", "weights",
      ]
    ) { try $0.pareto($1) },
    Verb(
      "constraints",
      "how often each constraint is satisfied, which ones conflict, and what other thresholds would pass",
      options: [
        Option(
          "whatif", .constraint, nil,
          "a constraint with a margin: the feasible share and the front under other thresholds of it"),
        Option("of", .points, nil, "among these points instead of all evaluated ones"),
      ],
      needs: [.parameters, .constraints], result: .unknown(.table),
      example: "benchmark \"bnh\"\nsample sobol 64\nevaluate\nconstraints whatif=inside",
      keywords: ["feasible", "satisfaction", "conflict", "threshold", "infeasible", "relax", "tighten"]
    ) { try $0.constraints($1) },
  ]
}

extension Session {
  /// The scores of points; the archive's own serve where nothing is pending.
  func scores(of points: Points, _ arguments: Arguments) throws -> Scores {
    !arguments.has("of") && points.evaluations.count == campaign.archive.count
      ? try campaign.scores() : try Scores(problem: campaign.problem, evaluations: points.evaluations)
  }

  /// The points that a verb is about: those of `of=`, or all evaluated ones.
  func evaluatedPoints(_ arguments: Arguments) throws -> Points {
    let all = points(arguments)
    if all.evaluations.isEmpty {
      throw SessionError("nothing is evaluated yet: 'sample' and 'evaluate' come first")
    }
    if all.evaluations.states.allSatisfy({ $0 == .pending }) {
      throw SessionError(
        "of: these \(all.evaluations.count) points are not evaluated yet; 'evaluate' them first"
      )
    }
    return all
  }

  func constraints(_ arguments: Arguments) throws -> Value {
    let all = try evaluatedPoints(arguments)
    let scores = try scores(of: all, arguments)
    if let name = arguments.word("whatif") { return try whatIf(name, all, scores, arguments) }
    let report = ConstraintReport(problem: campaign.problem, evaluations: all.evaluations, scores: scores)
    let extra = [report.thresholds, report.conflicts, report.impossible, report.failureTable].filter {
      $0.rowCount > 0
    }
    let figures =
      report.entries.count > 1
      ? [
        constraintBars(report, all.evaluations.count), conflictMatrix(report, all.evaluations.count),
      ] : []
    return .report(Report([report.summary] + extra, figures, isAside: true))
  }

  /// How the archive would look under other thresholds of one constraint.
  private func whatIf(_ name: String, _ all: Points, _ scores: Scores, _ arguments: Arguments) throws -> Value
  {
    let problem = campaign.problem
    let numeric = problem.constraints.filter { $0.margin != nil }.map(\.name)
    let choices = numeric.isEmpty ? "there is none" : "there are: \(numeric.joined(separator: ", "))"
    // The name was checked when the arguments were bound.
    let place = problem.constraints.firstIndex { $0.name == name }!
    guard problem.constraints[place].margin != nil else {
      throw Diagnostic(
        .runtime(
          "whatif: '\(name)' is a yes/no condition without a threshold to move; a comparison is wanted, \(choices)"
        ),
        at: arguments.span(of: "whatif"))
    }
    let curve = ThresholdCurve(
      problem: problem, evaluations: all.evaluations, scores: scores, constraint: place, seed: campaign.seed)
    if curve.known == 0 { throw SessionError("the margin of '\(name)' is not known for any point yet") }
    return .report(Report([whatIfTable(curve)], [whatIfFigure(curve)]))
  }

  private func whatIfTable(_ curve: ThresholdCurve) -> Table {
    let (steps, known) = (curve.steps, Double(curve.known))
    var columns = [
      Table.Column("relax by", .numbers(steps.map(\.shift))),
      Table.Column("", .texts(steps.indices.map { $0 == curve.present ? "now" : "" })),
      Table.Column("passing", .fractions(steps.map(\.passing))),
      Table.Column("feasible", .integers(steps.map(\.feasible))),
      Table.Column("share", .fractions(steps.map { Double($0.feasible) / known })),
      Table.Column("front", .integers(steps.map(\.front))),
    ]
    if steps.contains(where: { $0.hypervolume != nil }) {
      columns.append(Table.Column("hypervolume", .numbers(steps.map { $0.hypervolume?.value ?? .nan })))
      if steps.contains(where: { $0.hypervolume?.isExact == false }) {
        columns.append(Table.Column("±", .numbers(steps.map { $0.hypervolume?.error ?? .nan })))
      }
    }
    columns += campaign.problem.objectives.enumerated().map { j, objective in
      Table.Column("best \(objective.name)", unit: objective.unit, .numbers(steps.map { $0.best[j] }))
    }
    if steps.contains(where: { $0.unsimulated > 0 }) {
      columns.append(Table.Column("not simulated", .integers(steps.map(\.unsimulated))))
    }
    var title = "what if the threshold of \(curve.constraint) moved, over \(curve.known) points"
    if let reference = curve.reference, campaign.problem.objectives.count > 1 {
      title += "; reference point \(Format.shortList(inUserSense(reference)))"
    }
    return Table(title: title, columns)
  }

  private func whatIfFigure(_ curve: ThresholdCurve) -> Figure {
    let shifts = curve.steps.map(\.shift)
    let share = curve.steps.map { Double($0.feasible) / Double(curve.known) }
    return Figure(
      title: "share of points under other thresholds of \(curve.constraint)", kind: .plane,
      axes: [Figure.Axis("relax by"), Figure.Axis("share")],
      series: [
        Figure.Series(
          "satisfy \(curve.constraint)", role: .feasible, points: [shifts, curve.steps.map(\.passing)],
          isLine: true),
        Figure.Series("feasible", role: .front, points: [shifts, share], isLine: true),
        Figure.Series("now", role: .selected, points: [[0], [share[curve.present]]]),
      ], caption: "0 is the present threshold; negative is tighter")
  }
}
