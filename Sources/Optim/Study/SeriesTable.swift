/// The wide table of one series: which column holds what. Shared by all handles on the series.
final class SeriesTable {
  struct Column {
    let name: String
    let kind: StoredKind
    let unit: String?
    let column: String
  }

  /// What the file has. Restored when a transaction fails.
  struct State {
    var id: Int?
    var outputs: [Column] = []
    /// Canonical texts; a row's `asked` is the position, counted from 1.
    var requests: [String] = []
    /// Column names in use, in lower case.
    var taken: Set<String>
  }

  /// Columns of each table that are not parameters or outputs.
  private static let fixed = ["id", "key", "status", "seconds", "at", "asked"]

  let definition: String
  let simulator: String
  /// Sorted by name, so that the order of declaration does not matter.
  let parameters: [Column]
  var state: State

  init(definition: String, simulator: String, space: Space) {
    self.definition = definition
    self.simulator = simulator
    var taken = Set(Self.fixed)
    parameters = space.parameters.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }.map {
      Column(name: $0.name, kind: $0.storedKind, unit: $0.unit, column: Self.claim($0.name, "param", &taken))
    }
    state = State(taken: taken)
  }

  var id: Int? { state.id }
  var outputs: [Column] { state.outputs }
  var requests: [String] { state.requests }
  var name: String { "evaluations_\(id ?? 0)" }

  /// Reads what the file knows about the series.
  func read(from database: Database) throws {
    let find = try database.prepare("SELECT id FROM series WHERE definition = ?")
    find.bind(1, definition)
    guard try find.step() else { return }
    let id = find.int(0)
    find.reset()
    let columns = try database.prepare(
      "SELECT name, kind, unit, column_name FROM outputs WHERE series = \(id) ORDER BY position")
    while try columns.step() {
      let column = columns.text(3) ?? ""
      state.taken.insert(column.lowercased())
      state.outputs.append(
        Column(
          name: columns.text(0) ?? "", kind: StoredKind(rawValue: columns.text(1) ?? "") ?? .real,
          unit: columns.text(2), column: column))
    }
    let asked = try database.prepare("SELECT outputs FROM requests WHERE series = \(id) ORDER BY number")
    while try asked.step() { state.requests.append(asked.text(0) ?? "") }
    state.id = id
  }

  /// Where the outputs of `series` are; nil when the file lacks one of them.
  func places(of series: Series) -> [Int]? {
    let found = series.elements.compactMap { element in outputs.firstIndex { $0.name == element.name } }
    return id != nil && found.count == series.elements.count ? found : nil
  }

  /// Whether a table with the outputs of `series` is still one that SQLite can hold.
  func checkWidth(with series: Series, _ database: Database) throws {
    let known = Set(outputs.map(\.name))
    let added = series.elements.count { !known.contains($0.name) }
    let found = parameters.count + outputs.count + added
    let limit = database.columnLimit - Self.fixed.count
    if found > limit {
      throw StudyError.tooManyColumns(path: database.path, simulator: simulator, found: found, limit: limit)
    }
  }

  /// A column name nobody has: the plain one, else `owner.name`, else that with a number. SQL ignores case.
  private static func claim(_ name: String, _ owner: String, _ taken: inout Set<String>) -> String {
    let numbered = (2...).lazy.map { "\(owner).\(name)_\($0)" }
    for candidate in [name, "\(owner).\(name)"] where taken.insert(candidate.lowercased()).inserted {
      return candidate
    }
    return numbered.first { taken.insert($0.lowercased()).inserted } ?? name
  }
}

extension SeriesTable {
  /// Makes the file ready for rows of `series`; inside a transaction.
  func prepare(for series: Series, _ database: Database, at time: String) throws {
    let known = Set(outputs.map(\.name))
    let added = series.elements.filter { !known.contains($0.name) }.map { element in
      let column = Self.claim(element.name, simulator, &state.taken)
      return Column(name: element.name, kind: element.kind, unit: element.unit, column: column)
    }
    let isNew = id == nil
    if isNew { try create(database, added, at: time) }
    for output in added {
      if !isNew {
        try database.run("ALTER TABLE \(name) ADD COLUMN \(sqlName(output.column)) \(output.kind.sqlType)")
      }
      try describe(output, outputs.count, in: "outputs", database)
      state.outputs.append(output)
    }
    if !requests.contains(series.request.text) {
      let insert = try database.prepare("INSERT INTO requests VALUES (\(id ?? 0), \(requests.count + 1), ?)")
      insert.bind(1, series.request.text)
      try insert.run()
      state.requests.append(series.request.text)
    }
    if isNew || !added.isEmpty { try refreshView(database) }
  }

  private func create(_ database: Database, _ outputs: [Column], at time: String) throws {
    let insert = try database.prepare("INSERT INTO series (simulator, definition, created) VALUES (?, ?, ?)")
    insert.bind([simulator, definition, time])
    try insert.run()
    state.id = database.lastRow
    let columns = (parameters + outputs).map { ", \(sqlName($0.column)) \($0.kind.sqlType)" }.joined()
    try database.run(
      """
      CREATE TABLE \(name) (id INTEGER PRIMARY KEY, key INTEGER NOT NULL, status TEXT NOT NULL,
        seconds REAL, at TEXT NOT NULL, asked INTEGER NOT NULL\(columns))
      """)
    try createIndex(database)
    for (place, parameter) in parameters.enumerated() {
      try describe(parameter, place, in: "parameters", database)
    }
  }

  func createIndex(_ database: Database) throws {
    try database.run("CREATE INDEX \(name)_key ON \(name) (key)")
  }

  func dropIndex(_ database: Database) throws { try database.run("DROP INDEX \(name)_key") }

  private func describe(_ column: Column, _ place: Int, in table: String, _ database: Database) throws {
    let insert = try database.prepare(
      "INSERT INTO \(table) VALUES (\(id ?? 0), \(place + 1), ?, ?, ?, ?)")
    insert.bind([column.name, column.kind.rawValue, column.unit, column.column])
    try insert.run()
  }

  /// The view `evaluations` follows the series that was created or widened last.
  private func refreshView(_ database: Database) throws {
    let columns = ["id", "status", "seconds", "at"] + (parameters + outputs).map(\.column)
    try database.run(
      """
      DROP VIEW IF EXISTS evaluations;
      CREATE VIEW evaluations AS SELECT \(columns.map(sqlName).joined(separator: ", ")) FROM \(name);
      """)
  }
}
