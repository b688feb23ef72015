import Foundation

/// Fits a `NetworkEnsemble`: folds, the direct part, trunks on each fold, blending and calibration on held-back rows.
struct NetworkFit {
  let recipe: NetworkRecipe
  let data: NetworkData
  let set: TrainingSet
  let stream: RandomStream
  let warm: NetworkEnsemble?
  let relay: ProgressRelay
  private let folds: [[Int]]
  private var heads: NetworkShape { recipe.shapes[0] }

  init(
    _ recipe: NetworkRecipe, _ set: TrainingSet, stream: RandomStream, warm: NetworkEnsemble?,
    observer: (any TrainingObserver)?
  ) throws {
    guard set.count > 0 else {
      throw TrainingError("\(recipe.name) needs at least one evaluated point, and there is none")
    }
    guard !set.targets.isEmpty || !set.labels.isEmpty else {
      throw TrainingError(
        "\(recipe.name) needs at least one objective or constraint to learn, and there is none")
    }
    guard (set.targets + set.labels).contains(where: { $0.contains { !$0.isNaN } }) else {
      throw TrainingError(
        "\(recipe.name) found no known value in any of the \(set.count) points: nothing to learn from")
    }
    (self.recipe, self.set, self.stream) = (recipe, set, stream)
    data = NetworkData(set, scale: recipe.shapes[0].inputScale, offset: recipe.shapes[0].inputOffset)
    self.warm = warm?.shapes == recipe.shapes ? warm : nil
    folds = NetworkFit.folds(set, count: recipe.plans[0].members, stream: stream)
    relay = ProgressRelay(observer)
  }

  /// Rows in random parts of equal size; copies of a point stay together, so that none is its own judge.
  private static func folds(_ set: TrainingSet, count: Int, stream: RandomStream) -> [[Int]] {
    guard count > 1, set.count >= 4 else { return [Array(0..<set.count)] }
    var groups: [ArraySlice<Double>: Int] = [:]
    var members: [[Int]] = []
    for row in 0..<set.count {
      let point = set.inputs.values[(row * set.inputs.columns)..<((row + 1) * set.inputs.columns)]
      if let group = groups[point] {
        members[group].append(row)
      } else {
        groups[point] = members.count
        members.append([row])
      }
    }
    guard members.count >= 4 else { return [Array(0..<set.count)] }
    var random = stream.derived(1)
    random.shuffle(&members)
    let used = min(count, members.count)
    return (0..<used).map { k in members.indices.filter { $0 % used == k }.flatMap { members[$0] } }
  }

  func run() throws -> NetworkEnsemble { recipe.isBlended ? blended() : try plain() }

  // MARK: - The published recipe

  /// One network on all rows.
  private func plain() throws -> NetworkEnsemble {
    let (shape, plan, all) = (heads, recipe.plans[0], Array(0..<set.count))
    let start = ParameterLayout(shape).initial(shape, direct: nil, stream: stream.derived(2))
    let result = member(0, 0, training: all, heldBack: [], start: start, plan: plan, jobs: 1)
    guard !result.snapshots.isEmpty || relay.shouldStop else {
      throw TrainingError(
        "training of \(recipe.name) with the published recipe diverged at every step size, \(result.attempts) times"
      )
    }
    // Stopped before the first checkpoint: zero weights predict every target's mean.
    let weights = result.snapshots.last?.weights ?? [Float](repeating: 0, count: start.count)
    return NetworkEnsemble(
      shapes: [shape], scales: data.scales, direct: .init([]),
      folds: [.init(direct: .init([]), networks: [.init(weights)])],
      targets: set.targets.map { _ in TargetBlend(shares: [1]) },
      labels: set.labels.map { _ in .init(blend: LabelBlend(base: 0, shares: [1], margin: 0), margin: nil) },
      calibrations: set.targets.map { _ in .init(factor: 1, floor: 1) },
      summary: "published recipe, width \(shape.width), \(plan.steps) steps\(retries(result.attempts))")
  }

  private func retries(_ attempts: Int) -> String {
    attempts > 1 ? ", restarted \(attempts - 1) times at a smaller step after divergence" : ""
  }

  private func member(
    _ trunk: Int, _ fold: Int, training: [Int], heldBack: [Int], start: [Float], plan: TrainingPlan, jobs: Int
  ) -> (snapshots: [MemberTraining.Snapshot], attempts: Int) {
    let (relay, name) = (relay, recipe.name)
    let job = trunk * folds.count + fold
    return MemberTraining(
      shape: recipe.shapes[trunk], data: data, plan: plan, training: training, heldBack: heldBack,
      start: start,
      stream: memberStream(trunk, fold), shouldStop: { relay.shouldStop },
      report: { done, loss, attempt in
        let again = attempt > 0 ? ", attempt \(attempt + 1) at a smaller step" : ""
        relay.report(
          TrainingProgress(
            activity: "\(name), network \(job + 1) of \(jobs)\(again)", done: done, total: plan.checkpoints,
            loss: loss.total))
      }
    ).run()
  }

