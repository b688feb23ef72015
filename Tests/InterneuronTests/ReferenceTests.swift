import Foundation
import Testing

@testable import Electrophysiology
@testable import interneuron_sim

/// What NEURON gives for two cells; made by scripts/fixtures/interneuron_fixture.py.
struct Reference: Decodable {
  /// As it was sent, apart from `currents`.
  var request: [String: Field]
  /// Somatic voltage (mV) of the hyperpolarising step, every 2 ms from 0 to 600.
  var passive: [Double]
  /// Upward crossings of -20 mV (ms) of each depolarising step, and its highest voltage (mV).
  var crossings: [[Double]]
  var peaks: [Double]

  static let all: [Reference] = {
    let file = Bundle.module.bundleURL.appending(path: "Fixtures/reference.json")
    return try! JSONDecoder().decode([Reference].self, from: Data(contentsOf: file))
  }()

  func number(_ name: String) -> Double {
    guard case .number(let value)? = request[name] else { preconditionFailure(name) }
    return value
  }
  var currents: [Double] {
    guard case .list(let values)? = request["currents"] else { preconditionFailure() }
    return values
  }
  var parameters: Parameters { Parameters(Parameters.names.map(number)) }

  func clamp(perMs: Int = 50) -> CurrentClamp {
    CurrentClamp(
      parameters, hyperpolarising: number("hyperpolarising") / 1000, currents: currents.map { $0 / 1000 },
      perMs: perMs)
  }
}

/// Agreement with NEURON, whose step is four times finer.
@Suite struct InterneuronReferenceTests {
  @Test(arguments: [0, 1]) func hyperpolarisationAgrees(set: Int) {
    let reference = Reference.all[set]
    let clamp = reference.clamp()
    #expect(reference.passive.count == 301)
    for (i, expected) in reference.passive.enumerated() {
      #expect(abs(clamp.passive[i * 2 * clamp.perMs] - expected) < 0.05, "at \(2 * i) ms")
    }
  }

  @Test(arguments: [0, 1]) func spikesAgree(set: Int) {
    let reference = Reference.all[set]
    let clamp = reference.clamp()
    for (k, v) in clamp.active.enumerated() {
      let times = crossings(Array(v[...(600 * clamp.perMs)]), interval: 1 / Double(clamp.perMs))
      #expect(times.count == reference.crossings[k].count)
      for (a, b) in zip(times, reference.crossings[k]) {
        #expect(abs(a - b) < 0.002 * b + 0.1, "\(a), NEURON \(b)")
      }
      #expect(abs(v[(100 * clamp.perMs)...].max()! - reference.peaks[k]) < 0.5)
    }
  }

  /// Of second order: a step half as long errs by a quarter.
  @Test func theErrorFallsWithTheSquareOfTheStep() {
    let reference = Reference.all[0]
    let last = { (perMs: Int) -> Double in
      crossings(reference.clamp(perMs: perMs).active[0], interval: 1 / Double(perMs)).last!
    }
    let exact = last(800)
    let ratio = (last(50) - exact) / (last(100) - exact)
    #expect(ratio > 2.5 && ratio < 6, "\(ratio)")
  }

  /// Upward crossings of -20 mV (ms), interpolated.
  private func crossings(_ v: [Double], interval: Double) -> [Double] {
    v.indices.dropFirst().filter { v[$0] > -20 && v[$0 - 1] <= -20 }.map { i in
      (Double(i - 1) + (-20 - v[i - 1]) / (v[i] - v[i - 1])) * interval
    }
  }
}

@Suite struct InterneuronFeatureTests {
  @Test func featuresOfAFiringCell() {
    let reference = Reference.all[1]
    let features = Features(reference.clamp(), hyperpolarising: -0.05, shown: 1)
    #expect(features.rate == reference.crossings.map { Double($0.count) * 2 })
    #expect(features.earlySpikes == 0 && features.v.count == Features.traceCount)
    #expect(features.rin > 100 && features.rin < 200)
    #expect(features.width > 0.5 && features.width < 1)
    #expect(features.amplitude > 70 && features.ahp > 10)
    #expect(features.adaptation[1] > 0.3)
  }

