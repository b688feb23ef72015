import Foundation

/// Minimises a smooth function between bounds: limited-memory BFGS on the free variables, with projection.
///
/// Variables that sit on a bound and are pushed against it are held; the quasi-Newton direction of the others comes from
/// the two-loop recursion (Nocedal and Wright, Numerical Optimization, 2nd ed., algorithm 7.4) over the last steps
/// restricted to them; the step along the projected path (Bertsekas 1982) satisfies the weak Wolfe conditions where they
/// can be had. Values that are not finite count as infinitely bad.
struct BoxLBFGS {
  /// Value and gradient.
  typealias Objective = (_ x: [Double]) -> (value: Double, gradient: [Double])

  struct Result {
    var x: [Double]
    var value: Double
    var gradient: [Double]
    var evaluations: Int
    var iterations: Int
    /// False where the ceiling of evaluations or `shouldStop` ended it.
    var converged: Bool
  }

  var lower: [Double]
  var upper: [Double]
  var memory = 10
  var maximumEvaluations = 200
  /// Ends where the largest component of the projected gradient is below this.
  var gradientTolerance = 1e-6
  /// Ends where an iteration improves the value by less than this much.
  var valueTolerance = 0.0
  /// Length of the first step, when there is no curvature yet.
  var firstStep = 1.0
  var shouldStop: () -> Bool = { false }

  init(lower: [Double], upper: [Double]) {
    precondition(lower.count == upper.count && zip(lower, upper).allSatisfy { $0 <= $1 })
    (self.lower, self.upper) = (lower, upper)
  }

  func minimise(from start: [Double], _ objective: Objective) -> Result {
    let x = project(start)
    let (value, gradient) = objective(x)
    var state = Result(
      x: x, value: value.isFinite ? value : .infinity, gradient: gradient, evaluations: 1, iterations: 0,
      converged: false)
    guard value.isFinite, gradient.allSatisfy(\.isFinite) else { return state }
    var curvature = CurvatureMemory(capacity: memory)
    while state.evaluations < maximumEvaluations && !shouldStop() {
      if projectedGradientNorm(state) <= gradientTolerance {
        state.converged = true
        break
      }
      let before = state
      if !step(&state, &curvature, objective) {
        // A direction of no use: forget the curvature once, then accept that this is as far as it goes.
        if curvature.isEmpty {
          state.converged = state.evaluations < maximumEvaluations
          break
        }
        curvature.forget()
        continue
      }
      state.iterations += 1
      if before.value - state.value <= valueTolerance {
        state.converged = true
        break
      }
    }
    return state
  }

  private func project(_ x: [Double]) -> [Double] {
    x.indices.map { min(max(x[$0], lower[$0]), upper[$0]) }
  }

  private func projectedGradientNorm(_ state: Result) -> Double {
    let moved = project(state.x.indices.map { state.x[$0] - state.gradient[$0] })
    return zip(moved, state.x).reduce(0) { max($0, abs($1.0 - $1.1)) }
  }

  private func isHeld(_ i: Int, _ state: Result) -> Bool {
    (state.x[i] <= lower[i] && state.gradient[i] > 0) || (state.x[i] >= upper[i] && state.gradient[i] < 0)
  }

  /// One iteration; false where no better point was found along the direction.
  private func step(_ state: inout Result, _ curvature: inout CurvatureMemory, _ objective: Objective)
    -> Bool
  {
    let free = state.x.indices.filter { !isHeld($0, state) }
    var direction = curvature.inverseHessian(times: state.gradient, free: free).map { -$0 }
    var slope = dot(direction, state.gradient)
    if !(slope < 0) {
      direction = state.x.indices.map { isHeld($0, state) ? 0 : -state.gradient[$0] }
      slope = dot(direction, state.gradient)
      curvature.forget()
    }
    guard slope < 0 else { return false }
    let length = dot(direction, direction).squareRoot()
    guard let next = search(state, direction, first: curvature.isEmpty ? firstStep / length : 1, objective)
    else {
      state.evaluations += Self.searchLimit
      return false
    }
    curvature.add(
      step: zip(next.x, state.x).map { $0 - $1 }, change: zip(next.gradient, state.gradient).map { $0 - $1 })
    state = next
    return true
  }

  private static let searchLimit = 20

  /// Along the projected path: bisection between what is too long (no sufficient decrease) and too short (still steep).
  private func search(_ state: Result, _ direction: [Double], first: Double, _ objective: Objective)
    -> Result?
  {
    var (short, long, t) = (0.0, Double.infinity, first)
    var best: Result?
    for trial in 1...Self.searchLimit {
      let x = project(state.x.indices.map { state.x[$0] + t * direction[$0] })
      if x == state.x { return best }
      let (value, gradient) = objective(x)
      let evaluations = state.evaluations + trial
      let drop = x.indices.reduce(0) { $0 + state.gradient[$1] * (x[$1] - state.x[$1]) }
      let isFinite = value.isFinite && gradient.allSatisfy(\.isFinite)
      if !isFinite || value > state.value + 1e-4 * drop {
        long = t
        t = short + (long - short) * (isFinite ? shrink(state.value, drop, value, short > 0) : 0.25)
      } else {
        if value < best?.value ?? .infinity {
          best = Result(
            x: x, value: value, gradient: gradient, evaluations: evaluations, iterations: state.iterations,
            converged: false)
        }
        // The slope along the path, where it is not bent by a bound.
        let inside = x.indices.filter { x[$0] > lower[$0] && x[$0] < upper[$0] }
        let slope = inside.reduce(0) { $0 + gradient[$1] * direction[$1] }
        let before = inside.reduce(0) { $0 + state.gradient[$1] * direction[$1] }
        if slope >= 0.9 * before || inside.isEmpty { break }
        short = t
        t = long.isFinite ? (short + long) / 2 : 3 * t
      }
      best?.evaluations = evaluations
      if evaluations >= maximumEvaluations { break }
    }
    return best
  }

  /// Where the parabola through the start, its slope and the failed value has its minimum, as a fraction of the way.
  private func shrink(_ start: Double, _ drop: Double, _ value: Double, _ isBracketed: Bool) -> Double {
    if isBracketed { return 0.5 }
    let fraction = -drop / (2 * (value - start - drop))
    return min(max(fraction, 0.1), 0.5)
  }

  private func dot(_ a: [Double], _ b: [Double]) -> Double { zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } }
}
