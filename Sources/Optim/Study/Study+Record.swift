/// An evaluation that waits for the next commit.
struct PendingRow {
  let series: Series
  let words: [UInt64]
  let parameters: [Double]
  let outcome: Answer.Outcome
  let seconds: Double
  let at: String
}

extension Study {
  /// Remembers what came of a point: `parameters` in the order of the series' space (categorical ones as
  /// index), one output value for each of its `outputNames`. It is recalled at once, and on disk after the
  /// next `commit`.
  ///
  /// It takes the place of what was remembered before for the same point and the same declared outputs; a
  /// finished evaluation also takes the place of failures and of evaluations with fewer outputs.
  public func record(_ series: Series, _ parameters: [Double], _ outcome: Answer.Outcome, seconds: Double) {
    let words = series.words(parameters)
    series.pending[words] = pending.count
    pending.append(
      PendingRow(
        series: series, words: words, parameters: parameters, outcome: outcome, seconds: seconds,
        at: clock.now()))
  }

  /// Writes the finished, partial and failed rows of `evaluations` in one transaction, for imports. Its
  /// columns are found by name.
  ///
  /// - Returns: the number of rows written. - Precondition: `evaluations` has the parameters of the series in
  ///   the same order, and all of its outputs.
  @discardableResult
  public func append(_ series: Series, _ evaluations: Evaluations) throws -> Int {
    precondition(evaluations.parameterNames == series.parameterNames, "evaluations of another space")
    try commit()
    let columns = series.outputNames.map { name in
      guard let column = evaluations.column(name) else { preconditionFailure("there is no output \(name)") }
      return column
    }
    let at = clock.now()
    let rows = evaluations.states.indices.lazy.compactMap { row in
      evaluations.outcome(row, columns).map { outcome in
        let parameters = evaluations.parameterValues(row)
        return PendingRow(
          series: series, words: series.words(parameters), parameters: parameters, outcome: outcome,
          seconds: evaluations.seconds[row], at: at)
      }
    }
    return try write {
      try series.prepare(database, at: at)
      let isEmpty = try database.number("SELECT EXISTS (SELECT 1 FROM \(series.table.name))") == 0
      return try isEmpty
        ? fill(series, rows)
        : rows.reduce(0) { written, row in
          try store(row)
          return written + 1
        }
    }
  }

  /// Writes the first rows of a table. Making the index at the end takes a quarter of the time of keeping it
  /// up.
  private func fill(_ series: Series, _ rows: some Sequence<PendingRow>) throws -> Int {
    let table = series.table
    try table.dropIndex(database)
    var written = 0
    var keys: Set<Int> = []
    var again: [PendingRow] = []
    for row in rows {
      written += 1
      if keys.insert(Fingerprint.key(row.words)).inserted {
        try insert(row, inPlaceOf: nil)
      } else {
        again.append(row)
      }
    }
    try table.createIndex(database)
    for row in again { try store(row) }
    return written
  }

  /// Writes one row; inside a transaction.
  func store(_ row: PendingRow) throws {
    let series = row.series
    let table = series.table
    try series.prepare(database, at: row.at)
    let replaced = try olderRows(series, row).filter { $0.isReplaced(by: row, table) }
    for old in replaced where old.status != .done {
      try database.run(
        "DELETE FROM failures WHERE series = \(table.id ?? 0) AND evaluation = \(old.id)")
    }
    for old in replaced.dropFirst() { try database.run("DELETE FROM \(table.name) WHERE id = \(old.id)") }
    try insert(row, inPlaceOf: replaced.first?.id)
  }

  private func insert(_ row: PendingRow, inPlaceOf id: Int?) throws {
    let table = row.series.table
    let insert = try insertStatement(row.series)
    bind(insert, row, key: Fingerprint.key(row.words), id: id)
    try insert.run()
    switch row.outcome {
    case .done: break
    case .partial(_, let reason): try storeFailure(Failure(kind: .reported, reason: reason), "stopped", table)
    case .failed(let failure): try storeFailure(failure, failure.kind.rawValue, table)
    }
  }

  private func storeFailure(_ failure: Failure, _ kind: String, _ table: SeriesTable) throws {
    let insert = try database.prepare(
      "INSERT INTO failures VALUES (\(table.id ?? 0), \(database.lastRow), ?, ?, ?, \(failure.attempts))"
    )
    insert.bind([kind, failure.reason, failure.errorTail])
    try insert.run()
  }

