import Foundation
import Optim

/// A discrete-event simulation of rank 0 handing tasks to workers.
///
/// Rank 0 is one server with a queue: an answer costs it half of `cost`, handing out a task the other half. A worker that has nothing to do
/// notices a task after up to `poll` seconds, because it sleeps between looks. With `prefetch` it holds as many tasks besides the one it
/// runs and goes on with them at once. The network itself takes no time.
struct HandOutSimulation {
  /// How long simulations take; all have the mean that is asked for.
  enum Durations: String, CaseIterable {
    /// Standard deviation of the logarithm 0.5: a tenth takes more than 1.7 times the mean.
    case logNormal = "log-normal"
    /// Density x^-2.5, at most 30 times the mean: half take less than 0.57 of it, one in 147 more than ten times the mean.
    case pareto = "Pareto"

    func draw(_ random: inout RandomStream) -> Double {
      switch self {
      case .logNormal: return exp(0.5 * random.normal() - 0.125)
      case .pareto: return min(Self.smallest * pow(random.openUniform(), -1 / 1.5), Self.largest)
      }
    }

    private static let largest = 30.0
    /// Of the capped distribution with mean 1: E min(X, 30) = s (3 - 2 sqrt(s / 30)) = 1.
    private static let smallest = (0..<50).reduce(1 / 3.0) { s, _ in 1 / (3 - 2 * (s / 30).squareRoot()) }
  }

  var workers: Int
  var durations: Durations
  /// Seconds that a simulation takes on average.
  var mean: Double
  /// Tasks that are handed out before all of them must have come back; nil: a new one for every answer.
  var batch: Int?
  var prefetch = 0
  /// Seconds of rank 0 per task.
  var cost: Double
  var poll = 0.002
  /// Answers after which the clock is stopped.
  var evaluations: Int
  var seed: UInt64 = 1

  struct Outcome {
    /// Share of the workers' time that was spent simulating.
    let utilisation: Double
    /// Seconds until all `evaluations` were back.
    let seconds: Double
  }

  func run() -> Outcome {
    var state = State(self)
    return state.run()
  }

  private struct State {
    let plan: HandOutSimulation
    var random: RandomStream
    var events = EventQueue()
    /// When rank 0 has time again.
    var free = 0.0
    /// Tasks that may be handed out before an answer is waited for, and answers that end the batch.
    var left: Int
    var awaited = 0
    /// Tasks that a worker holds besides the one it runs, and when it will be done with that one; 0 when idle.
    var held: [Int]
    var ends: [Double]
    var started: [Double]
    var answered = 0
    var busy = 0.0

    init(_ plan: HandOutSimulation) {
      self.plan = plan
      random = RandomStream(seed: plan.seed, purpose: .sampling, index: UInt64(plan.workers))
      held = Array(repeating: 0, count: plan.workers)
      ends = Array(repeating: 0, count: plan.workers)
      started = ends
      left = 0
    }

    mutating func run() -> Outcome {
      beginBatch()
      while answered < plan.evaluations, let event = events.pop() {
        event.isTask ? receiveTask(event.worker, event.time) : finish(event.worker, event.time)
      }
      // What still runs has kept its worker busy until now.
      let unfinished = ends.indices.reduce(0) { $0 + (ends[$1] > 0 ? max(free - started[$1], 0) : 0) }
      return Outcome(utilisation: (busy + unfinished) / (Double(plan.workers) * free), seconds: free)
    }

    private mutating func beginBatch() {
      left = plan.batch ?? .max
      awaited = plan.batch ?? .max
      for _ in 0...plan.prefetch {
        for worker in 0..<plan.workers where left > 0 { handOut(worker) }
      }
    }

    private mutating func handOut(_ worker: Int) {
      if plan.batch != nil { left -= 1 }
      free += plan.cost / 2
      events.push(Event(time: free, worker: worker, isTask: true))
    }

    private mutating func receiveTask(_ worker: Int, _ time: Double) {
      if ends[worker] > 0 {
        held[worker] += 1
      } else {
        start(worker, time + plan.poll * random.uniform())
      }
    }

    private mutating func start(_ worker: Int, _ time: Double) {
      started[worker] = time
      ends[worker] = time + plan.mean * plan.durations.draw(&random)
      events.push(Event(time: ends[worker], worker: worker, isTask: false))
    }

    private mutating func finish(_ worker: Int, _ time: Double) {
      busy += time - started[worker]
      ends[worker] = 0
      if held[worker] > 0 {
        held[worker] -= 1
        start(worker, time)
      }
      free = max(free, time) + plan.cost / 2
      answered += 1
      if left > 0 { handOut(worker) }
      if plan.batch != nil {
        awaited -= 1
        if awaited == 0 && answered < plan.evaluations { beginBatch() }
      }
    }
  }

  private struct Event {
    let time: Double
    let worker: Int
    /// A task reaches the worker; otherwise it finishes one.
    let isTask: Bool
  }

  /// Earliest first: a binary heap.
  private struct EventQueue {
    private var events: [Event] = []

    mutating func push(_ event: Event) {
      events.append(event)
      var i = events.count - 1
      while i > 0, events[(i - 1) / 2].time > event.time {
        events[i] = events[(i - 1) / 2]
        i = (i - 1) / 2
      }
      events[i] = event
    }

    mutating func pop() -> Event? {
      guard let first = events.first, let last = events.popLast() else { return nil }
      guard !events.isEmpty else { return first }
      var i = 0
      while true {
        var child = 2 * i + 1
        if child >= events.count { break }
        if child + 1 < events.count, events[child + 1].time < events[child].time { child += 1 }
        if events[child].time >= last.time { break }
        events[i] = events[child]
        i = child
      }
      events[i] = last
      return first
    }
  }
}
