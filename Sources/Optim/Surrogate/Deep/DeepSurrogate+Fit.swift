import Foundation

extension DeepSurrogate {
  static let processEntry = entry(
    "two-layer deep Gaussian process with a hidden layer for all targets, for functions whose scale changes from place to place",
    version: 1, DeepRecipe("mdgp", .bound))

  static let sigmaPointEntry = entry(
    "deep sigma point process: a deep Gaussian process trained for the density that it predicts", version: 1,
    DeepRecipe("mdspp", .density(divergence: 0.2)))

  private static func entry(_ documentation: String, version: Int, _ recipe: DeepRecipe) -> SurrogateEntry {
    SurrogateEntry(recipe.name, documentation, version: version) {
      set, options, stream, warm, observer -> DeepSurrogate in
      var recipe = recipe
      (recipe.width, recipe.inducing, recipe.epochs) = (options.width, options.inducing, options.epochs)
      return try fit(set, recipe, stream: stream, warm: warm, observer: observer)
    }
  }

  /// Factors and products of all heads together may take this much memory.
  private static let largestMemory = 4 << 30

  /// - Throws: `TrainingError` where nothing is known, or where the matrices would not fit into memory.
  static func fit(
    _ set: TrainingSet, _ recipe: DeepRecipe, stream: RandomStream, warm: DeepSurrogate? = nil,
    observer: (any TrainingObserver)? = nil
  ) throws -> DeepSurrogate {
    try checkSize(set, recipe)
    nonisolated(unsafe) let observer = observer
    let shouldStop = { @Sendable in observer?.shouldStop ?? false }
    let warm = warm?.state.name == recipe.name ? warm?.state : nil
    var state = described(set, stream: stream, recipe, warm: warm)
    let columns = columns(set, &state)
    guard !columns.isEmpty else { return try DeepSurrogate(state) }
    let heads = columns.count
    let varying = LengthScales(features: set.features, inputs: set.inputs).group.count { $0 != nil }
    var network: DeepNetwork
    var steps = recipe.steps(rows: set.count)
    if let earlier = warm, let kept = earlier.network, earlier.continues(in: state), kept.heads.count == heads
    {
      network = kept
      steps = max(steps / DeepRecipe.warmShare, 1)
    } else {
      network = DeepStart(
        inputs: set.inputs, features: set.features, values: columns.map(\.values),
        isLabel: columns.map(\.isLabel),
        recipe: recipe, stream: stream, shouldStop: shouldStop
      ).network(varying: varying)
    }
    let conditioning = DeepConditioning(inputs: set.inputs, values: columns.map(\.values))
    let objective = DeepObjective(
      kind: recipe.kind, inputs: set.inputs, values: columns.map(\.values),
      expectedScales: (network.hidden.map(\.process) + network.heads.map(\.process)).map(\.logScales))
    if !objective.isNatural {
      // Beliefs that follow plain gradients begin at the bound's.
      network = conditioning.conditioned(network).map { $0.triangular } ?? network
    }
    var training = DeepTraining(
      objective: objective, recipe: recipe, steps: steps, stream: stream.derived(97), observer: observer)
    network = training.train(network)
    if objective.isNatural { network = conditioning.conditioned(network) ?? network }
    (state.network, state.steps) = (network, steps)
    return try DeepSurrogate(state)
  }

  private static func checkSize(_ set: TrainingSet, _ recipe: DeepRecipe) throws {
    let known = (set.targets + set.labels).contains { $0.contains(where: \.isFinite) }
    guard set.count > 0, known else {
      throw TrainingError("\(recipe.name) has nothing to learn from: no point with a known answer")
    }
    let answers = set.targets.count + set.labels.count
    let inducing = recipe.headPoints(rows: set.count)
    // A dozen square matrices a head, and what sees the samples of a batch.
    let side = inducing.multipliedReportingOverflow(by: 12 * inducing + 6 * recipe.batch * recipe.samples)
    let bytes = side.partialValue.multipliedReportingOverflow(by: 8 * answers)
    guard !side.overflow, !bytes.overflow, bytes.partialValue <= largestMemory else {
      throw TrainingError(
        """
        \(recipe.name) needs more than the \(largestMemory >> 20) MB it may take for \(inducing) inducing points and \
        \(answers) answers; use fewer with inducing=
        """)
    }
  }

