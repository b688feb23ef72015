import Foundation
import Optim
import Testing

@testable import Lang

/// `optimize` through a surrogate, as a whole.
struct SurrogateSearchTests {
  private func archive(_ session: Session) -> [[UInt64]] {
    session.campaign.archive.parameters.map { $0.map(\.bitPattern) }
  }

  private func started(_ text: String) throws -> Session {
    let session = try Session(host: TestHost(), directory: "/nonexistent", workers: 1)
    try run(session, text)
    return session
  }

  /// Random points reach 4700 with as many evaluations, the whole front 5263.
  @Test func findsTheFrontOfBNH() throws {
    let session = try started("benchmark \"bnh\"\noptimize evaluations=30;")
    let scores = try session.campaign.scores()
    let feasible = scores.rows(.feasible)
    let found = hypervolume(scores.costs.map { column in feasible.map { column[$0] } }, reference: [140, 50])
    #expect(session.campaign.archive.count == 30)
    #expect(found > 5150)
  }

  @Test(arguments: Acquisition.allCases) func equalSeedsGiveEqualPoints(_ acquisition: Acquisition) throws {
    let text = "benchmark \"tnk\"\noptimize evaluations=16 batch=4 acquisition=\(acquisition.rawValue);"
    let first = try started(text)
    #expect(archive(first) == archive(try started(text)))
    #expect(archive(first) != archive(try started("seed 2\n" + text)))
    #expect(Set(0..<16).count == first.campaign.archive.count)
  }

  @Test func noPointTwiceInASmallGrid() throws {
    let session = try started(
      """
      param n in 1..4
      param kind in {"a", "b", "c"}
      minimize f = (n - 2)^2
      maximize g = n
      optimize initial=4 evaluations=40 batch=3;
      """)
    let archive = session.campaign.archive
    let points = Set((0..<archive.count).map { archive.parameterValues($0) })
    #expect(points.count == archive.count && archive.count <= 12)
  }

  /// The disc holds 0.3 % of the square: the constraints come first.
  @Test func descendsOnConstraintsWhereNothingIsFeasible() throws {
    let session = try started(
      """
      param x in [0, 1]
      param y in [0, 1]
      minimize f = x
      minimize g = y
      constraint disc: (x - 0.81)^2 + (y - 0.77)^2 <= 0.001
      optimize evaluations=30 batch=2;
      """)
    #expect(try session.campaign.scores().rows(.feasible).count > 3)
  }

  @Test func anInterruptedSearchKeepsItsPoints() throws {
    let host = TestHost()
    let session = try Session(host: host, directory: "/nonexistent", workers: 1)
    try run(session, "benchmark \"bnh\"")
    host.interruptsAfter = 8
    try run(session, "optimize evaluations=60 batch=2;")
    let archive = session.campaign.archive
    #expect(archive.count > 0 && archive.count < 60 && archive.states.allSatisfy { $0 == .done })
    host.interruption = .none
    host.interruptsAfter = nil
    try run(session, "optimize evaluations=4 batch=2;")
    #expect(session.campaign.archive.count == archive.count + 4)
  }
}
