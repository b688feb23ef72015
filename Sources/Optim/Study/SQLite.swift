import CSQLite
import Foundation

/// The one file that calls SQLite: a connection and its statements. Everything above works with Swift values
/// and `StudyError`.
final class Database {
  enum Access {
    case write
    case read
    /// Looks without locks, journals or any change, to see whose file it is.
    case peek
  }

  /// The path as the caller wrote it, for messages.
  let path: String
  private var handle: OpaquePointer?

  /// `path` nil: a database in memory.
  init(path: String?, access: Access) throws {
    self.path = path ?? "study in memory"
    let flags =
      switch access {
      case .write: SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
      case .read: SQLITE_OPEN_READONLY
      case .peek: SQLITE_OPEN_READONLY | SQLITE_OPEN_URI
      }
    let name = path.map { access == .peek ? Self.immutableURI($0) : Self.plain($0) } ?? ":memory:"
    let code = sqlite3_open_v2(name, &handle, flags | SQLITE_OPEN_EXRESCODE | SQLITE_OPEN_NOMUTEX, nil)
    guard code == SQLITE_OK else {
      let error = failure(code)
      close()
      throw error
    }
    sqlite3_busy_timeout(handle, 1000)
  }

  deinit { close() }

  /// Statements that are still alive keep working storage, but the file is released with the last of them.
  func close() {
    sqlite3_close_v2(handle)
    handle = nil
  }

  /// A name such as `:memory:` or `file:x` is a file here.
  private static func plain(_ path: String) -> String { path.hasPrefix("/") ? path : "./" + path }

  /// Opening and closing the file by hand would drop the POSIX locks that another connection of this process
  /// holds on it; SQLite keeps count of them, so even a look goes through SQLite.
  private static func immutableURI(_ path: String) -> String {
    let safe = CharacterSet.alphanumerics.intersection(CharacterSet(charactersIn: "\0"..."\u{7f}"))
      .union(CharacterSet(charactersIn: "/._-"))
    return "file:" + (plain(path).addingPercentEncoding(withAllowedCharacters: safe) ?? plain(path))
      + "?immutable=1"
  }

  var isReadOnly: Bool { sqlite3_db_readonly(handle, "main") == 1 }
  var isInTransaction: Bool { handle != nil && sqlite3_get_autocommit(handle) == 0 }
  var lastRow: Int { Int(sqlite3_last_insert_rowid(handle)) }
  var columnLimit: Int { Int(sqlite3_limit(handle, SQLITE_LIMIT_COLUMN, -1)) }

  /// Runs one or several statements without results.
  func run(_ sql: String) throws {
    guard handle != nil else { throw StudyError.closed(path: path) }
    let code = sqlite3_exec(handle, sql, nil, nil, nil)
    if code != SQLITE_OK { throw failure(code) }
  }

  func prepare(_ sql: String) throws -> SQLStatement {
    guard handle != nil else { throw StudyError.closed(path: path) }
    var statement: OpaquePointer?
    let code = sqlite3_prepare_v3(handle, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &statement, nil)
    guard code == SQLITE_OK, let statement else { throw failure(code) }
    return SQLStatement(statement, self)
  }

  /// The first number of the first row; 0 when there is none.
  func number(_ sql: String) throws -> Int {
    let statement = try prepare(sql)
    defer { statement.reset() }
    return try statement.step() ? statement.int(0) : 0
  }

  /// Runs `body` in a transaction: all of it is on disk when this returns, and nothing of it when this
  /// throws.
  func transaction<T>(_ kind: String = "IMMEDIATE", _ body: () throws -> T) throws -> T {
    try run("BEGIN \(kind)")
    do {
      let result = try body()
      try run("COMMIT")
      return result
    } catch {
      // Some errors (a full disk) have rolled back already.
      if isInTransaction { try? run("ROLLBACK") }
      throw error
    }
  }

  /// What the operating system said, or 0. The database file knows its last error better than the connection,
  /// whose own may be of the rollback that followed.
  private func systemError(_ code: Int32) -> Int32 {
    guard let handle, [SQLITE_IOERR, SQLITE_CANTOPEN].contains(code & 0xff) else { return 0 }
    var number: Int32 = 0
    sqlite3_file_control(handle, "main", SQLITE_FCNTL_LAST_ERRNO, &number)
    return number == 0 ? sqlite3_system_errno(handle) : number
  }