  /// What is learned and how: transformations, constants, labels that are decided by margins.
  private static func described(
    _ set: TrainingSet, stream: RandomStream, _ recipe: DeepRecipe, warm: State?
  ) -> State {
    let matching = warm.flatMap {
      $0.columns == set.inputs.columns && $0.targets.count == set.targets.count
        && $0.labels.count == set.labels.count ? $0 : nil
    }
    let targets = parallelMap(set.targets.count) { k -> Target in
      let transform = GaussianSurrogate.transform(
        set, k, stream.derived(UInt64(k)), GaussianRecipe(recipe.name), warm: matching?.targets[k].transform)
      guard transform == nil else { return Target(transform: transform) }
      let known = set.targets[k].filter(\.isFinite)
      // Without any value 0 give or take 1.
      guard !known.isEmpty else { return Target(mean: 0, variance: 1) }
      let (mean, deviation) = TargetTransform.moments(known)
      return Target(mean: mean, variance: TargetTransform.finite(deviation * deviation))
    }
    return State(
      name: recipe.name, columns: set.inputs.columns, points: set.count, targets: targets, labels: [],
      network: nil, steps: 0)
  }

  /// Values of the heads, numbers before labels; notes in the state which head is whose.
  private static func columns(_ set: TrainingSet, _ state: inout State) -> [(values: [Double], isLabel: Bool)]
  {
    var columns: [(values: [Double], isLabel: Bool)] = []
    for k in state.targets.indices {
      guard let transform = state.targets[k].transform else { continue }
      state.targets[k].head = columns.count
      columns.append((set.targets[k].map { $0.isFinite ? transform($0) : .nan }, false))
    }
    for (j, values) in set.labels.enumerated() {
      let rows = values.indices.filter { values[$0].isFinite }
      let (count, ones) = (Double(rows.count), rows.reduce(0) { $0 + values[$1] })
      if let k = set.marginTargets[j], state.targets[k].head != nil {
        state.labels.append(.margin(target: k))
      } else if ones > 0, ones < count,
        LengthScales(features: set.features, inputs: set.inputs.subset(rows)).count > 0
      {
        state.labels.append(.head(columns.count))
        columns.append((values, true))
      } else {
        // Laplace's rule of succession.
        state.labels.append(.constant(logOdds: log((ones + 1) / (count - ones + 1))))
      }
    }
    return columns
  }
}

extension DeepSurrogate.State {
  /// Whether the same heads model the same things there, in the same numbers.
  fileprivate func continues(in other: Self) -> Bool {
    columns == other.columns && labels == other.labels && targets.count == other.targets.count
      && zip(targets, other.targets).allSatisfy {
        $0.head == $1.head && $0.transform?.shape == $1.transform?.shape
          && $0.transform?.hasTails == $1.transform?.hasTails
      }
  }
}

extension DeepNetwork {
  /// The same beliefs with triangular factors, as gradients train them.
  var triangular: DeepNetwork {
    var result = self
    for k in heads.indices {
      let (m, factor) = (heads[k].process.order, heads[k].process.factor)
      var covariance = [Double](repeating: 0, count: m * m)
      BLAS.lowerGram(m, m, factor, into: &covariance)
      guard let cholesky = Cholesky(covariance, order: m, jitters: Cholesky.growing) else { continue }
      var lower = cholesky.factor
      for i in 0..<m { for j in (i + 1)..<max(m, i + 1) { lower[i * m + j] = 0 } }
      result.heads[k].process.factor = lower
    }
    return result
  }
}
