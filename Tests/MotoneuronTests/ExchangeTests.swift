import Foundation
import Testing

@testable import Electrophysiology
@testable import motoneuron_sim

@Suite struct ExchangeTests {
  static let request = #"""
    {"gc": 0.5, "soma_gmax_Na": 0.2, "soma_gmax_K": 0.1, "soma_gmax_KCa": 0.003, "soma_gmax_CaN": 0.005, \#
    "soma_g_pas": 0.0002, "dend_gmax_CaL": 0.0001, "dend_gmax_CaN": 0.0001, "dend_gmax_KCa": 0.0005, \#
    "dend_g_pas": 7e-05, "cm_ratio": 5.0}
    """#

  private func failure(_ line: String) -> String {
    do {
      _ = try Request(line: line)
      return ""
    } catch {
      return "\(error)"
    }
  }

  @Test func requestIsRead() throws {
    let request = try Request(line: Self.request)
    #expect(request.parameters == Reference.firing.parameters)
    #expect(request.currents == CurrentClamp.steps)
    let other = Self.request.replacingOccurrences(of: "{", with: #"{"currents": [10, 200], "#)
    #expect(try Request(line: other).currents == [0.01, 0.2])
  }

  @Test func badRequestsAreNamed() {
    #expect(failure("{}").contains("'gc' is missing"))
    #expect(failure("").contains("found: nothing"))
    #expect(failure("[1, 2]").contains("expected a JSON object"))
    let cases = [
      ("\"gc\": 0.5", "\"gC\": 0.5", "unknown parameter 'gC'"),
      ("\"gc\": 0.5", "\"gc\": \"high\"", "parameter 'gc' is \"high\", expected a number"),
      ("\"gc\": 0.5", "\"gc\": null", "parameter 'gc' is not a number"),
      ("\"gc\": 0.5", "\"gc\": -1", "parameter 'gc' is -1.0"),
      ("\"cm_ratio\": 5.0", "\"cm_ratio\": 0", "parameter 'cm_ratio' is 0.0"),
      ("\"gc\": 0.5", "\"gc\": 0.5, \"currents\": []", "'currents' is []"),
    ]
    for (old, new, message) in cases {
      #expect(failure(Self.request.replacingOccurrences(of: old, with: new)).contains(message))
    }
  }

  @Test func anAnswerIsOneLineWithEveryOutput() throws {
    let responder = Responder(rates: Simulated.rates)
    let line = responder.answerOrError(Self.request)
    #expect(!line.contains("\n"))
    let answer = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
    let lists = ["rate", "spikes", "amplitude", "threshold", "adaptation", "first_isi", "peak"]
    let scalars = ["rin", "tau", "tau_residual", "tau_snr", "early_spikes", "rest", "v_error", "hold", "ok"]
    #expect(Set(answer.keys) == Set(lists + scalars))
    for name in lists {
      let values = try #require(answer[name] as? [Double])
      #expect(values.count == 7)
    }
  }

  @Test func aFailureIsAnAnswerToo() throws {
    let responder = Responder(rates: Simulated.rates)
    #expect(responder.answerOrError("nonsense").hasPrefix(#"{"error":"expected a JSON object"#))
    // A cell without capacitance or conductance cannot take the stimulus.
    let fields = Parameters.names.map { "\"\($0)\": \($0 == "cm_ratio" ? "1e-9" : "0")" }
    let answer = responder.answerOrError("{" + fields.joined(separator: ",") + "}")
    #expect(answer.hasPrefix(#"{"error":"the integration diverged"#))
  }

  @Test func traceIsCSV() throws {
    let responder = Responder(rates: Simulated.rates)
    let lines = try responder.trace(Self.request, run: 0).split(separator: "\n")
    #expect(lines.count == 2502)
    #expect(lines[0] == "t_ms,v_mV")
    #expect(lines[1] == "0.0,-60.0")
    #expect(lines[3].hasPrefix("1.0,"))
    #expect(throws: RequestError.self) { try responder.trace(Self.request, run: 8) }
  }

  @Test func optionsAreRead() throws {
    #expect(try Options([]).stepsPerMs == 50)
    #expect(try Options(["--step", "0.01", "--trace", "2"]).stepsPerMs == 100)
    #expect(try Options(["--persistent"]).persistent)
    let bad = [
      ["--step"], ["--step", "0.03"], ["--step", "1"], ["--step", "x"], ["--trace", "-1"], ["-x"],
    ]
    for bad in bad {
      #expect(throws: RequestError.self) { try Options(bad) }
    }
    #expect(throws: RequestError.self) { try Options(["--persistent", "--trace", "1"]) }
  }

  @Test func processAnswersLineByLineAndExitsWithACode() throws {
    let once = try run([], Self.request)
    #expect(once.status == 0 && once.out.hasPrefix("{") && once.out.hasSuffix("}\n"))
    let bad = try run([], "{}")
    #expect(bad.status == 2 && bad.out.isEmpty && bad.error.contains("'gc' is missing"))
    let persistent = try run(["--persistent"], "{}\n\(Self.request)\n")
    let lines = persistent.out.split(separator: "\n")
    #expect(persistent.status == 0 && lines.count == 2)
    #expect(lines.first?.hasPrefix(#"{"error""#) == true)
    #expect(lines.last.map { $0 + "\n" } == once.out)
  }

  /// Runs the built program, which lies beside the tests' resources.
  private func run(
    _ arguments: [String], _ input: String
  ) throws -> (out: String, error: String, status: Int32) {
    let process = Process()
    let folder = Bundle.module.bundleURL.deletingLastPathComponent()
    process.executableURL = folder.appending(path: "motoneuron-sim")
    process.arguments = arguments
    let (source, output, errors) = (Pipe(), Pipe(), Pipe())
    process.standardInput = source
    process.standardOutput = output
    process.standardError = errors
    try process.run()
    try source.fileHandleForWriting.write(contentsOf: Data(input.utf8))
    try source.fileHandleForWriting.close()
    let out = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    let error = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    return (out, error, process.terminationStatus)
  }
}
