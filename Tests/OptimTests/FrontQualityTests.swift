import Foundation
import Testing

@testable import Optim

/// Fronts found with stated budgets against published hypervolumes, to 1 %.
///
/// Reference points and best published values: ZDT1 from BoTorch's test problems (the true front); the others
/// from the comparison of SAMO-COBRA (de Winter et al. 2021), definitions as in pymoo 0.6. All are minimised.
@Suite struct FrontQualityTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let name: String
    let bounds: [ClosedRange<Double>]
    let reference: [Double]
    let published: Double
    let population: Int
    let generations: Int
    /// Costs, and constraints that are satisfied where they are not positive.
    let evaluate: @Sendable ([Double]) -> (costs: [Double], constraints: [Double])
    var testDescription: String { name }
  }

  /// Where an algorithm misses the mark, how far it comes at least (docs/search.md): steps without crossover need more generations on
  /// ZDT1, a swarm is weak with constraints, and neither finds all five regions of OSY.
  static let shortfalls: [String: [String: Double]] = [
    zdt1.name: ["cmaes": 0.96], tnk.name: ["smpso": 0.98], osy.name: ["smpso": 0.88, "cmaes": 0.91],
  ]

  @Test(arguments: [zdt1, bnh, tnk, osy, weldedBeam], Algorithms.all.map(\.name))
  func reachesPublishedHypervolume(problem: Case, algorithm: String) {
    let space = Space(
      problem.bounds.enumerated().map { j, range in
        Parameter(
          name: "x\(j + 1)", domain: .real(lower: range.lowerBound, upper: range.upperBound, scale: .linear))
      })
    var volumes: [Double] = []
    for seed: UInt64 in 1...3 {
      var search = Algorithms.named(algorithm)!.make(
        space, SearchOptions(population: problem.population), RandomStream(seed: seed, purpose: .search))
      for _ in 0..<problem.generations {
        let answers = search.ask().map(problem.evaluate)
        search.tell(
          costs: problem.reference.indices.map { j in answers.map { $0.costs[j] } },
          violation: answers.map { $0.constraints.reduce(0) { $0 + max($1, 0) } })
      }
      let front = search.population.subset(search.population.best)
      volumes.append(hypervolume(front.costs, reference: problem.reference))
    }
    // The median of three seeds.
    let volume = volumes.sorted()[1]
    let share = Self.shortfalls[problem.name]?[algorithm]
    #expect(volume >= (share ?? 0.99) * problem.published, "\(problem.name): \(volumes)")
    // What has become better leaves the table.
    if share != nil { #expect(volume < 0.99 * problem.published, "\(problem.name): no shortfall any more") }
  }

  static let zdt1 = Case(
    name: "zdt1, 30 variables", bounds: Array(repeating: 0...1, count: 30), reference: [11, 11],
    published: 120.6667, population: 100, generations: 100
  ) { x in
    let g = 1 + 9 * x.dropFirst().reduce(0, +) / 29
    return ([x[0], g * (1 - (x[0] / g).squareRoot())], [])
  }

  static let bnh = Case(
    name: "bnh", bounds: [0...5, 0...3], reference: [140, 50], published: 5256, population: 100,
    generations: 40
  ) { x in
    let (a, b) = (x[0], x[1])
    let costs = [4 * a * a + 4 * b * b, (a - 5) * (a - 5) + (b - 5) * (b - 5)]
    let first = (a - 5) * (a - 5) + b * b - 25
    let second = 7.7 - (a - 8) * (a - 8) - (b + 3) * (b + 3)
    return (costs, [first / 25, second / 7.7])
  }

  static let tnk = Case(
    name: "tnk", bounds: [0...Double.pi, 0...Double.pi], reference: [3, 3], published: 8.047, population: 100,
    generations: 60
  ) { x in
    let (a, b) = (x[0], x[1])
    let wave = 1 + 0.1 * cos(16 * atan2(a, b))
    return (x, [wave - a * a - b * b, ((a - 0.5) * (a - 0.5) + (b - 0.5) * (b - 0.5) - 0.5) * 2])
  }

  // Five separate regions: smaller populations often settle for a part of them (95 % of the volume).
  static let osy = Case(
    name: "osy", bounds: [0...10, 0...10, 1...5, 0...6, 1...5, 0...10], reference: [0, 386],
    published: 100581,
    population: 300, generations: 200
  ) { x in
    let squares = zip(x, [2.0, 2, 1, 4, 1]).map { ($0 - $1) * ($0 - $1) }
    let first = -(25 * squares[0] + squares[1] + squares[2] + squares[3] + squares[4])
    let second = x.reduce(0) { $0 + $1 * $1 }
    let (sum, difference) = (x[0] + x[1], x[0] - x[1])
    let third = (x[2] - 3) * (x[2] - 3) + x[3] - 4
    let sixth = 4 - (x[4] - 3) * (x[4] - 3) - x[5]
    let constraints = [
      (2 - sum) / 2, (sum - 6) / 6, (-difference - 2) / 2, (x[0] - 3 * x[1] - 2) / 2, third / 4, sixth / 4,
    ]
    return ([first, second], constraints)
  }

  static let weldedBeam = Case(
    name: "welded beam", bounds: [0.125...5, 0.1...10, 0.1...10, 0.125...5], reference: [350, 0.1],
    published: 34.53, population: 100, generations: 100
  ) { x in
    let (h, l, t, b) = (x[0], x[1], x[2], x[3])
    let cost = 1.10471 * h * h * l + 0.04811 * t * b * (14 + l)
    let deflection = 2.1952 / (t * t * t * b)
    let arm = 0.25 * (l * l + (h + t) * (h + t))
    let direct = 6000 / (2.0.squareRoot() * h * l)
    let bending =
      6000 * (14 + 0.5 * l) * arm.squareRoot() / (2 * 0.707 * h * l * (l * l / 12 + 0.25 * (h + t) * (h + t)))
    let shear = (direct * direct + bending * bending + l * direct * bending / arm.squareRoot()).squareRoot()
    let stress = 504_000 / (t * t * b)
    let buckling = 64746.022 * (1 - 0.0282346 * t) * t * b * b * b
    return ([cost, deflection], [shear / 13600 - 1, stress / 30000 - 1, (h - b) / 5, 1 - buckling / 6000])
  }
}
