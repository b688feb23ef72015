import Foundation

/// Gaussian processes of what a network's means leave over, one per target that gains by it: kriging of the residuals, with the
/// network as the trend (universal kriging; Neuman and Jacobson 1984 call a regression followed by kriging "residual kriging").
///
/// A trend learns what is the same everywhere, from all outputs at once; a process learns what is special where there are points, and
/// knows how far from them it is. Both on the target's scale.
struct ResidualProcesses: Codable, Sendable {
  struct Part: Codable, Sendable {
    /// Target minus trend at the training points; NaN where unknown.
    var values: [Double]
    var hyperparameters: GaussianHyperparameters
    /// Number of points that length scales were searched for.
    var searchedPoints: Int
  }

  let inputs: Matrix
  /// One per target; nil where the trend stands alone.
  let parts: [Part?]
  private let processes: [GaussianProcess?]

  /// No part with a process.
  static let none = ResidualProcesses(inputs: Matrix(rows: 0, columns: 0), parts: [], processes: [])

  private init(inputs: Matrix, parts: [Part?], processes: [GaussianProcess?]) {
    (self.inputs, self.parts, self.processes) = (inputs, parts, processes)
  }

  /// Parts whose covariance is singular are left out.
  init(inputs: Matrix, parts: [Part?]) {
    let processes = parallelMap(parts.count) { k -> GaussianProcess? in
      guard let part = parts[k] else { return nil }
      let rows = part.values.indices.filter { !part.values[$0].isNaN }
      return try? GaussianProcess(
        inputs: inputs.subset(rows), values: rows.map { part.values[$0] },
        hyperparameters: part.hyperparameters
      )
    }
    self.inputs = inputs
    self.parts = zip(parts, processes).map { $1 == nil ? nil : $0 }
    self.processes = processes
  }

  private struct Stored: Codable {
    var inputs: Matrix
    var parts: [Part?]
  }

  init(from decoder: any Decoder) throws {
    let stored = try Stored(from: decoder)
    self.init(inputs: stored.inputs, parts: stored.parts)
  }

  func encode(to encoder: any Encoder) throws { try Stored(inputs: inputs, parts: parts).encode(to: encoder) }

  var count: Int { processes.count { $0 != nil } }
  var isEmpty: Bool { count == 0 }
  func has(_ target: Int) -> Bool { target < processes.count && processes[target] != nil }

  /// What a process adds to a target's mean, and the variance of the sum without the noise, at each row.
  struct Moments: Sendable {
    var mean: [Double]
    /// Empty where it was not asked for.
    var variance: [Double]
    var noise: Double
  }

  /// - Returns: one per target; nil where it has no process.
  func moments(_ inputs: Matrix, withVariance: Bool = true) -> [Moments?] {
    parallelMap(processes.count) { k in
      guard let process = processes[k] else { return nil }
      let noise = process.hyperparameters.noiseVariance
      guard withVariance else {
        return Moments(mean: process.predictMean(inputs), variance: [], noise: noise)
      }
      let (mean, variance) = process.predict(inputs)
      return Moments(mean: mean, variance: variance, noise: noise)
    }
  }

  /// Adds the gradient by the inputs of a function whose derivatives by the moments of every target are given.
  func addGradient(_ inputs: Matrix, byMean: [[Double]], byVariance: [[Double]], to gradient: inout Matrix) {
    let slopes = parallelMap(processes.count) { k in
      processes[k]?.posterior.gradient(inputs, byMean: byMean[k], byVariance: byVariance[k])
    }
    for slope in slopes {
      guard let slope else { continue }
      for i in gradient.values.indices { gradient.values[i] += slope.values[i] }
    }
  }
}

/// Decides which targets get a process of their residuals, and with which length scales.
struct ResidualFit {
  let set: TrainingSet
  let stream: RandomStream
  let warm: ResidualProcesses?
  let shouldStop: @Sendable () -> Bool

  /// Beyond so many points a process costs more than the networks.
  static let mostPoints = 2000
  /// Points that length scales are searched on; all that there are are looked at a few times afterwards.
  private static let searchPoints = 400
  private static let lastEvaluations = 10
  /// A process must take off so much of the root mean square residual.
  private static let leastGain = 0.05

  /// What is known of one target's process after looking at held-back residuals.
  struct Finding: Sendable {
    var hyperparameters: GaussianHyperparameters
    var searchedPoints: Int
    /// Of the residual at each row, from those of all other rows, on the target's scale; NaN where unknown.
    var mean: [Double]
    /// The same, observation noise included.
    var variance: [Double]
  }

