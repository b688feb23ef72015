extension Study {
  /// The number of evaluations on disk, of all simulators and spaces.
  public func count() throws -> Int {
    let series = try database.prepare("SELECT id FROM series")
    var ids: [Int] = []
    while try series.step() { ids.append(series.int(0)) }
    return try ids.reduce(0) { try $0 + database.number("SELECT count(*) FROM evaluations_\($1)") }
  }

  /// The number of points on disk that `recall` knows for this series.
  public func remembered(_ series: Series) throws -> Int {
    guard series.outputs != nil else { return 0 }
    let filter = series.condition().map { " WHERE \($0)" } ?? ""
    // Only different requests can leave several rows of one point.
    let what = series.table.requests.count > 1 ? "DISTINCT e.key" : "*"
    return try database.number("SELECT count(\(what)) FROM \(series.table.name) e\(filter)")
  }

  /// What is known about a point, given in the order of the series' space (categorical parameters as index);
  /// nil when it has to be evaluated. Among several rows a finished one is preferred to a partial and that to
  /// a failed one.
  ///
  /// What was recorded through a series of another declaration is found after the next `commit`.
  public func recall(_ series: Series, _ parameters: [Double]) throws -> Remembered? {
    let words = series.words(parameters)
    if !series.pending.isEmpty, let place = series.pending[words] {
      return Remembered(outcome: pending[place].outcome, seconds: pending[place].seconds)
    }
    guard series.outputs != nil else { return nil }
    let statement = try recallStatement(series)
    statement.bind(1, Fingerprint.key(words))
    defer { statement.reset() }
    var best: (rank: Int, found: Remembered)?
    while try statement.step() {
      guard series.matches(statement, firstColumn: 3, words, parameters) else { continue }
      let state = Evaluations.State(stored: statement.bytes(1))
      if let best, best.rank < state.rank { continue }
      best = (
        state.rank, Remembered(outcome: try outcome(series, statement, state), seconds: statement.double(2))
      )
      if series.table.requests.count == 1 { break }
    }
    return best?.found
  }

  /// `recall` for many points; about as long for each.
  public func recall(_ series: Series, points: [[Double]]) throws -> [Remembered?] {
    try points.map { try recall(series, $0) }
  }

  private func recallStatement(_ series: Series) throws -> SQLStatement {
    let table = series.table
    if let statement = series.file.recall, series.file.requests == table.requests.count {
      return statement
    }
    let columns =
      ["id", "status", "seconds"] + table.parameters.map { sqlName($0.column) }
      + series.outputColumns
    let filter = series.condition().map { " AND \($0)" } ?? ""
    let statement = try database.prepare(
      "SELECT \(columns.joined(separator: ", ")) FROM \(table.name) e WHERE key = ?\(filter) ORDER BY id")
    series.file.recall = statement
    series.file.requests = table.requests.count
    return statement
  }

  private func outcome(
    _ series: Series, _ row: SQLStatement, _ state: Evaluations.State
  ) throws -> Answer.Outcome {
    let first = 3 + series.order.count
    let values = { series.elements.indices.map { row.double(first + $0) } }
    if state == .done { return .done(values()) }
    let failure = try failure(series, of: row.int(0))
    return state == .partial ? .partial(values(), stopped: failure.reason) : .failed(failure)
  }

  private func failure(_ series: Series, of row: Int) throws -> Failure {
    var found: Failure?
    try eachFailure(series, " AND evaluation = \(row)") { found = $1 }
    return found ?? Failure(kind: .reported, reason: "the reason was not stored")
  }

  /// Why rows failed or stopped early, by id.
  func eachFailure(_ series: Series, _ filter: String = "", _ body: (Int, Failure) -> Void) throws {
    let rows = try database.prepare(
      """
      SELECT evaluation, kind, reason, error_tail, attempts FROM failures
      WHERE series = \(series.table.id ?? 0)\(filter)
      """)
    while try rows.step() {
      // `stopped`, of partial rows, is a reason that the simulator reported.
      let kind = Failure.Kind(rawValue: rows.text(1) ?? "") ?? .reported
      body(
        rows.int(0),
        Failure(kind: kind, reason: rows.text(2) ?? "", errorTail: rows.text(3) ?? "", attempts: rows.int(4)))
    }
  }
}

extension Evaluations.State {
  /// Which of several answers to prefer: the smallest.
  var rank: Int {
    switch self {
    case .done: 0
    case .partial: 1
    case .failed, .pending, .rejected: 2
    }
  }
}
