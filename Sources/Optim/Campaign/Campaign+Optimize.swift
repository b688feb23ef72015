import Foundation

/// How a surrogate-driven search is run.
public struct OptimizationOptions: Sendable {
  public var surrogate: SurrogateEntry
  public var goal = LearningGoal()
  public var training = SurrogateOptions()
  /// Points of the initial sample where the archive holds fewer evaluated ones; nil: `initialCount`.
  public var initial: Int?
  /// Points per epoch; nil: `batchSize`.
  public var batch: Int?
  public var stopping = StoppingRule()
  public var acquisition = Acquisition.ehvi
  public var gradient = SearchGradient.none
  /// Whether distribution indices of the search on the surrogate follow the parameters' influence: clip(1 + 20 S, 1, 30), S the
  /// surrogate's mean squared slope, largest 1 (Gressmann et al. 2026).
  public var followsSensitivity = false
  /// Of the search on the surrogate.
  public var search = SearchOptions()
  public var generations = 100
  /// Of hypervolumes, in cost space; nil: beyond the first feasible front and nine tenths of the points known then, fixed from
  /// then on.
  public var reference: [Double]?
  /// Whether points are asked for as soon as workers would run out of them, instead of batch by batch.
  public var isAsynchronous = false
  /// In an asynchronous search, the share of a batch that comes back before the model is fitted again.
  public var refit = 0.1
  /// An earlier model to start the first fit from.
  public var warm: TrainedModel?

  public init(surrogate: SurrogateEntry) { self.surrogate = surrogate }

  /// What a search takes where no surrogate is named.
  public static let standardSurrogate = "gpr"

  /// Points of the initial sample for a number of parameters: twice as many and two, up to 32; with more parameters two more than there
  /// are.
  ///
  /// Half as many left parts of C2-DTLZ2's front (12 parameters) unfound; on ZDT1 (30 parameters) 32 points instead of 62 reach 95 % of
  /// the hypervolume after 36 evaluations instead of 64.
  public static func initialCount(_ parameters: Int) -> Int {
    max(parameters + 2, min(2 * parameters + 2, 32))
  }

  /// A hundredth of the evaluations asked for, so that many epochs learn from each other, but not so many that training costs more than
  /// it brings.
  public static func batchSize(evaluations: Int) -> Int { min(max((evaluations + 50) / 100, 1), 100) }
}

extension Campaign {
  /// Searches through a surrogate: evaluate, train, search the surrogate, choose a batch, again.
  ///
  /// Batches are synchronous and everything random comes from the campaign's streams, so the result does not depend on the number
  /// of workers, and a second run finds all its evaluations in the study. Interruption keeps what was evaluated.
  ///
  /// An asynchronous search (`options.isAsynchronous`) depends on the number of workers and on timing. What it has asked for is kept in
  /// the study: the same search of a later run begins with those points and counts them. It needs a simulator.
  public func optimize(
    _ algorithm: AlgorithmEntry, options: OptimizationOptions, observer: any Observer,
    onEpoch: @escaping (EpochRecord) -> Void = { _ in }
  ) throws -> OptimizationResult {
    if options.isAsynchronous {
      precondition(!problem.simulators.isEmpty, "formulas are computed at once")
      var loop = try AsynchronousLoop(self, algorithm, options, observer, onEpoch)
      return try loop.run()
    }
    var loop = EpochLoop(self, algorithm, options, observer, onEpoch)
    return try loop.run()
  }
}
