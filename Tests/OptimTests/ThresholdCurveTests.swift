import Testing

@testable import Optim

@Suite("What-if curves and infeasible sets")
struct ThresholdCurveTests {
  /// x <= 4 (a priori); y >= 3, with y = x + 1 and two objectives, y down and x up.
  private func problem() -> Problem {
    Problem(
      space: Space([Parameter(name: "x", domain: .real(lower: 0, upper: 9, scale: .linear))]),
      objectives: [
        .init(name: "f", sense: .minimize, formula: formula { $0.input("s.y") }),
        .init(name: "g", sense: .maximize, formula: formula { $0.input("x") }),
      ],
      constraints: [
        comparison("x small", isAPriori: true) { ($0.input("x"), $0.constant(4)) },
        comparison("y large") { ($0.constant(3), $0.input("s.y")) },
      ])
  }

  private func curve(_ constraint: Int) throws -> ThresholdCurve {
    let archive = ConstraintReportTests.archive()
    let scores = try Scores(problem: problem(), evaluations: archive)
    return ThresholdCurve(
      problem: problem(), evaluations: archive, scores: scores, constraint: constraint,
      levels: [0.2, 0.6, 1],
      seed: 1)
  }

  @Test("A known constraint: shares, feasible rows, front and best values under each threshold")
  func simulated() throws {
    // Margins of y >= 3 over y = 1 ... 5: -2 ... 2.
    let curve = try curve(1)
    #expect(curve.known == 5 && curve.constraint == "y large")
    #expect(curve.steps.map(\.shift) == [-2, 0, 2] && curve.present == 1)
    #expect(curve.steps.map(\.passing) == [0.2, 0.6, 1])
    #expect(curve.steps.map(\.feasible) == [1, 3, 5])
    // f falls and g falls with x: every row is on the front.
    #expect(curve.steps.map(\.front) == [1, 3, 5])
    #expect(curve.steps.map(\.best) == [[5, 4], [3, 4], [1, 4]])
    #expect(curve.steps.allSatisfy { $0.unsimulated == 0 })
    let reference = try #require(curve.reference)
    #expect(zip(reference, [5.4, 0.4]).allSatisfy { abs($0 - $1) < 1e-12 })
    let volumes = curve.steps.map { $0.hypervolume!.value }
    #expect(volumes == volumes.sorted() && volumes[0] > 0)
  }

  @Test("An a priori constraint: rows that it kept from being simulated are counted apart")
  func rejected() throws {
    let curve = try curve(0)
    // Eleven rows: x = 0 ... 9, and a failed one with x = 1.
    #expect(curve.known == 11)
    #expect(curve.steps.last!.shift == 5 && curve.steps.last!.passing == 1)
    #expect(curve.steps[curve.present].unsimulated == 0)
    #expect(curve.steps.last!.unsimulated == 5)
    // Only what was simulated can be feasible.
    #expect(curve.steps.last!.feasible == 3 && curve.steps[curve.present].feasible == 3)
  }

  @Test("The smallest infeasible sets are those that trying all sets finds")
  func sets() {
    var random = RandomStream(seed: 9, purpose: .test)
    for trial in 0..<40 {
      let (constraints, rows) = (2 + random.below(5), 1 + random.below(12))
      let satisfied = (0..<constraints).map { _ in
        (0..<rows).map { _ in random.chance(0.15) ? Double.nan : random.chance(0.6) ? 1 : 0 }
      }
      let counted = (0..<rows).map { _ in random.chance(0.9) }
      let found = InfeasibleSets(satisfied, counted: counted)
      #expect(found.sets == bruteForce(satisfied, counted), "trial \(trial)")
    }
  }

  private func bruteForce(_ satisfied: [[Double]], _ counted: [Bool]) -> [[Int]] {
    let rows = counted.indices.filter { counted[$0] }
    let all = (1..<(1 << satisfied.count)).map { bits in
      satisfied.indices.filter { bits >> $0 & 1 == 1 }
    }.sorted { $0.count != $1.count ? $0.count < $1.count : $0.lexicographicallyPrecedes($1) }
    // Minimal among the sets that no row satisfies, whether or not some row knows all of it.
    var minimal: [[Int]] = []
    for set in all where !minimal.contains(where: { $0.allSatisfy(set.contains) }) {
      if !rows.contains(where: { row in set.allSatisfy { satisfied[$0][row] == 1 } }) { minimal.append(set) }
    }
    return rows.isEmpty
      ? [] : minimal.filter { set in rows.contains { row in set.allSatisfy { !satisfied[$0][row].isNaN } } }
  }

  @Test("Six constraints of which any five can be met, and very many constraints")
  func large() {
    let identity = (0..<6).map { j in (0..<6).map { $0 == j ? 0.0 : 1 } }
    let six = InfeasibleSets(identity, counted: Array(repeating: true, count: 6))
    #expect(six.sets == [[0, 1, 2, 3, 4, 5]] && six.largest == 6)
    // 24 pairs, one of each violated: 2^24 sets of 24, none of at most 6.
    let pairs = (0..<48).map { j in (0..<24).map { $0 == j / 2 ? 0.0 : 1 } }
    let capped = InfeasibleSets(pairs, counted: Array(repeating: true, count: 24))
    #expect(capped.sets.isEmpty && capped.largest <= 6)
    let many = (0..<300).map { j in [j == 7 ? 0.0 : 1] }
    #expect(InfeasibleSets(many, counted: [true]).sets == [[7]])
    #expect(InfeasibleSets(many, counted: [true]).largest == 1)
    #expect(InfeasibleSets([[1, 1], [0, 1]], counted: [true, true]).sets.isEmpty)
  }
}
