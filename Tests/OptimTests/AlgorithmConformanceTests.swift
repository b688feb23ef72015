import Foundation
import Testing

@testable import Optim

/// What holds for every row of the table of algorithms.
@Suite struct AlgorithmConformanceTests {
  /// Runs `generations` with costs and violation of a point.
  private func run(
    _ search: inout any Algorithm, _ generations: Int,
    _ evaluate: ([Double]) -> (costs: [Double], violation: Double)
  ) -> [[Double]] {
    var all: [[Double]] = []
    for _ in 0..<generations {
      let points = search.ask()
      all += points
      let answers = points.map(evaluate)
      search.tell(
        costs: answers[0].costs.indices.map { j in answers.map { $0.costs[j] } },
        violation: answers.map(\.violation))
    }
    return all
  }

  private func make(_ name: String, _ space: Space, _ population: Int, accept: Acceptance? = nil)
    -> any Algorithm
  {
    Algorithms.named(name)!.make(
      space, SearchOptions(population: population, accept: accept), RandomStream(seed: 3, purpose: .search))
  }

  @Test(arguments: Algorithms.all.map(\.name), [2, 4, 7, 50, 1000])
  func mixedSpaces(name: String, population: Int) {
    let space = mixedSpace()
    var search = make(name, space, population)
    let points = run(&search, population > 100 ? 3 : 12) { x in ([x[0], x[2] - x[0]], max(0, x[3] - 0.5)) }
    #expect(points.count == population * (population > 100 ? 3 : 12))
    #expect(points.allSatisfy { space.contains($0) })
    #expect(search.population.count == population)
    #expect(search.population.points.allSatisfy { space.contains($0) })
  }

  @Test(arguments: Algorithms.all.map(\.name), [1, 2, 3, 8])
  func numbersOfObjectives(name: String, objectives: Int) {
    var search = make(name, cube(8), 20)
    let cost = { (x: [Double]) -> [Double] in (0..<objectives).map { j in abs(x[j] - 0.3) + x[(j + 1) % 8] } }
    let points = run(&search, 40) { (cost($0), 0) }
    #expect(points.count == 800)
    #expect(search.population.costs.count == objectives)
    // Elitist: nothing seen dominates everything kept, and the best value of a single objective is kept.
    let smallest = points.map { cost($0)[0] }.min()!
    #expect(objectives > 1 || search.population.costs[0].min()! == smallest)
    // And it makes progress, where that can be told from a sum (of eight objectives nearly every point is on
    // the front): some sum of costs is below the best of the first generation.
    let sums = search.population.points.map { cost($0).reduce(0, +) }
    let start = points.prefix(20).map { cost($0).reduce(0, +) }
    #expect(objectives > 3 || sums.min()! < start.min()!)
  }

  @Test(arguments: Algorithms.all.map(\.name))
  func determinism(name: String) {
    let evaluate = { (x: [Double]) in (costs: [x[0], 1 - x[1]], violation: 0.0) }
    var (a, b) = (make(name, cube(3), 10), make(name, cube(3), 10))
    #expect(run(&a, 5, evaluate) == run(&b, 5, evaluate))
    #expect(a.ask() == a.ask())
    // A copy goes on by itself: the original is not affected.
    var copy = a
    let expected = b.ask()
    _ = run(&copy, 2, evaluate)
    #expect(a.ask() == expected)
    var other = Algorithms.named(name)!.make(
      cube(3), SearchOptions(population: 10), RandomStream(seed: 4, purpose: .search))
    #expect(other.ask() != b.ask())
  }

  @Test(arguments: Algorithms.all.map(\.name))
  func constraintsAndFailures(name: String) {
    // A third of the points fails, and nothing is feasible at the start: x + y + z must exceed 2.6.
    var search = make(name, cube(3), 30)
    let points = run(&search, 40) { x in
      let isFailed = Int(x[2] * 1000) % 3 == 0
      return isFailed ? ([.nan, .nan], .infinity) : ([x[0], x[1]], max(0, 2.6 - x[0] - x[1] - x[2]))
    }
    #expect(points.count == 1200)
    #expect(search.population.violation.allSatisfy { $0 == 0 })
    #expect(search.population.costs.allSatisfy { $0.allSatisfy(\.isFinite) })
    #expect(!search.population.best.isEmpty)
  }

