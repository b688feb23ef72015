import Foundation

/// What can go wrong with a study file, in sentences for people.
public enum StudyError: Error, Hashable, CustomStringConvertible {
  /// The file holds something else.
  case notAStudy(path: String, found: String)
  /// An SQLite database that another program made.
  case otherApplication(path: String, applicationID: Int)
  /// Written by a newer dmo.
  case newerVersion(path: String, found: Int, expected: Int)
  /// Written by an older dmo, and cannot be brought up to date because it is only read.
  case olderVersion(path: String, found: Int, expected: Int)
  /// Another process writes it.
  case locked(path: String)
  case readOnly(path: String)
  case diskFull(path: String)
  case missingFile(path: String)
  case missingFolder(path: String, folder: String)
  case isFolder(path: String)
  case noPermission(path: String)
  /// Truncated or overwritten.
  case damaged(path: String, detail: String)
  /// The file system knows no file locks.
  case locksUnsupported(path: String)
  case tooManyColumns(path: String, simulator: String, found: Int, limit: Int)
  case unreadableTemplate(simulator: String, template: String, reason: String)
  case closed(path: String)
  case cannotOpen(path: String, detail: String)
  case system(path: String, detail: String)

  public var description: String {
    switch self {
    case .notAStudy(let path, let found):
      "'\(path)' is not a study: \(found); nothing in it was changed"
    case .otherApplication(let path, let id):
      "'\(path)' is an SQLite database of another program (application_id \(id)), not a study; nothing in it was changed"
    case .newerVersion(let path, let found, let expected):
      "'\(path)' was written by a newer dmo (format \(found), this dmo reads up to \(expected)): update dmo"
    case .olderVersion(let path, let found, let expected):
      "'\(path)' was written by an older dmo (format \(found), this one is \(expected)) and cannot be brought up to date because it is only read here"
    case .locked(let path):
      "'\(path)' is open in another dmo (or another program is reading it): a study has one writer at a time"
    case .readOnly(let path):
      "'\(path)' cannot be written: the file or its folder is read-only"
    case .diskFull(let path):
      "no space left (or over quota) to write '\(path)': what was stored before is intact, and what is new is kept in memory until it can be written"
    case .missingFile(let path):
      "there is no study '\(path)'"
    case .missingFolder(let path, let folder):
      "cannot create '\(path)': there is no folder '\(folder)'"
    case .isFolder(let path):
      "'\(path)' is a folder, not a study"
    case .noPermission(let path):
      "no permission to open or create '\(path)'"
    case .damaged(let path, let detail):
      "'\(path)' is damaged (\(detail)): bring back a copy, or save what can be read with: sqlite3 '\(path)' .recover"
    case .locksUnsupported(let path):
      "the file system of '\(path)' has no file locks, which a study needs to stay whole: put it on another one"
    case .tooManyColumns(let path, let simulator, let found, let limit):
      "'\(path)' cannot store \(found) parameters and outputs of '\(simulator)': the limit is \(limit); return summaries instead of long lists"
    case .unreadableTemplate(let simulator, let template, let reason):
      "cannot read the template '\(template)' of simulator '\(simulator)': \(reason)"
    case .closed(let path):
      "'\(path)' is closed"
    case .cannotOpen(let path, let detail), .system(let path, let detail):
      "cannot use '\(path)': \(detail)"
    }
  }

  /// Replaces the vague error of a failed open by what the file system says about the path.
  static func explain(_ error: StudyError, path: String) -> StudyError {
    switch error {
    case .cannotOpen: unopened(path) ?? error
    case .notAStudy: .notAStudy(path: path, found: content(path))
    default: error
    }
  }

  private static func unopened(_ path: String) -> StudyError? {
    var isFolder: ObjCBool = false
    if FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue {
      return .isFolder(path: path)
    }
    let parent = URL(fileURLWithPath: path).deletingLastPathComponent().path
    if !FileManager.default.fileExists(atPath: parent, isDirectory: &isFolder) || !isFolder.boolValue {
      let written = (path as NSString).deletingLastPathComponent
      return .missingFolder(path: path, folder: written.isEmpty ? parent : written)
    }
    let exists = FileManager.default.fileExists(atPath: path)
    let allowed =
      faccessat(AT_FDCWD, exists ? path : parent, exists ? R_OK : W_OK | X_OK, AT_EACCESS) == 0
    return allowed ? nil : .noPermission(path: path)
  }

  /// What a file that is no database seems to be. Such a file is open nowhere in this process, so reading it
  /// is safe.
  private static func content(_ path: String) -> String {
    guard let file = FileHandle(forReadingAtPath: path) else { return "it cannot be read" }
    defer { try? file.close() }
    let head = (try? file.read(upToCount: 4096)) ?? Data()
    guard !head.contains(0),
      let text = String(data: head, encoding: .utf8) ?? String(data: head.dropLast(3), encoding: .utf8)
    else { return "it is a binary file of another kind" }
    let line = text.split(whereSeparator: \.isNewline).first.map { String($0.prefix(40)) } ?? ""
    return "it is a text file that begins with '\(line)'"
  }
}
