import Foundation
import Testing

@testable import Optim

@Suite struct AutoSurrogateTests {
  /// Two entries, each of which sees other features: the first target needs x1 and x2, the second x3.
  static let candidates = [
    linearEntry("left") { $0 < 2 }, linearEntry("right") { $0 == 2 },
  ]

  static func fit(_ set: TrainingSet, warm: AutoSurrogate? = nil) throws -> AutoSurrogate {
    try AutoSurrogate.fit(
      set, SurrogateOptions(), candidates: candidates, stream: CrossValidationTests.stream(9), warm: warm,
      observer: nil)
  }

  @Test func theBestIsKeptPerTarget() throws {
    let model = try Self.fit(CrossValidationTests.set(80))
    #expect(model.targetWeights[0][0] > 0.95 && model.targetWeights[1][1] > 0.95)
    #expect(model.labelWeights[0][0] > 0.5)
    #expect(model.summary.contains("left") && model.summary.contains("second"))
    #expect((model.targetWeights + model.labelWeights).allSatisfy { abs($0.reduce(0, +) - 1) < 1e-12 })
  }

  @Test func neverWorseThanTheBestPart() throws {
    let (train, test) = (CrossValidationTests.set(100), CrossValidationTests.set(301))
    let model = try Self.fit(train)
    let mixed = model.predict(test.inputs)
    for entry in Self.candidates {
      let single = try entry.fit(train, SurrogateOptions(), CrossValidationTests.stream(), nil, nil)
        .predict(test.inputs)
      for k in 0..<2 {
        let own = RegressionScores(truth: test.targets[k], predicted: mixed.mean[k]).nrmse
        let other = RegressionScores(truth: test.targets[k], predicted: single.mean[k]).nrmse
        #expect(own <= 1.01 * other)
      }
    }
  }

  @Test func decisionsStandUntilThereIsHalfAsMuchAgain() throws {
    let first = try Self.fit(CrossValidationTests.set(60))
    let same = try Self.fit(CrossValidationTests.set(80), warm: first)
    #expect(same.decidedAt == 60 && same.targetWeights == first.targetWeights)
    let anew = try Self.fit(CrossValidationTests.set(90), warm: first)
    #expect(anew.decidedAt == 90)
  }

  @Test func fewRowsAreNotValidated() throws {
    let model = try Self.fit(CrossValidationTests.set(6))
    #expect(model.parts.map(\.name) == ["left"])
    #expect(model.predict(Matrix(rows: 2, columns: 3)).mean[0].allSatisfy { $0.isFinite })
  }

