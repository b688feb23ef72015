import CProcess
import Glibc

/// A job on its way through attempts.
struct Attempt {
  let job: Job
  let program: Program
  var number = 1
}

/// A running simulator process with its three pipes. It knows bytes and signals; what they mean is the pool's
/// affair.
final class Child {
  let program: Program
  let pid: pid_t
  let folder: String
  /// What it works on; nil for a living process that waits, or one that is being replaced.
  var attempt: Attempt?
  /// When the request was made.
  var started: Double
  /// When its time is up.
  var deadline = Double.infinity
  /// When a process that closed its output and goes on is given up.
  var answerBy = Double.infinity
  /// Why it is being ended by us.
  var verdict: Complaint?
  /// The next step of ending it, and when.
  var escalation: (signal: Int32, at: Double)?
  var hasExited = false
  /// Until when output of processes left behind is waited for.
  var lingersUntil = Double.infinity
  /// The start of its last line that was no answer (persistent mode).
  var lastNoise: [UInt8] = []
  /// Answers given (persistent mode).
  var served = 0
  /// The signal that ended it, by itself or as a shell tells of it; 0 for none.
  var endedBy: Int32 = 0

  /// Descriptors; -1 when closed.
  private(set) var input: Int32
  private(set) var output: Int32
  private(set) var errors: Int32
  private(set) var pidfd: Int32

  private var request: ArraySlice<UInt8> = []
  private var strays = Strays()
  private var wholeRequest: [UInt8] = []
  /// Standard output since the request, or what is left of it after the lines taken.
  private(set) var received: [UInt8] = []
  private var lineStart = 0
  private var searched = 0
  /// Bytes of standard output since the request.
  private(set) var volume = 0
  private(set) var errorTail: Tail

  init(_ program: Program, pid: pid_t, folder: String, pipes: Pipes, tail: Int) {
    self.program = program
    self.pid = pid
    self.folder = folder
    input = pipes.input
    output = pipes.output
    errors = pipes.errors
    pidfd = dmo_pidfd(pid)
    started = dmo_now()
    errorTail = Tail(limit: tail)
  }

  /// Our ends of a child's pipes.
  struct Pipes {
    var input: Int32 = -1
    var output: Int32 = -1
    var errors: Int32 = -1
  }

  var hasRequestToWrite: Bool { input >= 0 && !request.isEmpty }
  /// Nothing more can come from it.
  var isSilent: Bool { output < 0 && errors < 0 }

  // MARK: Writing

  /// Begins a request: what came before it no longer counts.
  func begin(_ attempt: Attempt, request: [UInt8], at time: Double) {
    self.attempt = attempt
    started = time
    deadline = program.limit.map { time + $0 } ?? .infinity
    received.removeAll(keepingCapacity: received.count < 1 << 20)
    lineStart = 0
    searched = 0
    volume = 0
    errorTail.clear()
    lastNoise = []
    wholeRequest = request
    self.request = request[...]
    write()
  }

  /// Leaves beside the files of the run what was said, for whoever looks into the folder.
  func writeRecord() {
    let record = [
      ("dmo.request.json", wholeRequest[...]), ("dmo.stdout", received[...]), ("dmo.stderr", errorTail.last),
    ]
    for (name, bytes) in record where !bytes.isEmpty {
      guard let stream = fopen("\(folder)/\(name)", "we") else { continue }
      _ = bytes.withUnsafeBytes { fwrite($0.baseAddress, 1, $0.count, stream) }
      fclose(stream)
    }
  }

  /// Writes what the pipe takes; closes it when the reader is gone.
  func write() {
    guard hasRequestToWrite else { return }
    let count = request.withUnsafeBytes { Glibc.write(input, $0.baseAddress, $0.count) }
    if count >= 0 {
      request = request.dropFirst(count)
    } else if errno != EAGAIN && errno != EINTR {
      closeInput()
    }
    if request.isEmpty, program.simulator.mode == .once { closeInput() }
  }

