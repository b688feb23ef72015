/// Objectives and margins from learned outputs: mean and variance of every formula over a few normal samples of the outputs.
///
/// The square of an uncertain rate is larger on average than the square of its mean; samples know that, the formula at the mean
/// does not. They come in opposite pairs, the same ones at every point, so that the result is smooth in the parameters.
///
/// Where no sample gives a formula a value (the root of an output predicted negative), a simulation would count as failed:
/// success is ruled out there, and cost or margin is the worst one of the same call, so that nothing is ever NaN.
struct CompositePrediction: Sendable {
  struct Part {
    let formula: Formula
    /// -1 for a maximised objective.
    let sign: Double
  }

  /// Per objective and, after them, per constraint: nil where it is not composed.
  let parts: [Part?]
  let outputs: [String]
  /// `draws[s][k]`: standard normal number of sample s for output k.
  let draws: [[Double]]
  private let objectiveCount: Int
  private static let pairs = 8

  init(_ problem: Problem, _ layout: TargetLayout, _ goal: LearningGoal) {
    let objectives = problem.objectives.map { objective in
      goal.mode == .constraints
        ? nil : Part(formula: objective.formula, sign: objective.sense == .minimize ? 1 : -1)
    }
    let margins = problem.constraints.map { constraint -> Part? in
      guard goal.mode != .objectives, goal.labels == .margins, !problem.isKnownBefore(constraint),
        let margin = constraint.margin
      else { return nil }
      return Part(formula: margin, sign: 1)
    }
    parts = objectives + margins
    objectiveCount = objectives.count
    outputs = layout.outputs
    var random = RandomStream(seed: 0, purpose: .noise)
    let half = (0..<Self.pairs).map { _ in layout.outputs.map { _ in random.normal() } }
    draws = half + half.map { $0.map { -$0 } }
  }

  /// Sets costs, their variance, margins and their log odds.
  func fill(_ result: inout ProblemPrediction, _ samples: OutputSamples) {
    var isUndefined = [Bool]()
    for (place, part) in parts.enumerated() where part != nil {
      let moments = samples.moments[place]
      guard place < objectiveCount else {
        let j = place - objectiveCount
        let worst = min(moments.definedMean.min() ?? 0, 0)
        result.margins[j] = zip(moments.mean, moments.count).map { $1 > 0 ? $0 : worst }
        result.logOdds[j] = moments.mean.indices.map { i in
          moments.count[i] > 0 ? Self.logOdds(moments.mean[i], moments.variance[i]) : -Known.certain
        }
        continue
      }
      let worst = moments.definedMean.max() ?? 0
      result.costs[place] = zip(moments.mean, moments.count).map { $1 > 0 ? $0 : worst }
      result.costVariance?[place] = moments.variance
      if moments.count.contains(0) {
        if isUndefined.isEmpty { isUndefined = Array(repeating: false, count: samples.rows) }
        for i in moments.count.indices where moments.count[i] == 0 { isUndefined[i] = true }
      }
    }
    guard !isUndefined.isEmpty else { return }
    if result.success.isEmpty { result.success = isUndefined.map { _ in Known.certain } }
    for i in isUndefined.indices where isUndefined[i] { result.success[i] = -Known.certain }
  }

  /// The normal distribution function as a logistic one (their greatest difference is 0.01): ln(p / (1 - p)) = 1.702 z.
  private static func logOdds(_ mean: Double, _ variance: Double) -> Double {
    let z = mean / spread(mean, variance).squareRoot()
    return min(max(1.702 * z, -Known.certain), Known.certain)
  }

  /// A variance that is never 0.
  private static func spread(_ mean: Double, _ variance: Double) -> Double {
    variance + 1e-12 * mean * mean + 1e-300
  }

  /// Seeds for the outputs' means and variances; what depends on parameters directly is added to `own`.
  func seeds(
    _ wanted: ProblemSeeds, _ prediction: Prediction, _ samples: OutputSamples, _ relaxed: RelaxedPoints,
    _ layout: TargetLayout, _ own: inout Matrix
  ) -> PredictionSeeds {
    let zeros = Array(repeating: 0.0, count: wanted.count)
    var result = PredictionSeeds(
      mean: prediction.mean.map { _ in zeros }, logOdds: prediction.logOdds.map { _ in zeros })
    if prediction.variance != nil { result.variance = prediction.mean.map { _ in zeros } }
    for (place, part) in parts.enumerated() {
      guard part != nil, let (byMean, byVariance) = momentSeeds(place, wanted, samples.moments[place])
      else { continue }
      samples.addSeeds(place, byMean, byVariance, relaxed, &result, &own)
    }
    for (j, label) in layout.labels.enumerated() where wanted.logOdds.indices.contains(j) {
      if let label, !wanted.logOdds[j].isEmpty { result.logOdds[label] = wanted.logOdds[j] }
    }
    if let success = layout.success, !wanted.success.isEmpty {
      result.logOdds[success] = wanted.success
      for (place, part) in parts.enumerated() where part != nil && place < objectiveCount {
        let count = samples.moments[place].count
        for i in count.indices where count[i] == 0 { result.logOdds[success][i] = 0 }
      }
    }
    return result
  }

  /// The wanted derivatives as ones with respect to mean and variance of one formula; nil where there are none.
  private func momentSeeds(_ place: Int, _ wanted: ProblemSeeds, _ moments: OutputSamples.Moments) -> (
    mean: [Double], variance: [Double]
  )? {
    func column(_ columns: [[Double]], _ at: Int) -> [Double]? {
      columns.indices.contains(at) && !columns[at].isEmpty ? columns[at] : nil
    }
    let zeros = Array(repeating: 0.0, count: wanted.count)
    if place < objectiveCount {
      let (mean, variance) = (column(wanted.costs, place), column(wanted.costVariance, place))
      return mean == nil && variance == nil ? nil : (mean ?? zeros, variance ?? zeros)
    }
    let j = place - objectiveCount
    guard let odds = column(wanted.logOdds, j) else { return column(wanted.margins, j).map { ($0, zeros) } }
    var (byMean, byVariance) = (column(wanted.margins, j) ?? zeros, zeros)
    for i in 0..<wanted.count {
      let (mean, variance) = (moments.mean[i], moments.variance[i])
      guard abs(Self.logOdds(mean, variance)) < Known.certain else { continue }
      let spread = Self.spread(mean, variance)
      byMean[i] += odds[i] * 1.702 * variance / (spread * spread.squareRoot())
      byVariance[i] -= odds[i] * 1.702 * mean / (2 * spread * spread.squareRoot())
    }
    return (byMean, byVariance)
  }
}
