import Foundation
import Testing

@testable import Optim

@Suite struct ExpectedImprovementTests {
  /// By BoTorch: scripts/fixtures/expected_improvement.py.
  struct Case: Decodable {
    let front: [[Double]]
    let reference, mean, deviation: [Double]
    let value: Double
  }

  let cases: [Case]

  init() throws {
    let url = try #require(
      Bundle.module.url(
        forResource: "expected_improvement", withExtension: "json", subdirectory: "Fixtures"))
    cases = try JSONDecoder().decode([Case].self, from: Data(contentsOf: url))
  }

  @Test func agreesWithBoTorch() {
    for test in cases {
      let found = ExpectedImprovement(front: test.front, reference: test.reference)
        .evaluate(mean: test.mean, deviation: test.deviation)
      // BoTorch subtracts where we stay in logarithms: its small values have absolute errors.
      #expect(abs(exp(found.log) - test.value) < 1e-9 + 1e-8 * test.value, "\(test)")
    }
  }

  @Test func slopesAgreeWithDifferences() {
    for test in cases {
      let function = ExpectedImprovement(front: test.front, reference: test.reference)
      let found = function.evaluate(mean: test.mean, deviation: test.deviation)
      for k in test.mean.indices {
        for (slopes, isMean) in [(found.byMean, true), (found.byDeviation, false)] {
          let step = 1e-6 * test.deviation[k]
          func value(_ shift: Double) -> Double {
            var (mean, deviation) = (test.mean, test.deviation)
            if isMean { mean[k] += shift } else { deviation[k] += shift }
            return function.evaluate(mean: mean, deviation: deviation).log
          }
          let slope = (value(step) - value(-step)) / (2 * step)
          #expect(abs(slopes[k] - slope) < 1e-5 * max(1, abs(slope)), "\(test)")
        }
      }
    }
  }

  /// A hundred thousand deviations inside the dominated region the value itself is 0 in doubles.
  @Test func noSlopeVanishes() {
    let function = ExpectedImprovement(front: [[0.5], [0.5]], reference: [1, 1])
    let far = function.evaluate(mean: [0.8, 0.9], deviation: [1e-6, 1e-6])
    let nearer = function.evaluate(mean: [0.8, 0.7], deviation: [1e-6, 1e-6])
    #expect(far.log.isFinite && nearer.log.isFinite && nearer.log > far.log)
    #expect(far.byMean.allSatisfy(\.isFinite) && far.byMean.contains { $0 < 0 })
  }

  @Test func withoutUncertaintyItIsTheImprovement() {
    let front = [[0.1, 0.4, 0.7], [0.8, 0.5, 0.2]]
    let function = ExpectedImprovement(front: front, reference: [1, 1])
    for point in [[0.3, 0.3], [0.05, 0.9], [0.6, 0.1], [0.45, 0.45]] {
      let before = hypervolume(front, reference: [1, 1])
      let after = hypervolume([front[0] + [point[0]], front[1] + [point[1]]], reference: [1, 1])
      let found = exp(function.evaluate(mean: point, deviation: [1e-9, 1e-9]).log)
      #expect(abs(found - (after - before)) < 1e-7)
    }
  }

  @Test(arguments: [1, 2, 3, 4, 5]) func boxesTileWhatIsNotDominated(_ objectives: Int) {
    var random = RandomStream(seed: 3, purpose: .test, index: UInt64(objectives))
    let reference = Array(repeating: 1.0, count: objectives)
    for size in [0, 1, 5, 20] {
      let front = (0..<objectives).map { _ in (0..<size).map { _ in random.uniform() } }
      let boxes = NonDominatedBoxes(front: front, reference: reference)
      // Above 0 in every objective the boxes fill what the front leaves of the unit cube.
      var volume = 0.0
      for b in 0..<boxes.count {
        var product = 1.0
        for k in 0..<objectives {
          let low = boxes.lower[b * objectives + k]
          product *= boxes.levels[k][boxes.upper[b * objectives + k]] - (low < 0 ? 0 : boxes.levels[k][low])
        }
        volume += product
      }
      #expect(abs(volume - (1 - (size == 0 ? 0 : hypervolume(front, reference: reference)))) < 1e-12)
      if objectives == 3 { #expect(boxes.count <= 3 * size + 1) }
    }
  }
}