  @Test(arguments: Algorithms.all.map(\.name))
  func everythingFails(name: String) {
    var search = make(name, cube(2), 8)
    _ = run(&search, 5) { _ in ([.nan, .nan], .infinity) }
    #expect(search.population.best.isEmpty)
    #expect(search.ask().count == 8)
  }

  @Test(arguments: Algorithms.all.map(\.name))
  func aPrioriConstraintsAreRespected(name: String) {
    let accept: Acceptance = { $0[0] + $0[1] <= 1 }
    var search = make(name, cube(2), 30, accept: accept)
    let points = run(&search, 20) { ([1 - $0[0], 1 - $0[1]], 0) }
    #expect(points.allSatisfy(accept))
    // Where next to nothing is accepted, proposals are passed on rather than drawn for ever.
    var hopeless = make(name, cube(2), 6) { _ in false }
    #expect(run(&hopeless, 3) { ($0, 0) }.count == 18)
  }

  @Test(arguments: Algorithms.all.map(\.name))
  func proposalsAreNew(name: String) {
    // 64 x 64 cells and 20 generations of 40: no point is proposed twice while there are others nearby.
    let step = { (name: String) in Parameter(name: name, domain: .stepped(lower: 0, upper: 63, step: 1)) }
    var search = make(name, Space([step("a"), step("b")]), 40)
    for _ in 0..<20 {
      let before = Set(search.population.points)
      let points = search.ask()
      if !before.isEmpty {
        #expect(Set(points).count == points.count)
        #expect(before.isDisjoint(with: points))
      }
      search.tell(
        costs: [points.map { $0[0] }, points.map { 63 - $0[0] + $0[1] }], violation: points.map { _ in 0 })
    }
    // Two points in all: repeats are unavoidable and must not hang.
    var tiny = make(name, Space([Parameter(name: "c", domain: .categorical(["a", "b"]))]), 10)
    #expect(run(&tiny, 3) { ($0, 0) }.count == 30)
  }

  @Test(arguments: Algorithms.all.map(\.name))
  func seeds(name: String) {
    let space = mixedSpace()
    let inside = [0.25, 1, 3, 0.5, 2, 0, 0.5]
    let outside = [2.0, 1, 3, 0.5, 2, 0, .nan]
    var search = make(name, space, 4)
    search.seed(Population(points: [inside, outside], costs: [[-1, -9], [-1, -9]], violation: [0, 0]))
    #expect(search.population.points == [inside])
    _ = run(&search, 6) { ([$0[0], 1 - $0[0]], 0) }
    // The seed dominates everything else, and stays.
    #expect(search.population.best.map { search.population.points[$0] } == [inside])
  }

  /// Points given in the middle of a search are taken up, by a search that goes on as usual.
  @Test(arguments: Algorithms.all.map(\.name))
  func seedsInTheMiddle(name: String) {
    let cost = { (x: [Double]) in [x[0] + x[2], 1 - x[0] + x[1]] }
    var search = make(name, cube(3), 12)
    _ = run(&search, 4) { (cost($0), 0) }
    let best = [[0.5, 0, 0], [0.1, 0, 0]]
    search.seed(Population(points: best, costs: [[0.5, 0.1], [0.5, 0.9]], violation: [0, 0]))
    #expect(search.population.count == 12)
    #expect(best.allSatisfy(search.population.points.contains))
    let points = run(&search, 6) { (cost($0), 0) }
    #expect(points.count == 72 && points.allSatisfy { $0.allSatisfy((0...1).contains) })
    // Nothing dominates them, so at most an even nearer neighbour takes their place.
    #expect(search.population.costs[1].min()! <= 0.5)
  }

