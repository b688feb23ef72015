import Foundation
import Testing

@testable import Optim

/// Values of dense formulas, with which GPyTorch agrees, by scripts/fixtures/deep_gaussian_process.py.
private struct DeepFixture: Decodable {
  struct Head: Decodable {
    let mean, variance, mixtureMean, mixtureVariance, logOdds: [Double]
    let divergence, bound, density: Double
  }
  let inputs: [[Double]]
  let values: [[Double]]
  let network: DeepNetwork
  let deviations: [Double]
  let hiddenMean, hiddenVariance: [[Double]]
  let hiddenDivergence: [Double]
  let heads: [Head]

  static func load() throws -> DeepFixture {
    let url = try #require(
      Bundle.module.url(forResource: "deep_gaussian_process", withExtension: "json", subdirectory: "Fixtures")
    )
    return try JSONDecoder().decode(DeepFixture.self, from: Data(contentsOf: url))
  }
}

@Suite struct DeepNetworkTests {
  private func close(_ a: [Double], _ b: [Double], _ tolerance: Double = 1e-6) -> Bool {
    a.count == b.count && zip(a, b).allSatisfy { abs($0 - $1) <= tolerance * max(1, abs($1)) }
  }

  @Test func momentsOfBothLayers() throws {
    let fixture = try DeepFixture.load()
    let prepared = try #require(PreparedNetwork(fixture.network))
    let inputs = Matrix(fixture.inputs, columns: 3)
    let hidden = prepared.hiddenPass(inputs, withSlopes: false)
    for u in 0..<2 {
      #expect(close(hidden.mean[u], fixture.hiddenMean[u]))
      #expect(close(hidden.deviation[u].map { $0 * $0 }, fixture.hiddenVariance[u]))
      #expect(close([fixture.network.hidden[u].process.divergence], [fixture.hiddenDivergence[u]]))
    }
    let layer = prepared.layerInputs(hidden, deviations: fixture.deviations)
    let mixture = DeepMixture(prepared, inputs, withSlopes: false)
    for (k, expected) in fixture.heads.enumerated() {
      let pass = prepared.heads[k].forward(layer, withSlopes: false)
      let trend = fixture.network.heads[k].trend(inputs)
      #expect(close(pass.mean.indices.map { pass.mean[$0] + trend[$0 % 12] }, expected.mean))
      #expect(close(pass.variance, expected.variance))
      #expect(close([fixture.network.heads[k].process.divergence], [expected.divergence]))
      let moments = (0..<12).map { mixture.moments(k, $0) }
      #expect(close(moments.map(\.mean), expected.mixtureMean))
      #expect(close(moments.map(\.variance), expected.mixtureVariance))
    }
    let odds = (0..<12).map { mixture.logOdds(1, $0, threshold: 0, noise: 1).value }
    #expect(close(odds, fixture.heads[1].logOdds))
  }

  /// Both objectives, from their terms.
  @Test func boundAndPredictiveDensity() throws {
    let fixture = try DeepFixture.load()
    let prepared = try #require(PreparedNetwork(fixture.network))
    let network = fixture.network
    let divergence = (fixture.hiddenDivergence + fixture.heads.map(\.divergence)).reduce(0, +)
    let scales = (network.hidden.map(\.process) + network.heads.map(\.process)).map(\.logScales)
    for (kind, share) in [(DeepObjective.Kind.bound, 1.0), (.density(divergence: 0.3), 0.3)] {
      let objective = DeepObjective(
        kind: kind, inputs: Matrix(fixture.inputs, columns: 3), values: fixture.values, expectedScales: scales
      )
      let value = objective.evaluate(
        prepared, rows: Array(0..<12),
        deviations: kind == .bound ? fixture.deviations : prepared.siteDeviations(rows: 12)
      ).value
      let terms = fixture.heads.map { kind == .bound ? $0.bound : $0.density }.reduce(0, +)
      #expect(close([value * 12], [terms - share * divergence]))
    }
  }

  /// By every parameter, on a batch with an unknown value, beside central differences.
  @Test(arguments: [true, false]) func slopes(_ natural: Bool) throws {
    let fixture = try DeepFixture.load()
    let network = fixture.network
    var values = fixture.values
    values[0][2] = .nan
    let objective = DeepObjective(
      kind: natural ? .bound : .density(divergence: 0.3), inputs: Matrix(fixture.inputs, columns: 3),
      values: values,
      expectedScales: (network.hidden.map(\.process) + network.heads.map(\.process)).map {
        $0.logScales.map { $0 + 0.2 }
      })
    let rows = [0, 2, 3, 5, 8, 11]
    let drawn = Array(fixture.deviations.prefix(4 * rows.count * 2))
    let evaluate = { (network: DeepNetwork) throws -> DeepObjective.Outcome in
      let prepared = try #require(PreparedNetwork(network))
      return objective.evaluate(
        prepared, rows: rows, deviations: natural ? drawn : prepared.siteDeviations(rows: rows.count))
    }
    let parameters = network.parameters(natural: natural)
    let gradient = try evaluate(network).gradient
    #expect(gradient.count == parameters.count)
    let step = 1e-5
    for i in parameters.indices {
      let ends = try [step, -step].map { change in
        var (moved, changed) = (parameters, network)
        moved[i] += change
        changed.setParameters(moved, natural: natural)
        return try evaluate(changed).value
      }
      let slope = (ends[0] - ends[1]) / (2 * step)
      #expect(abs(slope - gradient[i]) < 1e-5 * max(1, abs(slope)), "parameter \(i)")
    }
  }

  /// With hidden units that are known exactly, the heads' best beliefs give the posterior of a sparse process of the same inducing points.
  @Test func conditioningOfKnownUnits() throws {
    let fixture = try DeepFixture.load()
    let inputs = Matrix(fixture.inputs, columns: 3)
    var network = fixture.network
    network.heads.removeLast()
    for u in 0..<2 { network.hidden[u].process.logSignal = log(1e-8) }
    network.heads[0].trend = LinearFunction(intercept: 0.2, weights: [0, 0, 0])
    let conditioned = try #require(
      DeepConditioning(inputs: inputs, values: [fixture.values[0]], fitsNoise: false).conditioned(network))
    let prepared = try #require(PreparedNetwork(conditioned))
    let layer = prepared.layerInputs(
      prepared.hiddenPass(inputs, withSlopes: false), deviations: Array(repeating: 0, count: 24))
    let process = network.heads[0].process
    let kernel = try #require(
      InducingKernel(
        Matrix(rows: process.order, columns: 5, values: process.inducing),
        lengthScales: process.logScales.map { exp($0) }))
    let ratio = network.heads[0].noise / exp(process.logSignal)
    // About the same mean: values relative to it are those of a process about 0.
    var (a, b) = ([Double](repeating: 0, count: 36), [Double](repeating: 0, count: 6))
    kernel.forBlocks(layer) { _, _, w, _ in
      kernel.cholesky.solveLower(&w, count: 12)
      BLAS.multiply(6, 6, 12, w, transposed: true, w, into: &a)
      BLAS.multiply(6, 1, 12, w, transposed: true, fixture.values[0].map { $0 - 0.2 }, into: &b)
    }
    for i in 0..<6 { a[i * 6 + i] += ratio }
    let best = try #require(Cholesky(a, order: 6)).solve(b).map { $0 / exp(0.5 * process.logSignal) }
    #expect(close(conditioned.heads[0].process.mean, best, 1e-3))
  }
}
