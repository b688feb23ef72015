import Foundation
import Testing

@testable import Electrophysiology
@testable import motoneuron_sim

/// Random points of the published ranges, sampled evenly in the parameters or in their logarithms.
@Suite struct RobustnessTests {
  /// Ranges in the order of `Parameters.names`.
  static let ranges: [ClosedRange<Double>] = [
    0.1...2, 0.1...0.3, 0.01...0.3, 1e-4...0.01, 1e-5...0.03, 1e-5...0.01, 1e-5...1e-3, 1e-5...1e-3,
    1e-4...5e-3, 1e-5...0.01, 1...40,
  ]

  /// SplitMix64 (Steele, Lea and Flood 2014): the same points in every run.
  struct Generator: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
      state &+= 0x9E37_79B9_7F4A_7C15
      var z = state
      z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
      z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
      return z ^ (z >> 31)
    }
  }

  static func random(logarithmic: Bool, _ generator: inout Generator) -> Parameters {
    Parameters(
      ranges.map { range in
        let u = Double.random(in: 0...1, using: &generator)
        return logarithmic
          ? range.lowerBound * pow(range.upperBound / range.lowerBound, u)
          : blend(range.lowerBound, range.upperBound, u)
      })
  }

  #if DEBUG
    static let count = 15
  #else
    static let count = 100
  #endif

  @Test(arguments: [false, true]) func randomCellsHaveFiniteFeatures(logarithmic: Bool) {
    var generator = Generator(state: 1)
    var firing = 0
    for _ in 0..<Self.count {
      let parameters = Self.random(logarithmic: logarithmic, &generator)
      let clamp = CurrentClamp(parameters, rates: Simulated.rates)
      #expect(clamp.isFinite, "\(parameters)")
      let features = Features(clamp)
      let scalars = [features.rin, features.tau, features.tauResidual, features.tauSnr, features.rest]
      let lists = [
        features.amplitude, features.threshold, features.adaptation, features.firstIsi, features.peak,
      ]
      let finite = (scalars + lists.joined()).allSatisfy { $0.isFinite }
      #expect(finite, "\(parameters)")
      #expect(features.peak.allSatisfy { abs($0) < 200 }, "\(parameters)")
      if features.spikes.contains(where: { $0 > 0 }) { firing += 1 }
    }
    // About half of the points fire when sampled in logarithms, two in a hundred otherwise.
    if logarithmic { #expect(firing > Self.count / 4) }
  }
}
