import Testing

@testable import Optim

@Suite("Indicators of fronts")
struct FrontIndicatorTests {
  @Test func agreeWithMoocoreAndPymoo() throws {
    for line in try fixture("frontIndicators") {
      let objectives = Int(line[4])!
      let front = pointSet(line[0], Int(line[1])!, objectives)
      let reference = pointSet(line[2], Int(line[3])!, objectives)
      let measured = [
        FrontIndicators.igd(front, reference: reference),
        FrontIndicators.igdPlus(front, reference: reference),
        FrontIndicators.additiveEpsilon(front, reference: reference),
        FrontIndicators.spread(front, reference: reference), FrontIndicators.spread(front),
      ]
      for (mine, text) in zip(measured, line[5...]) {
        #expect(abs(mine - Double(text)!) < 1e-12, "\(line) \(measured)")
      }
    }
  }

  @Test func aFrontAgainstItself() {
    let front = pointSet("sphere", 12, 3)
    #expect(FrontIndicators.igd(front, reference: front) == 0)
    #expect(FrontIndicators.igdPlus(front, reference: front) == 0)
    #expect(FrontIndicators.additiveEpsilon(front, reference: front) == 0)
    // Even, and with the ends of the reference.
    #expect(abs(FrontIndicators.spread([[0, 1, 2, 3], [3, 2, 1, 0]])) < 1e-15)
    #expect(FrontIndicators.spread([[0, 1, 2], [3, 2, 1]], reference: [[0, 3], [3, 0]]) > 0.1)
  }

  @Test func nothingIsNotANumber() {
    let (none, some): ([[Double]], [[Double]]) = ([[], []], [[1], [1]])
    for (front, reference) in [(none, some), (some, none)] {
      #expect(FrontIndicators.igd(front, reference: reference).isNaN)
      #expect(FrontIndicators.igdPlus(front, reference: reference).isNaN)
      #expect(FrontIndicators.additiveEpsilon(front, reference: reference).isNaN)
    }
    #expect(FrontIndicators.spread(some).isNaN)
    #expect(FrontIndicators.spread([[0, 0], [1, 1]]) == 0)
  }

  @Test func normalisingPutsTheRangeToOne() {
    let range = CostRange([[2, 4, 3], [-1, -1, -1]])
    #expect(range.ideal == [2, -1] && range.nadir == [4, -1])
    #expect(range.normalised([[2, 4, 6], [-1, 0, 1]]) == [[0, 1, 2], [0, 1, 2]])
  }

  @Test func attainmentAgreesWithMoocore() throws {
    for line in try fixture("attainment") {
      let (count, parts, objectives) = (Int(line[1])!, Int(line[2])!, Int(line[3])!)
      let costs = pointSet(line[0], count, objectives)
      let fronts = (0..<parts).map { part in
        costs.map { Array($0[(part * count / parts)..<((part + 1) * count / parts)]) }
      }
      let surface = Attainment(fronts).surface(atLeast: Int(line[4])!)
      #expect(surface[0].count == Int(line[5])!, "\(line)")
      let sums = line[6].split(separator: " ").map { Double($0)! }
      for (column, sum) in zip(surface, sums) {
        #expect(abs(column.reduce(0, +) - sum) < 1e-12 * max(sum, 1), "\(line)")
      }
    }
  }

  @Test func attainmentOfEmptyFronts() {
    let attainment = Attainment([[[0, 1], [1, 0]], [[], []]])
    #expect(attainment.surface(atLeast: 1) == [[0, 1], [1, 0]])
    #expect(attainment.surface(atLeast: 2) == [[], []])
    #expect(attainment.median == [[0, 1], [1, 0]])
  }

  @Test func quantilesAreThoseOfNumpy() {
    let values = [3.0, 1, 4, .nan, 1, 5]
    #expect(zip([0.25, 0.5, 0.75], [1.0, 3, 4]).allSatisfy { quantile(values, $0) == $1 })
    #expect(abs(quantile(values, 0.9) - 4.6) < 1e-12)
    #expect(quantile([.nan], 0.5).isNaN && quantile([7], 0.1) == 7)
  }

  @Test func runsAreMeasuredAgainstTheirJointFront() throws {
    func run(_ front: [[Double]]) -> FrontComparison.Run {
      FrontComparison.Run(name: "", evaluations: 10, feasible: front[0].count, front: front)
    }
    let better = run([[0, 1, 2], [2, 1, 0]])
    let worse = run([[1, 2], [2, 1]])
    let nothing = run([[], []])
    let comparison = try #require(
      FrontComparison([(name: "a", runs: [better, worse]), (name: "b", runs: [better, nothing])], seed: 1))
    #expect(comparison.joint == [[0, 1, 2], [2, 1, 0]])
    #expect(comparison.reference == [2.2, 2.2])
    let measures = comparison.measures
    #expect(measures[0][0].igdPlus == 0 && measures[0][0].epsilon == 0)
    #expect(measures[0][0].hypervolume.value == hypervolume(better.front, reference: [2.2, 2.2]))
    // (1, 2) and (2, 1) scaled to (0.5, 1) and (1, 0.5): half away from the joint front's points.
    #expect(abs(measures[0][1].igdPlus - 0.5) < 1e-15 && measures[0][1].epsilon == 0.5)
    #expect(measures[1][1].hypervolume.value == 0 && measures[1][1].igdPlus.isNaN)
    #expect(FrontComparison([(name: "b", runs: [nothing])], seed: 1) == nil)
    let given = try #require(FrontComparison([(name: "a", runs: [better])], reference: [3, 3], seed: 1))
    #expect(given.reference == [3, 3] && abs(given.measures[0][0].hypervolume.value - 6) < 1e-15)
  }

  @Test func repeatedRowsAreFound() {
    #expect(distinctRows([[1, 2, 1, 1, 2], [0, 3, 0, 1, 3]]) == [0, 1, 3])
    #expect(distinctRows([[0.0, -0.0], [1, 1]]) == [0])
    #expect(distinctRows([[], []]).isEmpty && distinctRows([]).isEmpty)
    var random = RandomStream(seed: 2, purpose: .test)
    let columns = (0..<3).map { _ in (0..<500).map { _ in Double(random.below(5)) } }
    var seen: Set<[Double]> = []
    let expected = transposed(columns).enumerated().filter { seen.insert($1).inserted }.map(\.offset)
    #expect(distinctRows(columns) == expected)
  }
}
