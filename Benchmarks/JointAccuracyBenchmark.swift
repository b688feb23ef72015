import Foundation
import Optim

/// Test R2 and constraint accuracy of `joint` on a folder of csv files (bounds, train_X, train_Y, train_C, test_X, test_Y, test_C, each with
/// a header; C holds +1 and -1) named by DMO_JOINT_DATA, beside the best of the Gaussian processes and logistic regression measured there.
/// Nothing is measured where the folder is not given: the data do not belong to the project.
struct JointAccuracyBenchmark: Workload {
  let name = "joint-accuracy"

  /// Best of isotropic and ARD exact processes (R2), and of a process on labels and logistic regression (accuracy).
  private static let published: [Int: (r2: [Double], accuracy: Double)] = [
    200: ([0.48, 0.63, 0.65, 0.40], 0.877), 500: ([0.61, 0.70, 0.75, 0.56], 0.894),
    1000: ([0.60, 0.71, 0.70, 0.58], 0.898),
  ]

  func measure(_ bench: Bench) throws -> [Measurement] {
    guard let folder = ProcessInfo.processInfo.environment["DMO_JOINT_DATA"] else { return [] }
    let bounds = try table(folder, "bounds")
    let train = try set(folder, "train", bounds)
    let test = try set(folder, "test", bounds)
    let model = ProcessInfo.processInfo.environment["DMO_JOINT_MODEL"] ?? "joint"
    guard let entry = Surrogates.named(model) else { return [] }
    return try (bench.quick ? [200] : [200, 500, 1000, 2000]).flatMap { count in
      let start = clock()
      let fitted = try entry.fit(
        train.subset(Array(0..<count)), SurrogateOptions(), RandomStream(seed: 1, purpose: .training), nil,
        nil)
      let seconds = Double(clock() - start) / Double(CLOCKS_PER_SEC)
      let prediction = fitted.predict(test.inputs)
      let known = JointAccuracyBenchmark.published[count]
      var rows = test.targets.indices.map { k in
        row(
          "\(model), N = \(count), test R2 of \(test.targetNames[k])",
          r2(prediction.mean[k], test.targets[k]), known?.r2[k])
      }
      rows.append(
        row(
          "\(model), N = \(count), constraint accuracy", accuracy(prediction.logOdds, test.labels),
          known?.accuracy))
      rows.append(
        Measurement(
          what: "\(model), N = \(count), training (CPU)", ours: seconds,
          goal: "<= 1/20 of the published recipe",
          met: [200: 15, 500: 60, 1000: 130, 2000: 165][count].map { seconds <= $0 }, note: fitted.summary))
      return rows
    }
  }

  private func row(_ what: String, _ ours: Double, _ peer: Double?) -> Measurement {
    Measurement(
      what: what, ours: ours, unit: "", biggerIsBetter: true, peer: peer.map { ("best GP or logistic", $0) },
      goal: ">= the best", met: peer.map { ours >= $0 })
  }

  private func table(_ folder: String, _ name: String) throws -> [[Double]] {
    let text = try String(contentsOfFile: "\(folder)/\(name).csv", encoding: .utf8)
    return text.split(separator: "\n").dropFirst().map { $0.split(separator: ",").map { Double($0) ?? .nan } }
  }

  private func set(_ folder: String, _ part: String, _ bounds: [[Double]]) throws -> TrainingSet {
    let x = try table(folder, "\(part)_X").map { row in
      row.indices.map { (row[$0] - bounds[0][$0]) / (bounds[1][$0] - bounds[0][$0]) }
    }
    let (y, c) = (try table(folder, "\(part)_Y"), try table(folder, "\(part)_C"))
    let (targets, labels) = (y[0].indices, c[0].indices)
    return TrainingSet(
      features: bounds[0].indices.map { .real(parameter: $0) }, inputs: Matrix(x, columns: bounds[0].count),
      targets: targets.map { k in y.map { $0[k] } }, targetNames: targets.map { "y\($0 + 1)" },
      labels: labels.map { j in c.map { $0[j] > 0 ? 1 : 0 } }, labelNames: labels.map { "c\($0 + 1)" },
      marginTargets: labels.map { _ in nil })
  }

  private func r2(_ mean: [Double], _ truth: [Double]) -> Double {
    let centre = truth.reduce(0, +) / Double(truth.count)
    let error = zip(mean, truth).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
    return 1 - error / truth.reduce(0) { $0 + ($1 - centre) * ($1 - centre) }
  }

  private func accuracy(_ logOdds: [[Double]], _ labels: [[Double]]) -> Double {
    let right = zip(logOdds, labels).reduce(0) { $0 + zip($1.0, $1.1).count { ($0 > 0) == ($1 > 0.5) } }
    return Double(right) / Double(labels.count * labels[0].count)
  }
}
