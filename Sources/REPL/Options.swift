import ArgumentParser
import Foundation

/// The command line.
enum Options {
  static let version = "0.1.0"

  struct Root: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "dmo",
      abstract: "A notebook-style language for constrained multi-objective optimisation of expensive simulations.",
      discussion: """
        Without a script and at a terminal, dmo starts its prompt; 'help' there explains the language.
        Exit status: 0 ok, 1 a run-time failure, 2 usage, 3 an error found before anything ran, \
        130 interrupted, 143 terminated with everything saved.
        """,
      version: "dmo \(version)", subcommands: [Run.self, Check.self], defaultSubcommand: Run.self)
  }

  /// What `dmo` and `dmo check` share.
  struct Common: ParsableArguments {
    @Option(name: [.customShort("C"), .customLong("directory")], help: "Change to this folder first.")
    var directory: String?

    @Option(help: ArgumentHelp("Simulations at the same time.", valueName: "n"))
    var workers: Int?

    @Option(help: ArgumentHelp("Tables as \(TableFormat.allCases.map(\.rawValue).joined(separator: ", ")).", valueName: "format"))
    var format: TableFormat?

    @Option(help: ArgumentHelp("Colours: auto, always, never.", valueName: "when"))
    var color: Terminal.ColorChoice = .auto

    func validate() throws {
      if let workers, workers < 1 { throw ValidationError("--workers: expected a number of at least 1, found \(workers)") }
    }

    /// Goes to the folder asked for.
    func enter() throws {
      if let directory, !FileManager.default.changeCurrentDirectoryPath(directory) {
        throw ValidationError("-C: there is no folder '\(directory)'")
      }
    }

    var workerCount: Int { workers ?? ProcessInfo.processInfo.activeProcessorCount }
  }

  struct Run: ParsableCommand, Action {
    static let configuration = CommandConfiguration(
      commandName: "run", abstract: "Run a script, or start the prompt (the default).")

    @OptionGroup var common: Common

    @Option(name: .customShort("e"), help: ArgumentHelp("Run this text.", valueName: "code"))
    var code: String?

    @Flag(name: [.customShort("i"), .customLong("interactive")], help: "Stay at the prompt afterwards.")
    var stays = false

    @Flag(name: [.short, .long], help: "No greeting and no notes.")
    var quiet = false

    @Argument(help: "The script ('-' is standard input), then name=value for its 'arg' declarations.")
    var words: [String] = []

    func perform() throws -> ExitStatus {
      try common.enter()
      var words = words[...]
      let script = code == nil || words.first?.contains("=") == false ? words.popFirst() : nil
      if script != nil && code != nil { throw ValidationError("give a script or -e, not both") }
      return try Program(
        script: script, code: code, overrides: try Self.overrides(words), common: common, stays: stays, isQuiet: quiet
      ).run()
    }

    private static func overrides(_ words: ArraySlice<String>) throws -> [String: String] {
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

  struct Check: ParsableCommand, Action {
    static let configuration = CommandConfiguration(
      commandName: "check", abstract: "Check a whole script and print its plan; run nothing.")

    @OptionGroup var common: Common

    @Argument(help: "The script.")
    var script: String

    @Argument(help: "name=value for its 'arg' declarations.")
    var words: [String] = []

    func perform() throws -> ExitStatus {
      try common.enter()
      let overrides = try Dictionary(
        words.map { word in
          guard let sign = word.firstIndex(of: "=") else {
            throw ValidationError("expected name=value behind the script, found '\(word)'")
          }
          return (String(word[..<sign]), String(word[word.index(after: sign)...]))
        }, uniquingKeysWith: { $1 })
      return try Program(
        script: script, code: nil, overrides: overrides, common: common, stays: false, isQuiet: false
      ).check()
    }
  }

  /// Script names and values may look like options (`-` and `x=-1`); the parser takes `-` as it is.
  static func arranged(_ arguments: [String]) -> [String] { arguments }
}

extension TableFormat: ExpressibleByArgument {}
extension Terminal.ColorChoice: ExpressibleByArgument {}
