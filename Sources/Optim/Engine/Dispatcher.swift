import CProcess
import Glibc

/// Hands jobs out to workers as they become free, over any transport.
///
/// Nothing is dealt out beforehand: every worker gets its next job when it has answered. Where simulations are so short that the way
/// there and back would be felt, a worker holds a few more than it runs. Costs of a job do not grow with the number of workers.
public final class Dispatcher: Pool {
  private let transport: any Transport
  private var peers: [Int: Peer] = [:]
  private var waiting = Queue<Job>()
  /// Jobs given to workers, by number.
  private var held: [Int: Job] = [:]
  private var ready = Queue<Answer>()
  private var generation: UInt32 = 0
  private var failure: PoolFailure?
  private var hasWithdrawn = false
  private var withdrawn: [Int] = []

  /// Workers with a free slot, and those that may hold a job in advance; each at most once, the longest idle first.
  private var idle = Queue<Int>()
  private var eager = Queue<Int>()
  /// Mean seconds of the latest simulations.
  private var meanSeconds: Double?

  private var simulators: [Simulator: UInt32] = [:]
  private var latest: (simulator: Simulator, index: UInt32)?

  private var notices: [String] = []
  private var noticed: Set<String> = []
  private var waitingTasks = Queue<WorkerTask>()
  private var finishedTasks = Queue<(id: Int, result: Result<[UInt8], TaskFailure>)>()
  /// What the other end said when it was last asked for its workers.
  private var reported: [WorkerStatus]?

  /// What is known of a worker.
  private struct Peer {
    var status: WorkerStatus
    /// At the end of a socket there are many.
    var members: [WorkerStatus]
    var since: Double
    var simulators = 0
    var tasks = 0
    var isQueuedIdle = false
    var isQueuedEager = false
  }

  init(_ transport: any Transport) { self.transport = transport }

  /// Waits for the greetings of all workers and tells them what they must know.
  ///
  /// - Throws: `PoolFailure` when one does not come within `timeout` seconds, or is another version of dmo.
  func join(_ configuration: Configuration, timeout: Double) throws(PoolFailure) {
    let bound = dmo_now() + timeout
    while try !hasJoined(configuration) {
      guard dmo_now() < bound else {
        throw PoolFailure(
          "only \(peers.count) of \(transport.peers.count) workers answered within \(Int(timeout)) s")
      }
      _ = transport.wait(until: bound, noticingSignals: false)
    }
  }

  /// Whether all workers have greeted; then they have been told.
  func hasJoined(_ configuration: Configuration) throws(PoolFailure) -> Bool {
    try pump()
    guard peers.count == transport.peers.count else { return false }
    configure(configuration)
    return true
  }

  /// Waits for a message, a signal (then false) or the deadline.
  func wait(until deadline: Double) -> Bool { transport.wait(until: deadline, noticingSignals: true) }

  func configure(_ configuration: Configuration) {
    let message = Message.configure(configuration).bytes
    for peer in transport.peers { transport.send(message, to: peer) }
  }

  // MARK: Pool

  public private(set) var capacity = 0
  public var outstanding: Int { waiting.count + held.count + ready.count }

  public var room: Int {
    let ahead = peers.isEmpty ? 0 : peers.count * lookahead(capacity / peers.count)
    return 2 * capacity + ahead - outstanding
  }

  public func submit(_ job: Job) {
    hasWithdrawn = false
    waiting.append(job)
    handOut()
  }

  public func next(timeout: Double) throws(PoolFailure) -> Answer? {
    let deadline = dmo_now() + timeout
    while true {
      if let answer = ready.popFirst() { return answer }
      if let failure { throw failure }
      try pump()
      handOut()
      if ready.count > 0 { continue }
      guard outstanding > 0, dmo_now() < deadline else { return nil }
      if !transport.wait(until: deadline, noticingSignals: true) { return nil }
    }
  }

  public func service() {
    do throws(PoolFailure) { try pump() } catch { failure = error }
    handOut()
  }

  public func withdraw() {
    while let job = waiting.popFirst() { withdrawn.append(job.id) }
    guard !hasWithdrawn else { return }
    hasWithdrawn = true
    for (peer, known) in peers where known.status.holds > 0 { transport.send(.withdraw, to: peer) }
  }

  public func takeWithdrawn() -> [Int] {
    defer { withdrawn = [] }
    return withdrawn
  }

