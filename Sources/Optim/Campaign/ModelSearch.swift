/// Finds the next points through a fitted model: where the predicted front lies, and which points there and around the evaluated front
/// are worth the most.
struct ModelSearch: Sendable {
  let algorithm: AlgorithmEntry
  let options: OptimizationOptions
  /// Points that are usually chosen at once: the more, the fewer starts of the ascent each has.
  let batch: Int

  /// What is known when points are chosen.
  struct Known: Sendable {
    let points: [[Double]]
    let scores: Scores
    /// Rows of the feasible front.
    let front: [Int]

    init(_ archive: Evaluations, _ scores: Scores) {
      points = (0..<archive.count).map { archive.parameterValues($0) }
      self.scores = scores
      front = scores.feasibleFront
    }
  }

  /// Which choice of the search this is.
  struct Round: Sendable {
    /// Starts at 1; every fifth search on the surrogate starts from nothing.
    let number: Int
    let count: Int
    /// See `AcquisitionFunction`.
    let caution: Double
    /// See `InfillSearch`.
    let looksElsewhere: Bool
    /// Where the last search on the surrogate ended.
    let population: [[Double]]
    let stream: RandomStream
  }

  /// At most `round.count` points, and where the search on the surrogate ended.
  func choose(_ round: Round, _ model: ProblemModel, _ known: Known, shouldStop: () -> Bool) -> (
    chosen: [Infill], population: [[Double]]
  ) {
    let found = searchSurrogate(round, model, known, shouldStop)
    let costs = known.scores.costs.map { column in known.front.map { column[$0] } }
    let frame = AcquisitionFrame(
      front: costs, predicted: found.subset(found.best).costs, given: options.reference)
    let infill = InfillSearch(
      model: model, acquisition: options.acquisition, front: known.front.isEmpty ? nil : costs,
      reference: frame.reference, inner: frame.inner, scale: frame.scale, known: known.points,
      pending: known.scores.rows(.pending).map { known.points[$0] }, caution: round.caution,
      scales: known.scores.scales, looksElsewhere: round.looksElsewhere, turn: round.number,
      starts: batch > 8 ? 16 : 16 / batch)
    let near = neighbours(known, model.problem.space, round.stream.derived(1))
    let chosen = infill.choose(
      round.count, from: accepted(found.points + near), stream: round.stream.derived(2),
      shouldStop: shouldStop)
    return (chosen, found.points)
  }

  /// Goes on where the last search ended; every fifth time from nothing, so that parts of the front which the population has lost,
  /// or which earlier models did not know of, are found.
  private func searchSurrogate(
    _ round: Round, _ model: ProblemModel, _ known: Known, _ shouldStop: () -> Bool
  ) -> Population {
    let stream = round.stream.derived(0)
    var search = options.search
    if options.followsSensitivity {
      let indices = model.combinedSlopes(stream: stream.derived(1)).map { min(max(1 + 20 * $0, 1), 30) }
      (search.crossoverIndex, search.mutationIndex) = (indices, indices)
    }
    let surrogateSearch = SurrogateSearch(
      model: model, algorithm: algorithm, options: search, generations: options.generations,
      gradient: options.gradient, scales: known.scores.scales)
    let isFresh = round.number % 5 == 1
    let seeds = isFresh ? [] : known.front.map { known.points[$0] } + round.population
    return surrogateSearch.run(seeds: seeds, stream: stream.derived(0), shouldStop: shouldStop)
  }

  /// Points around the evaluated front, points that differ from it in one parameter, and points across the space: where a search on
  /// the surrogate need not look. A front in several pieces often has the others at other values of a single parameter.
  private func neighbours(_ known: Known, _ space: Space, _ stream: RandomStream) -> [[Double]] {
    var random = stream
    var points: [[Double]] = []
    for row in known.front {
      let unit = space.encode(known.points[row])
      for width in [0.003, 0.03] {
        points.append(space.decode(unit.map { min(max($0 + width * random.normal(), 0), 1) }))
      }
      for _ in 0..<2 {
        var other = unit
        other[random.below(unit.count)] = random.uniform()
        points.append(space.decode(other))
      }
    }
    for _ in 0..<100 { points.append(space.decode((0..<space.count).map { _ in random.uniform() })) }
    return points
  }

  private func accepted(_ points: [[Double]]) -> [[Double]] {
    guard let accept = options.search.accept else { return points }
    return points.filter(accept)
  }
}

extension Scores {
  /// Rows of the front of the feasible points.
  var feasibleFront: [Int] {
    let feasible = rows(.feasible)
    return NonDominated.firstFront(costs.map { column in feasible.map { column[$0] } }).map { feasible[$0] }
  }
}
