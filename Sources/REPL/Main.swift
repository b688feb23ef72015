import ArgumentParser
import Foundation

/// The exit codes of dmo, as docs/language.md lists them.
enum ExitStatus: Int32 {
  case success = 0
  case runtimeFailure = 1
  case usage = 2
  case faultBeforeRunning = 3
  case interrupted = 130
  case terminated = 143
}

@main
struct Main {
  static func main() {
    do {
      var command = try Options.Root.parseAsRoot(Options.arranged(Array(CommandLine.arguments.dropFirst())))
      if let action = command as? any Action { exit(try action.perform().rawValue) }
      try command.run()
      exit(ExitStatus.success.rawValue)
    } catch {
      let isAsked = Options.Root.exitCode(for: error) == .success
      let text = Options.Root.fullMessage(for: error)
      FileHandle(fileDescriptor: isAsked ? 1 : 2).write(Data((text + "\n").utf8))
      exit(isAsked ? ExitStatus.success.rawValue : ExitStatus.usage.rawValue)
    }
  }
}

/// A command that ends with one of dmo's own exit codes.
protocol Action {
  func perform() throws -> ExitStatus
}
