import Foundation

/// The memory of everything ever evaluated: one SQLite file with one writer, described in
/// docs/study-format.md.
///
/// What is recorded waits in memory until `commit`, which returns when all of it is on disk; when it throws
/// (a full disk), nothing of it is in the file, all of it is still here, and a later `commit` tries again. A
/// process that is killed loses at most what was recorded since its last `commit`.
///
/// All calls come from one thread.
public final class Study {
  public enum Access: Sendable {
    /// The only writer; a missing file is created.
    case write
    /// Leaves the file as it is, such as another study whose evaluations are brought along.
    case read
  }

  /// The path as given; nil for a study in memory.
  public let path: String?
  /// Whether the file can only be read: `commit` with something new throws.
  public let isReadOnly: Bool
  /// Counts the times the study was opened for writing and something was stated; groups `statements`.
  public let session: Int

  let database: Database
  var pending: [PendingRow] = []
  var pendingProposals: [PendingProposal] = []
  private var pendingStatements: [Statement] = []
  private var tables: [String: SeriesTable] = [:]
  private var handles: [HandleKey: Series] = [:]
  let clock = StudyClock()

  /// A line of the session record.
  public struct Statement: Hashable, Sendable {
    public let session: Int
    public let text: String
    /// UTC, as `2026-03-01T12:00:00Z`.
    public let at: String
  }

  private struct HandleKey: Hashable {
    let definition: String
    let parameters: [String]
    let labels: [[String]?]
    let outputs: [Simulator.Output]
    let request: Request
  }

  /// Opens the study at `path`.
  ///
  /// - Throws: `StudyError`; a file that is not a study is left untouched.
  public convenience init(path: String, access: Access = .write) throws {
    try self.init(path: path, access: access, migrations: Schema.migrations)
  }

  /// A study that lives as long as this value, for sessions without a file.
  public convenience init() throws {
    try self.init(path: nil, access: .write, migrations: Schema.migrations)
  }

  init(path: String?, access: Access, migrations: [Migration]) throws {
    do {
      if let path { try Self.checkOwner(path, access) }
      database = try Database(path: path, access: access == .read ? .read : .write)
      try Self.setUp(database, migrations)
      session = try database.number("SELECT ifnull(max(session), 0) + 1 FROM statements")
    } catch let error as StudyError {
      throw path.map { StudyError.explain(error, path: $0) } ?? error
    }
    self.path = path
    isReadOnly = database.isReadOnly
  }

  deinit { try? close() }

  /// Commits what is pending and releases the file.
  public func close() throws {
    defer {
      for series in handles.values { series.file = SeriesFile() }
      // Takes the empty journal away with it.
      if !isReadOnly { try? database.run("PRAGMA journal_mode = DELETE") }
      database.close()
    }
    try commit()
  }

  /// Recognises a file of another program before anything touches it. What cannot be recognised this way (a
  /// new file, or one with an interrupted write to undo first) is left to the normal opening.
  private static func checkOwner(_ path: String, _ access: Access) throws {
    let attributes = try? FileManager.default.attributesOfItem(atPath: path)
    guard let size = attributes?[.size] as? Int else {
      if access == .read { throw StudyError.missingFile(path: path) }
      return
    }
    guard size > 0, let look = try? Database(path: path, access: .peek),
      let id = try? look.number("PRAGMA application_id")
    else { return }
    if id != Schema.applicationID { throw StudyError.otherApplication(path: path, applicationID: id) }
  }

  private static func setUp(_ database: Database, _ migrations: [Migration]) throws {
    let id = try database.number("PRAGMA application_id")
    let pages = try database.number("PRAGMA page_count")
    guard id == Schema.applicationID || pages == 0 else {
      throw StudyError.otherApplication(path: database.path, applicationID: id)
    }
    // A rollback journal and locks kept for the whole session: no shared memory, so network file systems will
    // do.
    try database.run(
      """
      PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = TRUNCATE; PRAGMA synchronous = FULL;
      PRAGMA cache_size = -65536; PRAGMA temp_store = MEMORY;
      """)
    let newest = migrations.last?.version ?? 0
    if database.isReadOnly { return try checkVersion(database, newest) }
    // Taking the lock now tells a second writer at once, not after its first simulation.
    try database.transaction("EXCLUSIVE") {
      let found = try database.number("PRAGMA user_version")
      guard found <= newest else {
        throw StudyError.newerVersion(path: database.path, found: found, expected: newest)
      }
      if pages == 0 { try database.run("PRAGMA application_id = \(Schema.applicationID)") }
      try Schema.bringUp(database, from: found, with: migrations)
      if pages == 0 {
        try database.run("INSERT INTO meta VALUES ('created', \(sqlText(StudyClock().now())))")
      }
    }
  }

