/// What a study remembers about a point.
public struct Remembered: Sendable {
  /// Output values in the order of the series' `outputNames`.
  public let outcome: Answer.Outcome
  public let seconds: Double
}

/// A handle on the evaluations of one simulator over one space, as declared now.
///
/// Rows live in the order of the file; the handle translates between that and the declaration: the order of
/// parameters and outputs, and the indices of categorical labels.
public final class Series {
  /// The simulator's name, or `formulas`.
  public let name: String
  /// In the order of the space.
  public let parameterNames: [String]
  /// In the order of the simulator's `columns`.
  public let outputNames: [String]

  let table: SeriesTable
  let request: Request
  /// The declared scalar outputs, as the table names them.
  let elements: [(name: String, kind: StoredKind, unit: String?)]
  /// For each parameter column of the table: its place in the space.
  let order: [Int]
  /// For each parameter column of the table: the labels of a categorical one, as bytes.
  let labels: [[[UInt8]]?]
  private let labelWords: [[UInt64]?]
  private let declaredLabels: [[String]?]

  /// Found or made when first needed, and dropped when a transaction fails or the study closes.
  var file = SeriesFile()
  /// Rows recorded through this handle that are not on disk yet: their place in the study's list.
  var pending: [[UInt64]: Int] = [:]

  init(table: SeriesTable, simulator: Simulator?, space: Space) {
    name = simulator?.name ?? "formulas"
    parameterNames = space.names
    outputNames = simulator?.columns ?? []
    self.table = table
    request = Request(simulator)
    elements = (simulator?.outputs ?? []).flatMap { output in
      let names =
        output.count.map { count in (0..<count).map { "\(output.name)[\($0 + 1)]" } } ?? [output.name]
      return names.map { ($0, output.kind.storedKind, output.unit) }
    }
    let places = table.parameters.map { column in space.index(of: column.name) ?? 0 }
    order = places
    declaredLabels = places.map { space.parameters[$0].labels }
    labels = declaredLabels.map { $0.map { $0.map { Array($0.utf8) } } }
    labelWords = declaredLabels.map { $0.map { $0.map { Fingerprint.word($0) } } }
  }

  /// The canonical words of a point given in the order of the space, in the order of the table.
  func words(_ parameters: [Double]) -> [UInt64] {
    order.indices.map { column in
      let value = parameters[order[column]]
      guard let words = labelWords[column], !value.isNaN else { return Fingerprint.word(value) }
      return words[Int(value)]
    }
  }

  /// For each output its place among the table's; nil while the file lacks one of them, so that no row can
  /// answer.
  var outputs: [Int]? {
    if file.outputs == nil { file.outputs = table.places(of: self) }
    return file.outputs
  }

  /// The quoted columns of the outputs.
  var outputColumns: [String] { (outputs ?? []).map { sqlName(table.outputs[$0].column) } }

  /// Makes the file ready for rows of this series; inside a transaction. Returns the number of the request.
  @discardableResult
  func prepare(_ database: Database, at time: String) throws -> Int {
    if let asked = file.asked { return asked }
    try table.prepare(for: self, database, at: time)
    let asked = (table.requests.firstIndex(of: request.text) ?? 0) + 1
    file.asked = asked
    return asked
  }

  /// The SQL condition under which a stored row answers this handle's request; nil when every row does.
  func condition() -> String? {
    let parts = requestConditions() + labelConditions() + kindConditions()
    return parts.isEmpty ? nil : parts.joined(separator: " AND ")
  }

  /// A row answers if everything asked now was asked then. A failure over the declared outputs themselves
  /// stands only for the declaration that it was seen with.
  private func requestConditions() -> [String] {
    if table.requests == [request.text] { return [] }
    let numbers = table.requests.indices
    let same = numbers.filter { table.requests[$0] == request.text }.map { "e.asked = \($0 + 1) OR " }
      .joined()
    let wider = numbers.filter { Request(text: table.requests[$0]).covers(request) }.map { "\($0 + 1)" }
    let kinds = [Failure.Kind.output, .notFinite].map { sqlText($0.rawValue) }.joined(separator: ", ")
    return [
      """
      (\(same)(e.asked IN (\(wider.joined(separator: ", "))) AND NOT EXISTS (SELECT 1 FROM failures f WHERE
      f.series = \(table.id ?? 0) AND f.evaluation = e.id AND f.kind IN (\(kinds)))))
      """
    ]
  }

  /// Rows with labels that are no longer declared stay in the file, unseen.
  private func labelConditions() -> [String] {
    table.parameters.indices.compactMap { column in
      declaredLabels[column].map { labels in
        let name = "e." + sqlName(table.parameters[column].column)
        return "(\(name) IS NULL OR \(name) IN (\(labels.map(sqlText).joined(separator: ", "))))"
      }
    }
  }

  /// An output declared as a number once and as a whole number or yes/no now: only values of the new kind
  /// answer.
  private func kindConditions() -> [String] {
    zip(outputs ?? [], elements).compactMap { place, element in
      let column = table.outputs[place]
      guard column.kind != element.kind else { return nil }
      let name = "e." + sqlName(column.column)
      switch element.kind {
      case .integer: return "(\(name) IS NULL OR \(name) = CAST(\(name) AS INTEGER))"
      case .boolean: return "(\(name) IS NULL OR \(name) IN (0, 1))"
      case .real, .categorical: return nil
      }
    }
  }
}

/// What a handle knows about the file: places of columns, and prepared statements.
struct SeriesFile {
  var outputs: [Int]?
  /// The number of the handle's request, once rows with it may be written.
  var asked: Int?
  var recall: SQLStatement?
  var older: SQLStatement?
  var insert: SQLStatement?
  /// How many requests the table had when `recall` was prepared: more of them change its condition.
  var requests = 0
}
