import Foundation

/// A point chosen to be evaluated next, with what is predicted of it.
struct Infill: Sendable {
  let point: [Double]
  /// Predicted costs.
  let costs: [Double]
  /// ln of the worth by which it was chosen.
  let worth: Double
}

/// Chooses a batch: greedily, each point by the acquisition function's maximum given the earlier ones and
/// those whose answers are awaited.
///
/// The earlier ones count as if they had been evaluated and found as predicted (kriging believer; Ginsbourger, Le Riche and Carraro
/// 2010), and push later ones away from themselves. Known points and cells are never chosen again.
///
/// Before a choice the most promising candidates climb along the acquisition function's slope, and where they end can be chosen as
/// well. A batch of more than eight climbs eight times in all, many points at once, since a model answers many points in little more
/// than the time of one; what has climbed then stays a candidate for the choices in between.
struct InfillSearch: Sendable {
  let model: ProblemModel
  let acquisition: Acquisition
  /// Costs of the evaluated feasible front; nil while no feasible point is known.
  let front: [[Double]]?
  let reference: [Double]
  /// What every second choice takes instead: see `AcquisitionFrame`. Nil where none does.
  var inner: [Double]?
  let scale: [Double]
  /// Evaluated or pending points, as parameter values.
  let known: [[Double]]
  /// Those of them whose answers are awaited: they count as found as predicted, and push chosen ones away.
  var pending: [[Double]] = []
  /// See `AcquisitionFunction`.
  let caution: Double
  /// What margins are divided by, one per constraint; while no feasible point is known every second choice descends on the predicted
  /// violation, or where no margin is predicted lies far from known points. Empty where none does.
  var scales: [Double] = []
  /// Whether the first choice is one of `Batch.elsewhere`.
  var looksElsewhere = false
  /// Which of them is first: points chosen in earlier rounds, in effect.
  var turn = 0
  /// Starts of a gradient ascent; 0 takes candidates as they are.
  let starts: Int

  /// Ascents for one batch.
  private static let ascents = 8
  /// Distance, in the unit cube and per root of dimension, over which a chosen point pushes others away.
  private static let reach = 0.05
  /// Share of the largest improvement, or probability, that a point elsewhere must promise.
  private static let promise = 0.5
  /// Points closer than this in every coordinate of the unit cube are the same.
  private static let sameness = 1e-6

  /// At most `count` new points.
  ///
  /// - Parameter candidates: parameter values, such as the population of a search on the model.
  func choose(
    _ count: Int, from candidates: [[Double]], stream: RandomStream, shouldStop: () -> Bool = { false }
  ) -> [Infill] {
    var random = stream
    var batch = Batch(self, candidates, keepsClimbed: count > Self.ascents)
    let period = max(1, (count + Self.ascents - 1) / Self.ascents)
    var nextClimb = 0
    while batch.chosen.count < count, !shouldStop() {
      let draw = reference.map { _ in random.normal() }
      let isElsewhere = looksElsewhere && batch.chosen.isEmpty
      var next =
        acquisition == .crowding
        ? batch.farthest() : (isElsewhere ? batch.elsewhere(draw) : nil) ?? batch.likelyElsewhere()
      if next == nil, acquisition != .crowding {
        let climbs = starts > 0 && batch.chosen.count >= nextClimb
        if climbs { nextClimb = batch.chosen.count + period }
        next = batch.best(draw, climbs: climbs)
      }
      guard let next else { break }
      batch.add(next)
    }
    return batch.chosen
  }

  /// A batch being put together.
  private struct Batch {
    let search: InfillSearch
    let space: Space
    /// What is chosen from: the given candidates, and what has climbed.
    private var pool: Pool
    /// Stays a pool of the given candidates alone where every choice has climbs of its own: climbs that all start from the ends of
    /// earlier ones lose parts of the front.
    private let given: Pool
    private let keepsClimbed: Bool
    private var prints: Set<UInt64>
    private let knownUnits: [[Double]]
    private var chosenUnits: [[Double]] = []
    private(set) var chosen: [Infill] = []
    private var front: [[Double]]?
    /// Of every candidate, at the last choice.
    private var worth: [Double] = []

    private struct Pool {
      var points: [[Double]]
      var units: [[Double]]
      var prediction: ProblemPrediction
    }

    init(_ search: InfillSearch, _ candidates: [[Double]], keepsClimbed: Bool) {
      self.search = search
      self.keepsClimbed = keepsClimbed
      space = search.model.problem.space
      given = Pool(
        points: candidates, units: candidates.map(space.encode), prediction: search.model.predict(candidates))
      pool = given
      prints = Set(search.known.map(fingerprint))
      knownUnits = search.known.map(space.encode)
      front = search.front
      chosenUnits = search.pending.map(space.encode)
      let expected = search.pending.isEmpty ? nil : search.model.predict(search.pending)
      if let expected { believe(expected) }
    }

