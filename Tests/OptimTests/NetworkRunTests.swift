import CKernels
import Foundation
import Testing

@testable import Optim

/// Layers against PyTorch's values and gradients (scripts/fixtures/network_passes.py), and against finite differences.
@Suite struct NetworkRunTests {
  struct Case: Decodable {
    let transformer: Bool
    let inputs, weights, values, seeds, weightGradients, inputGradients: [Double]
  }

  static let batch = 8

  static func shape(_ transformer: Bool) -> NetworkShape {
    var shape = NetworkShape(
      trunk: transformer ? .transformer(heads: 2) : .residual, features: 5, tokens: [1, 2, 2, 3, 4],
      width: 16,
      hidden: 24, blocks: 2, targets: 2, labels: 2, latents: 2, isDirect: true)
    shape.inputScale = 1
    return shape
  }

  private func cases() throws -> [Case] {
    let url = try #require(
      Bundle.module.url(forResource: "network_passes", withExtension: "json", subdirectory: "Fixtures"))
    return try JSONDecoder().decode([Case].self, from: Data(contentsOf: url))
  }

  /// Sample-major values into a feature-major panel.
  private func fill(_ panel: Panel, _ values: [Double]) {
    for n in 0..<NetworkRunTests.batch {
      for f in 0..<panel.rows { panel.base[f * panel.stride + n] = Float(values[n * panel.rows + f]) }
    }
  }

  private func read(_ panel: Panel) -> [Double] {
    (0..<NetworkRunTests.batch).flatMap { n in
      (0..<panel.rows).map { Double(panel.base[$0 * panel.stride + n]) }
    }
  }

  private func expectClose(_ found: [Double], _ expected: [Double], _ tolerance: Double, _ what: String) {
    #expect(found.count == expected.count)
    let scale = expected.map(abs).max() ?? 1
    for (i, pair) in zip(found, expected).enumerated() where abs(pair.0 - pair.1) > tolerance * scale {
      Issue.record("\(what) \(i): \(pair.0) instead of \(pair.1)")
      return
    }
  }

  @Test func agreesWithPyTorch() throws {
    for expected in try cases() {
      let run = NetworkRun(
        NetworkRunTests.shape(expected.transformer), batch: NetworkRunTests.batch, keepsGradients: true)
      #expect(run.layout.count == expected.weights.count)
      fill(run.inputs, expected.inputs)
      let state = AdamState(expected.weights.map { Float($0) })
      run.forward(state.parameters)
      expectClose(read(run.values), expected.values, 1e-5, "value")
      fill(run.seeds, expected.seeds)
      run.backward(state.parameters, gradients: state.gradient, wantsInputs: true)
      let gradient = (0..<state.count).map { Double(state.gradient[$0]) }
      expectClose(gradient, expected.weightGradients, 1e-5, "derivative of weight")
      expectClose(read(run.inputGradients), expected.inputGradients, 1e-5, "derivative of input")
      // A run that keeps nothing for gradients predicts the same.
      let quick = NetworkRun(run.shape, batch: NetworkRunTests.batch, keepsGradients: false)
      fill(quick.inputs, expected.inputs)
      quick.forward(state.parameters)
      #expect(read(quick.values) == read(run.values))
    }
  }

  /// With dropout the derivative must belong to the same masks as the value.
  @Test(arguments: [true, false]) func dropoutMasksAreTheSameBackwards(transformer: Bool) {
    var shape = NetworkRunTests.shape(transformer)
    (shape.attentionDropout, shape.hiddenDropout, shape.residualDropout) = (0.3, 0.2, 0.25)
    let run = NetworkRun(shape, batch: NetworkRunTests.batch, keepsGradients: true)
    var random = RandomStream(seed: 5, purpose: .test)
    fill(run.inputs, (0..<40).map { _ in 2 * random.uniform() - 1 })
    let start = run.layout.initial(shape, direct: nil, stream: RandomStream(seed: 6, purpose: .test))
    let state = AdamState(start.map { $0 + 0.1 * Float(random.normal()) })
    let seeds = (0..<32).map { _ in random.normal() }
    func value() -> Double {
      run.forward(state.parameters, dropoutKey: 77)
      return zip(read(run.values), seeds).reduce(0) { $0 + $1.0 * $1.1 }
    }
    let middle = value()
    fill(run.seeds, seeds)
    run.backward(state.parameters, gradients: state.gradient, dropoutKey: 77)
    run.forward(state.parameters, dropoutKey: 78)
    #expect(abs(zip(read(run.values), seeds).reduce(0) { $0 + $1.0 * $1.1 } - middle) > 1e-3)
    // Along random directions: single precision is too coarse for single weights.
    for _ in 0..<5 {
      let direction = (0..<state.count).map { _ in Float(random.normal()) }
      let step: Float = 2e-3 / Float(state.count).squareRoot()
      func move(_ by: Float) { for i in 0..<state.count { state.parameters[i] += by * direction[i] } }
      move(step)
      let up = value()
      move(-2 * step)
      let down = value()
      move(step)
      let slope = (0..<state.count).reduce(0.0) { $0 + Double(state.gradient[$1]) * Double(direction[$1]) }
      #expect(abs((up - down) / Double(2 * step) - slope) < 0.02 * abs(slope) + 0.2)
    }
  }

  @Test func dropoutDropsItsShareAndKeepsTheMean() {
    var values = [Float](repeating: 1, count: 80_000)
    let (zeros, bias) = ([Float](repeating: 0, count: 80_000), [Float](repeating: 0, count: 10))
    values.withUnsafeMutableBufferPointer {
      dmo_add_residual(
        10, 8000, 8000, $0.baseAddress!, bias, zeros, $0.baseAddress!, dmo_dropout(key: 3, rate: 0.2))
    }
    let dropped = Double(values.count { $0 == 0 }) / 80_000
    #expect(abs(dropped - 0.2) < 0.006)
    #expect(values.allSatisfy { $0 == 0 || $0 == 1.25 })
  }

  @Test func geluIsExactEnough() {
    var y = (0..<80).map { Float($0 - 40) / 5 }
    let x = y
    var slope = [Float](repeating: 0, count: 80)
    dmo_gelu(1, 80, 80, [0], &y, &slope, dmo_dropout(key: 0, rate: 0))
    for i in 0..<80 {
      let v = Double(x[i])
      let cdf = 0.5 * erfc(-v / 2.0.squareRoot())
      #expect(abs(Double(y[i]) - v * cdf) < 2e-6)
      #expect(abs(Double(slope[i]) - (cdf + v * exp(-v * v / 2) / (2 * Double.pi).squareRoot())) < 2e-6)
    }
  }

  /// Against the formulas of the paper in double precision.
  @Test func adamWTakesTheTextbooksSteps() {
    let state = AdamState([1, -2])
    var (p, m, v) = ([1.0, -2.0], [0.0, 0.0], [0.0, 0.0])
    for step in 1...20 {
      for i in 0..<2 {
        let g = p[i] - 0.5
        state.gradient[i] = Float(g)
        m[i] = 0.9 * m[i] + 0.1 * g
        v[i] = 0.99 * v[i] + 0.01 * g * g
        let (mHat, vHat) = (m[i] / (1 - pow(0.9, Double(step))), v[i] / (1 - pow(0.99, Double(step))))
        p[i] = p[i] * (1 - 0.05 * 0.1) - 0.05 * mHat / (vHat.squareRoot() + 1e-8)
      }
      state.advance(step, 0..<2, rate: 0.05, decay: 0.1)
      for i in 0..<2 { #expect(abs(Double(state.parameters[i]) - p[i]) < 1e-5) }
    }
  }
}