  public func cancel() {
    withdrawn = []
    (waiting, ready, held) = (Queue(), Queue(), [:])
    (waitingTasks, finishedTasks) = (Queue(), Queue())
    generation += 1
    guard failure == nil else { return }
    var missing = Set(peers.keys)
    for peer in missing {
      peers[peer]!.status.holds = 0
      peers[peer]!.tasks = 0
      transport.send(.cancel(generation: generation), to: peer)
    }
    // Workers that were told to end as well may be gone.
    let seconds = [0, SIGUSR1].contains(dmo_terminate_signal()) ? Self.cancelSeconds : 1.5
    let bound = dmo_now() + seconds
    do throws(PoolFailure) {
      while !missing.isEmpty, dmo_now() < bound {
        while let (peer, bytes) = try transport.receive() {
          if case .cancelled(generation)? = try? Message(bytes) { missing.remove(peer) }
        }
        if !missing.isEmpty { _ = transport.wait(until: bound, noticingSignals: false) }
      }
    } catch {
      failure = error
      return
    }
    if !missing.isEmpty {
      failure = PoolFailure(
        "\(missing.count) workers did not end their simulations within \(Int(seconds)) s")
    }
    for peer in peers.keys { queue(peer) }
  }

  /// Three times the time that a simulator has to end by itself, and then some.
  private static let cancelSeconds = 15.0

  public func shutDown() {
    for peer in transport.peers { transport.send(.quit, to: peer) }
    let bound = dmo_now() + 5
    while transport.backlog > 0, dmo_now() < bound {
      do throws(PoolFailure) {
        // What the workers still say does not matter any more.
        if try transport.receive() == nil { _ = transport.wait(until: bound, noticingSignals: false) }
      } catch {
        return
      }
    }
  }

  public func takeNotices() -> [String] {
    defer { notices = [] }
    return notices
  }

  func notice(_ text: String) {
    if noticed.insert(text).inserted { notices.append(text) }
  }

  public func workers() -> [WorkerStatus] {
    let now = dmo_now()
    return peers.sorted { $0.key < $1.key }.flatMap { _, peer -> [WorkerStatus] in
      guard peer.members.count == 1 else { return peer.members }
      var status = peer.status
      status.seconds = now - peer.since
      return [status]
    }
  }

  /// Asks the other end of a socket about its workers.
  func askForWorkers(timeout: Double) -> [WorkerStatus] {
    reported = nil
    for peer in peers.keys { transport.send(.statusWanted, to: peer) }
    let bound = dmo_now() + timeout
    while reported == nil, failure == nil, dmo_now() < bound {
      service()
      if reported == nil { _ = transport.wait(until: bound, noticingSignals: false) }
    }
    return reported ?? workers()
  }

  /// The jobs that were given out or wait, for another pool to do.
  func takeUnfinished() -> [Job] {
    var jobs = held.keys.sorted().map { held[$0]! }
    while let job = waiting.popFirst() { jobs.append(job) }
    held = [:]
    return jobs
  }

  /// Answers that came before the other end was lost.
  func takeReady() -> Answer? { ready.popFirst() }

  // MARK: Messages

  private func pump() throws(PoolFailure) {
    // Not for ever, however fast they come.
    for _ in 0..<4096 {
      guard let (peer, bytes) = try transport.receive() else { return }
      do throws(MalformedMessage) {
        try take(Message(bytes), from: peer)
      } catch {
        throw PoolFailure(error.description)
      }
    }
  }

  private func take(_ message: Message, from peer: Int) throws(MalformedMessage) {
    guard peers[peer] != nil || message.isHello else {
      throw MalformedMessage(description: "a worker spoke before its greeting")
    }
    switch message {
    case .hello(let greeting): try greet(greeting, peer)
    case .answer(generation, let answer) where held.removeValue(forKey: answer.id) != nil:
      account(answer, peer)
      ready.append(answer)
      queue(peer)
    case .dropped(generation, let ids):
      let known = ids.filter { held.removeValue(forKey: $0) != nil }
      peers[peer]!.status.holds -= known.count
      withdrawn += known
      queue(peer)
    case .result(let id, let result) where peers[peer]!.tasks > 0:
      peers[peer]!.tasks -= 1
      finishedTasks.append((id, result))
    case .notice(let text): notice(text)
    case .status(let workers): reported = workers
    // Late answers of what was cancelled.
    default: break
    }
  }

  private func greet(_ greeting: Greeting, _ peer: Int) throws(MalformedMessage) {
    guard greeting.program == dmoVersion else {
      let place = greeting.workers.first.map { " on \($0.host)" } ?? ""
      throw MalformedMessage(
        description: "the worker\(place) is dmo \(greeting.program), this is dmo \(dmoVersion): "
          + "the same dmo must run everywhere")
    }
    var status = greeting.workers.first ?? WorkerStatus(rank: peer, host: "", process: 0, slots: 0)
    status.slots = greeting.workers.reduce(0) { $0 + $1.slots }
    peers[peer] = Peer(status: status, members: greeting.workers, since: dmo_now())
    capacity += status.slots
    queue(peer)
  }

