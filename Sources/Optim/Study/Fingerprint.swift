import Foundation

/// What makes two evaluations the same: the definition of a series, and the key of a point.
enum Fingerprint {
  /// Everything that determines a simulator's answer besides the parameter values, as text with one spelling.
  /// Settings about how a run is supervised (timeout, retries, keep, recycle, mode), where it runs
  /// (directory) and what is read from the answer (outputs, see `Request`) are not part of it.
  ///
  /// The text is compared with the ones in study files: a new setting must be left out while it has its
  /// default.
  static func definition(_ simulator: Simulator?, _ space: Space) throws -> String {
    var fields: [String: JSON] = [
      "parameters": .object(
        Dictionary(
          space.parameters.map { ($0.name, .string($0.storedKind.rawValue)) },
          uniquingKeysWith: { first, _ in first }))
    ]
    if let simulator {
      fields["simulator"] = .string(simulator.name)
      fields["command"] = .list(simulator.command.map(JSON.string))
      fields["shell"] = .bool(simulator.shell)
      fields["input"] = .string(simulator.input.rawValue)
      fields["send"] = .object(simulator.send)
      fields["environment"] = .object(simulator.environment.mapValues(JSON.string))
      fields["version"] = .number(Double(simulator.version))
      fields["reading"] = reading(simulator.reading)
      fields["templates"] = .list(try simulator.templates.map { try template($0, simulator) })
    }
    return JSON.object(fields).canonical
  }

  private static func reading(_ reading: Simulator.Reading) -> JSON {
    switch reading {
    case .json: .string("json")
    case .jsonFile(let file): .object(["json file": .string(file)])
    case .csvFile(let file): .object(["csv file": .string(file)])
    // The patterns belong to the outputs they find.
    case .regex: .string("regex")
    }
  }

  /// The contents count, not the name or place of the template.
  private static func template(_ file: Simulator.TemplateFile, _ simulator: Simulator) throws -> JSON {
    let url = URL(
      fileURLWithPath: file.template, relativeTo: URL(fileURLWithPath: simulator.directory, isDirectory: true)
    )
    do {
      let digest = SHA256.hex([UInt8](try Data(contentsOf: url)))
      return .object(["result": .string(file.result), "sha256": .string(digest)])
    } catch {
      let reason =
        FileManager.default.fileExists(atPath: url.path) ? "it cannot be read" : "there is no such file"
      throw StudyError.unreadableTemplate(simulator: simulator.name, template: file.template, reason: reason)
    }
  }

  /// The bits of a parameter value as they are compared: one zero, one NaN.
  static func word(_ value: Double) -> UInt64 {
    if value.isNaN { return Double.nan.bitPattern }
    return value == 0 ? 0 : value.bitPattern
  }

  /// FNV-1a of a categorical label.
  static func word(_ label: String) -> UInt64 {
    label.utf8.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01b3 }
  }

  /// The key of a point: words chained through the SplitMix64 finaliser. It narrows the search down; a match
  /// is always verified bit by bit.
  static func key(_ words: [UInt64]) -> Int {
    var hash: UInt64 = 0x9e37_79b9_7f4a_7c15
    for word in words {
      var mixed = (hash ^ word) &+ 0x9e37_79b9_7f4a_7c15
      mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
      mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
      hash = mixed ^ (mixed >> 31)
    }
    return Int(bitPattern: UInt(hash))
  }
}

/// How a column keeps its values.
enum StoredKind: String {
  case real, integer, categorical, boolean

  var sqlType: String {
    switch self {
    case .real: "REAL"
    case .integer, .boolean: "INTEGER"
    case .categorical: "TEXT"
    }
  }
}

extension Parameter {
  var storedKind: StoredKind { isCategorical ? .categorical : isInteger ? .integer : .real }
}

extension Simulator.Output.Kind {
  var storedKind: StoredKind {
    switch self {
    case .number: .real
    case .integer: .integer
    case .boolean: .boolean
    }
  }
}

extension JSON {
  /// The one spelling used for comparison: keys sorted by their bytes, no spaces, shortest numbers.
  var canonical: String {
    switch self {
    case .null: return "null"
    case .bool(let value): return value ? "true" : "false"
    case .number(let value):
      return value == value.rounded() && abs(value) < 0x1p53 ? String(Int(value)) : "\(value)"
    case .string(let value): return Self.quoted(value)
    case .list(let values): return "[" + values.map(\.canonical).joined(separator: ",") + "]"
    case .object(let fields):
      let sorted = fields.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
      return "{" + sorted.map { Self.quoted($0.key) + ":" + $0.value.canonical }.joined(separator: ",") + "}"
    }
  }

  private static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case _ where scalar.value < 0x20: result += "\\u" + String(format: "%04x", scalar.value)
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}
