import CProcess
import Foundation

/// How an engine of MPI workers is started.
public struct EngineSettings: Hashable, Sendable {
  public var workers: Int
  /// Simulations that each worker runs at the same time.
  public var slots: Int
  public var launcher: Launcher
  /// dmo's own file, which the launcher starts on every machine.
  public var executable: String

  public init(
    workers: Int, slots: Int = 1, launcher: Launcher = .mpirun,
    executable: String = EngineSettings.ownExecutable
  ) {
    (self.workers, self.slots, self.launcher) = (workers, slots, launcher)
    self.executable = executable
  }

  public static let ownExecutable: String = {
    (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? "dmo"
  }()
}

/// MPI workers under a launcher, watched from outside of MPI.
///
/// Open MPI ends the whole job when one of its processes dies. Here only the engine is lost then: its end is noticed at once by the
/// end of the socket, it is started again, and what it had not answered is asked again.
public final class SupervisedPool: Pool {
  private let settings: EngineSettings
  private var state = State.down(since: 0)
  /// Jobs for an engine that is not up.
  private var unsent = Queue<Job>()
  private var withdrawn: [Int] = []
  private var ready = Queue<Answer>()
  private var notices: [String] = []
  /// Losses in a row without an answer in between.
  private var losses = 0
  /// Nothing new is to begin until the next `submit`.
  private var hasWithdrawn = false
  private var knownWorkers: [WorkerStatus] = []

  private enum State {
    /// Not to be started before.
    case down(since: Double)
    case starting(EngineProcess)
    /// Connected, but not all workers have greeted.
    case joining(EngineProcess, Dispatcher)
    case up(EngineProcess, Dispatcher)
  }

  /// Seconds before an engine is started again, by the number of losses in a row; after the last one it is given up.
  private static let delays = [0, 0.5, 1, 2, 5.0]

  public init(_ settings: EngineSettings) { self.settings = settings }

  deinit { shutDown() }

  public var capacity: Int { settings.workers * settings.slots }
  public var outstanding: Int { unsent.count + ready.count + (dispatcher?.outstanding ?? 0) }
  public var room: Int { dispatcher?.room ?? 2 * capacity - outstanding }

  var dispatcher: Dispatcher? {
    if case .up(_, let dispatcher) = state { dispatcher } else { nil }
  }

  public func submit(_ job: Job) {
    hasWithdrawn = false
    if let dispatcher { dispatcher.submit(job) } else { unsent.append(job) }
  }

  public func next(timeout: Double) throws(PoolFailure) -> Answer? {
    let deadline = dmo_now() + timeout
    while true {
      if let answer = ready.popFirst() { return answer }
      guard outstanding > 0 else { return nil }
      switch state {
      case .up(_, let dispatcher):
        do throws(PoolFailure) {
          guard let answer = try dispatcher.next(timeout: deadline - dmo_now()) else { return nil }
          losses = 0
          return answer
        } catch {
          try lost(error)
        }
      case .down, .starting, .joining:
        if try !bringUp(until: deadline) { return nil }
      }
    }
  }

  /// Starts the engine where it is not up. False when that takes longer than the deadline, or a signal came.
  ///
  /// - Throws: `PoolFailure` where it cannot be started, or was lost too often.
  @discardableResult
  func bringUp(until deadline: Double) throws(PoolFailure) -> Bool {
    while true {
      switch state {
      case .up: return true
      case .down(let since):
        if dmo_now() < since {
          guard sleep(until: min(deadline, since), noticingSignals: true), dmo_now() < deadline else {
            return false
          }
          continue
        }
        do throws(PoolFailure) {
          state = .starting(try EngineProcess(settings))
        } catch {
          guard losses > 0 else { throw error }
          try again(after: error.description)
        }
      case .starting(let process):
        do throws(PoolFailure) {
          guard let transport = try process.connected(until: deadline) else { return false }
          state = .joining(process, Dispatcher(transport))
        } catch {
          try failed(process, error.description)
        }
      case .joining(let process, let dispatcher):
        do throws(PoolFailure) {
          if try dispatcher.hasJoined(.current) {
            state = .up(process, dispatcher)
            while let job = unsent.popFirst() { dispatcher.submit(job) }
          } else if process.isLate {
            throw PoolFailure("its rank 0 said nothing within \(Int(process.patience)) s")
          } else if !dispatcher.wait(until: deadline) || dmo_now() >= deadline {
            return false
          }
        } catch {
          try failed(process, process.reasonOfFailure(error))
        }
      }
    }
  }

