import Foundation

/// Runs on a thread with the stack of a main thread: those that tests run on have a sixteenth of it.
func onBigStack<T: Sendable>(megabytes: Int = 8, _ body: @escaping @Sendable () throws -> T) throws -> T {
  let box = ResultBox<T>()
  let finished = DispatchSemaphore(value: 0)
  let thread = Thread {
    box.result = Result { try body() }
    finished.signal()
  }
  thread.stackSize = megabytes << 20
  thread.start()
  finished.wait()
  return try box.result!.get()
}

/// Handed over by the semaphore.
private final class ResultBox<T>: @unchecked Sendable {
  var result: Result<T, any Error>?
}
