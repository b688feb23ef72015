import Foundation
import Optim

// MARK: Export

extension Session {
  private enum Exported {
    case points(Points)
    case table(Table)
  }

  func export(_ arguments: Arguments) throws -> Value {
    guard let path = arguments.destination else {
      throw Diagnostic(
        .missingArgument("file", of: "export"), at: arguments.call.name.span,
        help: ["say where: export pareto to \"front.csv\""])
    }
    let item = arguments.items["what"]!.first!
    if Self.isHDF5(path) { return try exportHDF5(item, arguments, path) }
    if arguments.has("group") { throw Self.optionOfHDF5("group", path) }
    let table =
      switch try exported(item) {
      case .points(let points): try self.table(points, full: true, isExport: true)
      case .table(let own): own
      }
    guard let text = host.rendered(table, for: path) else {
      let endings = (host.tableEndings + Self.hdf5Endings).joined(separator: ", ")
      throw SessionError("cannot tell the format of \"\(path)\": expected a name that ends in \(endings)")
    }
    try host.write(text, to: place(path))
    host.note("wrote \(table.rowCount) row\(table.rowCount == 1 ? "" : "s") to \(path)")
    return .nothing
  }

  private func exported(_ item: Arguments.Item) throws -> Exported {
    switch item {
    case .word("pareto", _): return .points(try paretoPoints())
    case .word("all", _): return .points(archivePoints("all points"))
    case .value(.points(let points), _): return .points(answered(points))
    case .value(.table(let own), _): return .table(own)
    case .value(.report(let report), _): return .table(report.tables[0])
    case .word(let word, let span):
      throw Diagnostic(
        .wrongKind(expected: "pareto, all, points or a table", found: "the word '\(word)'"), at: span)
    case .value(let value, let expression):
      throw Diagnostic(
        .wrongKind(expected: "pareto, all, points or a table", found: value.kindName), at: expression.span)
    }
  }

  private func exportHDF5(_ item: Arguments.Item, _ arguments: Arguments, _ path: String) throws -> Value {
    guard case .points(let points) = try exported(item) else {
      throw Diagnostic(
        .wrongKind(expected: "pareto, all or points for an HDF5 file", found: "a table"), at: item.span)
    }
    let study = campaign.study.path.map { URL(fileURLWithPath: $0).deletingPathExtension().lastPathComponent }
    let group = arguments.text("group") ?? study ?? "dmo"
    let result = try DmosoptExport(
      points.evaluations, of: campaign.problem, seed: campaign.seed, group: group, to: place(path))
    var parts = ["wrote \(Self.count(result.written)) to \(path), group '\(group)'"]
    if result.leftOut > 0 {
      parts.append(
        "\(result.leftOut) without all objectives \(result.leftOut == 1 ? "is" : "are") left out: dmosopt's layout has no place for them"
      )
    }
    if !result.negated.isEmpty {
      parts.append("\(result.negated.joined(separator: ", ")) with the other sign, because dmosopt minimises")
    }
    host.note(parts.joined(separator: "; "))
    return .nothing
  }

  private static let hdf5Endings = [".h5", ".hdf5"]

  private static func isHDF5(_ path: String) -> Bool { hdf5Endings.contains(where: path.hasSuffix) }

  private static func optionOfHDF5(_ name: String, _ path: String) -> SessionError {
    SessionError(
      "'\(name)=' chooses within HDF5 files: expected a name that ends in \(hdf5Endings.joined(separator: " or ")), found \"\(path)\""
    )
  }

  private static func count(_ number: Int) -> String { "\(number) evaluation\(number == 1 ? "" : "s")" }
}

// MARK: - Import

extension Session {
  func importFile(_ arguments: Arguments) throws -> Value {
    let path = arguments.text("file")!
    if Self.isHDF5(path) { return try importHDF5(arguments, path) }
    for option in ["group", "problem"] where arguments.has(option) { throw Self.optionOfHDF5(option, path) }
    if path.hasSuffix(".study") {
      let other = try Study(path: place(path), access: .read)
      let count = try campaign.importEvaluations(from: other)
      try other.close()
      host.note("\(Self.count(count)) from \(path)")
    } else if let evaluations = try records(path) {
      tell(try campaign.take(evaluations), from: path)
    } else {
      throw SessionError(
        "cannot import \"\(path)\": expected a name that ends in .csv, .json, .jsonl, .h5, .hdf5 or .study")
    }
    return .nothing
  }

  /// The records of a table; nil for another ending.
  private func records(_ path: String) throws -> Evaluations? {
    let problem = campaign.problem
    switch (path as NSString).pathExtension {
    case "csv":
      let (header, rows) = try host.readCSV(place(path))
      return try RecordReader.evaluations(header: header, rows: rows, for: problem, place: path)
    case "json", "jsonl":
      let bytes = try host.read(place(path))
      return try RecordReader.evaluations(
        json: bytes, isLines: path.hasSuffix("l"), for: problem, place: path)
    default: return nil
    }
  }

  private func importHDF5(_ arguments: Arguments, _ path: String) throws -> Value {
    let file = try DmosoptImport(
      path: place(path), group: arguments.text("group"), problem: arguments.integer("problem"),
      for: campaign.problem)
    let summary = try campaign.take(file.evaluations, singlePrecision: true)
    var origin = "\(path), group '\(file.run.group)'"
    if file.run.problems.count > 1 { origin += ", problem \(file.problem)" }
    if let epochs = file.epochs, epochs.upperBound > 0 {
      origin += ", epochs \(epochs.lowerBound) to \(epochs.upperBound)"
    }
    tell(summary, from: origin)
    if file.incomplete > 0 {
      host.note(
        "\(file.incomplete) at the end of \(path) \(file.incomplete == 1 ? "is" : "are") incomplete and left out: its writing was interrupted"
      )
    }
    return .nothing
  }

  private func tell(_ summary: ImportSummary, from origin: String) {
    var parts = ["\(Self.count(summary.read - summary.pending)) from \(origin)"]
    if summary.pending > 0 { parts.append("\(summary.pending) not evaluated yet") }
    if summary.known > 0 { parts.append("\(summary.known) known before") }
    if summary.outside > 0 { parts.append("\(summary.outside) outside the present parameters, set aside") }
    host.note(parts.joined(separator: "; "))
  }
}
