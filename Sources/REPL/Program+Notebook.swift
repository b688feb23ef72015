import Foundation
import Lang
import Optim

extension Program {
  /// `dmo notebook`: runs the script cell by cell and writes what came of it as one page. The page is written whatever happens, and
  /// the exit status is that of the script.
  func notebook(_ request: NotebookRequest, _ workforce: Workforce) throws -> ExitStatus {
    Signals.install()
    let terminal = TerminalHost(terminal: Terminal(color: common.color), format: nil, isQuiet: isQuiet)
    let source: Source
    do {
      source = try self.source(terminal)
    } catch {
      report(error, terminal)
      return .faultBeforeRunning
    }
    let began = ContinuousClock.now
    let page = NotebookPage(source, started: Self.timestamp(), isWatched: request.isWatching)
    let host = NotebookHost(terminal, page, path: request.path, isWatching: request.isWatching)
    let session = try Session(
      host: host, overrides: overrides, workforce: workforce, launcher: common.standardLauncher,
      keepsWorkforce: common.workers != nil)
    host.facts = { [unowned host] in facts(session, host.page, began, isFinal: false) }
    let status = run(source, session, host)
    let last = facts(session, host.page, began, isFinal: true)
    host.facts = { last }
    var end = status
    do {
      try session.close()
    } catch {
      host.fail(error)
      if end == .success { end = .runtimeFailure }
    }
    host.page.finish(end == .success ? .done : Signals.exitStatus == nil ? .failed : .interrupted)
    host.save()
    if host.writeFailure != nil { return end == .success ? .runtimeFailure : end }
    terminal.note("wrote \(request.path)")
    return end
  }

  /// Checks the whole, then runs cell after cell up to the first error.
  private func run(_ source: Source, _ session: Session, _ host: NotebookHost) -> ExitStatus {
    let script: Script
    do {
      script = try Parser.parseWhole(source)
      try session.check(script)
      try session.checkOverrides()
    } catch {
      host.fail(error, inPlace: true)
      return Signals.exitStatus ?? .faultBeforeRunning
    }
    for (index, entry) in host.page.entries.enumerated() where entry.cell.number != nil {
      let start = ContinuousClock.now
      host.begin(index)
      var state = NotebookPage.State.done
      do {
        try session.execute(script.part(entry.cell))
        if Signals.exitStatus != nil { state = .interrupted }
      } catch {
        host.fail(error)
        state = error is SessionInterrupted ? .interrupted : .failed
      }
      host.end(state, seconds: start.duration(to: .now) / .seconds(1))
      if let stopped = Signals.exitStatus {
        host.note(Self.farewell(stopped, session.campaign.study))
        return stopped
      }
      if state != .done { return .runtimeFailure }
      if session.hasEnded { break }
    }
    return .success
  }

  // MARK: Facts

  private func facts(
    _ session: Session, _ page: NotebookPage, _ began: ContinuousClock.Instant, isFinal: Bool
  ) -> [(what: String, value: String)] {
    let campaign = session.campaign
    let seconds = began.duration(to: .now) / .seconds(1)
    var facts = [
      ("dmo", Options.version),
      ("script", "\(page.name), SHA-256 \(digest(of: page.source.text).prefix(16))"),
    ]
    if !overrides.isEmpty {
      facts.append(
        ("arguments", overrides.sorted { $0.key < $1.key }.map { "\($0)=\($1)" }.joined(separator: " ")))
    }
    facts.append(("seed", "\(campaign.seed)"))
    facts.append(("study", campaign.study.path ?? "none: nothing is kept between runs"))
    facts.append(("evaluations", "\(campaign.archive.count) in this session"))
    if isFinal {
      // Whoever has the same digest has scored the same evaluations.
      facts.append(("fingerprint", (try? campaign.digest()).map { "SHA-256 \($0.prefix(16))" } ?? "unknown"))
    }
    facts.append(("workers", campaign.workforce.description))
    facts.append(("started", page.started))
    facts.append((isFinal ? "took" : "so far", NotebookPage.duration(seconds)))
    return facts.map { (what: $0.0, value: $0.1) }
  }

  /// Local time with its distance from UTC.
  private static func timestamp() -> String {
    let format = DateFormatter()
    format.locale = Locale(identifier: "en_US_POSIX")
    format.dateFormat = "yyyy-MM-dd HH:mm:ss xxx"
    return format.string(from: Date())
  }
}
