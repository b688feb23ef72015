import CProcess
import Foundation

/// A part of a fit that depends on nothing but itself, so that it can be done by any process: a fold, a candidate, a network.
protocol FitPart: Codable, Sendable {
  associatedtype Output: Codable, Sendable
  /// Names the kind of part between processes of the same version of dmo.
  static var name: String { get }
  func run() throws -> Output
}

extension FitPart {
  /// What a worker is asked for by the name.
  static var task: (String, WorkerTasks.Body) {
    (
      name,
      { bytes in
        let part = try PropertyListDecoder().decode(Boxed<Self>.self, from: Data(bytes)).value
        return try Boxed(value: part.run()).bytes()
      }
    )
  }
}

/// Property lists hold no bare numbers, texts or data.
private struct Boxed<Value: Codable>: Codable {
  let value: Value

  func bytes() throws -> [UInt8] {
    let encoder = PropertyListEncoder()
    encoder.outputFormat = .binary
    return Array(try encoder.encode(self))
  }
}

/// Does parts of a fit, in any order: on idle MPI workers where there are more of them than processors here, else on threads. The results
/// do not depend on where.
///
/// - Parameters:
///   - part: what a worker is sent; nil where it cannot be done elsewhere.
///   - local: the same here, watched by the observer.
func spread<Part: FitPart>(
  _ count: Int, observer: (any TrainingObserver)?, part: (Int) -> Part?,
  local: @Sendable (Int) -> Result<Part.Output, any Error>
) -> [Result<Part.Output, any Error>] {
  if count > 1, let workers = FitWorkers.idle {
    let parts = (0..<count).compactMap(part)
    if parts.count == count, let results = workers.run(parts, observer: observer) { return results }
  }
  return parallelMap(count, local)
}

/// The workers of a campaign while they have nothing to simulate. Belongs to the thread that trains.
final class FitWorkers: @unchecked Sendable {
  /// Those that fits may use; only on the thread that owns the pool.
  @TaskLocal static var idle: FitWorkers?

  private let runner: any TaskRunner
  /// Never used again: what an interrupted fit had asked for may still come.
  private nonisolated(unsafe) static var next = 0
  /// Parts done so far.
  private(set) var finished = 0

  /// Nil where the processors of this machine do as well.
  init?(_ pool: (any Pool)?, processors: Int = Int(dmo_processors())) {
    guard let runner = pool as? any TaskRunner, runner.taskCapacity > processors else { return nil }
    self.runner = runner
  }

  /// The results of all parts; nil where the workers were lost or one of them could not do its part, so that all are done here, where a
  /// fault of the data shows as what it is.
  func run<Part: FitPart>(_ parts: [Part], observer: (any TrainingObserver)?) -> [Result<
    Part.Output, any Error
  >]? {
    let inputs = parts.map { try? Boxed(value: $0).bytes() }
    guard !inputs.contains(where: { $0 == nil }) else { return nil }
    let first = Self.next
    Self.next += parts.count
    for (k, input) in inputs.enumerated() {
      runner.begin(WorkerTask(id: first + k, name: Part.name, input: input!))
    }
    var results: [Int: Result<Part.Output, any Error>] = [:]
    while results.count < parts.count {
      guard runner.serviceTasks(timeout: 0.05) else { return nil }
      while let (id, result) = runner.nextResult() {
        guard id >= first, id < first + parts.count else { continue }
        guard case .success(let bytes) = result,
          let output = try? PropertyListDecoder().decode(Boxed<Part.Output>.self, from: Data(bytes))
        else {
          runner.forgetTasks()
          return nil
        }
        finished += 1
        results[id - first] = .success(output.value)
        observer?.report(
          TrainingProgress(
            activity: "on \(runner.taskCapacity) workers", done: results.count, total: parts.count))
      }
      // An interrupted fit ends here, at what its parts make of it.
      if observer?.shouldStop == true {
        runner.forgetTasks()
        return nil
      }
    }
    return parts.indices.map { results[$0]! }
  }
}

/// A fit of a whole model.
struct ModelFit: FitPart {
  static let name = "model"
  let entry: String
  let set: TrainingSet
  let options: SurrogateOptions
  let stream: RandomStream

  func run() throws -> Data {
    guard let entry = Surrogates.named(entry) else { throw TrainingError("there is no surrogate '\(entry)'") }
    return try entry.fit(set, options, stream, nil, nil).encoded()
  }
}

/// One fold of a cross-validation: predictions of the rows left out.
struct FoldFit: FitPart {
  static let name = "fold"
  let entry: String
  /// What it is fitted to.
  let set: TrainingSet
  let options: SurrogateOptions
  let stream: RandomStream
  let heldOut: Matrix

  func run() throws -> Prediction? {
    guard let entry = Surrogates.named(entry) else { throw TrainingError("there is no surrogate '\(entry)'") }
    return try entry.fit(set, options, stream, nil, nil).predict(heldOut)
  }
}
