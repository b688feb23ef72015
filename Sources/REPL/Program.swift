import Foundation
import Lang
import Optim

/// One run of dmo: a script, a text, or the prompt.
struct Program {
  let script: String?
  let code: String?
  let overrides: [String: String]
  let common: Options.Common
  let stays: Bool
  let isQuiet: Bool

  var terminal: Terminal { Terminal(color: common.color) }

  func run(_ workforce: Workforce) throws -> ExitStatus {
    Signals.install()
    let host = TerminalHost(terminal: terminal, format: common.format, isQuiet: isQuiet)
    let isScript = script != nil || code != nil
    let session = try Session(
      host: host, overrides: overrides, workforce: workforce, launcher: common.standardLauncher,
      keepsWorkforce: common.workers != nil && isScript && !stays)
    let status = run(session, host)
    return close(session, host) ? status : status == .success ? .runtimeFailure : status
  }

  private func run(_ session: Session, _ host: TerminalHost) -> ExitStatus {
    let prompt = Prompt(session, host)
    let isPrompt = script == nil && code == nil && terminal.isTTY(.input)
    if isPrompt && !isQuiet { prompt.greet() }
    if (isPrompt || stays) && terminal.isTTY(.input) { prompt.runStartFile() }
    if isPrompt { return prompt.run() }
    let status = runBatch(session, host)
    return stays && status != .terminated ? prompt.run() : status
  }

  /// `dmo check`: the plan of a script.
  func check() throws -> ExitStatus {
    let host = TerminalHost(terminal: terminal, format: common.format, isQuiet: isQuiet)
    guard let plan = try plan(host) else { return .faultBeforeRunning }
    host.present(.table(plan.table(try common.workforce()), isWhole: true))
    return .success
  }

  /// What the script declares and asks for; nil after showing what is wrong with it.
  func plan(_ host: TerminalHost) throws -> Session.Plan? {
    let session = try Session(host: host, overrides: overrides, workers: 1)
    return parsed(host).flatMap { checked($0, session, host) }
  }

  // MARK: Batch

  /// A whole script is checked before its first evaluation, and stops at the first error.
  private func runBatch(_ session: Session, _ host: TerminalHost) -> ExitStatus {
    guard let parsed = parsed(host), checked(parsed, session, host) != nil else {
      return Signals.exitStatus ?? .faultBeforeRunning
    }
    var status = ExitStatus.success
    do {
      session.lastScript = script == "-" ? nil : script
      try session.execute(parsed)
    } catch {
      report(error, host)
      status = .runtimeFailure
    }
    guard let stopped = Signals.exitStatus else { return status }
    host.note(Self.farewell(stopped, session.campaign.study))
    return stopped
  }

  /// What is left when a signal has ended a script.
  static func farewell(_ status: ExitStatus, _ study: Study) -> String {
    let event = status == .terminated ? "terminated" : "interrupted"
    guard let path = study.path else { return "\(event); there is no study, so nothing is kept" }
    return "\(event); what was evaluated is in \(path), and running the script again goes on from there"
  }

  private func parsed(_ host: TerminalHost) -> Script? {
    do {
      return try Parser.parseWhole(try source(host))
    } catch {
      report(error, host)
      return nil
    }
  }

  func source(_ host: TerminalHost) throws -> Source {
    if let code { return Source(name: "-e", text: code) }
    if let script, script != "-" { return try Source.file(script, bytes: try host.read(script)) }
    return try Source.file("stdin", bytes: Array(FileHandle.standardInput.readDataToEndOfFile()))
  }

  private func checked(_ script: Script, _ session: Session, _ host: TerminalHost) -> Session.Plan? {
    do {
      let plan = try session.check(script)
      try session.checkOverrides()
      return plan
    } catch {
      report(error, host)
      return nil
    }
  }

  /// Whether everything is on disk.
  private func close(_ session: Session, _ host: TerminalHost) -> Bool {
    host.endStatement()
    do {
      try session.close()
      return true
    } catch {
      report(error, host)
      return false
    }
  }
}

/// Shows whatever went wrong.
func report(_ error: any Error, _ host: TerminalHost) {
  switch error {
  case is SessionInterrupted: host.note("interrupted")
  case let diagnostic as Diagnostic: host.show(diagnostic)
  case let many as Diagnostics:
    for diagnostic in many.all.prefix(20) { host.show(diagnostic) }
    if many.all.count > 20 { host.fail("\(many.all.count - 20) more errors") }
  default: host.fail("\(error)")
  }
}

extension Session.Plan {
  func table(_ workforce: Workforce) -> Table {
    var rows: [(String, String)] = []
    func add(_ what: String, _ items: [String]) {
      rows.append((what, items.isEmpty ? "none" : "\(items.count): \(items.joined(separator: ", "))"))
    }
    add("parameters", problem.space.names)
    add("objectives", problem.objectives.map { "\($0.sense) \($0.name)" })
    add("constraints", problem.constraints.map { "\($0.name) (\($0.kind))" })
    add("simulators", problem.simulators.map { "\($0.name): \($0.command.joined(separator: " "))" })
    let count = evaluations == Int.max ? "more than can be counted" : "at most \(evaluations)"
    rows.append(("evaluations", evaluations == 0 ? "none" : count))
    rows.append(("study", study ?? "none"))
    rows.append(("workers", "\(workforce)"))
    return Table(
      title: "plan", [Table.Column("what", .texts(rows.map(\.0))), Table.Column("is", .texts(rows.map(\.1)))])
  }
}
