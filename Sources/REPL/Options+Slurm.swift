import ArgumentParser
import Foundation
import Lang
import Optim

extension Options {
  /// What `dmo slurm` asks for; all optional, so that it shows where one is given without that word.
  struct Slurm: ParsableArguments {
    @Option(help: ArgumentHelp("Machines; 1 unless given.", valueName: "n"))
    var nodes: Int?

    @Option(help: ArgumentHelp("Simulations at the same time on each; 1 unless given.", valueName: "k"))
    var ntasksPerNode: Int?

    @Option(
      help: ArgumentHelp(
        "How long one turn may take, as sbatch has it; 24:00:00 unless given.", valueName: "time"))
    var time: String?

    @Option(help: ArgumentHelp("The partition (queue).", valueName: "name"))
    var partition: String?

    @Option(help: ArgumentHelp("The account that is charged.", valueName: "name"))
    var account: String?

    @Option(help: ArgumentHelp("Memory per node, as sbatch has it: 4G, 500M.", valueName: "size"))
    var memory: String?

    @Option(
      help: ArgumentHelp(
        "How long before its end a turn is told to finish; 300 unless given.", valueName: "n"))
    var signalSeconds: Int?

    /// The first of these options that was given.
    var first: String? {
      let given: [(String, Any?)] = [
        ("nodes", nodes), ("ntasks-per-node", ntasksPerNode), ("time", time), ("partition", partition),
        ("account", account), ("memory", memory), ("signal-seconds", signalSeconds),
      ]
      return given.first { $0.1 != nil }.map { "--\($0.0)" }
    }

    func request() throws -> SlurmScript.Request {
      var request = SlurmScript.Request()
      request.nodes = try Self.number(nodes, 1...1_000_000, "--nodes") ?? request.nodes
      request.tasksPerNode =
        try Self.number(ntasksPerNode, 1...1_000_000, "--ntasks-per-node") ?? request.tasksPerNode
      request.signalSeconds =
        try Self.number(signalSeconds, 10...65_535, "--signal-seconds") ?? request.signalSeconds
      if let time {
        guard let read = SlurmTime(time) else {
          throw ValidationError(
            "--time: expected a duration such as 90 (minutes), 24:00:00 or 2-12:00 (days-hours:minutes), found '\(time)'"
          )
        }
        request.time = read
      }
      if request.time.seconds <= request.signalSeconds {
        throw ValidationError(
          "--time \(request.time.text) leaves nothing to simulate in: "
            + "a turn is told to finish \(request.signalSeconds) s before its end (--signal-seconds)")
      }
      (request.partition, request.account) = (
        try Self.name(partition, "--partition"), try Self.name(account, "--account")
      )
      if let memory, memory.wholeMatch(of: /[1-9][0-9]{0,11}[KMGTkmgt]?/) == nil {
        throw ValidationError("--memory: expected a size such as 4G or 500M, found '\(memory)'")
      }
      request.memory = memory
      return request
    }

    private static func number(_ value: Int?, _ range: ClosedRange<Int>, _ name: String) throws -> Int? {
      guard let value, !range.contains(value) else { return value }
      throw ValidationError(
        "\(name): expected a number from \(range.lowerBound) to \(range.upperBound), found \(value)")
    }

    /// A line of directives ends at a blank: sbatch would take the rest for something else.
    private static func name(_ text: String?, _ option: String) throws -> String? {
      guard let text, text.wholeMatch(of: /[A-Za-z0-9_][A-Za-z0-9_.,@+:-]*/) == nil else { return text }
      throw ValidationError("\(option): expected a name of letters, digits and _.,@+:-, found '\(text)'")
    }
  }
}

extension Program {
  /// `dmo slurm`: a batch script on standard output. The dmo script is checked first, from where the job will work, for an
  /// error found now need not wait in a queue.
  func slurm(_ request: SlurmScript.Request, values: [String]) throws -> ExitStatus {
    guard let script, script != "-" else {
      throw ValidationError("expected the file of a script behind 'slurm': a batch job has no standard input")
    }
    guard FileManager.default.fileExists(atPath: script) else {
      throw ValidationError("there is no file '\(script)'")
    }
    let file = try enterFolder(of: script)
    let host = TerminalHost(terminal: Terminal(color: common.color), format: common.format, isQuiet: isQuiet)
    let moved = Program(
      script: file, code: nil, overrides: overrides, common: common, stays: false, isQuiet: isQuiet)
    guard let plan = try moved.plan(host) else { return .faultBeforeRunning }
    var batch = SlurmScript(
      program: try Self.ownPath(), folder: FileManager.default.currentDirectoryPath, file: file,
      values: values,
      request: request)
    batch.isResumable = plan.study != nil
    batch.options = passedOn
    try placeWorkers(of: &batch, plan)
    if !batch.isResumable {
      host.note(
        "the script has no study, so nothing is kept at its time limit, and the job is not queued again")
    }
    TerminalHost.write(batch.text, to: 1)
    return .success
  }

  /// The folder of `-C`, where one was given, is where the job works, else the script's own: the script's path from there.
  private func enterFolder(of script: String) throws -> String {
    if common.directory != nil { return script }
    let url = URL(fileURLWithPath: script)
    guard FileManager.default.changeCurrentDirectoryPath(url.deletingLastPathComponent().path) else {
      throw ValidationError("cannot go to the folder of '\(script)'")
    }
    return url.lastPathComponent
  }

  private var passedOn: [String] {
    var options = isQuiet ? ["-q"] : []
    if let format = common.format { options += ["--format", format.rawValue] }
    if common.color != .auto { options += ["--color", common.color.rawValue] }
    return options
  }

  /// As many at the same time as there are tasks, or groups of tasks for simulators that are parallel themselves. Slurm says how
  /// many: options of sbatch may differ from the script's.
  private func placeWorkers(of batch: inout SlurmScript, _ plan: Session.Plan) throws {
    let parallel = plan.problem.simulators.filter { ($0.ranks ?? 1) > 1 }
    let ranks = parallel.compactMap(\.ranks).max() ?? 1
    let tasks = batch.request.nodes * batch.request.tasksPerNode
    if let workers = common.workers {
      batch.workers = "\(workers)"
    } else if let widest = parallel.first(where: { $0.ranks == ranks }) {
      guard ranks <= tasks else {
        throw ValidationError(
          "'\(widest.name)' runs on \(ranks) ranks, and --nodes \(batch.request.nodes) with "
            + "--ntasks-per-node \(batch.request.tasksPerNode) have room for \(tasks)")
      }
      batch.workers = "$((SLURM_NTASKS / \(ranks)))"
    }
    // srun places the ranks of a parallel simulator on any node by itself; all else needs workers there.
    let isPlacedBySlurm = !parallel.isEmpty && parallel.allSatisfy { Self.isSrun($0.launcher.first) }
    batch.options += [
      "--launcher", common.launcher ?? (batch.request.nodes > 1 && !isPlacedBySlurm ? "srun" : "local"),
    ]
    if common.slots > 1 { batch.options += ["--slots", "\(common.slots)"] }
  }

  private static func isSrun(_ word: String?) -> Bool {
    word.map { ($0 as NSString).lastPathComponent == "srun" } ?? false
  }

  private static func ownPath() throws -> String {
    do {
      return try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
    } catch {
      throw ValidationError("cannot find out where this dmo is: \(TerminalHost.reason(error))")
    }
  }
}
