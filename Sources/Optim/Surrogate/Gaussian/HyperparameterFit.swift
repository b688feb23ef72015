import Foundation

/// Hyperparameters by maximum likelihood with the prior of `LengthScales`: type II maximum likelihood.
///
/// Starts with one length scale for all from several places, and lets the best one spread out over the columns; both on a part
/// of the data where there are many points, since what that costs grows with the cube of the number. Then a start from one length
/// scale for all is tried on many points as well, and only the last steps are taken on all of them.
struct HyperparameterFit {
  /// Of the noise's share in the signal's variance: for deterministic simulators it goes to the lower bound.
  static let ratioBounds = (lower: log(1e-8), upper: log(1e2))
  private static let isotropicPoints = 250
  static let subsetPoints = 400
  private static let selectionPoints = 400
  /// The least number of points of the climb that forgets what a smaller part has come to; half of all where that is more.
  private static let freshPoints = 1000
  private static let extraStarts = 5
  /// At most so many on all points, after the searches on a part of them.
  static let lastEvaluations = 40
  /// By which the ratio grows where a covariance is not positive definite.
  private static let jitterGrowth = log(10.0)

  let inputs: Matrix
  let scales: LengthScales
  var stream: RandomStream
  var shouldStop: () -> Bool = { false }
  /// Logarithm of the least ratio of noise to signal variance.
  var leastRatio = HyperparameterFit.ratioBounds.lower

  /// Logarithms of the length scales and of the ratio of noise to signal variance, and the likelihood with the prior that they reach.
  typealias Optimum = (theta: [Double], value: Double)

  /// What a search begins with.
  enum Start {
    case nothing
    /// What a part of the data has come to.
    case part(GaussianHyperparameters)
    /// What an earlier fit has come to: only so many evaluations from there.
    case earlier(GaussianHyperparameters, evaluations: Int)

    var hyperparameters: GaussianHyperparameters? {
      switch self {
      case .nothing: nil
      case .part(let found), .earlier(let found, _): found
      }
    }
  }

  /// Hyperparameters for values of about unit variance, and the log marginal likelihood they reach; nil where no start works.
  func fit(_ values: [Double], from start: Start = .nothing) -> (GaussianHyperparameters, Double)? {
    let best: Optimum?
    switch start {
    case .nothing where values.count <= Self.subsetPoints:
      best = startedManyTimes(values).max { $0.value < $1.value }
    case .nothing:
      guard let isotropic = isotropic(values) else { return nil }
      let found = startedManyTimes(values, around: isotropic, onlyBest: true).first
      best = climbedOnMany(values, from: found?.theta, isotropic)
    case .part(let found):
      best = climbedOnMany(values, from: theta(found), isotropic(values))
    case .earlier(let found, let evaluations):
      best = climb(values, from: theta(found), rows: nil, evaluations: evaluations)
    }
    return best.flatMap { finish(values, $0.theta) }
  }

  /// Logarithms of the groups' length scales and of the ratio of noise to signal variance.
  private func theta(_ found: GaussianHyperparameters) -> [Double] {
    scales.logarithms(found.lengthScales) + [log(found.noiseVariance / found.signalVariance)]
  }

  /// The better one of two optima, on all points: from what a part of a few hundred has come to, and from one length scale for all.
  ///
  /// Such a part may find that a parameter does not matter which more points show to matter, and a length scale that has grown long has
  /// no slope that leads back. With 15 parameters that cost 17 nats at 1,000 points and 133 at 2,000.
  private func climbedOnMany(_ values: [Double], from found: [Double]?, _ isotropic: Optimum?) -> Optimum? {
    let rows = part(of: values, max(Self.freshPoints, values.count / 2))
    let fresh = isotropic.flatMap {
      climb(
        values, from: Array(repeating: $0.theta[0], count: scales.count) + [$0.theta[1]], rows: rows,
        evaluations: Self.lastEvaluations)
    }
    let last = { (theta: [Double]) in
      climb(values, from: theta, rows: nil, evaluations: Self.lastEvaluations)
    }
    // On all of them already.
    if rows == nil { return [found.flatMap(last), fresh].compactMap { $0 }.max { $0.value < $1.value } }
    // One look decides where the last steps are taken.
    let looks = [found, fresh?.theta].compactMap { $0 }.compactMap {
      climb(values, from: $0, rows: nil, evaluations: 1)
    }
    return looks.max { $0.value < $1.value }.flatMap { last($0.theta) }
  }

