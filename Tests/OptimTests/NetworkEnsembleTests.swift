import Foundation
import Testing

@testable import Optim

/// `joint` and `resnet` as models: accuracy, gradients, bad data, stopping, storage.
@Suite struct NetworkEnsembleTests {
  static let entries = [SurrogateEntry.joint, .resnet]

  /// Points of a box with two targets and a label: a squared distance, a wave and a halfspace.
  static func sample(_ count: Int, features: Int = 4, seed: UInt64 = 1) -> TrainingSet {
    var random = RandomStream(seed: seed, purpose: .test)
    let x = (0..<count).map { _ in (0..<features).map { _ in random.uniform() } }
    return TrainingSet(
      features: (0..<features).map { .real(parameter: $0) }, inputs: Matrix(x, columns: features),
      targets: [
        x.map { 100 * ($0[0] + $0[1] - 0.7) * ($0[0] + $0[1] - 0.7) },
        x.map { sin(3 * $0[0]) + $0[features - 1] },
      ], targetNames: ["square", "wave"], labels: [x.map { $0[0] + $0[1] > 0.6 ? 1 : 0 }],
      labelNames: ["wide"],
      marginTargets: [nil])
  }

  static func quick(_ epochs: Int = 20) -> SurrogateOptions {
    var options = SurrogateOptions()
    options.epochs = epochs
    options.members = 2
    return options
  }

  private func fit(
    _ entry: SurrogateEntry, _ set: TrainingSet, _ options: SurrogateOptions = quick(),
    warm: (any Surrogate)? = nil, observer: (any TrainingObserver)? = nil
  ) throws -> any Surrogate {
    try entry.fit(set, options, RandomStream(seed: 9, purpose: .training), warm, observer)
  }

  private func isFinite(_ p: Prediction) -> Bool {
    (p.mean + p.variance! + p.logOdds).allSatisfy { $0.allSatisfy(\.isFinite) }
      && p.variance!.allSatisfy { $0.allSatisfy { $0 >= 0 } }
  }

  private func r2(_ mean: [Double], _ truth: [Double]) -> Double {
    let centre = truth.reduce(0, +) / Double(truth.count)
    let error = zip(mean, truth).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
    return 1 - error / truth.reduce(0) { $0 + ($1 - centre) * ($1 - centre) }
  }

