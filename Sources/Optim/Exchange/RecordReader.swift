import Foundation

/// Makes evaluations of the records of a table: CSV, JSON or JSON lines, dmo's own or another program's.
///
/// A record needs every parameter and every output of the problem by its name. What `export` adds is understood: `status`
/// (`done`, `partial`, `failed`, `rejected`, `pending`), `seconds`, `reason`, `failure` (the kind), `attempts` and `error` (the end of
/// what the simulator wrote). Without `status`, a record with all outputs is done, and one that lacks some is partial.
/// Other columns are left alone: objectives and constraints are formulas.
public struct RecordReader {
  public enum Cell: Hashable, Sendable {
    case missing
    case number(Double)
    case flag(Bool)
    /// A label; or any value, from a format that has only texts.
    case text(String)
    /// A list or an object, which no column takes.
    case other(String)
  }

  /// What `export` adds to the columns of a problem, under names that the problem leaves free.
  public enum Remark: String, CaseIterable, Sendable {
    case row, state, reason, status, seconds, failure, attempts, error
  }

  /// The columns to ask every record for: parameters, outputs, then remarks where the table has them.
  public let names: [String]
  public private(set) var evaluations: Evaluations
  private let problem: Problem
  private let kinds: [Simulator.Output.Kind]
  private let remarks: [Remark: Int]

  /// - Parameters:
  ///   - columns: what the table has.
  ///   - place: the table, for messages.
  /// - Throws: `ExchangeError.missingColumns`.
  public init(_ problem: Problem, columns: [String], place: String) throws {
    let needed = problem.space.names + problem.outputColumns
    let found = Set(columns)
    let missing = needed.filter { !found.contains($0) }
    guard missing.isEmpty else {
      throw ExchangeError.missingColumns(place: place, missing: missing, columns: columns)
    }
    let own = Remark.allCases.map { ($0, Self.name(of: $0, in: found)) }.filter {
      found.contains($0.1) && !needed.contains($0.1)
    }
    names = needed + own.map(\.1)
    remarks = Dictionary(uniqueKeysWithValues: own.enumerated().map { ($1.0, needed.count + $0) })
    self.problem = problem
    kinds = problem.simulators.flatMap {
      $0.outputs.flatMap { Array(repeating: $0.kind, count: $0.count ?? 1) }
    }
    evaluations = Evaluations(parameterNames: problem.space.names, outputNames: problem.outputColumns)
  }

  /// The name under which `export` writes a remark: its own, with underscores behind it while another column has that name.
  public static func name(of remark: Remark, beside columns: Set<String>) -> String {
    var name = remark.rawValue
    while columns.contains(name) { name += "_" }
    return name
  }

  /// The name that a remark has in a table: the one with the most underscores.
  private static func name(of remark: Remark, in columns: Set<String>) -> String {
    var name = remark.rawValue
    while columns.contains(name + "_") { name += "_" }
    return name
  }

  /// Adds one record; `cell` gives the value for a place in `names`, `place` says where the record is.
  ///
  /// - Throws: `ExchangeError.wrongValue`.
  public mutating func take(_ place: @autoclosure () -> String, _ cell: (Int) throws -> Cell) throws {
    let count = problem.space.count
    func at(_ index: Int) -> String { "\(place()), column '\(names[index])'" }
    let point = try problem.space.parameters.indices.map { i in
      try Self.value(of: problem.space.parameters[i], try cell(i)) { at(i) }
    }
    let outputs = try kinds.indices.map { j in try Self.value(kinds[j], try cell(count + j)) { at(count + j) }
    }
    let state = try state(cell, at, isWhole: !outputs.contains(where: \.isNaN))
    let failure = state == .failed || state == .partial ? try failure(cell, at, state) : nil
    let seconds = try number(.seconds, cell, at) ?? 0
    evaluations.appendPending(point)
    if state == .pending { return }
    let isAnswered = state == .done || state == .partial
    evaluations.set(
      evaluations.count - 1, state: state, outputs: isAnswered ? outputs : nil, seconds: seconds,
      failure: failure)
  }

  // MARK: Values

