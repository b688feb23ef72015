import Foundation
import Testing

@testable import Optim

/// What every surrogate that is made of Gaussian processes does with little data, odd values, copies and contradictions.
@Suite struct ProcessSurrogateTests {
  static let names = ["gpr", "megp"] + SparseSurrogateTests.names + DeepSurrogateTests.names
  private let stream = RandomStream(seed: 3, purpose: .training)

  /// Steps and inducing points are for those that have them.
  private func fit(_ name: String, _ set: TrainingSet, inducing: Int = 24) throws -> any Surrogate {
    var options = SurrogateOptions()
    (options.inducing, options.epochs) = (inducing, 60)
    return try #require(Surrogates.named(name)).fit(set, options, stream, nil, nil)
  }

  @Test(arguments: names) func littleOrOddData(_ name: String) throws {
    #expect(throws: TrainingError("\(name) has nothing to learn from: no point with a known answer")) {
      try fit(name, trainingSet(Matrix(rows: 0, columns: 2), targets: [[]]))
    }
    #expect(throws: TrainingError("\(name) has nothing to learn from: no point with a known answer")) {
      try fit(
        name, trainingSet(Matrix(rows: 2, columns: 1), targets: [[.nan, .nan]], labels: [[.nan, .nan]]))
    }
    let one = try fit(
      name,
      trainingSet(Matrix([[0.2, 0.3]], columns: 2), targets: [[7]], labels: [[1], [0]], margins: [0, nil]))
    let points = randomInputs(4, 2, seed: 1)
    #expect(one.predict(points).mean[0] == [7, 7, 7, 7])
    #expect(abs(one.predict(points).probability[1][0] - 1.0 / 3) < 1e-12)
    let two = try fit(
      name,
      trainingSet(Matrix([[0.1, 0.9], [0.8, 0.2]], columns: 2), targets: [[1, 5]], labels: [[0, 1]]))
    #expect(isFinite(two.predict(points)))
    let same = try fit(
      name,
      trainingSet(Matrix([[0.5], [0.5], [0.5]], columns: 1), targets: [[1, 2, 3]], labels: [[0, 1, 1]]))
    #expect(abs(same.predict(Matrix([[0.1]], columns: 1)).mean[0][0] - 2) < 1e-12)
  }

  @Test(arguments: names) func oddValues(_ name: String) throws {
    let set = processExample(60)
    var targets = set.targets
    targets[0][3] = 1e300
    targets[0][9] = -1e300
    targets[1][5] = .nan
    targets.append(Array(repeating: 4, count: 60))
    targets.append(Array(repeating: .nan, count: 60))
    var labels = set.labels
    labels[1][7] = .nan
    labels.append(Array(repeating: 1, count: 60))
    let model = try fit(
      name,
      trainingSet(set.inputs, targets: targets, labels: labels, margins: [0, nil, nil]), inducing: 60)
    let points = randomInputs(50, 3, seed: 4)
    let prediction = model.predict(points)
    #expect(isFinite(prediction) && isFinite(model.predict(Matrix([[1e6, -1e6, 1e6]], columns: 3))))
    #expect(prediction.mean[2].allSatisfy { $0 == 4 } && prediction.mean[3].allSatisfy { $0 == 0 })
    #expect(gradientOfSum(model, points).values.allSatisfy { $0.isFinite })
    let errors = (0..<50).map { abs(prediction.mean[0][$0] - smooth(points.row($0))) }.sorted()
    #expect(errors[25] < 0.5)
  }

  @Test(arguments: names) func duplicatesAndContradictions(_ name: String) throws {
    let base = processExample(15)
    let rows = (0..<15).flatMap { [$0, $0, $0] }
    #expect(isFinite(try fit(name, base.subset(rows)).predict(randomInputs(10, 3, seed: 3))))
    let noisy = trainingSet(
      base.inputs.subset(rows), targets: [rows.indices.map { Double($0 % 3) + base.targets[0][rows[$0]] }],
      labels: [rows.indices.map { $0 % 3 == 0 ? 0 : 1 }])
    let prediction = try fit(name, noisy).predict(base.inputs)
    #expect(rSquared(prediction.mean[0], base.targets[0].map { $0 + 1 }) > 0.7)
    #expect(prediction.probability[0].allSatisfy { abs($0 - 2.0 / 3) < 0.15 })
  }

  @Test(arguments: names) func separableLabels(_ name: String) throws {
    let inputs = randomInputs(40, 2, seed: 6)
    let set = trainingSet(inputs, labels: [(0..<40).map { inputs[$0, 0] > 0.5 ? 1 : 0 }])
    let prediction = try fit(name, set, inducing: 20).predict(inputs)
    #expect(isFinite(prediction))
    #expect((0..<40).count { (prediction.logOdds[0][$0] > 0) == (inputs[$0, 0] > 0.5) } >= 39)
  }
}
