import Foundation
import Testing

@testable import Electrophysiology
@testable import motoneuron_sim

/// Features of voltages that were made up.
@Suite struct SpikesTests {
  let perMs = 20

  /// A resting voltage of -60 mV from 50 ms before the stimulus to 1002 ms after its start, with spikes of
  /// two milliseconds that rise from -60 to `top` at the given times after the start.
  private func voltage(spikesAt times: [Double], top: Double = 30) -> [Double] {
    (0...(1052 * perMs)).map { i in
      let t = Double(i) / Double(perMs) - 50
      let nearest = times.map { abs(t - $0) }.min() ?? 1e9
      return nearest < 1 ? -60 + (top + 60) * (1 + cos(.pi * nearest)) / 2 : -60
    }
  }

  private func train(_ v: [Double]) -> SpikeTrain {
    v.withUnsafeBufferPointer { SpikeTrain($0, perMs: perMs, onset: 500) }
  }

  @Test func regularSpikesAreCounted() throws {
    let train = train(voltage(spikesAt: [100, 150, 220, 300]))
    #expect(train.times.count == 4)
    for (a, b) in zip(train.times, [600.0, 650, 720, 800]) { #expect(abs(a - b) < 0.06) }
    let interval = try #require(train.firstInterval)
    let adaptation = try #require(train.adaptation)
    #expect(abs(interval - 50) < 1e-9)
    #expect(abs(adaptation - 1.6) < 1e-9)
    let threshold = try #require(train.threshold)
    let amplitude = try #require(train.amplitude)
    #expect(threshold > -60 && threshold < 0)
    #expect(abs(amplitude - (30 - threshold)) < 0.1)
    #expect(abs(train.highest - 30) < 0.1)
  }

  @Test func silenceHasNoFeaturesButAPeak() {
    let train = train(voltage(spikesAt: []))
    #expect(train.times.isEmpty && train.threshold == nil && train.amplitude == nil)
    #expect(train.firstInterval == nil && train.adaptation == nil)
    #expect(train.highest == -60)
  }

  @Test func lowPeaksAreNoSpikes() {
    let train = train(voltage(spikesAt: [100, 200, 300], top: -25))
    #expect(train.times.isEmpty)
    #expect(abs(train.highest + 25) < 0.1)
  }

  @Test func oneSpikeHasNoIntervalAndTwoNoAdaptation() {
    #expect(train(voltage(spikesAt: [100])).firstInterval == nil)
    let two = train(voltage(spikesAt: [100, 130]))
    #expect(two.firstInterval != nil && two.adaptation == nil)
  }

  @Test func aPeakBeforeTheStimulusSpoilsTheRun() {
    #expect(train(voltage(spikesAt: [-30, 100, 200])).times.isEmpty)
  }

  @Test func aSpikeThatHasNotComeDownDoesNotCount() {
    #expect(train(voltage(spikesAt: [100, 200, 1002])).times.count == 2)
  }

  @Test func peaksWiderThanTheLimitAreNone() {
    let wide = (0...(400 * perMs)).map { i in
      let t = Double(i) / Double(perMs) - 200
      return abs(t) < 100 ? -60 + 80 * (1 + cos(.pi * t / 100)) / 2 : -60.0
    }
    wide.withUnsafeBufferPointer { v in
      #expect(Array(Peaks(v, upTo: v.count, perMs: perMs)).isEmpty)
      #expect(abs(Double(halfWidth(v, peak: 200 * perMs, upTo: v.count)) - 100 * Double(perMs)) <= 2)
    }
  }

  @Test func peaksWithFlatTopsCountOnceAndOnlyUpToTheEnd() {
    var v = [Double](repeating: -60, count: 200)
    for i in 40...44 { v[i] = 10 }
    v[100] = 0
    v[199] = 20
    v.withUnsafeBufferPointer { v in
      #expect(Array(Peaks(v, upTo: v.count, perMs: 1)) == [42, 100])
      #expect(Array(Peaks(v, upTo: 60, perMs: 1)) == [42])
    }
  }

  @Test(arguments: [5.0, 33, 400]) func exponentialIsFitted(tau: Double) {
    // Rest at -60 with a small ripple, then a charging curve of -30 mV from 250 to 1250 ms.
    let v = (0...(1250 * perMs)).map { i in
      let t = Double(i) / Double(perMs)
      return -60 + 0.001 * sin(t) + (t > 250 ? -30 * (1 - exp(-(t - 250) / tau)) : 0)
    }
    let passive = v.withUnsafeBufferPointer {
      PassiveFeatures($0, perMs: perMs, onset: 250, offset: 1250, current: -0.1)
    }
    #expect(abs(passive.tau / tau - 1) < 0.005)
    #expect(abs(passive.resistance / (300 * (1 - exp(-1000 / tau))) - 1) < 0.01)
    #expect(passive.residual < 0.01)
    #expect(passive.signalToNoise > 1000)
  }

  @Test func aVoltageThatDoesNotFallHasNoTimeConstant() {
    let v = [Double](repeating: -60, count: 1250 * perMs + 1)
    let passive = v.withUnsafeBufferPointer {
      PassiveFeatures($0, perMs: perMs, onset: 250, offset: 1250, current: -0.1)
    }
    #expect(passive.tau == 0 && passive.resistance == 0 && passive.signalToNoise == 0)
  }
}
