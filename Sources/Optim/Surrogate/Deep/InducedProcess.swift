import Foundation

/// One Gaussian process of a layer, with the Matern 5/2 kernel, that knows its values through inducing points in whitened form.
///
/// With C the kernel of unit variance, L L' = C_zz + jitter I and w(x) = L^-1 c_z(x), the values at the inducing points are
/// sqrt(s) L v, v ~ N(0, I) before the data and q(v) = N(mean, factor factor'). The deviation from the trend at x then has the mean
/// sqrt(s) w'mean and the variance s (1 - |w|^2 + |factor'w|^2) (Hensman, Matthews and Ghahramani 2015, in units of sqrt(s) L).
struct InducedProcess: Codable, Hashable, Sendable {
  /// Number of inducing points.
  let order: Int
  /// Number of inputs.
  let columns: Int
  /// Inducing points, row by row: order x columns.
  var inducing: [Double]
  var logScales: [Double]
  /// ln s.
  var logSignal: Double
  var mean: [Double]
  /// Row by row: order x order. Lower triangular with a positive diagonal where it is trained by gradients, else any.
  var factor: [Double]

  /// - Parameter spread: standard deviation of q(v) in every direction.
  init(inducing: Matrix, lengthScales: [Double], signalVariance: Double, spread: Double) {
    (order, columns) = (inducing.rows, inducing.columns)
    self.inducing = inducing.values
    logScales = lengthScales.map { log($0) }
    logSignal = log(signalVariance)
    mean = Array(repeating: 0, count: order)
    factor = Array(repeating: 0, count: order * order)
    for i in 0..<order { factor[i * order + i] = spread }
  }

  /// Numbers in `shape` and in `belief`.
  var shapeCount: Int { inducing.count + columns + 1 }
  var beliefCount: Int { order + order * order }

  /// Inducing points, length scales and signal as one list for an optimiser.
  var shape: [Double] {
    get { inducing + logScales + [logSignal] }
    set {
      let m = inducing.count
      inducing = Array(newValue[..<m])
      // Beyond these nothing changes but the rounding.
      logScales = newValue[m..<(m + columns)].map {
        min(max($0, LengthScales.bounds.lower), LengthScales.bounds.upper)
      }
      logSignal = min(max(newValue[m + columns], log(1e-8)), log(1e4))
    }
  }

  /// q(v) as one list, with the logarithm of the factor's diagonal.
  var belief: [Double] {
    get {
      var values = factor
      for i in 0..<order { values[i * order + i] = log(values[i * order + i]) }
      return mean + values
    }
    set {
      mean = Array(newValue[..<order])
      factor = Array(newValue[order...])
      for i in 0..<order {
        factor[i * order + i] = exp(min(max(factor[i * order + i], -30), 30))
        for j in (i + 1)..<max(order, i + 1) { factor[i * order + j] = 0 }
      }
    }
  }

  /// KL(q(v) || N(0, I)); the factor must be triangular.
  var divergence: Double {
    var sum = BLAS.dot(mean, mean) + BLAS.dot(factor, factor) - Double(order)
    for i in 0..<order { sum -= 2 * log(abs(factor[i * order + i])) }
    return 0.5 * sum
  }

  /// Derivatives of the divergence by `belief`.
  var divergenceGradient: [Double] {
    var values = mean + factor
    for i in 0..<order {
      let diagonal = factor[i * order + i]
      values[order + i * order + i] = diagonal * diagonal - 1
    }
    return values
  }
}

/// Derivatives of a function of a process's moments by what the process is made of, in the order of `shape` and `belief`.
struct InducedGradient: Sendable {
  var shape: [Double]
  var belief: [Double]
}

/// A process with the factor of its inducing points' covariance, ready to be asked.
final class PreparedProcess: @unchecked Sendable {
  let process: InducedProcess
  let cholesky: Cholesky
  private let gram: MaternGram
  private let scales: [Double]
  private let scaled: [Double]
  private let norms: [Double]
  private let signal: Double

