import CProcess
import Foundation

/// Runs simulators as processes of this machine, several at a time.
///
/// One thread and one `poll` loop: everything moves on inside `submit`, `next` and `service`, and these must
/// be called from one thread that lives as long as the pool (the system ends a simulator together with the
/// thread that started it, so that nothing is left behind when dmo is killed).
public final class LocalPool: Pool {
  public let capacity: Int
  /// Bounds for all simulators.
  public var limits = Limits()
  /// The rank of the MPI worker that this pool belongs to; 0 for dmo itself.
  var rank = 0

  var programs: [Simulator: Program] = [:]
  /// Every process not yet collected: at work, idle, or on its way out.
  var children: [Child] = []
  /// Jobs with a place.
  var running = 0
  let scratch = Scratch()
  let null: Int32
  let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 16, alignment: 16)
  private var waiting = Queue<Job>()
  private var ready = Queue<Answer>()
  private var withdrawn: [Int] = []
  private let began = dmo_now()
  private var done = 0
  private var failed = 0
  private var busySeconds = 0.0
  private var notices: [String] = []
  private var noticed: Set<String> = []
  private var polled: [pollfd] = []
  private var owners: [(child: Child, event: Event)] = []

  private enum Event { case input, output, errors, end }

  public init(capacity: Int) {
    precondition(capacity > 0, "a pool needs a place")
    self.capacity = capacity
    // Four descriptors a process, and a process may still be ending while its successor runs.
    dmo_children_prepare(Int32(clamping: 64 + 10 * capacity))
    null = open("/dev/null", O_RDWR | O_CLOEXEC)
  }

  deinit {
    forget()
    for child in children { child.verdict == nil && child.attempt == nil ? retire(child) : end(child) }
    settleAll()
    close(null)
    buffer.deallocate()
  }

  public var outstanding: Int { waiting.count + running + ready.count }

  public func submit(_ job: Job) {
    waiting.append(job)
    startWaiting()
  }

  public func next(timeout: Double) -> Answer? {
    let deadline = dmo_now() + timeout
    while true {
      startWaiting()
      if let answer = ready.popFirst() { return answer }
      guard outstanding > 0 else { return nil }
      let uninterrupted = look(until: deadline, noticingSignals: true)
      if ready.count == 0, !uninterrupted || dmo_now() >= deadline { return nil }
    }
  }

  public func service() {
    _ = look(until: 0, noticingSignals: false)
    startWaiting()
  }

  public func withdraw() {
    while let job = waiting.popFirst() { withdrawn.append(job.id) }
  }

  public func takeWithdrawn() -> [Int] {
    defer { withdrawn = [] }
    return withdrawn
  }

  public func shutDown() { cancel() }

  public func workers() -> [WorkerStatus] {
    var status = WorkerStatus(
      rank: rank, host: UnixSocket.hostName, process: Int(getpid()), slots: capacity)
    (status.holds, status.done, status.failed) = (waiting.count + running, done, failed)
    (status.busySeconds, status.seconds) = (busySeconds, dmo_now() - began)
    return [status]
  }

  public func cancel() {
    forget()
    for child in children { end(child) }
    settleAll()
  }

  public func takeNotices() -> [String] {
    defer { notices = [] }
    return notices
  }

  func notice(_ text: String) {
    if noticed.insert(text).inserted { notices.append(text) }
  }

  func answer(_ answer: Answer) {
    if case .failed = answer.outcome { failed += 1 } else { done += 1 }
    busySeconds += answer.seconds
    ready.append(answer)
  }

  // MARK: The loop

  private func startWaiting() {
    while running < capacity, let job = waiting.popFirst() { start(job) }
  }

  /// Waits for something to happen until `deadline`, and deals with it. False when a signal arrived.
  private func look(until deadline: Double, noticingSignals: Bool) -> Bool {
    polled.removeAll(keepingCapacity: true)
    owners.removeAll(keepingCapacity: true)
    var wake = deadline
    let start = dmo_now()
    for child in children {
      watch(child.hasRequestToWrite ? child.input : -1, POLLOUT, child, .input)
      // A process that may end at once is not listened to at once: its end alone wakes us, and what it wrote is read then.
      let isListened = child.hasExited || child.listensFrom <= start
      watch(isListened ? child.output : -1, POLLIN, child, .output)
      watch(isListened ? child.errors : -1, POLLIN, child, .errors)
      if !isListened { wake = min(wake, child.listensFrom) }
      watch(child.hasExited ? -1 : child.pidfd, POLLIN, child, .end)
      wake = min(wake, child.nextTimer)
      // A kernel without pidfds tells nothing when a process ends.
      if child.pidfd < 0, !child.hasExited { wake = min(wake, dmo_now() + 0.01) }
    }
    if noticingSignals {
      polled.append(pollfd(fd: dmo_signal_descriptor(), events: Int16(POLLIN), revents: 0))
    }
    let wait = wake == .infinity ? -1 : Int32(clamping: Int((max(0, wake - dmo_now()) * 1000).rounded(.up)))
    let count = poll(&polled, nfds_t(polled.count), wait)
    let interrupted = noticingSignals && (count < 0 || polled[owners.count].revents != 0)
    if interrupted { dmo_signal_clear() }
    if count > 0 {
      for (index, owner) in owners.enumerated() where polled[index].revents != 0 {
        take(owner.event, owner.child)
      }
    }
    let now = dmo_now()
    for child in children { settle(child, now) }
    return !interrupted
  }

  private func watch(_ descriptor: Int32, _ events: Int32, _ child: Child, _ event: Event) {
    guard descriptor >= 0 else { return }
    polled.append(pollfd(fd: descriptor, events: Int16(events), revents: 0))
    owners.append((child, event))
  }

  private func take(_ event: Event, _ child: Child) {
    switch event {
    case .input: child.write()
    case .output: child.readOutput(buffer)
    case .errors: child.readErrors(buffer)
    case .end: exited(child)
    }
  }

  // MARK: Ending everything

  private func forget() {
    waiting = Queue()
    withdrawn = []
    ready = Queue()
    running = 0
    for program in programs.values { program.idle = [] }
  }

  /// Waits until all processes are gone, as long as their last signals allow.
  private func settleAll() {
    for child in children { child.attempt = nil }
    let bound = dmo_now() + 3 * limits.grace + Limits.vanish
    while !children.isEmpty, dmo_now() < bound { _ = look(until: bound, noticingSignals: false) }
    for child in children { child.closeAll() }
    children = []
    scratch.clear()
  }
}

/// First in, first out.
struct Queue<Element> {
  private var elements: [Element?] = []
  private var head = 0

  var count: Int { elements.count - head }

  mutating func append(_ element: Element) { elements.append(element) }

  mutating func popFirst() -> Element? {
    guard head < elements.count else { return nil }
    defer {
      elements[head] = nil
      head += 1
      // Moving the rest only when half is gone keeps every step cheap on average.
      if head > 64, head * 2 > elements.count {
        elements.removeFirst(head)
        head = 0
      }
    }
    return elements[head]
  }
}
