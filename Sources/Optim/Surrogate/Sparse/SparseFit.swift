import Foundation

/// Hyperparameters and inducing points of one sparse process.
///
/// The search is that of the exact process on a part of the data, which tells length scales of smooth functions; where that part leaves
/// something to noise, a bound with few inducing points on many rows looks again, since noise hides in few points. Inducing points are
/// rows of the data, chosen greedily with the length scales found. Last comes the ratio of noise to signal variance that the collapsed bound
/// on all data likes best: it also covers what the inducing points cannot tell.
struct SparseFit {
  struct Outcome: Sendable {
    var hyperparameters: GaussianHyperparameters
    /// Collapsed bound on all data.
    var bound: Double
    /// The part of the noise that is none: what inducing points cannot tell of what an exact process on a part of the data could.
    var unexplained: Double
    var inducing: Matrix
  }

  let search: HyperparameterFit
  /// Inducing points wanted.
  let count: Int
  /// Whether they move to where the bound is largest.
  var movesInducing = false

  /// Number of inducing points for so many rows, where none is asked for: a fifth, but 200 where there are as many rows and at most 1000.
  static func standardCount(rows: Int) -> Int { min(max(rows / 5, 200), 1000, rows) }

  /// The second look at noise: inducing points, rows, evaluations, and the ratio above which it pays.
  private static let (noisePoints, noiseRows, noiseEvaluations, noiseRatio) = (100, 4000, 25, log(1e-6))
  private static let warmEvaluations = 12
  private static let moveEvaluations = 60

  /// - Parameters:
  ///   - values: of about unit variance.
  ///   - warm: what an earlier fit or a part of the data came to: then only a few steps from there, or none where length scales are kept.
  /// - Returns: nil where no start of the search works.
  func fit(_ values: [Double], warm: GaussianHyperparameters? = nil, keepsLengthScales: Bool = false)
    -> Outcome?
  {
    let kept = warm.map(theta)
    let starts = keepsLengthScales ? [kept].compactMap { $0 } : thetas(values, kept)
    let outcomes = starts.compactMap { outcome(values, $0, inducing: inducing($0)) }
    guard var best = outcomes.max(by: { $0.bound < $1.bound }), let told = starts.first?[search.scales.count]
    else { return nil }
    if movesInducing, !keepsLengthScales, let moved = moved(values, best) { best = moved }
    best.unexplained = unexplained(best.hyperparameters, told: told)
    return best
  }

  private func unexplained(_ found: GaussianHyperparameters, told logRatio: Double) -> Double {
    max(found.noiseVariance - exp(logRatio) * found.signalVariance, 0)
  }

  /// What the searches on parts of the data come to: logarithms of length scales and ratio.
  private func thetas(_ values: [Double], _ warm: [Double]?) -> [[Double]] {
    let scales = search.scales
    var found: [Double]?
    if let warm {
      let rows = search.part(of: values, HyperparameterFit.subsetPoints)
      found = search.climb(values, from: warm, rows: rows, evaluations: Self.warmEvaluations)?.theta
    } else {
      found = search.startedManyTimes(values, onlyBest: true).first?.theta
    }
    guard let found else { return [] }
    guard values.count > HyperparameterFit.subsetPoints, found[scales.count] > Self.noiseRatio else {
      return [found]
    }
    return [found] + [relooked(values, from: found)].compactMap { $0 }
  }

  private func theta(_ found: GaussianHyperparameters) -> [Double] {
    search.scales.logarithms(found.lengthScales) + [log(found.noiseVariance / found.signalVariance)]
  }

  private func relooked(_ values: [Double], from theta: [Double]) -> [Double]? {
    let rows = search.part(of: values, Self.noiseRows) ?? Array(values.indices)
    let points = inducing(theta, at: rows, count: min(Self.noisePoints, count))
    let bound = CollapsedBound(
      inputs: search.inputs.subset(rows), values: rows.map { values[$0] }, inducing: points)
    return search.climb(bound, from: theta, evaluations: Self.noiseEvaluations, tolerance: 0.05)?.theta
  }

  /// Inducing points for given hyperparameters.
  func inducing(_ theta: [Double]) -> Matrix {
    let rows = InducingPoints.candidates(
      rows: search.inputs.rows, count: count, stream: search.stream.derived(3))
    return inducing(theta, at: rows, count: count)
  }

  private func inducing(_ theta: [Double], at rows: [Int], count: Int) -> Matrix {
    let candidates = search.inputs.subset(rows)
    let columns = search.scales.columns(theta[..<search.scales.count])
    return candidates.subset(InducingPoints.greedy(candidates, count: count, lengthScales: columns))
  }

