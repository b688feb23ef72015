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

  @Test func conditionsAreCombined() {
    let reached = StoppingCriterion.epochs(12)
    let ahead = StoppingCriterion.evaluations(50)
    #expect(StoppingCriterion.any([ahead, reached]).reason(state()) == "12 epochs are done")
    #expect(StoppingCriterion.all([ahead, reached]).reason(state()) == nil)
    #expect(
      StoppingCriterion.all([.evaluations(40), .any([ahead, reached])]).reason(state())
        == "40 evaluations are done and 12 epochs are done")
    #expect(StoppingCriterion.any([]).reason(state()) == nil)
    #expect(StoppingCriterion.all([]).reason(state()) == nil)
    var rule = StoppingRule()
    rule.criterion = .all([ahead, reached])
    #expect(rule.reason(state()) == nil)
    rule.evaluations = 40
    #expect(rule.reason(state()) == "40 evaluations are done")
  }

  /// What a search can rely on: of any the smallest number, of all the largest, and none where one of all has none.
  @Test func limitsOfCombinations() {
    let both = StoppingCriterion.any([.evaluations(30), .evaluations(20), .time(5)])
    #expect(both.evaluationLimit == 20 && both.epochLimit == nil && both.times == [5])
    #expect(StoppingCriterion.all([.evaluations(30), .evaluations(20)]).evaluationLimit == 30)
    #expect(StoppingCriterion.all([.evaluations(30), .time(5)]).evaluationLimit == nil)
    #expect(StoppingCriterion.any([.all([.evaluations(30), .time(5)]), .epochs(7)]).epochLimit == 7)
    var rule = StoppingRule()
    rule.criterion = both
    rule.evaluations = 25
    #expect(rule.evaluationLimit == 20)
    #expect(
      both.needsHypervolume == false && StoppingCriterion.all([both, .hypervolume(1)]).needsHypervolume)
    let changed = StoppingCriterion.all([both, .target([1, 2])]).mapTargets { $0.map { -$0 } }
    #expect(changed == .all([both, .target([-1, -2])]) && changed.targetCounts == [2])
  }

  @Test func convergence() {
    var state = StoppingCriterion.State()
    state.extents = [[], [0...20, 0...5], [0...10, 1...5], [0.05...10, 1...5], [0...10, 1...5.03]]
    #expect(StoppingCriterion.convergence(share: 0.01, window: 2).reason(state)?.contains("1 %") == true)
    // One end of one objective is enough to go on, also where it has come back since.
    #expect(StoppingCriterion.convergence(share: 0.001, window: 2).reason(state) == nil)
    #expect(StoppingCriterion.convergence(share: 0.01, window: 3).reason(state) == nil)
    // Not yet so many epochs with a front.
    #expect(StoppingCriterion.convergence(share: 1, window: 4).reason(state) == nil)
    #expect(StoppingCriterion.convergence(share: 1, window: 5).reason(state) == nil)
    state.extents = [[1...1], [1...1]]
    #expect(StoppingCriterion.convergence(share: 0.01, window: 1).reason(state) != nil)
    state.extents = [[1.1...1.1], [1...1]]
    #expect(StoppingCriterion.convergence(share: 0.5, window: 1).reason(state) == nil)
  }

  /// A late jump shows on the short scale, a slow rise on all of them.
  @Test func stagnationOnSeveralScales() {
    let rule = StoppingCriterion.stagnation(share: 0.01, windows: [2, 4])
    var state = StoppingCriterion.State()
    state.hypervolumes = [1, 1, 1, 1, 1]
    #expect(rule.reason(state)?.contains("scales of 2, 4") == true)
    state.hypervolumes = [1, 1, 1, 1, 1.03]
    #expect(rule.reason(state) == nil)
    state.hypervolumes = [0.9, 1, 1, 1, 1]
    #expect(rule.reason(state) == nil)
    state.hypervolumes = [1, 1.02, 1.04, 1.06, 1.08]
    #expect(rule.reason(state) == nil)
    state.hypervolumes = [1, 1, 1, 1]
    #expect(rule.reason(state) == nil)
  }

  @Test func reasonsAreReadable() {
    #expect(StoppingCriterion.time(1).reason(state()) == "the time of 1 s is up")
    var late = state()
    late.seconds = 1e6
    #expect(StoppingCriterion.time(7200).reason(late) == "the time of 2 h is up")
    #expect(StoppingCriterion.time(90).reason(late) == "the time of 90 s is up")
    #expect(StoppingCriterion.hypervolume(2).reason(late) == "the hypervolume 2 is reached")
    #expect(
      StoppingCriterion.progress(share: 0.001, window: 5).reason(late)
        == "the hypervolume grew by less than 0.1 % over 5 epochs")
  }
}
