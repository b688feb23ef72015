import Foundation

/// The probability of a yes/no answer by Gaussian process classification about a linear trend, the logistic regression of the
/// answers: labels say so little that a process alone spends most of them on the slope that most constraints have.
struct GaussianClassifier: Sendable {
  struct Hyperparameters: Codable, Hashable, Sendable {
    var lengthScales: [Double]
    var signalVariance: Double
    /// Prior mean of the latent function, in log odds.
    var trend: LinearFunction
  }

  /// How the posterior of the latent function is made a normal one.
  enum Approximation: String, Codable, Sendable {
    case laplace, variational

    /// Where searches for one length scale begin: that in sqrt(columns), and the signal variance. A weak signal about the trend and a strong one
    /// are optima of their own.
    fileprivate var starts: [(scale: Double, signal: Double)] {
      switch self {
      case .laplace: [(0.5, 3)]
      case .variational: [(0.5, 3), (1.5, 100)]
      }
    }

    /// Places around the best of those that a search begins at besides. Up to as many labels as hyperparameters are chosen by, Laplace's
    /// search is most of a fit, and more starts gained nothing.
    fileprivate func extraStarts(labels: Int) -> Int {
      switch self {
      case .laplace: labels > GaussianClassifier.subsetPoints ? 2 : 0
      case .variational: 4
      }
    }

    func likelihood(inputs: Matrix, labels: [Double], mean: [Double]) -> any ClassificationLikelihood {
      switch self {
      case .laplace: LaplaceLikelihood(inputs: inputs, labels: labels, mean: mean)
      case .variational: VariationalLikelihood(inputs: inputs, labels: labels, mean: mean)
      }
    }
  }

  let hyperparameters: Hyperparameters
  private let posterior: KernelPosterior

  init(hyperparameters: Hyperparameters, posterior: KernelPosterior) {
    (self.hyperparameters, self.posterior) = (hyperparameters, posterior)
  }

  /// - Throws: `TrainingError` where the approximation does not converge.
  init(
    inputs: Matrix, labels: [Double], hyperparameters: Hyperparameters,
    by approximation: Approximation = .laplace
  ) throws {
    let likelihood = approximation.likelihood(
      inputs: inputs, labels: labels, mean: hyperparameters.trend(inputs))
    guard
      let posterior = likelihood.posterior(
        lengthScales: hyperparameters.lengthScales, signalVariance: hyperparameters.signalVariance)
    else { throw TrainingError("the classification of \(labels.count) points does not converge") }
    (self.hyperparameters, self.posterior) = (hyperparameters, posterior)
  }

  /// Log odds of the probability averaged over the latent function, by MacKay's approximation
  /// m / sqrt(1 + pi v / 8) ("The evidence framework applied to classification networks", 1992).
  func logOdds(_ inputs: Matrix) -> [Double] {
    let (mean, variance) = latent(inputs)
    return zip(mean, variance).map { $0 / (1 + .pi / 8 * $1).squareRoot() }
  }

  private func latent(_ inputs: Matrix) -> (mean: [Double], variance: [Double]) {
    let (deviation, variance) = posterior.predict(inputs)
    return (zip(hyperparameters.trend(inputs), deviation).map { $0 + $1 }, variance)
  }

  /// Gradient of a function of the log odds whose derivatives are given.
  func gradient(_ inputs: Matrix, seeds: [Double]) -> Matrix {
    let (mean, variance) = latent(inputs)
    let factors = variance.map { 1 / (1 + .pi / 8 * $0).squareRoot() }
    let byMean = zip(seeds, factors).map { $0 * $1 }
    var gradient = posterior.gradient(
      inputs, byMean: byMean,
      byVariance: seeds.indices.map { -byMean[$0] * mean[$0] * (.pi / 16) * factors[$0] * factors[$0] })
    for i in 0..<inputs.rows {
      for j in 0..<inputs.columns { gradient[i, j] += byMean[i] * hyperparameters.trend.weights[j] }
    }
    return gradient
  }

  /// Points by which the hyperparameters are chosen; labels say little about them, and a mode costs several factorisations.
  fileprivate static let subsetPoints = 300

  /// Hyperparameters by type II maximum likelihood with weak priors on the logarithms of the length scales
  /// (`LengthScales`) and of the signal variance (mean ln 3, deviation 1.5: odds of up to a few hundred).
  static func fit(
    inputs: Matrix, labels: [Double], scales: LengthScales, stream: RandomStream, warm: Hyperparameters?,
    by approximation: Approximation, shouldStop: @escaping () -> Bool
  ) throws -> Hyperparameters {
    let trend = LogisticRegression.onComponents(inputs, labels, stream: stream)
    var (rows, stream) = (Array(labels.indices), stream)
    if rows.count > subsetPoints {
      stream.shuffle(&rows)
      rows = rows.prefix(subsetPoints).sorted()
    }
    let likelihood = approximation.likelihood(
      inputs: inputs.subset(rows), labels: rows.map { labels[$0] }, mean: trend(inputs.subset(rows)))
    let count = scales.count
    /// Minus the log posterior of (log length scales, log signal variance).
    func objective(_ theta: [Double]) -> (value: Double, gradient: [Double]) {
      guard
        let point = likelihood.evaluate(
          lengthScales: scales.columns(theta[..<count]), signalVariance: exp(theta[count]))
      else { return (.infinity, theta) }
      let prior = scales.logPrior(theta[..<count])
      let deviation = theta[count] - log(3)
      return (
        -point.value - prior.value + deviation * deviation / 4.5,
        zip(scales.groups(point.byLengthScale), prior.gradient).map { -$0 - $1 }
          + [-point.bySignal + deviation / 2.25]
      )
    }
    func search(_ size: Int, _ evaluations: Int) -> BoxLBFGS {
      var search = BoxLBFGS(
        lower: Array(repeating: LengthScales.bounds.lower, count: size) + [log(0.05)],
        upper: Array(repeating: LengthScales.bounds.upper, count: size) + [log(1e3)])
      (search.maximumEvaluations, search.valueTolerance) = (evaluations, 0.02)
      (search.gradientTolerance, search.shouldStop) = (0.05, shouldStop)
      return search
    }
    var start = warm.map { scales.logarithms($0.lengthScales) + [log($0.signalVariance)] }
    if start == nil {
      let commons = approximation.starts.map { scale, signal in
        search(1, 25).minimise(from: [log(scale * Double(max(count, 1)).squareRoot()), log(signal)]) {
          let point = objective(Array(repeating: $0[0], count: count) + [$0[1]])
          return (point.value, [point.gradient.dropLast().reduce(0, +), point.gradient[count]])
        }
      }
      let common = commons.min { $0.value < $1.value }!
      start = Array(repeating: common.x[0], count: count) + [common.x[1]]
      // Short climbs from places around it, since labels of few points have many optima.
      let around = (0..<approximation.extraStarts(labels: labels.count)).map { _ in
        (0..<count).map { _ in common.x[0] + 0.6 * stream.normal() } + [common.x[1]]
      }
      if !around.isEmpty {
        let tried = ([start!] + around).map { search(count, 15).minimise(from: $0, objective) }
        start = tried.min { $0.value < $1.value }!.x
      }
    }
    let result = search(count, warm == nil ? 40 : 10).minimise(from: start!, objective)
    guard result.value.isFinite else {
      throw TrainingError("no Gaussian process classifier fits the \(labels.count) labels")
    }
    return Hyperparameters(
      lengthScales: scales.columns(result.x[..<count]), signalVariance: exp(result.x[count]), trend: trend)
  }
}
