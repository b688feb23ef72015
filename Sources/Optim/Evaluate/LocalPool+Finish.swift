import CProcess
import Foundation

extension Child {
  /// When the pool must look at this process even if nothing is heard of it.
  var nextTimer: Double {
    if hasExited { return lingersUntil }
    return min(
      verdict == nil && attempt != nil ? min(deadline, answerBy) : .infinity, escalation?.at ?? .infinity)
  }

  /// When its output is first looked at: pipes hold what a short-lived process writes, and every wake-up takes time from
  /// the simulations. Too soon to be felt by one that fills its pipe.
  var listensFrom: Double { isPersistent || pidfd < 0 ? 0 : started + 0.004 }

  fileprivate var name: String { program.simulator.name }
  fileprivate var isPersistent: Bool { program.simulator.mode == .persistent }
}

extension LocalPool {
  /// Draws the conclusions from what was read, what ended and what time it is.
  func settle(_ child: Child, _ now: Double) {
    if child.pidfd < 0, !child.hasExited, dmo_ended(child.pid) != 0 { exited(child) }
    if child.verdict == nil, child.isPersistent { listen(child) }
    let most = flood(child.program.simulator)
    if child.verdict == nil, child.volume > most {
      child.verdict = Complaint(
        .flood, "\(child.name) wrote more than \(ByteCount.text(most)) to its standard output and was ended")
      end(child, with: SIGKILL)
    }
    if child.hasExited {
      if child.isSilent || now >= child.lingersUntil { finish(child) }
      return
    }
    if child.verdict == nil, child.attempt != nil {
      if now >= child.deadline {
        child.verdict = Complaint(.timeout, timeoutReason(child))
        end(child)
      } else if child.isPersistent, child.output < 0 {
        // Most likely it is ending, which will tell more.
        child.answerBy = min(child.answerBy, now + limits.linger)
        if now >= child.answerBy {
          child.verdict = Complaint(.answer, "\(child.name) closed its standard output without an answer")
          end(child)
        }
      }
    }
    escalate(child, now)
  }

  /// Bytes that one run of a simulator may write.
  func flood(_ simulator: Simulator) -> Int { simulator.outputLimit ?? limits.flood }

  /// The program has ended; its output is read to the end.
  func exited(_ child: Child) {
    guard !child.hasExited else { return }
    child.hasExited = true
    child.lingersUntil = dmo_now() + limits.linger
    child.readOutput(buffer)
    child.readErrors(buffer)
  }

  // MARK: Ending a process

  /// Asks a process and its children to end, and sees to it that they do.
  func end(_ child: Child, with signal: Int32 = SIGTERM) {
    let now = dmo_now()
    child.program.idle.removeAll { $0 === child }
    child.signal(signal)
    child.escalation = signal == SIGTERM ? (SIGKILL, now + limits.grace) : (0, now + Limits.vanish)
  }

  /// Lets a process without work leave by itself: its input ends.
  func retire(_ child: Child) {
    child.closeInput()
    child.escalation = (SIGTERM, dmo_now() + limits.grace)
  }

  private func escalate(_ child: Child, _ now: Double) {
    guard let step = child.escalation, now >= step.at else { return }
    if step.signal != 0 { return end(child, with: step.signal) }
    // Not even SIGKILL helped: it hangs in the system. Its place is needed; it is collected if it ever ends.
    child.escalation = nil
    guard let attempt = child.attempt, let verdict = child.verdict else { return }
    child.attempt = nil
    let complaint = Complaint(verdict.kind, verdict.reason + ", but the system could not end it")
    complete(attempt, .failure(complaint), child, now - child.started, folder: nil)
  }

  private func timeoutReason(_ child: Child) -> String {
    let limit = child.deadline - child.started
    let text = limit < 1000 ? String(format: "%.3g", limit) : String(format: "%.0f", limit)
    var reason = "\(child.name) ran longer than its limit of \(text) s and was ended"
    if case .timesMedian(let factor) = child.program.simulator.timeLimit {
      reason += " (\(JSON.number(factor).text) times the median)"
    }
    if child.isPersistent, child.volume == 0 {
      reason += "; it printed nothing: does it flush after each answer?"
    }
    return reason
  }

  // MARK: Living processes

  /// Takes the answer of a living process, or what it says unasked.
  private func listen(_ child: Child) {
    guard let attempt = child.attempt else {
      if child.escalation == nil, !isInStep(child) { end(child) }
      return
    }
    while let line = child.takeLine() {
      guard AnswerReader.opensObject(line[...]) else {
        child.lastNoise = Array(line.prefix(100))
        continue
      }
      child.attempt = nil
      child.served += 1
      let result = Result { () throws(Complaint) in try outcome(line, child) }
      if let most = child.program.simulator.recycle, child.served >= most {
        retire(child)
      } else if !child.hasExited {
        child.program.idle.append(child)
      }
      complete(attempt, result, child, dmo_now() - child.started, folder: nil)
      return
    }
  }

  private func outcome(_ line: [UInt8], _ child: Child) throws(Complaint) -> Answer.Outcome {
    let reader = AnswerReader(simulator: child.program.simulator, limit: flood(child.program.simulator))
    return try check(try reader.object(line[...]), child)
  }

  private func check(_ fields: [String: JSON], _ child: Child) throws(Complaint) -> Answer.Outcome {
    let check = AnswerCheck(simulator: child.program.simulator)
    let extra = check.undeclared(fields).sorted().map { "'\($0)'" }
    if !extra.isEmpty {
      notice("\(child.name) also returned \(extra.joined(separator: ", ")), not declared as output")
    }
    return try check.outcome(fields)
  }