  private func memberStream(_ trunk: Int, _ fold: Int) -> RandomStream {
    stream.derived(UInt64(16 + trunk * folds.count + fold))
  }

  // MARK: - Ours

  private func training(_ fold: Int) -> [Int] {
    folds.count == 1 ? folds[0] : folds.indices.filter { $0 != fold }.flatMap { folds[$0] }
  }

  private func blended() -> NetworkEnsemble {
    let fit = DirectFit(heads, data)
    let relay = relay
    let choices = fit.choose(folds, shouldStop: { relay.shouldStop })
    let all = Array(0..<set.count)
    let directs = parallelMap(folds.count + 1) { i in
      fit.fit(i == 0 ? all : training(i - 1), choices, shouldStop: { relay.shouldStop })
    }
    var heldBack = HeldBack(data, folds: folds, direct: Array(directs.dropFirst()), fit: fit)
    var (attempts, notes) = (1, [String]())
    var networks = folds.map { _ in recipe.shapes.map { _ in NetworkEnsemble.Weights([]) } }
    if folds.count > 1, set.count >= NetworkRecipe.fewestRows, !relay.shouldStop {
      let trained = trainTrunks(directs, heldBack)
      for trunk in recipe.shapes.indices {
        attempts = max(attempts, trained[trunk].attempts)
        guard let best = heldBack.bestSnapshot(trained[trunk].folds, trunk: trunk, of: recipe.shapes.count)
        else { continue }
        heldBack.add(trained[trunk].folds.map { $0[best].heldBack }, trunk: trunk)
        for fold in folds.indices { networks[fold][trunk] = .init(trained[trunk].folds[fold][best].weights) }
      }
    }
    heldBack.prune()
    let targets = heldBack.targetBlends(trunks: recipe.shapes.count)
    let whole = fit.predict(directs[0], all)
    let findings = folds.count > 1 ? residualFindings(targets, heldBack, whole) : targets.map { _ in nil }
    let labels = heldBack.labelBlends(set, targets, findings, whole: whole, trunks: recipe.shapes.count)
    var model = NetworkEnsemble(
      shapes: recipe.shapes, scales: data.scales, direct: .init(directs[0]),
      folds: folds.indices.map { .init(direct: .init(directs[$0 + 1]), networks: networks[$0]) },
      targets: targets, labels: labels,
      calibrations: set.targets.map { _ in .init(factor: 1, floor: 1) }, summary: "")
    for trunk in recipe.shapes.indices where !model.isUsed(trunk) {
      for fold in folds.indices { model.folds[fold].networks[trunk] = .init([]) }
    }
    for trunk in recipe.shapes.indices where model.isUsed(trunk) {
      notes.append(describe(trunk, targets))
    }
    calibrate(&model, heldBack)
    model.residuals = residualProcesses(model, findings)
    if notes.isEmpty { notes.append(model.residuals.isEmpty ? "direct part only" : "direct part") }
    if !model.residuals.isEmpty {
      notes.append("processes of what is left of \(model.residuals.count) of \(targets.count) targets")
    }
    model.summary = "\(folds.count) folds, " + notes.joined(separator: ", ") + retries(attempts)
    return model
  }

  // MARK: - Processes of residuals

  private func residualFindings(_ targets: [TargetBlend], _ heldBack: HeldBack, _ whole: [[Float]])
    -> [ResidualFit.Finding?]
  {
    let relay = relay
    relay.report(TrainingProgress(activity: "\(recipe.name), processes of what is left", done: 0, total: 1))
    return ResidualFit(
      set: set, stream: stream.derived(3), warm: warm?.residuals, shouldStop: { relay.shouldStop }
    ).findings(
      targets.indices.map { k in
        .init(
          values: heldBack.residuals(k, targets[k], whole: whole), errors: heldBack.errors(k, targets[k]))
      })
  }

  /// The processes conditioned on what the finished model leaves over at its own points, so that it goes through them.
  private func residualProcesses(_ model: NetworkEnsemble, _ findings: [ResidualFit.Finding?])
    -> ResidualProcesses
  {
    guard findings.contains(where: { $0 != nil }) else { return .none }
    let trend = model.prediction(model.values(data)).scaled
    let parts = findings.enumerated().map { k, finding in
      finding.map { finding in
        ResidualProcesses.Part(
          values: set.targets[k].indices.map { data.scales[k].scaled(set.targets[k][$0]) - trend[k][$0] },
          hyperparameters: finding.hyperparameters, searchedPoints: finding.searchedPoints)
      }
    }
    return ResidualProcesses(inputs: set.inputs, parts: parts)
  }

