import Foundation

/// A process started by a test, in a session of its own, and ended with it at the latest.
final class Child {
  /// Where its standard streams go.
  enum Streams {
    case files(input: String, output: String, errors: String)
    /// All three are this terminal, which becomes the controlling one: its Ctrl-C reaches the process.
    case terminal(String)
  }

  let pid: pid_t
  private var result: Int32?

  init(_ command: [String], in folder: String, environment: [String: String], _ streams: Streams) throws {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    switch streams {
    case .files(let input, let output, let errors):
      posix_spawn_file_actions_addopen(&actions, 0, input, O_RDONLY, 0)
      posix_spawn_file_actions_addopen(&actions, 1, output, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
      posix_spawn_file_actions_addopen(&actions, 2, errors, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
    case .terminal(let path):
      posix_spawn_file_actions_addopen(&actions, 0, path, O_RDWR, 0)
      posix_spawn_file_actions_adddup2(&actions, 0, 1)
      posix_spawn_file_actions_adddup2(&actions, 0, 2)
    }
    var attributes = Self.attributes()
    defer { posix_spawnattr_destroy(&attributes) }
    // Swift does not see posix_spawn's way to change the folder.
    var arguments = (["env", "-C", folder] + command).map { strdup($0) } + [nil]
    var variables = environment.map { strdup("\($0)=\($1)") } + [nil]
    defer { (arguments + variables).forEach { free($0) } }
    var pid: pid_t = 0
    let error = posix_spawn(&pid, "/usr/bin/env", &actions, &attributes, &arguments, &variables)
    guard error == 0 else { throw Fault("cannot start \(command[0]): \(String(cString: strerror(error)))") }
    self.pid = pid
  }

  deinit {
    if result == nil {
      kill(pid, SIGKILL)
      _ = wait(seconds: 10)
    }
  }

  /// Signals as a shell gives them to a program, whatever the test process ignores or blocks.
  private static func attributes() -> posix_spawnattr_t {
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    var none = sigset_t()
    var all = sigset_t()
    sigemptyset(&none)
    sigfillset(&all)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setsigdefault(&attributes, &all)
    let newSession: Int16 = 0x80
    posix_spawnattr_setflags(
      &attributes, Int16(POSIX_SPAWN_SETSIGMASK) | Int16(POSIX_SPAWN_SETSIGDEF) | newSession)
    return attributes
  }

  func send(_ signal: Int32) { if result == nil { kill(pid, signal) } }

  /// The exit status as a shell has it (128 and the signal's number); nil if it still runs.
  func wait(seconds: Double) -> Int32? {
    let end = Date().addingTimeInterval(seconds)
    while result == nil {
      var status: Int32 = 0
      let found = waitpid(pid, &status, WNOHANG)
      if found == pid {
        result = status & 0x7F == 0 ? (status >> 8) & 0xFF : 128 + status & 0x7F
      } else if found < 0 && errno != EINTR {
        result = -1
      } else if Date() > end {
        return nil
      } else {
        usleep(2000)
      }
    }
    return result
  }

  struct Fault: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
  }
}