  @Test func shapesOfSpikesThatWereMadeUp() {
    // Triangles of 100 mV that rise at 100 mV/ms and fall at 50, from and to -60 mV, with a trough of -70 behind each.
    let perMs = 20
    var v = [Double](repeating: -60, count: 100 * perMs)
    for start in [20, 50, 80] {
      for i in 0...perMs { v[start * perMs + i] = -60 + 100 * Double(i) / Double(perMs) }
      for i in 0...(2 * perMs) { v[(start + 1) * perMs + i] = 40 - 50 * Double(i) / Double(perMs) }
      for i in 0..<perMs { v[(start + 4) * perMs + i] = -70 }
    }
    let shapes = SpikeShapes(v, peaks: [21, 51, 81].map { $0 * perMs }, end: v.count - 1, perMs: perMs)
    #expect(abs(shapes.threshold + 55) < 1e-9)  // one sample into the rise
    #expect(abs(shapes.amplitude - 95) < 1e-9)
    #expect(abs(shapes.width - 1.425) < 1e-9)
    #expect(abs(shapes.ahp - 15) < 1e-9)
    #expect(
      SpikeShapes(v, peaks: [21 * perMs], end: v.count - 1, perMs: perMs)
        == SpikeShapes([], peaks: [], end: 0, perMs: perMs))
  }

  @Test func aSilentCellIsDataToo() {
    var values = Parameters.names.map(Reference.all[0].number)
    values[2] = 0  // no sodium
    let clamp = CurrentClamp(Parameters(values), hyperpolarising: -0.05, currents: [0.1, 0.2], perMs: 50)
    let features = Features(clamp, hyperpolarising: -0.05, shown: 0)
    #expect(features.rate == [0, 0] && features.latency == [500, 500] && features.width == 0)
    #expect(features.peak.allSatisfy { $0 < -20 })
  }

  @Test func theRestIsWhereNothingMoves() {
    let cell = Cell(Reference.all[1].parameters)
    let rest = cell.rest()
    let integrator = Integrator(cell, step: 0.02)
    var state = rest
    for _ in 0..<50_000 { integrator.advance(&state, stimulus: 0) }
    #expect(abs(state.somaV - rest.somaV) < 0.01)
    #expect(abs(state.calcium - rest.calcium) < 0.01)
  }
}

@Suite struct InterneuronRequestTests {
  private let line =
    #"{"area":1e4,"coupling":1,"g_Na":100,"g_K":30,"g_A":0,"g_h":0,"g_leak":0.1,"e_leak":-65,"phi":5,"shift":-2,"#
    + #""g_Ca":0,"g_C":0,"g_AHP":0,"hyperpolarising":-50,"currents":[100,200],"shown":2}"#

  @Test func aRequestIsRead() throws {
    let request = try Request(line: line)
    #expect(request.parameters.leakReversal == -65 && request.parameters.shift == -2)
    #expect(request.currents == [0.1, 0.2] && request.shown == 1 && request.hyperpolarising == -0.05)
  }

  @Test(arguments: [
    ("\"area\":1e4", "\"area\":0", "parameter 'area' is 0.0, expected a number above 0"),
    ("\"g_K\":30", "\"g_k\":30", "unknown parameter 'g_k'"),
    ("\"g_K\":30,", "", "parameter 'g_K' is missing"),
    ("-50", "50", "'hyperpolarising' is not negative"),
    ("\"shown\":2", "\"shown\":3", "'shown' is 3.0, expected the place of a current, from 1 to 2"),
    ("\"currents\":[100,200],", "", "'currents' is missing"),
  ])
  func badRequestsAreNamed(old: String, new: String, message: String) {
    let answer = answerOrError {
      try InterneuronSim.answer(line.replacingOccurrences(of: old, with: new), perMs: 50)
    }
    #expect(answer.contains(message), "\(answer)")
  }
}
