import Foundation
import Testing

@testable import Optim

/// Values of dense formulas, scipy and GPyTorch, by scripts/fixtures/sparse_gaussian_process.py.
private struct SparseFixture: Decodable {
  struct Regression: Decodable {
    let lengthScales: [Double]
    let ratio, bound, priorMean, signal, logDensity: Double
    let mean, variance: [Double]
  }
  struct Classification: Decodable {
    let lengthScales: [Double]
    let signalVariance, bound: Double
    let mean, variance: [Double]
  }
  let inputs, points, inducing: [[Double]]
  let values, truth, labels: [Double]
  let trend: LinearFunction
  let regressions: [Regression]
  let sparse, full: [Classification]

  static func load() throws -> SparseFixture {
    let url = try #require(
      Bundle.module.url(
        forResource: "sparse_gaussian_process", withExtension: "json", subdirectory: "Fixtures"))
    return try JSONDecoder().decode(SparseFixture.self, from: Data(contentsOf: url))
  }
}

@Suite struct SparseBoundTests {
  private func close(_ a: Double, _ b: Double, _ tolerance: Double) -> Bool {
    abs(a - b) <= tolerance * max(1, abs(b))
  }

  @Test func boundAndPosteriorOfNumbers() throws {
    let fixture = try SparseFixture.load()
    let (inputs, inducing) = (Matrix(fixture.inputs, columns: 3), Matrix(fixture.inducing, columns: 3))
    for expected in fixture.regressions {
      let kernel = try #require(InducingKernel(inducing, lengthScales: expected.lengthScales))
      let data = ProjectedData(inputs: inputs, values: [fixture.values], kernel: kernel)
      let solution = try #require(data.solution(0, ratio: expected.ratio))
      #expect(close(solution.point.value, expected.bound, 1e-7))
      #expect(close(solution.point.mean, expected.priorMean, 1e-7))
      #expect(close(solution.point.signalVariance, expected.signal, 1e-7))
      let (mean, variance) = data.posterior(solution, ratio: expected.ratio)
        .predict(Matrix(fixture.points, columns: 3))
      for (one, other) in zip(mean + variance, expected.mean + expected.variance) {
        #expect(close(one, other, 1e-6))
      }
      let noise = expected.ratio * expected.signal
      let density = zip(zip(mean, variance), fixture.truth).reduce(0) { sum, point in
        let total = point.0.1 + noise
        let error = point.1 - point.0.0
        return sum - 0.5 * (log(2 * .pi * total) + error * error / total)
      }
      #expect(close(density, expected.logDensity, 1e-6))
    }
  }

