import CProcess
import Foundation

/// The command that starts the ranks of an engine.
public struct Launcher: Hashable, Sendable, CustomStringConvertible {
  /// As the user wrote it.
  public let description: String
  /// Words in which `{ranks}` is replaced; dmo's own command follows them.
  private let words: [String]

  public static let mpirun = Launcher(
    "mpirun",
    // The rank that hands out needs no processor of its own, and simulators choose theirs themselves.
    ["mpirun", "--oversubscribe", "--bind-to", "none", "-n", "{ranks}"])
  public static let srun = Launcher(
    "srun",
    ["srun", "--mpi=pmix", "--overcommit", "--kill-on-bad-exit=1", "--cpu-bind=none", "--ntasks={ranks}"])

  private init(_ description: String, _ words: [String]) {
    (self.description, self.words) = (description, words)
  }

  /// `mpirun`, `srun`, or a command with `{ranks}` in it.
  ///
  /// - Throws: `PoolFailure` where nothing says how many ranks to start.
  public init(_ text: String) throws(PoolFailure) {
    switch text {
    case "mpirun": self = .mpirun
    case "srun": self = .srun
    default:
      let words = text.split(separator: " ").map(String.init)
      guard words.contains(where: { $0.contains("{ranks}") }) else {
        throw PoolFailure(
          "launcher '\(text)': expected mpirun, srun, local, or a command with {ranks} where the number of processes "
            + "goes, such as \"mpirun --hostfile hosts -n {ranks}\"")
      }
      self.init(text, words)
    }
  }

  func command(ranks: Int, _ program: [String]) -> [String] {
    words.map { $0.replacingOccurrences(of: "{ranks}", with: "\(ranks)") } + program
  }

  /// The launcher's file.
  ///
  /// - Throws: `PoolFailure` with what to do where it is missing, or would refuse to work.
  public func locate() throws(PoolFailure) -> String {
    let name = words[0]
    let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin").split(separator: ":")
    let candidates = name.contains("/") ? [name] : folders.map { "\($0)/\(name)" }
    guard let path = candidates.first(where: { access($0, X_OK) == 0 }) else {
      throw PoolFailure("there is no '\(name)' in PATH to start workers with: \(remedy)")
    }
    if geteuid() == 0, name.hasSuffix("mpirun"), !mayRunAsRoot {
      throw PoolFailure(
        "Open MPI does not start as root unless told to: set OMPI_ALLOW_RUN_AS_ROOT=1 and "
          + "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 (usual in containers), or run dmo as another user")
    }
    return path
  }

  private var mayRunAsRoot: Bool {
    let environment = ProcessInfo.processInfo.environment
    return environment["OMPI_ALLOW_RUN_AS_ROOT"] != nil
      && environment["OMPI_ALLOW_RUN_AS_ROOT_CONFIRM"] != nil
      || words.contains("--allow-run-as-root")
  }

  private var remedy: String {
    switch description {
    case "mpirun":
      "install Open MPI (on Debian and Ubuntu the package openmpi-bin, on clusters often 'module load openmpi'), "
        + "or use the processes of this machine with launcher=local"
    case "srun": "srun belongs to Slurm and works inside of an allocation; elsewhere use launcher=mpirun"
    default: "check the launcher's name"
    }
  }

  /// Why the ranks did not start, from what the launcher wrote and how it ended.
  func explanation(log: String, status: Int32, path: String) -> String {
    let lines = log.split(whereSeparator: \.isNewline).map { $0.trimmingCharacters(in: .whitespaces) }
    if let own = lines.last(where: { $0.hasPrefix("dmo engine: ") }) { return String(own.dropFirst(12)) }
    if log.contains("not enough slots") {
      return
        "\(description) has too few slots for this number of workers: ask for fewer, or for a larger allocation"
    }
    if log.contains("run as root") { return "\(description) refuses to run as root" }
    if log.contains("Resource temporarily unavailable") || log.contains("system limit exceeded") {
      return "the system gives no more processes to this user ('ulimit -u'): ask for fewer workers"
    }
    if ["mpirun", "mpiexec", "orterun"].contains((path as NSString).lastPathComponent),
      let foreign = foreignVersion(path)
    {
      return "\(path) is not Open MPI's but another MPI's launcher (\(foreign)): put Open MPI's first in PATH"
    }
    let end =
      status < 0
      ? "was ended by signal \(-status) (\(SignalName.of(-status)))" : "ended with status \(status)"
    let said = lines.last { !$0.isEmpty && !$0.allSatisfy { $0 == "-" || $0 == "=" } }
    return "\(description) \(end)" + (said.map { ": \($0)" } ?? " without a word")
  }

  /// Which rank ended the job, as Open MPI and Slurm tell.
  static func lostRank(log: String) -> String? {
    let text = log.split(whereSeparator: \.isNewline).joined(separator: " ")
    if let match = log.firstMatch(
      of: /srun: error: (\S+): task (\d+): (Killed|Segmentation fault|Terminated|Aborted|Out Of Memory)/)
    {
      let who = match.2 == "0" ? "its rank 0" : "worker \(match.2)"
      return "\(who) on \(match.1) has ended: \(match.3)"
    }
    guard let match = text.firstMatch(of: /process rank (\d+) .*?on node (\S+) exited on signal (\d+)/),
      let number = Int32(match.3)
    else { return nil }
    let who = match.1 == "0" ? "its rank 0" : "worker \(match.1)"
    return "\(who) on \(match.2) was ended by signal \(number) (\(SignalName.of(number)))"
  }

  /// What a launcher that is not Open MPI's says of itself.
  private func foreignVersion(_ path: String) -> String? {
    let process = Process()
    let output = Pipe()
    process.executableURL = URL(fileURLWithPath: path)
    process.arguments = ["--version"]
    (process.standardOutput, process.standardError) = (output, output)
    process.standardInput = FileHandle.nullDevice
    guard (try? process.run()) != nil else { return nil }
    let pid = process.processIdentifier
    DispatchQueue.global().asyncAfter(deadline: .now() + 2) { kill(pid, SIGKILL) }
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    let first = text.split(whereSeparator: \.isNewline).first.map(String.init) ?? "it says no version"
    return text.contains("Open MPI") || text.contains("OpenRTE") || text.contains("PRRTE") ? nil : first
  }
}
