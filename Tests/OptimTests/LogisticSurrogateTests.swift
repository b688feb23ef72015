import Foundation
import Testing

@testable import Optim

@Suite struct LogisticSurrogateTests {
  private let stream = RandomStream(seed: 3, purpose: .training)

  /// Values of scikit-learn, by scripts/fixtures/linear_models.py; intercepts first.
  private struct Reference: Decodable {
    struct Fit: Decodable {
      let penalty, leaveOneOut: Double
      let logistic, ridge: [Double]
    }
    let inputs: [[Double]]
    let values, labels: [Double]
    let fits: [Fit]
  }

  @Test func agreesWithScikitLearn() throws {
    let url = try #require(
      Bundle.module.url(forResource: "linear_models", withExtension: "json", subdirectory: "Fixtures"))
    let reference = try JSONDecoder().decode(Reference.self, from: Data(contentsOf: url))
    let inputs = Matrix(reference.inputs, columns: 4)
    for expected in reference.fits {
      let logistic = LogisticRegression.fit(inputs, reference.labels, penalty: expected.penalty)
      for (one, other) in zip([logistic.intercept] + logistic.weights, expected.logistic) {
        #expect(abs(one - other) < 1e-4)
      }
      let ridge = try #require(RidgeRegression.fit(inputs, reference.values, penalty: expected.penalty))
      for (one, other) in zip([ridge.function.intercept] + ridge.function.weights, expected.ridge) {
        #expect(abs(one - other) < 1e-9)
      }
      #expect(abs(ridge.leaveOneOut - expected.leaveOneOut) < 1e-9)
    }
  }

  @Test func componentsAreUncorrelatedAndLinear() {
    var inputs = randomInputs(60, 5, seed: 41)
    for i in 0..<60 {
      inputs[i, 3] = 2 * inputs[i, 0] + 0.1 * inputs[i, 1]
      inputs[i, 4] = 7
    }
    let components = PrincipalComponents(inputs)
    #expect(components.count == 3)
    let features = components(inputs)
    for a in 0..<3 {
      for b in 0..<a {
        #expect(abs((0..<60).reduce(0) { $0 + features[$1, a] * features[$1, b] }) < 1e-10)
      }
    }
    let function = LinearFunction(intercept: 0.3, weights: [1, -2, 0.5])
    for (one, other) in zip(function(features), components.onInputs(function)(inputs)) {
      #expect(abs(one - other) < 1e-12)
    }
  }

  @Test func learnsPlanes() throws {
    let inputs = randomInputs(200, 4, seed: 42)
    let plane = (0..<200).map { 3 * inputs[$0, 0] - 2 * inputs[$0, 1] + 5 }
    let set = trainingSet(
      inputs, targets: [plane, plane.enumerated().map { $0.offset == 7 ? 1e300 : $0.element }],
      labels: [(0..<200).map { inputs[$0, 2] > 0.6 ? 1 : 0 }])
    let model = try LogisticSurrogate(set, stream: stream)
    let prediction = model.predict(inputs)
    #expect(rSquared(prediction.mean[0], plane) > 0.9999)
    #expect(rSquared(prediction.mean[1], plane) > 0.9)
    #expect((0..<200).count { (prediction.logOdds[0][$0] > 0) == (inputs[$0, 2] > 0.6) } > 190)
    #expect(prediction.variance == nil)
    #expect(gradientMismatch(model, randomInputs(5, 4, seed: 43)) < 1e-6)
    let again = try LogisticSurrogate.entry.decode(model.encoded())
    #expect(again.predict(inputs).logOdds == prediction.logOdds)
  }

  @Test func littleOrOddData() throws {
    #expect(throws: TrainingError("logistic has nothing to learn from: no point with a known answer")) {
      try LogisticSurrogate(trainingSet(Matrix(rows: 0, columns: 2), targets: [[]]), stream: stream)
    }
    let one = try LogisticSurrogate(
      trainingSet(Matrix([[0.2, 0.3]], columns: 2), targets: [[7], [.nan]], labels: [[1], [.nan]]),
      stream: stream)
    let points = randomInputs(3, 2, seed: 44)
    #expect(one.predict(points).mean == [[7, 7, 7], [0, 0, 0]])
    #expect(abs(one.predict(points).probability[0][0] - 2.0 / 3) < 1e-12)
    #expect(abs(one.predict(points).probability[1][0] - 0.5) < 1e-12)
    // A class with one member, 200 features, separable labels.
    let wide = randomInputs(30, 200, seed: 45)
    let set = trainingSet(
      wide, targets: (0..<50).map { wide.column($0) },
      labels: [(0..<30).map { $0 == 4 ? 1 : 0 }, (0..<30).map { wide[$0, 0] > 0.5 ? 1 : 0 }])
    let model = try LogisticSurrogate(set, stream: stream)
    #expect(isFinite(model.predict(wide)))
    #expect(isFinite(model.predict(Matrix(rows: 1, columns: 200, repeating: 1e9))))
    let duplicated = try LogisticSurrogate(set.subset([0, 0, 0, 4, 4]), stream: stream)
    #expect(isFinite(duplicated.predict(wide)))
  }
}
