import Foundation

/// One run of one simulator at one point.
public struct Job: Sendable {
  /// Chosen by the submitter and returned with the answer.
  public let id: Int
  public let simulator: Simulator
  /// Named parameter values as the simulator sees them (labels for categorical ones, whole numbers for
  /// integers; vectors as lists under the declared name); a parameter that does not exist at this point is
  /// absent.
  public let parameters: [String: JSON]

  public init(id: Int, simulator: Simulator, parameters: [String: JSON]) {
    self.id = id
    self.simulator = simulator
    self.parameters = parameters
  }
}

/// Why an evaluation has no usable result.
public struct Failure: Codable, Hashable, Sendable {
  public enum Kind: String, Codable, Sendable, CaseIterable {
    /// The program could not be started.
    case start
    /// Non-zero exit status.
    case exit
    /// Ended by a signal.
    case signal
    /// Killed after its time limit.
    case timeout
    /// Printed no answer, or one that cannot be read.
    case answer
    /// The answer lacks a declared output, or one has the wrong kind or length.
    case output
    /// An output or objective is NaN or infinite.
    case notFinite
    /// Wrote more than it may.
    case flood
    /// The simulator itself answered `"error": "reason"`.
    case reported
  }
  public let kind: Kind
  /// One sentence for people, naming what was found and what was expected.
  public let reason: String
  /// The end of what the program wrote to standard error.
  public let errorTail: String
  public let attempts: Int

  /// What stands in a reason before the folder of a failed run that was kept.
  static let folderNote = "; its folder is kept: "

  /// The reason without the folder, which differs from run to run.
  public var cause: String {
    reason.range(of: Self.folderNote).map { String(reason[..<$0.lowerBound]) } ?? reason
  }

  public init(kind: Kind, reason: String, errorTail: String = "", attempts: Int = 1) {
    self.kind = kind
    self.reason = reason
    self.errorTail = errorTail
    self.attempts = attempts
  }
}

/// What came of a job.
public struct Answer: Sendable {
  public enum Outcome: Sendable {
    /// One number per output column of the simulator.
    case done([Double])
    /// The simulator stopped early: NaN where an output is missing.
    case partial([Double], stopped: String)
    case failed(Failure)
  }
  public let id: Int
  public let outcome: Outcome
  /// Wall-clock seconds of the last attempt.
  public let seconds: Double

  public init(id: Int, outcome: Outcome, seconds: Double) {
    self.id = id
    self.outcome = outcome
    self.seconds = seconds
  }
}

/// How far a running operation should go.
public enum Interruption: Int, Sendable {
  case none
  /// Ask for nothing new; let what runs come to its end.
  case finish
  /// End what runs.
  case stop
}

/// Why a pool cannot go on: its workers are gone and do not come back. What had been answered stands.
public struct PoolFailure: Error, Equatable, CustomStringConvertible {
  public let description: String

  public init(_ description: String) { self.description = description }
}

/// One worker of a pool, as `workers` shows it.
public struct WorkerStatus: Codable, Equatable, Sendable {
  /// Its rank, or 0 for the processes of this machine.
  public var rank: Int
  public var host: String
  public var process: Int
  /// Simulations it runs at the same time.
  public var slots: Int
  /// Jobs it has at the moment, those that wait for their turn included.
  public var holds = 0
  public var done = 0
  public var failed = 0
  /// Seconds of simulation, the sum over its slots, and seconds since it joined.
  public var busySeconds = 0.0
  public var seconds = 0.0

  /// The share of its slots' time that was spent simulating.
  public var busyShare: Double { seconds > 0 ? min(busySeconds / (seconds * Double(slots)), 1) : 0 }

  public init(rank: Int, host: String, process: Int, slots: Int) {
    (self.rank, self.host, self.process, self.slots) = (rank, host, process, slots)
  }
}

/// Where jobs run. All calls come from one thread.
public protocol Pool: AnyObject {
  /// How many jobs run at the same time.
  var capacity: Int { get }
  /// Jobs submitted whose answer has not been returned.
  var outstanding: Int { get }
  /// Jobs that may be submitted now so that no worker has to wait for the next one; what is submitted beyond waits here.
  var room: Int { get }
  func submit(_ job: Job)
  /// The next answer; nil when none came within `timeout` seconds, or earlier when a signal arrived.
  func next(timeout: Double) throws(PoolFailure) -> Answer?
  /// Lets running work move on without waiting, for callers that compute for long between calls of `next`.
  func service()
  /// Forgets the jobs that wait for their turn; what runs still answers.
  func withdraw()
  /// The numbers of jobs forgotten so since this was last asked.
  func takeWithdrawn() -> [Int]
  /// Ends everything that runs and forgets what waits; no answers follow. The pool can be used again.
  func cancel()
  /// Ends the workers; the pool cannot be used any more.
  func shutDown()
  /// What the user should hear once and what fails no evaluation; empties the list.
  func takeNotices() -> [String]
  /// Its workers, in the order of their ranks.
  func workers() -> [WorkerStatus]
}

extension Pool {
  public var room: Int { 2 * capacity - outstanding }
}
