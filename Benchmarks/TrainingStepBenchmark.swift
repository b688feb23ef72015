import Foundation
import Optim

/// One training step of the FT-Transformer beside PyTorch's, eager, on one thread: smallest CPU time of several. Also what share of a step
/// is matrix products, predictions at 10,000 points and input gradients at 200.
struct TrainingStepBenchmark: Workload {
  let name = "training-step"

  func measure(_ bench: Bench) throws -> [Measurement] {
    let peer = try bench.peer("training_step")
    var rows: [Measurement] = []
    let square = NetworkProbe.squareProduct { leastCPU(bench.quick ? 1 : 10, $0) }
    let peak = square.operations / square.seconds * 1e-9
    for (width, goal) in [(128, 2.0), (64, 3.0), (32, 5.0)] {
      let probe = NetworkProbe(width: width, batch: 128)
      let repeats = bench.quick ? 1 : 30
      let step = leastCPU(repeats) { probe.trainingStep() }
      let products = leastCPU(repeats) { probe.productsOnly() }
      let rate = probe.productOperations / products * 1e-9
      let other = peer?["step\(width)"]
      rows.append(
        Measurement(
          what: "training step, width \(width), 128 x 16 tokens", ours: step,
          peer: other.map { ("PyTorch", $0) },
          goal: ">= \(Int(goal))x PyTorch", met: other.map { $0 >= goal * step },
          note: String(
            format: "products %.0f %% of it, at %.0f Gflop/s, %.0f %% of a product of 1024 x 1024 matrices",
            100 * products / step, rate, 100 * rate / peak)))
      for (what, count, key) in [
        ("prediction of", 10_000, "predict"), ("input gradients at", 200, "gradient"),
      ] {
        let seconds = leastCPU(bench.quick ? 1 : 4) {
          if key == "predict" { probe.predict(count) } else { probe.inputGradients(count) }
        }
        let other = peer?["\(key)\(width)"]
        rows.append(
          Measurement(
            what: "\(what) \(count) points, one network of width \(width)", ours: seconds,
            peer: other.map { ("PyTorch", $0) }, goal: "faster", met: other.map { $0 > seconds }))
      }
    }
    return rows
  }

  /// Smallest CPU seconds of a run, after one warm-up.
  private func leastCPU(_ repeats: Int, _ body: () -> Void) -> Double {
    body()
    return (0..<repeats).map { _ in
      let start = clock()
      body()
      return Double(clock() - start) / Double(CLOCKS_PER_SEC)
    }.min()!
  }
}
