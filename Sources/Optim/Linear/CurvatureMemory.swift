/// What a limited-memory quasi-Newton method knows of a function's curvature: its last steps, and how the gradient changed along each.
struct CurvatureMemory {
  private var pairs: [(step: [Double], change: [Double])] = []
  private let capacity: Int

  init(capacity: Int) { self.capacity = capacity }

  var isEmpty: Bool { pairs.isEmpty }

  mutating func forget() { pairs = [] }

  /// Keeps a step unless the gradient hardly changed along it, or the wrong way; the oldest one goes where there are too many.
  mutating func add(step: [Double], change: [Double]) {
    guard dot(step, change) > 1e-10 * (dot(step, step) * dot(change, change)).squareRoot() else { return }
    pairs.append((step, change))
    if pairs.count > capacity { pairs.removeFirst() }
  }

  /// The inverse Hessian times a gradient on the free variables, 0 on the others, by the two-loop recursion (Nocedal and Wright, Numerical
  /// Optimization, 2nd ed., algorithm 7.4) over the steps restricted to them.
  func inverseHessian(times gradient: [Double], free: [Int]) -> [Double] {
    var q = free.map { gradient[$0] }
    var used: [(s: [Double], y: [Double], rho: Double, alpha: Double)] = []
    for pair in pairs.reversed() {
      let (s, y) = (free.map { pair.step[$0] }, free.map { pair.change[$0] })
      let curvature = dot(s, y)
      guard curvature > 1e-10 * (dot(s, s) * dot(y, y)).squareRoot() else { continue }
      let alpha = dot(s, q) / curvature
      for i in q.indices { q[i] -= alpha * y[i] }
      used.append((s, y, 1 / curvature, alpha))
    }
    if let last = used.first {
      let scale = 1 / (last.rho * dot(last.y, last.y))
      for i in q.indices { q[i] *= scale }
    }
    for (s, y, rho, alpha) in used.reversed() {
      let beta = rho * dot(y, q)
      for i in q.indices { q[i] += (alpha - beta) * s[i] }
    }
    var result = [Double](repeating: 0, count: gradient.count)
    for (i, value) in zip(free, q) { result[i] = value }
    return result
  }

  private func dot(_ a: [Double], _ b: [Double]) -> Double {
    var sum = 0.0
    for i in a.indices { sum += a[i] * b[i] }
    return sum
  }
}
