import Foundation

/// Search in several trust regions at once: boxes around points of the front that grow where they succeed,
/// shrink where they fail, and start elsewhere when they have become too small.
///
/// Source of the boxes and their counters: Eriksson, Pearce, Gardner, Turner, Poloczek, "Scalable global
/// optimization via local Bayesian optimization" (TuRBO), 2019; constraints as in Eriksson and Poloczek
/// (SCBO), 2021; several regions along one front as in Daulton, Eriksson, Balandat, Bakshy (MORBO), 2022.
/// Those choose candidates by a model of their own. Here candidates are judged by whoever evaluates them, a
/// simulator or a surrogate, so they are made to be good without one: half of them are the centre with some
/// coordinates drawn anew in the box, half are moved along the difference of two members of the population
/// (Storn and Price 1997).
struct TrustRegions: Algorithm {
  private(set) var population = Population()

  private let breeder: Breeder
  private var random: RandomStream
  private var genomes: [[Double]] = []
  private var prints: [UInt64] = []
  /// The region that made each member; -1 for those that came from elsewhere.
  private var makers: [Int] = []
  private var regions: [TrustRegion] = []
  private var asked: Proposal?
  private var askedMakers: [Int] = []

  init(space: Space, options: SearchOptions, stream: RandomStream) {
    breeder = Breeder(space, options, stream)
    random = stream
    regions = Array(repeating: TrustRegion(), count: min(max(options.population / 5, 1), 20))
  }

  mutating func seed(_ evaluated: Population) {
    let (usable, proposal) = breeder.usable(evaluated, &random)
    join(usable, proposal, makers: usable.points.map { _ in -1 })
  }

  mutating func ask() -> [[Double]] {
    if let asked { return asked.points }
    if population.count < breeder.options.population {
      asked = breeder.initialDesign(&random)
      askedMakers = asked!.points.map { _ in -1 }
    } else {
      asked = candidates()
    }
    return asked!.points
  }

  private mutating func candidates() -> Proposal {
    var brood = breeder.brood(known: prints)
    placeRegions()
    askedMakers = (0..<breeder.options.population).map { $0 % regions.count }
    for (number, maker) in askedMakers.enumerated() {
      let isMoved = number / regions.count % 2 == 0
      var candidate: [Double]
      repeat {
        candidate = isMoved ? moved(regions[maker]) : redrawn(regions[maker])
      } while !breeder.add(candidate, to: &brood)
    }
    return brood.proposal
  }

  /// Some coordinates of the centre drawn anew in the box: mostly few of them, at most about 20 as in TuRBO.
  private mutating func redrawn(_ region: TrustRegion) -> [Double] {
    var genome = genomes[region.centre]
    let n = Double(genome.count)
    let share = pow(min(n, 20), random.uniform()) / n
    let forced = random.below(max(genome.count, 1))
    for j in genome.indices where j == forced || random.chance(share) {
      genome[j] = region.inside(genome[j], genome[j] + region.side * (random.uniform() - 0.5))
    }
    breeder.variation.mutate(&genome, &random, onlyDiscrete: true)
    return genome
  }

  /// The centre moved along the difference of two members, in some coordinates, within the box.
  private mutating func moved(_ region: TrustRegion) -> [Double] {
    var genome = genomes[region.centre]
    let (a, b) = (random.below(genomes.count), random.below(genomes.count))
    let (length, share) = (0.2 + 0.8 * random.uniform(), random.chance(0.5) ? 1.0 : 0.3)
    let isLabel = breeder.variation.isLabel
    let forced = random.below(max(genome.count, 1))
    for j in genome.indices where j == forced || random.chance(share) {
      if isLabel[j] {
        genome[j] = genomes[a][j]
      } else {
        genome[j] = region.inside(genome[j], genome[j] + length * (genomes[a][j] - genomes[b][j]))
      }
    }
    breeder.variation.mutate(&genome, &random)
    return genome
  }

