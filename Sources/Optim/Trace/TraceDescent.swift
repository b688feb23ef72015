/// Adam (Kingma and Ba 2015) in the unit cube, all traces as one batch; a trace that has converged leaves it.
///
/// Every step is projected onto the cube. The moments of a coordinate that was stopped at a bound are kept, so that it can
/// leave again.
struct TraceDescent {
  private let model: ProblemModel
  private let loss: TraceLoss
  private let options: TraceOptions
  private static let (memory, squareMemory, tiny) = (0.9, 0.999, 1e-8)
  /// Steps that have to be alike for a trace to end.
  private static let window = 50

  init(_ model: ProblemModel, _ loss: TraceLoss, _ options: TraceOptions) {
    (self.model, self.loss, self.options) = (model, loss, options)
  }

  private struct Walker {
    var place: [Double]
    var moment: [Double]
    var square: [Double]
    var unit: [[Double]] = []
    /// Loss of objectives and of constraints, 0 where not wanted.
    var losses: [(objective: Double, constraint: Double)] = []
    var ending: Trace.Ending?

    init(_ start: [Double]) {
      // An imported point may lie outside the ranges.
      place = start.map { min(max($0, 0), 1) }
      moment = start.map { _ in 0 }
      square = moment
    }
  }

  /// - Parameter progress: told the steps done; returns whether to go on.
  func run(from starts: [[Double]], progress: (Int) -> Bool) -> [Trace.Path] {
    var walkers = starts.map(Walker.init)
    for step in 0...options.steps {
      let active = walkers.indices.filter { walkers[$0].ending == nil }
      if active.isEmpty { break }
      let points = Matrix(active.map { walkers[$0].place }, columns: model.problem.space.count)
      let (objective, constraint, gradient) = slopes(points)
      for (row, k) in active.enumerated() {
        walkers[k].unit.append(walkers[k].place)
        walkers[k].losses.append((objective[row], constraint[row]))
        if hasConverged(walkers[k].losses) {
          walkers[k].ending = .converged
        } else if step == options.steps {
          walkers[k].ending = .allSteps
        } else {
          advance(&walkers[k], gradient.row(row), step: step + 1)
        }
      }
      if !progress(step) {
        for k in walkers.indices where walkers[k].ending == nil { walkers[k].ending = .interrupted }
      }
    }
    return walkers.map { walker in
      Trace.Path(
        unit: walker.unit, losses: walker.losses.map { $0.objective + $0.constraint },
        ending: walker.ending!)
    }
  }

  private func advance(_ walker: inout Walker, _ gradient: [Double], step: Int) {
    let bias = 1 - power(Self.memory, step)
    let squareBias = 1 - power(Self.squareMemory, step)
    for j in gradient.indices where gradient[j].isFinite {
      walker.moment[j] = Self.memory * walker.moment[j] + (1 - Self.memory) * gradient[j]
      walker.square[j] =
        Self.squareMemory * walker.square[j] + (1 - Self.squareMemory) * gradient[j] * gradient[j]
      let size = (walker.square[j] / squareBias).squareRoot() + Self.tiny
      let place = walker.place[j] - options.rate * walker.moment[j] / bias / size
      walker.place[j] = min(max(place, 0), 1)
    }
  }

  private func power(_ base: Double, _ exponent: Int) -> Double {
    Formula.Operation.power.apply(base, Double(exponent))
  }

  /// Losses and the direction to descend.
  private func slopes(_ points: Matrix) -> (objective: [Double], constraint: [Double], gradient: Matrix) {
    let zeros = Array(repeating: 0.0, count: points.rows)
    func gradient(_ part: (ProblemPrediction, Int) -> (loss: [Double], seeds: ProblemSeeds)) -> (
      loss: [Double], prediction: ProblemPrediction, gradient: Matrix
    ) {
      var losses = zeros
      let result = model.gradient(unit: points) { prediction in
        let (loss, seeds) = part(prediction, points.rows)
        losses = loss
        return seeds
      }
      return (losses, result.prediction, result.gradient)
    }
    switch options.target {
    case .objective:
      let (loss, _, gradient) = gradient(loss.objective)
      return (loss, zeros, gradient)
    case .constraint:
      let (loss, _, gradient) = gradient(loss.constraint)
      return (zeros, loss, gradient)
    case .both:
      let (objective, prediction, up) = gradient(loss.objective)
      let (constraint, _, inside) = gradient(loss.constraint)
      let feasibility = prediction.feasibility
      var sum = up
      for i in 0..<points.rows {
        let joined = Self.joined(up.row(i), inside.row(i), feasibility: feasibility[i])
        for j in joined.indices { sum[i, j] = joined[j] }
      }
      return (objective, constraint, sum)
    }
  }

  /// The gradients of objectives (a) and constraints (b) as one.
  ///
  /// Gressmann et al. 2026 bring b to the length of a and add them. Where the two oppose each other that cancels anywhere, on either
  /// side of the threshold. So the part of a that opposes b is taken out (Yu et al. 2020) and b is brought in, both by
  /// u = min(1, 2 (1 - P(feasible))): far outside b leads, well inside a is alone, and against each other they come to rest where
  /// P(feasible) = 0.75.
  private static func joined(_ a: [Double], _ b: [Double], feasibility: Double) -> [Double] {
    let (length, other) = (norm(a), norm(b))
    guard other > 0 else { return a }
    // Without a slope of the objectives, the constraints' own.
    guard length > 0 else { return b }
    let share = min(1, 2 * (1 - feasibility))
    let along = zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } / other
    let factor = share * (length - min(along, 0)) / other
    return zip(a, b).map { $0 + factor * $1 }
  }

  private static func norm(_ values: [Double]) -> Double { values.reduce(0) { $0 + $1 * $1 }.squareRoot() }

  /// Whether the loss' interquartile range over the last steps is below 1 % of its median.
  ///
  /// The objectives' loss is a logarithm, so there 1 % of the volume is 0.01. A constraint loss near 0 means satisfied, and ends when
  /// its range is below 0.001.
  private func hasConverged(_ losses: [(objective: Double, constraint: Double)]) -> Bool {
    guard losses.count >= Self.window else { return false }
    let last = losses.suffix(Self.window)
    func spread(_ values: [Double]) -> (range: Double, median: Double) {
      let sorted = values.sorted()
      return (sorted[Self.window * 3 / 4] - sorted[Self.window / 4], sorted[Self.window / 2])
    }
    let (objective, constraint) = (spread(last.map(\.objective)), spread(last.map(\.constraint)))
    return objective.range < 0.01 && constraint.range < max(0.01 * abs(constraint.median), 1e-3)
  }
}
