import Foundation
import Testing

@testable import Optim

/// Gaussian processes of what the networks of `joint` and `resnet` leave over.
@Suite struct ResidualProcessTests {
  /// A wave that no square of a linear function follows, a noisy slope, and a margin with its label.
  static func sample(_ count: Int, seed: UInt64 = 1, margin: Bool = true) -> TrainingSet {
    var random = RandomStream(seed: seed, purpose: .test)
    let x = (0..<count).map { _ in (0..<3).map { _ in random.uniform() } }
    let wave = x.map { sin(6 * $0[0]) * cos(4 * $0[1]) + 0.3 * $0[2] }
    let slope = x.map { $0[0] + 0.5 * random.normal() }
    return TrainingSet(
      features: (0..<3).map { .real(parameter: $0) }, inputs: Matrix(x, columns: 3),
      targets: [wave, slope, wave.map { $0 - 0.4 }], targetNames: ["wave", "slope", "margin"],
      labels: [wave.map { $0 >= 0.4 ? 1 : 0 }], labelNames: ["high"], marginTargets: [margin ? 2 : nil])
  }

  private func fit(_ set: TrainingSet, warm: NetworkEnsemble? = nil) throws -> NetworkEnsemble {
    let model = try SurrogateEntry.resnet.fit(
      set, NetworkEnsembleTests.quick(3), RandomStream(seed: 9, purpose: .training), warm, nil)
    return try #require(model as? NetworkEnsemble)
  }

  @Test func smoothResidualsGetAProcessAndNoiseDoesNot() throws {
    let set = ResidualProcessTests.sample(120)
    let model = try fit(set)
    #expect(model.residuals.has(0) && !model.residuals.has(1) && model.residuals.has(2))
    #expect(model.summary.contains("processes of what is left of 2 of 3 targets"))
    let test = ResidualProcessTests.sample(200, seed: 2)
    var alone = model
    alone.residuals = .none
    func error(_ model: NetworkEnsemble) -> Double {
      let mean = model.predict(test.inputs).mean[0]
      return zip(mean, test.targets[0]).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) } / 200
    }
    #expect(error(model) < 0.05 * error(alone))
    // It goes through its points, and is surer there than elsewhere.
    let (there, elsewhere) = (model.predict(set.inputs), model.predict(test.inputs))
    #expect(zip(there.mean[0], set.targets[0]).allSatisfy { abs($0 - $1) < 1e-2 })
    #expect(there.variance![0].max()! < 0.1 * elsewhere.variance![0].max()!)
    // The label follows the margin's process.
    let right = zip(elsewhere.logOdds[0], test.labels[0]).count { ($0 > 0) == ($1 > 0.5) }
    #expect(right >= 190)
    let quick = model.predictMeans(test.inputs)
    #expect(quick.variance == nil && quick.mean == elsewhere.mean)
    #expect(zip(quick.logOdds[0], elsewhere.logOdds[0]).count { ($0 > 0) == ($1 > 0) } >= 195)
  }

  @Test func gradientsAgreeWithFiniteDifferences() throws {
    let model = try fit(ResidualProcessTests.sample(80))
    #expect(!model.residuals.isEmpty)
    let points = ResidualProcessTests.sample(6, seed: 3).inputs
    let (mean, variance, odds) = ([0.7, 0.4, 0.5], [3.0, 2.0, 1.0], [0.2])
    func value(_ p: Prediction) -> [Double] {
      (0..<6).map { row -> Double in
        var sum = odds[0] * p.logOdds[0][row]
        for k in 0..<3 { sum += mean[k] * p.mean[k][row] + variance[k] * p.variance![k][row] }
        return sum
      }
    }
    func column(_ values: [Double]) -> [[Double]] { values.map { Array(repeating: $0, count: 6) } }
    let (_, gradient) = model.gradient(points) { _ in
      PredictionSeeds(mean: column(mean), variance: column(variance), logOdds: column(odds))
    }
    let step = 1e-3
    for f in 0..<3 {
      var (up, down) = (points, points)
      for row in 0..<6 {
        up[row, f] += step
        down[row, f] -= step
      }
      let (high, low) = (value(model.predict(up)), value(model.predict(down)))
      for row in 0..<6 {
        let slope = (high[row] - low[row]) / (2 * step)
        let scale = (0..<3).map { abs(gradient[row, $0]) }.max()!
        #expect(abs(gradient[row, f] - slope) < 5e-3 * scale + 1e-2, "row \(row), feature \(f)")
      }
    }
  }

  @Test func storedModelsAnswerTheSame() throws {
    let model = try fit(ResidualProcessTests.sample(60))
    #expect(!model.residuals.isEmpty)
    let again = try #require(
      try SurrogateEntry.resnet.decode(model.encoded()) as? NetworkEnsemble)
    let points = ResidualProcessTests.sample(10, seed: 4).inputs
    let (first, second) = (model.predict(points), again.predict(points))
    #expect(first.mean == second.mean && first.variance == second.variance && first.logOdds == second.logOdds)
  }

  /// Length scales stay until there is a tenth more data.
  @Test func aWarmStartKeepsLengthScales() throws {
    let set = ResidualProcessTests.sample(100)
    let first = try fit(set.subset(Array(0..<95)))
    let kept = try fit(set, warm: first)
    let (old, new) = (first.residuals.parts[0]!, kept.residuals.parts[0]!)
    #expect(new.searchedPoints == 95)
    #expect(old.hyperparameters.lengthScales == new.hyperparameters.lengthScales)
    let searched = try fit(ResidualProcessTests.sample(120), warm: first)
    #expect(searched.residuals.parts[0]!.searchedPoints == 120)
  }
}
