import Foundation
import Testing

@testable import Optim

/// The improvement of a front of many objectives.
@Suite struct DirectionalImprovementTests {
  private static func front(_ objectives: Int, points: Int = 12) -> [[Double]] {
    var random = RandomStream(seed: 4, purpose: .test)
    let rows = (0..<points).map { _ -> [Double] in
      let u = (0..<objectives).map { _ in abs(random.normal()) }
      let norm = u.reduce(0) { $0 + $1 * $1 }.squareRoot()
      return u.map { $0 / norm }
    }
    return (0..<objectives).map { j in rows.map { $0[j] } }
  }

  /// Up to a constant, the logarithm is that of the exact one.
  @Test func differencesAreThoseOfTheExactImprovement() {
    let (front, reference) = (Self.front(3), [1.3, 1.2, 1.4])
    let (exact, found) = (
      ExpectedImprovement(front: front, reference: reference),
      DirectionalImprovement(front: front, reference: reference)
    )
    var random = RandomStream(seed: 6, purpose: .test)
    let gaps = (0..<20).map { _ -> Double in
      let mean = (0..<3).map { _ in 0.2 + 0.4 * random.uniform() }
      let deviation = (0..<3).map { _ in 0.02 + 0.1 * random.uniform() }
      return found.logValue(mean: mean, deviation: deviation)
        - exact.logValue(mean: mean, deviation: deviation)
    }
    let mean = gaps.reduce(0, +) / 20
    #expect(gaps.allSatisfy { abs($0 - mean) < 0.35 }, "\(gaps)")
  }

  @Test(arguments: [5, 9]) func slopesAgreeWithDifferences(objectives: Int) {
    let function = DirectionalImprovement(
      front: Self.front(objectives), reference: [Double](repeating: 1.2, count: objectives))
    // Inside, near the front and beyond the reference.
    for level in [0.1, 0.4, 1.5] {
      let mean = (0..<objectives).map { level + 0.01 * Double($0) }
      let deviation = (0..<objectives).map { 0.05 + 0.01 * Double($0) }
      let value = function.evaluate(mean: mean, deviation: deviation)
      #expect(value.log.isFinite && value.byMean.contains { $0 < 0 })
      let step = 1e-7
      for j in 0..<objectives {
        let slopes = [true, false].map { isMean -> Double in
          let ends = [step, -step].map { delta -> Double in
            var (a, b) = (mean, deviation)
            if isMean { a[j] += delta } else { b[j] += delta }
            return function.logValue(mean: a, deviation: b)
          }
          return (ends[0] - ends[1]) / (2 * step)
        }
        let scale = max(1, value.byMean.map(abs).max()!)
        #expect(abs(value.byMean[j] - slopes[0]) < 1e-2 * scale, "mean \(j) at \(level)")
        #expect(abs(value.byDeviation[j] - slopes[1]) < 1e-2 * scale, "deviation \(j) at \(level)")
      }
    }
  }

  @Test func dominatedPointsAreWorthLessAndNothingIsLostOutside() {
    let front = Self.front(6)
    let function = DirectionalImprovement(front: front, reference: [Double](repeating: 1.2, count: 6))
    func value(_ level: Double) -> Double {
      function.logValue(
        mean: [Double](repeating: level, count: 6), deviation: [Double](repeating: 0.01, count: 6))
    }
    let values = [0.1, 0.2, 0.3, 0.5, 0.8, 1.1, 2].map(value)
    #expect(values == values.sorted(by: >) && values.allSatisfy(\.isFinite))
  }
}
