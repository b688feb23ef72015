import Dispatch

/// A worker among others on its machine computes on one thread.
enum Threads {
  nonisolated(unsafe) private(set) static var isAlone = false
  /// Called once, before anything is computed.
  static func stayAlone() { isAlone = true }
}

/// `body` of 0..<count in order of the index, computed on as many threads as there are cores.
func parallelMap<Value: Sendable>(_ count: Int, _ body: @Sendable (Int) -> Value) -> [Value] {
  guard count > 1, !Threads.isAlone else { return (0..<count).map(body) }
  return [Value](unsafeUninitializedCapacity: count) { buffer, initialized in
    nonisolated(unsafe) let base = buffer.baseAddress!
    DispatchQueue.concurrentPerform(iterations: count) { i in (base + i).initialize(to: body(i)) }
    initialized = count
  }
}