  fileprivate func failure(_ code: Int32) -> StudyError {
    let message = handle.map { String(cString: sqlite3_errmsg($0)) } ?? String(cString: sqlite3_errstr(code))
    let number = systemError(code)
    let detail = number == 0 ? message : "\(message): \(String(cString: strerror(number)))"
    switch code & 0xff {
    case SQLITE_BUSY, SQLITE_LOCKED: return .locked(path: path)
    case SQLITE_FULL: return .diskFull(path: path)
    case SQLITE_NOTADB: return .notAStudy(path: path, found: "it is not an SQLite database")
    case SQLITE_CORRUPT: return .damaged(path: path, detail: message)
    case SQLITE_READONLY, SQLITE_PERM: return .readOnly(path: path)
    // A write that is refused for no known reason: quotas and limits on file sizes show like this.
    case SQLITE_IOERR where code == dmo_sqlite_write && number == 0: return .diskFull(path: path)
    case SQLITE_IOERR where [ENOSPC, EDQUOT, EFBIG].contains(number): return .diskFull(path: path)
    // The journal exists, but may only be read.
    case SQLITE_IOERR where number == EBADF: return .readOnly(path: path)
    case SQLITE_IOERR where [ENOLCK, ENOSYS, ENOTSUP].contains(number): return .locksUnsupported(path: path)
    case SQLITE_IOERR where code == dmo_sqlite_short_read:
      return .damaged(path: path, detail: "the file ends too early")
    case SQLITE_CANTOPEN: return .cannotOpen(path: path, detail: detail)
    default: return .system(path: path, detail: detail)
    }
  }
}

/// A prepared statement. Places of parameters count from 1 and those of columns from 0, as in SQLite.
final class SQLStatement {
  private let handle: OpaquePointer
  private let database: Database

  fileprivate init(_ handle: OpaquePointer, _ database: Database) {
    self.handle = handle
    self.database = database
  }

  deinit { sqlite3_finalize(handle) }

  /// Whether there is a row.
  func step() throws -> Bool {
    let code = sqlite3_step(handle)
    if code == SQLITE_ROW { return true }
    if code == SQLITE_DONE { return false }
    let error = database.failure(code)
    reset()
    throw error
  }

  func reset() { sqlite3_reset(handle) }

  /// Runs a statement without results and makes it ready for the next values.
  func run() throws {
    _ = try step()
    reset()
  }

  /// NaN becomes NULL.
  func bind(_ place: Int, _ value: Double) { sqlite3_bind_double(handle, Int32(place), value) }
  func bind(_ place: Int, _ value: Int) { sqlite3_bind_int64(handle, Int32(place), Int64(value)) }
  func bindNull(_ place: Int) { sqlite3_bind_null(handle, Int32(place)) }

  func bind(_ place: Int, _ value: String?) {
    guard var value else { return bindNull(place) }
    value.withUTF8 { bindText(place, UnsafeRawBufferPointer($0)) }
  }

  func bind(_ place: Int, bytes: [UInt8]) {
    bytes.withUnsafeBytes { bindText(place, $0) }
  }

  func bind(_ place: Int, blob: Data) {
    blob.withUnsafeBytes {
      _ = sqlite3_bind_blob64(
        handle, Int32(place), $0.baseAddress ?? Self.nothing, UInt64($0.count), Self.copied)
    }
  }

  private func bindText(_ place: Int, _ bytes: UnsafeRawBufferPointer) {
    // An empty text without an address would be NULL.
    let text = (bytes.baseAddress ?? Self.nothing).assumingMemoryBound(to: CChar.self)
    sqlite3_bind_text(handle, Int32(place), text, Int32(bytes.count), Self.copied)
  }

  func bind(_ values: [String?]) {
    for (place, value) in values.enumerated() { bind(place + 1, value) }
  }

  func isNull(_ column: Int) -> Bool { sqlite3_column_type(handle, Int32(column)) == SQLITE_NULL }
  func int(_ column: Int) -> Int { Int(sqlite3_column_int64(handle, Int32(column))) }

  /// NULL becomes NaN.
  func double(_ column: Int) -> Double {
    let value = sqlite3_column_double(handle, Int32(column))
    return value == 0 && isNull(column) ? .nan : value
  }

  func text(_ column: Int) -> String? {
    sqlite3_column_text(handle, Int32(column)).map { String(cString: $0) }
  }

  /// The bytes of a text, valid until the next step.
  func bytes(_ column: Int) -> UnsafeRawBufferPointer {
    let start = sqlite3_column_blob(handle, Int32(column))
    return UnsafeRawBufferPointer(start: start, count: Int(sqlite3_column_bytes(handle, Int32(column))))
  }

  /// Tells SQLite to take its own copy.
  private nonisolated(unsafe) static let copied = unsafeBitCast(-1, to: sqlite3_destructor_type.self)
  private nonisolated(unsafe) static let nothing = UnsafeRawPointer(
    UnsafeMutableRawPointer.allocate(byteCount: 1, alignment: 1))
}

/// `text` as an SQL identifier.
func sqlName(_ text: String) -> String { "\"" + text.replacingOccurrences(of: "\"", with: "\"\"") + "\"" }

/// `text` as an SQL string.
func sqlText(_ text: String) -> String { "'" + text.replacingOccurrences(of: "'", with: "''") + "'" }
