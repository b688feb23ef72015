import CProcess
import Glibc

/// Carries messages between a dispatcher and its workers. All calls come from one thread.
protocol Transport: AnyObject {
  /// Those at the other end, as they are named in `send` and `receive`.
  var peers: [Int] { get }
  /// Bytes given to `send` that have not left yet.
  var backlog: Int { get }
  /// Sends without waiting.
  func send(_ bytes: [UInt8], to peer: Int)
  /// The next message that has come, if any.
  func receive() throws(PoolFailure) -> (peer: Int, bytes: [UInt8])?
  /// Waits until something may have come, or `deadline`. False when a signal arrived, if those are asked for.
  func wait(until deadline: Double, noticingSignals: Bool) -> Bool
}

extension Transport {
  func send(_ message: Message, to peer: Int) { send(message.bytes, to: peer) }
}

/// How long to sleep between two looks at something that cannot wake us, as MPI: not at all for a moment, then longer and longer.
///
/// A blocking receive of Open MPI takes a whole core. Growing from 20 us to 2 ms, and to 5 ms after two seconds of silence, an idle
/// rank takes about one per cent of one and is awake within 5 ms.
struct Backoff {
  private var quietSince: Double?
  private var pause = shortest

  private static let spin = 200e-6
  private static let shortest = 20e-6

  /// Something happened: stay awake.
  mutating func reset() {
    quietSince = nil
    pause = Self.shortest
  }

  /// Seconds to sleep now; 0: look again at once.
  mutating func next() -> Double {
    let now = dmo_now()
    guard let since = quietSince else {
      quietSince = now
      return 0
    }
    if now - since < Self.spin { return 0 }
    defer { pause = min(pause * 1.5, now - since < 2 ? 2e-3 : 5e-3) }
    return pause
  }
}

/// Sleeps until a deadline, a signal that dmo notices, or something to read; false after a signal.
func sleep(until deadline: Double, watching descriptor: Int32 = -1, noticingSignals: Bool) -> Bool {
  let signals = noticingSignals ? dmo_signal_descriptor() : -1
  let ready = dmo_wait(descriptor, signals, deadline - dmo_now())
  guard noticingSignals, ready < 0 || ready & 2 != 0 else { return true }
  dmo_signal_clear()
  return false
}
