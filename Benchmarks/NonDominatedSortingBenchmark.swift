import Optim

/// Non-dominated ranks, and the first front alone, beside moocore's C code.
struct NonDominatedSortingBenchmark: Workload {
  let name = "sort"

  func measure(_ bench: Bench) throws -> [Measurement] {
    let peer = try bench.peer("sort")
    let count = bench.quick ? 1000 : 10_000
    var rows: [Measurement] = []
    for kind in ["cube", "sphere"] {
      for objectives in 2...5 {
        let costs = benchmarkPoints(kind, count, objectives)
        let seconds = bench.median { _ = NonDominated.ranks(costs) }
        let other = peer?["\(kind)\(objectives)"]
        let isGoal = objectives == 3 && kind == "cube"
        rows.append(
          Measurement(
            what: "non-dominated sort \(count) x \(objectives), \(kind)", ours: seconds * 1e3, unit: "ms",
            peer: other.map { ("moocore", $0 * 1e3) },
            goal: isGoal ? "not slower than moocore" : "no goal for this size",
            met: isGoal ? other.map { seconds <= $0 } : nil))
      }
    }
    let many = benchmarkPoints("cube", bench.quick ? 10_000 : 1_000_000, 4)
    let seconds = bench.median(repeats: 3) { _ = NonDominated.firstFront(many) }
    rows.append(
      Measurement(
        what: "first front of \(many[0].count) x 4", ours: seconds,
        peer: peer?["front"].map { ("moocore", $0) },
        goal: "< 1 s", met: seconds < 1))
    // Every point twice, as a search's offspring repeat their parents.
    let half = benchmarkPoints("cube", 5000, 10)
    let twice = half.map { $0 + $0 }
    var left = 0
    let distinct = bench.median { left = distinctRows(twice).count }
    rows.append(
      Measurement(
        what: "points without duplicates among 10000 x 10", ours: distinct * 1e3, unit: "ms",
        peer: peer?["distinct"].map { ("numpy.unique", $0 * 1e3) }, goal: "< 50 ms", met: distinct < 0.05,
        note: "\(left) are left"))
    return rows
  }
}
