import Foundation

@testable import Optim

/// A pool whose simulations take no time of their own: the test says which of the running ones comes back next, what it says, and at
/// which calls nothing comes.
final class FakePool: Pool {
  enum Order: CaseIterable { case first, last, random }

  let capacity: Int
  private let order: Order
  private let answer: (_ x: Double, _ y: Double) -> Answer.Outcome
  private var waiting: [Job] = []
  private var running: [Job] = []
  private var random = RandomStream(seed: 11, purpose: .test)
  /// Every so many calls of `next` one answer comes; the others find nothing after a moment.
  var pace = 1
  /// Throws after so many answers.
  var breaksAfter: Int?
  private var calls = 0

  private(set) var submitted: [[Double]] = []
  private(set) var answered = 0
  private(set) var cancelled = 0
  /// Calls of `next` that found at least as many jobs as workers, and all calls, while more was to be submitted.
  private(set) var full = 0
  private(set) var looks = 0
  /// Jobs that the test expects in all, for `full` and `looks`.
  var expected = Int.max

  init(
    _ capacity: Int, _ order: Order = .first,
    answer: @escaping (_ x: Double, _ y: Double) -> Answer.Outcome = FakePool.bnh
  ) {
    (self.capacity, self.order, self.answer) = (capacity, order, answer)
  }

  static func bnh(_ x: Double, _ y: Double) -> Answer.Outcome {
    .done([4 * x * x + 4 * y * y, (x - 5) * (x - 5) + (y - 5) * (y - 5)])
  }

  /// A simulator of two outputs, the two objectives.
  static let simulator = {
    var simulator = Simulator(name: "s", command: ["/nonexistent"], directory: "/")
    simulator.outputs = [.init(name: "a"), .init(name: "b")]
    return simulator
  }()

  static func column(_ name: String) -> Formula {
    Formula(inputs: [name], constants: [], code: [.init(.input)], results: [0])
  }

  /// BNH's objectives as a simulator gives them.
  static func problem(
    _ domains: (Parameter.Domain, Parameter.Domain)? = nil, simulator: Simulator = simulator
  )
    -> Problem
  {
    let (x, y) =
      domains ?? (.real(lower: 0, upper: 5, scale: .linear), .real(lower: 0, upper: 3, scale: .linear))
    return Problem(
      space: Space([Parameter(name: "x", domain: x), Parameter(name: "y", domain: y)]),
      simulators: [simulator],
      objectives: [
        .init(name: "f1", sense: .minimize, formula: column("s.a")),
        .init(name: "f2", sense: .minimize, formula: column("s.b")),
      ])
  }

  var outstanding: Int { waiting.count + running.count }

  func submit(_ job: Job) {
    submitted.append([number(job, "x"), number(job, "y")])
    waiting.append(job)
  }

  private func number(_ job: Job, _ name: String) -> Double {
    if case .number(let value)? = job.parameters[name] { return value }
    return .nan
  }

  func next(timeout: Double) throws(PoolFailure) -> Answer? {
    calls += 1
    if submitted.count < expected {
      looks += 1
      if outstanding >= capacity { full += 1 }
    }
    if let breaksAfter, answered >= breaksAfter { throw PoolFailure("the workers are gone") }
    while running.count < capacity, !waiting.isEmpty { running.append(waiting.removeFirst()) }
    guard !running.isEmpty else { return nil }
    if calls % pace != 0 {
      usleep(300)
      return nil
    }
    let place =
      switch order {
      case .first: 0
      case .last: running.count - 1
      case .random: Int(random.uniform() * Double(running.count))
      }
    let job = running.remove(at: place)
    answered += 1
    return Answer(id: job.id, outcome: answer(number(job, "x"), number(job, "y")), seconds: 0.001)
  }

  func service() {}
  func takeWithdrawn() -> [Int] { [] }
  func withdraw() { waiting = [] }
  func cancel() {
    cancelled += 1
    (waiting, running) = ([], [])
  }
  func shutDown() { cancel() }
  func takeNotices() -> [String] { [] }
  func workers() -> [WorkerStatus] { [] }
}

/// Interrupts at the first report for which a condition holds.
final class Interrupter: Observer {
  private let condition: () -> Bool
  private let how: Interruption
  private(set) var interruption = Interruption.none

  init(_ how: Interruption = .finish, when condition: @escaping () -> Bool = { false }) {
    (self.how, self.condition) = (how, condition)
  }

  func report(_ progress: Optim.Progress) {
    if condition() { interruption = how }
  }
}
