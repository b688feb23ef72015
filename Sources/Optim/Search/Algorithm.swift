/// Evaluated points, as search algorithms take and keep them.
public struct Population: Sendable, Equatable {
  /// Parameter values, row by row; NaN where a conditional parameter does not exist.
  public private(set) var points: [[Double]]
  /// `costs[j][row]`: objective j, smaller is better; NaN where the evaluation failed.
  public private(set) var costs: [[Double]]
  /// 0 where feasible, larger is worse, infinity where the evaluation failed.
  public private(set) var violation: [Double]

  public init(points: [[Double]] = [], costs: [[Double]] = [], violation: [Double] = []) {
    precondition(violation.count == points.count && costs.allSatisfy { $0.count == points.count })
    (self.points, self.costs, self.violation) = (points, costs, violation)
  }

  public var count: Int { points.count }

  /// An empty population takes over the other's number of objectives; otherwise the numbers must agree.
  public mutating func append(_ other: Population) {
    if points.isEmpty {
      self = other
      return
    }
    if other.points.isEmpty { return }
    precondition(costs.count == other.costs.count, "populations differ in their number of objectives")
    points += other.points
    for j in costs.indices { costs[j] += other.costs[j] }
    violation += other.violation
  }

  /// The given rows, in the given order.
  public func subset(_ rows: [Int]) -> Population {
    Population(
      points: rows.map { points[$0] }, costs: costs.map { column in rows.map { column[$0] } },
      violation: rows.map { violation[$0] })
  }

  /// Rows of the first feasible front, ascending.
  public var best: [Int] {
    let ranking = Ranking(costs: costs, violation: violation)
    return ranking.feasibleFronts > 0 ? ranking.fronts[0] : []
  }
}

/// What search algorithms can be told; each uses what it knows of.
public struct SearchOptions: Sendable {
  /// Points per generation, 2 or more.
  public var population = 100
  /// Probability that a pair of parents is crossed.
  public var crossoverProbability = 0.9
  /// Distribution index of simulated binary crossover: one for all parameters or one per parameter; larger
  /// keeps closer to the parents.
  public var crossoverIndex: [Double] = [15]
  /// Probability that a parameter is mutated; nil: 1 / number of parameters.
  public var mutationProbability: Double?
  /// Distribution index of polynomial mutation, as `crossoverIndex`.
  public var mutationIndex: [Double] = [20]
  /// A priori constraints: proposals failing it are drawn again, 50 times at most, then passed on all the
  /// same.
  public var accept: Acceptance?

  public init(population: Int = 100, accept: Acceptance? = nil) {
    self.population = population
    self.accept = accept
  }
}

/// A multi-objective search algorithm: a value that proposes points and is told what became of them.
///
/// It has no clock, no files and no global state; all randomness comes from the stream, so equal seeds and
/// answers give equal proposals. Constraints enter as one violation per point (constrained dominance).
public protocol Algorithm: Sendable {
  init(space: Space, options: SearchOptions, stream: RandomStream)

  /// The best points so far, at most `options.population` of them.
  var population: Population { get }

  /// Takes evaluated points into the population. Points that the space does not contain (outside the present
  /// ranges) are ignored.
  mutating func seed(_ evaluated: Population)

  /// `options.population` points to evaluate: parameter values, row by row. Asking again before telling gives
  /// the same points.
  mutating func ask() -> [[Double]]

  /// The answers to the last `ask`, in its order: `costs[j][row]` (smaller is better, NaN where the
  /// evaluation failed) and `violation[row]` (0 feasible, infinity where it failed).
  mutating func tell(costs: [[Double]], violation: [Double])
}

/// A row of the table of algorithms.
public struct AlgorithmEntry: Sendable {
  /// As scripts write it.
  public let name: String
  /// One line for help and completion.
  public let documentation: String
  public let make: @Sendable (Space, SearchOptions, RandomStream) -> any Algorithm
  /// Whether its population is all it knows, so that one seeded with that population goes on like the original: such an algorithm can be
  /// asked for single points while others are out.
  public let isSteady: Bool
  /// Whether it makes children of two parents, so that options of crossover mean something.
  public let crosses: Bool

  init(
    name: String, documentation: String, isSteady: Bool = false, crosses: Bool = false,
    make: @escaping @Sendable (Space, SearchOptions, RandomStream) -> any Algorithm
  ) {
    (self.name, self.documentation, self.make) = (name, documentation, make)
    (self.isSteady, self.crosses) = (isSteady, crosses)
  }
}

/// The algorithms there are.
public enum Algorithms {
  public static let all: [AlgorithmEntry] = [
    AlgorithmEntry(
      name: "nsga2",
      documentation: "NSGA-II: non-dominated sorting and crowding; sound for two or three objectives",
      isSteady: true, crosses: true
    ) { NSGA2(space: $0, options: $1, stream: $2) },
    AlgorithmEntry(
      name: "age",
      documentation:
        "AGE-MOEA-II: learns the shape of the front and spreads points along it; any number of objectives",
      isSteady: true, crosses: true
    ) { AGEMOEA2(space: $0, options: $1, stream: $2) },
    AlgorithmEntry(
      name: "nsga3",
      documentation: "NSGA-III: one point near each of many even directions; for three and more objectives",
      isSteady: true, crosses: true
    ) { NSGA3(space: $0, options: $1, stream: $2) },
    AlgorithmEntry(
      name: "smpso",
      documentation: "SMPSO: particles of limited speed that fly to the front; for smooth problems"
    ) { SMPSO(space: $0, options: $1, stream: $2) },
    AlgorithmEntry(
      name: "cmaes",
      documentation:
        "MO-CMA-ES: every point learns size and direction of its steps; for parameters that act together"
    ) { MOCMAES(space: $0, options: $1, stream: $2) },
    AlgorithmEntry(
      name: "trs",
      documentation: "trust regions: boxes around points of the front that grow and shrink with success"
    ) { TrustRegions(space: $0, options: $1, stream: $2) },
  ]

  public static func named(_ name: String) -> AlgorithmEntry? {
    all.first { $0.name == name }
  }
}
