import CProcess
import Foundation

/// What sees to it that nothing a simulator has started outlives this dmo, even if it is killed.
enum Guard {
  /// An environment entry that all simulators of this process carry, and no others.
  static let mark: String = {
    let mark = "DMO_GUARD=\(getpid())-\(String(UInt64.random(in: .min ... .max), radix: 36))"
    // Without a guard the parent-death signal still ends the simulators themselves.
    if dmo_guard_start(mark) == 0 { atexit { dmo_guard_dismiss() } }
    return mark
  }()
}