  private static func value(of parameter: Parameter, _ cell: Cell, _ place: () -> String) throws -> Double {
    if let labels = parameter.labels {
      let text: String
      switch cell {
      case .missing, .text(""): text = ""
      case .text(let label): text = label
      case .number(let value): text = Number.shortest(value)
      case .flag(let flag): text = "\(flag)"
      case .other(let kind): text = kind
      }
      if let index = labels.firstIndex(of: text) { return Double(index) }
      if text.isEmpty && parameter.condition != nil { return .nan }
      throw ExchangeError.wrongValue(
        place: place(), expected: "one of \(labels.joined(separator: ", "))",
        found: text.isEmpty ? "nothing" : "'\(text)'")
    }
    let value = try number(cell, place)
    if value.isNaN && parameter.condition == nil {
      throw ExchangeError.wrongValue(place: place(), expected: "a number", found: "nothing")
    }
    return value
  }

  private static func value(_ kind: Simulator.Output.Kind, _ cell: Cell, _ place: () -> String) throws
    -> Double
  {
    let value = try number(cell, place)
    if kind == .integer && !value.isNaN && (value != value.rounded() || abs(value) > 9e15) {
      throw ExchangeError.wrongValue(
        place: place(), expected: "a whole number", found: Number.shortest(value))
    }
    if kind == .boolean && !value.isNaN && value != 0 && value != 1 {
      throw ExchangeError.wrongValue(
        place: place(), expected: "yes or no, as true and false or 1 and 0", found: Number.shortest(value))
    }
    return value
  }

  /// NaN for nothing.
  private static func number(_ cell: Cell, _ place: () -> String) throws -> Double {
    switch cell {
    case .missing: return .nan
    case .flag(let flag): return flag ? 1 : 0
    case .number(let value): return try finite(value, place)
    case .other(let kind): throw ExchangeError.wrongValue(place: place(), expected: "a number", found: kind)
    case .text(let text):
      let text = text.trimmingCharacters(in: .whitespaces)
      switch text.lowercased() {
      case "": return .nan
      case "true", "yes": return 1
      case "false", "no": return 0
      default:
        guard let value = Double(text) else {
          throw ExchangeError.wrongValue(place: place(), expected: "a number", found: "'\(text)'")
        }
        return try finite(value, place)
      }
    }
  }

  private static func finite(_ value: Double, _ place: () -> String) throws -> Double {
    if value.isInfinite {
      throw ExchangeError.wrongValue(place: place(), expected: "a finite number", found: "\(value)")
    }
    return value
  }

  // MARK: Remarks

  private typealias Read = (Int) throws -> Cell

  private func number(_ remark: Remark, _ cell: Read, _ at: (Int) -> String) throws -> Double? {
    guard let place = remarks[remark] else { return nil }
    let value = try Self.number(try cell(place)) { at(place) }
    return value.isNaN ? nil : value
  }

  private func text(_ remark: Remark, _ cell: Read) throws -> String? {
    guard let place = remarks[remark] else { return nil }
    switch try cell(place) {
    case .text(let text): return text.isEmpty ? nil : text
    case .number(let value): return Number.shortest(value)
    default: return nil
    }
  }

  private func state(_ cell: Read, _ at: (Int) -> String, isWhole: Bool) throws -> Evaluations.State {
    guard let word = try text(.status, cell) else { return isWhole ? .done : .partial }
    guard let state = Evaluations.State.allCases.first(where: { $0.name == word }) else {
      let words = Evaluations.State.allCases.map(\.name).joined(separator: ", ")
      throw ExchangeError.wrongValue(
        place: at(remarks[.status]!), expected: "one of \(words)", found: "'\(word)'")
    }
    if state == .done && !isWhole {
      throw ExchangeError.wrongValue(
        place: at(remarks[.status]!), expected: "all outputs, as its status is done", found: "some missing")
    }
    return state
  }

  private func failure(_ cell: Read, _ at: (Int) -> String, _ state: Evaluations.State) throws -> Failure {
    let isOwn = remarks[.status] != nil
    let reason =
      try text(.reason, cell)
      ?? (state == .failed ? "imported without a reason" : isOwn ? "" : "imported without all outputs")
    var kind = state == .partial && !isOwn ? Failure.Kind.output : .reported
    if let word = try text(.failure, cell) {
      guard let known = Failure.Kind(rawValue: word) else {
        let words = Failure.Kind.allCases.map(\.rawValue).joined(separator: ", ")
        throw ExchangeError.wrongValue(
          place: at(remarks[.failure]!), expected: "one of \(words)", found: "'\(word)'")
      }
      kind = known
    }
    let attempts = try number(.attempts, cell, at) ?? 1
    guard attempts >= 1, attempts < 1e9, attempts == attempts.rounded() else {
      throw ExchangeError.wrongValue(
        place: at(remarks[.attempts]!), expected: "a whole number of at least 1",
        found: Number.shortest(attempts))
    }
    return Failure(
      kind: kind, reason: reason, errorTail: try text(.error, cell) ?? "", attempts: Int(attempts))
  }
}

