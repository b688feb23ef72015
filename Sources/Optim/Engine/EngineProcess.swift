import CProcess
import Foundation

/// An engine job as seen from outside: its launcher's process, the socket to it, and what it has written.
final class EngineProcess {
  private let launcher: Launcher
  private let path: String
  private let folder: String
  private let pid: pid_t
  private var listener: Int32
  private let began = dmo_now()
  private var isReaped = false
  private var status: Int32 = 0

  /// Seconds until the job must be up: large ones take their time to start.
  let patience: Double

  /// Starts a launcher.
  ///
  /// - Throws: `PoolFailure` where that cannot be done.
  init(_ settings: EngineSettings) throws(PoolFailure) {
    launcher = settings.launcher
    patience = 60 + 0.05 * Double(settings.workers)
    let path = try launcher.locate()
    self.path = path
    folder = try Self.privateFolder()
    let socketPath = "\(folder)/engine"
    do throws(PoolFailure) {
      listener = try Self.listen(at: socketPath)
    } catch {
      try? FileManager.default.removeItem(atPath: folder)
      throw error
    }
    let log = open("\(folder)/log", O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
    let null = open("/dev/null", O_RDONLY | O_CLOEXEC)
    defer {
      close(log)
      close(null)
    }
    let command = launcher.command(
      ranks: settings.workers + 1,
      [
        settings.executable, "--engine", socketPath, "--engine-host", UnixSocket.hostName, "--slots",
        "\(settings.slots)",
      ])
    var pid: pid_t = 0
    let error = CStrings(command).withPointers { argv in
      Self.environment.withPointers { dmo_spawn_session(path, argv, $0, null, log, &pid) }
    }
    self.pid = pid
    guard error == 0 else {
      throw PoolFailure("\(path) could not be started: \(String(cString: strerror(error)))")
    }
  }

  deinit {
    if listener >= 0 { close(listener) }
    try? FileManager.default.removeItem(atPath: folder)
  }

  /// What a dmo that was killed could not remove.
  static func removeFolder(of socket: String) {
    let folder = (socket as NSString).deletingLastPathComponent
    guard (folder as NSString).lastPathComponent.hasPrefix("dmo-engine-") else { return }
    try? FileManager.default.removeItem(atPath: folder)
  }

  /// Ours, without our own place in an MPI job.
  private static var environment: CStrings {
    let values = LauncherVariables.removed(from: ProcessInfo.processInfo.environment)
    return CStrings(values.map { "\($0.key)=\($0.value)" })
  }

  /// A folder that only this user can enter, with a path short enough for a socket in it.
  private static func privateFolder() throws(PoolFailure) -> String {
    let environment = ProcessInfo.processInfo.environment
    let places = ["XDG_RUNTIME_DIR", "TMPDIR"].compactMap { environment[$0] } + ["/tmp"]
    var reason = ""
    for place in places where place.hasPrefix("/") {
      let pattern = "\(place)/dmo-engine-XXXXXX"
      if pattern.utf8.count + "/engine".utf8.count > UnixSocket.longestPath {
        reason = "the path of a socket in '\(place)' would be longer than \(UnixSocket.longestPath) bytes"
        continue
      }
      var template = Array(pattern.utf8CString)
      if let made = mkdtemp(&template) { return String(cString: made) }
      reason = "no folder can be made in '\(place)' (\(String(cString: strerror(errno))))"
    }
    throw PoolFailure("workers cannot be started: \(reason); set TMPDIR to another folder")
  }

  private static func listen(at path: String) throws(PoolFailure) -> Int32 {
    let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
    let error = UnixSocket.withAddress(path) { bind(descriptor, $0, $1) == 0 ? 0 : errno }
    guard error == 0, Glibc.listen(descriptor, 1) == 0 else {
      close(descriptor)
      throw PoolFailure(
        "no socket can be made at '\(path)': \(String(cString: strerror(error == 0 ? errno : error)))")
    }
    return descriptor
  }

  /// The socket once the job has connected; nil at the deadline or after a signal.
  ///
  /// - Throws: `PoolFailure` with the reason when the launcher has ended, or time is up.
  func connected(until deadline: Double) throws(PoolFailure) -> SocketTransport? {
    while true {
      let descriptor = accept(listener, nil, nil)
      if descriptor >= 0 {
        close(listener)
        listener = -1
        return SocketTransport(descriptor)
      }
      if hasEnded { throw PoolFailure(launcher.explanation(log: log, status: status, path: path)) }
      let now = dmo_now()
      guard now < began + patience else {
        throw PoolFailure(
          "\(launcher) has not brought the workers up within \(Int(patience)) s"
            + (lastLine.map { "; it says: \($0)" } ?? ""))
      }
      guard now < deadline else { return nil }
      if !sleep(until: min(deadline, now + 0.05), watching: listener, noticingSignals: true) { return nil }
    }
  }

  private var log: String { (try? String(contentsOfFile: "\(folder)/log", encoding: .utf8)) ?? "" }

  private var lastLine: String? {
    log.split(whereSeparator: \.isNewline).last.map(String.init)
  }

  var isLate: Bool { dmo_now() > began + patience }

  /// Why a job that had connected did not come up: what it says itself, where it says something.
  func reasonOfFailure(_ failure: PoolFailure) -> String {
    let bound = dmo_now() + 2
    while !hasEnded, dmo_now() < bound { usleep(5000) }
    return hasEnded ? launcher.explanation(log: log, status: status, path: path) : failure.description
  }

  /// Why a job that was up is gone.
  func reasonOfLoss() -> String {
    // The launcher learns of a rank's end a moment after us.
    let bound = dmo_now() + 2
    while !hasEnded, dmo_now() < bound { usleep(5000) }
    if let rank = Launcher.lostRank(log: log) { return rank }
    if !hasEnded { return "its rank 0 has closed the connection" }
    return launcher.explanation(log: log, status: status, path: path)
  }

  private var hasEnded: Bool {
    if isReaped { return true }
    guard dmo_ended(pid) != 0 else { return false }
    status = dmo_reap(pid)
    isReaped = true
    return true
  }

  /// Sees to it that the launcher is gone: by itself within `grace` seconds, else by signals.
  func end(grace: Double) {
    for (signal, seconds) in [(0, grace), (SIGTERM, 8.0), (SIGKILL, 2.0)] as [(Int32, Double)] {
      if signal != 0, !hasEnded { kill(-pid, signal) }
      let bound = dmo_now() + seconds
      while !hasEnded, dmo_now() < bound { usleep(2000) }
      if hasEnded { return }
    }
  }
}
