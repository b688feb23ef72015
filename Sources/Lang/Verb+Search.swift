import Optim

extension Verb {
  static let searchVerbs: [Verb] = [
    optimizeVerb,
    Verb(
      "pareto", "the feasible points that no other one beats",
      arguments: [.optional("choice", .choice(["knee"]), "knee: only the point of the best trade-off")],
      options: [
        Option("weights", .numbers, nil, "the points closest to these weights of the objectives come first"),
        Option("by", .column, nil, "sort by this formula, smallest first"),
        Option("top", .integer(1...1_000_000), nil, "at most so many"),
        Option("of", .points, nil, "among these points instead of all evaluated ones"),
      ], needs: [.parameters, .objectives], result: .unknown(.points),
      example: "benchmark \"bnh\"\nsample sobol 64\nevaluate\npareto top=3 by=f1",
      keywords: ["front", "best", "knee", "non-dominated", "decision"]
    ) { try $0.pareto($1) },
    Verb(
      "constraints",
      "how often each constraint is satisfied, which ones conflict, and what other thresholds would pass",
      options: [Option("of", .points, nil, "among these points instead of all evaluated ones")],
      needs: [.parameters, .constraints], result: .unknown(.table),
      example: "benchmark \"bnh\"\nsample sobol 64\nevaluate\nconstraints",
      keywords: ["feasible", "satisfaction", "conflict", "threshold", "infeasible"]
    ) { try $0.constraints($1) },
  ]
}

extension Session {
  func pareto(_ arguments: Arguments) throws -> Value {
    let all = points(arguments)
    if all.evaluations.isEmpty {
      throw SessionError("nothing is evaluated yet: 'sample' and 'evaluate' come first")
    }
    let scores = try scores(of: all, arguments)
    let feasible = scores.rows(.feasible)
    if feasible.isEmpty {
      host.note("none of \(all.evaluations.count) evaluated points is feasible; 'constraints' tells why")
    }
    let costs = scores.costs.map { column in feasible.map { column[$0] } }
    var front = NonDominated.firstFront(costs)
    let frontCosts = { (rows: [Int]) in costs.map { column in rows.map { column[$0] } } }
    if arguments.word("choice") == "knee" {
      front = kneePoint(frontCosts(front)).map { [front[$0]] } ?? []
    }
    if let weights = arguments.numbers("weights") {
      front = try ordered(front, by: weights, frontCosts(front), arguments)
    }
    let rows = front.map { feasible[$0] }
    let title =
      arguments.word("choice") == "knee"
      ? "knee of the feasible front" : "feasible front, \(rows.count) of \(all.evaluations.count) points"
    let found = Points(
      title: title, evaluations: all.evaluations.subset(rows), rows: rows.map { all.rows[$0] })
    return .points(try sorted(found, by: arguments.value("by"), top: arguments.integer("top")))
  }

  private func scores(of points: Points, _ arguments: Arguments) throws -> Scores {
    arguments.has("of")
      ? try Scores(problem: campaign.problem, evaluations: points.evaluations) : try evaluatedScores(points)
  }

  /// The archive's own scores serve when nothing is pending.
  private func evaluatedScores(_ points: Points) throws -> Scores {
    points.evaluations.count == campaign.archive.count
      ? try campaign.scores() : try Scores(problem: campaign.problem, evaluations: points.evaluations)
  }

  private func ordered(_ front: [Int], by weights: [Double], _ costs: [[Double]], _ arguments: Arguments)
    throws -> [Int]
  {
    guard weights.count == costs.count, weights.allSatisfy({ $0 >= 0 && $0.isFinite }),
      weights.contains(where: { $0 > 0 })
    else {
      throw SessionError(
        "weights: expected \(costs.count) numbers of at least 0, one per objective and not all 0, found \(Value.list(weights).text)"
      )
    }
    return rows(of: costs, nearestToWeights: weights).map { front[$0] }
  }

  func constraints(_ arguments: Arguments) throws -> Value {
    let all = points(arguments)
    if all.evaluations.isEmpty {
      throw SessionError("nothing is evaluated yet: 'sample' and 'evaluate' come first")
    }
    let scores = try scores(of: all, arguments)
    let report = ConstraintReport(problem: campaign.problem, evaluations: all.evaluations, scores: scores)
    let extra = [report.thresholds, report.conflicts, report.impossible, report.failureTable].filter {
      $0.rowCount > 0
    }
    return .tables([report.summary] + extra)
  }
}
