/// Where a sample that grows until a condition holds stands after a batch.
public struct SampleRecord: Sendable {
  /// Points that it has asked for so far.
  public let points: Int
  public let feasible: Int
  /// Cross-validated error of the surrogate: normalised root mean square error, mean over objectives and margins; nil where it was not
  /// asked for or nothing could be compared.
  public let error: Double?
}

public struct SampleResult: Sendable {
  public let records: [SampleRecord]
  /// Rows of the archive that were asked for.
  public let rows: Range<Int>
  /// Why it ended; nil where it was interrupted or has reached the largest number of points.
  public let reason: String?
  public let wasInterrupted: Bool
  public let remembered: Int
  public let computed: Int
}

/// How a sample grows.
public struct SampleOptions: Sendable {
  public var batch: Int
  public var until: StoppingCriterion
  /// Points at most.
  public var largest: Int
  /// What is cross-validated where the condition asks for an error.
  public var surrogate: SurrogateEntry
  public var accept: Acceptance?

  public init(batch: Int, until: StoppingCriterion, largest: Int, surrogate: SurrogateEntry) {
    (self.batch, self.until, self.largest, self.surrogate) = (batch, until, largest, surrogate)
  }
}

extension Campaign {
  /// Samples and evaluates batch by batch until a condition holds or `largest` points are asked for.
  ///
  /// A sequence goes on where the last batch ended, so that all batches together are one sample; of the other methods every batch is a
  /// design of its own.
  ///
  /// - Precondition: not a grid, which would be the same in every batch.
  /// - Throws: `SamplingError` where hardly a point is acceptable.
  public func sample(
    _ sampler: any Sampler, options: SampleOptions, observer: any Observer,
    onBatch: (SampleRecord) -> Void = { _ in }
  ) throws -> SampleResult {
    precondition(!(sampler is Grid), "every batch would be the same grid")
    let began = ContinuousClock.now
    let first = archive.count
    var stream = nextSampleStream()
    var skip = 0
    var state = StoppingCriterion.State()
    var records: [SampleRecord] = []
    var (remembered, computed) = (0, 0)
    var reason: String?
    var wasInterrupted = false
    while reason == nil && !wasInterrupted && archive.count - first < options.largest {
      if !sampler.isSequence && !records.isEmpty { stream = nextSampleStream() }
      let count = min(options.batch, options.largest - (archive.count - first))
      let sample = try sampler.sample(
        count: count, space: problem.space, skip: skip, stream: stream, accept: options.accept)
      if sampler.isSequence { skip += sample.drawn }
      let rows = propose(sample.points)
      let part = PartialObserver(
        observer, activity: "sampling", offset: rows.lowerBound - first, total: options.largest)
      let summary = try evaluate(rows, observer: part)
      remembered += summary.remembered
      computed += summary.computed
      wasInterrupted = summary.unfinished > 0 || observer.interruption != .none
      let scores = try scores()
      let error =
        options.until.needsError && !wasInterrupted
        ? try validationError(options.surrogate, scores, observer) : nil
      state.feasible = scores.rows(.feasible).count { $0 >= first }
      state.evaluations = archive.count - first
      state.epochs += 1
      state.errors.append(error)
      state.seconds = began.duration(to: .now) / .seconds(1)
      let record = SampleRecord(points: state.evaluations, feasible: state.feasible, error: error)
      records.append(record)
      onBatch(record)
      wasInterrupted = wasInterrupted || observer.interruption != .none
      if !wasInterrupted { reason = options.until.reason(state) }
    }
    return SampleResult(
      records: records, rows: first..<archive.count, reason: reason, wasInterrupted: wasInterrupted,
      remembered: remembered, computed: computed)
  }

  /// Mean normalised error of objectives and margins, five-fold; nil while there is too little to learn from.
  private func validationError(
    _ entry: SurrogateEntry, _ scores: Scores, _ observer: any Observer
  ) throws -> Double? {
    let validation: Validation?
    do {
      validation = try validate(
        entry, goal: LearningGoal(), options: SurrogateOptions(), folds: 5, observer: observer)
    } catch let error as TrainingError {
      observer.note("no cross-validated error yet: \(error)")
      return nil
    }
    guard let validation else { return nil }
    let errors = (validation.objectives.map(\.scores) + validation.constraints.compactMap(\.margin)).map(
      \.nrmse
    )
    .filter(\.isFinite)
    return errors.isEmpty ? nil : errors.reduce(0, +) / Double(errors.count)
  }
}
