#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// Why a request has no answer.
struct RequestError: Error, CustomStringConvertible {
  var description: String
  init(_ description: String) { self.description = description }
}

/// The voltages of a run are not finite.
struct IntegrationError: Error, CustomStringConvertible {
  var description: String { "the integration diverged; a smaller --step may help" }
}

/// One request: a JSON object with the eleven parameters by name and, if wanted, `currents`, the depolarising
/// steps in pA. Any other key is an error, since a constant that is silently ignored misleads.
struct Request: Equatable {
  var parameters: Parameters
  /// In nA.
  var currents = CurrentClamp.steps

  static let currentsKey = "currents"

  init(line: String) throws {
    let fields: [String: Field]
    do {
      fields = try JSONDecoder().decode([String: Field].self, from: Data(line.utf8))
    } catch {
      throw RequestError("expected a JSON object with numbers by name, found: \(Self.excerpt(line))")
    }
    for key in fields.keys.sorted() where key != Self.currentsKey && !Parameters.names.contains(key) {
      throw RequestError("unknown parameter '\(key)'; expected \(Parameters.names.joined(separator: ", "))")
    }
    parameters = Parameters(try Parameters.names.map { try Self.value(of: $0, in: fields) })
    if let field = fields[Self.currentsKey] {
      guard case .list(let list) = field, !list.isEmpty, list.allSatisfy({ abs($0) <= 10_000 }) else {
        throw RequestError("'\(Self.currentsKey)' is \(field), expected a list of currents in pA")
      }
      currents = list.map { $0 / 1000 }
    }
  }

  private static func value(of name: String, in fields: [String: Field]) throws -> Double {
    guard let field = fields[name] else {
      let found = fields.isEmpty ? "no fields" : fields.keys.sorted().joined(separator: ", ")
      throw RequestError("parameter '\(name)' is missing; found \(found)")
    }
    guard case .number(let value) = field else {
      throw RequestError("parameter '\(name)' is \(field), expected a number")
    }
    // Without coupling or conductance a cell still works; without capacitance it has no equation.
    let positive = name == "cm_ratio"
    guard value >= 0, value <= 1e6, value > 0 || !positive else {
      let range = positive ? "above 0" : "from 0"
      throw RequestError("parameter '\(name)' is \(value), expected a number \(range) to 1e6")
    }
    return value
  }

  private static func excerpt(_ line: String) -> String {
    line.isEmpty ? "nothing" : line.count > 60 ? "\(line.prefix(60))..." : line
  }
}

/// A value in a request.
enum Field: Decodable, CustomStringConvertible {
  case number(Double)
  case list([Double])
  case text(String)
  case other

  init(from decoder: any Decoder) throws {
    let box = try decoder.singleValueContainer()
    if let value = try? box.decode(Double.self) {
      self = .number(value)
    } else if let values = try? box.decode([Double].self) {
      self = .list(values)
    } else if let text = try? box.decode(String.self) {
      self = .text(text)
    } else {
      self = .other
    }
  }

  var description: String {
    switch self {
    case .number(let value): "\(value)"
    case .list(let values): "\(values)"
    case .text(let text): "\"\(text)\""
    case .other: "not a number"
    }
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
    return try Self.encode(Features(clamp))
  }

  /// The same, with a failure as `{"error": "reason"}`.
  func answerOrError(_ line: String) -> String {
    do {
      return try answer(line)
    } catch {
      // A dictionary of strings always has an encoding.
      return (try? Self.encode(["error": "\(error)"])) ?? #"{"error": "unknown"}"#
    }
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

  private static func encode(_ value: some Encodable) throws -> String {
    let encoder = JSONEncoder()
    encoder.keyEncodingStrategy = .convertToSnakeCase
    encoder.outputFormatting = .sortedKeys
    return String(decoding: try encoder.encode(value), as: UTF8.self)
  }
}