  /// Added to the diagonal of C_zz. Inducing points move and may meet; and what is so little known between them keeps
  /// standard deviations, which deeper layers are functions of, smooth.
  static let jitter = 1e-7
  /// Added to every variance, for the same reason.
  static let leastVariance = 1e-10

  /// - Returns: nil where the covariance of the inducing points is not finite or not positive definite.
  init?(_ process: InducedProcess) {
    self.process = process
    scales = process.logScales.map { exp($0) }
    signal = exp(process.logSignal)
    let inducing = Matrix(rows: process.order, columns: process.columns, values: process.inducing)
    scaled = MaternKernel.scale(inducing, scales)
    norms = MaternKernel.squaredNorms(scaled, rows: process.order, columns: process.columns)
    gram = MaternGram(inducing)
    gram.update(scales)
    let m = process.order
    for i in 0..<m { gram.lower[i * m + i] += Self.jitter }
    guard let cholesky = Cholesky(gram.lower, order: m, jitters: [0, 1e-6, 1e-5, 1e-4]) else { return nil }
    self.cholesky = cholesky
  }

  /// Moments at some rows, with what their derivatives need again.
  struct Pass: Sendable {
    let count: Int
    let points: [Double]
    let slopes: [Double]
    /// w, a row each.
    let w: [Double]
    /// factor'w, a row each.
    let known: [Double]
    /// Of the deviation from the trend.
    let mean: [Double]
    let variance: [Double]
  }

  /// - Parameter withSlopes: whether `gradient` will be asked.
  func forward(_ inputs: Matrix, withSlopes: Bool = true) -> Pass {
    let (n, m) = (inputs.rows, process.order)
    let points = MaternKernel.scale(inputs, scales)
    var w = [Double](repeating: 0, count: n * m)
    var slopes: [Double]? = withSlopes ? w : nil
    MaternKernel.cross(
      points[...], count: n, scaled, norms, columns: process.columns, into: &w, slopes: &slopes)
    cholesky.solveLower(&w, count: n)
    var known = [Double](repeating: 0, count: n * m)
    BLAS.multiply(n, m, m, w, process.factor, into: &known)
    var mean = [Double](repeating: 0, count: n)
    BLAS.multiply(n, 1, m, w, process.mean, into: &mean, alpha: signal.squareRoot())
    let (prior, posterior) = (BLAS.rowDots(n, m, w, w), BLAS.rowDots(n, m, known, known))
    let variance = (0..<n).map {
      signal * (max(1 - prior[$0], 0) + posterior[$0]) + Self.leastVariance
    }
    return Pass(
      count: n, points: points, slopes: slopes ?? [], w: w, known: known, mean: mean, variance: variance)
  }

  /// Derivatives, by the inputs (row by row) and where wanted by the parameters, of a function whose derivatives by each row's mean
  /// and variance are given. Parameters can be asked for once.
  func gradient(_ pass: Pass, byMean: [Double], byVariance: [Double], withParameters: Bool) -> (
    inputs: [Double], parameters: InducedGradient?
  ) {
    let (n, m, d) = (pass.count, process.order, process.columns)
    let root = signal.squareRoot()
    // By w: sqrt(s) g_mean mean + 2 s g_variance (factor factor'w - w).
    var byW = [Double](repeating: 0, count: n * m)
    BLAS.multiply(n, m, m, pass.known, process.factor, secondTransposed: true, into: &byW)
    BLAS.add(pass.w, times: -1, to: &byW)
    let factors = byVariance.map { 2 * signal * $0 }
    BLAS.scaleRows(n, m, &byW, factors)
    BLAS.multiply(n, m, 1, byMean, process.mean, into: &byW, alpha: root, beta: 1)
    var belief: [Double] = []
    if withParameters { belief = beliefGradient(pass, byMean, factors) }
    cholesky.solveUpper(&byW, count: n)
    var crossed = pass.slopes
    let zeros = [Double](repeating: 0, count: max(n, m))
    MaternKernel.weigh(&crossed, rows: n, left: zeros, right: Array(zeros.prefix(m)), adding: byW)
    // Inducing points with a last column of ones, so that one product gives sums as well.
    var extended = [Double](repeating: 1, count: m * (d + 1))
    for i in 0..<m { for k in 0..<d { extended[i * (d + 1) + k] = scaled[i * d + k] } }
    var right = [Double](repeating: 0, count: n * (d + 1))
    BLAS.multiply(n, d + 1, m, crossed, extended, into: &right)
    var inputs = [Double](repeating: 0, count: n * d)
    var byScale = [Double](repeating: 0, count: d)
    for i in 0..<n {
      let total = right[i * (d + 1) + d]
      for k in 0..<d {
        let (x, product) = (pass.points[i * d + k], right[i * (d + 1) + k])
        inputs[i * d + k] = 2 * (x * total - product) / scales[k]
        byScale[k] -= 2 * x * (x * total - 2 * product)
      }
    }
    guard withParameters else { return (inputs, nil) }
    var shape = inducingGradient(pass, crossed, byW, &byScale)
    let bySignal =
      0.5 * BLAS.dot(byMean, pass.mean) + BLAS.dot(byVariance, pass.variance)
      - Self.leastVariance * byVariance.reduce(0, +)
    shape += byScale + [bySignal]
    return (inputs, InducedGradient(shape: shape, belief: belief))
  }

