import Glibc

/// What a failure has to do with `memory = ...`. The system refuses memory beyond the limit, and the program makes of that what
/// it likes: an exception, a message, a crash. So it can be told with confidence only where the program says so itself.
struct MemoryLimit {
  let bytes: Int

  /// Words of languages, libraries and loaders for memory they did not get, in lower case.
  private static let refusals = [
    "memoryerror", "bad_alloc", "out of memory", "outofmemory", "not enough memory", "insufficient memory",
    "cannot allocate", "can't allocate", "could not allocate", "unable to allocate", "failed to allocate",
    "error allocating", "memory exhausted", "insufficient virtual memory", "exceed memory limit",
    "failed to map segment",
  ]
  /// How programs die that take it for granted that they get memory.
  private static let crashes: Set<Int32> = [SIGSEGV, SIGABRT, SIGBUS, SIGILL, SIGTRAP]

  /// What to add to a failure's reason.
  /// - Parameter signal: the one that ended the program, 0 for none.
  func remark(kind: Failure.Kind, reason: String, errorTail: String, signal: Int32) -> String {
    if [.start, .timeout, .flood].contains(kind) { return "" }
    let said = (reason + "\n" + errorTail).lowercased()
    if Self.refusals.contains(where: said.contains) {
      return "; it has reached its limit of \(ByteCount.text(bytes)) of memory"
    }
    return Self.crashes.contains(signal)
      ? "; perhaps it has reached its limit of \(ByteCount.text(bytes)) of memory" : ""
  }
}