  @Test(arguments: entries.indices) func learnsSquaresWavesAndHalfspaces(index: Int) throws {
    let model = try fit(NetworkEnsembleTests.entries[index], NetworkEnsembleTests.sample(120))
    let test = NetworkEnsembleTests.sample(300, seed: 2)
    let prediction = model.predict(test.inputs)
    #expect(r2(prediction.mean[0], test.targets[0]) > 0.98)
    #expect(r2(prediction.mean[1], test.targets[1]) > 0.9)
    let right = zip(prediction.logOdds[0], test.labels[0]).count { ($0 > 0) == ($1 > 0.5) }
    #expect(right > 275)
    // Variances are of the size of the errors.
    let error =
      zip(prediction.mean[1], test.targets[1]).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) } / 300
    let variance = prediction.variance![1].reduce(0, +) / 300
    #expect(variance > error / 6 && variance < error * 6)
  }

  /// Means, variances and log odds, against central differences.
  @Test(arguments: entries.indices) func gradientsAgreeWithFiniteDifferences(index: Int) throws {
    var set = NetworkEnsembleTests.sample(90)
    var far = set.targets[1].map { 0.1 * $0 }
    for i in 0..<3 { far[i * 7] = 1e4 }
    set = TrainingSet(
      features: set.features, inputs: set.inputs,
      targets: set.targets + [far, set.targets[0].map { 30 - $0 }],
      targetNames: set.targetNames + ["far", "margin"],
      labels: set.labels + [set.targets[0].map { $0 <= 30 ? 1 : 0 }],
      labelNames: ["wide", "near"], marginTargets: [nil, 3])
    var model = try #require(try fit(NetworkEnsembleTests.entries[index], set) as? NetworkEnsemble)
    #expect(model.scales[2].isCompressed)
    // Their slopes are steeper than differences in single precision can tell; `ResidualProcessTests` has them.
    model.residuals = .none
    if model.folds[0].networks.contains(where: { $0.values.isEmpty }) {
      // Whatever the evidence chose: every path is to be checked.
      for trunk in model.shapes.indices {
        for fold in model.folds.indices {
          let stream = RandomStream(seed: UInt64(fold), purpose: .initialization)
          let start = ParameterLayout(model.shapes[trunk]).initial(
            model.shapes[trunk], direct: model.folds[fold].direct.values, stream: stream)
          var random = stream
          model.folds[fold].networks[trunk].values = start.map { $0 + 0.03 * Float(random.normal()) }
        }
      }
    }
    let shares = [Double](repeating: 0.4, count: model.shapes.count)
    for k in model.targets.indices { model.targets[k].shares = shares }
    for j in model.labels.indices { model.labels[j].blend.shares = shares }
    let points = NetworkEnsembleTests.sample(5, seed: 3).inputs
    let weights = (0..<10).map { 0.3 + 0.1 * Double($0) }
    func value(_ p: Prediction) -> [Double] {
      (0..<5).map { row in
        var sum = 0.0
        for k in 0..<4 {
          sum += weights[k] * p.mean[k][row]
          sum += 0.1 * weights[4 + k] * p.variance![k][row]
        }
        for j in 0..<2 { sum += weights[8 + j] * p.logOdds[j][row] }
        return sum
      }
    }
    let (prediction, gradient) = model.gradient(points) { _ in
      PredictionSeeds(
        mean: (0..<4).map { k in (0..<5).map { _ in weights[k] } },
        variance: (0..<4).map { k in (0..<5).map { _ in 0.1 * weights[4 + k] } },
        logOdds: (0..<2).map { j in (0..<5).map { _ in weights[8 + j] } })
    }
    #expect(value(prediction) == value(model.predict(points)))
    let step = 2e-3
    for f in 0..<4 {
      var (up, down) = (points, points)
      for row in 0..<5 {
        up[row, f] += step
        down[row, f] -= step
      }
      let (high, low) = (value(model.predict(up)), value(model.predict(down)))
      for row in 0..<5 {
        let slope = (high[row] - low[row]) / (2 * step)
        let scale = (0..<4).map { abs(gradient[row, $0]) }.max()!
        #expect(abs(gradient[row, f] - slope) < 5e-3 * scale + 1e-2, "row \(row), feature \(f)")
      }
    }
  }

  @Test func everyBadSetGivesAModelOrASentence() throws {
    let good = NetworkEnsembleTests.sample(40)
    func with(_ targets: [[Double]], _ labels: [[Double]], _ inputs: Matrix? = nil) -> TrainingSet {
      TrainingSet(
        features: good.features, inputs: inputs ?? good.inputs, targets: targets,
        targetNames: targets.indices.map(String.init), labels: labels,
        labelNames: labels.indices.map(String.init),
        marginTargets: labels.map { _ in nil })
    }
    let unknown = [Double](repeating: .nan, count: 40)
    let same = [Double](repeating: 3, count: 40)
    var huge = good.targets[0]
    huge[5] = 1e300
    huge[6] = -1e300
    let masked = good.labels[0].enumerated().map { $0.offset % 3 == 0 ? Double.nan : $0.element }
    let copies = Matrix(rows: 40, columns: 4, values: (0..<160).map { good.inputs.values[$0 % 8] })
    let sets = [
      with([same], [same.map { _ in 1 }]), with([unknown, good.targets[0]], [masked]), with([huge], []),
      with([good.targets[0].map { $0 * 1e297 }], []), with([good.targets[0].map { $0 * 1e-300 }], []),
      with([], good.labels), with(good.targets, good.labels, copies), good.subset([0]),
      good.subset([0, 1, 2]),
      good.subset(Array(0..<7)), with([good.targets[0].map { 5 * $0 }], [same.map { _ in 0 }]),
    ]
    let far = Matrix(rows: 2, columns: 4, values: [1e30, -1e30, 0, 5, 0.5, 0.5, 0.5, 0.5])
    for (i, set) in sets.enumerated() {
      for entry in NetworkEnsembleTests.entries {
        let model = try fit(entry, set, NetworkEnsembleTests.quick(3))
        #expect(
          isFinite(model.predict(good.inputs)) && isFinite(model.predict(far)), "set \(i), \(entry.name)")
        let seeds = PredictionSeeds(
          mean: set.targets.map { _ in [1, 1] }, variance: set.targets.map { _ in [0, 0] },
          logOdds: set.labels.map { _ in [1, 1] })
        #expect(model.gradient(far) { _ in seeds }.gradient.values.allSatisfy { !$0.isNaN }, "set \(i)")
      }
    }
    let constant = try fit(.joint, sets[0], NetworkEnsembleTests.quick(3)).predict(far)
    #expect(
      constant.mean[0].allSatisfy { abs($0 - 3) < 1e-3 } && constant.probability[0].allSatisfy { $0 > 0.9 })
    for empty in [good.subset([]), with([unknown], [unknown]), with([], [])] {
      #expect(throws: TrainingError.self) { try fit(.joint, empty) }
    }
  }

  @Test func manyParametersAndTargets() throws {
    let wide = NetworkEnsembleTests.sample(30, features: 200)
    let set = TrainingSet(
      features: wide.features, inputs: wide.inputs,
      targets: (0..<50).map { k in (0..<30).map { Double(k) + wide.inputs[$0, k] } },
      targetNames: (0..<50).map(String.init), labels: wide.labels, labelNames: wide.labelNames,
      marginTargets: [nil])
    let model = try fit(.joint, set, NetworkEnsembleTests.quick(1))
    #expect(isFinite(model.predict(wide.inputs)))
  }

  /// A label that is never satisfied still has a slope where its margin is known.
  @Test func marginsTellWhereNoPointIsFeasible() throws {
    let set = NetworkEnsembleTests.sample(60)
    let margin = (0..<60).map { set.inputs[$0, 0] - 1.2 }
    let labelled = TrainingSet(
      features: set.features, inputs: set.inputs, targets: [margin], targetNames: ["margin"],
      labels: [margin.map { _ in 0 }], labelNames: ["never"], marginTargets: [0])
    let model = try fit(.joint, labelled)
    let ends = Matrix([[0.05, 0.5, 0.5, 0.5], [0.95, 0.5, 0.5, 0.5]], columns: 4)
    let odds = model.predict(ends).logOdds[0]
    #expect(odds[1] > odds[0] + 0.5 && odds[1] < 0)
  }

  @Test func categoriesAndPresenceShareTokens() throws {
    let base = NetworkEnsembleTests.sample(60)
    let features: [TrainingSet.Feature] = [
      .real(parameter: 0), .category(parameter: 1, label: 0), .category(parameter: 1, label: 1),
      .presence(parameter: 2),
    ]
    var inputs = base.inputs
    for row in 0..<60 {
      (inputs[row, 1], inputs[row, 2]) = row % 2 == 0 ? (1, 0) : (0, 1)
      inputs[row, 3] = row % 3 == 0 ? 0 : 1
    }
    let set = TrainingSet(
      features: features, inputs: inputs, targets: [(0..<60).map { inputs[$0, 0] + ($0 % 2 == 0 ? 2 : 0) }],
      targetNames: ["y"], labels: [], labelNames: [], marginTargets: [])
    let recipe = NetworkRecipe.joint(set, NetworkEnsembleTests.quick())
    #expect(recipe.shapes.last?.tokens == [1, 2, 2, 3])
    let model = try fit(.joint, set)
    #expect(r2(model.predict(inputs).mean[0], set.targets[0]) > 0.95)
  }

  @Test func storedModelsPredictTheSame() throws {
    let set = NetworkEnsembleTests.sample(50)
    for entry in NetworkEnsembleTests.entries {
      let model = try fit(entry, set)
      let again = try entry.decode(model.encoded())
      #expect(again.predict(set.inputs).mean == model.predict(set.inputs).mean)
      #expect(again.summary == model.summary && !model.summary.isEmpty)
    }
  }

  @Test func sameSeedSameModelAndWarmStartIsTaken() throws {
    let set = NetworkEnsembleTests.sample(60)
    let (first, second) = (try fit(.resnet, set), try fit(.resnet, set))
    #expect(try first.encoded() == second.encoded())
    let warm = try fit(.resnet, NetworkEnsembleTests.sample(80), warm: first)
    #expect(isFinite(warm.predict(set.inputs)))
  }

  @Test func publishedRecipeIsTheReferenceArchitecture() throws {
    var options = NetworkEnsembleTests.quick(1)
    options.isReference = true
    let set = NetworkEnsembleTests.sample(33, features: 15)
    let recipe = NetworkRecipe.joint(set, options)
    let shape = recipe.shapes[0]
    #expect(shape.trunk == .transformer(heads: 4) && shape.width == 128 && shape.hidden == 256)
    #expect(shape.blocks == 3 && !shape.isDirect && shape.latents == 0 && shape.inputScale == 1)
    #expect(!recipe.isBlended && recipe.plans[0].rate == 1e-3 && recipe.plans[0].decay == 0)
    // Tokens (15 slopes, 16 offsets), three blocks of attention and feed-forward with their norms, norm, heads.
    let block = 2 * 256 + 4 * 128 * 129 + 256 * 129 + 128 * 257
    #expect(ParameterLayout(shape).count == 31 * 128 + 3 * block + 256 + 3 * 129)
    #expect(isFinite(try fit(.joint, set, options).predict(set.inputs)))
  }

  final class Watcher: TrainingObserver, @unchecked Sendable {
    private let lock = NSLock()
    private var reports = 0
    var limit = Int.max
    var seen: Int { lock.withLock { reports } }
    func report(_ progress: TrainingProgress) { lock.withLock { reports += 1 } }
    var shouldStop: Bool { lock.withLock { reports >= limit } }
  }

  @Test func stoppingGivesTheBestSoFar() throws {
    let (at0, later) = (Watcher(), Watcher())
    (at0.limit, later.limit) = (0, 2)
    for watcher in [at0, later] {
      let model = try fit(
        .joint, NetworkEnsembleTests.sample(100), NetworkEnsembleTests.quick(100), observer: watcher)
      #expect(isFinite(model.predict(NetworkEnsembleTests.sample(9).inputs)))
    }
    #expect(later.seen >= 2)
  }

  /// A step far too long must be noticed, and retried at a smaller one.
  @Test func divergenceIsRetried() {
    let set = NetworkEnsembleTests.sample(64)
    let data = NetworkData(set, scale: 2, offset: -1)
    let recipe = NetworkRecipe.resnet(set, NetworkEnsembleTests.quick(40))
    var plan = recipe.plans[0]
    (plan.rate, plan.clip) = (30, .infinity)
    let start = ParameterLayout(recipe.shapes[0]).initial(
      recipe.shapes[0], direct: nil, stream: RandomStream(seed: 1, purpose: .initialization))
    let result = MemberTraining(
      shape: recipe.shapes[0], data: data, plan: plan, training: Array(0..<48), heldBack: Array(48..<64),
      start: start,
      stream: RandomStream(seed: 1, purpose: .training), shouldStop: { false }, report: { _, _, _ in }
    ).run()
    #expect(result.attempts > 1)
    #expect(result.snapshots.allSatisfy { $0.weights.allSatisfy(\.isFinite) })
  }
}