  func closeInput() {
    request = []
    Self.close(&input)
  }

  // MARK: Reading

  /// Reads what is there, at most about a megabyte at a time so that others get their turn.
  func readOutput(_ buffer: UnsafeMutableRawBufferPointer) {
    Self.read(&output, buffer, toTheEnd: hasExited) { bytes in
      received.append(contentsOf: bytes)
      volume += bytes.count
    }
  }

  func readErrors(_ buffer: UnsafeMutableRawBufferPointer) {
    Self.read(&errors, buffer, toTheEnd: hasExited) { errorTail.append($0) }
  }

  private static func read(
    _ descriptor: inout Int32, _ buffer: UnsafeMutableRawBufferPointer, toTheEnd: Bool,
    _ take: (UnsafeRawBufferPointer) -> Void
  ) {
    for _ in 0..<16 where descriptor >= 0 {
      let count = Glibc.read(descriptor, buffer.baseAddress, buffer.count)
      if count > 0 {
        take(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
        // A short read emptied the pipe; the end, if it has come, shows at the next look.
        if count < buffer.count, !toTheEnd { return }
      } else if count == 0 {
        close(&descriptor)
      } else if errno != EINTR {
        if errno != EAGAIN { close(&descriptor) }
        return
      }
    }
  }

  /// The next complete line of standard output, taken out of `received`.
  func takeLine() -> [UInt8]? {
    let end = received[searched...].withUnsafeBytes { rest in
      rest.baseAddress.flatMap { memchr($0, 10, rest.count) }.map { UnsafeRawPointer($0) - rest.baseAddress! }
    }
    guard let end else {
      searched = received.count
      return nil
    }
    let line = Array(received[lineStart..<searched + end])
    lineStart = searched + end + 1
    searched = lineStart
    if lineStart == received.count {
      received.removeAll(keepingCapacity: lineStart < 1 << 20)
      lineStart = 0
      searched = 0
    }
    return line
  }

  /// What follows the last complete line.
  func takeRest() -> [UInt8] {
    let rest = Array(received[lineStart...])
    received.removeAll()
    lineStart = 0
    searched = 0
    return rest
  }

  // MARK: Ending

  /// Signals the program and everything it started. The group is ours until the program is reaped.
  func signal(_ number: Int32) {
    strays.collect(below: pid)
    kill(-pid, number)
    strays.signal(number)
  }

  /// Collects the ended program, ends what it left behind, and closes everything: exit status, or minus a
  /// signal.
  func reap() -> Int32 {
    kill(-pid, SIGKILL)
    strays.signal(SIGKILL)
    closeAll()
    return dmo_reap(pid)
  }

  func closeAll() {
    closeInput()
    Self.close(&output)
    Self.close(&errors)
    Self.close(&pidfd)
    strays.clear()
  }

  private static func close(_ descriptor: inout Int32) {
    if descriptor >= 0 { Glibc.close(descriptor) }
    descriptor = -1
  }
}

/// The last bytes of a stream of any length.
struct Tail {
  let limit: Int
  private var bytes: [UInt8] = []

  init(limit: Int) { self.limit = limit }

  mutating func clear() { bytes.removeAll(keepingCapacity: true) }

  mutating func append(_ more: UnsafeRawBufferPointer) {
    bytes.append(contentsOf: more.suffix(limit))
    if bytes.count > 4 * limit { bytes.removeFirst(bytes.count - limit) }
  }

  var last: ArraySlice<UInt8> { bytes.suffix(limit) }

  /// As text, repaired where it is not UTF-8; begins with a whole line where there is one.
  var text: String {
    var kept = last
    if kept.count < bytes.count, let newline = kept.firstIndex(of: 10), newline < kept.endIndex - 1 {
      kept = kept[(newline + 1)...]
    }
    return String(decoding: kept, as: UTF8.self)
  }
}
