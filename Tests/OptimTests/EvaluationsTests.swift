import Testing

@testable import Optim

@Suite("Evaluations")
struct EvaluationsTests {
  static func sample() -> Evaluations {
    var rows = Evaluations(parameterNames: ["x"], outputNames: ["s.y", "s.z"])
    for x in [1.0, 2, 3] { rows.appendPending([x]) }
    rows.set(0, state: .done, outputs: [10, 20], seconds: 0.5)
    rows.set(1, state: .failed, seconds: 1, failure: Failure(kind: .exit, reason: "exit status 1"))
    return rows
  }

  @Test("A pending row has parameters only; an answer fills it in")
  func set() {
    let rows = Self.sample()
    #expect(rows.count == 3 && rows.states == [.done, .failed, .pending])
    #expect(rows.parameterValues(2) == [3] && rows.outputValues(0) == [10, 20])
    #expect(rows.outputValues(1).allSatisfy { $0.isNaN } && rows.outputValues(2).allSatisfy { $0.isNaN })
    #expect(rows.failures[1]?.kind == .exit && rows.seconds == [0.5, 1, 0])
  }

  @Test("A retry that works clears the failure")
  func retry() {
    var rows = Self.sample()
    rows.set(1, state: .done, outputs: [1, 2], seconds: 3)
    #expect(rows.failures.isEmpty && rows.states[1] == .done && rows.outputValues(1) == [1, 2])
  }

  @Test("Columns are found by parameter and output name")
  func columns() {
    let rows = Self.sample()
    #expect(rows.column("x") == [1, 2, 3] && rows.column("s.z")?[0] == 20 && rows.column("z") == nil)
  }

  @Test("Appending shifts failures to their new rows")
  func append() {
    var rows = Self.sample()
    rows.append(Self.sample())
    #expect(rows.count == 6 && Set(rows.failures.keys) == [1, 4])
    #expect(rows.parameterValues(4) == [2] && rows.outputValues(3) == [10, 20] && rows.seconds[4] == 1)
  }

  @Test("A subset keeps the given order and its failures")
  func subset() {
    let rows = Self.sample().subset([2, 1])
    #expect(rows.states == [.pending, .failed] && rows.parameters == [[3, 2]])
    #expect(rows.failures.count == 1 && rows.failures[1]?.reason == "exit status 1")
    #expect(Self.sample().subset([]).isEmpty)
  }
}
