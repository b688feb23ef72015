import CKernels

/// Parameters with what AdamW (Loshchilov and Hutter 2019) remembers of them: flat arrays of equal length.
final class AdamState {
  let count: Int
  let parameters: UnsafeMutablePointer<Float>
  let gradient: UnsafeMutablePointer<Float>
  /// The exponential moving average of the parameters.
  let average: UnsafeMutablePointer<Float>
  private let first: UnsafeMutablePointer<Float>
  private let second: UnsafeMutablePointer<Float>
  private let arena: Arena

  init(_ start: [Float]) {
    count = start.count
    var plan = ArenaPlan()
    let places = (0..<5).map { _ in plan.reserve(start.count) }
    arena = Arena(plan)
    parameters = arena[places[0]]
    gradient = arena[places[1]]
    average = arena[places[2]]
    first = arena[places[3]]
    second = arena[places[4]]
    for i in 0..<count { (parameters[i], average[i]) = (start[i], start[i]) }
  }

  var averaged: [Float] { Array(UnsafeBufferPointer(start: average, count: count)) }

  /// The gradient's Euclidean norm.
  var norm: Double { dmo_sum_of_squares(count, gradient).squareRoot() }

  /// One step over a stretch of the parameters.
  ///
  /// - Parameters:
  ///   - step: from 1.
  ///   - scale: of the gradient.
  ///   - keep: share of the old average that stays.
  func advance(
    _ step: Int, _ range: Range<Int>, rate: Float, decay: Float, beta2: Float = 0.99, scale: Float = 1,
    keep: Float = 0
  ) {
    let (at, beta1) = (range.lowerBound, Float(0.9))
    dmo_adamw(
      range.count, parameters + at, gradient + at, first + at, second + at, average + at,
      dmo_adamw_step(
        rate: rate, decay: decay, beta1: beta1, beta2: beta2, epsilon: 1e-8,
        correction1: 1 / (1 - power(beta1, step)), correction2: 1 / (1 - power(beta2, step)), scale: scale,
        keep: keep))
  }
}

/// base^n by squaring.
private func power(_ base: Float, _ n: Int) -> Float {
  var (result, square, rest) = (1.0, Double(base), n)
  while rest > 0 {
    if rest & 1 == 1 { result *= square }
    square *= square
    rest >>= 1
  }
  return Float(result)
}
