import Foundation
import Optim

/// Variance-based indices of Sobol's G function with bootstrap confidence, beside SALib's.
struct SensitivityBenchmark: Workload {
  let name = "sensitivity"

  private static let a = [0, 1, 4.5, 9, 99, 99, 99, 99]

  func measure(_ bench: Bench) throws -> [Measurement] {
    let count = bench.quick ? 128 : 4096
    let peer = try bench.peer("sensitivity")
    let responses = Responses(
      parameters: Self.a.indices.map { "x\($0 + 1)" }, names: ["g"],
      values: { points in [(0..<points.rows).map { Self.value(points.row($0)) }] },
      gradients: { points in ([], [Matrix(rows: points.rows, columns: points.columns)]) })
    let stream = RandomStream(seed: 1, purpose: .sensitivity)
    var total = 0.0
    let seconds = bench.median {
      total = Sensitivities.named("sobol")!.run(responses, count, stream).measures[1].values[0][0]
    }
    let other = peer?["sobol"]
    return [
      Measurement(
        what: "sobol indices, 8 parameters, \(count) base points, 100 resamples", ours: seconds,
        peer: other.map { ("SALib", $0) }, goal: "not slower than SALib", met: other.map { seconds <= $0 },
        note: "total order of x1 \(total)")
    ]
  }

  private static func value(_ u: [Double]) -> Double {
    var product = 1.0
    for j in u.indices { product *= (abs(4 * u[j] - 2) + a[j]) / (1 + a[j]) }
    return product
  }
}
