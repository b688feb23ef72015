import Foundation
import Optim

extension Verb {
  static let trainingVerbs: [Verb] = [
    Verb(
      "train", "fit a surrogate to everything that was simulated",
      arguments: [
        .required(
          "surrogate", .model([]), "which kind, or an earlier model to fit again to what is known now")
      ],
      options: [
        Option(
          "mode", .choice(LearningGoal.Mode.allCases.map(\.rawValue)), LearningGoal.Mode.both.rawValue,
          "learn constraints and objectives, or only one of them; in quotes"),
        onOption, labelsOption,
        Option(
          "members", .integer(1...100), nil, "models of an ensemble of networks; the recipe's own number"),
        Option(
          "width", .integer(1...1024), nil,
          "width of a network (8 and more), hidden units of a deep process; the recipe's own"),
        Option(
          "epochs", .integer(1...1_000_000), nil,
          "most passes over the data of a network or deep process; the recipe's own"),
        Option("rank", .integer(1...1000), nil, "rank of the coregionalisation of megp and crv; full"),
        inducingOption,
        Option(
          "recipe", .choice(["own", "reference"]), "own",
          "reference: network and training as published, for comparison"),
      ], needs: [.parameters], result: .unknown(.model),
      example: "benchmark \"bnh\"\nsample sobol 32\nevaluate\ntrain gpr",
      keywords: [
        "surrogate", "fit", "model", "learn", "network", "gaussian process", "metamodel", "emulator",
      ]
    ) { try $0.train($1) }
  ]
}

extension Verb {
  /// What of a problem is learned, for every verb that trains.
  static let onOption = Option(
    "on", .choice(LearningGoal.Subject.allCases.map(\.rawValue)), LearningGoal.Subject.goals.rawValue,
    "outputs: learn what the simulator returns and push it through the formulas")
  static let inducingOption = Option(
    "inducing", .integer(1...20_000), nil,
    "inducing points of a sparse process, at most one per point; a fifth, between 200 and 1000")
  static let labelsOption = Option(
    "labels", .choice(LearningGoal.Labels.allCases.map(\.rawValue)), LearningGoal.Labels.margins.rawValue,
    "only: learn whether a constraint is satisfied, not how far from its threshold it is")
}

extension Session {
  func train(_ arguments: Arguments) throws -> Value {
    let earlier = arguments.model("surrogate")
    let entry = Surrogates.named(earlier?.name ?? arguments.word("surrogate") ?? "")!
    var options = earlier?.options ?? SurrogateOptions()
    options.members = arguments.integer("members") ?? options.members
    options.width = try width(arguments, entry) ?? options.width
    options.epochs = arguments.integer("epochs") ?? options.epochs
    options.rank = arguments.integer("rank") ?? options.rank
    options.inducing = try inducing(arguments, entry) ?? options.inducing
    if arguments.has("recipe") { options.isReference = arguments.word("recipe") == "reference" }
    let model = try campaign.train(
      entry, goal: learningGoal(arguments, standard: earlier?.goal), options: options, warm: earlier,
      observer: host)
    lastModel = model
    noteTraining(model)
    return .model(model)
  }

  /// Option `width=`: a network needs more than a deep process.
  private func width(_ arguments: Arguments, _ entry: SurrogateEntry) throws -> Int? {
    let width = arguments.integer("width")
    if let width, width < 8, !Surrogates.deep.contains(entry.name) {
      throw Diagnostic(
        .settingConflict("the width of a network is at least 8, found \(width)"),
        at: arguments.span(of: "width"),
        help: ["fewer hidden units have: \(Surrogates.deep.joined(separator: ", "))"])
    }
    return width
  }

  /// Option `inducing=`, which only sparse processes know what to do with.
  func inducing(_ arguments: Arguments, _ entry: SurrogateEntry) throws -> Int? {
    if arguments.has("inducing"), !Surrogates.sparse.contains(entry.name) {
      throw Diagnostic(
        .settingConflict(
          "'inducing=' is the number of inducing points of a sparse process, and \(entry.name) has none"),
        at: arguments.span(of: "inducing"),
        help: ["sparse are: \(Surrogates.sparse.filter { $0 != "auto" }.joined(separator: ", "))"])
    }
    return arguments.integer("inducing")
  }

  /// The goal that options `mode`, `on` and `labels` name.
  func learningGoal(_ arguments: Arguments, standard: LearningGoal? = nil) -> LearningGoal {
    var goal = standard ?? LearningGoal()
    func given<Choice: RawRepresentable<String>>(_ name: String) -> Choice? {
      arguments.has(name) ? arguments.word(name).flatMap(Choice.init(rawValue:)) : nil
    }
    goal.mode = given("mode") ?? goal.mode
    goal.subject = given("on") ?? goal.subject
    goal.labels = given("labels") ?? goal.labels
    return goal
  }

  private func noteTraining(_ model: TrainedModel) {
    if model.isRemembered {
      host.note("\(model.name): remembered")
    } else if model.wasInterrupted {
      host.note("\(model.name): interrupted; the best weights so far are kept for this session")
    } else {
      host.note("\(model.name): fitted in \(Duration.brief(.seconds(model.seconds)))")
    }
  }

  /// The model of an option, else the one trained last, for the problem as it is now. The name of a surrogate is trained, or found
  /// in the study.
  func model(_ arguments: Arguments, _ name: String = "model") throws -> TrainedModel {
    if arguments.has(name), let entry = arguments.word(name).flatMap(Surrogates.named) {
      let model = try campaign.train(entry, observer: host)
      noteTraining(model)
      return model
    }
    guard let model = arguments.model(name) ?? lastModel else {
      throw SessionError(
        "there is no model yet: 'train' comes first, such as 'train \(Surrogates.all[0].name)'")
    }
    guard let fitting = model.serving(campaign.problem) else {
      throw SessionError(
        "the model was trained for other parameters, objectives or constraints than there are now; 'train' again"
      )
    }
    return fitting
  }

  /// What a model was taught, column by column.
  func modelTable(_ model: TrainedModel) -> Table {
    let set = model.set
    let columns =
      zip(set.targetNames, set.targets).map { ($0, $1, false) }
      + zip(set.labelNames, set.labels).map { ($0, $1, true) }
    let known = columns.map { $0.1.filter { !$0.isNaN } }
    func numbers(_ value: ([Double]) -> Double) -> Table.Values {
      .numbers(zip(columns, known).map { $0.2 || $1.isEmpty ? .nan : value($1) })
    }
    return Table(
      title: "\(model.name): \(model.summary); 'validate' tells how well it predicts",
      [
        Table.Column("learns", .texts(columns.map(\.0))), Table.Column("n", .integers(known.map(\.count))),
        Table.Column("min", numbers { $0.min()! }), Table.Column("max", numbers { $0.max()! }),
        Table.Column(
          "satisfied",
          .fractions(
            zip(columns, known).map { $0.2 && !$1.isEmpty ? $1.reduce(0, +) / Double($1.count) : .nan })),
      ])
  }
}
