import Foundation
import Optim

extension Verb {
  static let optimizeVerb = Verb(
    "optimize",
    "search for the best points: through a surrogate, or with surrogate=none the simulator itself",
    arguments: [.optional("algorithm", .choice(Algorithms.all.map(\.name)), "nsga2 unless another is named")],
    options: [
      Option(
        "surrogate", .model(["none"]), OptimizationOptions.standardSurrogate,
        "what stands in for the simulator between batches, or a model to start from; none: no surrogate, generation by generation"
      ),
      Option(
        "evaluations", .integer(1...1_000_000_000), nil,
        "points that this search may ask for, initial sample included"),
      Option(
        "epochs", .integer(1...1_000_000), nil,
        "rounds of training, searching and evaluating; 25 where nothing ends the search"),
      Option("batch", .integer(1...100_000), nil, "points per epoch; a hundredth of the evaluations"),
      Option(
        "async", .flag, "false",
        "true: keep every worker busy instead of waiting for whole batches; the result then depends on workers and timing"
      ),
      Option(
        "refit", .number(0.001...1), "0.1",
        "with async=true, the share of a batch that comes back before the surrogate is fitted again"),
      Option(
        "stop", .stopping(.search), nil,
        "when it ends: a condition, or any(...) and all(...) of several, beside the options here that end it"),
      Option("time", .duration, nil, "ends after this long, with the epoch under way"),
      Option(
        "hypervolume", .number(0...Double.greatestFiniteMagnitude), nil, "ends when the front has reached it"),
      Option(
        "target", .numbers, nil, "ends when one feasible point is at least this good in every objective"),
      Option(
        "progress", .number(0...1), nil,
        "ends when ten epochs raised the hypervolume by less than this share, such as 0.1%"),
      Option(
        "initial", .integer(2...10_000_000), nil,
        "evaluated points to begin with; 2 per parameter and 2 more, less with many parameters"
      ),
      inducingOption,
      Option(
        "acquisition", .choice(Acquisition.allCases.map(\.rawValue)), Acquisition.ehvi.rawValue,
        "how a batch is chosen: expected hypervolume improvement, confidence bound, Thompson sampling, or predicted crowding"
      ),
      Option(
        "gradient", .choice(SearchGradient.allCases.map(\.rawValue)), SearchGradient.none.rawValue,
        "slope that the worse half of the surrogate's population follows"),
      Option(
        "sensitivity", .choice(["none", "sgrad"]), "none",
        "sgrad: parameters with a steep slope are crossed and mutated in smaller steps"),
      Option(
        "reference", .numbers, nil,
        "reference point of hypervolumes; beyond the first front and most points known then"),
      Option(
        "mode", .choice(LearningGoal.Mode.allCases.map(\.rawValue)), LearningGoal.Mode.both.rawValue,
        "learn constraints and objectives, or objectives only; in quotes"),
      onOption, labelsOption,
      Option("population", .integer(4...100_000), "100", "points per generation"),
      Option("generations", .integer(1...1_000_000), "100", "number of generations; on a surrogate at most"),
      Option("crossover", .number(0...1), "0.9", "probability that a pair of parents is crossed"),
      Option(
        "eta_crossover", .number(0...1000), "15", "distribution index of crossover; larger stays closer"),
      Option(
        "mutation", .number(0...1), nil, "probability that a parameter is mutated; 1 / number of parameters"),
      Option("eta_mutation", .number(0...1000), "20", "distribution index of mutation; larger stays closer"),
    ], needs: [.parameters, .objectives], result: .unknown(.table),
    example: "benchmark \"tnk\"\noptimize evaluations=30",
    keywords: [
      "search", "nsga", "evolve", "minimize", "optimise", "genetic", "surrogate", "bayesian", "infill",
      "acquisition",
    ]
  ) { try $0.optimize($1) }

  /// Options that mean something only with a surrogate.
  fileprivate static let surrogateOptions = [
    "epochs", "batch", "initial", "inducing", "acquisition", "gradient", "sensitivity", "mode", "on",
    "labels",
    "refit",
  ]
}

extension Session {
  func checkOptimize(_ arguments: Arguments, _ interpreter: Interpreter) throws {
    let population = arguments.integer("population") ?? 100
    try checkAsynchronous(arguments, interpreter)
    try checkCrossover(arguments)
    if arguments.word("surrogate") == "none" {
      if let other = Verb.surrogateOptions.first(where: arguments.has) {
        throw Diagnostic(
          .settingConflict(
            "'\(other)=' belongs to a search through a surrogate, and this one has surrogate=none"),
          at: arguments.span(of: other),
          help: [
            "without a surrogate 'population=' and 'generations=', 'evaluations=' or 'stop=' set its length"
          ])
      }
      try checkGoals(arguments, interpreter)
      plan(
        arguments.integer("evaluations") ?? generationLimit(arguments)
          .map { $0.multipliedReportingOverflow(by: population).partialValue } ?? 0)
      return
    }
    if arguments.word("mode") == LearningGoal.Mode.constraints.rawValue {
      throw Diagnostic(
        .settingConflict("a search needs the objectives, which mode=\"c\" does not learn"),
        at: arguments.span(of: "mode"))
    }
    try checkGoals(arguments, interpreter)
    let rule = stoppingRule(arguments)
    let batch =
      arguments.integer("batch") ?? OptimizationOptions.batchSize(evaluations: rule.evaluationLimit ?? 2500)
    plan(rule.evaluationLimit ?? (rule.epochLimit ?? 0).multipliedReportingOverflow(by: batch).partialValue)
  }

