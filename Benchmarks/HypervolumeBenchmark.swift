import Optim

/// Exact hypervolume of fronts on the unit sphere, beside moocore's C code.
struct HypervolumeBenchmark: Workload {
  let name = "hypervolume"

  func measure(_ bench: Bench) throws -> [Measurement] {
    let peer = try bench.peer("hypervolume")
    let sizes = [
      2: [100, 1000], 3: [100, 1000], 4: [100, 1000], 5: [100, 300, 1000], 6: [50, 100, 300], 7: [100],
      8: [100],
    ]
    return sizes.sorted { $0.key < $1.key }.flatMap { objectives, counts in
      counts.map { count in
        let costs = benchmarkPoints("sphere", count, objectives)
        let reference = costs.map { _ in 1.1 }
        // Small sizes are repeated so that the clock's resolution does not matter.
        let inner = objectives > 5 ? 1 : max(20_000 / count, 1) / (objectives > 3 ? 10 : 1)
        var volume = 0.0
        let seconds =
          bench.median { for _ in 0..<inner { volume = hypervolume(costs, reference: reference) } }
          / Double(inner)
        let other = peer?["\(objectives)x\(count)"]
        let isGoal = count >= 100 && objectives > 2
        return Measurement(
          what: "hypervolume of \(count) points, \(objectives) objectives", ours: seconds * 1e6, unit: "us",
          peer: other.map { ("moocore", $0 * 1e6) },
          goal: isGoal ? "not slower than moocore" : "no goal for this size",
          met: isGoal ? other.map { seconds <= $0 } : nil, note: "volume \(volume)")
      }
    }
  }
}
