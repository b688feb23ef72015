import Foundation

/// MO-CMA-ES: every member of the population has a normal distribution of its own and learns its shape.
///
/// Source: Igel, Hansen, Roth, "Covariance matrix adaptation for multi-objective optimization", 2007; whether
/// a step was a success is judged by the population, as in Voss, Hansen, Igel, "Improved step size adaptation
/// for the MO-CMA-ES", 2010: each of the N members has one child, the best N of both live on, and a child
/// that lives on is a success. Last fronts are thinned by `spread`. Differences: the search happens in the
/// unit cube, a step that leaves it ends at its border; stepped parameters and labels are mutated besides.
/// Memory: 2 n^2 numbers per member for n parameters.
struct MOCMAES: Algorithm {
  private(set) var population = Population()

  private let breeder: Breeder
  private let rates: StepRates
  private var random: RandomStream
  private var genomes: [[Double]] = []
  private var prints: [UInt64] = []
  private var strategies: [StepStrategy] = []
  private var asked: Proposal?
  /// Rows of the members whose children were asked for, in order.
  private var parents: [Int] = []
  /// Otherwise a first design was asked for.
  private var areChildren = false

  init(space: Space, options: SearchOptions, stream: RandomStream) {
    breeder = Breeder(space, options, stream)
    rates = StepRates(dimension: space.count)
    random = stream
  }

  mutating func seed(_ evaluated: Population) {
    let (usable, proposal) = breeder.usable(evaluated, &random)
    join(usable, proposal, strategies: newcomers(usable.count))
  }

  /// Strategies for points that came from elsewhere: as wide as the members' are now.
  private func newcomers(_ count: Int) -> [StepStrategy] {
    let steps = strategies.map(\.step).sorted()
    let step = steps.isEmpty ? StepRates.firstStep : steps[steps.count / 2]
    return Array(repeating: StepStrategy(step: step, rates), count: count)
  }

  mutating func ask() -> [[Double]] {
    if let asked { return asked.points }
    areChildren = population.count == breeder.options.population
    let proposal = areChildren ? children() : breeder.initialDesign(&random)
    asked = proposal
    return proposal.points
  }

  private mutating func children() -> Proposal {
    var brood = breeder.brood(known: prints)
    let isLabel = breeder.variation.isLabel
    let hasDiscrete = breeder.variation.hasDiscrete
    parents = chosenParents()
    for row in parents {
      var child: [Double]
      repeat {
        let draw = isLabel.map { $0 ? 0 : random.normal() }
        child = strategies[row].moved(genomes[row], draw)
        if hasDiscrete { breeder.variation.mutate(&child, &random, onlyDiscrete: true) }
      } while !breeder.add(child, to: &brood)
    }
    return brood.proposal
  }

  /// Members of the first front, equally often. While some members are infeasible, every member: the front
  /// alone would lose parts of the space where nothing is feasible yet (C2-DTLZ2 ends with one arc of three).
  private mutating func chosenParents() -> [Int] {
    let all = Array(genomes.indices)
    let best = population.best
    let isFeasible = population.violation.allSatisfy { $0 <= 0 } && !best.isEmpty
    return cycled(isFeasible ? best : all, genomes.count)
  }

  /// Rows in random order, each once before any comes again.
  private mutating func cycled(_ rows: [Int], _ count: Int) -> [Int] {
    var cycled: [Int] = []
    while cycled.count < count { cycled += random.permutation(rows.count).map { rows[$0] } }
    return Array(cycled.prefix(count))
  }

  mutating func tell(costs: [[Double]], violation: [Double]) {
    guard let proposal = asked else { preconditionFailure("tell without ask") }
    asked = nil
    let evaluated = Population(points: proposal.points, costs: costs, violation: violation)
    guard areChildren else {
      join(evaluated, proposal, strategies: newcomers(evaluated.count))
      return
    }
    let (before, members) = (strategies, genomes)
    let chosen = join(evaluated, proposal, strategies: parents.map { before[$0] })
    var isSuccess = [Bool](repeating: false, count: parents.count)
    for row in chosen where row >= members.count { isSuccess[row - members.count] = true }
    var outcomes = [[Bool]](repeating: [], count: members.count)
    for (child, parent) in parents.enumerated() { outcomes[parent].append(isSuccess[child]) }
    for (place, row) in chosen.enumerated() {
      guard row >= members.count else {
        for outcome in outcomes[row] { strategies[place].learn(success: outcome, rates) }
        continue
      }
      let parent = parents[row - members.count]
      strategies[place].learn(success: true, rates)
      let move = zip(genomes[place], members[parent]).map { ($0 - $1) / before[parent].step }
      strategies[place].learn(move: move, rates)
    }
  }

