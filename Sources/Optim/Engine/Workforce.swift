import Foundation

/// Where a campaign's simulations run.
public enum Workforce: CustomStringConvertible {
  /// As so many processes of this machine.
  case local(Int)
  /// On MPI workers that a launcher starts and dmo watches from outside.
  case engine(EngineSettings)
  /// On the other ranks of the MPI job that this process is rank 0 of.
  case ranks(MPIJob)

  /// What `workers N launcher=...` and `--workers N` ask for; with `launcher` local, or no workers, the processes of this machine.
  ///
  /// - Throws: `PoolFailure` where the launcher is missing, or would refuse to work.
  public init(workers: Int, slots: Int, launcher: String) throws(PoolFailure) {
    if workers == 0 {
      self = .local(ProcessInfo.processInfo.activeProcessorCount)
    } else if launcher == "local" {
      self = .local(workers * slots)
    } else {
      let launcher = try Launcher(launcher)
      _ = try launcher.locate()
      self = .engine(EngineSettings(workers: workers, slots: slots, launcher: launcher))
    }
  }

  public var description: String {
    func count(_ number: Int, _ what: String) -> String { "\(number) \(what)\(number == 1 ? "" : "s")" }
    func each(_ slots: Int) -> String { slots == 1 ? "" : " with \(slots) slots each" }
    return switch self {
    case .local(let number): "\(count(number, "simulation")) at the same time on this machine"
    case .engine(let settings):
      "\(count(settings.workers, "worker")) by \(settings.launcher)" + each(settings.slots)
    case .ranks(let job): "\(count(job.workerCount, "worker")) of this MPI job" + each(job.slots)
    }
  }

  /// Simulations at the same time.
  public var capacity: Int {
    switch self {
    case .local(let count): count
    case .engine(let settings): settings.workers * settings.slots
    case .ranks(let job): job.workerCount * job.slots
    }
  }

  func isSame(as other: Workforce) -> Bool {
    switch (self, other) {
    case (.local(let a), .local(let b)): a == b
    case (.engine(let a), .engine(let b)): a == b
    case (.ranks(let a), .ranks(let b)): a === b
    default: false
    }
  }

  /// The workers, ready to take jobs or started with the first one.
  ///
  /// - Throws: `PoolFailure` where ranks of this MPI job do not answer.
  public func pool() throws(PoolFailure) -> any Pool {
    switch self {
    case .local(let count): return LocalPool(capacity: count)
    case .engine(let settings): return SupervisedPool(settings)
    case .ranks(let job): return try job.pool()
    }
  }
}
