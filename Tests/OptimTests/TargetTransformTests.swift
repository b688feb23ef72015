import Foundation
import Testing

@testable import Optim

@Suite struct TargetTransformTests {
  private func lognormal(_ count: Int, deviation: Double) -> [Double] {
    var random = RandomStream(seed: 5, purpose: .test)
    return (0..<count).map { _ in exp(deviation * random.normal()) }
  }

  private func samples() -> [[Double]] {
    let plain = lognormal(60, deviation: 1)
    return [
      plain, lognormal(60, deviation: 6), plain + [1e300], plain.map { 3 - $0 } + [-1e300, 1e200],
      [1e308, -1e308, 3], [1, 2],
    ]
  }

  @Test func goesAndComesBack() {
    for values in samples() {
      for transform in TargetTransform.candidates(for: values) {
        let there = values.map { transform($0) }
        #expect(there.allSatisfy { $0.isFinite })
        let largest = values.reduce(1) { max($0, abs($1)) }
        for (value, t) in zip(values, there) {
          let back = transform.inverse(t).value
          if transform.hasTails && transform.isFar(value) {
            #expect(back.isFinite && abs(back) <= abs(value))
          } else {
            let size = transform.hasTails || transform.shape == .log ? max(abs(value), 1) : largest
            #expect(abs(back - value) <= 1e-9 * size, "\(transform)")
          }
        }
        let order = values.indices.sorted { values[$0] < values[$1] }
        #expect(zip(order, order.dropFirst()).allSatisfy { there[$0] <= there[$1] })
      }
    }
  }

  @Test func slopesAreTheDerivatives() {
    for values in [lognormal(60, deviation: 1), lognormal(60, deviation: 1) + [1e9]] {
      for transform in TargetTransform.candidates(for: values) {
        for value in values.sorted().dropFirst().dropLast(2)
        where !(transform.hasTails && transform.isFar(value)) {
          let t = transform(value)
          let difference = (transform.inverse(t + 1e-6).value - transform.inverse(t - 1e-6).value) / 2e-6
          #expect(abs(difference - transform.inverse(t).slope) < 1e-4 * transform.inverse(t).slope)
          // The Jacobian is that of the way there.
          #expect(abs(exp(transform.logJacobian([value])) * transform.inverse(t).slope - 1) < 1e-6)
        }
      }
    }
  }

  @Test func momentsOfALognormalVariable() throws {
    let values = lognormal(4000, deviation: 0.5)
    let transform = TargetTransform(.log, fitting: values)
    let (m, v) = (0.3, 0.04)
    let (logMean, logDeviation) = (log(transform.inverse(m).value), transform.inverse(0.01).value)
    let scale = log(transform.inverse(1).value / transform.inverse(0).value)
    let moments = transform.moments(mean: m, variance: v)
    #expect(logDeviation > 0)
    let expected = exp(logMean + scale * scale * v / 2)
    #expect(abs(moments.mean - expected) < 1e-8)
    #expect(abs(moments.variance - expected * expected * (exp(scale * scale * v) - 1)) < 1e-6)
  }

  @Test func derivativesOfMoments() {
    for values in samples().prefix(3) {
      for transform in TargetTransform.candidates(for: values) {
        for (m, v) in [(-0.4, 0.5), (0.2, 0.01), (1.5, 2.0)] {
          let at = { transform.moments(mean: $0, variance: $1) }
          let moments = at(m, v)
          let h = 1e-6
          let pairs = [
            (moments.meanByMean, (at(m + h, v).mean - at(m - h, v).mean) / (2 * h)),
            (moments.meanByVariance, (at(m, v + h).mean - at(m, v - h).mean) / (2 * h)),
            (moments.varianceByMean, (at(m + h, v).variance - at(m - h, v).variance) / (2 * h)),
            (moments.varianceByVariance, (at(m, v + h).variance - at(m, v - h).variance) / (2 * h)),
          ]
          let sizes = [moments.meanByMean, moments.meanByMean, moments.variance, moments.variance]
          for (pair, size) in zip(pairs, sizes) where size < 1e150 {
            #expect(abs(pair.0 - pair.1) <= 2e-4 * max(abs(pair.1), size), "\(transform) \(m) \(v)")
          }
        }
      }
    }
  }

  @Test func identityIsExact() {
    let transform = TargetTransform(.identity, fitting: [2, 4, 6])
    let moments = transform.moments(mean: transform(5), variance: 0.25)
    #expect(abs(moments.mean - 5) < 1e-12)
    #expect(abs(moments.variance - 0.25 * 8 / 3) < 1e-12)
  }

  @Test func choosesWhatTheValuesLookLike() {
    #expect(TargetTransform.mostNormal(lognormal(200, deviation: 2))?.shape == .log)
    var random = RandomStream(seed: 6, purpose: .test)
    let normal = (0..<200).map { _ in random.normal() }
    #expect(TargetTransform.mostNormal(normal)?.shape == .identity)
    #expect(TargetTransform.mostNormal(normal + [1e12])?.hasTails == true)
    #expect(TargetTransform.mostNormal([3, 3, .nan]) == nil)
    #expect(TargetTransform.candidates(for: []).isEmpty)
  }
}
