import Optim

extension Verb {
  static let analysisVerbs: [Verb] = [
    Verb(
      "indicators",
      "how good the feasible front is: hypervolume, spread, and distances from a reference front",
      options: [
        Option(
          "against", .anything([]), nil,
          "a reference front: points that a verb has returned, or a CSV file in quotes with a column per objective"
        ),
        Option(
          "reference", .numbers, nil,
          "reference point of the hypervolume; a tenth of the range beyond the reference front, or beyond the front itself"
        ),
        Option("of", .points, nil, "the front among these points instead of all evaluated ones"),
      ], needs: [.parameters, .objectives], result: .unknown(.table),
      example:
        "benchmark \"bnh\"\nsample sobol 32\nevaluate\nlet early = pareto\nsample sobol 256\nevaluate\nindicators of=early against=pareto",
      keywords: ["hypervolume", "igd", "epsilon", "spread", "quality", "distance", "front", "measure"]
    ) { try $0.indicators($1) },
    Verb(
      "compare", "compare studies of this problem, or groups of them, by what their feasible fronts reach",
      arguments: [
        Argument(
          name: "studies", kind: .text, isRequired: true, isRepeated: true,
          summary:
            "files in quotes; a pattern such as \"runs/a-*.study\" is one group, summed up by median and quartiles"
        )
      ],
      options: [
        Option(
          "reference", .numbers, nil,
          "reference point of hypervolumes; a tenth of the range beyond the joint front of all"),
        Option(
          "evaluations", .integer(1...1_000_000_000), nil,
          "only the first so many evaluations of each study, so that unequal budgets compare"),
        Option("each", .flag, nil, "true: a row per study instead of one per group"),
      ], needs: [.parameters, .objectives], result: .unknown(.table),
      example: """
        study "a"
        param x in [0, 1]
        minimize f1 = x
        minimize f2 = (1 - x)^2
        sample sobol 16
        evaluate
        compare "a.study"
        """,
      keywords: ["studies", "runs", "seeds", "hypervolume", "igd", "attainment", "median", "statistics"]
    ) { try $0.compare($1) },
  ]
}

// MARK: - Indicators

extension Session {
  func indicators(_ arguments: Arguments) throws -> Value {
    let all = try evaluatedPoints(arguments)
    guard campaign.problem.objectives.count > 1 else {
      throw SessionError(
        "indicators measure fronts, which need at least two objectives; this problem has one")
    }
    let front = feasibleFront(try scores(of: all, arguments))
    let target = try arguments.items["against"]?.first.map { try referenceFront($0) }
    guard (front.first?.isEmpty) == false else {
      throw SessionError(
        "none of \(all.evaluations.count) evaluated points is feasible, so there is no front to measure; 'constraints' tells why"
      )
    }
    let reference = try referencePoint(arguments) ?? HypervolumeCurve.reference(target ?? front)
    return .report(
      Report([measureTable(front, target, reference), rangeTable(front, target, reference)]))
  }

  /// Costs of the feasible front, `[j][row]`.
  private func feasibleFront(_ scores: Scores) -> [[Double]] {
    FrontComparison.Run(name: "", scores: scores).front
  }

  /// Values in the user's sense as costs, and the other way round.
  func inUserSense(_ values: [Double]) -> [Double] {
    zip(campaign.problem.objectives, values).map { $0.sense == .maximize ? 0 - $1 : $1 }
  }

  /// The point of `reference=` in cost space.
  private func referencePoint(_ arguments: Arguments) throws -> [Double]? {
    guard let given = arguments.numbers("reference") else { return nil }
    let count = campaign.problem.objectives.count
    guard given.count == count, given.allSatisfy(\.isFinite) else {
      throw SessionError(
        "reference: expected \(count) numbers, one per objective, found \(Value.list(given).text)")
    }
    return inUserSense(given)
  }

  /// The non-dominated points of `against=`.
  private func referenceFront(_ item: Arguments.Item) throws -> [[Double]] {
    let costs: [[Double]]
    switch item {
    case .value(.points(let points), _):
      costs = feasibleFront(try Scores(problem: campaign.problem, evaluations: points.evaluations))
    case .word("pareto", _):
      costs = feasibleFront(
        try Scores(problem: campaign.problem, evaluations: try paretoPoints().evaluations))
    case .value(.text(let path), _): costs = try objectiveColumns(of: path)
    case .word(let word, let span):
      throw Diagnostic(
        .wrongKind(
          expected: "points that a verb has returned, or a CSV file in quotes", found: "the word '\(word)'"),
        at: span)
    case .value(let value, let expression):
      throw Diagnostic(
        .wrongKind(
          expected: "points that a verb has returned, or a CSV file in quotes", found: value.kindName),
        at: expression.span)
    }
    let rows = NonDominated.firstFront(costs)
    if rows.isEmpty { throw SessionError("against: the reference front has no feasible point") }
    return costs.map { column in rows.map { column[$0] } }
  }

