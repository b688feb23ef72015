import CProcess
import Foundation

/// What a worker does until it is told to quit: take jobs, run them in a pool of its own, send the answers.
///
/// The pool is a `LocalPool` in a rank that runs simulators, and a `Dispatcher` in rank 0 of an engine, which is a worker of the dmo that
/// started it.
final class WorkerLoop {
  private let transport: any Transport
  private let pool: any Pool
  private let tasks: any TaskRunner
  private let configure: (Configuration) -> Void
  private let parent = getppid()
  private var parentSeen = dmo_now()
  private var simulators: [Simulator] = []
  private var generation: UInt32 = 0
  private var backoff = Backoff()
  private var hasQuit = false
  private var terminatedAt: Double?

  /// Answers on their way may take so much memory before the simulations have to wait.
  private static let mostBacklog = 64 << 20

  init(
    _ transport: any Transport, pool: any Pool, tasks: any TaskRunner,
    configure: @escaping (Configuration) -> Void
  ) {
    (self.transport, self.pool, self.tasks, self.configure) = (transport, pool, tasks, configure)
  }

  /// Returns after `quit`.
  ///
  /// - Throws: `PoolFailure` when the other end or the pool is lost, or the process is to end.
  func run() throws(PoolFailure) {
    transport.send(.hello(Greeting(workers: pool.workers())), to: 0)
    while !hasQuit {
      var isBusy = false
      while !hasQuit, let (_, bytes) = try transport.receive() {
        isBusy = true
        try take(bytes)
      }
      while transport.backlog < Self.mostBacklog, let answer = try pool.next(timeout: 0) {
        isBusy = true
        transport.send(.answer(generation: generation, answer), to: 0)
      }
      while let (id, result) = tasks.nextResult() {
        isBusy = true
        transport.send(.result(id: id, result), to: 0)
      }
      let withdrawn = pool.takeWithdrawn()
      if !withdrawn.isEmpty { transport.send(.dropped(generation: generation, withdrawn), to: 0) }
      for notice in pool.takeNotices() { transport.send(.notice(notice), to: 0) }
      try lookAround()
      if isBusy { backoff.reset() } else { try pause() }
    }
    pool.shutDown()
  }

  /// Waits for a message or an answer.
  private func pause() throws(PoolFailure) {
    let pause = backoff.next()
    if pause == 0 || pool.outstanding == 0 || transport.backlog >= Self.mostBacklog {
      if pool.outstanding > 0 { pool.service() }
      _ = transport.wait(until: dmo_now() + max(pause, 1e-4), noticingSignals: true)
    } else if let answer = try pool.next(timeout: pause) {
      transport.send(.answer(generation: generation, answer), to: 0)
      backoff.reset()
    }
  }

  /// Whether we are still wanted: a launcher that was killed leaves its ranks behind.
  private func lookAround() throws(PoolFailure) {
    let now = dmo_now()
    guard now > parentSeen + 0.2 else { return }
    parentSeen = now
    if getppid() != parent { throw PoolFailure("the launcher of this rank has ended") }
    guard ![0, SIGUSR1].contains(dmo_terminate_signal()) else { return }
    if terminatedAt == nil {
      terminatedAt = now
      pool.cancel()
    }
    // Rank 0 was told to end as well and may ask whether we have; then the launcher waits for us to be gone.
    if now > terminatedAt! + 0.5 { throw PoolFailure("ended by a signal") }
  }

  private func take(_ bytes: [UInt8]) throws(PoolFailure) {
    let message: Message
    do throws(MalformedMessage) { message = try Message(bytes) } catch {
      throw PoolFailure(error.description)
    }
    switch message {
    case .configure(let configuration): configure(configuration)
    case .simulator(let index, let simulator):
      guard Int(index) == simulators.count else { throw PoolFailure("a simulator came out of turn") }
      simulators.append(simulator)
    case .job(let generation, let id, let simulator, let parameters):
      guard generation == self.generation, terminatedAt == nil else { return }
      guard Int(simulator) < simulators.count else { throw PoolFailure("a job names an unknown simulator") }
      pool.submit(Job(id: id, simulator: simulators[Int(simulator)], parameters: parameters))
    case .withdraw: pool.withdraw()
    case .cancel(let generation):
      self.generation = generation
      pool.cancel()
      transport.send(.cancelled(generation: generation), to: 0)
    case .statusWanted: transport.send(.status(pool.workers()), to: 0)
    case .task(let id, let name, let input): tasks.begin(WorkerTask(id: id, name: name, input: input))
    case .quit: hasQuit = true
    case .hello, .answer, .dropped, .cancelled, .notice, .status, .result:
      throw PoolFailure("a worker was sent what only workers send")
    }
  }
}
