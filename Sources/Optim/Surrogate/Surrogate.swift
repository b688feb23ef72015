import Foundation

/// A model that stands in for the simulator: it predicts numbers (objectives, margins, outputs) and the probability of
/// yes/no answers (constraints, success of the simulation) from encoded parameters, and knows its slope.
///
/// Surrogates are immutable values that may be asked from any thread. They know nothing of problems: `TrainingSet` says what the
/// columns are, `ProblemModel` says what they mean.
public protocol Surrogate: Codable, Sendable {
  /// Predictions at encoded points (one row each, as many columns as the training set had features). Always finite.
  func predict(_ inputs: Matrix) -> Prediction

  /// Predictions for ranking many points, as cheaply as the model can: without variances where those cost more than the means. The
  /// signs of log odds are those of `predict`, their sizes need not be.
  func predictMeans(_ inputs: Matrix) -> Prediction

  /// Predictions, and the gradient of a scalar function of them with respect to every input: `gradient[row, feature]`.
  ///
  /// - Parameter seeds: derivatives of that function with respect to each predicted value, given the predictions. Rows are
  ///   independent, so any function that is a sum over rows can be followed.
  func gradient(_ inputs: Matrix, seeds: (Prediction) -> PredictionSeeds) -> (
    prediction: Prediction, gradient: Matrix
  )

  /// One line about the fit for people: what was chosen and how it went, such as "3 members of width 64, 180 epochs".
  var summary: String { get }
}

/// What a surrogate says about some points; all columns have one value per row.
public struct Prediction: Codable, Sendable {
  /// `mean[k][row]`: target k, in the units it was taught in.
  public var mean: [[Double]]
  /// `variance[k][row]`: of the mean, without observation noise; nil for models that do not know theirs.
  public var variance: [[Double]]?
  /// `logOdds[j][row]`: ln(p / (1 - p)) of the probability p that label j is 1. Log odds, so that neither tail loses its slope.
  public var logOdds: [[Double]]

  public init(mean: [[Double]], variance: [[Double]]? = nil, logOdds: [[Double]]) {
    (self.mean, self.variance, self.logOdds) = (mean, variance, logOdds)
  }

  /// `probability[j][row]` that label j is 1.
  public var probability: [[Double]] { logOdds.map { $0.map(logistic) } }
}

/// Derivatives of a scalar with respect to a `Prediction`; an empty list stands for zeros.
public struct PredictionSeeds: Sendable {
  public var mean: [[Double]]
  public var variance: [[Double]]
  public var logOdds: [[Double]]

  public init(mean: [[Double]] = [], variance: [[Double]] = [], logOdds: [[Double]] = []) {
    (self.mean, self.variance, self.logOdds) = (mean, variance, logOdds)
  }
}

/// 1 / (1 + exp(-x)), without overflow.
@inlinable public func logistic(_ x: Double) -> Double {
  if x >= 0 { return 1 / (1 + exp(-x)) }
  let e = exp(x)
  return e / (1 + e)
}

/// How a surrogate is to be fitted. What a model has no use for it ignores; `nil` leaves the choice to its recipe.
public struct SurrogateOptions: Codable, Hashable, Sendable {
  /// Models of an ensemble, whose spread is the uncertainty.
  public var members: Int?
  /// Width of a network, hidden units of a deep process.
  public var width: Int?
  /// Passes over the data; a ceiling where training stops early.
  public var epochs: Int?
  /// The published recipe instead of ours, for comparison (networks).
  public var isReference = false
  /// Rank of the coregionalisation of a multi-output process; full where nil.
  public var rank: Int?
  /// Inducing points of a sparse process, at most as many as there are points to learn from.
  public var inducing: Int?

  public init() {}
}

/// How training tells where it is, and is told to stop: then it returns the best model so far.
public protocol TrainingObserver: AnyObject {
  func report(_ progress: TrainingProgress)
  /// Asked often; must be cheap. May be asked from several threads.
  var shouldStop: Bool { get }
}

public struct TrainingProgress: Sendable {
  /// What is being fitted, such as "joint, member 2 of 3".
  public let activity: String
  public let done: Int
  public let total: Int
  /// Loss on training and on held-back data, where there is one.
  public let loss: Double?
  public let validationLoss: Double?

  public init(activity: String, done: Int, total: Int, loss: Double? = nil, validationLoss: Double? = nil) {
    (self.activity, self.done, self.total) = (activity, done, total)
    (self.loss, self.validationLoss) = (loss, validationLoss)
  }
}

/// Why no model could be fitted; the description is for people.
public struct TrainingError: Error, Equatable, CustomStringConvertible {
  public let description: String
  public init(_ description: String) { self.description = description }
}

/// A row of the table of surrogates: one file and one row each.
public struct SurrogateEntry: Sendable {
  /// As scripts write it.
  public let name: String
  /// One line for help and completion.
  public let documentation: String
  /// Raise it when the same data and options would give another model, so that stored ones are not found any more.
  public let version: Int
  /// Fits a model. `warm` is an earlier model of the same entry for the same columns to start from; it may be ignored. Results
  /// depend on the data, the options, the stream and `warm` only, never on the number of threads.
  public let fit:
    @Sendable (TrainingSet, SurrogateOptions, RandomStream, (any Surrogate)?, (any TrainingObserver)?) throws
      -> any Surrogate
  /// Reads back what the model's `Codable` wrote.
  public let decode: @Sendable (Data) throws -> any Surrogate

  public init<Model: Surrogate>(
    _ name: String, _ documentation: String, version: Int,
    fit:
      @escaping @Sendable (
        TrainingSet, SurrogateOptions, RandomStream, Model?, (any TrainingObserver)?
      ) throws -> Model
  ) {
    (self.name, self.documentation, self.version) = (name, documentation, version)
    self.fit = { try fit($0, $1, $2, $3 as? Model, $4) }
    decode = { try PropertyListDecoder().decode(Model.self, from: $0) }
  }
}

extension Surrogate {
  public func predictMeans(_ inputs: Matrix) -> Prediction { predict(inputs) }

  /// For the study: read back by the entry's `decode`.
  public func encoded() throws -> Data {
    let encoder = PropertyListEncoder()
    encoder.outputFormat = .binary
    return try encoder.encode(self)
  }
}

/// The surrogates there are.
public enum Surrogates {
  public static let all: [SurrogateEntry] = [
    .joint, .resnet, GaussianSurrogate.entry, GaussianSurrogate.multiOutputEntry,
    GaussianSurrogate.plainEntry, GaussianSurrogate.variationalEntry, GaussianSurrogate.sparseEntry,
    GaussianSurrogate.privateEntry,
    GaussianSurrogate.sharedEntry, GaussianSurrogate.coregionalisedEntry, DeepSurrogate.processEntry,
    DeepSurrogate.sigmaPointEntry, LogisticSurrogate.entry,
    AutoSurrogate.entry,
  ]

  /// Those that have inducing points to choose, or try one that has.
  public static let sparse = ["svgp", "spv", "siv", "crv", "mdgp", "mdspp", "auto"]

  /// Those that have a hidden layer of processes.
  public static let deep = ["mdgp", "mdspp"]

  public static func named(_ name: String) -> SurrogateEntry? { all.first { $0.name == name } }
}
