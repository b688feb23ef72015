import Foundation
import Testing

@testable import Optim

@Suite struct GaussianProcessTests {
  let reference: GaussianFixture
  let inputs: Matrix
  let points: Matrix

  init() throws {
    reference = try GaussianFixture.load()
    inputs = Matrix(reference.inputs, columns: 3)
    points = Matrix(reference.points, columns: 3)
  }

  @Test func agreesWithScikitLearn() throws {
    for expected in reference.regressions {
      let process = try GaussianProcess(
        inputs: inputs, values: reference.values,
        hyperparameters: GaussianHyperparameters(
          lengthScales: expected.lengthScales, signalVariance: expected.signalVariance,
          noiseVariance: expected.noiseVariance))
      #expect(
        abs(process.logMarginalLikelihood - expected.logLikelihood) < 1e-6 * abs(expected.logLikelihood))
      let (mean, variance) = process.predict(points)
      for i in mean.indices {
        #expect(abs(mean[i] - expected.mean[i]) < 1e-6)
        #expect(abs(variance[i] - expected.variance[i]) < 1e-6 * expected.signalVariance)
      }
    }
  }

  @Test func likelihoodAtItsBestMeanAndSignal() throws {
    let likelihood = MarginalLikelihood(inputs: inputs, values: reference.values)
    let scales = [0.4, 0.8, 2.0]
    let point = try #require(likelihood.evaluate(lengthScales: scales, ratio: 1e-3))
    // The closed forms are the maximum of the likelihood at given mean and signal variance.
    let at = { (mean: Double, signal: Double) in
      try GaussianProcess(
        inputs: inputs, values: reference.values,
        hyperparameters: GaussianHyperparameters(
          lengthScales: scales, signalVariance: signal, noiseVariance: 1e-3 * signal, mean: mean)
      ).logMarginalLikelihood
    }
    let best = try at(point.mean, point.signalVariance)
    #expect(abs(best - point.value) < 1e-8)
    for (mean, signal) in [(1.1, 1.0), (0.9, 1), (1, 1.1), (1, 0.9)] {
      let other = try at(point.mean * mean, point.signalVariance * signal)
      #expect(other < best)
    }
  }

  @Test func likelihoodGradients() throws {
    let likelihood = MarginalLikelihood(inputs: inputs, values: reference.values)
    let (theta, step) = ([-0.8, 0.1, 0.7, -5.0], 1e-5)
    let value = { (theta: [Double]) in
      try #require(likelihood.evaluate(lengthScales: theta[..<3].map(exp), ratio: exp(theta[3])))
    }
    let point = try value(theta)
    for (k, slope) in (point.byLengthScale + [point.byRatio]).enumerated() {
      var (up, down) = (theta, theta)
      up[k] += step
      down[k] -= step
      let difference = (try value(up).value - value(down).value) / (2 * step)
      #expect(abs(difference - slope) < 1e-5 * max(abs(slope), 1))
    }
  }

  @Test func leavesOneOut() throws {
    let likelihood = MarginalLikelihood(inputs: inputs, values: reference.values)
    let scales = [0.4, 0.8, 2.0]
    let left = try #require(likelihood.leaveOneOut(lengthScales: scales, ratio: 1e-3))
    let whole = try #require(likelihood.evaluate(lengthScales: scales, ratio: 1e-3))
    let others = Array(1..<40)
    let process = try GaussianProcess(
      inputs: inputs.subset(others), values: others.map { reference.values[$0] },
      hyperparameters: GaussianHyperparameters(
        lengthScales: scales, signalVariance: whole.signalVariance,
        noiseVariance: 1e-3 * whole.signalVariance, mean: whole.mean))
    let (mean, variance) = process.predict(inputs.subset([0]))
    #expect(abs(left.mean[0] - mean[0]) < 1e-8)
    #expect(abs(left.variance[0] - variance[0] - 1e-3 * whole.signalVariance) < 1e-8)
  }

  @Test func laplaceAgreesWithScikitLearn() throws {
    let likelihood = LaplaceLikelihood(
      inputs: inputs, labels: reference.labels, mean: Array(repeating: 0, count: 40))
    for expected in reference.classifications {
      let point = try #require(
        likelihood.evaluate(lengthScales: expected.lengthScales, signalVariance: expected.signalVariance))
      #expect(abs(point.value - expected.logLikelihood) < 1e-4)
      #expect(abs(point.bySignal - expected.bySignal) < 1e-4)
      for (slope, other) in zip(point.byLengthScale, expected.byLengthScale) {
        #expect(abs(slope - other) < 1e-4)
      }
      let classifier = try GaussianClassifier(
        inputs: inputs, labels: reference.labels,
        hyperparameters: .init(
          lengthScales: expected.lengthScales, signalVariance: expected.signalVariance,
          trend: LinearFunction(intercept: 0, weights: [0, 0, 0])))
      // Two approximations of one integral: MacKay's and Williams and Barber's.
      for (odds, probability) in zip(classifier.logOdds(points), expected.probability) {
        #expect(abs(logistic(odds) - probability) < 0.02)
      }
    }
  }

  @Test func laplaceGradientsWithAPriorMean() throws {
    let likelihood = LaplaceLikelihood(
      inputs: inputs, labels: reference.labels, mean: inputs.column(0).map { $0 - 0.2 })
    let (theta, step) = ([-0.8, 0.1, 0.7, 1.2], 1e-4)
    let value = { (theta: [Double]) in
      try #require(likelihood.evaluate(lengthScales: theta[..<3].map(exp), signalVariance: exp(theta[3])))
    }
    let point = try value(theta)
    for (k, slope) in (point.byLengthScale + [point.bySignal]).enumerated() {
      var (up, down) = (theta, theta)
      up[k] += step
      down[k] -= step
      let difference = (try value(up).value - value(down).value) / (2 * step)
      #expect(abs(difference - slope) < 1e-4)
    }
  }

  @Test func oddsOfANormalVariable() {
    for (z, expected) in zip(reference.tails, reference.logOdds) {
      let (value, slope) = normalLogOdds(z)
      #expect(abs(value - expected) <= 1e-10 * max(abs(expected), 1e-3))
      let step = 1e-4 * max(abs(z), 1)
      let difference = (normalLogOdds(z + step).value - normalLogOdds(z - step).value) / (2 * step)
      #expect(abs(slope - difference) < 1e-5 * abs(slope))
    }
    #expect(normalLogOdds(1e300).value.isFinite && normalLogOdds(-.infinity).value.isFinite)
  }

  @Test func columnsThatBelongTogetherShareALengthScale() {
    let inputs = Matrix([[0, 1, 0, 0.2, 7], [1, 0, 0, 0.4, 7], [0, 0, 1, 0.1, 7]], columns: 5)
    let scales = LengthScales(
      features: (0..<3).map { .category(parameter: 0, label: $0) } + [
        .real(parameter: 1), .presence(parameter: 1),
      ], inputs: inputs)
    #expect(scales.count == 2)
    #expect(scales.group == [0, 0, 0, 1, nil])
    #expect(scales.groups([1, 2, 3, 4, 5]) == [6, 4])
    #expect(scales.columns([0, log(2)]).prefix(4) == [1, 1, 1, 2])
  }

  /// A part of 400 points can throw parameters away that all of them show to matter, and a start from one length scale for all can end
  /// lower as well: the better of both counts.
  @Test(arguments: [(seed: UInt64(1), isFreshBetter: true), (4, false)])
  func aPartAloneDoesNotDecide(_ seed: UInt64, _ isFreshBetter: Bool) throws {
    let (n, columns) = (500, 15)
    let inputs = randomInputs(n, columns, seed: seed)
    let raw = (0..<n).map { i -> Double in
      var sum = 2 * inputs[i, 2] * inputs[i, 3] - 0.5
      for j in 0..<columns { sum += 0.5 * Double((7 + 3 * j) % 5 - 2) * sin(3 * inputs[i, j]) }
      return sum * sum
    }
    let (mean, deviation) = TargetTransform.moments(raw)
    let values = raw.map { ($0 - mean) / deviation }
    let scales = LengthScales(features: (0..<columns).map { .real(parameter: $0) }, inputs: inputs)
    let search = HyperparameterFit(
      inputs: inputs, scales: scales, stream: RandomStream(seed: seed, purpose: .training))
    let part = try #require(search.startedManyTimes(values, onlyBest: true).first).theta
    let common = try #require(search.isotropic(values)).theta
    let ends = try [part, Array(repeating: common[0], count: columns) + [common[1]]].map { theta in
      try #require(search.climb(values, from: theta, rows: nil, evaluations: 40)).value
    }
    #expect(isFreshBetter ? ends[1] > ends[0] + 10 : ends[0] > ends[1] + 10, "\(ends)")
    // These have the prior's logarithm in them, which is below 0.
    #expect(try #require(search.fit(values)).1 >= ends.max()!)
  }
}
