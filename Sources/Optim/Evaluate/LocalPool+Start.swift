import CProcess
import Glibc

extension LocalPool {
  /// Gives a job a place.
  func start(_ job: Job) {
    running += 1
    do throws(Complaint) {
      try start(Attempt(job: job, program: program(for: job.simulator)))
    } catch {
      running -= 1
      let failure = Failure(kind: error.kind, reason: error.reason)
      answer(Answer(id: job.id, outcome: .failed(failure), seconds: 0))
    }
  }

  /// Hands an attempt to a living process or a new one.
  func start(_ attempt: Attempt) throws(Complaint) {
    let program = attempt.program
    let persistent = program.simulator.mode == .persistent
    let living = persistent ? idleChild(program) : nil
    let child: Child
    if let living { child = living } else { child = try launch(program, persistent ? nil : attempt.job) }
    let request = program.simulator.input == .json ? program.request(attempt.job.parameters) : []
    child.begin(attempt, request: request, at: dmo_now())
  }

  private func program(for simulator: Simulator) throws(Complaint) -> Program {
    if let program = programs[simulator] { return program }
    let program = try Program(simulator)
    // A simulator declared again replaces its former self; that one's processes would wait for nothing.
    for (key, former) in programs where key.name == simulator.name {
      programs[key] = nil
      for child in former.idle { retire(child) }
      former.idle = []
    }
    programs[simulator] = program
    return program
  }

  /// A living process that is still in step with its requests.
  private func idleChild(_ program: Program) -> Child? {
    while let child = program.idle.popLast() {
      // It may have printed something, or ended, since we last looked.
      child.readOutput(buffer)
      if isInStep(child), dmo_ended(child.pid) == 0 { return child }
      end(child)
    }
    return nil
  }

  /// Whether a waiting process has kept quiet. An answer nobody asked for would be taken for the next
  /// request's.
  func isInStep(_ child: Child) -> Bool {
    while let line = child.takeLine() {
      if AnswerReader.opensObject(line[...]) {
        notice(
          "\(child.program.simulator.name) printed a second answer to one request; its process is replaced: "
            + "in mode = persistent each request is answered by one line")
        return false
      }
    }
    return child.output >= 0 && child.input >= 0 && child.volume <= flood(child.program.simulator)
  }

  /// Starts a process, for one job or (nil) for many.
  private func launch(_ program: Program, _ job: Job?) throws(Complaint) -> Child {
    let simulator = program.simulator
    let folder = try scratch.make(for: simulator.name)
    do throws(Complaint) {
      if let job, simulator.input == .template { try simulator.writeTemplates(job.parameters, to: folder) }
      let (ours, theirs) = try pipes(program)
      defer { for end in [theirs.input, theirs.output, theirs.errors] where end != null { close(end) } }
      do throws(Complaint) {
        let pid = try program.spawn(
          program.arguments(job?.parameters), evaluation: job?.id, folder: folder,
          (theirs.input, theirs.output, theirs.errors))
        let child = Child(program, pid: pid, folder: folder, pipes: ours, tail: limits.errorTail)
        children.append(child)
        return child
      } catch {
        for end in [ours.input, ours.output, ours.errors] where end >= 0 { close(end) }
        throw error
      }
    } catch {
      scratch.giveBack(folder, of: simulator.name)
      // Perhaps the program has moved: look for it again next time.
      programs[simulator] = nil
      throw error
    }
  }

  /// The three pipes of a process; its input is empty when the request takes another way.
  private func pipes(_ program: Program) throws(Complaint) -> (ours: Child.Pipes, theirs: Child.Pipes) {
    var ours = Child.Pipes()
    var theirs = Child.Pipes(input: null)
    var error: Int32 = 0
    func pipe(_ our: WritableKeyPath<Child.Pipes, Int32>, ourEnd: Int32) {
      guard error == 0 else { return }
      var ends: [Int32] = [-1, -1]
      error = dmo_pipe(&ends, ourEnd)
      guard error == 0 else { return }
      ours[keyPath: our] = ends[Int(ourEnd)]
      theirs[keyPath: our] = ends[Int(1 - ourEnd)]
    }
    if program.simulator.input == .json { pipe(\.input, ourEnd: 1) }
    pipe(\.output, ourEnd: 0)
    pipe(\.errors, ourEnd: 0)
    guard error == 0 else {
      for end in [ours.input, ours.output, ours.errors, theirs.input, theirs.output, theirs.errors]
      where end >= 0 && end != null { close(end) }
      throw program.refusal("the system gave no pipe: \(String(cString: strerror(error)))")
    }
    return (ours, theirs)
  }
}