  // MARK: Ended processes

  private func finish(_ child: Child) {
    let status = child.reap()
    children.removeAll { $0 === child }
    child.program.idle.removeAll { $0 === child }
    guard let attempt = child.attempt else {
      dispose(child, failed: false)
      return
    }
    child.attempt = nil
    let seconds = dmo_now() - child.started
    if child.isPersistent, status == 0, child.verdict == nil, child.served > 0, child.volume == 0 {
      // It left between two requests, as servers do that end after so many: no attempt was made.
      dispose(child, failed: false)
      return again(attempt)
    }
    let result = Result { () throws(Complaint) in try conclusion(child, status) }
    var failed = false
    if case .failure = result { failed = attempt.number > child.program.simulator.retries }
    complete(attempt, result, child, seconds, folder: dispose(child, failed: failed))
  }

  /// What an ended process leaves: its answer, or the reason why there is none.
  private func conclusion(_ child: Child, _ status: Int32) throws(Complaint) -> Answer.Outcome {
    if let verdict = child.verdict { throw verdict }
    if child.isPersistent { return try lastWords(child, status) }
    let reader = AnswerReader(simulator: child.program.simulator, limit: flood(child.program.simulator))
    guard let complaint = complaint(about: status, child) else {
      return try check(try reader.read(child.received, folder: child.folder), child)
    }
    // A simulator that explains itself before it exits is believed.
    if case .json = child.program.simulator.reading,
      let fields = try? reader.read(child.received, folder: child.folder)
    {
      do throws(Complaint) {
        _ = try check(fields, child)
      } catch {
        if error.kind == .reported { throw error }
      }
    }
    throw complaint
  }

  /// A persistent process that ended at work: its last line may be an answer without a newline.
  private func lastWords(_ child: Child, _ status: Int32) throws(Complaint) -> Answer.Outcome {
    let rest = child.takeRest()
    if AnswerReader.opensObject(rest[...]) { return try outcome(rest, child) }
    if let complaint = complaint(about: status, child) { throw complaint }
    let last = rest.isEmpty ? child.lastNoise : rest
    throw Complaint(.answer, "\(child.name) ended without an answer: \(AnswerReader.lastLine(last))")
  }

  private func complaint(about status: Int32, _ child: Child) -> Complaint? {
    if status == 0 { return nil }
    child.endedBy = status < 0 ? -status : status > 128 && status < 160 ? status - 128 : 0
    if status < 0 {
      let name = SignalName.of(-status)
      let hint = status == -SIGKILL ? "; perhaps the machine ran out of memory" : ""
      return Complaint(.signal, "\(child.name) was ended by signal \(-status) (\(name))\(hint)")
    }
    var reason = "\(child.name) ended with exit status \(status)"
    if status > 128, status < 160 {
      reason += " (a shell's way to report signal \(status - 128), \(SignalName.of(status - 128)))"
    }
    if status == 127, child.program.simulator.shell {
      reason += " (a shell's way to report an unknown command)"
    }
    return Complaint(.exit, reason)
  }

  // MARK: Attempts

  /// Ends an attempt: tries again or answers. `folder` is the one kept of it, if any.
  private func complete(
    _ attempt: Attempt, _ result: Result<Answer.Outcome, Complaint>, _ child: Child, _ seconds: Double,
    folder: String?
  ) {
    switch result {
    case .success(let outcome):
      if case .done = outcome { attempt.program.finished(in: seconds) }
      release(Answer(id: attempt.job.id, outcome: outcome, seconds: seconds))
    case .failure where attempt.number <= attempt.program.simulator.retries:
      again(Attempt(job: attempt.job, program: attempt.program, number: attempt.number + 1))
    case .failure(let complaint):
      let reason =
        complaint.reason + memoryRemark(complaint, child) + (folder.map { Failure.folderNote + $0 } ?? "")
      let failure = Failure(
        kind: complaint.kind, reason: reason, errorTail: child.errorTail.text, attempts: attempt.number)
      release(Answer(id: attempt.job.id, outcome: .failed(failure), seconds: seconds))
    }
  }

  private func memoryRemark(_ complaint: Complaint, _ child: Child) -> String {
    guard let bytes = child.program.simulator.memory else { return "" }
    return MemoryLimit(bytes: bytes).remark(
      kind: complaint.kind, reason: complaint.reason, errorTail: child.errorTail.text, signal: child.endedBy)
  }

  private func release(_ answer: Answer) {
    running -= 1
    self.answer(answer)
  }

  private func again(_ attempt: Attempt) {
    do throws(Complaint) {
      try start(attempt)
    } catch {
      let failure = Failure(kind: error.kind, reason: error.reason, attempts: attempt.number)
      release(Answer(id: attempt.job.id, outcome: .failed(failure), seconds: 0))
    }
  }

  /// Removes the folder of an ended process, or keeps it as the simulator asks: its path then.
  @discardableResult
  private func dispose(_ child: Child, failed: Bool) -> String? {
    let program = child.program
    var keep = program.simulator.keep == .all
    if program.simulator.keep == .failed, failed {
      program.keptFolders += 1
      keep = program.keptFolders <= limits.keptFolders
      if !keep {
        notice(
          "\(child.name) failed more than \(limits.keptFolders) times; "
            + "the folders of further failures are removed"
        )
      }
    }
    guard keep else {
      scratch.giveBack(child.folder, of: child.name)
      return nil
    }
    child.writeRecord()
    return child.folder
  }
}
