import Foundation

/// What a Gaussian process is fitted by, in the units of the values it is given.
public struct GaussianHyperparameters: Codable, Hashable, Sendable {
  /// One per column, in units of the columns.
  public var lengthScales: [Double]
  public var signalVariance: Double
  public var noiseVariance: Double
  /// Constant prior mean.
  public var mean: Double

  public init(lengthScales: [Double], signalVariance: Double, noiseVariance: Double, mean: Double = 0) {
    (self.lengthScales, self.signalVariance) = (lengthScales, signalVariance)
    (self.noiseVariance, self.mean) = (noiseVariance, mean)
  }
}

/// Exact Gaussian process regression of one column of values at given hyperparameters, without any transformation
/// (Rasmussen and Williams 2006, algorithm 2.1), with the Matern 5/2 kernel.
public struct GaussianProcess: Sendable {
  public let hyperparameters: GaussianHyperparameters
  /// ln p(values | inputs, hyperparameters).
  public let logMarginalLikelihood: Double
  let posterior: KernelPosterior

  /// - Parameters:
  ///   - inputs: one row per value, all known.
  ///   - values: finite.
  /// - Throws: `TrainingError` where the covariance is not positive definite even with 1 % added to its diagonal.
  public init(inputs: Matrix, values: [Double], hyperparameters: GaussianHyperparameters) throws {
    precondition(inputs.rows == values.count && hyperparameters.lengthScales.count == inputs.columns)
    let n = values.count
    let gram = MaternGram(inputs)
    gram.update(hyperparameters.lengthScales)
    let ratio = hyperparameters.noiseVariance / hyperparameters.signalVariance
    for i in 0..<n { gram.lower[i * n + i] += ratio }
    guard let cholesky = Cholesky(gram.lower, order: n, jitters: Cholesky.growing) else {
      throw TrainingError("the covariance of \(n) points is not positive definite")
    }
    let residuals = values.map { $0 - hyperparameters.mean }
    let weights = cholesky.solve(residuals)
    let signal = hyperparameters.signalVariance
    logMarginalLikelihood =
      -0.5 * (BLAS.dot(residuals, weights) / signal + cholesky.logDeterminant)
      - 0.5 * Double(n) * log(2 * .pi * signal)
    posterior = KernelPosterior(
      inputs: inputs, lengthScales: hyperparameters.lengthScales, signalVariance: signal,
      mean: hyperparameters.mean, weights: weights, cholesky: cholesky)
    self.hyperparameters = hyperparameters
  }

  /// Fits the hyperparameters, without any transformation of the values but standardisation: type II maximum likelihood with
  /// the wide prior of `LengthScales`.
  ///
  /// - Throws: `TrainingError` where all values or all inputs are the same, or no start of the search works.
  public static func fitted(inputs: Matrix, values: [Double], stream: RandomStream) throws -> GaussianProcess
  {
    let (mean, deviation) = TargetTransform.moments(values)
    let scales = LengthScales(
      features: (0..<inputs.columns).map { .real(parameter: $0) }, inputs: inputs)
    let fit = HyperparameterFit(inputs: inputs, scales: scales, stream: stream)
    guard deviation > 0, scales.count > 0,
      var (found, _) = fit.fit(values.map { ($0 - mean) / deviation })
    else { throw TrainingError("no Gaussian process fits \(values.count) values that do not vary") }
    found.mean = mean + deviation * found.mean
    found.signalVariance *= deviation * deviation
    found.noiseVariance *= deviation * deviation
    return try GaussianProcess(inputs: inputs, values: values, hyperparameters: found)
  }

  /// Mean, and variance without observation noise, at each row.
  public func predict(_ inputs: Matrix) -> (mean: [Double], variance: [Double]) { posterior.predict(inputs) }

  /// The mean alone costs N operations a row instead of N^2.
  func predictMean(_ inputs: Matrix) -> [Double] { posterior.predictMean(inputs) }
}
