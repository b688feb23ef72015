import Foundation
import Testing

@testable import Optim

@Suite struct CrossValidationTests {
  static func stream(_ index: UInt64 = 0) -> RandomStream {
    RandomStream(seed: 5, purpose: .test, index: index)
  }

  /// Linear targets with noise; labels of 50 %, 10 % and one row.
  static func set(_ rows: Int, noise: Double = 0.1) -> TrainingSet {
    var random = stream(rows == 0 ? 1 : UInt64(rows))
    let inputs = Matrix((0..<rows).map { _ in (0..<3).map { _ in random.uniform() } }, columns: 3)
    let first = (0..<rows).map { inputs[$0, 0] - 2 * inputs[$0, 1] + noise * random.normal() }
    let second = (0..<rows).map { inputs[$0, 2] + noise * random.normal() }
    let labels = [
      first.map { $0 > -0.5 ? 1.0 : 0 }, (0..<rows).map { $0 % 10 == 0 ? 1.0 : 0 },
      (0..<rows).map { $0 == 3 ? 1.0 : 0 },
    ]
    return TrainingSet(
      features: (0..<3).map { .real(parameter: $0) }, inputs: inputs, targets: [first, second],
      targetNames: ["first", "second"], labels: labels, labelNames: ["half", "tenth", "one"],
      marginTargets: [nil, nil, nil])
  }

  @Test(arguments: [2, 3, 5, 10]) func foldsAreEvenAndStratified(_ count: Int) {
    let set = Self.set(101)
    let folds = Folds(rows: set.count, labels: set.labels, count: count, stream: Self.stream())
    let sizes = (0..<count).map { folds.rows(in: $0).count }
    #expect(sizes.max()! - sizes.min()! <= 1 && sizes.reduce(0, +) == 101)
    for label in set.labels {
      let whole = label.reduce(0, +)
      for k in 0..<count {
        let own = folds.rows(in: k).reduce(0) { $0 + label[$1] }
        #expect(abs(own - whole / Double(count)) <= 1.5, "fold \(k): \(own) of \(whole)")
      }
    }
    let again = Folds(rows: set.count, labels: set.labels, count: count, stream: Self.stream())
    let other = Folds(rows: set.count, labels: set.labels, count: count, stream: Self.stream(1))
    #expect(folds.part == again.part && folds.part != other.part)
  }

  @Test func foldsWithoutLabelsAndWithUnknownOnes() {
    for labels in [[], [Array(repeating: Double.nan, count: 7)]] {
      let folds = Folds(rows: 7, labels: labels, count: 3, stream: Self.stream())
      #expect((0..<3).map { folds.rows(in: $0).count } == [3, 2, 2])
      #expect((folds.rows(in: 1) + folds.rows(outside: 1)).sorted() == Array(0..<7))
    }
  }

  @Test func everyRowIsPredictedByAModelThatDidNotSeeIt() throws {
    let set = Self.set(60)
    let result = try #require(
      try CrossValidation.run(linearEntry("linear"), set, folds: 5, stream: Self.stream()))
    let folds = Folds(rows: 60, labels: set.labels, count: 5, stream: Self.stream())
    for k in 0..<5 {
      let model = try linearEntry("linear").fit(
        set.subset(folds.rows(outside: k)), SurrogateOptions(), Self.stream(), nil, nil)
      let own = folds.rows(in: k)
      let expected = model.predict(set.inputs.subset(own))
      #expect(own.map { result.prediction.mean[1][$0] } == expected.mean[1])
      #expect(own.map { result.prediction.logOdds[0][$0] } == expected.logOdds[0])
    }
    let scores = RegressionScores(truth: set.targets[0], predicted: result.prediction.mean[0])
    #expect(scores.r2 > 0.9)
  }

  @Test func badNumbersOfFoldsAreExplained() {
    #expect(throws: TrainingError("5 folds need at least 5 evaluated points, found 3")) {
      try CrossValidation.run(linearEntry("linear"), Self.set(3), folds: 5, stream: Self.stream())
    }
    #expect(throws: TrainingError("cross-validation needs at least 2 folds, found 1")) {
      try CrossValidation.run(linearEntry("linear"), Self.set(3), folds: 1, stream: Self.stream())
    }
  }

  @Test func aFitThatFailsEndsIt() {
    let failing = SurrogateEntry("failing", "", version: 1) {
      set, _, _, _, _ -> AnalyticSurrogate in throw TrainingError("no")
    }
    #expect(throws: TrainingError("no")) {
      try CrossValidation.run(failing, Self.set(10), folds: 2, stream: Self.stream())
    }
  }

  private final class Stopping: TrainingObserver {
    func report(_ progress: TrainingProgress) {}
    let shouldStop = true
  }

  @Test func interruptionGivesNothing() throws {
    let result = try CrossValidation.run(
      linearEntry("linear"), Self.set(20), folds: 4, stream: Self.stream(), observer: Stopping())
    #expect(result.map(\.folds) == nil)
  }
}
