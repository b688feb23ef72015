import Foundation

/// Gaussian process classification that knows its data through inducing points: variational inference with the logistic likelihood
/// (Hensman, Matthews and Ghahramani, "Scalable variational Gaussian process classification", 2015) about a linear trend.
///
/// With w_i = L^-1 c_z(x_i) the latent value is trend_i + sqrt(s) w_i' u + rest, u ~ N(0, I) before the data, and q(u) has the precision
/// P = I + s sum_i precision_i w_i w_i' and the mean P^-1 sqrt(s) sum_i linear_i w_i: the best q(u) is of this form. It is found by the
/// natural-gradient steps of `VariationalLikelihood`, one pass over the rows each.
struct SparseClassifier: Sendable {
  /// What is stored; the posterior is computed again.
  struct State: Codable, Sendable {
    var hyperparameters: GaussianClassifier.Hyperparameters
    var inducing: Matrix
    /// Rows of the inputs with a known label, and q's terms at them.
    var rows: [Int]
    var precision: [Double]
    var linear: [Double]
  }

  /// Inducing points where none are asked for: labels tell too little for more.
  static func standardCount(rows: Int) -> Int { min(SparseFit.standardCount(rows: rows), 300) }

  /// - Throws: `TrainingError` where a factorisation fails.
  static func fit(
    inputs: Matrix, rows: [Int], labels: [Double], hyperparameters: GaussianClassifier.Hyperparameters,
    count: Int, stream: RandomStream, shouldStop: () -> Bool
  ) throws -> State {
    let candidates = inputs.subset(InducingPoints.candidates(rows: inputs.rows, count: count, stream: stream))
    let chosen = InducingPoints.greedy(candidates, count: count, lengthScales: hyperparameters.lengthScales)
    let inducing = candidates.subset(chosen)
    let classifier = SparseClassifier(
      inputs: inputs, labels: labels, hyperparameters: hyperparameters, inducing: inducing)
    guard let found = classifier?.fit(shouldStop: shouldStop) else {
      throw TrainingError(
        "no classifier with \(inducing.rows) inducing points fits the \(labels.count) labels")
    }
    return State(
      hyperparameters: hyperparameters, inducing: inducing, rows: rows, precision: found.precision,
      linear: found.linear)
  }

  private let inputs: Matrix
  private let labels: [Double]
  private let trend: [Double]
  private let signal: Double
  private let kernel: InducingKernel

  /// - Returns: nil where the covariance of the inducing points is not positive definite.
  init?(
    inputs: Matrix, labels: [Double], hyperparameters: GaussianClassifier.Hyperparameters, inducing: Matrix
  ) {
    guard let kernel = InducingKernel(inducing, lengthScales: hyperparameters.lengthScales) else {
      return nil
    }
    (self.inputs, self.labels, self.kernel) = (inputs, labels, kernel)
    trend = hyperparameters.trend(inputs)
    signal = hyperparameters.signalVariance
  }

  /// q(u) in natural parameters: P (lower triangle) and sqrt(s) sum_i linear_i w_i.
  struct Belief: Sendable {
    var precision: [Double]
    var linear: [Double]

    init(order: Int) {
      precision = Array(repeating: 0, count: order * order)
      for i in 0..<order { precision[i * order + i] = 1 }
      linear = Array(repeating: 0, count: order)
    }

    /// `share` of the way to another one.
    func moved(to other: Belief, _ share: Double) -> Belief {
      var result = self
      for i in precision.indices { result.precision[i] += share * (other.precision[i] - precision[i]) }
      for i in linear.indices { result.linear[i] += share * (other.linear[i] - linear[i]) }
      return result
    }
  }

  /// What a pass over the rows finds.
  private struct Pass {
    var bound: Double
    /// What the expected likelihood says: q's terms at the rows, and the belief that they make.
    var terms: (precision: [Double], linear: [Double])
    var next: Belief
  }

