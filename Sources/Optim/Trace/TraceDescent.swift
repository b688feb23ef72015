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
  /// Whoever moved less than this share of the way that steady steps along one coordinate would have taken is at rest.
  private static let rest = 0.1

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
    var costs: [[Double]] = []
    var feasibility: [Double] = []
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
      let slopes = slopes(points)
      let feasibility = slopes.prediction.feasibility
      for (row, k) in active.enumerated() {
        walkers[k].unit.append(walkers[k].place)
        walkers[k].losses.append((slopes.objective[row], slopes.constraint[row]))
        walkers[k].costs.append(slopes.prediction.costs.map { $0[row] })
        walkers[k].feasibility.append(feasibility[row])
        if hasConverged(walkers[k]) {
          walkers[k].ending = .converged
        } else if step == options.steps {
          walkers[k].ending = .allSteps
        } else {
          advance(&walkers[k], slopes.gradient.row(row), step: step + 1)
        }
      }
      if !progress(step) {
        for k in walkers.indices where walkers[k].ending == nil { walkers[k].ending = .interrupted }
      }
    }
    return walkers.map(path)
  }

  private func path(_ walker: Walker) -> Trace.Path {
    Trace.Path(
      unit: walker.unit, losses: walker.losses.map { $0.objective + $0.constraint },
      costs: model.problem.objectives.indices.map { k in walker.costs.map { $0[k] } },
      feasibility: walker.feasibility, ending: walker.ending!)
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

  private struct Slopes {
    var objective: [Double]
    var constraint: [Double]
    let prediction: ProblemPrediction
    var gradient: Matrix
  }

  /// Losses and the direction to descend.
  private func slopes(_ points: Matrix) -> Slopes {
    let zeros = Array(repeating: 0.0, count: points.rows)
    func slopes(_ part: (ProblemPrediction, Int) -> (loss: [Double], seeds: ProblemSeeds)) -> (
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
    let constraint = options.target == .objective ? nil : slopes(loss.constraint)
    let objective = options.target == .constraint ? nil : slopes(loss.objective)
    let first = objective ?? constraint!
    var result = Slopes(
      objective: objective?.loss ?? zeros, constraint: constraint?.loss ?? zeros,
      prediction: first.prediction, gradient: first.gradient)
    guard objective != nil, let inside = constraint?.gradient else { return result }
    let feasibility = first.prediction.feasibility
    for i in 0..<points.rows {
      let joined = Self.joined(result.gradient.row(i), inside.row(i), feasibility: feasibility[i])
      for j in joined.indices { result.gradient[i, j] = joined[j] }
    }
    return result
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
  /// its range is below 0.001. Far from satisfied it is large and may change by less than 1 % of that: there a trace ends only where it
  /// has also come to rest.
  private func hasConverged(_ walker: Walker) -> Bool {
    guard walker.losses.count >= Self.window else { return false }
    let last = walker.losses.suffix(Self.window)
    func spread(_ values: [Double]) -> (range: Double, median: Double) {
      let sorted = values.sorted()
      return (sorted[Self.window * 3 / 4] - sorted[Self.window / 4], sorted[Self.window / 2])
    }
    let (objective, constraint) = (spread(last.map(\.objective)), spread(last.map(\.constraint)))
    guard objective.range < 0.01 else { return false }
    let moved = zip(walker.unit[walker.unit.count - Self.window], walker.place).map { $1 - $0 }
    return constraint.range < 1e-3
      || constraint.range < 0.01 * abs(constraint.median)
        && Self.norm(moved) < Self.rest * options.rate * Double(Self.window)
  }
}
