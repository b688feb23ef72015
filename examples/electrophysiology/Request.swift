#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// Why a request has no answer.
public struct RequestError: Error, CustomStringConvertible {
  public let description: String
  public init(_ description: String) { self.description = description }
}

/// The voltages of a run are not finite.
public struct IntegrationError: Error, CustomStringConvertible {
  public let description = "the integration diverged; a smaller --step may help"
  public init() {}
}

/// The fields of a request, one JSON object: numbers and lists of numbers by name. A name that is not known is an error,
/// since a constant that is silently ignored misleads.
public struct RequestFields {
  private let fields: [String: Field]

  /// - Parameters:
  ///   - parameters: names that must be there.
  ///   - constants: names that may be there.
  public init(line: String, parameters: [String], constants: [String]) throws {
    do {
      fields = try JSONDecoder().decode([String: Field].self, from: Data(line.utf8))
    } catch {
      throw RequestError("expected a JSON object with numbers by name, found: \(Self.excerpt(line))")
    }
    let known = Set(parameters + constants)
    for key in fields.keys.sorted() where !known.contains(key) {
      throw RequestError("unknown parameter '\(key)'; expected \(parameters.joined(separator: ", "))")
    }
  }

  /// The value of a parameter. Without a conductance a cell still works; without capacitance it has no equation, so that
  /// some must be `positive`; some may be `negative`.
  public func number(_ name: String, positive: Bool = false, negative: Bool = false) throws -> Double {
    guard let field = fields[name] else {
      let found = fields.isEmpty ? "no fields" : fields.keys.sorted().joined(separator: ", ")
      throw RequestError("parameter '\(name)' is missing; found \(found)")
    }
    guard case .number(let value) = field else {
      throw RequestError("parameter '\(name)' is \(field), expected a number")
    }
    guard value >= (negative ? -1e6 : 0), value <= 1e6, value > 0 || !positive else {
      let range = positive ? "above 0" : negative ? "from -1e6" : "from 0"
      throw RequestError("parameter '\(name)' is \(value), expected a number \(range) to 1e6")
    }
    return value
  }

  /// Currents, sent in pA, in nA; nil where there are none.
  public func currents(_ name: String) throws -> [Double]? {
    guard let field = fields[name] else { return nil }
    guard case .list(let list) = field, !list.isEmpty, list.allSatisfy({ abs($0) <= 10_000 }) else {
      throw RequestError("'\(name)' is \(field), expected a list of currents in pA")
    }
    return list.map { $0 / 1000 }
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

/// An answer as one line of JSON, names with underscores.
public func jsonLine(_ value: some Encodable) throws -> String {
  let encoder = JSONEncoder()
  encoder.keyEncodingStrategy = .convertToSnakeCase
  encoder.outputFormatting = .sortedKeys
  return String(decoding: try encoder.encode(value), as: UTF8.self)
}

/// The answer to a request, with a failure as `{"error": "reason"}`.
public func answerOrError(_ answer: () throws -> String) -> String {
  do {
    return try answer()
  } catch {
    // A dictionary of strings always has an encoding.
    return (try? jsonLine(["error": "\(error)"])) ?? #"{"error": "unknown"}"#
  }
}
