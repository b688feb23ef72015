import Foundation

/// What a Gaussian process knows after conditioning, in one form for regression and classification:
/// mean(x) = m + k(x)' a and variance(x) = s (1 - |w|^2 + share |B^-1/2 w|^2) with w = L^-1 (r o k(x)), where k is the kernel of unit
/// variance. The last term is there where the values at the points are known only so well (a sparse process).
struct KernelPosterior: Sendable {
  let lengthScales: [Double]
  let signalVariance: Double
  let mean: Double
  /// a.
  let weights: [Double]
  /// L.
  let cholesky: Cholesky
  /// r; ones where nil.
  let rowScale: [Double]?
  /// The factor of B and its share; nil for no last term.
  let inner: Inner?
  private let scaled: [Double]
  private let norms: [Double]

  struct Inner: Sendable {
    let cholesky: Cholesky
    let share: Double
  }

  init(
    inputs: Matrix, lengthScales: [Double], signalVariance: Double, mean: Double, weights: [Double],
    cholesky: Cholesky, rowScale: [Double]? = nil, inner: Inner? = nil
  ) {
    (self.lengthScales, self.signalVariance, self.mean) = (lengthScales, signalVariance, mean)
    (self.weights, self.cholesky, self.rowScale) = (weights, cholesky, rowScale)
    self.inner = inner
    scaled = MaternKernel.scale(inputs, lengthScales)
    norms = MaternKernel.squaredNorms(scaled, rows: inputs.rows, columns: inputs.columns)
  }

  /// Points are worked on in blocks whose covariances stay in the cache.
  private static let block = 256

  /// Mean and variance of the latent function at each row.
  func predict(_ inputs: Matrix) -> (mean: [Double], variance: [Double]) {
    var (means, variances): ([Double], [Double]) = ([], [])
    forBlocks(inputs) { points, count in
      let moments = moments(points, count)
      means += moments.mean
      variances += moments.variance
    }
    return (means, variances)
  }

  /// The mean alone: N operations a row instead of N^2.
  func predictMean(_ inputs: Matrix) -> [Double] {
    var result: [Double] = []
    forBlocks(inputs) { points, count in result += means(of: covariances(points, count), count) }
    return result
  }

  /// A prediction with what its gradient needs again: three arrays of N numbers a row.
  struct Evaluation: Sendable {
    let points: [Double]
    let mean: [Double]
    let variance: [Double]
    /// dk/d(r^2).
    let slopes: [Double]
    /// L^-1 (r o k).
    let solved: [Double]
  }

  /// Of few points, which are one block.
  func evaluate(_ inputs: Matrix) -> Evaluation {
    evaluate(MaternKernel.scale(inputs, lengthScales)[...], inputs.rows, withVariance: true)
  }

  private func evaluate(_ points: ArraySlice<Double>, _ count: Int, withVariance: Bool) -> Evaluation {
    var k = [Double](repeating: 0, count: count * norms.count)
    var slopes: [Double]? = k
    MaternKernel.cross(
      points, count: count, scaled, norms, columns: lengthScales.count, into: &k, slopes: &slopes)
    let mean = means(of: k, count)
    var variance: [Double] = []
    if withVariance { variance = solve(&k, count) }
    return Evaluation(points: Array(points), mean: mean, variance: variance, slopes: slopes ?? [], solved: k)
  }

  /// Gradient by the inputs of a function whose derivatives by each row's mean and variance are given.
  func gradient(_ inputs: Matrix, byMean: [Double], byVariance: [Double]) -> Matrix {
    var values: [Double] = []
    var first = 0
    forBlocks(inputs) { points, count in
      let rows = first..<(first + count)
      let evaluation = evaluate(points, count, withVariance: byVariance[rows].contains { $0 != 0 })
      values += gradient(evaluation, byMean: byMean[rows], byVariance: byVariance[rows]).values
      first += count
    }
    return Matrix(rows: inputs.rows, columns: inputs.columns, values: values)
  }

