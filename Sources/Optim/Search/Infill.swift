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
struct InfillSearch: Sendable {
  let model: ProblemModel
  let acquisition: Acquisition
  /// Costs of the evaluated feasible front; nil while no feasible point is known.
  let front: [[Double]]?
  let reference: [Double]
  let scale: [Double]
  /// Evaluated or pending points, as parameter values.
  let known: [[Double]]
  /// Those of them whose answers are awaited: they count as found as predicted, and push chosen ones away.
  var pending: [[Double]] = []
  /// See `AcquisitionFunction`.
  let caution: Double
  /// Starts of the gradient ascent per chosen point; 0 takes candidates as they are.
  let starts: Int

  /// Distance, in the unit cube and per root of dimension, over which a chosen point pushes others away.
  private static let reach = 0.05
  /// Points closer than this in every coordinate of the unit cube are the same.
  private static let sameness = 1e-6

  /// At most `count` new points.
  ///
  /// - Parameter candidates: parameter values, such as the population of a search on the model.
  func choose(
    _ count: Int, from candidates: [[Double]], stream: RandomStream, shouldStop: () -> Bool = { false }
  ) -> [Infill] {
    var random = stream
    var batch = Batch(self, candidates)
    while batch.chosen.count < count, !shouldStop() {
      let draw = reference.map { _ in random.normal() }
      guard let next = acquisition == .crowding ? batch.farthest() : batch.best(draw) else { break }
      batch.add(next)
    }
    return batch.chosen
  }

  /// A batch being put together.
  private struct Batch {
    let search: InfillSearch
    let space: Space
    private let units: [[Double]]
    private let prediction: ProblemPrediction
    private let candidates: [[Double]]
    private var prints: Set<UInt64>
    private let knownUnits: [[Double]]
    private var chosenUnits: [[Double]] = []
    private(set) var chosen: [Infill] = []
    private var front: [[Double]]?

    init(_ search: InfillSearch, _ candidates: [[Double]]) {
      self.search = search
      self.candidates = candidates
      space = search.model.problem.space
      units = candidates.map(space.encode)
      prediction = search.model.predict(candidates)
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

    /// The point of greatest worth that is not known yet.
    func best(_ draw: [Double]) -> Infill? {
      let function = AcquisitionFunction(
        search.acquisition, front: front, reference: search.reference, scale: search.scale, draw: draw,
        caution: search.caution)
      let values = zip(function.values(prediction), units).map { $0 + logRoom($1) }
      let order = values.indices.filter { values[$0] > -.infinity }.sorted {
        (values[$1], $0) < (values[$0], $1)
      }
      var options = order.prefix(50).map { (candidates[$0], values[$0]) }
      if search.starts > 0 {
        let climbed = climb(from: spread(order), function)
        let found = search.model.predict(climbed)
        options += zip(climbed, zip(function.values(found), climbed).map { $0 + logRoom(space.encode($1)) })
      }
      options.sort { $0.1 > $1.1 }
      guard let (point, worth) = options.first(where: { isNew($0.0) && $0.1 > -.infinity }) else {
        return nil
      }
      return Infill(point: point, costs: search.model.predict([point]).costs.map { $0[0] }, worth: worth)
    }

    /// The best candidates that are not next to a better one.
    private func spread(_ order: [Int]) -> [[Double]] {
      var result: [[Double]] = []
      for i in order {
        if result.count == search.starts { break }
        if result.allSatisfy({ separation($0, units[i]) > 0.03 }) { result.append(units[i]) }
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
    func farthest() -> Infill? {
      let feasibility = prediction.logFeasibility
      let new = candidates.indices.filter { isNew(candidates[$0]) }
      let likely = new.filter { row in
        prediction.logOdds.allSatisfy { $0[row] >= 0 }
          && (prediction.success.isEmpty || prediction.success[row] >= 0)
      }
      guard !likely.isEmpty else {
        return new.max { feasibility[$0] < feasibility[$1] }.map { infill($0, feasibility[$0]) }
      }
      let costs = prediction.costs.map { column in likely.map { column[$0] } }
      let best = NonDominated.firstFront(costs).map { likely[$0] }
      let gaps = best.map { row in nearest(prediction.costs.map { $0[row] }) }
      return gaps.indices.max { gaps[$0] < gaps[$1] }.map { infill(best[$0], log(max(gaps[$0], 1e-300))) }
    }

    private func infill(_ row: Int, _ worth: Double) -> Infill {
      Infill(point: candidates[row], costs: prediction.costs.map { $0[row] }, worth: worth)
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

    mutating func add(_ infill: Infill) {
      chosen.append(infill)
      chosenUnits.append(space.encode(infill.point))
      prints.insert(fingerprint(infill.point))
      if front != nil { believe(search.model.predict([infill.point])) }
    }
  }
}