  @Test func sparseAndFullPosteriorsOfLabels() throws {
    let fixture = try SparseFixture.load()
    let (inputs, points) = (Matrix(fixture.inputs, columns: 3), Matrix(fixture.points, columns: 3))
    for expected in fixture.sparse {
      let classifier = try #require(
        SparseClassifier(
          inputs: inputs, labels: fixture.labels,
          hyperparameters: .init(
            lengthScales: expected.lengthScales, signalVariance: expected.signalVariance, trend: fixture.trend
          ),
          inducing: Matrix(fixture.inducing, columns: 3)))
      let found = try #require(classifier.fit(shouldStop: { false }))
      #expect(close(found.bound, expected.bound, 1e-5))
      let posterior = try #require(
        classifier.posterior(precision: found.precision, linear: found.linear))
      compare(posterior.predict(points), expected)
    }
    for expected in fixture.full {
      let likelihood = VariationalLikelihood(
        inputs: inputs, labels: fixture.labels, mean: fixture.trend(inputs))
      let point = try #require(
        likelihood.evaluate(lengthScales: expected.lengthScales, signalVariance: expected.signalVariance))
      #expect(close(point.value, expected.bound, 1e-5))
      let posterior = try #require(
        likelihood.posterior(lengthScales: expected.lengthScales, signalVariance: expected.signalVariance))
      compare(posterior.predict(points), expected)
    }
  }

  private func compare(
    _ found: (mean: [Double], variance: [Double]), _ expected: SparseFixture.Classification
  ) {
    for (one, other) in zip(found.mean + found.variance, expected.mean + expected.variance) {
      #expect(close(one, other, 3e-3))
    }
  }

  /// Of a likelihood by central differences of the logarithms of length scales and ratio.
  private func mismatch(_ likelihood: any ProcessLikelihood, _ logarithms: [Double]) throws -> Double {
    let at = { (x: [Double]) in
      likelihood.value(lengthScales: x.dropLast().map { exp($0) }, ratio: exp(x.last!))!.value
    }
    let point = try #require(
      likelihood.evaluate(lengthScales: logarithms.dropLast().map { exp($0) }, ratio: exp(logarithms.last!)))
    #expect(close(point.value, at(logarithms), 1e-10))
    let gradient = point.byLengthScale + [point.byRatio]
    return logarithms.indices.reduce(0) { worst, i in
      var (up, down) = (logarithms, logarithms)
      up[i] += 1e-5
      down[i] -= 1e-5
      let slope = (at(up) - at(down)) / 2e-5
      return max(worst, abs(slope - gradient[i]) / max(1, abs(slope)))
    }
  }

  @Test func derivativesOfTheBound() throws {
    let fixture = try SparseFixture.load()
    let bound = CollapsedBound(
      inputs: Matrix(fixture.inputs, columns: 3), values: fixture.values,
      inducing: Matrix(fixture.inducing, columns: 3))
    for expected in fixture.regressions {
      #expect(try mismatch(bound, expected.lengthScales.map { log($0) } + [log(expected.ratio)]) < 1e-5)
    }
    // Several blocks of rows.
    let inputs = randomInputs(1100, 2, seed: 3)
    let values = (0..<1100).map { sin(6 * inputs[$0, 0]) * inputs[$0, 1] }
    let large = CollapsedBound(inputs: inputs, values: values, inducing: randomInputs(20, 2, seed: 4))
    #expect(try mismatch(large, [-1, 0.2, log(1e-3)]) < 1e-4)
  }

  @Test func derivativesByInducingPoints() throws {
    let fixture = try SparseFixture.load()
    let (inputs, inducing) = (Matrix(fixture.inputs, columns: 3), Matrix(fixture.inducing, columns: 3))
    let value = { (points: Matrix) -> (Double, Matrix?) in
      let bound = CollapsedBound(
        inputs: inputs, values: fixture.values, inducing: points, movesInducing: true)
      let point = bound.evaluate(lengthScales: [0.5, 1, 2], ratio: 0.05)
      return (point?.value ?? .nan, bound.byInducing)
    }
    let gradient = try #require(value(inducing).1)
    for i in gradient.values.indices {
      var (up, down) = (inducing, inducing)
      up.values[i] += 1e-5
      down.values[i] -= 1e-5
      let slope = (value(up).0 - value(down).0) / 2e-5
      #expect(abs(slope - gradient.values[i]) < 1e-4 * max(1, abs(slope)))
    }
  }

  @Test func derivativesOfTheSharedLikelihood() throws {
    let fixture = try SparseFixture.load()
    let inputs = Matrix(fixture.inputs, columns: 3)
    let shared = SharedLikelihood(
      inputs: inputs, values: [fixture.values, fixture.values.map { $0 * $0 - 3 }])
    #expect(try mismatch(shared, [-0.5, 0.1, 0.8, log(0.02)]) < 1e-5)
    // One column alone is the ordinary likelihood.
    let (one, other) = (
      SharedLikelihood(inputs: inputs, values: [fixture.values]),
      MarginalLikelihood(inputs: inputs, values: fixture.values)
    )
    let scales = [0.4, 0.9, 2]
    #expect(
      close(
        one.value(lengthScales: scales, ratio: 0.1)!.value,
        other.value(lengthScales: scales, ratio: 0.1)!.value,
        1e-12))
  }

  @Test func derivativesOfTheVariationalLikelihood() throws {
    let fixture = try SparseFixture.load()
    let likelihood = VariationalLikelihood(
      inputs: Matrix(fixture.inputs, columns: 3), labels: fixture.labels,
      mean: fixture.trend(Matrix(fixture.inputs, columns: 3)))
    let at = { (x: [Double]) in
      likelihood.evaluate(lengthScales: x.dropLast().map { exp($0) }, signalVariance: exp(x.last!))!
    }
    let x = [-0.7, 0, 0.6, log(5.0)]
    let point = at(x)
    let gradient = point.byLengthScale + [point.bySignal]
    for i in x.indices {
      var (up, down) = (x, x)
      up[i] += 1e-3
      down[i] -= 1e-3
      #expect(abs((at(up).value - at(down).value) / 2e-3 - gradient[i]) < 2e-3)
    }
  }

  /// With every point an inducing point nothing is lost.
  @Test func allPointsGiveTheExactProcess() throws {
    let inputs = randomInputs(50, 2, seed: 8)
    let values = (0..<50).map { sin(5 * inputs[$0, 0]) + inputs[$0, 1] }
    let (scales, ratio) = ([0.4, 1.1], 1e-2)
    let exact = MarginalLikelihood(inputs: inputs, values: values)
    let bound = CollapsedBound(inputs: inputs, values: values, inducing: inputs)
    let (one, other) = (
      try #require(exact.evaluate(lengthScales: scales, ratio: ratio)),
      try #require(bound.evaluate(lengthScales: scales, ratio: ratio))
    )
    #expect(close(other.value, one.value, 1e-5) && other.value <= one.value + 1e-6)
    for (a, b) in zip(one.byLengthScale, other.byLengthScale) { #expect(close(b, a, 1e-4)) }
    let few = CollapsedBound(inputs: inputs, values: values, inducing: inputs.subset(Array(0..<10)))
    #expect(try #require(few.value(lengthScales: scales, ratio: ratio)).value < one.value)
  }

  @Test func inducingPointsAreDifferentRowsThatExplainMost() {
    let base = randomInputs(60, 2, seed: 5)
    let inputs = base.subset((0..<60).flatMap { [$0, $0] })
    let chosen = InducingPoints.greedy(inputs, count: 100, lengthScales: [0.1, 0.1])
    #expect(chosen.count == 60 && Set(chosen.map { inputs.row($0) }).count == 60)
    // The last ones are those that the first ones explain best.
    #expect(
      InducingPoints.greedy(inputs, count: 10, lengthScales: [0.1, 0.1]) == Array(chosen.prefix(10)))
    let left = { (rows: [Int]) -> Double in
      let kernel = InducingKernel(inputs.subset(rows), lengthScales: [0.1, 0.1])!
      return 120 - ProjectedData(inputs: inputs, values: [], kernel: kernel).trace
    }
    #expect(left(Array(chosen.prefix(20))) < 0.95 * left(Array(0..<20).map { 2 * $0 }))
    // A column that hardly matters is not spread over.
    let flat = InducingPoints.greedy(inputs, count: 100, lengthScales: [1e3, 1e3])
    #expect(flat.count < 20)
  }
}
