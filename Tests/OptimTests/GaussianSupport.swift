import Foundation
import Testing

@testable import Optim

/// Values of scikit-learn and scipy, by scripts/fixtures/gaussian_process.py.
struct GaussianFixture: Decodable {
  struct Regression: Decodable {
    let lengthScales: [Double]
    let signalVariance, noiseVariance, logLikelihood: Double
    let mean, variance, byLengthScale: [Double]
  }
  struct Classification: Decodable {
    let lengthScales: [Double]
    let signalVariance, logLikelihood, bySignal: Double
    let byLengthScale, probability: [Double]
  }
  struct Optimum: Decodable {
    let function: String
    let start, lower, upper: [Double]
    let value: Double
  }
  let inputs, points: [[Double]]
  let values, labels: [Double]
  let regressions: [Regression]
  let classifications: [Classification]
  let optima: [Optimum]
  let tails, logOdds: [Double]

  static func load() throws -> GaussianFixture {
    let url = try #require(
      Bundle.module.url(forResource: "gaussian_process", withExtension: "json", subdirectory: "Fixtures"))
    return try JSONDecoder().decode(GaussianFixture.self, from: Data(contentsOf: url))
  }
}

/// Points in [0, 1]^columns.
func randomInputs(_ rows: Int, _ columns: Int, seed: UInt64) -> Matrix {
  var random = RandomStream(seed: seed, purpose: .test)
  return Matrix(
    rows: rows, columns: columns, values: (0..<rows * columns).map { _ in random.uniform() })
}

/// A training set of real features; labels are of no target unless `margins` says so.
func trainingSet(
  _ inputs: Matrix, targets: [[Double]] = [], labels: [[Double]] = [], margins: [Int?]? = nil
) -> TrainingSet {
  TrainingSet(
    features: (0..<inputs.columns).map { .real(parameter: $0) }, inputs: inputs, targets: targets,
    targetNames: targets.indices.map { "y\($0)" }, labels: labels,
    labelNames: labels.indices.map { "c\($0)" },
    marginTargets: margins ?? labels.map { _ in nil })
}

/// The function of `processExample`.
func smooth(_ x: [Double]) -> Double { sin(5 * x[0]) + x[1] * x[1] }

/// A smooth target of three features, a margin and a yes/no answer.
func processExample(_ count: Int) -> TrainingSet {
  let inputs = randomInputs(count, 3, seed: 11)
  let first = (0..<count).map { smooth(inputs.row($0)) }
  return trainingSet(
    inputs, targets: [first, first.map { $0 - 0.3 }],
    labels: [first.map { $0 >= 0.3 ? 1 : 0 }, (0..<count).map { inputs[$0, 2] > 0.4 ? 1 : 0 }],
    margins: [1, nil])
}

/// The gradient of the sum of everything that a surrogate predicts.
func gradientOfSum(_ model: some Surrogate, _ points: Matrix) -> Matrix {
  model.gradient(points) { prediction in
    PredictionSeeds(
      mean: prediction.mean.map { $0.map { _ in 1 } },
      variance: (prediction.variance ?? []).map { $0.map { _ in 1 } },
      logOdds: prediction.logOdds.map { $0.map { _ in 1 } })
  }.gradient
}

/// Largest difference between a surrogate's gradient of a random linear function of everything it predicts and central
/// differences, relative to the largest slope.
func gradientMismatch(_ model: some Surrogate, _ points: Matrix, step: Double = 1e-4) -> Double {
  var random = RandomStream(seed: 9, purpose: .test)
  let shape = model.predict(points)
  let weigh = { (columns: [[Double]]) -> [[Double]] in
    columns.map { column in
      let size = max(column.reduce(0) { max($0, abs($1)) }, 1e-9)
      let weight = random.normal() / size
      return column.map { _ in weight }
    }
  }
  let seeds = PredictionSeeds(
    mean: weigh(shape.mean), variance: weigh(shape.variance ?? []), logOdds: weigh(shape.logOdds))
  let total = { (prediction: Prediction, row: Int) -> Double in
    let pairs =
      Array(zip(seeds.mean, prediction.mean)) + Array(zip(seeds.variance, prediction.variance ?? []))
      + Array(zip(seeds.logOdds, prediction.logOdds))
    return pairs.reduce(0) { $0 + $1.0[row] * $1.1[row] }
  }
  let gradient = model.gradient(points) { _ in seeds }.gradient
  var (worst, largest) = (0.0, 0.0)
  for j in 0..<points.columns {
    let moved = { (by: Double) -> Prediction in
      var places = points
      for i in 0..<points.rows { places[i, j] += by }
      return model.predict(places)
    }
    let (near, far) = ((moved(step), moved(-step)), (moved(2 * step), moved(-2 * step)))
    for i in 0..<points.rows {
      // Of fourth order, so that the step can be large against what rounding leaves of an ill-conditioned covariance.
      let (close, wide) = (total(near.0, i) - total(near.1, i), total(far.0, i) - total(far.1, i))
      let slope = (8 * close - wide) / (12 * step)
      worst = max(worst, abs(slope - gradient[i, j]))
      largest = max(largest, abs(slope))
    }
  }
  return worst / largest
}

func isFinite(_ prediction: Prediction) -> Bool {
  (prediction.mean + (prediction.variance ?? []) + prediction.logOdds).allSatisfy {
    $0.allSatisfy(\.isFinite)
  }
}

func rSquared(_ predicted: [Double], _ actual: [Double]) -> Double {
  let mean = actual.reduce(0, +) / Double(actual.count)
  let residual = zip(predicted, actual).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
  return 1 - residual / actual.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
}