  /// What the trend leaves over of one target, NaN where unknown.
  struct Residuals: Sendable {
    /// By the trend fitted to all rows, as far as that cannot overfit.
    var values: [Double]
    /// By trends that have not seen the row.
    var errors: [Double]

    /// How much larger the squared errors are than the squared values, at least 1.
    fileprivate var optimism: Double {
      func square(_ column: [Double]) -> Double { column.reduce(0) { $1.isNaN ? $0 : $0 + $1 * $1 } }
      let own = square(values)
      return own > 0 ? max(1, square(errors) / own) : 1
    }
  }

  /// - Returns: one per target; nil where a process would not help.
  func findings(_ residuals: [Residuals]) -> [Finding?] {
    guard set.count <= Self.mostPoints, set.count >= NetworkRecipe.fewestRows else {
      return residuals.map { _ in nil }
    }
    return parallelMap(residuals.count) { shouldStop() ? nil : finding(residuals[$0], $0) }
  }

  private func finding(_ found: Residuals, _ target: Int) -> Finding? {
    let residuals = found.values
    let rows = residuals.indices.filter { !residuals[$0].isNaN }
    let (centre, deviation) = TargetTransform.moments(rows.map { residuals[$0] })
    guard rows.count >= NetworkRecipe.fewestRows, deviation > 1e-9 else { return nil }
    // What the trend has learned by heart is missing in its residuals, but not in its errors.
    let square = deviation * deviation * found.optimism
    // Of unit variance, as the search of hyperparameters expects them.
    let values = rows.map { (residuals[$0] - centre) / deviation }
    let inputs = set.inputs.subset(rows)
    let scales = LengthScales(features: set.features, inputs: inputs)
    guard scales.count > 0, let (fitted, searched) = search(values, inputs, scales, target) else {
      return nil
    }
    let likelihood = MarginalLikelihood(inputs: inputs, values: values)
    guard
      let left = likelihood.leaveOneOut(
        lengthScales: fitted.lengthScales, ratio: fitted.noiseVariance / fitted.signalVariance),
      gain(values, left.mean) >= Self.leastGain
    else { return nil }
    var finding = Finding(
      hyperparameters: GaussianHyperparameters(
        lengthScales: fitted.lengthScales, signalVariance: fitted.signalVariance * square,
        noiseVariance: fitted.noiseVariance * square, mean: centre + deviation * fitted.mean),
      searchedPoints: searched, mean: residuals.map { _ in .nan }, variance: residuals.map { _ in .nan })
    for (place, row) in rows.enumerated() {
      finding.mean[row] = centre + deviation * left.mean[place]
      finding.variance[row] = square * left.variance[place]
    }
    return finding
  }

  /// The share of the root mean square that leave-one-out predictions take off.
  private func gain(_ values: [Double], _ predicted: [Double]) -> Double {
    let before = values.reduce(0) { $0 + $1 * $1 }
    let after = zip(values, predicted).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
    return before > 0 ? 1 - (after / before).squareRoot() : 0
  }

  /// Hyperparameters and the number of points they were searched for; nil where a process on a part does not help.
  private func search(_ values: [Double], _ inputs: Matrix, _ scales: LengthScales, _ target: Int) -> (
    GaussianHyperparameters, Int
  )? {
    var whole = HyperparameterFit(inputs: inputs, scales: scales, stream: stream.derived(UInt64(target)))
    whole.shouldStop = shouldStop
    if let warm, warm.inputs.columns == inputs.columns, warm.has(target), let part = warm.parts[target] {
      if Double(values.count) < 1.1 * Double(part.searchedPoints),
        let (kept, _) = whole.kept(values, part.hyperparameters)
      {
        return (kept, part.searchedPoints)
      }
      return whole.fit(values, from: .earlier(part.hyperparameters, evaluations: Self.lastEvaluations)).map {
        ($0.0, values.count)
      }
    }
    guard let rows = DataPart(size: Self.searchPoints, stream: whole.stream.derived(2)).rows(of: [values])
    else {
      return whole.fit(values).map { ($0.0, values.count) }
    }
    var part = HyperparameterFit(inputs: inputs.subset(rows), scales: scales, stream: whole.stream)
    part.shouldStop = shouldStop
    let some = rows.map { values[$0] }
    guard let (start, _) = part.fit(some),
      let left = MarginalLikelihood(inputs: part.inputs, values: some).leaveOneOut(
        lengthScales: start.lengthScales, ratio: start.noiseVariance / start.signalVariance),
      gain(some, left.mean) >= Self.leastGain
    else { return nil }
    return whole.fit(values, from: .earlier(start, evaluations: Self.lastEvaluations)).map {
      ($0.0, values.count)
    }
  }
}