  /// A whole population given beforehand is where the search starts: no first design is asked for.
  @Test(arguments: Algorithms.all.map(\.name))
  func seededPopulationIsTheStart(name: String) {
    let rows = (0..<8).map { [0.3 + 0.001 * Double($0), 0.3] }
    var search = make(name, cube(2), 8)
    search.seed(
      Population(
        points: rows, costs: [rows.map { $0[0] }, rows.map { 1 - $0[0] }], violation: rows.map { _ in 0 }))
    var design = make(name, cube(2), 8)
    #expect(search.ask() != design.ask())
    #expect(search.population.points == rows)
  }

  /// Answers that are no numbers: NaN or infinite violations with numbers as costs, NaN costs without a
  /// violation, infinite costs. None of them is ever among the best.
  @Test(arguments: Algorithms.all.map(\.name), [1, 2, 4])
  func answersThatAreNoNumbers(name: String, objectives: Int) {
    var search = make(name, cube(4), 16)
    var number = 0
    let points = run(&search, 12) { x in
      number += 1
      let costs = (0..<objectives).map { j in abs(x[j] - 0.2) + x[(j + 1) % 4] }
      switch number % 5 {
      case 0: return (costs.map { _ in -1 }, .nan)
      case 1: return (costs.map { _ in -1 }, .infinity)
      case 2: return (costs.map { _ in .nan }, 0)
      case 3: return ([.infinity] + costs.dropFirst(), 0)
      default: return (costs, 0)
      }
    }
    #expect(points.allSatisfy { $0.allSatisfy((0...1).contains) })
    let best = search.population.subset(search.population.best)
    #expect(best.count > 0 && best.violation.allSatisfy { $0 == 0 })
    #expect(best.costs.allSatisfy { $0.allSatisfy { $0 >= 0 } })
    #expect(best.costs.dropFirst().allSatisfy { $0.allSatisfy(\.isFinite) })
  }

  /// Feasible are 0.8 % of the square, and the front lies on the border of the feasible part.
  @Test(arguments: Algorithms.all.map(\.name))
  func findsTheFeasiblePart(name: String) {
    var search = make(name, cube(2), 20)
    _ = run(&search, 60) { x in
      let square = (x[0] - 0.8) * (x[0] - 0.8) + (x[1] - 0.7) * (x[1] - 0.7)
      return ([x[0], x[1]], max(0, square - 0.0025))
    }
    let best = search.population.subset(search.population.best)
    #expect(best.count >= 5)
    // The true front is the lower left quarter of the circle: from (0.75, 0.7) to (0.8, 0.65).
    let ends = best.costs.map { $0.min()! }
    #expect(ends[0] < 0.76 && ends[1] < 0.66, "\(ends)")
  }

  /// Parameters of every kind move: the best label, step and exponent are found together.
  @Test(arguments: Algorithms.all.map(\.name))
  func everyKindIsSearched(name: String) {
    var search = make(name, mixedSpace(), 40)
    let cost = { (x: [Double]) -> Double in
      let label = x[4] == 2 ? 0.0 : 1
      return abs(x[0] - 0.25) + abs(log10(x[1]) + 3) / 9 + abs(x[2] - 5) / 9 + abs(x[3] - 0.75) + label
        + (x[6].isNaN ? 1 : abs(x[6] - 0.5))
    }
    _ = run(&search, 60) { ([cost($0)], 0) }
    let best = search.population.points[search.population.best[0]]
    #expect(best[2] == 5 && best[3] == 0.75 && best[4] == 2)
    #expect(cost(best) < 0.1, "\(best)")
  }

  /// Indices per parameter reach variation in every algorithm that has any: a huge one holds its parameter.
  @Test(arguments: Algorithms.all.filter(\.crosses).map(\.name))
  func indicesPerParameter(name: String) {
    var options = SearchOptions(population: 20)
    options.crossoverIndex = [15, 1e6]
    options.mutationIndex = [20, 1e6]
    var search = Algorithms.named(name)!.make(cube(2), options, RandomStream(seed: 3, purpose: .search))
    let points = run(&search, 10) { (($0), 0) }
    let first = points.prefix(20).map { $0[1] }
    let move = { (y: Double) in first.map { abs($0 - y) }.min()! }
    #expect(points.allSatisfy { move($0[1]) < 1e-3 })
    #expect(Set(points.map { $0[0] }).count > 100)
  }
}
