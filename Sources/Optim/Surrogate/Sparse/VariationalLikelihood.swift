import Foundation

/// Gaussian process classification with the logistic likelihood by variational inference: the normal distribution q(f) of the latent
/// values with the largest lower bound sum_i E_q ln p(label_i | f_i) - KL(q || prior) (Opper and Archambeau, "The variational Gaussian
/// approximation revisited", 2009), about a given prior mean.
///
/// q is the prior times exp(linear_i f_i - precision_i f_i^2 / 2) at each point. Natural-gradient steps set those to what the expected
/// likelihood says (Khan and Lin, "Conjugate-computation variational inference", 2017): precision = -E ln p'', and likewise the
/// linear term; a step that lowers the bound is halved. At the best q the bound's derivatives by hyperparameters are those at fixed q:
/// tr((a a' - R) dK) / 2, a = K^-1 (mean of q - prior mean), R = (K + precision^-1)^-1.
final class VariationalLikelihood: ClassificationLikelihood {
  private let gram: MaternGram
  /// 1 or 0.
  private let labels: [Double]
  /// Prior mean of the latent value at each point.
  private let mean: [Double]
  /// Of q, by points; where the next search starts.
  private var precision: [Double]
  private var linear: [Double]

  init(inputs: Matrix, labels: [Double], mean: [Double]) {
    precondition(inputs.rows == labels.count && mean.count == labels.count)
    gram = MaternGram(inputs)
    (self.labels, self.mean) = (labels, mean)
    precision = Array(repeating: 0.25, count: labels.count)
    linear = zip(labels, mean).map { $0 - logistic($1) }
  }

  private struct State {
    var precision: [Double]
    var linear: [Double]
    /// K^-1 (mean of q - prior mean), and that difference.
    var weights: [Double]
    var deviations: [Double]
    var variances: [Double]
    /// Of I + precision^1/2 K precision^1/2.
    var factor: [Double]
    var bound: Double
    /// What the expected likelihood says.
    var next: (precision: [Double], linear: [Double])
  }

  func evaluate(lengthScales: [Double], signalVariance: Double) -> LaplaceLikelihood.Point? {
    let n = labels.count
    gram.update(lengthScales)
    guard let state = best(signalVariance) else { return nil }
    let root = state.precision.map { $0.squareRoot() }
    var inverse = state.factor
    Cholesky.invert(&inverse, n)
    for i in 0..<n {
      for j in 0...i { inverse[i * n + j] *= root[i] * root[j] }
    }
    let explained = BLAS.dot(state.precision, state.variances)
    let half = 0.5 * signalVariance
    let byLengthScale = gram.lengthScaleGradient(
      state.weights.map { half * $0 }, state.weights, Array(repeating: 0, count: n), state.weights,
      scale: half,
      inverse)
    return .init(
      value: state.bound, byLengthScale: byLengthScale,
      bySignal: 0.5 * (BLAS.dot(state.weights, state.deviations) - explained))
  }

  func posterior(lengthScales: [Double], signalVariance: Double) -> KernelPosterior? {
    gram.update(lengthScales)
    guard let state = best(signalVariance) else { return nil }
    return KernelPosterior(
      inputs: gram.inputs, lengthScales: lengthScales, signalVariance: signalVariance, mean: 0,
      weights: state.weights.map { signalVariance * $0 },
      cholesky: Cholesky(factor: state.factor, order: labels.count),
      rowScale: state.precision.map { (signalVariance * $0).squareRoot() })
  }

  private func best(_ signal: Double) -> State? {
    guard var state = state(precision, linear, signal) else { return nil }
    for _ in 0..<100 {
      var share = 1.0
      var next: State?
      while share > 1e-3 {
        let mixed = { (a: [Double], b: [Double]) in zip(a, b).map { $0 + share * ($1 - $0) } }
        next = self.state(
          mixed(state.precision, state.next.precision), mixed(state.linear, state.next.linear), signal)
        if let next, next.bound >= state.bound { break }
        next = nil
        share /= 2
      }
      guard let next else { break }
      let gain = next.bound - state.bound
      state = next
      if gain < 1e-7 { break }
    }
    (precision, linear) = (state.precision, state.linear)
    return state
  }

  private func state(_ precision: [Double], _ linear: [Double], _ signal: Double) -> State? {
    let n = labels.count
    let root = precision.map { ($0 * signal).squareRoot() }
    var factor = gram.lower
    for i in 0..<n {
      for j in 0...i { factor[i * n + j] *= root[i] * root[j] }
      factor[i * n + i] += 1
    }
    guard Cholesky.factorise(&factor, n) else { return nil }
    // weights = linear - precision^1/2 B^-1 precision^1/2 K linear.
    let image = BLAS.symmetricMultiply(n, gram.lower, linear).map { $0 * signal }
    let plain = precision.map { $0.squareRoot() }
    let solved = Cholesky.solve(factor, n, (0..<n).map { plain[$0] * image[$0] })
    let weights = (0..<n).map { linear[$0] - plain[$0] * solved[$0] }
    let deviations = BLAS.symmetricMultiply(n, gram.lower, weights).map { $0 * signal }
    let variances = variances(factor, root, signal)
    let bound =
      -0.5
      * (BLAS.dot(weights, deviations) - BLAS.dot(precision, variances) + Cholesky.logDeterminant(factor, n))
    var state = State(
      precision: precision, linear: linear, weights: weights, deviations: deviations, variances: variances,
      factor: factor, bound: bound, next: (precision, linear))
    for i in 0..<n {
      let expected = LogisticExpectations.of(
        label: labels[i], mean: mean[i] + deviations[i], variance: variances[i])
      state.bound += expected.logLikelihood
      state.next.precision[i] = expected.curvature
      state.next.linear[i] = expected.slope + expected.curvature * deviations[i]
    }
    return state.bound.isFinite ? state : nil
  }

  /// Diagonal of K - K R K.
  private func variances(_ factor: [Double], _ root: [Double], _ signal: Double) -> [Double] {
    let n = labels.count
    var rows = [Double](repeating: 0, count: n * n)
    for i in 0..<n {
      for j in 0..<n { rows[i * n + j] = gram.lower[max(i, j) * n + min(i, j)] * root[j] }
    }
    BLAS.solveRows(n, n, lower: factor, transposed: true, &rows)
    return (0..<n).map { i in
      let row = Array(rows[(i * n)..<((i + 1) * n)])
      return signal * max(1 - BLAS.dot(row, row), 0)
    }
  }
}