  private func insertStatement(_ series: Series) throws -> SQLStatement {
    if let statement = series.file.insert { return statement }
    let table = series.table
    let columns =
      ["id", "key", "status", "seconds", "at", "asked"] + table.parameters.map { sqlName($0.column) }
      + series.outputColumns
    let places = columns.map { _ in "?" }.joined(separator: ", ")
    let statement = try database.prepare(
      "INSERT OR REPLACE INTO \(table.name) (\(columns.joined(separator: ", "))) VALUES (\(places))")
    series.file.insert = statement
    return statement
  }

  private func bind(_ insert: SQLStatement, _ row: PendingRow, key: Int, id: Int?) {
    let series = row.series
    if let id { insert.bind(1, id) } else { insert.bindNull(1) }
    insert.bind(2, key)
    insert.bind(3, row.outcome.status.name)
    insert.bind(4, row.seconds)
    insert.bind(5, row.at)
    insert.bind(6, series.file.asked ?? 0)
    for column in series.order.indices {
      let value = row.parameters[series.order[column]]
      if let labels = series.labels[column], !value.isNaN {
        insert.bind(7 + column, bytes: labels[Int(value)])
      } else {
        insert.bind(7 + column, value == 0 ? 0 : value)
      }
    }
    let first = 7 + series.order.count
    switch row.outcome {
    case .done(let values), .partial(let values, _):
      precondition(values.count == series.elements.count, "one value for each output")
      for (place, value) in values.enumerated() { insert.bind(first + place, value) }
    case .failed:
      for place in series.elements.indices { insert.bindNull(first + place) }
    }
  }
}

/// A stored row of the same point.
struct OlderRow {
  let id: Int
  let asked: Int
  let status: Evaluations.State

  /// The newest word on a point counts, but a failure never erases a result that was asked for with other
  /// outputs: a mistyped output name must not cost the simulations done before it.
  func isReplaced(by row: PendingRow, _ table: SeriesTable) -> Bool {
    if asked == row.series.file.asked { return true }
    switch row.outcome {
    case .done:
      return status == .failed || row.series.request.covers(Request(text: table.requests[asked - 1]))
    case .partial, .failed: return status == .failed
    }
  }
}

extension Study {
  /// The stored rows of exactly this point, whatever outputs they were asked for.
  private func olderRows(_ series: Series, _ row: PendingRow) throws -> [OlderRow] {
    let statement: SQLStatement
    if let known = series.file.older {
      statement = known
    } else {
      let table = series.table
      let columns = (["id", "asked", "status"] + table.parameters.map { sqlName($0.column) }).joined(
        separator: ", ")
      statement = try database.prepare("SELECT \(columns) FROM \(table.name) WHERE key = ? ORDER BY id")
      series.file.older = statement
    }
    statement.bind(1, Fingerprint.key(row.words))
    defer { statement.reset() }
    var found: [OlderRow] = []
    while try statement.step() {
      guard series.matches(statement, firstColumn: 3, row.words, row.parameters) else { continue }
      found.append(
        OlderRow(id: statement.int(0), asked: statement.int(1), status: .init(stored: statement.bytes(2))))
    }
    return found
  }
}

extension Series {
  /// Whether the parameters in a row of the table, from `firstColumn` on, are exactly the given ones.
  func matches(_ row: SQLStatement, firstColumn: Int, _ words: [UInt64], _ parameters: [Double]) -> Bool {
    for column in order.indices {
      let value = parameters[order[column]]
      if let labels = labels[column], !value.isNaN {
        guard row.bytes(firstColumn + column).elementsEqual(labels[Int(value)]) else { return false }
      } else if Fingerprint.word(row.double(firstColumn + column)) != words[column] {
        return false
      }
    }
    return true
  }
}

extension Answer.Outcome {
  var status: Evaluations.State {
    switch self {
    case .done: .done
    case .partial: .partial
    case .failed: .failed
    }
  }
}

extension Evaluations.State {
  var name: String {
    switch self {
    case .pending: "pending"
    case .done: "done"
    case .partial: "partial"
    case .failed: "failed"
    case .rejected: "rejected"
    }
  }

  /// From the text in a file: `done`, `partial` or `failed`.
  init(stored text: UnsafeRawBufferPointer) {
    switch text.first {
    case UInt8(ascii: "d"): self = .done
    case UInt8(ascii: "p"): self = .partial
    default: self = .failed
    }
  }
}

extension Evaluations {
  /// What came of a row, with the given output columns; nil for one that was not simulated.
  fileprivate func outcome(_ row: Int, _ columns: [[Double]]) -> Answer.Outcome? {
    switch states[row] {
    case .pending, .rejected: nil
    case .done: .done(columns.map { $0[row] })
    case .partial: .partial(columns.map { $0[row] }, stopped: failures[row]?.reason ?? "")
    case .failed: .failed(failures[row] ?? Failure(kind: .reported, reason: "no reason is known"))
    }
  }
}
