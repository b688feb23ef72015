/// A surrogate together with the problem that it stands for: predictions of costs and of the probability of every constraint.
///
/// Constraints known before simulating are computed, not predicted.
public struct ProblemModel: Sendable {
  public let problem: Problem
  public let goal: LearningGoal
  public let layout: TargetLayout
  public let surrogate: any Surrogate
  public let encoding: FeatureEncoding
  private let reading: PredictionReading

  /// - Parameter layout: as `Problem.trainingSet` gave it with the set that `surrogate` was fitted to.
  public init(problem: Problem, goal: LearningGoal, layout: TargetLayout, surrogate: any Surrogate) {
    (self.problem, self.goal, self.layout, self.surrogate) = (problem, goal, layout, surrogate)
    encoding = FeatureEncoding(problem.space)
    reading = PredictionReading(problem, goal, layout)
  }

  /// Whether every objective and every constraint is predicted, as a search needs it.
  public var predictsObjectives: Bool { goal.mode != .constraints }

  /// Predictions at parameter values, row by row.
  public func predict(_ points: [[Double]]) -> ProblemPrediction {
    reading.read(surrogate.predict(encoding.encode(points)), at: points)
  }

  /// Predictions for ranking many points; see `Surrogate.predictMeans`.
  func predictMeans(_ points: [[Double]]) -> ProblemPrediction {
    reading.read(surrogate.predictMeans(encoding.encode(points)), at: points)
  }

  /// Predictions at points of the unit cube (n x parameters) and the gradient there of a function of them.
  ///
  /// Steps are taken as reals, labels as the cell they are in; both have no slope where a parameter does not exist. `seeds` gives
  /// the function's derivatives with respect to each predicted value; rows are independent.
  public func gradient(unit: Matrix, seeds: (ProblemPrediction) -> ProblemSeeds) -> (
    prediction: ProblemPrediction, gradient: Matrix
  ) {
    let relaxed = RelaxedPoints(problem.space, unit)
    let known = Known(problem, relaxed.columns, count: unit.rows)
    var own = Matrix(rows: unit.rows, columns: problem.space.count)
    var result: ProblemPrediction?
    let inputs = encoding.encode(unit: unit)
    let (_, gradient) = surrogate.gradient(inputs) { prediction in
      let samples = reading.samples(prediction, known)
      let assembled = reading.assemble(prediction, known, samples)
      result = assembled
      let wanted = seeds(assembled)
      known.addGradient(of: wanted, relaxed, to: &own)
      guard let composite = reading.composite, let samples else {
        return disassemble(wanted, targets: prediction.mean.count, labels: prediction.logOdds.count)
      }
      return composite.seeds(wanted, prediction, samples, relaxed, layout, &own)
    }
    var sum = encoding.pullBack(gradient, at: inputs)
    for i in sum.values.indices { sum.values[i] += own.values[i] }
    return (result!, sum)
  }

  private func disassemble(_ seeds: ProblemSeeds, targets: Int, labels: Int) -> PredictionSeeds {
    func spread(_ columns: [[Double]], _ places: [Int?], _ result: inout [[Double]]) {
      for (column, place) in zip(columns, places) {
        if let place, !column.isEmpty { result[place] = column }
      }
    }
    let rows = seeds.count
    let zeros = { (count: Int) in Array(repeating: Array(repeating: 0.0, count: rows), count: count) }
    var result = PredictionSeeds(mean: zeros(targets), logOdds: zeros(labels))
    spread(seeds.costs, layout.objectives, &result.mean)
    spread(seeds.margins, layout.margins, &result.mean)
    spread(seeds.logOdds, layout.labels, &result.logOdds)
    if let success = layout.success, !seeds.success.isEmpty { result.logOdds[success] = seeds.success }
    if !seeds.costVariance.isEmpty {
      result.variance = zeros(targets)
      spread(seeds.costVariance, layout.objectives, &result.variance)
    }
    return result
  }
}

/// What a surrogate's predictions mean for a problem.
struct PredictionReading: Sendable {
  let problem: Problem
  let layout: TargetLayout
  let composite: CompositePrediction?

  init(_ problem: Problem, _ goal: LearningGoal, _ layout: TargetLayout) {
    (self.problem, self.layout) = (problem, layout)
    composite = goal.subject == .outputs ? CompositePrediction(problem, layout, goal) : nil
  }

  /// At parameter values; the predictions may be held-out ones of a cross-validation.
  func read(_ prediction: Prediction, at points: [[Double]]) -> ProblemPrediction {
    let known = Known(problem, points)
    return assemble(prediction, known, samples(prediction, known))
  }

  func samples(_ prediction: Prediction, _ known: Known) -> OutputSamples? {
    composite.map { OutputSamples($0, prediction, known.columns, rows: known.count) }
  }

  func assemble(_ prediction: Prediction, _ known: Known, _ samples: OutputSamples?) -> ProblemPrediction {
    let rows = known.count
    var result = ProblemPrediction(
      costs: layout.objectives.map { $0.map { prediction.mean[$0] } ?? Array(repeating: .nan, count: rows) },
      costVariance: prediction.variance.map { variance in
        layout.objectives.map { $0.map { variance[$0] } ?? Array(repeating: .nan, count: rows) }
      },
      margins: layout.margins.map { $0.map { prediction.mean[$0] } ?? [] },
      logOdds: layout.labels.map {
        $0.map { prediction.logOdds[$0] } ?? Array(repeating: Known.certain, count: rows)
      },
      success: layout.success.map { prediction.logOdds[$0] } ?? [])
    if let composite, let samples { composite.fill(&result, samples) }
    known.fill(&result)
    return result
  }
}

/// What is predicted of a problem at some points; all columns have one value per row.
public struct ProblemPrediction: Sendable {
  /// `costs[k][row]`: smaller is better; NaN where objectives are not learned.
  public var costs: [[Double]]
  /// Variance of the predicted mean; nil where the surrogate does not know it.
  public var costVariance: [[Double]]?
  /// `margins[j][row]`: of constraint j, at least 0 inside; empty where there is none to predict.
  public var margins: [[Double]]
  /// `logOdds[j][row]` that constraint j is satisfied; large where constraints are not learned.
  public var logOdds: [[Double]]
  /// Log odds that the simulation succeeds; empty where none has failed.
  public var success: [Double]

  /// Probability that all constraints are satisfied and the simulation succeeds, taken as independent.
  public var feasibility: [Double] {
    let rows = costs.first?.count ?? logOdds.first?.count ?? success.count
    return (0..<rows).map { row in
      logOdds.reduce(success.isEmpty ? 1 : logistic(success[row])) { $0 * logistic($1[row]) }
    }
  }
}

/// Derivatives of a function with respect to a `ProblemPrediction`; an empty column or list stands for zeros.
public struct ProblemSeeds: Sendable {
  public let count: Int
  public var costs: [[Double]] = []
  public var costVariance: [[Double]] = []
  public var margins: [[Double]] = []
  public var logOdds: [[Double]] = []
  public var success: [Double] = []

  /// Zeros for a number of rows.
  public init(count: Int) { self.count = count }
}