  private func account(_ answer: Answer, _ peer: Int) {
    peers[peer]!.status.holds -= 1
    peers[peer]!.status.busySeconds += answer.seconds
    if case .failed = answer.outcome {
      peers[peer]!.status.failed += 1
    } else {
      peers[peer]!.status.done += 1
    }
    meanSeconds = meanSeconds.map { $0 + 0.05 * (answer.seconds - $0) } ?? answer.seconds
  }

  // MARK: Handing out

  /// Jobs a worker holds beyond those that it runs: what it does in 5 ms, and none where a simulation takes so long that the wait for the
  /// next one is not felt, for a job that is held cannot go to a worker that is free.
  private func lookahead(_ slots: Int) -> Int {
    guard let meanSeconds, meanSeconds < 0.5 else { return 0 }
    return min(64 + slots, max(1, Int(Double(slots) * 5e-3 / max(meanSeconds, 1e-6))))
  }

  /// Notes that a worker can take a job.
  private func queue(_ peer: Int) {
    let known = peers[peer]!
    if known.status.holds < known.status.slots {
      guard !known.isQueuedIdle else { return }
      peers[peer]!.isQueuedIdle = true
      idle.append(peer)
    } else if known.status.holds < known.status.slots + lookahead(known.status.slots), !known.isQueuedEager {
      peers[peer]!.isQueuedEager = true
      eager.append(peer)
    }
  }

  private func handOut() {
    while waiting.count > 0, let peer = nextPeer(), let job = waiting.popFirst() {
      give(job, to: peer)
      queue(peer)
    }
    while waitingTasks.count > 0, let peer = peers.first(where: { $1.tasks < $1.members.count })?.key,
      let task = waitingTasks.popFirst()
    {
      peers[peer]!.tasks += 1
      transport.send(.task(id: task.id, name: task.name, input: task.input), to: peer)
    }
  }

  private func nextPeer() -> Int? {
    while let peer = idle.popFirst() {
      peers[peer]!.isQueuedIdle = false
      let status = peers[peer]!.status
      if status.holds < status.slots { return peer }
      queue(peer)
    }
    while let peer = eager.popFirst() {
      peers[peer]!.isQueuedEager = false
      let status = peers[peer]!.status
      if status.holds < status.slots + lookahead(status.slots) { return peer }
    }
    return nil
  }

  private func give(_ job: Job, to peer: Int) {
    let index = index(of: job.simulator)
    // All are sent in the order of their numbers, each once.
    while peers[peer]!.simulators <= Int(index) {
      let number = UInt32(peers[peer]!.simulators)
      let simulator = simulators.first { $0.value == number }!.key
      transport.send(.simulator(index: number, simulator), to: peer)
      peers[peer]!.simulators += 1
    }
    transport.send(
      .job(generation: generation, id: job.id, simulator: index, parameters: job.parameters), to: peer)
    held[job.id] = job
    peers[peer]!.status.holds += 1
  }

  private func index(of simulator: Simulator) -> UInt32 {
    if let latest, latest.simulator == simulator { return latest.index }
    let index = simulators[simulator] ?? UInt32(simulators.count)
    simulators[simulator] = index
    latest = (simulator, index)
    return index
  }
}

// MARK: - Tasks

/// A computation for any worker.
struct WorkerTask {
  let id: Int
  let name: String
  let input: [UInt8]
}

/// Where tasks are computed.
protocol TaskRunner: AnyObject {
  /// How many are computed at the same time.
  var taskCapacity: Int { get }
  func begin(_ task: WorkerTask)
  /// Lets tasks get on, waiting at most `timeout` seconds for results. False where the workers are lost.
  func serviceTasks(timeout: Double) -> Bool
  func nextResult() -> (id: Int, result: Result<[UInt8], TaskFailure>)?
  /// Drops the tasks that no worker has begun.
  func forgetTasks()
}

extension Dispatcher: TaskRunner {
  var taskCapacity: Int { peers.values.reduce(0) { $0 + $1.members.count } }

  func forgetTasks() { waitingTasks = Queue() }

  func begin(_ task: WorkerTask) {
    waitingTasks.append(task)
    handOut()
  }

  func serviceTasks(timeout: Double) -> Bool {
    let bound = dmo_now() + timeout
    while true {
      service()
      if failure != nil { return false }
      if finishedTasks.count > 0 || dmo_now() >= bound { return true }
      _ = transport.wait(until: bound, noticingSignals: false)
    }
  }

  func nextResult() -> (id: Int, result: Result<[UInt8], TaskFailure>)? {
    finishedTasks.popFirst()
  }
}
