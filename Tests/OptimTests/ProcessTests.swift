import CProcess
import Foundation
import Testing

@testable import Optim

@Suite("Processes and signals")
struct ProcessTests {
  @Test("no simulator survives the thread, and so the process, that started it")
  func parentDeath() throws {
    let lab = try Lab()
    defer { lab.remove() }
    let pool = LocalPool(capacity: 1)
    let simulator = lab.shell(
      "echo $$ > '\(lab.folder)/pid.new'; mv '\(lab.folder)/pid.new' '\(lab.folder)/pid'; sleep 600; true")
    // The system sends the parent-death signal when the starting thread ends: as good as a killed dmo.
    nonisolated(unsafe) let shared = pool
    let started = DispatchSemaphore(value: 0)
    let thread = Thread {
      shared.submit(Job(id: 0, simulator: simulator, parameters: [:]))
      while lab.text("pid") == nil { usleep(1000) }
      started.signal()
    }
    thread.start()
    started.wait()
    let pid = try #require(pid_t(lab.text("pid")!.trimmingCharacters(in: .newlines)))
    #expect(lab.vanishes(pid))
    #expect(pool.collect()[0]?.failure?.kind == .signal)
  }

  @Test("signals are counted, and waiting for answers ends early")
  func signals() throws {
    let lab = try Lab()
    defer { lab.remove() }
    // The tests themselves may run in the background of a shell, where SIGINT is ignored.
    for number in [SIGINT, SIGTERM, SIGUSR1, SIGHUP] { signal(number, SIG_DFL) }
    dmo_signals_install()
    defer {
      for number in [SIGINT, SIGTERM, SIGHUP] { signal(number, SIG_DFL) }
      // One that is still on its way must not end the tests.
      signal(SIGUSR1, SIG_IGN)
    }
    dmo_interrupt_reset()
    dmo_terminate_reset()
    let until = dmo_now() + 20
    for count: Int32 in 1...2 {
      // Not raise: the threads that run tests have signals blocked.
      kill(getpid(), SIGINT)
      while dmo_interrupt_count() < count, dmo_now() < until { usleep(1000) }
    }
    #expect(dmo_interrupt_count() == 2 && dmo_terminate_signal() == 0)
    dmo_interrupt_reset()
    #expect(dmo_interrupt_count() == 0)
    dmo_signal_clear()

    let pool = LocalPool(capacity: 1)
    pool.submit(Job(id: 0, simulator: lab.shell("exec sleep 600"), parameters: [:]))
    // Several times: another test's pool may be the one that takes notice.
    let (done, over) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
    Thread.detachNewThread {
      while done.wait(timeout: .now() + 0.01) == .timedOut { kill(getpid(), SIGUSR1) }
      over.signal()
    }
    let start = dmo_now()
    #expect(pool.next(timeout: 60) == nil)
    #expect(dmo_now() - start < 30)
    #expect(dmo_terminate_signal() == SIGUSR1)
    #expect(pool.outstanding == 1, "a signal harms no job")
    done.signal()
    over.wait()
    pool.cancel()
    dmo_terminate_reset()
    dmo_signal_clear()
  }

  @Test("a failed start tells its step and leaves nothing")
  func spawn() throws {
    let argv = CStrings(["x"])
    let environment = CStrings([])
    func start(_ path: String, in folder: String?) -> (error: Int32, step: dmo_step) {
      argv.withPointers { argv in
        environment.withPointers { environment in
          path.withCString { path in
            (folder ?? "").withCString { text in
              var command = dmo_command(
                path: path, argv: argv, envp: environment, folder: folder == nil ? nil : text, input: 0,
                output: 1, errors: 2, memory: 0)
              var pid: pid_t = 0
              var step = DMO_STEP_NONE
              let error = dmo_spawn(&command, &pid, &step)
              if error == 0 { #expect(dmo_reap(pid) == 0) }
              return (error, step)
            }
          }
        }
      }
    }
    #expect(start("/no/such", in: nil) == (ENOENT, DMO_STEP_EXEC))
    #expect(start("/etc/passwd", in: nil) == (EACCES, DMO_STEP_EXEC))
    #expect(start("/bin/true", in: "/no/such") == (ENOENT, DMO_STEP_FOLDER))
    #expect(start("/bin/true", in: "/") == (0, DMO_STEP_NONE))
  }
}
