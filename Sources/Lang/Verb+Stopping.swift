import Optim

/// What the options of `optimize` say about its end.
extension Session {
  /// What has a number for every objective.
  func checkGoals(_ arguments: Arguments, _ interpreter: Interpreter) throws {
    let objectives = interpreter.environment.objectiveNames.count
    if let count = arguments.criterion?.targetCounts.first(where: { $0 != objectives }) {
      throw Diagnostic(
        .valueRange(
          "'target' in 'stop='", expected: "one number per objective, \(objectives)", found: "\(count)"),
        at: arguments.span(of: "stop"))
    }
    for name in ["target", "reference"] {
      if let numbers = arguments.numbers(name), numbers.count != objectives {
        throw Diagnostic(
          .valueRange(
            "'\(name)='", expected: "one number per objective, \(objectives)", found: "\(numbers.count)"),
          at: arguments.span(of: name))
      }
    }
  }

  func stoppingRule(_ arguments: Arguments) -> StoppingRule {
    var rule = limits(arguments)
    if rule == StoppingRule() { rule.epochs = 25 }
    return rule
  }

  /// What the options say about the end.
  func limits(_ arguments: Arguments) -> StoppingRule {
    var rule = StoppingRule()
    rule.evaluations = arguments.integer("evaluations")
    rule.epochs = arguments.integer("epochs")
    rule.seconds = arguments.duration("time")
    rule.hypervolume = arguments.number("hypervolume")
    rule.progress = arguments.number("progress")
    rule.target = arguments.numbers("target").map(costs)
    rule.criterion = arguments.criterion?.mapTargets(costs)
    return rule
  }

  /// Values in the user's sense of each objective as costs.
  func costs(_ values: [Double]) -> [Double] {
    zip(campaign.problem.objectives, values).map { $0.sense == .maximize ? -$1 : $1 }
  }

  /// Generations of a search without a surrogate at most; nil where only a condition ends it.
  func generationLimit(_ arguments: Arguments) -> Int? {
    let standard = arguments.integer("generations")!
    if arguments.has("generations") { return standard }
    let population = arguments.integer("population")!
    let stopping = limits(arguments)
    let byEvaluations = stopping.evaluationLimit.map { max(1, $0 / population) }
    let found = [byEvaluations, stopping.epochLimit].compactMap { $0 }.min()
    return found ?? (stopping == StoppingRule() ? standard : nil)
  }
}
