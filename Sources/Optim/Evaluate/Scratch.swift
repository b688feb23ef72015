import CProcess
import Foundation

/// Where the folders of single runs are made: `DMO_SCRATCH`, else `TMPDIR`, else `/tmp`.
///
/// Each pool has one private folder there, made when first needed and removed with the pool unless something
/// is kept. A folder in which a run left nothing serves another one: most simulators write nothing, and on a
/// disk, making and removing a folder costs a tenth of starting a process.
final class Scratch {
  private var root: String?
  private var made = 0
  private var spare: [String: [String]] = [:]

  /// A new empty folder for one process.
  func make(for name: String) throws(Complaint) -> String {
    if let folder = spare[name]?.popLast() { return folder }
    if root == nil { root = try makeRoot(name) }
    made += 1
    let folder = "\(root!)/\(name)-\(made)"
    guard mkdir(folder, 0o700) == 0 else {
      // Someone cleaned the temporary folder while we lived: start afresh rather than fail for ever.
      if errno == ENOENT { self.root = nil }
      throw refusal(name, folder)
    }
    return folder
  }

  private func makeRoot(_ name: String) throws(Complaint) -> String {
    let environment = ProcessInfo.processInfo.environment
    let parent =
      ["DMO_SCRATCH", "TMPDIR"].lazy.compactMap { environment[$0] }.first { !$0.isEmpty } ?? "/tmp"
    if mkdir(parent, 0o700) != 0, errno != EEXIST {
      try? FileManager.default.createDirectory(atPath: parent, withIntermediateDirectories: true)
    }
    var template = Array("\(parent)/dmo-XXXXXX".utf8CString)
    guard let path = mkdtemp(&template) else { throw refusal(name, parent) }
    return URL(fileURLWithPath: String(cString: path)).path
  }

  private func refusal(_ name: String, _ folder: String) -> Complaint {
    Complaint(
      .start,
      "\(name) could not be started: "
        + "no scratch folder can be made in '\(folder)' (\(String(cString: strerror(errno))))"
    )
  }

  /// Takes back a folder that is no longer needed, with whatever is in it.
  func giveBack(_ folder: String, of name: String) {
    switch dmo_folder_is_empty(folder) {
    case 1: spare[name, default: []].append(folder)
    case 0: try? FileManager.default.removeItem(atPath: folder)
    default: break
    }
  }

  /// Removes the folders that wait for another run, and the private one when nothing is kept in it.
  func clear() {
    for folder in spare.values.joined() { rmdir(folder) }
    spare = [:]
    if let root, rmdir(root) == 0 { self.root = nil }
  }
}

extension Simulator {
  /// Fills in the templates of one run.
  func writeTemplates(_ parameters: [String: JSON], to folder: String) throws(Complaint) {
    let values = send.merging(parameters) { $1 }
    for file in templates {
      let source = file.template.hasPrefix("/") ? file.template : "\(directory)/\(file.template)"
      guard let data = FileManager.default.contents(atPath: source) else {
        throw Complaint(.start, "\(name) could not be started: its template '\(source)' cannot be read")
      }
      // Old input formats are often Latin-1: what is not UTF-8 is passed through byte by byte.
      let encoding: String.Encoding = String(data: data, encoding: .utf8) == nil ? .isoLatin1 : .utf8
      let text = Substitution.plain.apply(to: String(data: data, encoding: encoding)!, values)
      let target = URL(fileURLWithPath: folder).appendingPathComponent(file.result)
      try? FileManager.default.createDirectory(
        at: target.deletingLastPathComponent(), withIntermediateDirectories: true)
      do {
        try text.data(using: encoding, allowLossyConversion: true)!.write(to: target)
      } catch {
        throw Complaint(
          .start, "\(name) could not be started: its input file '\(target.path)' cannot be written")
      }
    }
  }
}
