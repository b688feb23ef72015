import Foundation

@testable import Electrophysiology
@testable import motoneuron_sim

/// A line of `reference.jsonl`: what NEURON gives for one parameter set.
struct Reference: Decodable {
  struct Features: Decodable {
    var ic_hold: Double
    var ic_rest: Double
    var v_err: Double
    var rn: Double
    var tau: Double
    var fI: [Double]
    var thr: [Double]
    var amp: [Double]
    var isi_first: [Double?]
    var isi_ratio: [Double?]
  }
  var params: [String: Double]
  var features: Features

  var parameters: Parameters { Parameters(Parameters.names.map { params[$0]! }) }

  static let silent = all[0]
  static let firing = all[1]

  private static let all: [Reference] = text("reference.jsonl").split(separator: "\n").map { line in
    // NEURON's "not measurable" is no JSON.
    let line = line.replacingOccurrences(of: "NaN", with: "null")
    return try! JSONDecoder().decode(Reference.self, from: Data(line.utf8))
  }

  static func text(_ file: String) -> String {
    try! String(contentsOf: Bundle.module.bundleURL.appending(path: "Fixtures/\(file)"), encoding: .utf8)
  }

  /// Somatic voltages (mV) of a run of the firing set, every 0.5 ms from 0 to 800 ms.
  static func trace(_ run: Int) -> [Double] {
    text("traces.csv").split(separator: "\n").dropFirst().compactMap { line in
      let fields = line.split(separator: ",")
      return Int(fields[0]) == run ? Double(fields[3])! : nil
    }
  }
}

/// The features of a parameter set at a time step, in a table made once for each step.
enum Simulated {
  static let rates = RateTable(step: 0.02)
  static let fine = RateTable(step: 0.01)

  static let firing = CurrentClamp(Reference.firing.parameters, rates: rates)
  static let silent = CurrentClamp(Reference.silent.parameters, rates: rates)
}

/// Upward crossings of -20 mV (ms) in a voltage sampled every `interval` ms, interpolated.
func crossings(_ v: [Double], interval: Double) -> [Double] {
  v.indices.dropFirst().filter { v[$0] > -20 && v[$0 - 1] <= -20 }.map { i in
    (Double(i - 1) + (-20 - v[i - 1]) / (v[i] - v[i - 1])) * interval
  }
}
