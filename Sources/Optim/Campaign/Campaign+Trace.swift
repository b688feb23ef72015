extension Campaign {
  /// Follows a model's gradients from evaluated or new points and chooses points to simulate. Simulates and proposes nothing.
  ///
  /// - Throws: `TraceError` where the model does not predict what is to be followed or there is nothing to start from;
  ///   `SamplingError` where random starts cannot satisfy the constraints on parameters.
  public func trace(_ model: ProblemModel, _ options: TraceOptions, observer: any Observer) throws -> Trace {
    try check(model, options.target)
    let scores = try scores()
    let stream = nextTraceStream()
    let accept = problem.simulators.isEmpty ? nil : problem.aPrioriAcceptance
    let starts = try starts(options, scores, accept, stream)
    let loss = TraceLoss(problem, front: knownFront(scores), marginScales: scores.scales)
    let total = options.steps * starts.count
    let descent = TraceDescent(model, loss, options)
    let paths = descent.run(from: starts.map(problem.space.encode)) { step in
      observer.report(Progress(activity: "tracing", done: step * starts.count, total: total))
      return observer.interruption == .none
    }
    let selection = TraceSelection(model: model, accept: accept)
    var known = Set((0..<archive.count).map { archive.parameterValues($0).map(\.bitPattern) })
    var selected: [Trace.Selected] = []
    for (k, path) in paths.enumerated() {
      let places = selection.places(
        path, count: options.pointsPerPath, known: known, isStartKnown: options.start != .random)
      selected += places.map { Trace.Selected(path: k, step: $0.step, point: $0.point) }
      known.formUnion(places.map { $0.point.map(\.bitPattern) })
    }
    return Trace(
      target: options.target, paths: paths, selected: selected,
      prediction: model.predict(selected.map(\.point)))
  }

  private func check(_ model: ProblemModel, _ target: TraceOptions.Target) throws {
    if target != .objective {
      if problem.constraints.isEmpty && model.layout.success == nil {
        throw TraceError("there is no constraint to trace: the problem has none and no simulation failed")
      }
      if model.goal.mode == .objectives && !problem.constraints.contains(where: problem.isKnownBefore) {
        throw TraceError("this model predicts objectives only (mode \"o\"), so no constraint can be traced")
      }
    }
    if target != .constraint {
      if problem.objectives.isEmpty { throw TraceError("there is no objective to trace") }
      if !model.predictsObjectives {
        throw TraceError("this model predicts constraints only (mode \"c\"), so no objective can be traced")
      }
    }
  }

  /// Parameter values to start from.
  private func starts(
    _ options: TraceOptions, _ scores: Scores, _ accept: Acceptance?, _ stream: RandomStream
  ) throws -> [[Double]] {
    var rows: [Int] = []
    switch options.start {
    case .random:
      return try MonteCarlo().sample(
        count: options.count, space: problem.space, stream: stream, accept: accept
      ).points
    case .best:
      let usable = scores.status.indices.filter { [.feasible, .infeasible].contains(scores.status[$0]) }
      let costs = scores.costs.map { column in usable.map { column[$0] } }
      let ranking = Ranking(costs: costs, violation: usable.map { scores.violation[$0] })
      rows = ranking.best(min(options.count, usable.count), costs: costs).map { usable[$0] }
      if rows.isEmpty {
        throw TraceError("no evaluated point has all objectives to start from; say start=random")
      }
    case .infeasible:
      let bad = scores.status.indices.filter {
        [.infeasible, .failed, .incomplete].contains(scores.status[$0])
      }
      if bad.isEmpty { throw TraceError("no evaluated point is infeasible; say start=best or start=random") }
      var random = stream
      rows = random.permutation(bad.count).prefix(options.count).map { bad[$0] }
    }
    return rows.map { archive.parameterValues($0) }
  }

  /// Costs of the feasible front; before there is one, of the front of everything that has all objectives.
  private func knownFront(_ scores: Scores) -> [[Double]] {
    let feasible = scores.rows(.feasible)
    let rows = feasible.isEmpty ? scores.rows(.infeasible) : feasible
    let costs = scores.costs.map { column in rows.map { column[$0] } }
    let front = NonDominated.firstFront(costs)
    return costs.map { column in front.map { column[$0] } }
  }
}
