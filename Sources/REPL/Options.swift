import ArgumentParser
import Foundation
import Optim

/// The command line.
enum Options {
  static let version = dmoVersion

  /// One command. `check`, `notebook`, `slurm`, `format`, `editor` and `lsp` are words in front of the script rather than
  /// subcommands: those do not go together
  /// with a command that takes arguments itself.
  struct Root: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "dmo",
      abstract:
        "A notebook-style language for constrained multi-objective optimisation of expensive simulations.",
      usage: """
        dmo [options] [script.dmo [name=value ...]]
        dmo [options] check script.dmo [name=value ...]
        dmo [options] notebook script.dmo [-o page.html] [--watch] [name=value ...]
        dmo [options] slurm script.dmo [--nodes <n>] [--ntasks-per-node <k>] ... [name=value ...]
        dmo format script.dmo ... [--check]
        dmo editor vim|textmate|tree-sitter [folder]
        dmo lsp
        """,
      discussion: """
        Without a script and at a terminal, dmo starts its prompt; 'help' there explains the language.
        'check' checks a whole script and prints its plan: what it declares and how many evaluations it asks for; \
        it runs nothing.
        'notebook' runs a script and writes one HTML page: its text, its code, and what every cell has shown.
        'slurm' checks a script and prints a batch script that runs it under Slurm, turn after turn until it is finished: \
        dmo slurm script.dmo > job.sh && sbatch job.sh
        'format' lays scripts out anew, 'editor' writes a grammar for an editor, 'lsp' is a language server.
        Results go to standard output, notes, progress and errors to standard error.
        Exit status: 0 ok, 1 a run-time failure, 2 usage, 3 an error found before anything ran, \
        130 interrupted, 143 terminated with everything saved.
        """,
      version: "dmo \(version)")

    @OptionGroup var common: Common

    @OptionGroup(title: "Options of 'slurm'") var slurm: Slurm

    @OptionGroup(title: "Options of 'notebook'") var notebook: Notebook

    @OptionGroup(title: "Editors and notebooks") var editors: Editors

    @Option(
      name: .customShort("e"), parsing: .unconditionalSingleValue,
      help: ArgumentHelp("Run this text; several are lines of one script.", valueName: "code"))
    var codes: [String] = []
    var code: String? { codes.isEmpty ? nil : codes.joined(separator: "\n") }

    @Flag(name: [.customShort("i"), .customLong("interactive")], help: "Stay at the prompt afterwards.")
    var stays = false

    @Flag(name: [.short, .long], help: "No greeting and no notes.")
    var quiet = false

    @Argument(
      help: ArgumentHelp(
        "The script ('-' is standard input), then name=value for its 'arg' declarations.", valueName: "script"
      ))
    var words: [String] = []

    /// How an engine job is started; nobody types these.
    @Option(help: .hidden) var engine: String?
    @Option(help: .hidden) var engineHost = ""

    func perform() throws -> ExitStatus {
      if let engine {
        EngineJob.live(socket: engine, host: engineHost, slots: common.slots)
      }
      try common.enter()
      var words = words[...]
      if words.first == "help", !Options.isFile("help") { throw CleanExit.helpRequest(self) }
      let isCheck = words.first == "check" && !Options.isFile("check")
      // Under mpirun one says it.
      if isCheck, MPIJob.announcedRank > 0 { return .success }
      let isSlurm = words.first == "slurm" && !Options.isFile("slurm")
      let isNotebook = words.first == "notebook" && !Options.isFile("notebook")
      if isCheck || isSlurm || isNotebook { words.removeFirst() }
      if let option = notebook.first, !isNotebook {
        throw ValidationError("\(option) belongs to 'dmo notebook script.dmo'")
      }
      if isNotebook, let option = code != nil ? "-e" : stays ? "-i" : common.format != nil ? "--format" : nil
      {
        throw ValidationError("'notebook' writes a page: \(option) has no place in it")
      }
      let command = EditorCommand(words)
      if editors.check, command != .format { throw ValidationError("--check belongs to 'dmo format'") }
      if let option = slurm.first, !isSlurm {
        throw ValidationError("\(option) belongs to 'dmo slurm script.dmo'")
      }
      if isSlurm, code != nil || stays {
        throw ValidationError(
          "'slurm' prints a batch script: \(code == nil ? "-i" : "-e") has no place in it")
      }
      if let command {
        if editors.kernel {
          throw ValidationError("--kernel goes with no command, found '\(command.rawValue)'")
        }
        return try perform(command, words.dropFirst())
      }
      let script = code == nil || words.first?.contains("=") == false ? words.popFirst() : nil
      if script != nil && code != nil { throw ValidationError("give a script or -e, not both") }
      if isCheck && script == nil && code == nil { throw ValidationError("expected a script behind 'check'") }
      if isSlurm && script == nil { throw ValidationError("expected a script behind 'slurm'") }
      if let script { try Options.requireScript(script) }
      let program = Program(
        script: script, code: code, overrides: try Options.overrides(words), common: common, stays: stays,
        isQuiet: quiet)
      if editors.kernel, isCheck || isSlurm || isNotebook || script != nil || code != nil || stays {
        throw ValidationError(
          "--kernel takes its statements from standard input: no script, -e or -i goes with it")
      }
      if isSlurm { return try program.slurm(slurm.request(), values: Array(words)) }
      if isCheck { return try program.check() }
      let page = isNotebook ? try notebook.request(script: script) : nil
      let run = { (workforce: Workforce) in
        try page.map { try program.notebook($0, workforce) } ?? program.run(workforce)
      }
      if common.workers == nil, let launcher = common.launcher, launcher != "local" {
        throw ValidationError(
          "--launcher: say how many workers it starts: --workers 8 --launcher \(launcher)")
      }
      if let foreign = MPIJob.foreignLauncher { throw ValidationError(foreign) }
      if editors.kernel {
        if MPIJob.isRank {
          throw ValidationError("--kernel: mpirun cannot start it; 'workers 8' starts workers")
        }
        return try program.kernel(try common.workforce())
      }
      guard MPIJob.isRank else { return try run(try common.workforce()) }
      if common.workers != nil {
        throw ValidationError("--workers: this dmo was started by mpirun, which has said how many there are")
      }
      return try MPIJob.take(slots: common.slots) { try run($0) }
    }
  }

  /// What does not depend on the script.
  struct Common: ParsableArguments {
    @Option(
      name: [.customShort("C"), .customLong("directory")],
      help: ArgumentHelp("Change to this folder first.", valueName: "folder"))
    var directory: String?

    @Option(
      help: ArgumentHelp(
        "Workers that simulate, started by the launcher; without it, one process of this machine per processor.",
        valueName: "n"))
    var workers: Int?

    @Option(help: ArgumentHelp("Simulations that each worker runs at the same time.", valueName: "k"))
    var slots = 1

    @Option(
      help: ArgumentHelp(
        "What starts the workers: mpirun, srun, local (processes of this machine), or a command with {ranks} in it. "
          + "DMO_LAUNCHER, else mpirun, unless given.", valueName: "launcher"))
    var launcher: String?

    @Option(help: ArgumentHelp("How results are written.", valueName: "format"))
    var format: TableFormat?

    @Option(help: ArgumentHelp("When to use colours.", valueName: "when"))
    var color: Terminal.ColorChoice = .auto

    func validate() throws {
      if let workers, !(1...100_000).contains(workers) {
        throw ValidationError("--workers: expected a number from 1 to 100000, found \(workers)")
      }
      guard (1...10_000).contains(slots) else {
        throw ValidationError("--slots: expected a number from 1 to 10000, found \(slots)")
      }
    }

    /// Goes to the folder asked for.
    func enter() throws {
      guard let directory, !FileManager.default.changeCurrentDirectoryPath(directory) else { return }
      let reason = FileManager.default.fileExists(atPath: directory) ? "cannot go to" : "there is no folder"
      throw ValidationError("-C: \(reason) '\(directory)'")
    }

    /// What 'workers' starts workers with unless told.
    var standardLauncher: String {
      launcher ?? ProcessInfo.processInfo.environment["DMO_LAUNCHER"] ?? Launcher.mpirun.description
    }

    /// Where simulations run, as the command line says.
    ///
    /// - Throws: `PoolFailure` where the launcher is missing, or would refuse to work.
    func workforce() throws(PoolFailure) -> Workforce {
      guard let workers else { return .local(ProcessInfo.processInfo.activeProcessorCount) }
      return try Workforce(workers: workers, slots: slots, launcher: standardLauncher)
    }
  }

  /// `name=value` in the place of the script is a script that was forgotten.
  fileprivate static func requireScript(_ word: String) throws {
    guard word.contains("="), !word.contains("/"), !isFile(word) else { return }
    throw ValidationError("'\(word)' is a value for an 'arg', but there is no script before it")
  }

  static func isFile(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path) }

  fileprivate static func overrides(_ words: ArraySlice<String>) throws -> [String: String] {
    var result: [String: String] = [:]
    for word in words {
      guard let sign = word.firstIndex(of: "="), sign > word.startIndex else {
        throw ValidationError("expected name=value behind the script, found '\(word)'")
      }
      let name = String(word[..<sign])
      if result.updateValue(String(word[word.index(after: sign)...]), forKey: name) != nil {
        throw ValidationError("'\(name)' is given twice")
      }
    }
    return result
  }
}

extension TableFormat: ExpressibleByArgument {}
extension Terminal.ColorChoice: ExpressibleByArgument {}