    /// Counts points as evaluated and found as predicted: those that are likelier feasible than not join the front. Where no feasible point
    /// is known there is no front to join.
    private mutating func believe(_ prediction: ProblemPrediction) {
      guard front != nil else { return }
      let isAnyTaken = search.acquisition == .crowding
      for (row, feasibility) in prediction.logFeasibility.enumerated()
      where isAnyTaken || feasibility > log(0.5) {
        for k in prediction.costs.indices { front![k].append(prediction.costs[k][row]) }
      }
    }

    // MARK: By worth

    /// The candidate of greatest worth that is not known yet.
    ///
    /// - Parameter climbs: whether the most promising ones go uphill first.
    mutating func best(_ draw: [Double], climbs: Bool) -> Int? {
      let function = AcquisitionFunction(
        search.acquisition, front: front, reference: reference, scale: search.scale, draw: draw,
        caution: search.caution, descent: descent)
      if !keepsClimbed { pool = given }
      var values = zip(function.values(pool.prediction), pool.units).map { $0 + logRoom($1) }
      if climbs {
        let climbed = climb(from: spread(ranked(values)), function)
        let found = search.model.predict(climbed)
        values += zip(function.values(found), climbed).map { $0 + logRoom(space.encode($1)) }
        pool.points += climbed
        pool.units += climbed.map(space.encode)
        pool.prediction.append(found)
      }
      worth = values
      return ranked(values).first { isNew(pool.points[$0]) }
    }

    /// Of the candidates that would improve the front much if they were feasible, whether or not the model takes them to be, the one
    /// farthest from every known point: a front may go on beyond a region where all points so far were infeasible.
    mutating func elsewhere(_ draw: [Double]) -> Int? {
      guard let front else { return nil }
      let function = AcquisitionFunction(
        search.acquisition, front: front, reference: search.reference, scale: search.scale, draw: draw,
        caution: 0)
      let values = function.values(pool.prediction)
      worth = values
      return values.max().flatMap { farthest(values, from: $0) }
    }

    /// Of the new candidates whose value (a logarithm) is near the largest, the one farthest from every known point.
    private func farthest(_ values: [Double], from most: Double) -> Int? {
      guard most > -.infinity else { return nil }
      let promising = values.indices.filter {
        values[$0] >= most + log(InfillSearch.promise) && isNew(pool.points[$0])
      }
      let others = knownUnits + chosenUnits
      let room = promising.map { row in others.map { distance($0, pool.units[row]) }.min() ?? .infinity }
      return promising.indices.max { room[$0] < room[$1] }.map { promising[$0] }
    }

    /// While no feasible point is known and labels are all there is to learn from, every second choice: of the candidates that are nearly
    /// as likely feasible as the likeliest, the one farthest from every known point. A label does not tell how far its threshold is,
    /// so that the likeliest places can be the same ones for long.
    mutating func likelyElsewhere() -> Int? {
      guard front == nil, case .violation = descent, hasOnlyLabels else { return nil }
      let values = pool.prediction.logFeasibility
      worth = values
      return values.max().flatMap { farthest(values, from: $0) }
    }

    /// Whether something is learned of constraints or success, and no margin is.
    private var hasOnlyLabels: Bool {
      let problem = search.model.problem
      let learned = problem.constraints.indices.filter { !problem.isKnownBefore(problem.constraints[$0]) }
      return (!learned.isEmpty || !pool.prediction.success.isEmpty)
        && learned.allSatisfy { pool.prediction.margins[$0].isEmpty }
    }

    private func distance(_ a: [Double], _ b: [Double]) -> Double {
      zip(a, b).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
    }

    /// Ends of a front can always be improved a little as far as a model knows, by the whole width between the end and the reference; a
    /// gap inside that is seen by every second choice is closed all the same.
    private var reference: [Double] {
      (search.turn + chosen.count) % 2 == 1 ? search.inner ?? search.reference : search.reference
    }

    private var descent: Descent {
      let isTurn = (search.turn + chosen.count) % 2 == 0
      return isTurn && !search.scales.isEmpty ? .violation(scales: search.scales) : .probability
    }

    /// Candidates that are worth anything, best first.
    private func ranked(_ values: [Double]) -> [Int] {
      values.indices.filter { values[$0] > -.infinity }.sorted { (values[$1], $0) < (values[$0], $1) }
    }

    /// The best candidates that are not next to a better one.
    private func spread(_ order: [Int]) -> [[Double]] {
      var result: [[Double]] = []
      for i in order {
        if result.count == search.starts { break }
        if result.allSatisfy({ separation($0, pool.units[i]) > 0.03 }) { result.append(pool.units[i]) }
      }
      return result
    }