  /// The objectives' columns of a CSV file, as costs.
  private func objectiveColumns(of path: String) throws -> [[Double]] {
    let (header, rows) = try host.readCSV(place(path))
    let columns = try campaign.problem.objectives.map { objective -> [Double] in
      guard let at = header.firstIndex(of: objective.name) else {
        throw SessionError(
          "\(path) has no column '\(objective.name)'; its columns are \(header.joined(separator: ", "))")
      }
      return try rows.enumerated().map { line, row in
        guard row.count == header.count else {
          throw SessionError("\(path), row \(line + 1): expected \(header.count) values, found \(row.count)")
        }
        guard let value = Double(row[at].filter { $0 != " " }), value.isFinite else {
          throw SessionError(
            "\(path), row \(line + 1), column '\(objective.name)': expected a number, found '\(row[at])'")
        }
        return value
      }
    }
    let points = transposed(columns).map(inUserSense)
    return columns.indices.map { j in points.map { $0[j] } }
  }

  private func measureTable(_ front: [[Double]], _ target: [[Double]]?, _ reference: [Double]) -> Table {
    let range = CostRange(target ?? front)
    let (scaled, scaledTarget) = (range.normalised(front), target.map(range.normalised))
    let one = front.map { _ in 1.1 }
    let volume = MeasuredHypervolume(front, reference: reference, seed: campaign.seed)
    let scaledVolume = MeasuredHypervolume(scaled, reference: one, seed: campaign.seed)
    var rows: [(name: String, value: Double, error: String, meaning: String)] = [
      (
        "hypervolume", volume.value, Self.text(volume),
        "what the front dominates up to the reference point; more is better"
      ),
      (
        "scaled hypervolume", scaledVolume.value, Self.text(scaledVolume),
        "the same with costs scaled, best 0 and worst 1, up to 1.1"
      ),
    ]
    if let scaledTarget, let target {
      let most = MeasuredHypervolume(target, reference: reference, seed: campaign.seed)
      rows += [
        (
          "share of hypervolume", volume.value / most.value, Self.text(volume, most),
          "hypervolume over that of the reference front"
        ),
        (
          "IGD", FrontIndicators.igd(scaled, reference: scaledTarget), "exact",
          "mean distance from the reference front to this one, scaled; less is better"
        ),
        (
          "IGD+", FrontIndicators.igdPlus(scaled, reference: scaledTarget), "exact",
          "the same, counting only what is worse; less is better"
        ),
        (
          "additive epsilon", FrontIndicators.additiveEpsilon(scaled, reference: scaledTarget), "exact",
          "scaled costs must fall by this to cover the reference front; less is better"
        ),
      ]
    }
    rows.append(
      (
        "spread", FrontIndicators.spread(scaled, reference: scaledTarget), "exact",
        "unevenness of the points and of the ends; less is better"
      ))
    let points = target.map { ", against \($0[0].count) of the reference front" } ?? ""
    return Table(
      title: "feasible front of \(front[0].count) points\(points)",
      [
        Table.Column("indicator", .texts(rows.map(\.name))),
        Table.Column("value", .numbers(rows.map(\.value))),
        Table.Column("error", .texts(rows.map { $0.value.isNaN ? "" : $0.error })),
        Table.Column("meaning", .texts(rows.map(\.meaning))),
      ])
  }

  /// Whether a hypervolume is exact, or its 95 % interval.
  private static func text(_ volume: MeasuredHypervolume) -> String {
    volume.directions.map { "± \(Format.short(volume.error)), estimated from \($0) directions" } ?? "exact"
  }

  private static func text(_ volume: MeasuredHypervolume, _ other: MeasuredHypervolume) -> String {
    volume.isExact && other.isExact ? "exact" : "of estimates"
  }

  private func rangeTable(_ front: [[Double]], _ target: [[Double]]?, _ reference: [Double]) -> Table {
    let (own, scale) = (CostRange(front), CostRange(target ?? front))
    var columns = [
      Table.Column("objective", .texts(campaign.problem.objectives.map(\.name))),
      Table.Column("best", .numbers(inUserSense(own.ideal))),
      Table.Column("worst", .numbers(inUserSense(own.nadir))),
    ]
    if target != nil {
      columns += [
        Table.Column("reference best", .numbers(inUserSense(scale.ideal))),
        Table.Column("reference worst", .numbers(inUserSense(scale.nadir))),
      ]
    }
    columns.append(Table.Column("reference point", .numbers(inUserSense(reference))))
    return Table(title: "points that they depend on", columns)
  }
}
