import Electrophysiology

/// One request: a JSON object with the eleven parameters by name and, if wanted, `currents`, the depolarising
/// steps in pA. Any other key is an error, since a constant that is silently ignored misleads.
struct Request: Equatable {
  var parameters: Parameters
  /// In nA.
  var currents: [Double]

  static let currentsKey = "currents"

  init(line: String) throws {
    let fields = try RequestFields(line: line, parameters: Parameters.names, constants: [Self.currentsKey])
    parameters = Parameters(try Parameters.names.map { try fields.number($0, positive: $0 == "cm_ratio") })
    currents = try fields.currents(Self.currentsKey) ?? CurrentClamp.steps
  }
}

/// Answers requests, one JSON line each.
struct Responder {
  let rates: RateTable

  /// The features as one line of JSON.
  func answer(_ line: String) throws -> String {
    let request = try Request(line: line)
    let clamp = CurrentClamp(request.parameters, rates: rates, currents: request.currents)
    guard clamp.isFinite else { throw IntegrationError() }
    return try jsonLine(Features(clamp))
  }

  /// The same, with a failure as `{"error": "reason"}`.
  func answerOrError(_ line: String) -> String {
    Electrophysiology.answerOrError { try answer(line) }
  }

  /// Somatic voltage of one run as CSV, every half millisecond.
  func trace(_ line: String, run: Int) throws -> String {
    let request = try Request(line: line)
    guard (0...request.currents.count).contains(run) else {
      throw RequestError("run \(run), expected 0 (hyperpolarising) to \(request.currents.count)")
    }
    let clamp = CurrentClamp(request.parameters, rates: rates, currents: request.currents)
    let voltages = clamp.trace(run)
    let lines = stride(from: 0, to: voltages.count, by: clamp.perMs / 2).map {
      "\(Double($0) / Double(clamp.perMs)),\(voltages[$0])"
    }
    return "t_ms,v_mV\n" + lines.joined(separator: "\n")
  }
}
