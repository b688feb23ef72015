import Optim

/// Ways to choose from a front.
enum FrontChoice: String, CaseIterable {
  case knee, tradeoff, topsis
}

extension Session {
  func pareto(_ arguments: Arguments) throws -> Value {
    let all = try evaluatedPoints(arguments)
    let scores = try scores(of: all, arguments)
    let feasible = scores.rows(.feasible)
    if feasible.isEmpty {
      host.note("none of \(all.evaluations.count) evaluated points is feasible; 'constraints' tells why")
    }
    let rows = NonDominated.firstFront(scores.costs.map { column in feasible.map { column[$0] } })
      .map { feasible[$0] }
    let costs = scores.costs.map { column in rows.map { column[$0] } }
    let choice = arguments.word("choice").flatMap(FrontChoice.init)
    let weights = try weights(arguments, choice)
    let order = order(costs, choice, weights)
    // A choice keeps the best by its own measure; without one, `top` is the first ones by `by`.
    let standard = choice == .knee || choice == .tradeoff ? 1 : rows.count
    let kept = choice == nil ? order.rows : Array(order.rows.prefix(arguments.integer("top") ?? standard))
    let found = Points(
      title: title(choice, weights, all.evaluations.count, rows.count, kept.count),
      evaluations: all.evaluations.subset(kept.map { rows[$0] }), rows: kept.map { all.rows[rows[$0]] },
      measures: order.measures.map { measure in (measure.name, kept.map { measure.values[$0] }) })
    return .points(try sorted(found, by: arguments.value("by"), top: arguments.integer("top")))
  }

  /// Rows of the front, the best first, with what they were ordered by.
  private func order(_ costs: [[Double]], _ choice: FrontChoice?, _ weights: [Double]?)
    -> (rows: [Int], measures: [(name: String, values: [Double])])
  {
    let front = Array((costs.first ?? []).indices)
    let falling = { (values: [Double]) in front.sorted { (-values[$0], $0) < (-values[$1], $1) } }
    switch choice {
    case .knee:
      let distances = kneeDistances(costs)
      return (falling(distances), [("below plane", distances)])
    case .tradeoff:
      let bends = leastTradeoffs(costs)
      return (falling(bends), [("trade-off", bends)])
    case .topsis:
      let closeness = topsisCloseness(costs, weights: weights ?? costs.map { _ in 1 })
      return (falling(closeness), [("closeness", closeness)])
    case nil:
      guard let weights else { return (front, []) }
      let own = pseudoWeights(costs)
      let names = campaign.problem.objectives.map { "weight \($0.name)" }
      return (
        rows(of: costs, nearestToWeights: weights),
        names.enumerated().map { j, name in (name, own.map { $0[j] }) }
      )
    }
  }

  private func title(_ choice: FrontChoice?, _ weights: [Double]?, _ all: Int, _ front: Int, _ kept: Int)
    -> String
  {
    switch choice {
    case .knee where kept <= 1: return "knee of the feasible front"
    case .knee: return "feasible front, farthest below the plane through its ends first"
    case .tradeoff where kept <= 1: return "sharpest bend of the feasible front"
    case .tradeoff: return "feasible front, sharpest bend first"
    case .topsis:
      let total = weights?.reduce(0, +) ?? 1
      let scaled = weights.map { given in Format.shortList(given.map { $0 / total }) } ?? "equal"
      return "feasible front by closeness to the ideal (TOPSIS), weights \(scaled)"
    case nil: return "feasible front, \(front) of \(all) points"
    }
  }

  /// The weights of the objectives where they are given.
  private func weights(_ arguments: Arguments, _ choice: FrontChoice?) throws -> [Double]? {
    guard let weights = arguments.numbers("weights") else { return nil }
    let count = campaign.problem.objectives.count
    if choice == .knee || choice == .tradeoff {
      throw SessionError(
        "'pareto \(choice!)' treats all objectives alike: weights= goes with 'pareto topsis', or without a choice"
      )
    }
    guard weights.count == count, weights.allSatisfy({ $0 >= 0 && $0.isFinite }),
      weights.contains(where: { $0 > 0 })
    else {
      throw SessionError(
        "weights: expected \(count) numbers of at least 0, one per objective and not all 0, found \(Value.list(weights).text)"
      )
    }
    return weights
  }
}
