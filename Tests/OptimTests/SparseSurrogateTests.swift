import Foundation
import Testing

@testable import Optim

/// What all surrogates that are variational or sparse processes have in common, and what sets them apart.
@Suite struct SparseSurrogateTests {
  static let names = ["egp", "vgp", "svgp", "spv", "siv", "crv"]
  static let sparse = ["svgp", "spv", "siv", "crv"]
  private let stream = RandomStream(seed: 3, purpose: .training)

  private func fit(
    _ name: String, _ set: TrainingSet, inducing: Int? = nil, warm: (any Surrogate)? = nil,
    observer: (any TrainingObserver)? = nil
  ) throws -> GaussianSurrogate {
    var options = SurrogateOptions()
    options.inducing = inducing
    let model = try #require(Surrogates.named(name)).fit(set, options, stream, warm, observer)
    return try #require(model as? GaussianSurrogate)
  }

  @Test(arguments: names) func predictsSmoothFunctions(_ name: String) throws {
    let model = try fit(name, processExample(90), inducing: 45)
    let other = randomInputs(200, 3, seed: 12)
    let truth = (0..<200).map { smooth(other.row($0)) }
    let prediction = model.predict(other)
    #expect(rSquared(prediction.mean[0], truth) > 0.99)
    #expect((0..<200).count { (prediction.logOdds[0][$0] > 0) == (truth[$0] >= 0.3) } > 188)
    #expect((0..<200).count { (prediction.logOdds[1][$0] > 0) == (other[$0, 2] > 0.4) } > 175)
    let variance = try #require(prediction.variance)[0]
    let covered = (0..<200).count {
      abs(prediction.mean[0][$0] - truth[$0]) < 3 * variance[$0].squareRoot() + 1e-3
    }
    #expect(covered > 180)
    #expect(model.summary.contains("2 processes on 90 points"))
    #expect(model.summary.contains("45 inducing points") == Self.sparse.contains(name))
    #expect(gradientMismatch(model, randomInputs(9, 3, seed: 13)) < 1e-4)
    let again = try #require(Surrogates.named(name)).decode(model.encoded())
    #expect(again.predict(other).mean == prediction.mean)
    #expect(again.predict(other).logOdds == prediction.logOdds)
  }

  @Test(arguments: names) func warmStartsStayAsGood(_ name: String) throws {
    let set = processExample(80)
    let model = try fit(name, set, warm: fit(name, set.subset(Array(0..<70))))
    #expect(rSquared(model.predict(set.inputs).mean[0], set.targets[0]) > 0.995)
  }

  @Test(arguments: names) func stopsWithAModelWhenTold(_ name: String) throws {
    final class Impatient: TrainingObserver {
      func report(_ progress: TrainingProgress) {}
      var shouldStop: Bool { true }
    }
    let set = processExample(40)
    #expect(isFinite(try fit(name, set, observer: Impatient()).predict(set.inputs)))
  }

