/// NSGA-II.
///
/// Source: Deb, Pratap, Agarwal, Meyarivan, "A fast and elitist multiobjective genetic algorithm: NSGA-II",
/// 2002. Parents by binary tournament on constrained dominance and crowding; the next population is the best
/// of parents and children. Differences: the last front is pruned point by point (Kukkonen and Deb 2006); a
/// child that decodes to a known point is drawn again (50 times at most, so small discrete spaces do not
/// hang); the first generation is a Latin hypercube.
public struct NSGA2: Algorithm {
  public private(set) var population = Population()

  private let space: Space
  private let options: SearchOptions
  private let decoder: UnitDecoder
  private let variation: Variation
  private let stream: RandomStream
  private var random: RandomStream
  /// Points of the unit cube behind `population`, row by row; parameters that do not exist keep their genes.
  private var genomes: [[Double]] = []
  /// Fingerprints of what the genomes decode to.
  private var prints: [UInt64] = []
  private var ranks: [Int] = []
  private var crowding: [Double] = []
  private var asked: Proposal?

  private struct Proposal {
    var points: [[Double]] = []
    var genomes: [[Double]] = []
    var prints: [UInt64] = []

    init(points: [[Double]] = [], capacity: Int = 0) {
      self.points = points
      self.points.reserveCapacity(capacity)
      genomes.reserveCapacity(capacity)
      prints.reserveCapacity(capacity)
    }
  }

  public init(space: Space, options: SearchOptions, stream: RandomStream) {
    precondition(options.population >= 2, "a population needs two points")
    self.space = space
    self.options = options
    self.stream = stream
    decoder = UnitDecoder(space)
    variation = Variation(space: space, options: options)
    random = stream
  }

  public mutating func seed(_ evaluated: Population) {
    let rows = evaluated.points.indices.filter { space.contains(evaluated.points[$0]) }
    let usable = evaluated.subset(rows)
    select(from: usable, proposal(of: usable.points))
  }

  public mutating func ask() -> [[Double]] {
    let proposal = asked ?? (population.count < options.population ? initialDesign() : offspring())
    asked = proposal
    return proposal.points
  }

  public mutating func tell(costs: [[Double]], violation: [Double]) {
    guard let proposal = asked else { preconditionFailure("tell without ask") }
    asked = nil
    let evaluated = Population(points: proposal.points, costs: costs, violation: violation)
    select(from: evaluated, proposal)
  }

  /// Keeps the best of the population and the newcomers.
  private mutating func select(from newcomers: Population, _ proposal: Proposal) {
    var all = population
    all.append(newcomers)
    let allGenomes = genomes + proposal.genomes
    let allPrints = prints + proposal.prints
    let order = Ranking(costs: all.costs, violation: all.violation)
    let chosen = order.best(options.population, costs: all.costs)
    population = all.subset(chosen)
    genomes = chosen.map { allGenomes[$0] }
    prints = chosen.map { allPrints[$0] }
    let ranking = order.within(best: chosen)
    (ranks, crowding) = (ranking.ranks, ranking.crowding(costs: population.costs))
  }

  /// A Latin hypercube; where the a priori constraints leave too little room for one, points regardless of
  /// them.
  private mutating func initialDesign() -> Proposal {
    let sampler = LatinHypercube()
    let start = stream.derived(0)
    let count = options.population
    let points =
      (try? sampler.sample(count: count, space: space, stream: start, accept: options.accept).points)
      ?? sampler.points(count: count, dimension: space.count, stream: start).map(space.decode)
    return proposal(of: points)
  }

  /// Given points with their genomes; parameters that do not exist get random genes, to be there when their
  /// condition holds.
  private mutating func proposal(of points: [[Double]]) -> Proposal {
    var proposal = Proposal(points: points)
    for values in points {
      let genome = zip(space.encode(values), values).map { $1.isNaN ? random.uniform() : $0 }
      proposal.genomes.append(genome)
      // Not of the values themselves: encoding may round, and a child with the same genes decodes to the
      // rounded ones.
      proposal.prints.append(fingerprint(decoder.decode(genome)))
    }
    return proposal
  }

  private mutating func offspring() -> Proposal {
    var children = Proposal(capacity: options.population)
    var known = Set(prints)
    var parents = Tournament(population, ranks: ranks, crowding: crowding)
    var redraws = 0
    while children.points.count < options.population {
      var a = genomes[parents.winner(&random)]
      var b = genomes[parents.winner(&random)]
      variation.cross(&a, &b, &random)
      add(&a, to: &children, &known, &redraws)
      if children.points.count < options.population { add(&b, to: &children, &known, &redraws) }
    }
    return children
  }

  /// Mutates a child and takes it, unless it is known already or violates an a priori constraint.
  private mutating func add(
    _ child: inout [Double], to children: inout Proposal, _ known: inout Set<UInt64>, _ redraws: inout Int
  ) {
    variation.mutate(&child, &random)
    let values = decoder.decode(child)
    let print = fingerprint(values)
    let isNew = known.insert(print).inserted
    guard isNew && options.accept?(values) != false || redraws >= 50 else {
      redraws += 1
      return
    }
    redraws = 0
    children.points.append(values)
    children.genomes.append(child)
    children.prints.append(print)
  }
}

/// Binary tournament: of two rows the one that beats the other in constrained dominance, else the less
/// crowded one.
///
/// Dominance between the two, not their ranks as in the paper: a row of a later front that neither dominates
/// keeps its chance, and so do regions found late. On OSY (200 x 250, 40 runs) that takes the runs that find
/// the whole front from 19 to 27, and costs nothing on ZDT1, BNH, TNK and the welded beam. Rows meet in
/// random order, each once before any meets again.
private struct Tournament {
  let population: Population
  let ranks: [Int]
  let crowding: [Double]
  private var order: [Int] = []

  init(_ population: Population, ranks: [Int], crowding: [Double]) {
    (self.population, self.ranks, self.crowding) = (population, ranks, crowding)
  }

  mutating func winner(_ random: inout RandomStream) -> Int {
    if order.count < 2 { order += random.permutation(ranks.count) }
    let (a, b) = (order.removeLast(), order.removeLast())
    if ranks[a] < ranks[b] && beats(a, b) { return a }
    if ranks[b] < ranks[a] && beats(b, a) { return b }
    return crowding[a] >= crowding[b] ? a : b
  }

  /// Whether `a`, of smaller rank than `b`, wins for certain.
  private func beats(_ a: Int, _ b: Int) -> Bool {
    !(population.violation[b] <= 0) || population.costs.allSatisfy { !($0[a] > $0[b]) }
  }
}

/// 64 bits that tell points apart: equal values (NaN equals NaN) give equal bits. A collision only costs a
/// redraw.
func fingerprint(_ values: [Double]) -> UInt64 {
  var hash: UInt64 = 0x9E37_79B9_7F4A_7C15
  for value in values {
    let bits = value.isNaN ? Double.nan.bitPattern : (value + 0).bitPattern
    hash = (hash ^ bits) &* 0xD6E8_FEB8_6659_FD93
    hash ^= hash >> 32
  }
  return hash
}
