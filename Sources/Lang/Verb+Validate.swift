import Optim

extension Verb {
  static let validationVerbs: [Verb] = [
    Verb(
      "validate",
      "how well a surrogate predicts points that it has not seen: by cross-validation, or at given points",
      arguments: [
        .optional("model", .model([]), "a model or the kind of one; without it the model trained last")
      ],
      options: [
        Option("folds", .integer(2...1000), "5", "parts that are left out in turn"),
        inducingOption,
        Option(
          "of", .points, nil,
          "evaluated points to judge the model by as it is; those it was trained on do not count"),
      ], needs: [.parameters], result: .unknown(.table),
      example: "benchmark \"bnh\"\nsample sobol 32\nevaluate\nvalidate gpr",
      keywords: ["cross-validation", "error", "accuracy", "calibration", "nrmse", "r2", "quality"]
    ) { try $0.validate($1) }
  ]
}

extension Session {
  func validate(_ arguments: Arguments) throws -> Value {
    if let points = arguments.points("of") { return try validate(arguments, at: points) }
    let entry: SurrogateEntry
    var (goal, options) = (LearningGoal(), SurrogateOptions())
    if arguments.model("model") == nil, let named = arguments.word("model").flatMap(Surrogates.named) {
      entry = named
    } else {
      let model = try model(arguments)
      entry = Surrogates.named(model.name)!
      (goal, options) = (model.goal, model.options)
    }
    options.inducing = try inducing(arguments, entry) ?? options.inducing
    let result = try campaign.validate(
      entry, goal: goal, options: options, folds: arguments.integer("folds")!, observer: host)
    guard let result else {
      host.note("interrupted before all folds were fitted; there is no result")
      return .nothing
    }
    return report(result)
  }

  private func validate(_ arguments: Arguments, at points: Points) throws -> Value {
    for name in ["folds", "inducing"] where arguments.has(name) {
      throw Diagnostic(
        .settingConflict(
          "'\(name)=' belongs to a cross-validation, and with 'of=' the model is judged as it is"),
        at: arguments.span(of: name))
    }
    guard points.evaluations.parameterNames == campaign.problem.space.names else {
      throw SessionError("these points have other parameters than the problem has now")
    }
    let result = try campaign.validate(
      try model(arguments), at: points.rows.indices.map(points.evaluations.parameterValues))
    if case .points(let taught) = result.judged, taught > 0 {
      host.note(
        "\(taught) of \(taught + result.count) points were part of the model's training data and do not count"
      )
    }
    return report(result)
  }

  private func report(_ result: Validation) -> Value {
    .report(
      Report(
        [objectiveTable(result), constraintTable(result)].filter { $0.rowCount > 0 },
        [validationFigure(result)], isAside: true))
  }

  func validationHeading(_ result: Validation) -> String {
    switch result.judged {
    case .folds(let folds): "\(result.surrogate), \(folds)-fold"
    case .points: "\(result.surrogate), at other points"
    }
  }

  private func objectiveTable(_ result: Validation) -> Table {
    let scores = result.objectives.map(\.scores)
    func numbers(_ name: String, _ value: (RegressionScores) -> Double) -> Table.Column {
      Table.Column(name, .numbers(scores.map(value)))
    }
    var columns = [
      Table.Column("objective", .texts(result.objectives.map(\.name))),
      Table.Column("n", .integers(scores.map(\.count))), numbers("NRMSE") { $0.nrmse },
      numbers("R2") { $0.r2 }, numbers("Spearman") { $0.spearman },
    ]
    if scores.contains(where: { !$0.coverage50.isNaN }) {
      columns += [
        Table.Column("in 50 %", .fractions(scores.map(\.coverage50))),
        Table.Column("in 90 %", .fractions(scores.map(\.coverage90))),
        numbers("residual") { $0.standardisedResidual },
      ]
    }
    return Table(title: "\(validationHeading(result)), \(result.count) points", columns)
  }

  private func constraintTable(_ result: Validation) -> Table {
    let scores = result.constraints.map(\.scores)
    func numbers(_ name: String, _ value: (ClassificationScores) -> Double) -> Table.Column {
      Table.Column(name, .numbers(scores.map(value)))
    }
    var columns = [
      Table.Column("constraint", .texts(result.constraints.map(\.name))),
      Table.Column("n", .integers(scores.map(\.count))), numbers("accuracy") { $0.accuracy },
      numbers("F1") { $0.f1 }, numbers("Brier") { $0.brier },
      numbers("calibration error") { $0.calibrationError },
      Table.Column("satisfied", .fractions(scores.map(\.rate))),
    ]
    if result.constraints.contains(where: { $0.margin != nil }) {
      columns.append(
        Table.Column("margin NRMSE", .numbers(result.constraints.map { $0.margin?.nrmse ?? .nan })))
    }
    let title = result.objectives.isEmpty ? validationHeading(result) : nil
    return Table(title: title, columns)
  }
}