  private func describe(_ trunk: Int, _ targets: [TargetBlend]) -> String {
    let shape = recipe.shapes[trunk]
    var kind = "perceptron"
    if case .transformer = shape.trunk { kind = "transformer" }
    let largest = targets.map { $0.shares[trunk] }.max() ?? 0
    return "\(kind) of width \(shape.width) (share up to \(Int(100 * largest)) %)"
  }

  private struct Trained: Sendable {
    var folds: [[MemberTraining.Snapshot]]
    var attempts: Int
  }

  /// All trunks: one fold first, which shows whether the trunk adds anything, then the others.
  private func trainTrunks(_ directs: [[Float]], _ heldBack: HeldBack) -> [Trained] {
    let trunks = recipe.shapes.indices
    let jobs = trunks.count * folds.count
    @Sendable func prepared(_ trunk: Int, _ fold: Int) -> (start: [Float], plan: TrainingPlan) {
      let shape = recipe.shapes[trunk]
      var plan = recipe.plans[trunk]
      var start = ParameterLayout(shape).initial(
        shape, direct: directs[fold + 1], stream: stream.derived(UInt64(1000 + trunk * folds.count + fold)))
      if let old = warm?.folds.indices.contains(fold) == true
        ? warm?.folds[fold].networks[trunk].values : nil,
        old.count == start.count
      {
        // The earlier network on the new direct part; a third of the steps.
        start.replaceSubrange(
          0..<ParameterLayout(shape).direct, with: old.prefix(ParameterLayout(shape).direct))
        plan.steps = max(1, plan.steps / 3)
      }
      return (start, plan)
    }
    func train(_ work: [(trunk: Int, fold: Int)]) -> [MemberFit.Output] {
      let results = spread(
        work.count, observer: relay.observer,
        part: { i in
          let (start, plan) = prepared(work[i].trunk, work[i].fold)
          return MemberFit(
            shape: recipe.shapes[work[i].trunk], data: data, plan: plan, training: training(work[i].fold),
            heldBack: folds[work[i].fold], start: .init(start),
            stream: memberStream(work[i].trunk, work[i].fold))
        }
      ) { i in
        let (start, plan) = prepared(work[i].trunk, work[i].fold)
        let done = member(
          work[i].trunk, work[i].fold, training: training(work[i].fold), heldBack: folds[work[i].fold],
          start: start,
          plan: plan, jobs: jobs)
        return .success(MemberFit.Output(done.snapshots, done.attempts))
      }
      return results.map { result in
        guard case .success(let output) = result else { preconditionFailure("training here does not throw") }
        return output
      }
    }
    let first = train(trunks.map { ($0, 0) })
    let useful = trunks.filter { heldBack.helps(first[$0].snapshots, fold: 0) }
    let wanted = useful.flatMap { trunk in (1..<folds.count).map { (trunk, $0) } }
    let others = train(wanted)
    return trunks.map { trunk in
      guard useful.contains(trunk) else { return Trained(folds: [], attempts: first[trunk].attempts) }
      let own = wanted.indices.filter { wanted[$0].0 == trunk }.map { others[$0] }
      return Trained(
        folds: [first[trunk].snapshots] + own.map(\.snapshots),
        attempts: ([first[trunk]] + own).map(\.attempts).max()!)
    }
  }

  /// Variances: the held-back squared error is what variances should be on average, the folds' spread says where it is larger.
  private func calibrate(_ model: inout NetworkEnsemble, _ heldBack: HeldBack) {
    guard folds.count > 1 else { return }
    let combined = model.prediction(model.values(data))
    for k in model.targets.indices {
      let errors = heldBack.errors(k, model.targets[k])
      let known = errors.indices.filter { !errors[$0].isNaN }
      guard !known.isEmpty else { continue }
      let spreads = known.map { row in spread(combined.ofFold.map { $0[k][row] }) }
      let mean = spreads.reduce(0, +) / Double(known.count)
      let square = known.reduce(0) { $0 + errors[$1] * errors[$1] } / Double(known.count)
      let floor = 0.25 * mean + 1e-12
      model.calibrations[k] = .init(factor: square / (mean + floor), floor: floor)
    }
  }
}

/// Passes progress on, from several threads one at a time.
final class ProgressRelay: @unchecked Sendable {
  let observer: (any TrainingObserver)?
  private let lock = NSLock()

  init(_ observer: (any TrainingObserver)?) { self.observer = observer }

  var shouldStop: Bool { observer?.shouldStop ?? false }

  func report(_ progress: TrainingProgress) {
    guard let observer else { return }
    lock.withLock { observer.report(progress) }
  }
}
