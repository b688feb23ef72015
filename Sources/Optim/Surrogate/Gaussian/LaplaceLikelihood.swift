import Foundation

/// An approximate marginal likelihood of yes/no labels, and the posterior that goes with it.
protocol ClassificationLikelihood: AnyObject {
  /// Nil where the approximation does not converge.
  func evaluate(lengthScales: [Double], signalVariance: Double) -> LaplaceLikelihood.Point?

  /// Of the latent function's difference to its prior mean; nil where the approximation does not converge.
  func posterior(lengthScales: [Double], signalVariance: Double) -> KernelPosterior?
}

/// Gaussian process classification with the logistic likelihood, by Laplace's approximation
/// (Rasmussen and Williams 2006, sections 3.4 and 5.5.1, algorithms 3.1 and 5.1), about a given prior mean.
final class LaplaceLikelihood: ClassificationLikelihood {
  struct Point {
    /// Approximate log marginal likelihood.
    var value: Double
    var byLengthScale: [Double]
    /// By the logarithm of the signal variance.
    var bySignal: Double
  }

  private let gram: MaternGram
  /// 1 or 0.
  private let labels: [Double]
  /// Prior mean of the latent value at each point.
  private let mean: [Double]
  /// K^-1 (f - mean) at the mode of the latent values; where the next search for the mode starts.
  private var weights: [Double]

  init(inputs: Matrix, labels: [Double], mean: [Double]) {
    precondition(inputs.rows == labels.count && mean.count == labels.count)
    gram = MaternGram(inputs)
    (self.labels, self.mean) = (labels, mean)
    weights = Array(repeating: 0, count: labels.count)
  }

  private struct Mode {
    var latent: [Double]
    var root: [Double]
    /// Factor of B = I + W^1/2 K W^1/2.
    var factor: [Double]
    /// ln p(labels | f) - (f - mean)' K^-1 (f - mean) / 2.
    var logPosterior: Double
  }

  func evaluate(lengthScales: [Double], signalVariance: Double) -> Point? {
    let n = labels.count
    gram.update(lengthScales)
    guard let mode = findMode(signalVariance) else { return nil }
    let value = mode.logPosterior - 0.5 * Cholesky.logDeterminant(mode.factor, n)
    var inverse = mode.factor
    Cholesky.invert(&inverse, n)
    // Of the mode's own movement: 1/2 [(K^-1 + W)^-1]_ii d^3 ln p / df^3 = -(1 - [B^-1]_ii) (1 - 2 p) / 2.
    var trace = 0.0
    let s = (0..<n).map { i in
      trace += inverse[i * n + i]
      return -0.5 * (1 - inverse[i * n + i]) * (1 - 2 * logistic(mode.latent[i]))
    }
    // R = W^1/2 B^-1 W^1/2 in place.
    for i in 0..<n {
      for j in 0...i { inverse[i * n + j] *= mode.root[i] * mode.root[j] }
    }
    let ks = BLAS.symmetricMultiply(n, gram.lower, s).map { signalVariance * $0 }
    let q = zip(s, BLAS.symmetricMultiply(n, inverse, ks)).map { $0 - $1 }
    let deviations = zip(mode.latent, mean).map { $0 - $1 }
    let bySignal =
      0.5 * BLAS.dot(weights, deviations) - 0.5 * (Double(n) - trace) + BLAS.dot(q, deviations)
    let half = 0.5 * signalVariance
    let byLengthScale = gram.lengthScaleGradient(
      weights.map { half * $0 }, zip(weights, q).map { $0 + $1 }, q.map { half * $0 }, weights, scale: half,
      inverse)
    return Point(value: value, byLengthScale: byLengthScale, bySignal: bySignal)
  }

  /// The posterior of the latent function's difference to its prior mean; nil where the mode is not found.
  func posterior(lengthScales: [Double], signalVariance: Double) -> KernelPosterior? {
    gram.update(lengthScales)
    guard let mode = findMode(signalVariance) else { return nil }
    return KernelPosterior(
      inputs: gram.inputs, lengthScales: lengthScales, signalVariance: signalVariance, mean: 0,
      weights: weights.map { signalVariance * $0 },
      cholesky: Cholesky(factor: mode.factor, order: labels.count),
      rowScale: mode.root.map { signalVariance.squareRoot() * $0 })
  }

  /// Newton's method on the concave log posterior of the latent values, with halved steps where it overshoots.
  private func findMode(_ signal: Double) -> Mode? {
    let n = labels.count
    var (a, latent) = (weights, self.latent(weights, signal))
    var objective = logPosterior(a, latent)
    // A start from other hyperparameters may be worse than none.
    let zero = [Double](repeating: 0, count: n)
    let fresh = logPosterior(zero, self.latent(zero, signal))
    if !(objective >= fresh) { (a, latent, objective) = (zero, self.latent(zero, signal), fresh) }
    for _ in 0..<50 {
      let p = latent.map(logistic)
      let root = p.map { ($0 * (1 - $0)).squareRoot() }
      guard let factor = factor(root, signal) else { return nil }
      let b = (0..<n).map { i -> Double in
        let curvature = root[i] * root[i]
        return curvature * (latent[i] - mean[i]) + labels[i] - p[i]
      }
      let kb = BLAS.symmetricMultiply(n, gram.lower, b)
      let solved = Cholesky.solve(factor, n, (0..<n).map { root[$0] * signal * kb[$0] })
      let target = (0..<n).map { b[$0] - root[$0] * solved[$0] }
      var step = 1.0
      var (nextA, nextLatent, next) = (target, latent, -Double.infinity)
      while step > 1e-4 {
        nextA = (0..<n).map { a[$0] + step * (target[$0] - a[$0]) }
        nextLatent = self.latent(nextA, signal)
        next = logPosterior(nextA, nextLatent)
        if next >= objective { break }
        step /= 2
      }
      let gain = next - objective
      guard gain > 1e-10 else {
        weights = a
        return Mode(latent: latent, root: root, factor: factor, logPosterior: objective)
      }
      (a, latent, objective) = (nextA, nextLatent, next)
    }
    return nil
  }

  private func latent(_ a: [Double], _ signal: Double) -> [Double] {
    zip(mean, BLAS.symmetricMultiply(labels.count, gram.lower, a)).map { $0 + signal * $1 }
  }

  private func logPosterior(_ a: [Double], _ latent: [Double]) -> Double {
    var sum = 0.0
    for i in a.indices {
      // ln p(label | f) = -ln(1 + exp(-f)) for 1, with the sign turned for 0.
      let f = labels[i] > 0.5 ? latent[i] : -latent[i]
      sum -= (f > 0 ? log1p(exp(-f)) : log1p(exp(f)) - f) + 0.5 * a[i] * (latent[i] - mean[i])
    }
    return sum
  }

  private func factor(_ root: [Double], _ signal: Double) -> [Double]? {
    let n = labels.count
    var b = gram.lower
    b.withUnsafeMutableBufferPointer { b in
      for i in 0..<n {
        let left = signal * root[i]
        for j in 0...i { b[i * n + j] *= left * root[j] }
        b[i * n + i] += 1
      }
    }
    return Cholesky.factorise(&b, n) ? b : nil
  }
}
