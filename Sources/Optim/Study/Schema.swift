/// One step from a format version to the next.
struct Migration: Sendable {
  let version: Int
  let apply: @Sendable (Database) throws -> Void

  init(_ version: Int, _ apply: @escaping @Sendable (Database) throws -> Void) {
    self.version = version
    self.apply = apply
  }
}

/// The tables of a study file, as the steps that lead to them. A new format adds a step at the end and leaves
/// the earlier ones as they are, so that every older file takes the same way. docs/study-format.md describes
/// the result.
enum Schema {
  /// Marks our files in the SQLite header: the letters `dmoS`.
  static let applicationID = 0x646D_6F53

  static let migrations = [
    Migration(1) { try $0.run(first) }, Migration(2) { try $0.run(models) },
    Migration(3) { try $0.run(proposals) }, Migration(4) { try $0.run(losses) },
  ]

  private static let first = """
    CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
    CREATE TABLE series (
      id INTEGER PRIMARY KEY, simulator TEXT NOT NULL, definition TEXT NOT NULL UNIQUE, created TEXT NOT NULL);
    CREATE TABLE parameters (
      series INTEGER NOT NULL REFERENCES series, position INTEGER NOT NULL, name TEXT NOT NULL, kind TEXT NOT NULL,
      unit TEXT, column_name TEXT NOT NULL, PRIMARY KEY (series, position)) WITHOUT ROWID;
    CREATE TABLE outputs (
      series INTEGER NOT NULL REFERENCES series, position INTEGER NOT NULL, name TEXT NOT NULL, kind TEXT NOT NULL,
      unit TEXT, column_name TEXT NOT NULL, PRIMARY KEY (series, position)) WITHOUT ROWID;
    CREATE TABLE requests (
      series INTEGER NOT NULL REFERENCES series, number INTEGER NOT NULL, outputs TEXT NOT NULL,
      PRIMARY KEY (series, number)) WITHOUT ROWID;
    CREATE TABLE failures (
      series INTEGER NOT NULL REFERENCES series, evaluation INTEGER NOT NULL, kind TEXT NOT NULL,
      reason TEXT NOT NULL, error_tail TEXT NOT NULL, attempts INTEGER NOT NULL,
      PRIMARY KEY (series, evaluation)) WITHOUT ROWID;
    CREATE TABLE statements (
      id INTEGER PRIMARY KEY, session INTEGER NOT NULL, text TEXT NOT NULL, at TEXT NOT NULL);
    """

  private static let models = """
    CREATE TABLE models (
      id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, surrogate TEXT NOT NULL, evaluations INTEGER NOT NULL,
      summary TEXT NOT NULL, seconds REAL NOT NULL, at TEXT NOT NULL, model BLOB NOT NULL);
    """

  private static let proposals = """
    CREATE TABLE proposals (
      search INTEGER NOT NULL, position INTEGER NOT NULL, point BLOB NOT NULL,
      PRIMARY KEY (search, position)) WITHOUT ROWID;
    """

  private static let losses = "ALTER TABLE models ADD COLUMN losses TEXT;"

  /// Brings an open, exclusively locked database to the newest version; inside the caller's transaction.
  static func bringUp(_ database: Database, from found: Int, with migrations: [Migration]) throws {
    for migration in migrations where migration.version > found {
      try migration.apply(database)
      try database.run("PRAGMA user_version = \(migration.version)")
    }
  }
}