  /// The same of an evaluation.
  func gradient(_ evaluation: Evaluation, byMean: ArraySlice<Double>, byVariance: ArraySlice<Double>)
    -> Matrix
  {
    let (n, d, count) = (norms.count, lengthScales.count, byMean.count)
    let g = kernelGradient(evaluation, byMean, byVariance)
    // dk/dx_k = 2 k'(r^2) (z_k - z_jk) / l_k.
    var product = [Double](repeating: 0, count: count * d)
    BLAS.multiply(count, d, n, g, scaled, into: &product)
    var gradient = Matrix(rows: count, columns: d)
    for i in 0..<count {
      let total = g[(i * n)..<((i + 1) * n)].reduce(0, +)
      for k in 0..<d {
        gradient[i, k] = 2 * (evaluation.points[i * d + k] * total - product[i * d + k]) / lengthScales[k]
      }
    }
    return gradient
  }

  /// Derivatives by the squared distances of a block's points to the training points.
  private func kernelGradient(
    _ evaluation: Evaluation, _ byMean: ArraySlice<Double>, _ byVariance: ArraySlice<Double>
  ) -> [Double] {
    let (n, count) = (norms.count, byMean.count)
    var g = evaluation.slopes
    var u: [Double] = []
    if byVariance.contains(where: { $0 != 0 }) {
      // u = A^-1 (r o k): d variance = -2 s (r o u) dk, while d mean = a dk.
      u = evaluation.solved
      if let inner {
        // A^-1 with the last term: L'^-1 (I - share B^-1) L^-1.
        var known = u
        inner.cholesky.solveLower(&known, count: count)
        inner.cholesky.solveUpper(&known, count: count)
        for i in u.indices { u[i] -= inner.share * known[i] }
      }
      cholesky.solveUpper(&u, count: count)
      scaleRows(&u, count)
    }
    for (i, (mean, variance)) in zip(byMean, byVariance).enumerated() {
      let factor = -2 * signalVariance * variance
      for j in 0..<n { g[i * n + j] *= mean * weights[j] + (u.isEmpty ? 0 : factor * u[i * n + j]) }
    }
    return g
  }

  private func scaleRows(_ k: inout [Double], _ count: Int) {
    guard let rowScale else { return }
    let n = norms.count
    for i in 0..<count {
      for j in 0..<n { k[i * n + j] *= rowScale[j] }
    }
  }

  private func forBlocks(_ inputs: Matrix, _ body: (ArraySlice<Double>, Int) -> Void) {
    let points = MaternKernel.scale(inputs, lengthScales)
    let d = inputs.columns
    for first in stride(from: 0, to: inputs.rows, by: Self.block) {
      let count = min(Self.block, inputs.rows - first)
      body(points[(first * d)..<((first + count) * d)], count)
    }
  }

  private func moments(_ points: ArraySlice<Double>, _ count: Int) -> (mean: [Double], variance: [Double]) {
    var k = covariances(points, count)
    let means = means(of: k, count)
    return (means, solve(&k, count))
  }

  /// Turns covariances into L^-1 (r o k); gives the variances.
  private func solve(_ k: inout [Double], _ count: Int) -> [Double] {
    let n = norms.count
    scaleRows(&k, count)
    cholesky.solveLower(&k, count: count)
    var known = inner == nil ? [] : k
    inner?.cholesky.solveLower(&known, count: count)
    return (0..<count).map { i in
      let row = Array(k[(i * n)..<((i + 1) * n)])
      let prior = max(1 - BLAS.dot(row, row), 0)
      guard let inner else { return signalVariance * prior }
      let values = Array(known[(i * n)..<((i + 1) * n)])
      return signalVariance * (prior + inner.share * BLAS.dot(values, values))
    }
  }

  private func covariances(_ points: ArraySlice<Double>, _ count: Int) -> [Double] {
    var k = [Double](repeating: 0, count: count * norms.count)
    var unused: [Double]?
    MaternKernel.cross(
      points, count: count, scaled, norms, columns: lengthScales.count, into: &k, slopes: &unused)
    return k
  }

  private func means(of k: [Double], _ count: Int) -> [Double] {
    var means = [Double](repeating: 0, count: count)
    BLAS.multiply(count, 1, norms.count, k, weights, into: &means)
    return means.map { $0 + mean }
  }
}
