import Optim

extension Verb {
  static let sensitivityVerbs: [Verb] = [
    Verb(
      "sensitivity", "how much each parameter matters, by a surrogate: no simulation is run",
      arguments: [
        .required("method", .choice(Sensitivities.all.map(\.name)), "what is measured")
      ],
      options: [
        Option("of", .column, nil, "one objective or constraint, with all measures of the method"),
        Option("model", .model([]), nil, "a model or the kind of one; without it the model trained last"),
        Option(
          "count", .integer(2...1_000_000), nil,
          "points of the method (sobol: base points, morris: trajectories, fast: points per parameter)"),
      ], needs: [.parameters], result: .unknown(.table),
      example: "benchmark \"bnh\"\nsample sobol 32\nevaluate\ntrain gpr\nsensitivity sgrad",
      keywords: ["influence", "importance", "screening", "variance", "indices", "sobol", "morris"]
    ) { try $0.sensitivity($1) }
  ]
}

extension Session {
  func sensitivity(_ arguments: Arguments) throws -> Value {
    let entry = Sensitivities.named(arguments.word("method")!)!
    var responses = Responses(try model(arguments).model)
    if arguments.has("of") { responses = try only(arguments, responses) }
    if responses.names.isEmpty { throw SessionError("this model predicts nothing to be sensitive to") }
    let count = arguments.integer("count") ?? entry.standardCount
    guard count >= entry.leastCount else {
      throw SessionError("'\(entry.name)' needs count= of at least \(entry.leastCount), found \(count)")
    }
    let stream = RandomStream(seed: campaign.seed, purpose: .sensitivity)
    let result = entry.run(responses, count, stream)
    return .report(Report([sensitivityTable(result)], [sensitivityBars(result)]))
  }

  /// The response that `of=` names.
  private func only(_ arguments: Arguments, _ responses: Responses) throws -> Responses {
    let name = arguments.values("of")[0].text
    guard responses.names.contains(name) else {
      throw SessionError(
        "of=\(name): expected something that the model predicts: \(responses.names.joined(separator: ", "))")
    }
    return responses.only([name])
  }

  /// Of one response all measures; of several the leading one, a column each.
  private func sensitivityTable(_ result: Sensitivity) -> Table {
    var columns = [Table.Column("parameter", .texts(result.parameters))]
    let lead = result.measures[result.lead]
    if result.responses.count == 1 {
      for measure in result.measures {
        columns.append(Table.Column(measure.name, .numbers(measure.values[0])))
        if let confidence = measure.confidence {
          columns.append(Table.Column("±", .numbers(confidence[0])))
        }
      }
    } else {
      columns += zip(result.responses, lead.values).map { Table.Column($0, .numbers($1)) }
      columns.append(Table.Column("all", .numbers(result.overall)))
    }
    let title =
      result.responses.count == 1
      ? "\(result.method) of \(result.responses[0])" : "\(name(of: result)) of each"
    return Table(title: "\(title), \(result.evaluations) predictions", columns)
  }

  /// The method with its leading measure, where that has another name.
  private func name(of result: Sensitivity) -> String {
    let lead = result.measures[result.lead].name
    return lead == result.method ? lead : "\(result.method), \(lead)"
  }

  private func sensitivityBars(_ result: Sensitivity) -> Figure {
    let lead = result.measures[result.lead]
    let isSingle = result.responses.count == 1
    let values = isSingle ? lead.values[0] : result.overall
    let order = values.indices.filter { !values[$0].isNaN }.sorted {
      (-values[$0], $0) < (-values[$1], $1)
    }
    let bars = order.map { Figure.Bar(result.parameters[$0], max(values[$0], 0)) }
    let unknown = values.count - order.count
    let caption =
      unknown > 0 ? "\(unknown) categorical parameter\(unknown == 1 ? " has" : "s have") no slope" : nil
    let name = name(of: result)
    return Figure(
      title: isSingle ? "\(name) of \(result.responses[0])" : "\(name): mean over all, each scaled to 1",
      kind: .bars(bars, unit: nil), caption: caption)
  }
}
