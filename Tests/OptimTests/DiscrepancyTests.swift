import Foundation
import Testing

@testable import Optim

/// Against SciPy (`scripts/fixtures/discrepancy.py`) and against what can be said without it.
@Suite struct DiscrepancyTests {
  private let stream = RandomStream(seed: 3, purpose: .test)

  private func columns(_ points: [[Double]]) -> [[Double]] {
    points[0].indices.map { j in points.map { $0[j] } }
  }

  @Test func agreesWithSciPy() throws {
    let lines = try fixture("discrepancy")
    #expect(lines.count == 8)
    for line in lines {
      let (count, dimension) = (Int(line[1])!, Int(line[2])!)
      let points: [[Double]]
      switch line[0] {
      case "cube": points = pointSet("cube", count, dimension)
      case "sobol":
        points = columns(
          Sobol(scrambled: false).points(count: count, dimension: dimension, skip: 1, stream: stream))
      default:
        points = columns(
          Halton(scrambled: false).points(count: count, dimension: dimension, skip: 1, stream: stream))
      }
      let found = Discrepancy(points)
      let values = [found.centred, found.wraparound, found.mixture, found.star, found.smallestDistance]
      for (value, text) in zip(values, line[3...]) {
        #expect(abs(value - Double(text)!) < 1e-12, "\(line[0]) \(count) \(dimension): \(value), \(text)")
      }
    }
  }

  @Test func onePoint() {
    // Of the centre of the interval: 13/12 - 2 + 1, -4/3 + 3/2, 19/12 - 2 (5/3) + 15/8, the root of 1/3 - 3/4 + 1/2.
    let middle = Discrepancy([[0.5]])
    #expect(abs(middle.centred - 1 / 12.0) < 1e-15)
    #expect(abs(middle.wraparound - 1 / 6.0) < 1e-15)
    #expect(abs(middle.mixture - 0.125) < 1e-15)
    #expect(abs(middle.star - (1 / 12.0).squareRoot()) < 1e-15)
    #expect(middle.smallestDistance == .infinity)
  }

  /// The mean over many random sets is what is expected of them.
  @Test func randomPointsHaveTheExpectedValue() {
    let sets = (0..<400).map { k in
      Discrepancy(columns(MonteCarlo().points(count: 20, dimension: 3, stream: stream.derived(UInt64(k)))))
    }
    let expected = Discrepancy.expected(count: 20, dimension: 3)
    let mean = { (value: (Discrepancy) -> Double) in sets.reduce(0) { $0 + value($1) } / 400 }
    #expect(abs(mean(\.centred) / expected.centred - 1) < 0.06)
    #expect(abs(mean(\.wraparound) / expected.wraparound - 1) < 0.06)
    #expect(abs(mean(\.mixture) / expected.mixture - 1) < 0.06)
    #expect(abs(mean { $0.star * $0.star } / (expected.star * expected.star) - 1) < 0.1)
    #expect(expected.smallestDistance.isNaN)
  }

  /// Every sampler that is made to be even is more even than random points, in the mean over ten samples.
  @Test(arguments: ["lh", "slh", "sobol", "glp", "halton"]) func samplersAreEven(_ name: String) throws {
    let sampler = try #require(Samplers.named(name))
    let expected = Discrepancy.expected(count: 64, dimension: 4)
    let sets = (0..<10).map { k in
      Discrepancy(columns(sampler.points(count: 64, dimension: 4, stream: stream.derived(UInt64(k)))))
    }
    let bound = ["sobol": 0.3, "glp": 0.3, "halton": 0.5][name] ?? 0.75
    for value in [\Discrepancy.centred, \.wraparound, \.mixture] {
      let mean = sets.reduce(0) { $0 + $1[keyPath: value] } / 10
      #expect(mean < bound * expected[keyPath: value], "\(mean / expected[keyPath: value])")
    }
  }
}
