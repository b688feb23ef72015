import Testing

@testable import Lang

/// Declarations entered again judge what is stored; nothing is evaluated again.
struct ScoringTests {
  private func feasible(_ session: Session) throws -> Int { try session.campaign.scores().rows(.feasible).count }

  @Test func goalsMayChange() throws {
    let (session, host) = try session("param x in [0, 10]\nminimize f = x\nconstraint c: x <= 5\nsample grid 11;\nevaluate;")
    #expect(try feasible(session) == 6)
    try run(session, "constraint c: x <= 2")
    #expect(try feasible(session) == 3)
    try run(session, "const limit = 7\nconstraint c: x <= limit")
    #expect(try feasible(session) == 8)
    try run(session, "const limit = 8")
    #expect(try feasible(session) == 9)
    #expect(host.notes.allSatisfy { $0 == "keeps 11 of 11 evaluations" })
    try run(session, "maximize f = x^2")
    #expect(try session.campaign.scores().objectives[0][2] == 4)
    #expect(try session.campaign.scores().costs[0][2] == -4)
  }

  @Test func aBrokenStatementChangesNothing() throws {
    let (session, _) = try session("param x in [0, 10]\nlet a = x\nminimize f = a\nsample grid 3;\nevaluate;")
    for text in ["let a = \"text\"", "minimize f = nope", "param x in {\"a\"}\n", "pareto weights=[1, 2, 3]", "let z = 1\nlet y = nope"] {
      #expect(throws: (any Error).self) { try run(session, text) }
      #expect(try session.campaign.scores().objectives[0] == [0, 5, 10])
      #expect(session.environment["z"] == nil)
    }
  }

  @Test func namesThatValuesHadStay() throws {
    let (session, _) = try session("param x in [0, 1]\nminimize f = x\nsample grid 3;\nevaluate;\nlet front = pareto;")
    try run(session, "maximize f = x")
    guard case .points(let points)? = session.environment["front"]?.value else { Issue.record("no points"); return }
    #expect(points.rows == [1])
  }

  @Test func anInterruptedSearchKeepsItsPoints() throws {
    let host = TestHost()
    let session = try Session(host: host, directory: "/nonexistent", workers: 1)
    try run(session, "benchmark \"bnh\"")
    host.interruptsAfter = 3
    try run(session, "optimize nsga2 population=8 generations=50 surrogate=none;")
    let count = session.campaign.archive.count
    #expect(count > 0 && count < 400)
    host.interruption = .none
    try run(session, "pareto")
  }

  @Test func anInterruptedLoopEnds() throws {
    let host = TestHost()
    let session = try Session(host: host, directory: "/nonexistent", workers: 1)
    let script = try Parser.parseWhole(Source(name: "t", text: "let i = 0\nwhile true { let i = i + 1 }\nlet after = 1"))
    host.interruption = .finish
    try session.execute(script)
    #expect(session.environment["after"] == nil)
  }

  private func run(_ session: Session, _ text: String) throws {
    try session.run(try Parser.parseWhole(Source(name: "more", text: text)))
  }
}
