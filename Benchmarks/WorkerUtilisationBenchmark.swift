import Foundation
import Optim

/// How busy 10 to 10,000 workers are kept, by a discrete-event simulation of the hand-out; see `HandOutSimulation`.
///
/// The model's own time is left out: in batches the workers wait for every fit besides; in asynchronous mode the fit runs beside.
struct WorkerUtilisationBenchmark: Workload {
  let name = "worker-utilisation"

  /// Seconds that rank 0 spends on a task, unless `--task-cost` says otherwise: answer, archive, study, next task. As `mpi` measures it.
  static let measuredTaskCost = 11e-6

  private struct Mode {
    let name: String
    /// Points of a batch per worker; nil: asynchronous.
    let share: Int?
    let prefetch: Int
  }

  private static let modes = [
    Mode(name: "batches, 1 a worker", share: 1, prefetch: 0),
    Mode(name: "batches, 4 a worker", share: 4, prefetch: 0),
    Mode(name: "asynchronous", share: nil, prefetch: 0),
    Mode(name: "asynchronous, 1 held", share: nil, prefetch: 1),
  ]

  private struct Row {
    let plan: HandOutSimulation
    let mode: String
    let outcome: HandOutSimulation.Outcome
  }

  func measure(_ bench: Bench) throws -> [Measurement] {
    let cost = bench.taskCost ?? Self.measuredTaskCost
    let counts = bench.quick ? [10, 1000] : [10, 100, 1000, 10_000]
    var rows: [Row] = []
    for workers in counts {
      for durations in HandOutSimulation.Durations.allCases {
        for mean in [0.1, 1, 10] {
          for mode in Self.modes { rows.append(run(workers, durations, mean, mode, cost, bench)) }
        }
      }
    }
    // How much rank 0 may take.
    let sweep = bench.quick ? [20e-6, 1e-3] : (0...12).map { 5e-6 * pow(10, Double($0) / 4) }
    for workers in counts.suffix(2) {
      for cost in sweep {
        for mode in Self.modes where mode.prefetch == 0 && mode.share != 4 {
          rows.append(run(workers, .logNormal, 10, mode, cost, bench))
        }
      }
    }
    if let path = bench.evidence { try write(rows, to: path) }
    return measurements(rows.prefix(counts.count * 6 * Self.modes.count), cost)
  }

  private func run(
    _ workers: Int, _ durations: HandOutSimulation.Durations, _ mean: Double, _ mode: Mode, _ cost: Double,
    _ bench: Bench
  ) -> Row {
    // Whole batches, and with few workers many of them.
    let evaluations = max(20 * workers, bench.quick ? 200 : 8000)
    let plan = HandOutSimulation(
      workers: workers, durations: durations, mean: mean, batch: mode.share.map { $0 * workers },
      prefetch: mode.prefetch, cost: cost, evaluations: evaluations)
    return Row(plan: plan, mode: mode.name, outcome: plan.run())
  }

  private func measurements(_ rows: some Sequence<Row>, _ cost: Double) -> [Measurement] {
    // The csv has them all.
    let most = rows.map(\.plan.workers).max()
    return rows.filter {
      $0.plan.mean == 10 && $0.plan.prefetch == 0 && ($0.plan.batch == nil || $0.plan.workers == most)
    }.map { row in
      let plan = row.plan
      let isJudged = plan.mean == 10 && plan.batch == nil
      let share = 100 * row.outcome.utilisation
      return Measurement(
        what: "\(plan.workers) workers, \(plan.durations.rawValue), mean \(plan.mean) s, \(row.mode)",
        ours: share, unit: "%", biggerIsBetter: true, goal: isJudged ? "> 95 %" : "no goal",
        met: isJudged ? share > 95 : nil,
        note: String(
          format: "%d evaluations in %.4g s, rank 0 %.3g us a task", plan.evaluations, row.outcome.seconds,
          1e6 * plan.cost))
    }
  }

  private func write(_ rows: [Row], to path: String) throws {
    var lines = ["workers,durations,mean,mode,task cost,evaluations,seconds,utilisation"]
    for row in rows {
      let plan = row.plan
      lines.append(
        "\(plan.workers),\(plan.durations.rawValue),\(plan.mean),\"\(row.mode)\","
          + String(
            format: "%.4g,%d,%.6g,%.5f", plan.cost, plan.evaluations, row.outcome.seconds,
            row.outcome.utilisation))
    }
    try (lines.joined(separator: "\n") + "\n").write(toFile: path, atomically: true, encoding: .utf8)
  }
}