  private func checkCrossover(_ arguments: Arguments) throws {
    let name = arguments.word("algorithm") ?? Algorithms.all[0].name
    guard Algorithms.named(name)?.crosses == false,
      let option = ["crossover", "eta_crossover"].first(where: arguments.has)
    else { return }
    let others = Algorithms.all.filter(\.crosses).map(\.name).joined(separator: ", ")
    throw Diagnostic(
      .settingConflict("\(name) crosses no parents, so '\(option)=' means nothing to it"),
      at: arguments.span(of: option), help: ["algorithms that do: \(others)"])
  }

  private func checkAsynchronous(_ arguments: Arguments, _ interpreter: Interpreter) throws {
    if arguments.has("refit") && !arguments.flag("async") {
      throw Diagnostic(
        .settingConflict("'refit=' belongs to async=true: a batch that is waited for is fitted once"),
        at: arguments.span(of: "refit"))
    }
    guard arguments.flag("async") else { return }
    if interpreter.environment.simulatorNames.isEmpty {
      throw Diagnostic(
        .settingConflict("async=true keeps simulators running, and this problem has none"),
        at: arguments.span(of: "async"), help: ["formulas are computed at once: leave it out"])
    }
    let name = arguments.word("algorithm") ?? Algorithms.all[0].name
    if arguments.word("surrogate") == "none", Algorithms.named(name)?.isSteady == false {
      let steady = Algorithms.all.filter(\.isSteady).map(\.name).joined(separator: ", ")
      throw Diagnostic(
        .settingConflict("\(name) goes generation by generation: without a surrogate it knows no async=true"),
        at: arguments.span(of: "async"), help: ["algorithms that do: \(steady)"])
    }
  }

  func optimize(_ arguments: Arguments) throws -> Value {
    if arguments.flag("async") {
      host.note("asynchronous: the result depends on the number of workers and on timing")
    }
    let algorithm = Algorithms.named(arguments.word("algorithm") ?? Algorithms.all[0].name)!
    var search = SearchOptions(population: arguments.integer("population")!)
    search.crossoverProbability = arguments.number("crossover")!
    search.crossoverIndex = [arguments.number("eta_crossover")!]
    search.mutationProbability = arguments.number("mutation")
    search.mutationIndex = [arguments.number("eta_mutation")!]
    return arguments.model("surrogate") == nil && arguments.word("surrogate") == "none"
      ? try searchSimulator(arguments, algorithm, search) : try searchSurrogate(arguments, algorithm, search)
  }

  // MARK: Without a surrogate

  private func searchSimulator(_ arguments: Arguments, _ algorithm: AlgorithmEntry, _ search: SearchOptions)
    throws
    -> Value
  {
    let generations = generationLimit(arguments)
    var stopping = limits(arguments)
    stopping.evaluations = nil
    let reference = arguments.numbers("reference").map(costs)
    let recordEvery = max(1, (generations ?? 1) / 10)
    let result =
      arguments.flag("async")
      ? try campaign.searchSteadily(
        algorithm, options: search,
        evaluations: arguments.integer("evaluations") ?? generations.map { $0 * search.population },
        stopping: stopping, recordEvery: recordEvery * search.population, reference: reference,
        observer: host)
      : try campaign.search(
        algorithm, options: search, generations: generations, stopping: stopping, recordEvery: recordEvery,
        reference: reference, observer: host)
    if host.followsSearches { host.follow(SearchProgress(result, algorithm: algorithm.name)) }
    noteSearch(remembered: result.remembered, computed: result.computed, interrupted: result.wasInterrupted)
    if let reason = result.reason {
      host.note("stopped: \(reason)")
    } else if let limit = stopping.evaluationLimit, !arguments.has("generations"), !result.wasInterrupted {
      host.note("stopped: another generation would pass \(limit) evaluations")
    }
    var columns = [
      Table.Column("generation", .integers(result.records.map(\.generation))),
      Table.Column("evaluations", .integers(result.records.map(\.evaluations))),
      Table.Column("feasible", .integers(result.records.map(\.feasible))),
      Table.Column("front", .integers(result.records.map(\.front))),
    ]
    if arguments.flag("async") { columns.append(busyColumn(result.records.map(\.busy))) }
    let title = "\(algorithm.name): population and front by generation"
    return .table(table(title, &columns, result.reference, result.records.map(\.hypervolume)))
  }

