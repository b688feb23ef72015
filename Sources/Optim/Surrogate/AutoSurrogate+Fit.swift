extension AutoSurrogate {
  /// `auto`: what predicts held-out points best, target by target and label by label.
  static let entry = SurrogateEntry(
    "auto", "cross-validates a shortlist on the data at hand and weights the best per target and label",
    version: 4
  ) { set, options, stream, warm, observer in
    try fit(set, options, candidates: shortlist(set), stream: stream, warm: warm, observer: observer)
  }

  /// What a fit of each costs decides who takes part: exact processes grow with the cube of the rows (and of the targets, where
  /// they are coupled), networks need some rows to be worth their time.
  static func shortlist(_ set: TrainingSet) -> [SurrogateEntry] {
    var names: [String] = []
    names.append(set.count <= 2000 ? "gpr" : "svgp")
    if set.targets.count >= 2, set.count * set.targets.count <= 1500 { names.append("megp") }
    if set.count >= 50 || names.isEmpty { names.append("joint") }
    if !set.labels.isEmpty { names.append("logistic") }
    return names.compactMap(Surrogates.named)
  }

  /// Weights below this are not worth fitting a model for.
  private static let leastWeight = 0.05

  /// Cross-validates the candidates, weights them by their held-out predictions, and fits those that count to all data.
  ///
  /// The decision of `warm` stands until there are half as many points again.
  static func fit(
    _ set: TrainingSet, _ options: SurrogateOptions, candidates: [SurrogateEntry], stream: RandomStream,
    warm: AutoSurrogate?, observer: (any TrainingObserver)?
  ) throws -> AutoSurrogate {
    guard !candidates.isEmpty else { throw TrainingError("no surrogate can be fitted to this data") }
    let decision =
      try warm.flatMap { Decision($0, set, candidates) }
      ?? Decision(set, options, candidates, stream, observer)
    var parts: [Part] = []
    let elsewhere = try fitElsewhere(
      decision.entries, set, options, stream: stream, warm: warm, observer: observer)
    for (k, entry) in decision.entries.enumerated() {
      let start = warm?.parts.first { $0.name == entry.name }?.model
      // The stream that the model alone would get: with all weight on it, it is the same model.
      let model = try elsewhere?[k] ?? entry.fit(set, options, stream, start, observer)
      parts.append(Part(name: entry.name, model: model, error: decision.errors[k]))
    }
    return AutoSurrogate(
      parts: parts, targetWeights: decision.targetWeights, labelWeights: decision.labelWeights,
      decidedAt: decision.count, summary: decision.summary(set))
  }

  /// The fits of all entries on idle workers; nil where there are none, or an earlier model is there to start from.
  private static func fitElsewhere(
    _ entries: [SurrogateEntry], _ set: TrainingSet, _ options: SurrogateOptions, stream: RandomStream,
    warm: AutoSurrogate?, observer: (any TrainingObserver)?
  ) throws -> [any Surrogate]? {
    guard warm == nil, entries.allSatisfy({ Surrogates.named($0.name) != nil }), let workers = FitWorkers.idle
    else {
      return nil
    }
    let fits = entries.map { ModelFit(entry: $0.name, set: set, options: options, stream: stream) }
    guard let results = workers.run(fits, observer: observer) else { return nil }
    return try zip(entries, results).map { try $0.decode(try $1.get()) }
  }

  /// Which models count for what.
  private struct Decision {
    private(set) var entries: [SurrogateEntry]
    private(set) var errors: [[Double]]
    private(set) var targetWeights: [[Double]]
    private(set) var labelWeights: [[Double]]
    let count: Int

    /// The earlier one, unless the data has grown by half or has other columns.
    init?(_ warm: AutoSurrogate, _ set: TrainingSet, _ candidates: [SurrogateEntry]) {
      let known = warm.parts.compactMap { part in candidates.first { $0.name == part.name } }
      guard Double(set.count) < 1.5 * Double(warm.decidedAt), known.count == warm.parts.count,
        warm.targetWeights.count == set.targets.count, warm.labelWeights.count == set.labels.count
      else { return nil }
      (entries, errors) = (known, warm.parts.map(\.error))
      (targetWeights, labelWeights) = (warm.targetWeights, warm.labelWeights)
      count = warm.decidedAt
    }

    init(
      _ set: TrainingSet, _ options: SurrogateOptions, _ candidates: [SurrogateEntry],
      _ stream: RandomStream, _ observer: (any TrainingObserver)?
    ) throws {
      count = set.count
      let (validated, predictions) = try Self.validate(set, options, candidates, stream, observer)
      entries = validated
      let heldOut = { (set: TrainingSet, column: [Double]) in column.indices.filter { !column[$0].isNaN } }
      let errors = set.targets.indices.map { k -> [[Double]] in
        let rows = heldOut(set, set.targets[k])
        return predictions.map { own in rows.map { own.mean[k][$0] - set.targets[k][$0] } }
      }
      self.errors = validated.indices.map { part in
        errors.map { $0.isEmpty || $0[part].isEmpty ? 0 : mean($0[part].map { $0 * $0 }) }
      }
      targetWeights = errors.map { own in
        let weights = leastSquaresWeights(own, parts: validated.count)
        return own.isEmpty ? weights : unlessOneIsEnough(weights) { squaredErrors(own, $0) }
      }
      let known = set.labels.map { heldOut(set, $0) }
      labelWeights = commonWeights(
        zip(known.indices, known).map { j, rows in
          predictions.map { own in rows.map { own.logOdds[j][$0] } }
        }, truth: zip(set.labels, known).map { label, rows in rows.map { label[$0] } },
        parts: validated.count)
      sparsify()
    }

    /// Held-out predictions of the candidates that can be fitted at all; without them (too few rows, interrupted) the first
    /// candidate alone.
    private static func validate(
      _ set: TrainingSet, _ options: SurrogateOptions, _ candidates: [SurrogateEntry],
      _ stream: RandomStream, _ observer: (any TrainingObserver)?
    ) throws -> ([SurrogateEntry], [Prediction]) {
      let alone = ([candidates[0]], [Prediction]())
      guard candidates.count > 1, set.count >= 10 else { return alone }
      var (fitted, predictions): ([SurrogateEntry], [Prediction]) = ([], [])
      var failure: (any Error)?
      for entry in candidates {
        do {
          let folds = set.count <= 100 ? 5 : 3
          guard
            let result = try CrossValidation.run(
              entry, set, options: options, folds: folds, stream: stream.derived(0), observer: observer)
          else { break }
          fitted.append(entry)
          predictions.append(result.prediction)
        } catch {
          failure = error
        }
      }
      if !fitted.isEmpty { return (fitted, predictions) }
      if let failure { throw failure }
      return alone
    }

    /// Drops small weights, and models that are then left without any.
    private mutating func sparsify() {
      func cleaned(_ weights: [Double]) -> [Double] {
        let kept = weights.map { $0 < leastWeight ? 0 : $0 }
        let sum = kept.reduce(0, +)
        return kept.map { $0 / sum }
      }
      let (targets, labels) = (targetWeights.map(cleaned), labelWeights.map(cleaned))
      var used = entries.indices.filter { part in (targets + labels).contains { $0[part] > 0 } }
      if used.isEmpty { used = [0] }
      entries = used.map { entries[$0] }
      errors = used.map { errors[$0] }
      targetWeights = targets.map { weights in used.map { weights[$0] } }
      labelWeights = labels.map { weights in used.map { weights[$0] } }
    }

    /// "f1, f2: gpr; inside: 0.6 joint + 0.4 logistic".
    func summary(_ set: TrainingSet) -> String {
      let columns = zip(set.targetNames + set.labelNames, targetWeights + labelWeights)
      var groups: [(words: String, names: [String])] = []
      for (name, weights) in columns {
        let words = Self.words(weights, entries.map(\.name))
        if let at = groups.firstIndex(where: { $0.words == words }) {
          if !groups[at].names.contains(name) { groups[at].names.append(name) }
        } else {
          groups.append((words, [name]))
        }
      }
      return groups.map { group in
        let more = group.names.count > 4 ? " and \(group.names.count - 3) more" : ""
        let shown = group.names.prefix(more.isEmpty ? 4 : 3).joined(separator: ", ")
        return "\(shown)\(more): \(group.words)"
      }.joined(separator: "; ")
    }

    private static func words(_ weights: [Double], _ names: [String]) -> String {
      let used = weights.indices.filter { weights[$0] > 0 }.sorted { weights[$0] > weights[$1] }
      if used.count == 1 { return names[used[0]] }
      return used.map { "\((weights[$0] * 10).rounded() / 10) \(names[$0])" }.joined(separator: " + ")
    }
  }
}