  private func beliefGradient(_ pass: Pass, _ byMean: [Double], _ factors: [Double]) -> [Double] {
    let (n, m) = (pass.count, process.order)
    var byFactor = [Double](repeating: 0, count: m * m)
    var weighted = pass.w
    BLAS.scaleRows(n, m, &weighted, factors)
    BLAS.multiply(m, m, n, weighted, transposed: true, pass.known, into: &byFactor)
    var byOwnMean = [Double](repeating: 0, count: m)
    BLAS.multiply(m, 1, n, pass.w, transposed: true, byMean, into: &byOwnMean, alpha: signal.squareRoot())
    for i in 0..<m {
      byFactor[i * m + i] *= process.factor[i * m + i]
      for j in (i + 1)..<max(m, i + 1) { byFactor[i * m + j] = 0 }
    }
    return byOwnMean + byFactor
  }

  /// By the inducing points; adds to that by the length scales.
  private func inducingGradient(
    _ pass: Pass, _ crossed: [Double], _ byCross: [Double], _ byScale: inout [Double]
  ) -> [Double] {
    let (n, m, d) = (pass.count, process.order, process.columns)
    // dF/dL = -lower(sum_i e_i w_i') with e = L'^-1 dF/dw, then back through the decomposition (Murray 2016, eq. 10).
    var byLower = [Double](repeating: 0, count: m * m)
    BLAS.multiply(m, m, n, byCross, transposed: true, pass.w, into: &byLower, alpha: -1)
    var lower = cholesky.factor
    for i in 0..<m {
      for j in (i + 1)..<max(m, i + 1) { (byLower[i * m + j], lower[i * m + j]) = (0, 0) }
    }
    var product = [Double](repeating: 0, count: m * m)
    BLAS.multiply(m, m, m, lower, transposed: true, byLower, into: &product, alpha: 0.5)
    let byGram = cholesky.unwhitened(product)
    let zeros = [Double](repeating: 0, count: m)
    let own = gram.lengthScaleGradient(zeros, zeros, zeros, zeros, scale: -1, byGram)
    var result = gram.inputGradient(scales).values
    var moments = [Double](repeating: 0, count: m * d)
    BLAS.multiply(m, d, n, crossed, transposed: true, pass.points, into: &moments)
    var sums = [Double](repeating: 0, count: m)
    BLAS.multiply(m, 1, n, crossed, transposed: true, [Double](repeating: 1, count: n), into: &sums)
    for k in 0..<d { byScale[k] += own[k] }
    for i in 0..<m {
      for k in 0..<d {
        let z = scaled[i * d + k]
        byScale[k] -= 2 * z * z * sums[i]
        result[i * d + k] += 2 * (z * sums[i] - moments[i * d + k]) / scales[k]
      }
    }
    return result
  }
}