  @Test func aCandidateThatCannotBeFittedIsLeftOut() throws {
    let failing = SurrogateEntry("failing", "", version: 1) {
      set, _, _, _, _ -> AnalyticSurrogate in throw TrainingError("no")
    }
    let model = try AutoSurrogate.fit(
      CrossValidationTests.set(40), SurrogateOptions(), candidates: [failing] + Self.candidates,
      stream: CrossValidationTests.stream(), warm: nil, observer: nil)
    #expect(!model.parts.contains { $0.name == "failing" })
    #expect(throws: TrainingError("no")) {
      try AutoSurrogate.fit(
        CrossValidationTests.set(40), SurrogateOptions(), candidates: [failing, failing],
        stream: CrossValidationTests.stream(), warm: nil, observer: nil)
    }
  }

  /// Parts with and without variance, unequal weights.
  @Test func gradientAgreesWithDifferences() {
    let parts = [
      AutoSurrogate.Part(
        name: "a", model: AnalyticSurrogate(features: 4, targets: 2, labels: 2, seed: 1), error: [0.1, 0.2]),
      AutoSurrogate.Part(
        name: "b", model: AnalyticSurrogate(features: 4, targets: 2, labels: 2, hasVariance: false, seed: 2),
        error: [0.3, 0.4]),
    ]
    let model = AutoSurrogate(
      parts: parts, targetWeights: [[0.3, 0.7], [1, 0]], labelWeights: [[0.5, 0.5], [0, 1]], decidedAt: 1,
      summary: "")
    var random = CrossValidationTests.stream()
    let points = Matrix((0..<10).map { _ in (0..<4).map { _ in random.uniform() } }, columns: 4)
    func score(_ p: Prediction, _ i: Int) -> Double {
      sin(p.mean[0][i]) + sin(2 * p.mean[1][i]) + cos(p.variance![0][i]) + sin(p.variance![1][i])
        + sin(p.logOdds[0][i]) + cos(p.logOdds[1][i])
    }
    let (prediction, gradient) = model.gradient(points) { p in
      PredictionSeeds(
        mean: [p.mean[0].map { cos($0) }, p.mean[1].map { 2 * cos(2 * $0) }],
        variance: [p.variance![0].map { -sin($0) }, p.variance![1].map { cos($0) }],
        logOdds: [p.logOdds[0].map { cos($0) }, p.logOdds[1].map { -sin($0) }])
    }
    #expect(prediction.mean == model.predict(points).mean)
    let step = 1e-6
    for j in 0..<4 {
      var (up, down) = (points, points)
      for i in 0..<10 {
        up[i, j] += step
        down[i, j] -= step
      }
      let (above, below) = (model.predict(up), model.predict(down))
      for i in 0..<10 {
        let difference = (score(above, i) - score(below, i)) / (2 * step)
        #expect(abs(gradient[i, j] - difference) < 1e-5 * max(1, abs(difference)))
      }
    }
  }

  @Test func weightsAreTheBestOnes() {
    var random = CrossValidationTests.stream()
    let errors = (0..<3).map { k in (0..<50).map { _ in random.normal() * Double(k + 1) } }
    func loss(_ w: [Double]) -> Double {
      (0..<50).reduce(0) { sum, i in sum + pow((0..<3).reduce(0) { $0 + w[$1] * errors[$1][i] }, 2) }
    }
    let weights = leastSquaresWeights(errors, parts: 3)
    for _ in 0..<200 {
      let raw = (0..<3).map { _ in -log(random.openUniform()) }
      #expect(loss(weights) <= loss(raw.map { $0 / raw.reduce(0, +) }) + 1e-9)
    }
    #expect(leastSquaresWeights([[0, 0], [1, 1]], parts: 2) == [1, 0])
    #expect(leastSquaresWeights([], parts: 2) == [1, 0])
    // Log odds of twice the right size and half of it.
    let truth = (0..<400).map { _ in random.chance(0.8) ? 1.0 : 0 }
    let right = log(mean(truth) / (1 - mean(truth)))
    let mixed = logLossWeights([truth.map { _ in 2 * right }, truth.map { _ in 0.5 * right }], truth: truth)
    #expect(abs(2 * mixed[0] + 0.5 * mixed[1] - 1) < 0.01)
  }

  /// A blend that gains less than chance would is not worth two models.
  @Test func oneIsEnoughUnlessTheBlendIsClearlyBetter() {
    var random = CrossValidationTests.stream()
    let common = (0..<200).map { _ in random.normal() }
    let alike = [common, common.map { 1.05 * $0 + 0.1 * random.normal() }]
    #expect(unlessOneIsEnough([0.9, 0.1]) { squaredErrors(alike, $0) } == [1, 0])
    let independent = [common, (0..<200).map { _ in random.normal() }]
    #expect(unlessOneIsEnough([0.5, 0.5]) { squaredErrors(independent, $0) } == [0.5, 0.5])
    let losses = logLosses([[2, -3], [0, 0]], [1, 1], [1, 0])
    #expect(abs(losses[0] - log(1 + exp(-2.0))) < 1e-15 && abs(losses[1] - log(1 + exp(3.0))) < 1e-14)
  }

  /// Two labels that the first predicts right and one that it gets wrong for sure.
  @Test func labelsShareWeightsUnlessTheirOwnAreClearlyBetter() {
    var random = CrossValidationTests.stream()
    let truth = (0..<3).map { _ in (0..<100).map { _ in random.chance(0.5) ? 1.0 : 0 } }
    func odds(_ j: Int, _ scale: Double) -> [Double] {
      truth[j].map { scale * (2 * $0 - 1) + random.normal() }
    }
    let logOdds = [[odds(0, 2), odds(0, 1)], [odds(1, 2), odds(1, 1)], [odds(2, -3), odds(2, 2)]]
    let weights = commonWeights(logOdds, truth: truth, parts: 2)
    #expect(weights[2][1] > 0.95 && weights[0][0] > weights[2][0])
    #expect(weights.allSatisfy { abs($0.reduce(0, +) - 1) < 1e-12 })
    #expect(commonWeights([[[], []]], truth: [[]], parts: 2) == [[1, 0]])
  }
}