  private func busyColumn(_ shares: [Double?]) -> Table.Column {
    Table.Column("busy", .fractions(shares.map { $0 ?? .nan }))
  }

  private func noteSearch(remembered: Int, computed: Int, interrupted: Bool) {
    if !campaign.problem.simulators.isEmpty { host.note("\(remembered) remembered, \(computed) simulated") }
    if interrupted { host.note("interrupted; everything evaluated so far is kept") }
  }

  private func table(
    _ title: String, _ columns: inout [Table.Column], _ reference: [Double]?, _ hypervolumes: [Double?]
  ) -> Table {
    guard let reference else { return Table(title: title, columns) }
    columns.append(Table.Column("hypervolume", .numbers(hypervolumes.map { $0 ?? .nan })))
    let point = reference.map(Format.short).joined(separator: ", ")
    // Beyond eight objectives there is no exact value.
    let measure = reference.count > 8 ? "estimated hypervolume" : "hypervolume"
    return Table(title: "\(title); \(measure) against [\(point)]", columns)
  }

  // MARK: Through a surrogate

  private func searchSurrogate(_ arguments: Arguments, _ algorithm: AlgorithmEntry, _ search: SearchOptions)
    throws
    -> Value
  {
    let earlier = arguments.model("surrogate")
    let name = earlier?.name ?? arguments.word("surrogate")!
    var options = OptimizationOptions(surrogate: Surrogates.named(name)!)
    options.warm = earlier
    options.training = earlier?.options ?? SurrogateOptions()
    options.training.inducing = try inducing(arguments, options.surrogate) ?? options.training.inducing
    options.goal = learningGoal(arguments, standard: earlier?.goal)
    options.search = search
    options.generations = arguments.integer("generations")!
    options.initial = arguments.integer("initial")
    options.batch = arguments.integer("batch")
    options.stopping = stoppingRule(arguments)
    options.acquisition = Acquisition(rawValue: arguments.word("acquisition")!)!
    options.gradient = SearchGradient(rawValue: arguments.word("gradient")!)!
    options.isAsynchronous = arguments.flag("async")
    options.refit = arguments.number("refit")!
    options.followsSensitivity = arguments.word("sensitivity") == "sgrad"
    options.reference = arguments.numbers("reference").map(costs)
    // Epochs of a moment are summed up by the table; slow ones are told as they end.
    var told = ContinuousClock.now - .seconds(1)
    var records: [EpochRecord] = []
    let result = try campaign.optimize(algorithm, options: options, observer: host) { record in
      if self.host.followsSearches {
        records.append(record)
        self.host.follow(SearchProgress(records, surrogate: name, isOver: false))
      }
      guard told.duration(to: .now) >= .seconds(1) else { return }
      self.note(record)
      told = .now
    }
    if host.followsSearches {
      host.follow(SearchProgress(result.records, surrogate: name, isOver: true))
    }
    noteSearch(remembered: result.remembered, computed: result.computed, interrupted: result.wasInterrupted)
    host.note("stopped: \(result.reason)")
    return .table(epochTable(result, name, isAsynchronous: options.isAsynchronous))
  }

  /// What an epoch did, beside the results: durations differ from run to run.
  private func note(_ record: EpochRecord) {
    var parts = [
      record.epoch == 0 ? "start" : "epoch \(record.epoch)", "\(record.evaluations) evaluations",
      "\(record.feasible) feasible", "front \(record.front)",
    ]
    if let volume = record.hypervolume { parts.append("hypervolume \(Format.short(volume))") }
    if let error = record.error { parts.append("error \(Format.percent(error))") }
    if let busy = record.busy { parts.append("workers \(Format.percent(busy)) busy") }
    let times = [
      ("simulating", record.simulating), ("training", record.training), ("searching", record.searching),
    ]
    .filter { $0.1 > 0 }.map { "\($0.0) \(Duration.brief(.seconds($0.1)))" }
    host.note(
      epoch: parts.joined(separator: ", ") + (times.isEmpty ? "" : " (\(times.joined(separator: ", ")))"))
  }

  private func epochTable(_ result: OptimizationResult, _ name: String, isAsynchronous: Bool) -> Table {
    // Many small epochs: about ten rows tell as much.
    let step = max(1, (result.records.count - 1) / 10)
    let records = result.records.enumerated().filter {
      $0.offset % step == 0 || $0.offset == result.records.count - 1
    }.map(\.element)
    var columns = [
      Table.Column("epoch", .integers(records.map(\.epoch))),
      Table.Column("evaluations", .integers(records.map(\.evaluations))),
      Table.Column("feasible", .integers(records.map(\.feasible))),
      Table.Column("front", .integers(records.map(\.front))),
      Table.Column("error", .fractions(records.map { $0.error ?? .nan })),
    ]
    if isAsynchronous { columns.append(busyColumn(records.map(\.busy))) }
    return table(
      "\(name): archive and front by epoch", &columns, result.reference, records.map(\.hypervolume))
  }
}