extension RecordReader {
  /// The records of a CSV file with a header.
  public static func evaluations(
    header: [String], rows: [[String]], for problem: Problem, place: String
  ) throws -> Evaluations {
    if let twice = Dictionary(grouping: header, by: { $0 }).filter({ $1.count > 1 }).keys.sorted().first {
      throw ExchangeError.wrongValue(
        place: place, expected: "columns with different names", found: "'\(twice)' more than once")
    }
    var reader = try RecordReader(problem, columns: header, place: place)
    let places = Dictionary(uniqueKeysWithValues: header.enumerated().map { ($1, $0) })
    let wanted = reader.names.map { places[$0]! }
    for (line, row) in rows.enumerated() {
      guard row.count == header.count else {
        throw ExchangeError.wrongValue(
          place: "\(place), row \(line + 1)", expected: "\(header.count) values", found: "\(row.count)")
      }
      try reader.take("\(place), row \(line + 1)") { .text(row[wanted[$0]]) }
    }
    return reader.evaluations
  }

  /// A list of objects, or with `isLines` one object on each line.
  public static func evaluations(
    json bytes: [UInt8], isLines: Bool, for problem: Problem, place: String
  ) throws -> Evaluations {
    var reader: RecordReader?
    var row = 0
    func take(_ value: JSON) throws {
      row += 1
      guard case .object(let fields) = value else {
        throw ExchangeError.wrongValue(
          place: "\(place), row \(row)", expected: "an object", found: value.kindName)
      }
      if reader == nil { reader = try RecordReader(problem, columns: fields.keys.sorted(), place: place) }
      let names = reader!.names
      try reader!.take("\(place), row \(row)") { index in Cell(fields[names[index]] ?? .null) }
    }
    try isLines ? eachLine(bytes, place, take) : eachElement(bytes, place, take)
    return reader?.evaluations
      ?? Evaluations(parameterNames: problem.space.names, outputNames: problem.outputColumns)
  }

  private static func eachLine(_ bytes: [UInt8], _ place: String, _ body: (JSON) throws -> Void) throws {
    for (number, line) in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
      .enumerated()
    {
      if line.allSatisfy({ [0x20, 0x09, 0x0D].contains($0) }) { continue }
      do {
        try body(try JSONReader.read(line))
      } catch let problem as JSONReader.Problem {
        throw ExchangeError.wrongValue(
          place: "\(place), line \(number + 1)", expected: "a JSON object",
          found: "something else at byte \(problem.position) (\(problem.reason))")
      }
    }
  }

  private static func eachElement(_ bytes: [UInt8], _ place: String, _ body: (JSON) throws -> Void) throws {
    do {
      guard try JSONReader.forEachElement(of: bytes, body) else {
        throw ExchangeError.wrongValue(place: place, expected: "a list of objects", found: "no list")
      }
    } catch let problem as JSONReader.Problem {
      throw ExchangeError.wrongValue(
        place: "\(place), byte \(problem.position)", expected: "JSON",
        found: "something else (\(problem.reason))")
    }
  }
}

extension RecordReader.Cell {
  init(_ value: JSON) {
    switch value {
    case .null: self = .missing
    case .bool(let flag): self = .flag(flag)
    case .number(let number): self = number.isNaN ? .missing : .number(number)
    case .string(let text): self = .text(text)
    case .list: self = .other("a list")
    case .object: self = .other("an object")
    }
  }
}

extension JSON {
  fileprivate var kindName: String {
    switch self {
    case .null: "null"
    case .bool: "a truth value"
    case .number: "a number"
    case .string: "a text"
    case .list: "a list"
    case .object: "an object"
    }
  }
}

/// Numbers in messages.
private enum Number {
  static func shortest(_ value: Double) -> String {
    let text = "\(value)"
    return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
  }
}
