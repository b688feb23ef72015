import ArgumentParser
import Foundation
import Optim

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
    ProcessorKernels.restartWhereOld()
    do {
      exit(try Options.Root.parse().perform().rawValue)
    } catch {
      exit(answer(error).rawValue)
    }
  }

  /// Help and version are asked for and go to standard output; everything else is a mistake.
  private static func answer(_ error: any Error) -> ExitStatus {
    if Options.Root.exitCode(for: error) == .success {
      TerminalHost.write(Options.Root.fullMessage(for: error) + "\n", to: 1)
      return .success
    }
    if error is PoolFailure {
      TerminalHost.write("error: \(error)\n", to: 2)
      return .runtimeFailure
    }
    TerminalHost.write(
      "error: \(Options.Root.message(for: error))\n  'dmo --help' lists what there is\n", to: 2)
    return .usage
  }
}