  /// The best ratio for given length scales and inducing points, with the mean and the signal that go with it.
  func outcome(_ values: [Double], _ theta: [Double], inducing: Matrix) -> Outcome? {
    let columns = search.scales.columns(theta[..<search.scales.count])
    guard let kernel = InducingKernel(inducing, lengthScales: columns) else { return nil }
    let data = ProjectedData(inputs: search.inputs, values: [values], kernel: kernel)
    return outcome(data, 0, from: theta[search.scales.count])
  }

  /// The same from what the inducing points see.
  func outcome(_ data: ProjectedData, _ column: Int, from logRatio: Double) -> Outcome? {
    guard let (ratio, point) = bestRatio(data, column, from: logRatio) else { return nil }
    let hyperparameters = GaussianHyperparameters(
      lengthScales: data.kernel.lengthScales, signalVariance: point.signalVariance,
      noiseVariance: ratio * point.signalVariance, mean: point.mean)
    return Outcome(
      hyperparameters: hyperparameters, bound: point.value,
      unexplained: unexplained(hyperparameters, told: logRatio), inducing: data.kernel.inputs)
  }

  /// Climbs by steps of the ratio's logarithm that halve where neither way is better: each costs M^3 / 3 operations, whatever the number of
  /// rows.
  private func bestRatio(_ data: ProjectedData, _ column: Int, from start: Double) -> (
    ratio: Double, point: MarginalLikelihood.Point
  )? {
    let (lower, upper) = (search.leastRatio, HyperparameterFit.ratioBounds.upper)
    func look(_ logRatio: Double) -> (x: Double, point: MarginalLikelihood.Point)? {
      let x = min(max(logRatio, lower), upper)
      return data.solution(column, ratio: exp(x)).map { (x, $0.point) }
    }
    var best = look(start)
    var step = log(10.0)
    // A start that is singular needs more noise.
    var x = max(start, lower)
    while best == nil, x < upper {
      x += step
      best = look(x)
    }
    while let current = best, step > 0.2 {
      let next = [current.x - step, current.x + step].compactMap(look)
        .first { $0.point.value > current.point.value + 1e-6 }
      if let next { best = next } else { step /= 3 }
    }
    return best.map { (exp($0.x), $0.point) }
  }

  /// Inducing points, length scales and ratio climb the bound together, from a first outcome; within the range of the data. Nil where that
  /// does not raise the bound on all data.
  private func moved(_ values: [Double], _ first: Outcome) -> Outcome? {
    let rows = search.part(of: values, Self.noiseRows) ?? Array(values.indices)
    let (inputs, part) = (search.inputs.subset(rows), rows.map { values[$0] })
    let (scales, d) = (search.scales, search.inputs.columns)
    let theta = theta(first.hyperparameters)
    let columns = (0..<d).map(search.inputs.column)
    let lower = (0..<first.inducing.rows).flatMap { _ in columns.map { $0.min()! } }
    let upper = (0..<first.inducing.rows).flatMap { _ in columns.map { $0.max()! } }
    var climb = BoxLBFGS(
      lower: Array(repeating: LengthScales.bounds.lower, count: scales.count) + [search.leastRatio] + lower,
      upper: Array(repeating: LengthScales.bounds.upper, count: scales.count)
        + [HyperparameterFit.ratioBounds.upper] + upper)
    (climb.maximumEvaluations, climb.valueTolerance) = (Self.moveEvaluations, 0.05)
    // The first step is short beside the distances of the points.
    (climb.firstStep, climb.shouldStop) = (0.1, search.shouldStop)
    let result = climb.minimise(from: theta + first.inducing.values) { x in
      let points = Matrix(
        rows: first.inducing.rows, columns: d, values: Array(x[theta.count...]))
      let bound = CollapsedBound(inputs: inputs, values: part, inducing: points, movesInducing: true)
      guard
        let point = bound.evaluate(
          lengthScales: scales.columns(x[..<scales.count]), ratio: exp(x[scales.count])),
        let byInducing = bound.byInducing
      else { return (.infinity, x) }
      let prior = scales.logPrior(x[..<scales.count])
      let slopes = zip(scales.groups(point.byLengthScale), prior.gradient).map { -$0 - $1 }
      return (-point.value - prior.value, slopes + [-point.byRatio] + byInducing.values.map { -$0 })
    }
    guard result.value.isFinite else { return nil }
    let points = Matrix(rows: first.inducing.rows, columns: d, values: Array(result.x[theta.count...]))
    let outcome = outcome(values, Array(result.x[..<theta.count]), inducing: points)
    return outcome.flatMap { $0.bound > first.bound ? $0 : nil }
  }
}
