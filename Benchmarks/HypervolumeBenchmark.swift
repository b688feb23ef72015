import Optim

/// Exact hypervolume of fronts on the unit sphere, beside moocore's C code.
///
/// The two sides take turns of about 5 ms of CPU time, and the least of each side's turns counts: whatever else runs on the machine can
/// only add to a turn.
struct HypervolumeBenchmark: Workload {
  let name = "hypervolume"

  func measure(_ bench: Bench) throws -> [Measurement] {
    let peer = try bench.turns(with: "hypervolume")
    let sizes = [
      2: [100, 1000], 3: [100, 1000], 4: [100, 1000], 5: [100, 300, 1000], 6: [50, 100, 300], 7: [100],
      8: [100],
    ]
    return try sizes.sorted { $0.key < $1.key }.flatMap { objectives, counts in
      try counts.map { count in
        let costs = benchmarkPoints("sphere", count, objectives)
        let reference = costs.map { _ in 1.1 }
        let volume = hypervolume(costs, reference: reference)
        let once = Bench.processorSeconds { _ = hypervolume(costs, reference: reference) }
        let inner = max(1, Int(5e-3 / once))
        var (ours, theirs) = ([Double](), [Double]())
        // Sizes that take moocore a second get three turns.
        while ours.count < (bench.quick ? 1 : 31) && (ours.count < 3 || theirs.reduce(0, +) < 3) {
          let turn = Bench.processorSeconds {
            for _ in 0..<inner { _ = hypervolume(costs, reference: reference) }
          }
          ours.append(turn / Double(inner))
          if let answer = try peer?.turn("\(objectives) \(count)") { theirs.append(answer) }
        }
        let seconds = ours.min()!
        let isGoal = count >= 100 && objectives > 2
        return Measurement(
          what: "hypervolume of \(count) points, \(objectives) objectives", ours: seconds * 1e6, unit: "us",
          peer: theirs.min().map { ("moocore", $0 * 1e6) },
          goal: isGoal ? "not slower than moocore" : "no goal for this size",
          met: isGoal ? theirs.min().map { seconds <= $0 } : nil, note: "volume \(volume)")
      }
    }
  }
}
