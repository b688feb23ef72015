import CProcess
import Foundation

/// Descendants of a simulator that left its process group (a new session, the ranks of an MPI launcher), so
/// that a signal to the group misses them. Looked for only when a simulator has to be ended: its own children
/// are still its children then.
struct Strays {
  /// Descriptors, not numbers: a number may belong to someone else by the time it is used.
  private var descriptors: [Int32] = []

  /// Adds those found now below `pid`.
  mutating func collect(below pid: pid_t) {
    guard descriptors.isEmpty else { return }
    var pending = Self.children(of: pid)
    // A bound, in case they multiply faster than we look.
    while let next = pending.popLast(), descriptors.count < 1000 {
      let grandchildren = Self.children(of: next)
      let descriptor = getpgid(next) == pid ? -1 : dmo_pidfd(next)
      if descriptor >= 0 { descriptors.append(descriptor) }
      pending += grandchildren
    }
  }

  func signal(_ number: Int32) {
    for descriptor in descriptors { dmo_pidfd_signal(descriptor, number) }
  }

  mutating func clear() {
    for descriptor in descriptors { close(descriptor) }
    descriptors = []
  }

  private static func children(of pid: pid_t) -> [pid_t] {
    let threads = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(pid)/task")) ?? []
    return threads.flatMap { thread in
      let list = try? String(contentsOfFile: "/proc/\(pid)/task/\(thread)/children", encoding: .utf8)
      return (list ?? "").split(separator: " ").compactMap { pid_t($0) }
    }
  }
}
