import Foundation
import Optim

/// Fit and prediction of Gaussian processes with 15 inputs and four targets of differing difficulty, beside scikit-learn's with the
/// same kernel, in CPU seconds on one thread.
///
/// Ours chooses transformations and starts the search of hyperparameters from several places; the peer starts once, which is the
/// least it can do. Likelihoods are of processes without transformation, summed over targets.
struct GaussianProcessBenchmark: Workload {
  let name = "gaussian-process"
  private static let columns = 15
  private static let targets = 4
  private static let predicted = 2000

  func measure(_ bench: Bench) throws -> [Measurement] {
    let sizes = bench.quick ? [50] : [200, 500, 1000]
    var rows: [Measurement] = []
    for size in sizes {
      let peer = try bench.peer("gaussian_process", ["\(size)"])
      let points = benchmarkPoints("cube", size + Self.predicted, Self.columns)
      let inputs = matrix(points, 0..<size)
      let values = (0..<Self.targets).map { target($0, inputs) }
      let set = TrainingSet(
        features: (0..<Self.columns).map { .real(parameter: $0) }, inputs: inputs, targets: values,
        targetNames: (0..<Self.targets).map { "y\($0)" }, labels: [], labelNames: [], marginTargets: [])
      let stream = RandomStream(seed: 1, purpose: .training)
      let start = cpuSeconds()
      let model = try GaussianSurrogate.fit(set, stream: stream)
      _ = model.predict(matrix(points, size..<size + Self.predicted))
      let seconds = cpuSeconds() - start
      let likelihood = try values.reduce(0) {
        $0 + (try GaussianProcess.fitted(inputs: inputs, values: $1, stream: stream).logMarginalLikelihood)
      }
      rows.append(
        Measurement(
          what: "gpr, fit to \(size) points and prediction of \(Self.predicted), CPU time", ours: seconds,
          peer: peer?["seconds"].map { ("scikit-learn", $0) }, goal: ">= 10x scikit-learn",
          met: peer?["seconds"].map { $0 >= 10 * seconds }))
      rows.append(
        Measurement(
          what: "gpr, log marginal likelihood at \(size) points", ours: likelihood, unit: "",
          biggerIsBetter: true, peer: peer?["likelihood"].map { ("scikit-learn", $0) },
          goal: "equal (to one nat a target) or better",
          met: peer?["likelihood"].map { likelihood >= $0 - Double(Self.targets) }))
    }
    return rows
  }

  private func matrix(_ columns: [[Double]], _ rows: Range<Int>) -> Matrix {
    Matrix(rows.map { i in columns.map { $0[i] } }, columns: columns.count)
  }

  /// Squared distance of a smooth function to a value, as peers/gaussian_process.py has it.
  private func target(_ k: Int, _ inputs: Matrix) -> [Double] {
    (0..<inputs.rows).map { i in
      var sum = 2 * inputs[i, 2 * k] * inputs[i, 2 * k + 1] - 0.5
      for j in 0..<inputs.columns {
        sum += 0.5 * Double((7 * k + 3 * j) % 5 - 2) * sin(Double(2 + k) * inputs[i, j])
      }
      return sum * sum
    }
  }

  private func cpuSeconds() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return Double(time.tv_sec) + 1e-9 * Double(time.tv_nsec)
  }
}
