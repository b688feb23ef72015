/// How well a surrogate predicts points that it was not fitted to.
public struct Validation: Sendable {
  public struct Objective: Sendable {
    public let name: String
    public let scores: RegressionScores
  }

  public struct Constraint: Sendable {
    public let name: String
    public let scores: ClassificationScores
    /// Of the margin, where one is predicted.
    public let margin: RegressionScores?
  }

  public let surrogate: String
  public let folds: Int
  /// Points that were simulated.
  public let count: Int
  public let objectives: [Objective]
  /// Those that are predicted, and the success of the simulation where some have failed.
  public let constraints: [Constraint]
}

extension Campaign {
  /// Cross-validates a surrogate on everything that was simulated. With `goal.subject` outputs, what is judged are the objectives and
  /// constraints computed from held-out outputs.
  ///
  /// - Returns: nil where it was interrupted.
  /// - Throws: `TrainingError` where there is too little to learn from.
  public func validate(
    _ entry: SurrogateEntry, goal: LearningGoal, options: SurrogateOptions, folds: Int,
    observer: any Observer
  ) throws -> Validation? {
    let scores = try scores()
    let (set, layout) = problem.trainingSet(archive, scores, goal)
    try check(set, layout)
    let result = try withIdleWorkers {
      try CrossValidation.run(
        entry, set, options: options, folds: folds, stream: RandomStream(seed: seed, purpose: .validation),
        observer: TrainingReport(observer, entry.name))
    }
    guard let result else { return nil }
    let rows = problem.learnedRows(scores)
    let held = PredictionReading(problem, goal, layout).read(
      result.prediction, at: rows.map { archive.parameterValues($0) })
    let truth = { (column: [Double]) in
      rows.map { scores.status[$0] == .failed ? Double.nan : column[$0] }
    }
    let objectives = problem.objectives.indices.filter { _ in goal.mode != .constraints }.map { k in
      Validation.Objective(
        name: problem.objectives[k].name,
        scores: RegressionScores(
          truth: truth(scores.costs[k]), predicted: held.costs[k], variance: held.costVariance?[k]))
    }
    var constraints = problem.constraints.indices.filter {
      goal.mode != .objectives && !problem.isKnownBefore(problem.constraints[$0])
    }.map { j in
      Validation.Constraint(
        name: problem.constraints[j].name,
        scores: ClassificationScores(
          truth: truth(scores.satisfied[j]), probability: held.logOdds[j].map(logistic)),
        margin: held.margins[j].isEmpty
          ? nil : RegressionScores(truth: truth(scores.margins[j]), predicted: held.margins[j]))
    }
    if layout.success != nil {
      constraints.append(
        Validation.Constraint(
          name: "simulation succeeds",
          scores: ClassificationScores(
            truth: rows.map { scores.status[$0] == .failed ? 0 : 1 },
            probability: held.success.map(logistic)), margin: nil))
    }
    return Validation(
      surrogate: entry.name, folds: folds, count: rows.count, objectives: objectives, constraints: constraints
    )
  }
}
