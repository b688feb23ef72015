import Foundation
import Testing

@testable import Optim

/// What the deep Gaussian processes have to hold to, as all surrogates, and what sets them apart.
@Suite struct DeepSurrogateTests {
  static let names = ["mdgp", "mdspp"]
  private let stream = RandomStream(seed: 3, purpose: .training)

  /// - Parameter epochs: of at most one batch: steps.
  private func fit(
    _ name: String, _ set: TrainingSet, width: Int? = nil, inducing: Int? = 24, epochs: Int? = 60,
    warm: (any Surrogate)? = nil, observer: (any TrainingObserver)? = nil
  ) throws -> DeepSurrogate {
    var options = SurrogateOptions()
    (options.width, options.inducing, options.epochs) = (width, inducing, epochs)
    let model = try #require(Surrogates.named(name)).fit(set, options, stream, warm, observer)
    return try #require(model as? DeepSurrogate)
  }

  private func smooth(_ x: [Double]) -> Double { sin(5 * x[0]) + x[1] * x[1] }

  /// A smooth target, a margin and a yes/no answer.
  private func example(_ count: Int) -> TrainingSet {
    let inputs = randomInputs(count, 3, seed: 11)
    let first = (0..<count).map { smooth(inputs.row($0)) }
    return trainingSet(
      inputs, targets: [first, first.map { $0 - 0.3 }],
      labels: [first.map { $0 >= 0.3 ? 1 : 0 }, (0..<count).map { inputs[$0, 2] > 0.4 ? 1 : 0 }],
      margins: [1, nil])
  }

  @Test(arguments: names) func predictsSmoothFunctions(_ name: String) throws {
    let model = try fit(name, example(90), inducing: 45)
    let other = randomInputs(200, 3, seed: 12)
    let truth = (0..<200).map { smooth(other.row($0)) }
    let prediction = model.predict(other)
    #expect(rSquared(prediction.mean[0], truth) > 0.98)
    #expect((0..<200).count { (prediction.logOdds[0][$0] > 0) == (truth[$0] >= 0.3) } > 185)
    #expect((0..<200).count { (prediction.logOdds[1][$0] > 0) == (other[$0, 2] > 0.4) } > 175)
    let variance = try #require(prediction.variance)[0]
    let covered = (0..<200).count {
      abs(prediction.mean[0][$0] - truth[$0]) < 3 * variance[$0].squareRoot() + 1e-3
    }
    #expect(covered > 180)
    #expect(model.summary.contains("on 90 points, 2 targets, 1 classifier, 45 inducing points"))
    #expect(gradientMismatch(model, randomInputs(9, 3, seed: 13)) < 1e-3)
    // The same at every call, when read back, and however rows are put together.
    let again = try #require(Surrogates.named(name)).decode(model.encoded())
    #expect(again.predict(other).mean == prediction.mean && model.predict(other).mean == prediction.mean)
    #expect(again.predict(other).logOdds == prediction.logOdds)
    let single = model.predict(other.subset([150]))
    #expect(abs(single.mean[0][0] - prediction.mean[0][150]) < 1e-9)
    #expect(try fit(name, example(90), inducing: 45).predict(other).mean == prediction.mean)
  }

  @Test(arguments: names) func warmStartsStayAsGood(_ name: String) throws {
    let set = example(80)
    let model = try fit(name, set, warm: fit(name, set.subset(Array(0..<70))))
    #expect(model.state.steps == 20)
    #expect(rSquared(model.predict(set.inputs).mean[0], set.targets[0]) > 0.98)
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
    let set = example(60)
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
    let gradient = model.gradient(points) { prediction in
      PredictionSeeds(
        mean: prediction.mean.map { $0.map { _ in 1 } },
        variance: (prediction.variance ?? []).map { $0.map { _ in 1 } },
        logOdds: prediction.logOdds.map { $0.map { _ in 1 } })
    }.gradient
    #expect(gradient.values.allSatisfy { $0.isFinite })
    let errors = (0..<50).map { abs(prediction.mean[0][$0] - smooth(points.row($0))) }.sorted()
    #expect(errors[25] < 0.5)
  }

  @Test(arguments: names) func duplicatesAndContradictions(_ name: String) throws {
    let base = example(15)
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

  /// Told to stop before the first step, and told so in the middle, when losses were reported.
  @Test(arguments: names) func stopsWithAModelWhenTold(_ name: String) throws {
    final class Impatient: TrainingObserver {
      let patience: Int
      var losses: [Double] = []
      init(_ patience: Int) { self.patience = patience }
      func report(_ progress: TrainingProgress) { losses += [progress.loss].compactMap { $0 } }
      var shouldStop: Bool { losses.count >= patience }
    }
    let set = example(40)
    for patience in [0, 2] {
      let observer = Impatient(patience)
      #expect(isFinite(try fit(name, set, observer: observer).predict(set.inputs)))
      #expect(observer.losses.count == patience && observer.losses.allSatisfy(\.isFinite))
    }
  }

  @Test(arguments: names) func widthAndSize(_ name: String) throws {
    let set = example(30)
    #expect(try fit(name, set, width: 1, epochs: 2).summary.hasPrefix("1 hidden unit on 30 points"))
    // No more than there are parameters, and no more inducing points than points.
    let wide = try fit(name, set, width: 9, inducing: 500, epochs: 2)
    #expect(wide.summary.hasPrefix("3 hidden units") && wide.summary.contains("30 inducing points"))
    #expect(throws: TrainingError.self) {
      let many = Matrix(rows: 20_000, columns: 1)
      return try fit(name, trainingSet(many, targets: [Array(repeating: 1, count: 20_000)]), inducing: 20_000)
    }
  }

  /// More points than a batch and a block, some of them noisy: what a process of one length scale smears stays sharp.
  @Test(arguments: names) func sharpFront(_ name: String) throws {
    let inputs = randomInputs(300, 2, seed: 41)
    let front = { (x: [Double]) in tanh(20 * (x[0] + 0.5 * x[1] - 0.7)) + 0.5 * x[1] }
    var random = RandomStream(seed: 42, purpose: .test)
    let values = (0..<300).map { front(inputs.row($0)) + 0.02 * random.normal() }
    let set = trainingSet(inputs, targets: [values])
    let other = randomInputs(400, 2, seed: 43)
    let truth = (0..<400).map { front(other.row($0)) }
    let exact = try #require(Surrogates.named("gpr")).fit(set, SurrogateOptions(), stream, nil, nil)
    let deep = try fit(name, set, inducing: 50, epochs: 100)
    let left = { (model: any Surrogate) in 1 - rSquared(model.predict(other).mean[0], truth) }
    #expect(left(deep) < left(exact))
  }
}