  /// More are asked for than there are points: every point is one, and the summary says so.
  @Test(arguments: sparse) func moreInducingPointsThanPoints(_ name: String) throws {
    let set = processExample(30)
    let targets = trainingSet(set.inputs, targets: [set.targets[0]])
    let model = try fit(name, targets, inducing: 500)
    #expect(model.summary.contains("every point an inducing point"))
    #expect(isFinite(model.predict(set.inputs)))
    #expect(throws: TrainingError.self) {
      let many = Matrix(rows: 20_000, columns: 1)
      return try fit(name, trainingSet(many, targets: [Array(repeating: 1, count: 20_000)]), inducing: 20_000)
    }
  }

  /// A closed ring of yes among no: Laplace's approximation and the variational one agree where both do well.
  @Test func variationalLabelsFollowCurves() throws {
    let (inputs, other) = (randomInputs(150, 2, seed: 21), randomInputs(300, 2, seed: 22))
    let inside = { (x: [Double]) -> Double in hypot(x[0] - 0.5, x[1] - 0.5) < 0.33 ? 1 : 0 }
    let set = trainingSet(inputs, labels: [(0..<150).map { inside(inputs.row($0)) }])
    for (name, inducing) in [("vgp", nil), ("svgp", 40)] {
      let prediction = try fit(name, set, inducing: inducing).predict(other)
      let density = (0..<300).reduce(0.0) { sum, i in
        sum + log(logistic((2 * inside(other.row(i)) - 1) * prediction.logOdds[0][i]))
      }
      #expect((0..<300).count { (prediction.logOdds[0][$0] > 0) == (inside(other.row($0)) > 0.5) } > 275)
      #expect(density / 300 > -0.25)
    }
  }

  /// Targets of different length scales: one kernel for both is a compromise, and inducing points of one's own are moved.
  @Test func whatSetsThemApart() throws {
    let inputs = randomInputs(160, 2, seed: 31)
    let targets = [
      (0..<160).map { sin(9 * inputs[$0, 0]) },
      (0..<160).map { cos(8 * inputs[$0, 1]) + 0.2 * inputs[$0, 0] },
    ]
    let set = trainingSet(inputs, targets: targets)
    let (private1, shared, sparse) = (
      try fit("spv", set, inducing: 15), try fit("siv", set, inducing: 15), try fit("svgp", set, inducing: 15)
    )
    let scales = { (model: GaussianSurrogate) in model.state.processes.map(\.hyperparameters.lengthScales) }
    #expect(scales(shared)[0] == scales(shared)[1] && scales(sparse)[0] != scales(sparse)[1])
    #expect(shared.state.processes[0].inducing == shared.state.processes[1].inducing)
    #expect(shared.state.sharers == [[0, 1]] && sparse.state.sharers == [[0], [1]])
    for (moved, chosen) in zip(private1.state.processes, sparse.state.processes) {
      #expect(moved.logLikelihood > chosen.logLikelihood)
    }
    // Two mixtures of one function are one process and noise.
    let base = (0..<160).map { sin(5 * inputs[$0, 0]) * inputs[$0, 1] }
    var options = SurrogateOptions()
    (options.rank, options.inducing) = (1, 40)
    let mixed = trainingSet(inputs, targets: [base, base.map { 3 - 2 * $0 }])
    let entry = try #require(Surrogates.named("crv"))
    let model = try #require(try entry.fit(mixed, options, stream, nil, nil) as? GaussianSurrogate)
    #expect(model.summary.contains("1 processes on 160 points, 40 inducing points"))
    #expect(rSquared(model.predict(inputs).mean[1], mixed.targets[1]) > 0.99)
  }

  /// More points than searches look at, and more than a block: every part of the schedule.
  @Test func manyNoisyPoints() throws {
    let inputs = randomInputs(700, 2, seed: 51)
    var random = RandomStream(seed: 52, purpose: .test)
    let truth = (0..<700).map { sin(6 * inputs[$0, 0]) + inputs[$0, 1] }
    let set = trainingSet(
      inputs, targets: [truth.map { $0 + 0.2 * random.normal() }],
      labels: [truth.map { $0 > 0.5 ? 1 : 0 }])
    let model = try fit("svgp", set, inducing: 30)
    #expect(rSquared(model.predict(inputs).mean[0], truth) > 0.98)
    let noise = model.state.processes[0].hyperparameters.noiseVariance
    let deviation = TargetTransform.moments(set.targets[0]).deviation
    #expect(abs((noise.squareRoot() * deviation) / 0.2 - 1) < 0.15)
    #expect((0..<700).count { (model.predict(inputs).logOdds[0][$0] > 0) == (truth[$0] > 0.5) } > 650)
    // Nearly as many points keep the length scales.
    let later = try fit(
      "svgp", set, inducing: 30, warm: fit("svgp", set.subset(Array(0..<680)), inducing: 30))
    #expect(later.state.processes[0].searchedPoints == 680)
  }

  @Test func autoTriesSparseProcessesWhereExactOnesCostTooMuch() {
    let names = { (rows: Int) in
      AutoSurrogate.shortlist(
        trainingSet(randomInputs(rows, 1, seed: 1), targets: [Array(repeating: 1, count: rows)])
      ).map(\.name)
    }
    #expect(names(2000).contains("gpr") && !names(2000).contains("svgp"))
    #expect(names(2001).contains("svgp") && !names(2001).contains("gpr"))
    #expect(Surrogates.sparse.allSatisfy { Surrogates.named($0) != nil })
  }
}