    private func climb(from starts: [[Double]], _ function: AcquisitionFunction) -> [[Double]] {
      let rows = BoxAscent().climb(starts) { unit in
        var values: [Double] = []
        var (_, gradient) = search.model.gradient(unit: unit) { prediction in
          let result = function.seeds(prediction)
          values = result.values
          return result.seeds
        }
        for i in values.indices {
          let (room, slope) = logRoomSlope(unit.row(i))
          values[i] += room
          for j in slope.indices { gradient[i, j] += slope[j] }
        }
        return (values, gradient)
      }
      return rows.map { space.decode($0.x) }
    }

    /// ln of prod (1 - exp(-d^2 / (2 r^2))) over the points chosen already.
    private func logRoom(_ unit: [Double]) -> Double { logRoomSlope(unit).value }

    private func logRoomSlope(_ unit: [Double]) -> (value: Double, slope: [Double]) {
      var (value, slope) = (0.0, [Double](repeating: 0, count: unit.count))
      let width = InfillSearch.reach * InfillSearch.reach * Double(unit.count)
      for other in chosenUnits {
        let gaps = zip(unit, other).map { $0 - $1 }
        let half = gaps.reduce(0) { $0 + $1 * $1 } / (2 * width)
        guard half < 30 else { continue }
        value += logOneMinusExp(-half)
        let share = 1 / (width * expm1(max(half, 1e-12)))
        for j in slope.indices { slope[j] += share * gaps[j] }
      }
      return (value, slope)
    }

    // MARK: By distance

    /// Of the candidates predicted to be on the feasible front, the one farthest from evaluated and chosen ones; without any, the
    /// likeliest to be feasible.
    mutating func farthest() -> Int? {
      let (points, prediction) = (pool.points, pool.prediction)
      let feasibility = prediction.logFeasibility
      let new = points.indices.filter { isNew(points[$0]) }
      let likely = new.filter { row in
        prediction.logOdds.allSatisfy { $0[row] >= 0 }
          && (prediction.success.isEmpty || prediction.success[row] >= 0)
      }
      guard !likely.isEmpty else {
        worth = feasibility
        return new.max { feasibility[$0] < feasibility[$1] }
      }
      let costs = prediction.costs.map { column in likely.map { column[$0] } }
      let best = NonDominated.firstFront(costs).map { likely[$0] }
      let gaps = best.map { row in nearest(prediction.costs.map { $0[row] }) }
      worth = Array(repeating: -.infinity, count: points.count)
      for (row, gap) in zip(best, gaps) { worth[row] = log(max(gap, 1e-300)) }
      return best.max { worth[$0] < worth[$1] }
    }

    /// Distance to the nearest point of the front, in widths of the front.
    private func nearest(_ costs: [Double]) -> Double {
      guard let front, let first = front.first else { return .infinity }
      return first.indices.map { row in
        costs.indices.reduce(0) { sum, k in
          let gap = (costs[k] - front[k][row]) / search.scale[k]
          return sum + gap * gap
        }.squareRoot()
      }.min() ?? .infinity
    }

    // MARK: Choosing

    private func isNew(_ point: [Double]) -> Bool {
      if prints.contains(fingerprint(point)) { return false }
      let unit = space.encode(point)
      return (knownUnits + chosenUnits).allSatisfy { separation($0, unit) > InfillSearch.sameness }
    }

    private func separation(_ a: [Double], _ b: [Double]) -> Double {
      var largest = 0.0
      for j in a.indices { largest = max(largest, abs(a[j] - b[j])) }
      return largest
    }

    /// Takes a candidate into the batch.
    mutating func add(_ row: Int) {
      let costs = pool.prediction.costs.map { $0[row] }
      chosen.append(Infill(point: pool.points[row], costs: costs, worth: worth[row]))
      chosenUnits.append(pool.units[row])
      prints.insert(fingerprint(pool.points[row]))
      guard front != nil, pool.prediction.logFeasibility[row] > log(0.5) || search.acquisition == .crowding
      else { return }
      for k in costs.indices { front![k].append(costs[k]) }
    }
  }
}

extension ProblemPrediction {
  /// Rows of another prediction by the same model.
  fileprivate mutating func append(_ other: ProblemPrediction) {
    for k in costs.indices { costs[k] += other.costs[k] }
    if let more = other.costVariance { for k in more.indices { costVariance![k] += more[k] } }
    for j in margins.indices { margins[j] += other.margins[j] }
    for j in logOdds.indices { logOdds[j] += other.logOdds[j] }
    success += other.success
  }
}