  /// Short climbs from many places, and two of them to the end: the best, and the best of those that explain much less or much more
  /// by noise, since those are the optima that likelihoods of few points confuse.
  ///
  /// - Parameters:
  ///   - isotropic: The optimum with one length scale for all; it is looked for where nil.
  ///   - onlyBest: Whether the second one is left out.
  func startedManyTimes(_ values: [Double], around isotropic: Optimum? = nil, onlyBest: Bool = false)
    -> [Optimum]
  {
    guard let isotropic = isotropic ?? self.isotropic(values) else { return [] }
    var stream = stream.derived(0)
    let common = Array(repeating: isotropic.theta[0], count: scales.count)
    var starts = [common + [isotropic.theta[1]]]
    for number in 0..<Self.extraStarts {
      starts.append(common.map { $0 + 0.6 * stream.normal() } + [log(number % 2 == 0 ? 1e-3 : 0.1)])
    }
    let coarse = part(of: values, Self.isotropicPoints)
    let tried = starts.compactMap { climb(values, from: $0, rows: coarse, evaluations: 15, tolerance: 0.05) }
    let order = tried.sorted { $0.value > $1.value }
    guard let first = order.first else { return [] }
    let noise = { (theta: [Double]) in theta[scales.count] }
    let other = order.dropFirst().first { abs(noise($0.theta) - noise(first.theta)) > log(10) }
    let rows = part(of: values, Self.subsetPoints)
    let second = onlyBest ? nil : other ?? order.dropFirst().first
    return [first, second].compactMap { start in
      start.flatMap { climb(values, from: $0.theta, rows: rows, evaluations: 100) }
    }
  }

  /// One length scale for all columns; the likelihood that goes with it, on a part of the data.
  ///
  /// - Parameter start: Where to begin; at several places where nil.
  func isotropic(_ values: [Double], from start: [Double]? = nil) -> Optimum? {
    let rows = part(of: values, Self.isotropicPoints)
    let likelihood = likelihood(values, rows)
    var search = BoxLBFGS(
      lower: [LengthScales.bounds.lower, leastRatio],
      upper: [LengthScales.bounds.upper, Self.ratioBounds.upper])
    (search.maximumEvaluations, search.valueTolerance, search.shouldStop) = (25, 0.05, shouldStop)
    var best: Optimum?
    let common = 0.5 * log(Double(max(scales.count, 1)))
    for start in start.map({ [$0] }) ?? [[log(0.3) + common, log(1e-3)], [log(0.5) + common, log(0.1)]] {
      let result = search.minimise(from: start) { theta in
        let columns = scales.columns(ArraySlice(Array(repeating: theta[0], count: scales.count)))
        guard let point = likelihood.evaluate(lengthScales: columns, ratio: exp(theta[1])) else {
          return (.infinity, [0, 0])
        }
        let prior = scales.logPrior([theta[0]])
        let slope = scales.groups(point.byLengthScale).reduce(0, +) + prior.gradient[0]
        return (-point.value - prior.value, [-slope, -point.byRatio])
      }
      if result.value.isFinite, -result.value > best?.value ?? -.infinity {
        best = (result.x, -result.value)
      }
    }
    return best
  }

