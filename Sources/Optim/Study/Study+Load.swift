import Foundation

extension Study {
  /// All evaluations on disk that answer the series' request, in the order they were first recorded.
  /// Parameters come in the order of the space, outputs in that of `outputNames`; a row for which a point has
  /// a better one is left out.
  public func loadAll(_ series: Series) throws -> Evaluations {
    guard series.outputs != nil else {
      return Evaluations(parameterNames: series.parameterNames, outputNames: series.outputNames)
    }
    let table = series.table
    let filter = series.condition().map { " WHERE \($0)" } ?? ""
    let count = try database.number("SELECT count(*) FROM \(table.name) e\(filter)")
    var columns = LoadedColumns(series, capacity: count)
    let names =
      ["id", "key", "status", "seconds"] + table.parameters.map { sqlName($0.column) }
      + series.outputColumns
    let rows = try database.prepare(
      "SELECT \(names.joined(separator: ", ")) FROM \(table.name) e\(filter) ORDER BY id")
    while try rows.step() { columns.take(rows) }
    return try columns.evaluations { try eachFailure(series, "", $0) }
  }
}

extension Study {
  /// The files that a shell pattern (`*`, `?`, `[ab]`) names, sorted; a path without such signs stands for itself.
  public static func paths(matching pattern: String) -> [String] {
    guard pattern.contains(where: { "*?[".contains($0) }), !FileManager.default.fileExists(atPath: pattern)
    else { return [pattern] }
    var found = glob_t()
    defer { globfree(&found) }
    guard glob(pattern, 0, nil, &found) == 0 else { return [] }
    return (0..<Int(found.gl_pathc)).compactMap { found.gl_pathv[$0].map { String(cString: $0) } }
  }

  /// What a study holds, for people: "120 of 'cell' over x, y".
  public func contents() throws -> [String] {
    let rows = try database.prepare("SELECT id, simulator FROM series ORDER BY id")
    var series: [(id: Int, simulator: String)] = []
    while try rows.step() { series.append((rows.int(0), rows.text(1) ?? "")) }
    return try series.map { id, simulator in
      let count = try database.number("SELECT count(*) FROM evaluations_\(id)")
      let names = try database.prepare("SELECT name FROM parameters WHERE series = \(id) ORDER BY position")
      var parameters: [String] = []
      while try names.step() { parameters.append(names.text(0) ?? "") }
      return "\(count) of '\(simulator)' over \(parameters.joined(separator: ", "))"
    }
  }
}

/// Columns under construction, in memory that is taken once: no row allocates.
private struct LoadedColumns {
  private let series: Series
  private let hasSeveralRequests: Bool
  private var parameters: [[Double]]
  private var outputs: [[Double]]
  private var states: [Evaluations.State]
  private var seconds: [Double]
  /// File ids of the rows that are not done.
  private var unfinished: [Int: Int] = [:]
  /// Where the points are, by key, when there may be several rows of one.
  private var places: [Int: [Int]] = [:]
  private var count = 0

  init(_ series: Series, capacity: Int) {
    self.series = series
    hasSeveralRequests = series.table.requests.count > 1
    // One by one: repeating one array would copy each at its first write.
    parameters = series.order.map { _ in [Double](repeating: .nan, count: capacity) }
    outputs = series.elements.map { _ in [Double](repeating: .nan, count: capacity) }
    states = [Evaluations.State](repeating: .done, count: capacity)
    seconds = [Double](repeating: 0, count: capacity)
  }

  mutating func take(_ row: SQLStatement) {
    let state = Evaluations.State(stored: row.bytes(2))
    readParameters(row, into: count)
    var place = count
    if hasSeveralRequests, let earlier = earlierPlace(key: row.int(1)) {
      if states[earlier].rank < state.rank { return }
      place = earlier
    } else {
      count += 1
    }
    let first = 4 + series.order.count
    for j in outputs.indices { outputs[j][place] = row.double(first + j) }
    states[place] = state
    seconds[place] = row.double(3)
    unfinished[place] = state == .done ? nil : row.int(0)
  }

  private mutating func readParameters(_ row: SQLStatement, into place: Int) {
    for column in series.order.indices {
      let value: Double
      if let labels = series.labels[column] {
        let text = row.bytes(4 + column)
        value = labels.firstIndex { text.elementsEqual($0) }.map(Double.init) ?? .nan
      } else {
        value = row.double(4 + column)
      }
      parameters[series.order[column]][place] = value
    }
  }

  /// The place of an earlier row of the point just read at `count`; notes the point when there is none.
  private mutating func earlierPlace(key: Int) -> Int? {
    let same = places[key, default: []].first { place in
      parameters.allSatisfy { $0[place] == $0[count] || ($0[place].isNaN && $0[count].isNaN) }
    }
    if same == nil { places[key, default: []].append(count) }
    return same
  }

  consuming func evaluations(_ eachFailure: ((Int, Failure) -> Void) throws -> Void) throws -> Evaluations {
    var failures: [Int: Failure] = [:]
    if !unfinished.isEmpty {
      let rows = Dictionary(uniqueKeysWithValues: unfinished.map { ($1, $0) })
      try eachFailure { id, failure in
        if let row = rows[id] { failures[row] = failure }
      }
    }
    let surplus = states.count - count
    if surplus > 0 {
      for j in parameters.indices { parameters[j].removeLast(surplus) }
      for j in outputs.indices { outputs[j].removeLast(surplus) }
      states.removeLast(surplus)
      seconds.removeLast(surplus)
    }
    return Evaluations(
      parameterNames: series.parameterNames, outputNames: series.outputNames, parameters: parameters,
      outputs: outputs,
      states: states, seconds: seconds, failures: failures)
  }
}