  private static func checkVersion(_ database: Database, _ newest: Int) throws {
    let found = try database.number("PRAGMA user_version")
    if found > newest { throw StudyError.newerVersion(path: database.path, found: found, expected: newest) }
    if found < newest { throw StudyError.olderVersion(path: database.path, found: found, expected: newest) }
  }

  /// The evaluations of `simulator` over `space`; nil for problems that are formulas only. Nothing is written
  /// before the first row is.
  ///
  /// - Throws: `StudyError.unreadableTemplate`, `StudyError.tooManyColumns`, or what reading the file throws.
  public func series(for simulator: Simulator?, space: Space) throws -> Series {
    let definition = try Fingerprint.definition(simulator, space)
    let key = HandleKey(
      definition: definition, parameters: space.names, labels: space.parameters.map(\.labels),
      outputs: simulator?.outputs ?? [], request: Request(simulator))
    if let series = handles[key] { return series }
    let table: SeriesTable
    if let known = tables[definition] {
      table = known
    } else {
      table = SeriesTable(definition: definition, simulator: simulator?.name ?? "formulas", space: space)
      try table.read(from: database)
      tables[definition] = table
    }
    let series = Series(table: table, simulator: simulator, space: space)
    try table.checkWidth(with: series, database)
    handles[key] = series
    return series
  }

  /// Writes everything recorded since the last commit, in one transaction, and returns when it is on disk.
  public func commit() throws {
    guard !pending.isEmpty || !pendingStatements.isEmpty || !pendingProposals.isEmpty else { return }
    try write {
      try storeProposals()
      for row in pending { try store(row) }
      try storeStatements()
    }
    for row in pending { row.series.pending.removeAll(keepingCapacity: true) }
    pending.removeAll(keepingCapacity: true)
    pendingProposals.removeAll(keepingCapacity: true)
    pendingStatements.removeAll()
  }

  /// A transaction after whose failure the tables in memory know again what the file has.
  func write<T>(_ body: () throws -> T) throws -> T {
    if isReadOnly { throw StudyError.readOnly(path: database.path) }
    let before = tables.mapValues(\.state)
    do {
      return try database.transaction("IMMEDIATE", body)
    } catch {
      for (definition, state) in before { tables[definition]?.state = state }
      for series in handles.values { series.file = SeriesFile() }
      throw error
    }
  }

  /// Adds a declaration or verb to the session record; on disk after the next `commit`. Of a session that only reads a
  /// study there is no record.
  public func record(statement text: String) {
    if isReadOnly { return }
    pendingStatements.append(Statement(session: session, text: text, at: clock.now()))
  }

  private func storeStatements() throws {
    guard !pendingStatements.isEmpty else { return }
    let insert = try database.prepare("INSERT INTO statements (session, text, at) VALUES (?, ?, ?)")
    for statement in pendingStatements {
      insert.bind(1, statement.session)
      insert.bind(2, statement.text)
      insert.bind(3, statement.at)
      try insert.run()
    }
  }

  /// Every recorded statement in order, of all sessions.
  public func statements() throws -> [Statement] {
    let rows = try database.prepare("SELECT session, text, at FROM statements ORDER BY id")
    var found: [Statement] = []
    while try rows.step() {
      found.append(Statement(session: rows.int(0), text: rows.text(1) ?? "", at: rows.text(2) ?? ""))
    }
    return found + pendingStatements
  }
}

/// UTC times as text; formatting is done once a second.
final class StudyClock {
  private var second = 0
  private var text = ""

  func now() -> String {
    let current = time(nil)
    if current == second { return text }
    second = current
    var moment = current
    var parts = tm()
    gmtime_r(&moment, &parts)
    text = String(
      format: "%04d-%02d-%02dT%02d:%02d:%02dZ", parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday,
      parts.tm_hour,
      parts.tm_min, parts.tm_sec)
    return text
  }
}
