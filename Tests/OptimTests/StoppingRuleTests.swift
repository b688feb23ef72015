import Testing

@testable import Optim

@Suite struct StoppingRuleTests {
  private func state() -> StoppingRule.State {
    var state = StoppingRule.State()
    (state.evaluations, state.epochs, state.seconds) = (40, 12, 3)
    state.hypervolumes = [0, 0, 1, 2, 2.5, 2.6, 2.6, 2.6, 2.6, 2.6, 2.6, 2.6, 2.6]
    state.front = [[1, 2], [2, 1]]
    return state
  }

  @Test func withoutLimitsItGoesOn() { #expect(StoppingRule().reason(state()) == nil) }

  @Test func everyLimitEndsItAndSaysWhy() {
    let limits: [(String, (inout StoppingRule) -> Void, (inout StoppingRule) -> Void)] = [
      ("evaluations", { $0.evaluations = 40 }, { $0.evaluations = 41 }),
      ("epochs", { $0.epochs = 12 }, { $0.epochs = 13 }),
      ("time", { $0.seconds = 3 }, { $0.seconds = 3.1 }),
      ("hypervolume", { $0.hypervolume = 2.6 }, { $0.hypervolume = 2.7 }),
      ("target", { $0.target = [2, 1] }, { $0.target = [1.5, 1.5] }),
    ]
    for (word, reached, ahead) in limits {
      var rule = StoppingRule()
      reached(&rule)
      #expect(rule.reason(state())?.contains(word) == true)
      rule = StoppingRule()
      ahead(&rule)
      #expect(rule.reason(state()) == nil)
    }
  }

  @Test func standingStillEndsIt() {
    var rule = StoppingRule()
    (rule.progress, rule.patience) = (0.01, 5)
    #expect(rule.reason(state())?.contains("grew by less") == true)
    rule.patience = 9
    #expect(rule.reason(state()) == nil)
    // Nothing feasible yet is no standstill.
    var empty = StoppingRule.State()
    empty.hypervolumes = Array(repeating: 0, count: 20)
    #expect(rule.reason(empty) == nil)
  }
}