  /// Keeps the best of the members and others, with their strategies.
  ///
  /// - Returns: the rows kept, members first.
  @discardableResult
  private mutating func join(_ others: Population, _ proposal: Proposal, strategies new: [StepStrategy])
    -> [Int]
  {
    var all = population
    all.append(others)
    let ranking = Ranking(costs: all.costs, violation: all.violation)
    let chosen = ranking.best(breeder.options.population) { spread($0, to: $1, costs: all.costs) }
    population = all.subset(chosen)
    let (allGenomes, allPrints) = (genomes + proposal.genomes, prints + proposal.prints)
    let allStrategies = strategies + new
    genomes = chosen.map { allGenomes[$0] }
    prints = chosen.map { allPrints[$0] }
    strategies = chosen.map { allStrategies[$0] }
    return chosen
  }
}

/// Constants of the (1+1)-CMA-ES for a number of parameters (Igel, Hansen, Roth 2007).
struct StepRates: Sendable {
  /// In units of the parameters' ranges.
  static let firstStep = 0.2
  let damping: Double
  let targetSuccess = 1 / 5.5
  let successRate: Double
  let pathRate: Double
  let covarianceRate: Double
  /// Above this rate of success steps are too short to say anything about the shape.
  let highSuccess = 0.44

  init(dimension: Int) {
    let n = Double(dimension)
    damping = 1 + n / 2
    successRate = targetSuccess / (2 + targetSuccess)
    pathRate = 2 / (n + 2)
    covarianceRate = 2 / (n * n + 6)
  }
}

/// A member's normal distribution: step^2 C, with C = A A'. A and its inverse are kept up to date by
/// rank-one updates (Suttorp, Hansen, Igel, "Efficient covariance matrix update for variable metric evolution
/// strategies", 2009), O(n^2) each.
struct StepStrategy: Sendable {
  private(set) var step: Double
  private var success: Double
  private var path: [Double] = []
  /// A and its inverse, row by row; empty while C is the unit matrix.
  private(set) var factor: [Double] = []
  private var inverse: [Double] = []

  init(step: Double, _ rates: StepRates) { (self.step, success) = (step, rates.targetSuccess) }

  /// A point of the unit cube from another and a standard normal draw.
  func moved(_ genome: [Double], _ draw: [Double]) -> [Double] {
    let direction = factor.isEmpty ? draw : product(factor, draw)
    return genome.indices.map { min(max(genome[$0] + step * direction[$0], 0), 1) }
  }

  /// Longer steps after successes, shorter ones after failures.
  mutating func learn(success isSuccess: Bool, _ rates: StepRates) {
    success += rates.successRate * ((isSuccess ? 1 : 0) - success)
    let excess = (success - rates.targetSuccess) / (1 - rates.targetSuccess)
    step = min(max(step * exp(excess / rates.damping), 1e-12), 1)
  }

  /// - Parameter move: a successful step divided by `step`.
  mutating func learn(move: [Double], _ rates: StepRates) {
    let n = move.count
    if path.isEmpty { path = Array(repeating: 0, count: n) }
    let rate = rates.pathRate
    var keep = 1 - rates.covarianceRate
    if success < rates.highSuccess {
      let weight = (rate * (2 - rate)).squareRoot()
      for j in 0..<n { path[j] = (1 - rate) * path[j] + weight * move[j] }
    } else {
      for j in 0..<n { path[j] *= 1 - rate }
      keep += rates.covarianceRate * rate * (2 - rate)
    }
    stretch(along: path, keep: keep, add: rates.covarianceRate)
  }

  /// C = keep C + add v v'.
  private mutating func stretch(along v: [Double], keep: Double, add: Double) {
    let n = v.count
    if factor.isEmpty {
      factor = Array(repeating: 0, count: n * n)
      for j in 0..<n { factor[j * n + j] = 1 }
      inverse = factor
    }
    let w = product(inverse, v)
    let square = w.reduce(0) { $0 + $1 * $1 }
    let root = keep.squareRoot()
    guard square > 1e-300, square.isFinite else {
      for k in factor.indices {
        factor[k] *= root
        inverse[k] /= root
      }
      return
    }
    let growth = (1 + add * square / keep).squareRoot()
    let outward = root / square * (growth - 1)
    let inward = (1 - 1 / growth) / (root * square)
    var back = [Double](repeating: 0, count: n)
    for i in 0..<n { for j in 0..<n { back[j] += w[i] * inverse[i * n + j] } }
    for i in 0..<n {
      for j in 0..<n {
        factor[i * n + j] = root * factor[i * n + j] + outward * v[i] * w[j]
        inverse[i * n + j] = inverse[i * n + j] / root - inward * w[i] * back[j]
      }
    }
  }

  private func product(_ matrix: [Double], _ v: [Double]) -> [Double] {
    let n = v.count
    return matrix.withUnsafeBufferPointer { matrix in
      (0..<n).map { i in
        var sum = 0.0
        for j in 0..<n { sum += matrix[i &* n &+ j] * v[j] }
        return sum
      }
    }
  }
}
