/// How well a surrogate predicts points that it was not fitted to.
public struct Validation: Sendable {
  public struct Objective: Sendable {
    public let name: String
    public let scores: RegressionScores
    /// Of every point, in the user's sense; NaN where the simulation failed.
    public let observed: [Double]
    public let predicted: [Double]
    /// Standard deviation of every prediction; empty for a model that does not know it.
    public let deviation: [Double]
  }

  public struct Constraint: Sendable {
    public let name: String
    public let scores: ClassificationScores
    /// Of the margin, where one is predicted.
    public let margin: RegressionScores?
    /// Of every point: 1 or 0, NaN where unknown.
    public let truth: [Double]
    /// Predicted, of 1.
    public let probability: [Double]

    init(_ name: String, truth: [Double], probability: [Double], margin: RegressionScores?) {
      scores = ClassificationScores(truth: truth, probability: probability)
      (self.name, self.margin, self.truth, self.probability) = (name, margin, truth, probability)
    }
  }

  /// Which predictions were judged.
  public enum Judged: Sendable, Equatable {
    /// Of models fitted to the other parts of the evaluated points.
    case folds(Int)
    /// Of one model at given points; so many of those were part of its training data and do not count.
    case points(taught: Int)
  }

  public let surrogate: String
  public let judged: Judged
  /// Points that were simulated and count.
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
    return validation(
      entry.name, .folds(folds), goal, scores, rows, held, predictsSuccess: layout.success != nil)
  }

  /// Judges a fitted model by evaluated points that were not part of its training data.
  ///
  /// - Parameter points: parameter values; what is known of each is looked up in the archive. A point that is given twice counts once,
  ///   and one that was rejected before any simulation not at all.
  /// - Throws: `TrainingError` where a point is not evaluated, or none is left to judge by.
  public func validate(_ model: TrainedModel, at points: [[Double]]) throws -> Validation {
    let scores = try scores()
    let prints = (0..<archive.count).map { fingerprint(archive.parameterValues($0)) }
    let evaluated = Dictionary(
      problem.learnedRows(scores).map { (prints[$0], $0) }, uniquingKeysWith: { first, _ in first })
    let rejected = Set(prints.indices.filter { scores.status[$0] == .rejected }.map { prints[$0] })
    let wanted = points.map(fingerprint).filter { !rejected.contains($0) }
    let places = wanted.map { evaluated[$0] }
    let unknown = places.count { $0 == nil }
    guard unknown == 0 else {
      throw TrainingError(
        "a model is judged by evaluated points, and \(unknown) of these \(wanted.count) are not: 'evaluate' comes first"
      )
    }
    let found = Set(places.compactMap { $0 }).sorted()
    let columns = model.set.inputs.columns
    let taught = Set(
      (0..<model.set.count).map { model.set.inputs.values[($0 * columns)..<(($0 + 1) * columns)] })
    let inputs = model.model.encoding.encode(found.map { archive.parameterValues($0) })
    let rows = found.indices.filter { !taught.contains(inputs.values[($0 * columns)..<(($0 + 1) * columns)]) }
      .map { found[$0] }
    guard !rows.isEmpty else {
      throw TrainingError(
        found.isEmpty
          ? "there is no point to judge the model by"
          : "the model was trained on all of these \(found.count) points; others are needed to judge it by")
    }
    let held = model.model.predict(rows.map { archive.parameterValues($0) })
    return validation(
      model.name, .points(taught: found.count - rows.count), model.goal, scores, rows, held,
      predictsSuccess: model.model.layout.success != nil)
  }

  /// Predictions at rows of the archive beside what became of those.
  private func validation(
    _ name: String, _ judged: Validation.Judged, _ goal: LearningGoal, _ scores: Scores, _ rows: [Int],
    _ held: ProblemPrediction, predictsSuccess: Bool
  ) -> Validation {
    let truth = { (column: [Double]) in
      rows.map { scores.status[$0] == .failed ? Double.nan : column[$0] }
    }
    let objectives = problem.objectives.indices.filter { _ in goal.mode != .constraints }.map { k in
      let sign: Double = problem.objectives[k].sense == .minimize ? 1 : -1
      let costs = truth(scores.costs[k])
      return Validation.Objective(
        name: problem.objectives[k].name,
        scores: RegressionScores(
          truth: costs, predicted: held.costs[k], variance: held.costVariance?[k]),
        observed: costs.map { sign * $0 }, predicted: held.costs[k].map { sign * $0 },
        deviation: held.costVariance?[k].map { max($0, 0).squareRoot() } ?? [])
    }
    var constraints = problem.constraints.indices.filter {
      goal.mode != .objectives && !problem.isKnownBefore(problem.constraints[$0])
    }.map { j in
      Validation.Constraint(
        problem.constraints[j].name, truth: truth(scores.satisfied[j]),
        probability: held.logOdds[j].map(logistic),
        margin: held.margins[j].isEmpty
          ? nil : RegressionScores(truth: truth(scores.margins[j]), predicted: held.margins[j]))
    }
    if predictsSuccess {
      constraints.append(
        Validation.Constraint(
          "simulation succeeds", truth: rows.map { scores.status[$0] == .failed ? 0 : 1 },
          probability: held.success.map(logistic), margin: nil))
    }
    return Validation(
      surrogate: name, judged: judged, count: rows.count, objectives: objectives, constraints: constraints)
  }
}
