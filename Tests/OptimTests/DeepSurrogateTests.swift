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

  @Test(arguments: names) func predictsSmoothFunctions(_ name: String) throws {
    let model = try fit(name, processExample(90), inducing: 45)
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
    #expect(try fit(name, processExample(90), inducing: 45).predict(other).mean == prediction.mean)
  }

  @Test(arguments: names) func warmStartsStayAsGood(_ name: String) throws {
    let set = processExample(80)
    let model = try fit(name, set, warm: fit(name, set.subset(Array(0..<70))))
    #expect(model.state.steps == 20)
    #expect(rSquared(model.predict(set.inputs).mean[0], set.targets[0]) > 0.98)
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
    let set = processExample(40)
    for patience in [0, 2] {
      let observer = Impatient(patience)
      #expect(isFinite(try fit(name, set, observer: observer).predict(set.inputs)))
      #expect(observer.losses.count == patience && observer.losses.allSatisfy(\.isFinite))
    }
  }

  @Test(arguments: names) func widthAndSize(_ name: String) throws {
    let set = processExample(30)
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
