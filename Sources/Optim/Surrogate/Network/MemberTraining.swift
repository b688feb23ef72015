/// The training of one network on some rows, with snapshots compared on others.
struct MemberTraining {
  let shape: NetworkShape
  let data: NetworkData
  let plan: TrainingPlan
  let training: [Int]
  let heldBack: [Int]
  let start: [Float]
  let stream: RandomStream
  let shouldStop: () -> Bool
  /// Called at each checkpoint: number done, training loss, attempt.
  let report: (Int, NetworkLoss, Int) -> Void

  struct Snapshot: Sendable {
    let weights: [Float]
    /// Values at held-back rows: targets, then log odds.
    let heldBack: [[Float]]
  }

  /// A loss this many times the first one means that training has run away.
  static let explosion = 1e3
  static let attempts = 4

  /// The snapshots in order, and how many attempts it took. At each further attempt the rate is a quarter. No snapshots at all:
  /// every attempt ran away, or training was stopped at once.
  func run() -> (snapshots: [Snapshot], attempts: Int) {
    for attempt in 0..<MemberTraining.attempts {
      if let snapshots = run(attempt: attempt) { return (snapshots, attempt + 1) }
    }
    return ([], MemberTraining.attempts)
  }

  private func run(attempt: Int) -> [Snapshot]? {
    let layout = ParameterLayout(shape)
    let batch = min(plan.batch, (training.count + NetworkRun.lanes - 1) / NetworkRun.lanes * NetworkRun.lanes)
    let run = NetworkRun(shape, batch: batch, keepsGradients: true)
    let judge = NetworkValues(shape, rows: heldBack.count)
    let state = AdamState(start)
    var order = BatchOrder(training, batch: batch, stream: stream.derived(UInt64(attempt)))
    let segments = layout.segments(shape)
    var snapshots: [Snapshot] = []
    var (recent, firstLoss) = (NetworkLoss(), Double.infinity)
    let rate = plan.rate * Float(pow4(-attempt))
    for step in 1...max(plan.steps, 1) {
      if shouldStop() { break }
      let rows = order.next()
      data.load(rows, into: run)
      let key = UInt32(truncatingIfNeeded: order.random.next())
      run.forward(state.parameters, dropoutKey: key)
      recent = NetworkLoss.measure(run, data, rows)
      state.gradient.update(repeating: 0, count: state.count)
      run.backward(state.parameters, gradients: state.gradient, dropoutKey: key)
      let norm = state.norm
      if !(recent.total.isFinite && norm.isFinite)
        || recent.total > MemberTraining.explosion * max(firstLoss, 1)
      {
        return nil
      }
      firstLoss = min(firstLoss, recent.total)
      let scale = norm > Double(plan.clip) ? plan.clip / Float(norm) : 1
      let now = rate * plan.factor(step)
      for segment in segments {
        state.advance(
          step, segment.range, rate: segment.isDirect ? now * plan.directRate : now,
          decay: segment.isMatrix ? plan.decay : 0, beta2: plan.warmUp == nil ? 0.999 : 0.99, scale: scale,
          keep: plan.averaging)
      }
      if step * plan.checkpoints / plan.steps > (step - 1) * plan.checkpoints / plan.steps {
        let weights = state.averaged
        let values = judge.values(weights, data, heldBack)
        if !values.allSatisfy({ $0.allSatisfy(\.isFinite) }) { return nil }
        snapshots.append(Snapshot(weights: weights, heldBack: values))
        report(snapshots.count, recent, attempt)
      }
    }
    return snapshots
  }

  private func pow4(_ n: Int) -> Double { n == 0 ? 1 : 0.25 * pow4(n + 1) }
}

/// Mini-batches: rows in random order, again and again; the last rows of a pass that fill no batch come first in the next.
private struct BatchOrder {
  private var rows: [Int]
  private var queue: [Int] = []
  private let batch: Int
  var random: RandomStream

  init(_ rows: [Int], batch: Int, stream: RandomStream) {
    (self.rows, self.batch, random) = (rows, min(batch, rows.count), stream)
  }

  mutating func next() -> ArraySlice<Int> {
    if queue.count < batch {
      random.shuffle(&rows)
      queue.append(contentsOf: rows)
    }
    defer { queue.removeFirst(batch) }
    return queue.prefix(batch)
  }
}
