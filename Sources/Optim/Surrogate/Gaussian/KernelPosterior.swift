import Foundation

/// What a Gaussian process knows after conditioning, in one form for regression and classification:
/// mean(x) = m + k(x)' a and variance(x) = s (1 - |L^-1 (r o k(x))|^2), with k the kernel of unit variance.
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
  private let scaled: [Double]
  private let norms: [Double]

  init(
    inputs: Matrix, lengthScales: [Double], signalVariance: Double, mean: Double, weights: [Double],
    cholesky: Cholesky, rowScale: [Double]? = nil
  ) {
    (self.lengthScales, self.signalVariance, self.mean) = (lengthScales, signalVariance, mean)
    (self.weights, self.cholesky, self.rowScale) = (weights, cholesky, rowScale)
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

  /// Gradient by the inputs of a function whose derivatives by each row's mean and variance are given.
  func gradient(_ inputs: Matrix, byMean: [Double], byVariance: [Double]) -> Matrix {
    let (n, d) = (norms.count, inputs.columns)
    var gradient = Matrix(rows: inputs.rows, columns: d)
    var first = 0
    forBlocks(inputs) { points, count in
      let g = kernelGradient(points, byMean[first..<(first + count)], byVariance[first..<(first + count)])
      // dk/dx_k = 2 k'(r^2) (z_k - z_jk) / l_k.
      var product = [Double](repeating: 0, count: count * d)
      BLAS.multiply(count, d, n, g, scaled, into: &product)
      let start = points.startIndex
      for i in 0..<count {
        let total = g[(i * n)..<((i + 1) * n)].reduce(0, +)
        for k in 0..<d {
          gradient[first + i, k] =
            2 * (points[start + i * d + k] * total - product[i * d + k]) / lengthScales[k]
        }
      }
      first += count
    }
    return gradient
  }

  /// Derivatives by the squared distances of a block's points to the training points.
  private func kernelGradient(
    _ points: ArraySlice<Double>, _ byMean: ArraySlice<Double>, _ byVariance: ArraySlice<Double>
  ) -> [Double] {
    let (n, count) = (norms.count, byMean.count)
    var k = [Double](repeating: 0, count: count * n)
    var slopes: [Double]? = k
    MaternKernel.cross(
      points, count: count, scaled, norms, columns: lengthScales.count, into: &k, slopes: &slopes)
    let needsVariance = byVariance.contains { $0 != 0 }
    if needsVariance {
      // k becomes u = A^-1 (r o k): d variance = -2 s (r o u) dk, while d mean = a dk.
      scaleRows(&k, count)
      cholesky.solveLower(&k, count: count)
      cholesky.solveUpper(&k, count: count)
      scaleRows(&k, count)
    }
    var g = slopes ?? []
    for (i, (mean, variance)) in zip(byMean, byVariance).enumerated() {
      let factor = -2 * signalVariance * variance
      for j in 0..<n {
        g[i * n + j] *= mean * weights[j] + (needsVariance ? factor * k[i * n + j] : 0)
      }
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
    let n = norms.count
    var k = covariances(points, count)
    let means = means(of: k, count)
    scaleRows(&k, count)
    cholesky.solveLower(&k, count: count)
    let variances = (0..<count).map { i in
      let row = Array(k[(i * n)..<((i + 1) * n)])
      return signalVariance * max(1 - BLAS.dot(row, row), 0)
    }
    return (means, variances)
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
