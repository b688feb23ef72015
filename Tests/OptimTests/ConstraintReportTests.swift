import Testing

@testable import Optim

@Suite("Constraint report")
struct ConstraintReportTests {
  /// x <= 4 (a priori); y >= 3; both parities of y as yes/no constraints, which exclude each other.
  static func problem() -> Problem {
    let parity = { (wanted: Double) in
      formula { graph in
        graph.apply(
          .equal, graph.apply(.modulo, graph.input("s.y"), graph.constant(2)), graph.constant(wanted))
      }
    }
    return Problem(
      space: Space([Parameter(name: "x", domain: .real(lower: 0, upper: 9, scale: .linear))]),
      objectives: [.init(name: "f", sense: .minimize, formula: formula { $0.input("s.y") })],
      constraints: [
        comparison("x small", isAPriori: true) { ($0.input("x"), $0.constant(4)) },
        comparison("y large") { ($0.constant(3), $0.input("s.y")) },
        .init(name: "even", satisfied: parity(0), margin: nil, isAPriori: false),
        .init(name: "odd", satisfied: parity(1), margin: nil, isAPriori: false),
      ])
  }

  /// Ten simulated rows with x = 0 ... 9 in turn (x > 4 rejected), y = x + 1; one failure and one pending row.
  static func archive() -> Evaluations {
    var rows = Evaluations(parameterNames: ["x"], outputNames: ["s.y"])
    for x in 0..<10 {
      rows.appendPending([Double(x)])
      rows.set(x, state: x <= 4 ? .done : .rejected, outputs: x <= 4 ? [Double(x + 1)] : nil)
    }
    rows.appendPending([1])
    rows.set(10, state: .failed, failure: Failure(kind: .timeout, reason: "no answer in 3 s"))
    rows.appendPending([2])
    return rows
  }

  static func report() throws -> ConstraintReport {
    let scores = try Scores(problem: problem(), evaluations: archive())
    return ConstraintReport(problem: problem(), evaluations: archive(), scores: scores)
  }

  @Test(
    "Shares count where a constraint is known: a priori ones on rejected and failed rows too, pending nowhere"
  )
  func shares() throws {
    let report = try Self.report()
    #expect(report.entries.map(\.evaluated) == [11, 5, 5, 5])
    #expect(report.entries.map(\.share) == [6.0 / 11, 0.6, 0.4, 0.6])
    #expect(report.entries.map(\.kind) == ["numeric, a priori", "numeric", "yes/no", "yes/no"])
    #expect(report.tightest == 2)
    // Five simulated rows and five rejected ones are decided; none is both even and odd.
    #expect(report.evaluated == 10 && report.share == 0)
  }

  @Test("Margin quantiles and the shifts that let shares pass")
  func thresholds() throws {
    let entry = try Self.report().entries[1]
    // Margins of y >= 3 are -2, -1, 0, 1, 2.
    #expect(entry.marginQuantiles == [-2, 0, 2])
    #expect(entry.shifts == [-2, 0, 2])
    let margins = [-2.0, -1, 0, 1, 2]
    for (level, shift) in zip(ConstraintReport.levels, entry.shifts) {
      #expect(Double(margins.count { $0 + shift >= 0 }) >= level * 5)
    }
    #expect(try Self.report().entries[2].shifts.isEmpty)
  }

  @Test("Pairs: observed, expected under independence, and the strongest conflict first")
  func pairs() throws {
    let report = try Self.report()
    let worst = report.pairs[0]
    #expect((worst.first, worst.second, worst.evaluated) == (2, 3, 5))
    #expect(worst.observed == 0 && abs(worst.expected - 0.24) < 1e-12 && worst.ratio == 0)
    // p = 0.4, q = 0.6: -5 * 0.24 / sqrt(5 * 0.4 * 0.6 * 0.6 * 0.4)
    #expect(abs(worst.deviation + 1.2 / 0.288.squareRoot()) < 1e-12)
    // Rows 3, 4, 5 of y are large: one of them is even, 0.2 against 0.6 * 0.4.
    let second = try #require(report.pairs.first { ($0.first, $0.second) == (1, 2) })
    #expect(abs(second.observed - 0.2) < 1e-12 && abs(second.ratio - 0.2 / 0.24) < 1e-12)
    // Where the simulator answered, x was small: nothing to say about that pair.
    let constant = try #require(report.pairs.first { ($0.first, $0.second) == (0, 1) })
    #expect(constant.deviation == 0 && constant.evaluated == 5)
    #expect(zip(report.pairs, report.pairs.dropFirst()).allSatisfy { $0.deviation <= $1.deviation })
  }

  @Test("Sets never satisfied together are minimal")
  func impossible() throws {
    #expect(try Self.report().neverTogether == [[2, 3]])
    var problem = Self.problem()
    problem.constraints.append(comparison("y huge") { ($0.constant(100), $0.input("s.y")) })
    let scores = try Scores(problem: problem, evaluations: Self.archive())
    let report = ConstraintReport(problem: problem, evaluations: Self.archive(), scores: scores)
    #expect(report.neverTogether == [[4], [2, 3]])
    #expect(
      report.impossible
        == Table(
          title: report.impossible.title,
          [
            .init("constraints", .texts(["y huge", "even, odd"]))
          ]))
  }

  @Test("Failures by kind, objectives that are not finite among them")
  func failures() throws {
    var rows = Self.archive()
    rows.set(0, state: .done, outputs: [.infinity])
    let scores = try Scores(problem: Self.problem(), evaluations: rows)
    let report = ConstraintReport(problem: Self.problem(), evaluations: rows, scores: scores)
    #expect(report.simulated == 6)
    #expect(report.failures.map(\.kind) == [.timeout, .notFinite] && report.failures.map(\.count) == [1, 1])
    #expect(report.failureTable["share"]?.values == .fractions([1.0 / 6, 1.0 / 6]))
  }

  @Test("Tables: one line per constraint and one for all; only conflicts are listed, as many as asked for")
  func tables() throws {
    let report = try Self.report()
    #expect(report.summary["constraint"]?.values == .texts(["x small", "y large", "even", "odd", "all"]))
    #expect(report.summary["rows"]?.values == .integers([11, 5, 5, 5, 10]))
    #expect(report.thresholds.rowCount == 2 && report.thresholds["50%"] != nil)
    #expect(report.conflicts["constraint"]?.values == .texts(["even", "y large"]))
    #expect(report.conflicts(limit: 1).rowCount == 1)
  }

  @Test("An archive without answers, and a problem without constraints, give an empty report")
  func empty() throws {
    let none = Evaluations(parameterNames: ["x"], outputNames: ["s.y"])
    let problem = Self.problem()
    let report = ConstraintReport(
      problem: problem, evaluations: none, scores: try Scores(problem: problem, evaluations: none))
    #expect(report.tightest == nil && report.pairs.isEmpty && report.neverTogether.isEmpty)
    #expect(report.share.isNaN && report.entries.allSatisfy { $0.share.isNaN && $0.shifts.isEmpty })
    var free = problem
    free.constraints = []
    let rows = Self.archive()
    let freeReport = ConstraintReport(
      problem: free, evaluations: rows, scores: try Scores(problem: free, evaluations: rows))
    #expect(freeReport.summary.rowCount == 1 && freeReport.conflicts.rowCount == 0)
  }
}
