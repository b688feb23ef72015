import CProcess
import Foundation

/// The MPI job that this process was started in by `mpirun -n N dmo script.dmo`: rank 0 runs the script, the others work for it.
public final class MPIJob {
  private let transport: MPITransport
  public let slots: Int
  private var dispatcher: Dispatcher?
  private var isJoined = false

  /// Whether this process is a rank of an MPI job.
  public static var isRank: Bool {
    let environment = ProcessInfo.processInfo.environment
    return environment["OMPI_COMM_WORLD_SIZE"] != nil || environment["PMIX_RANK"] != nil
  }

  /// This process's rank as its launcher says, before MPI is started.
  public static var announcedRank: Int {
    let environment = ProcessInfo.processInfo.environment
    return Int(environment["OMPI_COMM_WORLD_RANK"] ?? environment["PMIX_RANK"] ?? "") ?? 0
  }

  /// What to say when a launcher of another MPI has started this process, which would then run once per rank; nil where all is well.
  public static var foreignLauncher: String? {
    let environment = ProcessInfo.processInfo.environment
    guard !isRank, let size = environment["PMI_SIZE"].flatMap(Int.init), size > 1 else { return nil }
    return
      "dmo was started \(size) times by the launcher of another MPI (it sets PMI_RANK), but works with Open MPI: "
      + "use Open MPI's mpirun, or under Slurm 'srun --mpi=pmix'"
  }

  /// Starts MPI, which takes a third of a second.
  ///
  /// - Parameter slots: simulations that each worker runs at the same time.
  private init(slots: Int) throws(PoolFailure) {
    transport = try MPITransport()
    self.slots = slots
  }

  /// Ranks that work; 0 where rank 0 is alone.
  public var workerCount: Int { transport.size - 1 }

  /// A whole life in an MPI job: rank 0 does `body` with the workers, the others work for it and do not return.
  ///
  /// - Parameter workerPool: what a worker runs its jobs in, for other things than simulators.
  /// - Throws: what `body` throws; `PoolFailure` where MPI does not start.
  public static func take<Value>(
    slots: Int, workerPool: (() -> any Pool)? = nil, _ body: (Workforce) throws -> Value
  ) throws -> Value {
    let job = try MPIJob(slots: slots)
    guard job.transport.rank == 0 else { job.work(workerPool?() ?? job.localPool()) }
    // A launcher that is killed leaves us behind.
    let parent = getppid()
    dmo_follow_parent()
    defer {
      // After a signal the workers leave by themselves, and MPI has nobody to end with.
      if getppid() == parent, [0, SIGUSR1].contains(dmo_terminate_signal()) { job.finish() }
    }
    return try body(job.workerCount > 0 ? .ranks(job) : .local(slots))
  }

  /// Works until rank 0 says that all is done.
  private func localPool() -> LocalPool {
    let pool = LocalPool(capacity: slots)
    pool.rank = transport.rank
    return pool
  }

  private func work(_ pool: any Pool) -> Never {
    dmo_signals_install()
    Threads.stayAlone()
    do throws(PoolFailure) {
      try WorkerLoop(transport, pool: pool, tasks: TaskThread()) { $0.enter() }.run()
    } catch {
      FileHandle.standardError.write(Data("dmo, rank \(transport.rank): \(error)\n".utf8))
      pool.cancel()
      _exit(1)
    }
    transport.finish()
    // Not exit: an interrupted fit may still compute with what exit would take down.
    dmo_guard_dismiss()
    _exit(0)
  }

  /// The pool of rank 0; made when first needed.
  public func pool() throws(PoolFailure) -> any Pool {
    let dispatcher = dispatcher ?? Dispatcher(transport)
    self.dispatcher = dispatcher
    if !isJoined { try dispatcher.join(.current, timeout: 60 + 0.05 * Double(transport.size)) }
    isJoined = true
    return dispatcher
  }

  /// Sends the workers home and ends MPI.
  public func finish() {
    (dispatcher ?? Dispatcher(transport)).shutDown()
    transport.finish()
  }
}

extension Configuration {
  /// This process's environment without what belongs to its place in an MPI or Slurm job.
  static var current: Configuration {
    Configuration(environment: LauncherVariables.removed(from: ProcessInfo.processInfo.environment))
  }

  /// Takes these variables over, so that simulators find what they would find beside dmo itself.
  func enter() {
    for (name, value) in environment { setenv(name, value, 1) }
  }
}
