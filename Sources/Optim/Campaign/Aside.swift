import Foundation

/// A computation on a thread of its own, so that its starter can go on serving the pool, whose calls all come from one thread.
final class Aside<Value: Sendable>: @unchecked Sendable {
  private let condition = NSCondition()
  private var result: Result<Value, any Error>?

  init(_ body: @escaping @Sendable () throws -> Value) {
    let thread = Thread { [self] in
      let found = Result { try body() }
      condition.withLock {
        result = found
        condition.broadcast()
      }
    }
    thread.stackSize = 16 << 20
    thread.start()
  }

  var isDone: Bool { condition.withLock { result != nil } }

  /// Waits for the end, at most so many seconds.
  func wait(seconds: Double) {
    let end = Date().addingTimeInterval(seconds)
    condition.withLock {
      while result == nil, condition.wait(until: end) {}
    }
  }

  /// What came of it; waits for the end.
  func value() throws -> Value {
    try condition.withLock {
      while result == nil { condition.wait() }
      return try result!.get()
    }
  }
}

/// Tells a computation on another thread to stop.
final class Halt: TrainingObserver, @unchecked Sendable {
  private let lock = NSLock()
  private var isSet = false

  func stop() { lock.withLock { isSet = true } }
  var shouldStop: Bool { lock.withLock { isSet } }
  func report(_ progress: TrainingProgress) {}
}
