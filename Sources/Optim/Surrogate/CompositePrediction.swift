/// Objectives and margins from learned outputs: mean and variance of every formula over a few normal samples of the outputs.
///
/// The square of an uncertain rate is larger on average than the square of its mean; samples know that, the formula at the mean
/// does not. They come in opposite pairs, the same ones at every point, so that the result is smooth in the parameters.
struct CompositePrediction: Sendable {
  private struct Part {
    let formula: Formula
    /// -1 for a maximised objective.
    let sign: Double
  }

  /// Per objective and, after them, per constraint: nil where it is not composed.
  private let parts: [Part?]
  private let objectiveCount: Int
  private let outputs: [String]
  /// `draws[s][k]`: standard normal number of sample s for output k.
  private let draws: [[Double]]
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
  func fill(_ result: inout ProblemPrediction, _ prediction: Prediction, _ parameters: [String: [Double]]) {
    let samples = Samples(self, prediction, parameters)
    if result.costVariance == nil, prediction.variance != nil { result.costVariance = result.costs }
    for (place, part) in parts.enumerated() {
      guard let part else { continue }
      let (mean, variance) = samples.moments(part)
      if place < objectiveCount {
        result.costs[place] = mean
        result.costVariance?[place] = variance
      } else {
        result.margins[place - objectiveCount] = mean
        result.logOdds[place - objectiveCount] = mean.indices.map { Self.logOdds(mean[$0], variance[$0]) }
      }
    }
  }

  /// The normal distribution function as a logistic one (their greatest difference is 0.01): ln(p / (1 - p)) = 1.702 z.
  private static func logOdds(_ mean: Double, _ variance: Double) -> Double {
    let z = mean / (variance + 1e-12 * mean * mean + 1e-300).squareRoot()
    return min(max(1.702 * z, -Known.certain), Known.certain)
  }

  /// Seeds for the outputs' means and variances; what depends on parameters directly is added to `own`.
  func seeds(
    _ wanted: ProblemSeeds, _ prediction: Prediction, _ relaxed: RelaxedPoints, _ layout: TargetLayout,
    _ own: inout Matrix
  ) -> PredictionSeeds {
    let samples = Samples(self, prediction, relaxed.columns)
    let rows = wanted.count
    let zeros = Array(repeating: 0.0, count: rows)
    var result = PredictionSeeds(
      mean: prediction.mean.map { _ in zeros }, logOdds: prediction.logOdds.map { _ in zeros })
    if prediction.variance != nil { result.variance = prediction.mean.map { _ in zeros } }
    for (place, part) in parts.enumerated() {
      guard let part, let (byMean, byVariance) = moments(of: place, part, wanted, samples) else { continue }
      samples.addSeeds(part, byMean, byVariance, relaxed, &result, &own)
    }
    for (j, label) in layout.labels.enumerated() where wanted.logOdds.indices.contains(j) {
      if let label, !wanted.logOdds[j].isEmpty { result.logOdds[label] = wanted.logOdds[j] }
    }
    if let success = layout.success, !wanted.success.isEmpty { result.logOdds[success] = wanted.success }
    return result
  }

  /// The wanted derivatives as ones with respect to mean and variance of one formula; nil where there are none.
  private func moments(of place: Int, _ part: Part, _ wanted: ProblemSeeds, _ samples: Samples) -> (
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
    let (mean, variance) = samples.moments(part)
    for i in 0..<wanted.count {
      let spread = variance[i] + 1e-12 * mean[i] * mean[i] + 1e-300
      guard abs(Self.logOdds(mean[i], variance[i])) < Known.certain else { continue }
      byMean[i] += odds[i] * 1.702 * variance[i] / (spread * spread.squareRoot())
      byVariance[i] -= odds[i] * 1.702 * mean[i] / (2 * spread * spread.squareRoot())
    }
    return (byMean, byVariance)
  }

  /// Sampled outputs at some points, sample after sample in one long column each.
  private struct Samples {
    let owner: CompositePrediction
    let rows: Int
    let count: Int
    private let columns: [String: [Double]]
    private let deviation: [[Double]]?

    init(_ owner: CompositePrediction, _ prediction: Prediction, _ parameters: [String: [Double]]) {
      self.owner = owner
      rows = parameters.values.first?.count ?? prediction.mean.first?.count ?? 0
      let spread = prediction.variance.map { $0.map { $0.map { max($0, 0).squareRoot() } } }
      let samples = spread == nil ? 1 : owner.draws.count
      var columns = parameters.mapValues { Array(repeatElement($0, count: samples).joined()) }
      for (k, name) in owner.outputs.enumerated() {
        columns[name] = (0..<samples).flatMap { s in
          prediction.mean[k].indices.map {
            prediction.mean[k][$0] + (spread?[k][$0] ?? 0) * owner.draws[s][k]
          }
        }
      }
      (deviation, count) = (spread, samples)
      self.columns = columns
    }

    private func values(_ part: Part) -> [Double] {
      try! part.formula.evaluate(rows: rows * count) { columns[$0] }[0].map { part.sign * $0 }
    }

    /// Mean and variance over the finite samples of every point.
    func moments(_ part: Part) -> (mean: [Double], variance: [Double]) {
      let values = values(part)
      var (mean, variance) = (Array(repeating: 0.0, count: rows), Array(repeating: 0.0, count: rows))
      for i in 0..<rows {
        let own = (0..<count).map { values[$0 * rows + i] }.filter(\.isFinite)
        guard !own.isEmpty else { continue }
        mean[i] = own.reduce(0, +) / Double(own.count)
        variance[i] = own.reduce(0) { $0 + ($1 - mean[i]) * ($1 - mean[i]) } / Double(own.count)
      }
      return (mean, variance)
    }

    func addSeeds(
      _ part: Part, _ byMean: [Double], _ byVariance: [Double], _ relaxed: RelaxedPoints,
      _ result: inout PredictionSeeds, _ own: inout Matrix
    ) {
      let values = values(part)
      let mean = moments(part).mean
      // mean = sum v / S, variance = sum (v - mean)^2 / S.
      let seeds = (0..<(rows * count)).map { at -> Double in
        let i = at % rows
        guard values[at].isFinite else { return 0 }
        return part.sign * (byMean[i] + 2 * byVariance[i] * (values[at] - mean[i])) / Double(count)
      }
      let gradient = try! part.formula.gradient(rows: rows * count, seeds: [seeds]) { columns[$0] }
      for (input, slope) in zip(part.formula.inputs, gradient.inputs) {
        if let k = owner.outputs.firstIndex(of: input) {
          for at in slope.indices where slope[at].isFinite {
            let (s, i) = (at / rows, at % rows)
            result.mean[k][i] += slope[at]
            if let deviation, deviation[k][i] > 0 {
              result.variance[k][i] += slope[at] * owner.draws[s][k] / (2 * deviation[k][i])
            }
          }
        } else if let j = relaxed.names.firstIndex(of: input) {
          for at in slope.indices where slope[at].isFinite {
            own[at % rows, j] += slope[at] * relaxed.slopes[j][at % rows]
          }
        }
      }
    }
  }
}
