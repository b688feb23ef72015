import Optim

/// The settings of a simulator block: one row each, for checking, completion and the manual.
public struct SimulatorSetting: Sendable {
  public let name: String
  public let values: String
  public let standard: String
  public let summary: String

  public static let all: [SimulatorSetting] = [
    SimulatorSetting(
      name: "run", values: "text or list of texts", standard: "required",
      summary: "program and arguments; {name} inserts a parameter; a list keeps spaces inside arguments"),
    SimulatorSetting(
      name: "shell", values: "true, false", standard: "false", summary: "run the text through /bin/sh"),
    SimulatorSetting(
      name: "mode", values: "once, persistent", standard: "once",
      summary: "a process per evaluation, or a living one that answers a line per request"),
    SimulatorSetting(
      name: "input", values: "json, args, template", standard: "json",
      summary: "parameters as JSON on standard input, as --name value, or through template files"),
    SimulatorSetting(
      name: "template", values: "{\"cell.in.tpl\": \"cell.in\"}", standard: "none",
      summary: "files to fill in for input = template: {name} inside is replaced"),
    SimulatorSetting(
      name: "send", values: "{name: value}", standard: "none",
      summary: "constants sent along with the parameters"),
    SimulatorSetting(
      name: "read", values: "json, json \"file\", csv \"file\", regex {output: \"pattern\"}",
      standard: "json",
      summary: "where the outputs are found"),
    SimulatorSetting(
      name: "timeout", values: "90s or \"5x\"", standard: "none",
      summary: "longest duration; \"5x\" is five times the median of finished runs"),
    SimulatorSetting(
      name: "retries", values: "whole number", standard: "0", summary: "further attempts after a failed one"),
    SimulatorSetting(
      name: "on_failure", values: "infeasible, abort", standard: "infeasible",
      summary: "a failed evaluation counts as infeasible, or ends the run"),
    SimulatorSetting(
      name: "env", values: "{NAME: value}", standard: "none", summary: "environment variables"),
    SimulatorSetting(
      name: "keep", values: "none, failed, all", standard: "failed", summary: "which scratch folders stay"),
    SimulatorSetting(
      name: "recycle", values: "whole number", standard: "never",
      summary: "persistent mode: a fresh process after this many requests"),
    SimulatorSetting(
      name: "memory", values: "4 GB", standard: "no limit",
      summary: "address space that each of its processes may have; over it, the system refuses more"),
    SimulatorSetting(
      name: "output_limit", values: "64 MiB", standard: "16 MiB",
      summary: "what one run may write to standard output, or into its answer file"),
    SimulatorSetting(
      name: "launcher", values: "\"mpirun -n {ranks}\"", standard: "none",
      summary: "the command that starts a parallel program on its ranks"),
    SimulatorSetting(
      name: "ranks", values: "whole number", standard: "none", summary: "how many ranks the launcher starts"),
    SimulatorSetting(
      name: "version", values: "whole number", standard: "1",
      summary: "raise it when the program itself has changed: nothing old is reused"),
  ]

  static var names: [String] { all.map(\.name) }
}
