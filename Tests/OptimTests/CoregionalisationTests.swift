import Foundation
import Testing

@testable import Optim

@Suite struct CoregionalisationTests {
  private let stream = RandomStream(seed: 3, purpose: .training)

  /// Mixtures of two functions of their own smoothness.
  private func mixtures(_ x: [Double]) -> [Double] {
    let (a, b) = (sin(6 * x[0]) + x[1] * x[1], cos(9 * x[2]))
    return [a + b, a - b, a + 0.3 * b, b + 0.2 * a]
  }

  private func example(_ inputs: Matrix, noise: Double) -> TrainingSet {
    var random = RandomStream(seed: 21, purpose: .test)
    let rows = (0..<inputs.rows).map { i in
      mixtures(inputs.row(i)).map { $0 + noise * random.normal() }
    }
    return trainingSet(inputs, targets: (0..<4).map { k in rows.map { $0[k] } })
  }

  private func errors(_ model: GaussianSurrogate, _ points: Matrix) -> [Double] {
    let prediction = model.predict(points)
    return (0..<4).map { k in
      let truth = (0..<points.rows).map { mixtures(points.row($0))[k] }
      return (1 - rSquared(prediction.mean[k], truth)).squareRoot()
    }
  }

  @Test(arguments: [0, 0.1]) func correlatedTargetsHelpEachOther(noise: Double) throws {
    let set = example(randomInputs(60, 4, seed: 22), noise: noise)
    let points = randomInputs(200, 4, seed: 23)
    let apart = errors(try GaussianSurrogate.fit(set, stream: stream), points)
    for rank in [nil, 2] {
      let model = try GaussianSurrogate.fit(set, stream: stream, coregionalised: true, rank: rank)
      for (one, other) in zip(errors(model, points), apart) { #expect(one < 0.8 * other) }
      #expect(model.summary.contains("coregionalised"))
    }
  }

  @Test func unrelatedTargetsStayApart() throws {
    let inputs = randomInputs(60, 4, seed: 24)
    let set = trainingSet(
      inputs, targets: [(0..<60).map { sin(5 * inputs[$0, 0]) }, (0..<60).map { cos(7 * inputs[$0, 1]) }])
    let points = randomInputs(100, 4, seed: 25)
    let apart = try GaussianSurrogate.fit(set, stream: stream).predict(points)
    let together = try GaussianSurrogate.fit(set, stream: stream, coregionalised: true).predict(points)
    let truth = [(0..<100).map { sin(5 * points[$0, 0]) }, (0..<100).map { cos(7 * points[$0, 1]) }]
    for k in 0..<2 {
      let rmse = { (prediction: Prediction) in (1 - rSquared(prediction.mean[k], truth[k])).squareRoot() }
      #expect(rmse(together) < 1.02 * rmse(apart) + 1e-3)
    }
  }

  /// A process of y = A u is one large process with covariance sum_q a_q a_q' (k_q + noise_q I): checked against its definition.
  @Test func isTheLinearModelOfCoregionalisation() throws {
    let (n, p) = (30, 4)
    let set = example(randomInputs(n, 4, seed: 26), noise: 0.2)
    let model = try GaussianSurrogate.fit(set, stream: stream, coregionalised: true, rank: 3)
    let (state, point) = (model.state, [0.3, 0.6, 0.2, 0.9])
    let points = Matrix([point], columns: 4)
    func covariance(_ t: Int, _ u: Int, _ x: [Double], _ y: [Double], noise: Bool) -> Double {
      zip(state.targets[t].shares, state.targets[u].shares).reduce(0) { sum, pair in
        let h = state.processes[pair.0.index].hyperparameters
        let r2 = zip(zip(x, y), h.lengthScales).reduce(0) { $0 + pow(($1.0.0 - $1.0.1) / $1.1, 2) }
        let s = (5 * r2).squareRoot()
        let k = h.signalVariance * (1 + s + s * s / 3) * exp(-s) + (noise ? h.noiseVariance : 0)
        return sum + pair.0.weight * pair.1.weight * k
      }
    }
    var large = [Double](repeating: 0, count: n * p * n * p)
    var residuals: [Double] = []
    let means = (0..<p).map { t in
      state.targets[t].shares.reduce(0) {
        $0 + $1.weight * state.processes[$1.index].hyperparameters.mean
      }
    }
    for i in 0..<n * p {
      residuals.append(
        state.targets[i % p].transform!(set.targets[i % p][i / p]) - means[i % p])
      for j in 0...i {
        large[i * n * p + j] = covariance(
          i % p, j % p, set.inputs.row(i / p), set.inputs.row(j / p), noise: i / p == j / p)
      }
    }
    let weights = try #require(Cholesky(large, order: n * p)).solve(residuals)
    let prediction = model.predict(points)
    for t in 0..<p {
      let cross = (0..<n * p).map { covariance(t, $0 % p, point, set.inputs.row($0 / p), noise: false) }
      let latent = means[t] + BLAS.dot(cross, weights)
      let explained = BLAS.dot(cross, try #require(Cholesky(large, order: n * p)).solve(cross))
      let variance = covariance(t, t, point, point, noise: false) - explained
      let moments = state.targets[t].transform!.moments(mean: latent, variance: variance)
      #expect(abs(prediction.mean[t][0] - moments.mean) < 1e-6)
      #expect(abs(prediction.variance![t][0] - moments.variance) < 1e-6)
    }
  }

  @Test func gradientsAgreeWithDifferences() throws {
    let set = example(randomInputs(50, 4, seed: 27), noise: 0.05)
    let labelled = trainingSet(
      set.inputs, targets: set.targets, labels: [set.targets[1].map { $0 >= 0 ? 1 : 0 }], margins: [1])
    let model = try GaussianSurrogate.fit(labelled, stream: stream, coregionalised: true)
    #expect(gradientMismatch(model, randomInputs(7, 4, seed: 28)) < 1e-5)
    let again = try GaussianSurrogate.multiOutputEntry.decode(model.encoded())
    #expect(again.predict(set.inputs).mean == model.predict(set.inputs).mean)
  }

  @Test func targetsKnownElsewhereAreApart() throws {
    var set = example(randomInputs(50, 4, seed: 29), noise: 0.05)
    var targets = set.targets
    for i in 0..<15 { targets[3][i] = .nan }
    targets.append(Array(repeating: 4, count: 50))
    set = trainingSet(set.inputs, targets: targets)
    let model = try GaussianSurrogate.fit(set, stream: stream, coregionalised: true)
    let own = model.state.targets[3].shares
    #expect(own.count == 1 && model.state.processes[own[0].index].combination.map(\.index) == [3])
    #expect(model.predict(set.inputs).mean[4].allSatisfy { $0 == 4 })
    let warm = try GaussianSurrogate.fit(set, stream: stream, coregionalised: true, warm: model)
    #expect(errors(warm, set.inputs)[0] < errors(model, set.inputs)[0] + 0.01)
  }

  @Test func dependentAndManyTargets() throws {
    let inputs = randomInputs(25, 3, seed: 30)
    let one = (0..<25).map { sin(4 * inputs[$0, 0]) }
    let targets = (1...20).map { k in one.map { Double(k) * $0 + 1 } }
    let model = try GaussianSurrogate.fit(
      trainingSet(inputs, targets: targets), stream: stream, coregionalised: true)
    let points = randomInputs(30, 3, seed: 31)
    let prediction = model.predict(points)
    #expect(isFinite(prediction))
    for k in [0, 19] {
      let truth = (0..<30).map { Double(k + 1) * sin(4 * points[$0, 0]) + 1 }
      #expect(rSquared(prediction.mean[k], truth) > 0.98)
    }
  }

  @Test func smallMatricesInvert() throws {
    let a = Matrix([[0, 2, 1], [1, 0, 0], [3, 1, 4]], columns: 3)
    let (inverse, logDeterminant) = try #require(a.inverted())
    let product = a.times(inverse)
    for i in 0..<3 { for j in 0..<3 { #expect(abs(product[i, j] - (i == j ? 1 : 0)) < 1e-14) } }
    #expect(abs(logDeterminant - log(7)) < 1e-14)
    #expect(Matrix([[1, 2], [2, 4]], columns: 2).inverted() == nil)
  }
}
