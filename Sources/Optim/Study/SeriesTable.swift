/// The wide table of one series: which column holds what. Shared by all handles on the series.
final class SeriesTable {
  struct Column {
    let name: String
    let kind: StoredKind
    let unit: String?
    let column: String
  }

  /// What the file has; the rest exists in memory until the first row that needs it is written.
  struct Stored {
    var id: Int?
    var outputs = 0
    var requests = 0
  }

  /// Columns of each table that are not parameters or outputs.
  private static let fixed = ["id", "key", "status", "seconds", "at", "asked"]

  let definition: String
  let simulator: String
  /// Sorted by name, so that the order of declaration does not matter.
  let parameters: [Column]
  private(set) var outputs: [Column] = []
  /// Canonical texts; a row's `asked` is the position, counted from 1.
  private(set) var requests: [String] = []
  var stored = Stored()
  private var taken: Set<String>

  init(definition: String, simulator: String, space: Space) {
    self.definition = definition
    self.simulator = simulator
    var taken = Set(Self.fixed)
    parameters = space.parameters.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }.map {
      Column(name: $0.name, kind: $0.storedKind, unit: $0.unit, column: Self.claim($0.name, "param", &taken))
    }
    self.taken = taken
  }

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
      taken.insert(column.lowercased())
      outputs.append(
        Column(
          name: columns.text(0) ?? "", kind: StoredKind(rawValue: columns.text(1) ?? "") ?? .real,
          unit: columns.text(2), column: column))
    }
    let asked = try database.prepare("SELECT outputs FROM requests WHERE series = \(id) ORDER BY number")
    while try asked.step() { requests.append(asked.text(0) ?? "") }
    stored = Stored(id: id, outputs: outputs.count, requests: requests.count)
  }

  /// Places of the simulator's output columns, adding those that are new.
  func places(of simulator: Simulator) -> [Int] {
    simulator.outputs.flatMap { output in
      let names =
        output.count.map { count in (0..<count).map { "\(output.name)[\($0 + 1)]" } } ?? [output.name]
      return names.map { name in
        if let place = outputs.firstIndex(where: { $0.name == name }) { return place }
        let column = Self.claim(name, simulator.name, &taken)
        outputs.append(Column(name: name, kind: output.kind.storedKind, unit: output.unit, column: column))
        return outputs.count - 1
      }
    }
  }

  /// The position of a request, counted from 1.
  func number(of request: Request) -> Int {
    let text = request.text
    if let place = requests.firstIndex(of: text) { return place + 1 }
    requests.append(text)
    return requests.count
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
  var name: String { "evaluations_\(stored.id ?? 0)" }

  /// Makes the file ready for rows of this series; inside a transaction.
  func prepare(_ database: Database, at time: String) throws {
    let isComplete = stored.id != nil && stored.outputs == outputs.count
    if isComplete && stored.requests == requests.count { return }
    let found = Self.fixed.count + parameters.count + outputs.count
    guard found <= database.columnLimit else {
      throw StudyError.tooManyColumns(
        path: database.path, simulator: simulator, found: found - Self.fixed.count,
        limit: database.columnLimit - Self.fixed.count)
    }
    if stored.id == nil { try create(database, at: time) }
    for place in stored.outputs..<outputs.count {
      let output = outputs[place]
      try database.run("ALTER TABLE \(name) ADD COLUMN \(sqlName(output.column)) \(output.kind.sqlType)")
      try describe(output, place, in: "outputs", database)
    }
    stored.outputs = outputs.count
    for number in stored.requests..<requests.count {
      let insert = try database.prepare("INSERT INTO requests VALUES (\(stored.id ?? 0), \(number + 1), ?)")
      insert.bind(1, requests[number])
      try insert.run()
    }
    stored.requests = requests.count
    if !isComplete { try refreshView(database) }
  }

  private func create(_ database: Database, at time: String) throws {
    let insert = try database.prepare("INSERT INTO series (simulator, definition, created) VALUES (?, ?, ?)")
    insert.bind([simulator, definition, time])
    try insert.run()
    stored.id = database.lastRow
    let columns = (parameters + outputs).map { ", \(sqlName($0.column)) \($0.kind.sqlType)" }.joined()
    try database.run(
      """
      CREATE TABLE \(name) (id INTEGER PRIMARY KEY, key INTEGER NOT NULL, status TEXT NOT NULL,
        seconds REAL, at TEXT NOT NULL, asked INTEGER NOT NULL\(columns));
      CREATE INDEX \(name)_key ON \(name) (key);
      """)
    for (place, parameter) in parameters.enumerated() {
      try describe(parameter, place, in: "parameters", database)
    }
    for (place, output) in outputs.enumerated() { try describe(output, place, in: "outputs", database) }
    stored.outputs = outputs.count
  }

  private func describe(_ column: Column, _ place: Int, in table: String, _ database: Database) throws {
    let insert = try database.prepare(
      "INSERT INTO \(table) VALUES (\(stored.id ?? 0), \(place + 1), ?, ?, ?, ?)")
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
