import Foundation
import Testing

@testable import Optim

@Suite struct GaussianSurrogateTests {
  private let stream = RandomStream(seed: 3, purpose: .training)

  private func fit(_ set: TrainingSet, warm: GaussianSurrogate? = nil) throws -> GaussianSurrogate {
    try GaussianSurrogate.fit(set, stream: stream, warm: warm)
  }

  /// A smooth target, its square, a margin and a yes/no answer.
  private func example(_ count: Int) -> TrainingSet {
    let inputs = randomInputs(count, 3, seed: 11)
    let first = (0..<count).map { smooth(inputs.row($0)) }
    return trainingSet(
      inputs, targets: [first, first.map { 1000 * $0 * $0 + 1 }, first.map { $0 - 0.3 }],
      labels: [first.map { $0 >= 0.3 ? 1 : 0 }, (0..<count).map { inputs[$0, 2] > 0.4 ? 1 : 0 }],
      margins: [2, nil])
  }

  @Test func predictsSmoothFunctions() throws {
    let set = example(80)
    let model = try fit(set)
    let other = randomInputs(200, 3, seed: 12)
    let truth = (0..<200).map { smooth(other.row($0)) }
    let prediction = model.predict(other)
    #expect(rSquared(prediction.mean[0], truth) > 0.995)
    #expect(rSquared(prediction.mean[1], truth.map { 1000 * $0 * $0 + 1 }) > 0.98)
    let right = { (label: Int, answer: (Int) -> Bool) in
      (0..<200).count { (prediction.logOdds[label][$0] > 0) == answer($0) }
    }
    #expect(right(0) { truth[$0] >= 0.3 } > 190)
    #expect(right(1) { other[$0, 2] > 0.4 } > 175)
    // Errors are of the size that the variance promises.
    let variance = try #require(prediction.variance)[0]
    let covered = (0..<200).count {
      abs(prediction.mean[0][$0] - truth[$0]) < 3 * variance[$0].squareRoot() + 1e-3
    }
    #expect(covered > 185)
    #expect(model.summary.contains("3 processes on 80 points"))
  }

  @Test func gradientsAgreeWithDifferences() throws {
    let model = try fit(example(60))
    #expect(gradientMismatch(model, randomInputs(9, 3, seed: 13)) < 1e-5)
    // Few points keep what the gradient needs from the prediction, many compute it again. With noise, so that the covariance is well
    // conditioned and both agree whatever order the processor's products sum in.
    var random = RandomStream(seed: 14, purpose: .test)
    let set = example(60)
    let noisy = try fit(
      trainingSet(set.inputs, targets: set.targets.prefix(1).map { $0.map { $0 + 0.1 * random.normal() } }))
    let many = randomInputs(300, 3, seed: 13)
    let gradient = { (points: Matrix) in
      noisy.gradient(points) { prediction in
        let ones = { (columns: [[Double]]) in columns.map { $0.map { _ in 1.0 } } }
        return PredictionSeeds(
          mean: ones(prediction.mean), variance: ones(prediction.variance!), logOdds: ones(prediction.logOdds)
        )
      }.gradient
    }
    let (alone, together) = (gradient(many.subset(Array(0..<9))), gradient(many))
    for (a, b) in zip(alone.values, together.values) { #expect(abs(a - b) <= 1e-9 * max(abs(a), 1)) }
  }

  @Test func isTheSameAfterStoring() throws {
    let model = try fit(example(40))
    let again = try GaussianSurrogate.entry.decode(model.encoded())
    let points = randomInputs(5, 3, seed: 14)
    #expect(again.predict(points).mean == model.predict(points).mean)
    #expect(again.predict(points).logOdds == model.predict(points).logOdds)
  }

  @Test func warmStartsStayAsGood() throws {
    let (set, more) = (example(60), example(70))
    let cold = try fit(more)
    let warm = try fit(more, warm: fit(set))
    for (one, other) in zip(warm.state.processes, cold.state.processes)
    where warm.state.targets[one.combination[0].index].transform?.shape
      == cold.state.targets[one.combination[0].index].transform?.shape
    {
      #expect(one.logLikelihood > other.logLikelihood - 5)
    }
  }

  /// With many points length scales stay until there is a tenth more to search them for.
  @Test(arguments: [(300, 310, false), (420, 440, true), (420, 470, false)])
  func manyPointsKeepTheirLengthScales(before: Int, after: Int, keeps: Bool) throws {
    let inputs = randomInputs(after, 2, seed: 41)
    let values = (0..<after).map { sin(9 * inputs[$0, 0]) + inputs[$0, 1] * inputs[$0, 1] }
    let set = trainingSet(inputs, targets: [values])
    let earlier = try fit(set.subset(Array(0..<before)))
    let later = try fit(set, warm: earlier)
    let scales = [earlier, later].map { $0.state.processes[0].hyperparameters.lengthScales }
    let drift = zip(scales[0], scales[1]).map { abs(log($0 / $1)) }.max()!
    #expect(keeps ? drift < 1e-12 : drift > 1e-9)
    #expect(later.state.processes[0].searchedPoints == (keeps ? before : after))
    let other = randomInputs(50, 2, seed: 42)
    let truth = (0..<50).map { sin(9 * other[$0, 0]) + other[$0, 1] * other[$0, 1] }
    #expect(rSquared(later.predict(other).mean[0], truth) > 0.999)
  }

  @Test func unknownAnswersAreLeftOut() throws {
    var set = example(50)
    var targets = set.targets
    for i in 0..<20 { targets[0][i] = .nan }
    targets[2] = targets[2].map { _ in .nan }
    set = trainingSet(set.inputs, targets: targets, labels: set.labels, margins: set.marginTargets)
    let prediction = try fit(set).predict(set.inputs)
    #expect(isFinite(prediction))
    #expect(rSquared(Array(prediction.mean[0][20...]), Array(targets[0][20...])) > 0.99)
    // A target without any value is only known not to be known; its label is then learned as such.
    #expect(
      prediction.mean[2].allSatisfy { $0 == 0 } && prediction.variance?[2].allSatisfy { $0 == 1 } == true)
    #expect((0..<50).count { (prediction.logOdds[0][$0] > 0) == (set.labels[0][$0] > 0.5) } > 45)
  }