  /// The lower bound that is reached and q's terms at each row; nil where a factorisation fails.
  func fit(shouldStop: () -> Bool) -> (bound: Double, precision: [Double], linear: [Double])? {
    var belief = Belief(order: kernel.order)
    guard var pass = pass(belief) else { return nil }
    for _ in 0..<60 where !shouldStop() {
      var share = 1.0
      var found: (Belief, Pass)?
      while share > 1e-2, found == nil {
        let next = belief.moved(to: pass.next, share)
        if let other = self.pass(next), other.bound >= pass.bound { found = (next, other) }
        share /= 2
      }
      guard let found else { break }
      let gain = found.1.bound - pass.bound
      (belief, pass) = found
      if gain < 1e-5 * Double(labels.count).squareRoot() { break }
    }
    return (pass.bound, pass.terms.precision, pass.terms.linear)
  }

  private func pass(_ belief: Belief) -> Pass? {
    let m = kernel.order
    guard let factor = Cholesky(belief.precision, order: m) else { return nil }
    let mean = factor.solve(belief.linear)
    var next = Belief(order: m)
    var pass = Pass(bound: 0, terms: ([], []), next: next)
    kernel.forBlocks(inputs) { rows, _, w, _ in
      let count = rows.count
      kernel.cholesky.solveLower(&w, count: count)
      var known = w
      factor.solveLower(&known, count: count)
      var means = [Double](repeating: 0, count: count)
      BLAS.multiply(count, 1, m, w, mean, into: &means, alpha: signal.squareRoot())
      for (i, row) in rows.enumerated() {
        let (prior, posterior) = (Self.square(w, i, m), Self.square(known, i, m))
        let variance = signal * (max(1 - prior, 0) + posterior)
        let expected = LogisticExpectations.of(
          label: labels[row], mean: trend[row] + means[i], variance: variance)
        pass.bound += expected.logLikelihood
        pass.terms.precision.append(expected.curvature)
        pass.terms.linear.append(expected.slope + expected.curvature * means[i])
      }
      Self.add(&w, rows, pass.terms, signal, to: &next)
    }
    pass.next = next
    // KL(q || prior) = (tr P^-1 + |mean|^2 - M + ln |P|) / 2.
    guard let inverseTrace = Self.inverseTrace(factor) else { return nil }
    pass.bound -= 0.5 * (inverseTrace + BLAS.dot(mean, mean) - Double(m) + factor.logDeterminant)
    return pass.bound.isFinite ? pass : nil
  }

  private static func inverseTrace(_ factor: Cholesky) -> Double? {
    let (inverse, m) = (factor.inverse, factor.order)
    let trace = (0..<m).reduce(0) { $0 + inverse[$1 * m + $1] }
    return trace.isFinite ? trace : nil
  }

  private static func square(_ rows: [Double], _ i: Int, _ m: Int) -> Double {
    var sum = 0.0
    for j in (i * m)..<((i + 1) * m) { sum += rows[j] * rows[j] }
    return sum
  }

  /// Adds the terms of a block's rows; scales w.
  private static func add(
    _ w: inout [Double], _ rows: Range<Int>, _ terms: (precision: [Double], linear: [Double]),
    _ signal: Double,
    to belief: inout Belief
  ) {
    let m = belief.linear.count
    let linear = rows.map { signal.squareRoot() * terms.linear[$0] }
    BLAS.multiply(1, m, rows.count, linear, w, into: &belief.linear, beta: 1)
    for (i, row) in rows.enumerated() {
      let factor = (signal * terms.precision[row]).squareRoot()
      for j in (i * m)..<((i + 1) * m) { w[j] *= factor }
    }
    BLAS.addGram(m, rows.count, w, to: &belief.precision)
  }

  /// The posterior of the latent function's difference to its trend, from terms that were found before; nil where the factorisation fails.
  func posterior(precision: [Double], linear: [Double]) -> KernelPosterior? {
    let m = kernel.order
    var belief = Belief(order: m)
    kernel.forBlocks(inputs) { rows, _, w, _ in
      kernel.cholesky.solveLower(&w, count: rows.count)
      Self.add(&w, rows, (precision, linear), signal, to: &belief)
    }
    guard let factor = Cholesky(belief.precision, order: m) else { return nil }
    var weights = factor.solve(belief.linear).map { signal.squareRoot() * $0 }
    kernel.cholesky.solveUpper(&weights, count: 1)
    return KernelPosterior(
      inputs: kernel.inputs, lengthScales: kernel.lengthScales, signalVariance: signal, mean: 0,
      weights: weights,
      cholesky: kernel.cholesky, inner: .init(cholesky: factor, share: 1))
  }
}
