/// SMPSO: a swarm of particles that fly towards good points and whose speed is limited.
///
/// Source: Nebro, Durillo, Garcia-Nieto, Coello Coello, Luna, Alba, "SMPSO: a new PSO-based metaheuristic for
/// multi-objective optimization", 2009; constriction from Clerc and Kennedy 2002. Leaders are the best points
/// so far (constrained dominance, thinned by crowding), each drawn by a tournament on crowding; a particle
/// that would leave the unit cube stops at its border and turns round; every sixth one is mutated. Labels are
/// not flown to but taken over from the leader or the particle's own best point.
struct SMPSO: Algorithm {
  /// The archive of leaders, filled up with the best of the others.
  private(set) var population = Population()

  private let breeder: Breeder
  private var random: RandomStream
  private var genomes: [[Double]] = []
  private var prints: [UInt64] = []
  /// Crowding of the leaders, which come first in `population`.
  private var crowding: [Double] = []
  private var swarm: [Particle] = []
  private var asked: Proposal?
  private var speeds: [[Double]] = []

  private struct Particle {
    var place: [Double]
    var speed: [Double]
    var best: [Double]
    var bestCosts: [Double]
    var bestViolation: Double
  }

  private static let inertia = 0.1

  init(space: Space, options: SearchOptions, stream: RandomStream) {
    breeder = Breeder(space, options, stream)
    random = stream
  }

  mutating func seed(_ evaluated: Population) {
    let (usable, proposal) = breeder.usable(evaluated, &random)
    keep(usable, proposal)
    // A whole population given before anything was flown is where the swarm starts.
    if swarm.isEmpty && population.count == breeder.options.population { land(population, genomes) }
  }

  /// Particles at given points, at rest.
  private mutating func land(_ evaluated: Population, _ places: [[Double]]) {
    swarm = places.indices.map { row in
      Particle(
        place: places[row], speed: places[row].map { _ in 0 }, best: places[row],
        bestCosts: evaluated.costs.map { $0[row] }, bestViolation: evaluated.violation[row])
    }
  }

  mutating func ask() -> [[Double]] {
    if let asked { return asked.points }
    let proposal = swarm.isEmpty ? breeder.initialDesign(&random) : flight()
    asked = proposal
    return proposal.points
  }

  private mutating func flight() -> Proposal {
    var brood = breeder.brood(known: prints)
    let isLabel = breeder.variation.isLabel
    let hasDiscrete = breeder.variation.hasDiscrete
    speeds = []
    for (number, particle) in swarm.enumerated() {
      var speed = particle.speed
      var place = moved(particle, leader(), isLabel, &speed)
      if number % 6 == 0 {
        breeder.variation.mutate(&place, &random)
      } else if hasDiscrete {
        breeder.variation.mutate(&place, &random, onlyDiscrete: true)
      }
      // A particle that came to rest on a known point is shaken off it; one that flew where a priori
      // constraints are violated comes halfway back.
      while !breeder.add(place, to: &brood) {
        for j in place.indices where !isLabel[j] { place[j] = (place[j] + particle.place[j]) / 2 }
        breeder.variation.mutate(&place, &random)
      }
      speeds.append(speed)
    }
    return brood.proposal
  }

  private mutating func moved(
    _ particle: Particle, _ leader: [Double], _ isLabel: [Bool], _ speed: inout [Double]
  ) -> [Double] {
    let (own, social) = (1.5 + random.uniform(), 1.5 + random.uniform())
    let (a, b) = (own * random.uniform(), social * random.uniform())
    let sum = own + social
    let constriction = sum > 4 ? -2 / (sum - 2 + (sum * (sum - 4)).squareRoot()) : 1
    return particle.place.indices.map { j in
      let x = particle.place[j]
      if isLabel[j] { return random.chance(0.5) ? leader[j] : random.chance(0.5) ? particle.best[j] : x }
      let pull = a * (particle.best[j] - x) + b * (leader[j] - x)
      // Half the range at most.
      speed[j] = min(max(constriction * (Self.inertia * speed[j] + pull), -0.5), 0.5)
      let next = x + speed[j]
      if next < 0 || next > 1 { speed[j] = -speed[j] }
      return min(max(next, 0), 1)
    }
  }

  /// The less crowded one of two leaders.
  private mutating func leader() -> [Double] {
    let (a, b) = (random.below(crowding.count), random.below(crowding.count))
    return genomes[crowding[a] >= crowding[b] ? a : b]
  }

  mutating func tell(costs: [[Double]], violation: [Double]) {
    guard let proposal = asked else { preconditionFailure("tell without ask") }
    asked = nil
    let evaluated = Population(points: proposal.points, costs: costs, violation: violation)
    if swarm.isEmpty {
      land(evaluated, proposal.genomes)
    } else {
      for i in swarm.indices {
        swarm[i].place = proposal.genomes[i]
        swarm[i].speed = speeds[i]
        let found = costs.map { $0[i] }
        guard !isWorse(found, violation[i], than: swarm[i]) else { continue }
        swarm[i].best = proposal.genomes[i]
        (swarm[i].bestCosts, swarm[i].bestViolation) = (found, violation[i])
      }
    }
    keep(evaluated, proposal)
  }

  /// In constrained dominance; a failure is never better than anything.
  private func isWorse(_ costs: [Double], _ violation: Double, than particle: Particle) -> Bool {
    let isFailed = { (violation: Double, costs: [Double]) in
      violation.isNaN || violation <= 0 && costs.contains(where: \.isNaN)
    }
    if isFailed(violation, costs) { return true }
    if isFailed(particle.bestViolation, particle.bestCosts) { return false }
    if violation > 0 || particle.bestViolation > 0 {
      return max(violation, 0) > max(particle.bestViolation, 0)
    }
    return NonDominated.dominates(particle.bestCosts, costs)
  }

  private mutating func keep(_ others: Population, _ proposal: Proposal) {
    var all = population
    all.append(others)
    let order = Ranking(costs: all.costs, violation: all.violation)
    let chosen = order.best(breeder.options.population, costs: all.costs)
    let (allGenomes, allPrints) = (genomes + proposal.genomes, prints + proposal.prints)
    population = all.subset(chosen)
    genomes = chosen.map { allGenomes[$0] }
    prints = chosen.map { allPrints[$0] }
    let leaders = order.within(best: chosen).fronts.first ?? []
    crowding = leaders.isEmpty ? [] : crowdingDistance(population.costs, leaders)
  }
}
