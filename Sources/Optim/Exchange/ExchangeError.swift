/// What can go wrong with a file that evaluations are read from or written to, in sentences for people.
public enum ExchangeError: Error, Hashable, CustomStringConvertible {
  /// HDF5's library cannot be loaded.
  case noLibrary(reason: String)
  case missingFile(path: String)
  case isFolder(path: String)
  case notHDF5(path: String, found: String)
  /// HDF5 by its first bytes, and yet not readable.
  case damaged(path: String, reason: String)
  case cannotWrite(path: String, reason: String)
  /// No group has what a run of dmosopt has.
  case noRun(path: String, missing: [String], groups: [String])
  case noGroup(path: String, group: String, groups: [String])
  case severalGroups(path: String, groups: [String])
  case missingPart(path: String, place: String, part: String, parts: [String])
  case wrongPart(path: String, part: String, expected: String, found: String)
  case noProblem(path: String, problem: Int, problems: [Int])
  case severalProblems(path: String, problems: [Int])
  /// `declarations`: how the file's parameters would be declared.
  case otherParameters(path: String, file: [String], script: [String], declarations: [String])
  case otherConstant(path: String, name: String, file: Double, script: String, simulator: String)
  case missingOutputs(
    path: String, missing: [String], objectives: [String], constraints: [String], features: [String])
  case missingColumns(place: String, missing: [String], columns: [String])
  case wrongValue(place: String, expected: String, found: String)
  case unwritable(String)

  public var description: String {
    switch self {
    case .noLibrary(let reason): "cannot use HDF5 files: \(reason)"
    case .missingFile(let path): "cannot read \"\(path)\": there is no such file"
    case .isFolder(let path): "cannot read \"\(path)\": it is a folder"
    case .notHDF5(let path, let found): "\"\(path)\" is not an HDF5 file: \(found)"
    case .damaged(let path, let reason):
      "\"\(path)\" is an HDF5 file that cannot be read; it is truncated, damaged or being written (HDF5 says: \(reason))"
    case .cannotWrite(let path, let reason): "cannot write \"\(path)\": \(reason)"
    case .noRun(let path, let missing, let groups):
      """
      "\(path)" holds no run of dmosopt: expected a group with \(Self.list(missing)); \
      \(groups.isEmpty ? "it has no group" : "its groups are \(Self.list(groups))")
      """
    case .noGroup(let path, let group, let groups):
      "\"\(path)\" has no group '\(group)' with a run of dmosopt: expected one of \(Self.list(groups))"
    case .severalGroups(let path, let groups):
      "\"\(path)\" holds several runs: choose one with group=, of \(Self.list(groups, quoted: true))"
    case .missingPart(let path, let place, let part, let parts):
      "\"\(path)\" is incomplete: '\(place)' has no '\(part)'; it has \(parts.isEmpty ? "nothing" : Self.list(parts))"
    case .wrongPart(let path, let part, let expected, let found):
      "\"\(path)\" is not in dmosopt's layout: '\(part)' is \(found), expected \(expected)"
    case .noProblem(let path, let problem, let problems):
      problems.isEmpty
        ? "\"\(path)\" has no evaluations"
        : "\"\(path)\" has no problem \(problem): expected one of \(Self.list(problems.map(String.init)))"
    case .severalProblems(let path, let problems):
      "\"\(path)\" holds several problems: choose one with problem=, of \(Self.list(problems.map(String.init)))"
    case .otherParameters(let path, let file, let script, let declarations):
      """
      the parameters of "\(path)" are \(Self.list(file)), those of the script \(script.isEmpty ? "none" : Self.list(script)); \
      the file's would be declared as\(declarations.map { "\n    " + $0 }.joined())
      """
    case .otherConstant(let path, let name, let file, let script, let simulator):
      "\"\(path)\" was made with \(name) = \(file), but '\(simulator)' sends \(name) = \(script): these are not the same evaluations"
    case .missingOutputs(let path, let missing, let objectives, let constraints, let features):
      """
      "\(path)" has nothing for \(Self.list(missing, quoted: true)): its objectives are \(Self.list(objectives)), \
      its constraints \(Self.list(constraints)), its features \(Self.list(features))
      """
    case .missingColumns(let place, let missing, let columns):
      "\(place) has no column \(Self.list(missing, quoted: true)); its columns are \(Self.list(columns))"
    case .wrongValue(let place, let expected, let found): "\(place): expected \(expected), found \(found)"
    case .unwritable(let reason): reason
    }
  }

  /// At most 40 names, for files with hundreds.
  static func list(_ names: [String], quoted: Bool = false) -> String {
    let shown = names.prefix(40).map { quoted ? "'\($0)'" : $0 }
    if shown.isEmpty { return "none" }
    return shown.joined(separator: ", ") + (names.count > 40 ? " and \(names.count - 40) more" : "")
  }
}