  /// Root mean square error of leave-one-out predictions in user's units, with far-out values drawn in, by a process with one
  /// length scale on a part of the data (Rasmussen and Williams 2006, eq. 5.12).
  ///
  /// - Parameter start: Where the search of (log length scale, log ratio) begins; returned is where it ended.
  func leaveOneOutError(
    _ transform: TargetTransform, _ values: [Double], measure: TargetTransform, from start: [Double]?
  ) -> (error: Double, theta: [Double])? {
    let rows = part(of: values, Self.selectionPoints) ?? Array(values.indices)
    let transformed = rows.map { transform(values[$0]) }
    let part = HyperparameterFit(inputs: inputs.subset(rows), scales: scales, stream: stream)
    guard let theta = part.isotropic(transformed, from: start)?.theta else { return nil }
    let columns = scales.columns(ArraySlice(Array(repeating: theta[0], count: scales.count)))
    let likelihood = MarginalLikelihood(inputs: part.inputs, values: transformed)
    guard let left = likelihood.leaveOneOut(lengthScales: columns, ratio: exp(theta[1])) else { return nil }
    let squares = rows.indices.map { i -> Double in
      let mean = transform.moments(mean: left.mean[i], variance: left.variance[i]).mean
      let error = measure(mean) - measure(values[rows[i]])
      return error * error
    }
    return ((squares.reduce(0, +) / Double(rows.count)).squareRoot(), theta)
  }

  func part(of values: [Double], _ size: Int) -> [Int]? {
    DataPart(size: size, stream: stream.derived(UInt64(size))).rows(of: [values])
  }

  private func likelihood(_ values: [Double], _ rows: [Int]?) -> MarginalLikelihood {
    guard let rows else { return MarginalLikelihood(inputs: inputs, values: values) }
    return MarginalLikelihood(inputs: inputs.subset(rows), values: rows.map { values[$0] })
  }

  func climb(
    _ values: [Double], from start: [Double], rows: [Int]?, evaluations: Int, tolerance: Double = 0.01
  ) -> Optimum? {
    climb(likelihood(values, rows), from: start, evaluations: evaluations, tolerance: tolerance)
  }

  func climb(
    _ likelihood: any ProcessLikelihood, from start: [Double], evaluations: Int, tolerance: Double = 0.01
  ) -> Optimum? {
    let count = scales.count
    var search = BoxLBFGS(
      lower: Array(repeating: LengthScales.bounds.lower, count: count) + [leastRatio],
      upper: Array(repeating: LengthScales.bounds.upper, count: count) + [Self.ratioBounds.upper])
    (search.maximumEvaluations, search.valueTolerance) = (evaluations, tolerance)
    (search.gradientTolerance, search.shouldStop) = (0.02, shouldStop)
    // What an earlier fit or a part of the data allowed may be singular with all of them: then more noise is needed.
    var start = start
    while true {
      let result = search.minimise(from: start) { theta in
        guard
          let point = likelihood.evaluate(
            lengthScales: scales.columns(theta[..<count]), ratio: exp(theta[count]))
        else { return (.infinity, theta) }
        let prior = scales.logPrior(theta[..<count])
        let slopes = zip(scales.groups(point.byLengthScale), prior.gradient).map { -$0 - $1 }
        return (-point.value - prior.value, slopes + [-point.byRatio])
      }
      if result.value.isFinite { return (result.x, -result.value) }
      guard start[count] < Self.ratioBounds.upper else { return nil }
      start[count] = max(start[count], leastRatio) + Self.jitterGrowth
    }
  }

  /// Length scales and the noise's share as they are, with the mean and the signal that are best for these values: one factorisation.
  /// Nil where the covariance is singular.
  func kept(_ values: [Double], _ earlier: GaussianHyperparameters) -> (GaussianHyperparameters, Double)? {
    finish(values, theta(earlier))
  }

  private func finish(_ values: [Double], _ theta: [Double]) -> (GaussianHyperparameters, Double)? {
    finish(MarginalLikelihood(inputs: inputs, values: values), theta)
  }

  func finish(_ likelihood: any ProcessLikelihood, _ theta: [Double]) -> (GaussianHyperparameters, Double)? {
    let columns = scales.columns(theta[..<scales.count])
    let ratio = exp(theta[scales.count])
    guard let point = likelihood.value(lengthScales: columns, ratio: ratio) else { return nil }
    return (
      GaussianHyperparameters(
        lengthScales: columns, signalVariance: point.signalVariance,
        noiseVariance: ratio * point.signalVariance, mean: point.mean), point.value
    )
  }
}
