import CProcess
import Foundation

/// A simulator made ready to run: found on disk, its environment and constants prepared once, and what the
/// pool has learned about it so far.
final class Program {
  let simulator: Simulator
  let path: String
  /// What starts a parallel program on its ranks, and stands before it; empty for others.
  private let launcher: [String]
  /// The arguments before placeholders are filled in, the program's name first.
  private let arguments: [String]
  private let environment: Environment
  private let search: ProgramSearch
  /// Living processes that wait for a request (persistent mode).
  var idle: [Child] = []
  /// Folders kept of its failures.
  var keptFolders = 0
  /// Seconds of the latest finished runs, for limits given in medians.
  private var durations: [Double] = []
  private var place = 0

  /// Finds the program; throws the sentence for the user when that fails.
  init(_ simulator: Simulator) throws(Complaint) {
    self.simulator = simulator
    environment = Environment(simulator)
    search = ProgramSearch(simulator: simulator, path: environment.path)
    if let contradiction = simulator.contradiction { throw search.refusal(contradiction) }
    guard let first = simulator.command.first else { throw search.refusal("its command is empty") }
    let program = simulator.shell ? "/bin/sh" : try search.locate(first)
    // By its full path where it has one: an interpreter finds its virtual environment beside the name it was called by.
    let name = first.contains("/") ? program : first
    arguments = simulator.shell ? [] : [name] + search.arguments(of: simulator.command)
    guard let starter = simulator.launcher.first, let ranks = simulator.ranks else {
      path = program
      launcher = []
      return
    }
    path = try search.locate(starter)
    // The launcher would look for a bare name in the folder of the run, or in the PATH of another machine.
    launcher =
      ([starter] + search.arguments(of: simulator.launcher)).map {
        $0.replacingOccurrences(of: "{ranks}", with: "\(ranks)")
      } + [program]
  }

  /// The arguments of one run; `parameters` is nil for a process that serves many.
  func arguments(_ parameters: [String: JSON]?) -> [String] {
    let values = simulator.send.merging(parameters ?? [:]) { $1 }
    var options: [String] = []
    if simulator.input == .args {
      for (name, value) in values.sorted(by: { $0.key < $1.key }) { options += ["--\(name)", value.plain] }
    }
    var words = ["/bin/sh"]
    if simulator.shell {
      let line = Substitution.shell.apply(to: simulator.command.joined(separator: " "), values)
      words += ["-c", options.isEmpty ? line : line + " \"$@\"", simulator.name]
    } else {
      words = arguments.map { Substitution.plain.apply(to: $0, values) }
    }
    return launcher + words.dropFirst(launcher.isEmpty ? 0 : 1) + options
  }

  /// The request: one line of JSON with the parameters and the constants sent along.
  func request(_ parameters: [String: JSON]) -> [UInt8] {
    var bytes: [UInt8] = []
    let values = simulator.send.merging(parameters) { $1 }
    JSON.write(fields: values.sorted { $0.key < $1.key }, to: &bytes)
    bytes.append(UInt8(ascii: "\n"))
    return bytes
  }

  /// Starts a process. The descriptors stay the caller's.
  func spawn(_ arguments: [String], evaluation: Int?, folder: String, _ descriptors: (Int32, Int32, Int32))
    throws(Complaint) -> pid_t
  {
    let argv = CStrings(arguments)
    var extra: [String] = []
    if let evaluation { extra.append("DMO_EVALUATION=\(evaluation)") }
    let last = CStrings(extra)
    var pid: pid_t = 0
    var step = DMO_STEP_NONE
    let error = environment.strings.withPointers(and: last) { envp in
      argv.withPointers { argv in
        path.withCString { path in
          folder.withCString { folder in
            var command = dmo_command(
              path: path, argv: argv, envp: envp, folder: folder, input: descriptors.0, output: descriptors.1,
              errors: descriptors.2, memory: simulator.memory ?? 0)
            return dmo_spawn(&command, &pid, &step)
          }
        }
      }
    }
    switch step {
    case DMO_STEP_NONE: return pid
    case DMO_STEP_EXEC: throw search.refusal(of: path, error: error)
    case DMO_STEP_FOLDER: throw search.refusal("its folder '\(folder)' cannot be entered: \(text(error))")
    case DMO_STEP_MEMORY:
      throw search.refusal(
        "its memory cannot be limited to \(ByteCount.text(simulator.memory ?? 0)): \(text(error))")
    default: throw search.refusal("the system gave no new process: \(text(error))")
    }
  }

  func refusal(_ reason: String) -> Complaint { search.refusal(reason) }

  private func text(_ error: Int32) -> String { String(cString: strerror(error)) }

  /// Remembers how long a finished run took; the latest 255 count.
  func finished(in seconds: Double) {
    if durations.count < 255 {
      durations.append(seconds)
    } else {
      durations[place] = seconds
      place = (place + 1) % durations.count
    }
  }

  /// Seconds a run may take now.
  var limit: Double? {
    switch simulator.timeLimit {
    case nil: nil
    case .seconds(let seconds)?: seconds
    case .timesMedian(let factor)?:
      durations.count < Limits.runsForMedian
        ? nil : max(factor * durations.sorted()[durations.count / 2], Limits.shortestMedianLimit)
    }
  }
}

/// The variables a simulator sees: dmo's own without those of an MPI job (a simulator that is itself an MPI
/// program must not join it), those that the simulator sets, `DMO_DIRECTORY`, the folder of the script,
/// and the mark by which a guard finds what a killed dmo leaves.
private struct Environment {
  let strings: CStrings
  let path: String

  init(_ simulator: Simulator) {
    var values = LauncherVariables.removed(from: ProcessInfo.processInfo.environment)
    // Without it a Python model that forgets to flush after an answer would wait for ever, and so would we.
    if simulator.mode == .persistent { values["PYTHONUNBUFFERED"] = "1" }
    values["DMO_DIRECTORY"] = simulator.directory
    values["DMO_GUARD"] = nil
    values.merge(simulator.environment) { $1 }
    path = values["PATH"] ?? "/usr/local/bin:/usr/bin:/bin"
    strings = CStrings(values.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" } + [Guard.mark])
  }
}

/// Strings as C wants them: an array of pointers that ends with a null pointer.
final class CStrings {
  private var pointers: [UnsafeMutablePointer<CChar>?]

  init(_ texts: [String]) { pointers = texts.map { strdup($0) } }

  deinit { for pointer in pointers { free(pointer) } }

  func withPointers<R>(
    and more: CStrings? = nil, _ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>) -> R
  ) -> R {
    withExtendedLifetime(more) {
      (pointers + (more?.pointers ?? []) + [nil]).withUnsafeBufferPointer { body($0.baseAddress!) }
    }
  }
}