  /// An engine did not come up: one that has worked before may work again, one that never did would not.
  private func failed(_ process: EngineProcess, _ reason: String) throws(PoolFailure) {
    process.end(grace: 0)
    guard losses == 0 else { return try again(after: reason) }
    state = .down(since: 0)
    throw PoolFailure("the workers did not start: \(reason)")
  }

  /// The engine is gone: what it had answered counts, all else is asked again.
  private func lost(_ failure: PoolFailure) throws(PoolFailure) {
    guard case .up(let process, let dispatcher) = state else { return }
    while let answer = dispatcher.takeReady() {
      ready.append(answer)
      losses = 0
    }
    withdrawn += dispatcher.takeWithdrawn()
    let jobs = dispatcher.takeUnfinished()
    notices += dispatcher.takeNotices()
    knownWorkers = dispatcher.workers()
    let reason = process.reasonOfLoss()
    process.end(grace: 0)
    if hasWithdrawn {
      // Whoever asked for the end of what runs has got it, in another way.
      withdrawn += jobs.map(\.id)
      notices.append("the workers were lost: \(reason); \(jobs.count) evaluations were not finished")
      state = .down(since: 0)
      return
    }
    for job in jobs { unsent.append(job) }
    let what = jobs.count == 1 ? "1 evaluation is" : "\(jobs.count) evaluations are"
    notices.append("the workers were lost: \(reason); starting them again, \(what) repeated")
    try again(after: reason)
  }

  private func again(after reason: String) throws(PoolFailure) {
    guard losses < Self.delays.count else {
      state = .down(since: 0)
      let times = losses
      losses = 0
      throw PoolFailure(
        "the workers were lost \(times) times in a row without an answer, the last time: \(reason)")
    }
    state = .down(since: dmo_now() + Self.delays[losses])
    losses += 1
  }

  public func service() {
    guard let dispatcher else { return }
    dispatcher.service()
  }

  public func withdraw() {
    hasWithdrawn = true
    while let job = unsent.popFirst() { withdrawn.append(job.id) }
    dispatcher?.withdraw()
  }

  public func takeWithdrawn() -> [Int] {
    defer { withdrawn = [] }
    return withdrawn + (dispatcher?.takeWithdrawn() ?? [])
  }

  public func cancel() {
    (unsent, ready, withdrawn) = (Queue(), Queue(), [])
    dispatcher?.cancel()
  }

  public func shutDown() {
    switch state {
    case .down: break
    case .starting(let process), .joining(let process, _): process.end(grace: 0)
    case .up(let process, let dispatcher):
      dispatcher.shutDown()
      process.end(grace: 10)
    }
    state = .down(since: 0)
  }

  public func takeNotices() -> [String] {
    defer { notices = [] }
    return notices + (dispatcher?.takeNotices() ?? [])
  }

  public func workers() -> [WorkerStatus] {
    dispatcher?.askForWorkers(timeout: 1) ?? knownWorkers
  }
}

// Workers that are not up are not started for the sake of training.
extension SupervisedPool: TaskRunner {
  var taskCapacity: Int { dispatcher?.taskCapacity ?? 0 }
  func begin(_ task: WorkerTask) { dispatcher?.begin(task) }

  func serviceTasks(timeout: Double) -> Bool { dispatcher?.serviceTasks(timeout: timeout) ?? false }

  func nextResult() -> (id: Int, result: Result<[UInt8], TaskFailure>)? { dispatcher?.nextResult() }
  func forgetTasks() { dispatcher?.forgetTasks() }
}
