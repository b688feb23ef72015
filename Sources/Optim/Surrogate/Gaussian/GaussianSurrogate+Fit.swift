import Foundation

extension GaussianSurrogate {
  public static let entry = entry(
    "one exact Gaussian process per target, Matern 5/2 with a length scale per parameter", version: 4,
    GaussianRecipe("gpr"))

  public static let multiOutputEntry = entry(
    "exact Gaussian process of all targets together, a linear model of coregionalisation", version: 4,
    GaussianRecipe("megp", groups: .coregionalised))

  static func entry(_ documentation: String, version: Int, _ recipe: GaussianRecipe) -> SurrogateEntry {
    SurrogateEntry(recipe.name, documentation, version: version) { set, options, stream, warm, observer in
      var recipe = recipe
      recipe.rank = options.rank
      if recipe.isSparse { recipe.inducing = options.inducing }
      return try fit(set, recipe, stream: stream, warm: warm, observer: observer)
    }
  }

  /// Factors of all targets together may take this much memory.
  private static let largestMemory = 4 << 30

  /// - Parameters:
  ///   - coregionalised: Whether targets that are known at the same points are modelled together.
  ///   - rank: Number of processes with a signal for each such group; as many as targets where nil.
  /// - Throws: `TrainingError` where nothing is known, or where the matrices would not fit into memory.
  public static func fit(
    _ set: TrainingSet, stream: RandomStream, coregionalised: Bool = false, rank: Int? = nil,
    warm: GaussianSurrogate? = nil, observer: (any TrainingObserver)? = nil
  ) throws -> GaussianSurrogate {
    var recipe = coregionalised ? GaussianRecipe("megp", groups: .coregionalised) : GaussianRecipe("gpr")
    recipe.rank = rank
    return try fit(set, recipe, stream: stream, warm: warm, observer: observer)
  }

  /// The same for any of the surrogates that are Gaussian processes.
  static func fit(
    _ set: TrainingSet, _ recipe: GaussianRecipe, stream: RandomStream, warm: GaussianSurrogate? = nil,
    observer: (any TrainingObserver)? = nil
  ) throws -> GaussianSurrogate {
    try checkSize(set, recipe)
    let warm = warm.flatMap { $0.matches(set) ? $0.state : nil }
    nonisolated(unsafe) let observer = observer
    let shouldStop = { @Sendable in observer?.shouldStop ?? false }
    let transformed = parallelMap(set.targets.count) { k in
      TargetState(
        values: set.targets[k],
        transform: transform(
          set, k, stream.derived(UInt64(k)), recipe, warm: warm?.targets[k].transform))
    }
    let groups = groups(transformed, together: recipe.groups != .apart)
    let progress = FitProgress(
      total: groups.count + set.labels.count, activity: recipe.name, observer: observer)
    let fits = try parallelMap(groups.count) { g in
      defer { progress.advance() }
      return Result<CoregionalisedFit.Outcome, any Error> {
        try CoregionalisedFit(
          set: set, targets: transformed, group: groups[g], stream: stream.derived(UInt64(groups[g][0])),
          recipe: recipe, shouldStop: shouldStop
        ).fit(warm: warm?.outcome(of: groups[g]))
      }
    }.map { try $0.get() }
    var (targets, processes): ([TargetState], [ProcessState]) = (transformed, [])
    for (group, fit) in zip(groups, fits) {
      for (place, k) in group.enumerated() {
        targets[k].shares = fit.mixing.row(place).enumerated().filter { $0.element != 0 }
          .map { Share(index: processes.count + $0.offset, weight: $0.element) }
      }
      processes += fit.processes
    }
    let fitted = targets
    let labels = parallelMap(set.labels.count) { j in
      defer { progress.advance() }
      return Result<LabelState, any Error> {
        try fitLabel(
          set, j, fitted, stream.derived(UInt64(set.targets.count + j)), recipe,
          warm: warm?.labels[j].hyperparameters, shouldStop: shouldStop)
      }
    }
    return try GaussianSurrogate(
      State(
        inputs: set.inputs, targets: targets, processes: processes, labels: labels.map { try $0.get() }))
  }

  /// Targets that vary; together where they are known at the same points.
  private static func groups(_ targets: [TargetState], together: Bool) -> [[Int]] {
    var groups: [[Int]] = []
    for k in targets.indices where targets[k].transform != nil {
      let match = groups.firstIndex { group in
        zip(targets[group[0]].values, targets[k].values).allSatisfy { $0.isFinite == $1.isFinite }
      }
      if together, let match { groups[match].append(k) } else { groups.append([k]) }
    }
    return groups
  }

  static func checkSize(_ set: TrainingSet, _ recipe: GaussianRecipe) throws {
    let known = (set.targets + set.labels).contains { $0.contains(where: \.isFinite) }
    guard set.count > 0, known else {
      throw TrainingError("\(recipe.name) has nothing to learn from: no point with a known answer")
    }
    let answers = set.targets.count + set.labels.count
    let inducing = recipe.inducingCount(rows: set.count)
    let side = inducing ?? set.count
    // Two factors and two sums of a sparse process.
    let bytes = side.multipliedReportingOverflow(by: side * 8 * answers * (inducing == nil ? 1 : 4))
    guard !bytes.overflow, bytes.partialValue <= largestMemory else {
      throw TrainingError(
        """
        \(recipe.name) needs \(bytes.partialValue >> 20) MB for \
        \(inducing.map { "\($0) inducing points" } ?? "\(set.count) points") and \(answers) answers, more than the \
        \(largestMemory >> 20) MB it may take; \
        \(inducing == nil ? "use another surrogate (svgp is made for many points) or fewer points" : "use fewer with inducing=")
        """)
    }
  }

