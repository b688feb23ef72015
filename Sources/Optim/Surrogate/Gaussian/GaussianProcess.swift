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

  /// Mean, and variance without observation noise, at each row.
  public func predict(_ inputs: Matrix) -> (mean: [Double], variance: [Double]) { posterior.predict(inputs) }
}
