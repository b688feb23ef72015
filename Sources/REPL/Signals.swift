import CProcess
import Optim

/// What signals ask for. Ctrl-C asks politely first: the first one finishes what runs, a second one ends it.
struct Signals {
  static func install() { dmo_signals_install() }

  /// SIGUSR1, a scheduler's early warning, lets running simulations finish; SIGTERM and SIGHUP end them.
  static var interruption: Interruption {
    switch dmo_terminate_signal() {
    case 0: break
    case SIGUSR1: return .finish
    default: return .stop
    }
    switch dmo_interrupt_count() {
    case 0: return .none
    case 1: return .finish
    default: return .stop
    }
  }

  static var isTerminated: Bool { dmo_terminate_signal() != 0 }
  static var isInterrupted: Bool { dmo_interrupt_count() > 0 }

  /// Forgets Ctrl-C, so that none is left over for the next statement.
  static func forgetInterrupts() { dmo_interrupt_reset() }

  static var exitStatus: ExitStatus? {
    isTerminated ? .terminated : isInterrupted ? .interrupted : nil
  }
}

#if canImport(Glibc)
  import Glibc
#endif