  private func matches(_ set: TrainingSet) -> Bool {
    state.inputs.columns == set.inputs.columns && state.targets.count == set.targets.count
      && state.labels.count == set.labels.count
  }

  /// The transformation of target k; nil where there is nothing to model.
  static func transform(
    _ set: TrainingSet, _ k: Int, _ stream: RandomStream, _ recipe: GaussianRecipe, warm: TargetTransform?
  ) -> TargetTransform? {
    let rows = set.targets[k].indices.filter { set.targets[k][$0].isFinite }
    let values = rows.map { set.targets[k][$0] }
    let inputs = set.inputs.subset(rows)
    let scales = LengthScales(features: set.features, inputs: inputs)
    let candidates = TargetTransform.candidates(for: values)
    guard !candidates.isEmpty, scales.count > 0 else { return nil }
    // The last identity compresses the tails where there are any.
    if !recipe.isTransformed { return candidates.last { $0.shape == .identity } }
    if let warm,
      let same = candidates.first(where: { $0.shape == warm.shape && $0.hasTails == warm.hasTails })
    {
      return same
    }
    return best(candidates, values, HyperparameterFit(inputs: inputs, scales: scales, stream: stream))
  }

  /// The transformation whose leave-one-out predictions are best; the identity unless another one is clearly better.
  private static func best(
    _ candidates: [TargetTransform], _ values: [Double], _ fit: HyperparameterFit
  ) -> TargetTransform {
    guard candidates.count > 1 else { return candidates[0] }
    let measure = TargetTransform(.identity, tails: true, fitting: values)
    // What is best for one is not far from what is best for the others.
    var theta: [Double]?
    let errors = candidates.map { candidate -> Double in
      let found = fit.leaveOneOutError(candidate, values, measure: measure, from: theta)
      theta = theta ?? found?.theta
      return found?.error ?? .infinity
    }
    let least = errors.indices.min { errors[$0] < errors[$1] }!
    return errors[least] < 0.95 * errors[0] ? candidates[least] : candidates[0]
  }

  private static func fitLabel(
    _ set: TrainingSet, _ j: Int, _ targets: [TargetState], _ stream: RandomStream, _ recipe: GaussianRecipe,
    warm: GaussianClassifier.Hyperparameters?, shouldStop: @escaping () -> Bool
  ) throws -> LabelState {
    let rows = set.labels[j].indices.filter { set.labels[j][$0].isFinite }
    let labels = rows.map { set.labels[j][$0] }
    let ones = labels.reduce(0, +)
    if let k = set.marginTargets[j], targets[k].transform != nil { return .margin(target: k) }
    // Laplace's rule of succession.
    let constant = LabelState.constant(logOdds: log((ones + 1) / (Double(labels.count) - ones + 1)))
    guard ones > 0, ones < Double(labels.count) else { return constant }
    let inputs = set.inputs.subset(rows)
    let scales = LengthScales(features: set.features, inputs: inputs)
    guard scales.count > 0 else { return constant }
    let hyperparameters = try GaussianClassifier.fit(
      inputs: inputs, labels: labels, scales: scales, stream: stream, warm: warm,
      by: recipe.approximation, shouldStop: shouldStop)
    if recipe.isSparse {
      return .sparse(
        try SparseClassifier.fit(
          inputs: inputs, rows: rows, labels: labels, hyperparameters: hyperparameters,
          count: recipe.inducing ?? SparseClassifier.standardCount(rows: rows.count), stream: stream,
          shouldStop: shouldStop))
    }
    switch recipe.approximation {
    case .laplace: return .classifier(labels: set.labels[j], hyperparameters)
    case .variational: return .variational(labels: set.labels[j], hyperparameters)
    }
  }
}

extension GaussianSurrogate.LabelState {
  /// Of a classifier.
  fileprivate var hyperparameters: GaussianClassifier.Hyperparameters? {
    switch self {
    case .constant, .margin: nil
    case .classifier(_, let found), .variational(_, let found): found
    case .sparse(let state): state.hyperparameters
    }
  }
}

extension GaussianSurrogate.State {
  /// The processes of a group of targets, if they are of no other targets.
  fileprivate func outcome(of group: [Int]) -> CoregionalisedFit.Outcome? {
    let used = processes.indices.filter { processes[$0].combination.contains { group.contains($0.index) } }
    guard !used.isEmpty,
      used.allSatisfy({ processes[$0].combination.allSatisfy { group.contains($0.index) } }),
      group.allSatisfy({ targets[$0].transform != nil })
    else { return nil }
    var mixing = Matrix(rows: group.count, columns: used.count)
    for (row, k) in group.enumerated() {
      for share in targets[k].shares { mixing[row, used.firstIndex(of: share.index)!] = share.weight }
    }
    return CoregionalisedFit.Outcome(processes: used.map { processes[$0] }, mixing: mixing)
  }
}

/// Counts what is done on several threads and tells the observer.
private final class FitProgress: @unchecked Sendable {
  private let lock = NSLock()
  private var done = 0
  private let total: Int
  private let activity: String
  private let observer: (any TrainingObserver)?

  init(total: Int, activity: String, observer: (any TrainingObserver)?) {
    (self.total, self.activity, self.observer) = (total, activity, observer)
  }

  func advance() {
    lock.withLock {
      done += 1
      observer?.report(TrainingProgress(activity: activity, done: done, total: total))
    }
  }
}