  /// Gives every region without a centre the best free member: of the first rank while there are any, the
  /// one farthest from the other centres.
  private mutating func placeRegions() {
    let ranking = Ranking(costs: population.costs, violation: population.violation)
    let order = ranking.fronts.flatMap { $0 }
    let first = ranking.feasibleFronts > 0 ? ranking.fronts[0] : Array(order.prefix(regions.count))
    var taken = Set(regions.map(\.centre).filter { $0 >= 0 })
    for i in regions.indices where regions[i].centre < 0 {
      let free = first.filter { !taken.contains($0) }
      let centre =
        free.isEmpty
        ? order.first { !taken.contains($0) } ?? order[random.below(order.count)]
        : farthest(free, from: taken)
      regions[i].centre = centre
      taken.insert(centre)
    }
  }

  private mutating func farthest(_ rows: [Int], from taken: Set<Int>) -> Int {
    guard !taken.isEmpty else { return rows[random.below(rows.count)] }
    let distances = rows.map { row in
      taken.map { other in
        zip(genomes[row], genomes[other]).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
      }.min()!
    }
    return rows[distances.indices.max { distances[$0] < distances[$1] }!]
  }

  mutating func tell(costs: [[Double]], violation: [Double]) {
    guard let proposal = asked else { preconditionFailure("tell without ask") }
    asked = nil
    let known = population.count
    let chosen = join(
      Population(points: proposal.points, costs: costs, violation: violation), proposal,
      makers: askedMakers)
    guard askedMakers.first != -1 else { return }
    // Members that live on and were made in this generation, per region.
    var children = [[Int]](repeating: [], count: regions.count)
    for (place, row) in chosen.enumerated() where row >= known { children[makers[place]].append(place) }
    let ranking = Ranking(costs: population.costs, violation: population.violation)
    let crowding = ranking.crowding(costs: population.costs)
    for i in regions.indices {
      regions[i].count(survivors: children[i].count, of: breeder.options.population / regions.count)
      // The best child is the next centre; without one the centre stays, if it lives.
      let best = children[i].min { a, b in
        (ranking.ranks[a], -crowding[a]) < (ranking.ranks[b], -crowding[b])
      }
      if regions[i].isSpent { regions[i] = TrustRegion() } else if let best { regions[i].centre = best }
    }
  }

  /// Keeps the best of the members and others; centres that are not among them are lost.
  ///
  /// - Returns: the rows kept, members first.
  @discardableResult
  private mutating func join(_ others: Population, _ proposal: Proposal, makers new: [Int]) -> [Int] {
    var all = population
    all.append(others)
    let ranking = Ranking(costs: all.costs, violation: all.violation)
    let chosen = ranking.best(breeder.options.population) { spread($0, to: $1, costs: all.costs) }
    let (allGenomes, allPrints, allMakers) = (
      genomes + proposal.genomes, prints + proposal.prints, makers + new
    )
    population = all.subset(chosen)
    genomes = chosen.map { allGenomes[$0] }
    prints = chosen.map { allPrints[$0] }
    makers = chosen.map { allMakers[$0] }
    let places = Dictionary(uniqueKeysWithValues: chosen.enumerated().map { ($0.element, $0.offset) })
    for i in regions.indices { regions[i].centre = places[regions[i].centre] ?? -1 }
    return chosen
  }
}

/// A box around a member of the population.
struct TrustRegion: Sendable {
  static let firstSide = 0.8
  static let smallestSide = 0x1p-7
  static let largestSide = 1.6

  /// Row of the population; -1 where one has to be found.
  var centre = -1
  private(set) var side = firstSide
  private var successes = 0
  private var failures = 0

  var isSpent: Bool { side < Self.smallestSide }

  /// `value` moved into the box around `centre` and into [0, 1].
  func inside(_ centre: Double, _ value: Double) -> Double {
    min(max(value, centre - side / 2, 0), centre + side / 2, 1)
  }

  /// Three successful generations in a row double the side, three failed ones halve it. A generation is
  /// successful if a fifth of its candidates live on, and failed if fewer than a tenth do.
  mutating func count(survivors: Int, of asked: Int) {
    if 5 * survivors >= asked && survivors > 0 {
      (successes, failures) = (successes + 1, 0)
    } else if 10 * survivors < asked || survivors == 0 {
      (successes, failures) = (0, failures + 1)
    }
    if successes == 3 {
      side = min(2 * side, Self.largestSide)
      successes = 0
    }
    if failures == 3 {
      side /= 2
      failures = 0
    }
  }
}
