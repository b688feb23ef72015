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
  /// The number of `request` in the table.
  let asked: Int
  /// For each parameter column of the table: its place in the space.
  let order: [Int]
  /// For each parameter column of the table: the labels of a categorical one, as bytes.
  let labels: [[[UInt8]]?]
  /// For each output: its place among the table's outputs.
  let outputs: [Int]
  private let labelWords: [[UInt64]?]
  private let declared: [StoredKind]
  private let declaredLabels: [[String]?]

  /// Prepared when first needed; `Study.close` drops them.
  var statements = SeriesStatements()
  /// Rows recorded through this handle that are not on disk yet: their place in the study's list.
  var pending: [[UInt64]: Int] = [:]

  init(table: SeriesTable, simulator: Simulator?, space: Space) {
    name = simulator?.name ?? "formulas"
    parameterNames = space.names
    outputNames = simulator?.columns ?? []
    self.table = table
    request = Request(simulator)
    outputs = simulator.map(table.places) ?? []
    asked = table.number(of: request)
    let places = table.parameters.map { column in space.index(of: column.name) ?? 0 }
    order = places
    declaredLabels = places.map { space.parameters[$0].labels }
    labels = declaredLabels.map { $0.map { $0.map { Array($0.utf8) } } }
    labelWords = declaredLabels.map { $0.map { $0.map { Fingerprint.word($0) } } }
    declared = (simulator?.outputs ?? []).flatMap { output in
      Array(repeating: output.kind.storedKind, count: output.count ?? 1)
    }
  }

  /// The canonical words of a point given in the order of the space, in the order of the table.
  func words(_ parameters: [Double]) -> [UInt64] {
    order.indices.map { column in
      let value = parameters[order[column]]
      guard let words = labelWords[column], !value.isNaN else { return Fingerprint.word(value) }
      return words[Int(value)]
    }
  }

  /// The SQL condition under which a stored row answers this handle's request; nil when every row does.
  func condition() -> String? {
    let parts = requestConditions() + labelConditions() + kindConditions()
    return parts.isEmpty ? nil : parts.joined(separator: " AND ")
  }

  /// A row answers if everything asked now was asked then. A failure over the declared outputs themselves stands only
  /// for the declaration that it was seen with.
  private func requestConditions() -> [String] {
    guard table.requests.count > 1 else { return [] }
    let wider = table.requests.indices.filter { Request(text: table.requests[$0]).covers(request) }.map {
      $0 + 1
    }
    let kinds = [Failure.Kind.output, .notFinite].map { sqlText($0.rawValue) }.joined(separator: ", ")
    let list = wider.map(String.init).joined(separator: ", ")
    return [
      """
      (e.asked = \(asked) OR (e.asked IN (\(list)) AND NOT EXISTS (SELECT 1 FROM failures f WHERE
      f.series = \(table.stored.id ?? 0) AND f.evaluation = e.id AND f.kind IN (\(kinds)))))
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

  /// An output declared as a number once and as a whole number or yes/no now: only values of the new kind answer.
  private func kindConditions() -> [String] {
    zip(outputs, declared).compactMap { place, kind in
      let column = table.outputs[place]
      guard column.kind != kind else { return nil }
      let name = "e." + sqlName(column.column)
      switch kind {
      case .integer: return "(\(name) IS NULL OR \(name) = CAST(\(name) AS INTEGER))"
      case .boolean: return "(\(name) IS NULL OR \(name) IN (0, 1))"
      case .real, .categorical: return nil
      }
    }
  }
}

/// The prepared statements of a handle.
struct SeriesStatements {
  var recall: SQLStatement?
  var older: SQLStatement?
  var insert: SQLStatement?
  /// How many requests the table had when `recall` was prepared: more of them change its condition.
  var requests = 0
}
