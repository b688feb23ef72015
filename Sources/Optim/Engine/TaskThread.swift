import Dispatch
import Foundation

/// Computations that a worker can be asked for, by name.
enum WorkerTasks {
  /// Takes and gives bytes; throws the reason why there is no result.
  typealias Body = @Sendable ([UInt8]) throws -> [UInt8]

  static let all = Dictionary(uniqueKeysWithValues: [ModelFit.task, FoldFit.task, MemberFit.task])
}

/// Computes tasks on a thread of its own, so that simulations beside them are looked after.
final class TaskThread: TaskRunner {
  private let queue = DispatchQueue(label: "tasks")
  private let results = Results()

  let taskCapacity = 1

  func begin(_ task: WorkerTask) {
    let results = results
    queue.async {
      let outcome: Result<[UInt8], TaskFailure>
      do {
        guard let body = WorkerTasks.all[task.name] else {
          throw TaskFailure(description: "this worker knows no task '\(task.name)'")
        }
        outcome = .success(try body(task.input))
      } catch {
        outcome = .failure(TaskFailure(description: "\(error)"))
      }
      results.add((task.id, outcome))
    }
  }

  func serviceTasks(timeout: Double) -> Bool { true }

  func forgetTasks() {}

  func nextResult() -> (id: Int, result: Result<[UInt8], TaskFailure>)? { results.take() }

  private final class Results: @unchecked Sendable {
    private let lock = NSLock()
    private var queue = Queue<(id: Int, result: Result<[UInt8], TaskFailure>)>()

    func add(_ result: (id: Int, result: Result<[UInt8], TaskFailure>)) {
      lock.withLock { queue.append(result) }
    }
    func take() -> (id: Int, result: Result<[UInt8], TaskFailure>)? { lock.withLock { queue.popFirst() } }
  }
}