  @Test func nothingToLearnFrom() {
    #expect(throws: TrainingError("gpr has nothing to learn from: no point with a known answer")) {
      try fit(trainingSet(Matrix(rows: 0, columns: 2), targets: [[]]))
    }
    #expect(throws: TrainingError.self) {
      try fit(trainingSet(Matrix(rows: 1, columns: 2), targets: [[.nan]], labels: [[.nan]]))
    }
    #expect(throws: TrainingError.self) {
      let many = Matrix(rows: 30_000, columns: 1)
      return try fit(trainingSet(many, targets: [Array(repeating: 1, count: 30_000)]))
    }
  }

  @Test func oneRowAndConstants() throws {
    let one = try fit(
      trainingSet(Matrix([[0.2, 0.3]], columns: 2), targets: [[7]], labels: [[1], [0]], margins: [0, nil]))
    let points = randomInputs(4, 2, seed: 1)
    let prediction = one.predict(points)
    #expect(prediction.mean[0] == [7, 7, 7, 7] && prediction.variance?[0] == [0, 0, 0, 0])
    // Rule of succession: (1 + 1) / (1 + 2).
    #expect(abs(prediction.probability[0][0] - 2.0 / 3) < 1e-12)
    #expect(abs(prediction.probability[1][0] - 1.0 / 3) < 1e-12)
    #expect(
      one.gradient(points) { _ in PredictionSeeds(mean: [[1, 1, 1, 1]]) }.gradient.values.allSatisfy {
        $0 == 0
      })
    let inputs = Matrix([[0.5], [0.5], [0.5]], columns: 1)
    let same = try fit(trainingSet(inputs, targets: [[1, 2, 3]], labels: [[0, 1, 1]]))
    let at = same.predict(Matrix([[0.1]], columns: 1))
    #expect(abs(at.mean[0][0] - 2) < 1e-12 && abs(at.variance![0][0] - 2.0 / 3) < 1e-12)
    #expect(abs(at.probability[0][0] - 3.0 / 5) < 1e-12)
  }

  @Test func twoRows() throws {
    let model = try fit(
      trainingSet(Matrix([[0.1, 0.9], [0.8, 0.2]], columns: 2), targets: [[1, 5]], labels: [[0, 1]]))
    let prediction = model.predict(randomInputs(20, 2, seed: 2))
    #expect(isFinite(prediction))
    #expect(prediction.mean[0].allSatisfy { $0 > -5 && $0 < 11 })
  }

  @Test func duplicatesAndContradictions() throws {
    let base = example(15)
    let rows = (0..<15).flatMap { [$0, $0, $0] }
    let twice = try fit(base.subset(rows))
    #expect(isFinite(twice.predict(randomInputs(10, 3, seed: 3))))
    // The same point with different answers is noise.
    let noisy = trainingSet(
      base.inputs.subset(rows), targets: [rows.indices.map { Double($0 % 3) + base.targets[0][rows[$0]] }])
    let prediction = try fit(noisy).predict(base.inputs)
    #expect(rSquared(prediction.mean[0], base.targets[0].map { $0 + 1 }) > 0.8)
  }

  @Test func absurdValues() throws {
    let set = example(60)
    var targets = set.targets
    targets[0][3] = 1e300
    targets[0][9] = -1e300
    targets[1] = targets[1].enumerated().map { pow(10, Double($0.offset % 40) * 7) * $0.element }
    let model = try fit(
      trainingSet(set.inputs, targets: targets, labels: [targets[0].map { $0 >= 0 ? 1 : 0 }], margins: [0]))
    let points = randomInputs(50, 3, seed: 4)
    let prediction = model.predict(points)
    #expect(isFinite(prediction))
    let far = Matrix([[1e6, -1e6, 1e6]], columns: 3)
    #expect(isFinite(model.predict(far)))
    #expect(gradientOfSum(model, points).values.allSatisfy { $0.isFinite })
    // Two absurd values out of 60 do not hide the rest.
    let truth = (0..<50).map { smooth(points.row($0)) }
    let errors = zip(prediction.mean[0], truth).map { abs($0 - $1) }.sorted()
    #expect(errors[25] < 0.5)
  }

  @Test func manyFeaturesAndTargets() throws {
    let inputs = randomInputs(30, 200, seed: 5)
    let targets = (0..<50).map { k in (0..<30).map { inputs[$0, k] + 2 * inputs[$0, k + 1] } }
    let model = try fit(trainingSet(inputs, targets: targets))
    let prediction = model.predict(inputs)
    #expect(isFinite(prediction) && prediction.mean.count == 50)
  }

  @Test func illConditioned() throws {
    // A line: any length scale is too short, and the matrix is all but singular.
    let inputs = Matrix((0..<60).map { [Double($0) / 59] }, columns: 1)
    let values = (0..<60).map { 3 * inputs[$0, 0] + 1e6 }
    let prediction = try fit(trainingSet(inputs, targets: [values])).predict(inputs)
    #expect(rSquared(prediction.mean[0], values) > 0.999)
    let close = Matrix((0..<30).map { [0.5 + 1e-13 * Double($0)] }, columns: 1)
    let alternating = try fit(trainingSet(close, targets: [(0..<30).map { Double($0 % 2) }]))
    #expect(isFinite(alternating.predict(close)))
  }

  /// A count that is 0 everywhere but at one or two of many points: the parts of the data on which searches begin must not miss them.
  @Test(arguments: [1, 2]) func rareValuesAmongManyEqualOnes(rare: Int) throws {
    let inputs = randomInputs(1100, 4, seed: 31)
    var values = [Double](repeating: -2, count: 1100)
    for row in [37, 902].prefix(rare) { values[row] = -1 }
    let set = trainingSet(
      inputs, targets: [values], labels: [values.map { $0 > -2 ? 1 : 0 }, values.map { $0 >= 0 ? 1 : 0 }],
      margins: [nil, 0])
    let model = try fit(set)
    let prediction = model.predict(inputs)
    #expect(isFinite(prediction))
    // It says where the rare value is, or that it is noise about a mean, and nothing else.
    #expect(prediction.mean[0].allSatisfy { -2.1 < $0 && $0 < -0.9 })
    #expect(prediction.logOdds[1].allSatisfy { $0 < 0 })
    let both = try GaussianSurrogate.fit(
      trainingSet(inputs, targets: [values, (0..<1100).map { smooth(inputs.row($0)) }]), stream: stream,
      coregionalised: true)
    #expect(isFinite(both.predict(inputs)))
  }

  /// Where an earlier fit's small noise makes the covariance singular (here because distances far from the unit cube cancel), there is
  /// more noise instead of an error.
  @Test func growsTheNoiseOfAnEarlierModel() throws {
    let near = randomInputs(60, 2, seed: 32)
    let targets = [(0..<60).map { near[$0, 0] + near[$0, 1] }]
    var state = try fit(trainingSet(near, targets: targets)).state
    state.processes[0].hyperparameters.lengthScales = [1, 1]
    state.processes[0].hyperparameters.noiseVariance =
      1e-8 * state.processes[0].hyperparameters.signalVariance
    let far = Matrix(rows: 60, columns: 2, values: near.values.map { $0 + 1e6 })
    let model = try fit(trainingSet(far, targets: targets), warm: try GaussianSurrogate(state))
    #expect(
      model.state.processes[0].hyperparameters.noiseVariance > 1e-7
        * model.state.processes[0].hyperparameters.signalVariance)
    #expect(rSquared(model.predict(far).mean[0], targets[0]) > 0.9)
  }

  @Test func separableLabels() throws {
    let inputs = randomInputs(40, 2, seed: 6)
    let set = trainingSet(inputs, labels: [(0..<40).map { inputs[$0, 0] > 0.5 ? 1 : 0 }])
    let prediction = try fit(set).predict(inputs)
    #expect(isFinite(prediction))
    #expect((0..<40).allSatisfy { (prediction.logOdds[0][$0] > 0) == (inputs[$0, 0] > 0.5) })
  }

  @Test func stopsWithAModelWhenTold() throws {
    final class Impatient: TrainingObserver {
      nonisolated(unsafe) var reports = 0
      func report(_ progress: TrainingProgress) { reports += 1 }
      var shouldStop: Bool { true }
    }
    let observer = Impatient()
    let set = example(40)
    let model = try GaussianSurrogate.fit(set, stream: stream, observer: observer)
    #expect(isFinite(model.predict(set.inputs)))
    #expect(observer.reports == 5)
  }
}
