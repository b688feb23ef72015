import Foundation
import Optim

extension Verb {
  static let fileVerbs: [Verb] =
    [
      Verb(
        "export", "write points or a table to a file; its ending chooses the format",
        arguments: [.required("what", .anything(["all"]), "pareto, all, or what a verb has returned")],
        destination: "the file, such as \"front.csv\"",
        example: "benchmark \"bnh\"\nsample sobol 8\nevaluate\nexport pareto to \"front.csv\"",
        keywords: ["save", "write", "csv", "json", "output", "file"]
      ) { try $0.export($1) },
      Verb(
        "import", "bring evaluations in: from a CSV file, or from another study of the same simulator",
        arguments: [.required("file", .text, "\"table.csv\" or \"other.study\"")], needs: [.parameters],
        example: "param x in [0, 1]\nimport \"points.csv\"", keywords: ["read", "csv", "study", "merge"]
      ) { try $0.importFile($1) },
      Verb(
        "save", "write this session's statements to a script",
        arguments: [.required("file", .text, "\"session.dmo\"")],
        example: "param x in [0, 1]\nsave \"session.dmo\"",
        keywords: ["script", "write", "keep"]
      ) { try $0.save($1) },
    ] + scriptVerbs
}

extension Session {
  func export(_ arguments: Arguments) throws -> Value {
    guard let path = arguments.destination else {
      throw Diagnostic(
        .missingArgument("file", of: "export"), at: arguments.call.name.span,
        help: ["say where: export pareto to \"front.csv\""])
    }
    let table: Table
    switch arguments.items["what"]!.first! {
    case .word("pareto", _): table = try self.table(try paretoPoints(), full: true)
    case .word("all", _): table = try self.table(archivePoints("all points"), full: true)
    case .value(.points(let points), _): table = try self.table(answered(points), full: true)
    case .value(.table(let own), _): table = own
    case .value(.report(let report), _): table = report.tables[0]
    case .word(let word, let span):
      throw Diagnostic(
        .wrongKind(expected: "pareto, all, points or a table", found: "the word '\(word)'"), at: span)
    case .value(let value, let expression):
      throw Diagnostic(
        .wrongKind(expected: "pareto, all, points or a table", found: value.kindName), at: expression.span)
    }
    guard let text = host.rendered(table, for: path) else {
      throw SessionError(
        "cannot tell the format of \"\(path)\": expected a name that ends in \(host.tableEndings.joined(separator: ", "))"
      )
    }
    try host.write(text, to: place(path))
    host.note("wrote \(table.rowCount) row\(table.rowCount == 1 ? "" : "s") to \(path)")
    return .nothing
  }

  // MARK: Import

  func importFile(_ arguments: Arguments) throws -> Value {
    let path = arguments.text("file")!
    let count: Int
    if path.hasSuffix(".study") {
      let other = try Study(path: place(path), access: .read)
      count = try campaign.importEvaluations(from: other)
      try other.close()
    } else if path.hasSuffix(".csv") {
      count = try importCSV(path)
    } else {
      throw SessionError("cannot import \"\(path)\": expected a name that ends in .csv or .study")
    }
    host.note("\(count) evaluation\(count == 1 ? "" : "s") from \(path)")
    return .nothing
  }

  private func importCSV(_ path: String) throws -> Int {
    let (header, rows) = try host.readCSV(place(path))
    let problem = campaign.problem
    let wanted = problem.space.names + problem.outputColumns
    let missing = wanted.filter { !header.contains($0) }
    guard missing.isEmpty else {
      throw SessionError(
        "\(path) has no column \(missing.map { "'\($0)'" }.joined(separator: ", ")); its columns are \(header.joined(separator: ", "))"
      )
    }
    let places = wanted.map { header.firstIndex(of: $0)! }
    var evaluations = Evaluations(parameterNames: problem.space.names, outputNames: problem.outputColumns)
    for (line, row) in rows.enumerated() {
      guard row.count == header.count else {
        throw SessionError("\(path), row \(line + 1): expected \(header.count) values, found \(row.count)")
      }
      let values = try wanted.indices.map { i in
        try number(
          row[places[i]], i < problem.space.count ? problem.space.parameters[i] : nil,
          "\(path), row \(line + 1), column '\(wanted[i])'")
      }
      evaluations.appendPending(Array(values.prefix(problem.space.count)))
      let outputs = Array(values.dropFirst(problem.space.count))
      let isPartial = outputs.contains(where: \.isNaN)
      evaluations.set(
        line, state: isPartial ? .partial : .done, outputs: outputs,
        failure: isPartial ? Failure(kind: .output, reason: "imported without all outputs") : nil)
    }
    try campaign.take(evaluations)
    return evaluations.count
  }

  private func number(_ text: String, _ parameter: Parameter?, _ place: String) throws -> Double {
    let text = text.trimmingCharacters(in: .whitespaces)
    if text.isEmpty { return .nan }
    if let labels = parameter?.labels {
      if let index = labels.firstIndex(of: text) { return Double(index) }
      throw SessionError("\(place): expected one of \(labels.joined(separator: ", ")), found '\(text)'")
    }
    switch text.lowercased() {
    case "true", "yes": return 1
    case "false", "no": return 0
    default:
      guard let value = Double(text) else {
        throw SessionError("\(place): expected a number, found '\(text)'")
      }
      return value
    }
  }

  // MARK: Scripts

  func save(_ arguments: Arguments) throws -> Value {
    let path = arguments.text("file")!
    let text = record.joined(separator: "\n") + (record.isEmpty ? "" : "\n")
    try host.write(text, to: place(path))
    host.note("wrote \(record.count) statement\(record.count == 1 ? "" : "s") to \(path)")
    return .nothing
  }
}

extension Source {
  /// The text of a file, which must be UTF-8.
  ///
  /// - Throws: `Diagnostic` with the first byte that is not.
  public static func file(_ path: String, bytes: [UInt8]) throws -> Source {
    let directory = path.contains("/") ? String(path[..<path.lastIndex(of: "/")!]) : "."
    if let text = String(validating: bytes, as: UTF8.self) {
      return Source(name: path, text: text, directory: directory.isEmpty ? "/" : directory)
    }
    let good = validPrefix(bytes)
    let source = Source(
      name: path, text: String(decoding: bytes[..<good], as: UTF8.self), directory: directory)
    let byte = "0x" + String(bytes[good], radix: 16, uppercase: true).leftPadded(2)
    throw Diagnostic(.notText(byte: byte, offset: good + 1), at: Span(source, source.count..<source.count))
  }

  /// How many bytes from the start are UTF-8.
  private static func validPrefix(_ bytes: [UInt8]) -> Int {
    var low = 0
    var high = bytes.count
    // A prefix that is cut inside a character is invalid as well, so look for the last valid one near the boundary.
    while high - low > 8 {
      let middle = (low + high) / 2
      let isValid = (0..<4).contains {
        middle - $0 >= low && String(validating: bytes[..<(middle - $0)], as: UTF8.self) != nil
      }
      if isValid { low = middle - 3 > low ? middle - 3 : low + 1 } else { high = middle }
    }
    var best = 0
    for end in max(0, low - 8)...min(bytes.count, high + 8)
    where String(validating: bytes[..<end], as: UTF8.self) != nil { best = end }
    return best
  }
}
