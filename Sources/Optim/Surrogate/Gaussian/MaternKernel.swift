import CKernels
import Foundation

/// The Matern kernel with smoothness 5/2 and one length scale a column,
/// k(a, b) = (1 + s + s^2/3) exp(-s), s = sqrt(5 r^2), r^2 = sum_k ((a_k - b_k) / l_k)^2
/// (Rasmussen and Williams, Gaussian Processes for Machine Learning, 2006, eq. 4.17).
///
/// Squared distances come from inner products, so that almost all of the work is a matrix product; what cancels is below
/// 1e-15 of the squared norm, and the kernel is smooth in r^2.
enum MaternKernel {
  /// Points divided by the length scales, measured from the middle of the unit cube.
  static func scale(_ inputs: Matrix, _ lengthScales: [Double]) -> [Double] {
    let d = inputs.columns
    var scaled = inputs.values
    let inverse = lengthScales.map { 1 / $0 }
    for i in 0..<inputs.rows {
      for k in 0..<d { scaled[i * d + k] = (scaled[i * d + k] - 0.5) * inverse[k] }
    }
    return scaled
  }

  static func squaredNorms(_ scaled: [Double], rows: Int, columns: Int) -> [Double] {
    (0..<rows).map { i in
      var sum = 0.0
      for k in (i * columns)..<((i + 1) * columns) { sum += scaled[k] * scaled[k] }
      return sum
    }
  }

  /// `count` x `order` covariances between scaled points and, where wanted, dk/d(r^2).
  static func cross(
    _ points: ArraySlice<Double>, count: Int, _ training: [Double], _ norms: [Double], columns: Int,
    into k: inout [Double], slopes: inout [Double]?
  ) {
    let order = norms.count
    let squares = squaredNorms(Array(points), rows: count, columns: columns)
    points.withUnsafeBufferPointer { points in
      k.withUnsafeMutableBufferPointer { k in
        guard let a = points.baseAddress, let c = k.baseAddress else { return }
        BLAS.multiply(count, order, columns, a, training, secondTransposed: true, into: c)
        for i in 0..<count {
          let row = i * order
          if slopes != nil {
            slopes!.withUnsafeMutableBufferPointer {
              dmo_matern52(order, squares[i], norms, c + row, $0.baseAddress! + row)
            }
          } else {
            dmo_matern52(order, squares[i], norms, c + row, nil)
          }
        }
      }
    }
  }

  /// `slopes[i, j] *= left[i] * right[j] + adding[i, j]`, row by row.
  static func weigh(
    _ slopes: inout [Double], rows: Int, left: [Double], right: [Double], adding: [Double]
  ) {
    let order = right.count
    adding.withUnsafeBufferPointer { adding in
      slopes.withUnsafeMutableBufferPointer { slopes in
        guard let weights = adding.baseAddress, let s = slopes.baseAddress else { return }
        for i in 0..<rows {
          dmo_weigh_slopes(order, left[i], right, 0, right, -1, weights + i * order, s + i * order)
        }
      }
    }
  }
}

/// Covariances among training points and their derivatives by the length scales, in buffers that serve a whole fit.
final class MaternGram {
  let inputs: Matrix
  /// Lower triangle; diagonal 1. Free for the user to overwrite.
  var lower: [Double]
  /// dk/d(r^2), lower triangle.
  private var slopes: [Double]
  /// Scaled points with a last column of ones.
  private var scaled: [Double]
  private var product: [Double]
  private var norms: [Double] = []

  init(_ inputs: Matrix) {
    self.inputs = inputs
    let n = inputs.rows
    lower = Array(repeating: 0, count: n * n)
    slopes = lower
    scaled = Array(repeating: 1, count: n * (inputs.columns + 1))
    product = scaled
  }

  func update(_ lengthScales: [Double]) {
    let (n, d) = (inputs.rows, inputs.columns)
    let points = MaternKernel.scale(inputs, lengthScales)
    norms = MaternKernel.squaredNorms(points, rows: n, columns: d)
    for i in 0..<n {
      for k in 0..<d { scaled[i * (d + 1) + k] = points[i * d + k] }
    }
    lower.withUnsafeMutableBufferPointer { lower in
      slopes.withUnsafeMutableBufferPointer { slopes in
        guard let k = lower.baseAddress, let s = slopes.baseAddress else { return }
        BLAS.lowerGram(n, d, points, into: k)
        for i in 0..<n {
          dmo_matern52(i + 1, norms[i], norms, k + i * n, s + i * n)
          k[i * n + i] = 1
        }
      }
    }
  }

  /// Derivatives by the logarithms of the length scales of the sum of W_ij k_ij over all i and j, where
  /// W_ij = left0_i right0_j + left1_i right1_j - scale S_ij is symmetric and S's lower triangle is given.
  ///
  /// With G = W o dk/d(r^2), the derivative is -2 sum_ij G_ij (z_ik - z_jk)^2 = -4 (sum_i z_ik^2 (G1)_i - z_k' G z_k): one matrix
  /// product for all k. Uses up the slopes.
  func lengthScaleGradient(
    _ left0: [Double], _ right0: [Double], _ left1: [Double], _ right1: [Double], scale: Double, _ s: [Double]
  ) -> [Double] {
    let (n, d) = (inputs.rows, inputs.columns)
    s.withUnsafeBufferPointer { s in
      slopes.withUnsafeMutableBufferPointer { slopes in
        guard let weights = s.baseAddress, let g = slopes.baseAddress else { return }
        for i in 0..<n {
          dmo_weigh_slopes(i + 1, left0[i], right0, left1[i], right1, scale, weights + i * n, g + i * n)
        }
      }
    }
    BLAS.symmetricMultiply(n, d + 1, slopes, scaled, into: &product)
    var gradient = [Double](repeating: 0, count: d)
    for i in 0..<n {
      let row = i * (d + 1)
      let total = product[row + d]
      for k in 0..<d {
        let z = scaled[row + k]
        gradient[k] -= 4 * z * (z * total - product[row + k])
      }
    }
    return gradient
  }

  /// Derivatives of the same sum by the inputs themselves, row by row; straight after `lengthScaleGradient`.
  func inputGradient(_ lengthScales: [Double]) -> Matrix {
    let (n, d) = (inputs.rows, inputs.columns)
    var gradient = Matrix(rows: n, columns: d)
    for i in 0..<n {
      let row = i * (d + 1)
      for k in 0..<d {
        gradient[i, k] = 4 * (scaled[row + k] * product[row + d] - product[row + k]) / lengthScales[k]
      }
    }
    return gradient
  }
}
