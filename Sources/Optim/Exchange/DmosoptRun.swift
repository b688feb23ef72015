/// What a file in dmosopt's layout says about one run of it, beside the evaluations.
///
/// The layout, as dmosopt 0.9 writes it, is in docs/exchange.md. Everything of a run is in one group, which bears its name.
public struct DmosoptRun: Sendable {
  public struct Parameter: Sendable, Hashable {
    public let name: String
    public let isInteger: Bool
    public let lower: Double
    public let upper: Double
  }

  /// A parameter that the run did not vary.
  public struct Constant: Sendable, Hashable {
    public let name: String
    public let value: Double
  }

  /// The group's name, `opt_id` in dmosopt.
  public let group: String
  public let parameters: [Parameter]
  public let constants: [Constant]
  public let objectives: [String]
  public let constraints: [String]
  /// One name for each number: an array has several.
  public let features: [String]
  /// Problems with evaluations.
  public let problems: [Int]
  /// As given to dmosopt; of a file that dmo has written, see `DmosoptNotes`.
  public let metadata: String?
}

/// What dmo adds to its files as `metadata`: what the layout has no place for.
struct DmosoptNotes: Codable, Equatable {
  var program = "dmo \(dmoVersion)"
  /// Labels of categorical parameters; the file has their places in these lists, counted from 0.
  var labels: [String: [String]] = [:]
  /// Objectives that were to be large: the file has their negatives, for dmosopt minimises.
  var maximized: [String] = []
  var units: [String: String] = [:]
}

/// A file in dmosopt's layout, open for reading; used within `HDF5.exclusively`.
struct DmosoptFile {
  let path: String
  let hdf5: HDF5
  let group: HDF5.Object
  let run: DmosoptRun

  /// What a group must have to be a run of dmosopt.
  static let marks = ["objective_enum", "objective_spec", "parameter_enum", "parameter_spec"]

  /// - Parameter name: the group; nil for the only one there is.
  /// - Throws: `ExchangeError`.
  init(_ hdf5: HDF5, _ path: String, group name: String?) throws {
    let file = try hdf5.open(path)
    do {
      let chosen = try Self.choose(hdf5, file, path, name)
      let group = try hdf5.group(chosen, in: file)
      self.init(
        path: path, hdf5: hdf5, group: group,
        run: try DmosoptReader(path: path, hdf5: hdf5, group: group, name: chosen).run())
    } catch let failure as HDF5.Failure {
      throw ExchangeError.damaged(path: path, reason: "\(failure.what): \(failure.reason)")
    }
  }

  private init(path: String, hdf5: HDF5, group: HDF5.Object, run: DmosoptRun) {
    (self.path, self.hdf5, self.group, self.run) = (path, hdf5, group, run)
  }

  private static func choose(_ hdf5: HDF5, _ file: HDF5.Object, _ path: String, _ name: String?) throws
    -> String
  {
    let groups = try hdf5.names(in: file).filter { try hdf5.isGroup($0, in: file) }
    let runs = try groups.filter { name in
      let group = try hdf5.group(name, in: file)
      return marks.contains { hdf5.has($0, in: group) }
    }
    if let name {
      guard groups.contains(name) else {
        throw ExchangeError.noGroup(path: path, group: name, groups: runs.isEmpty ? groups : runs)
      }
      return name
    }
    guard let first = runs.first else {
      throw ExchangeError.noRun(path: path, missing: marks, groups: groups)
    }
    if runs.count > 1 { throw ExchangeError.severalGroups(path: path, groups: runs) }
    return first
  }
}

/// Reads what a group says about its run.
private struct DmosoptReader {
  let path: String
  let hdf5: HDF5
  let group: HDF5.Object
  let name: String

  func run() throws -> DmosoptRun {
    for mark in DmosoptFile.marks where !hdf5.has(mark, in: group) {
      throw ExchangeError.missingPart(path: path, place: name, part: mark, parts: try hdf5.names(in: group))
    }
    let bounds = try rows("parameter_spec", ["parameter", "is_integer", "lower", "upper"])
    let constants =
      hdf5.has("problem_parameters", in: group) ? try rows("problem_parameters", ["parameter", "value"]) : []
    return DmosoptRun(
      group: name,
      parameters: bounds.map {
        DmosoptRun.Parameter(
          name: $0.name, isInteger: $0.values[0] != 0, lower: $0.values[1], upper: $0.values[2])
      },
      constants: constants.map { DmosoptRun.Constant(name: $0.name, value: $0.values[0]) },
      objectives: try rows("objective_spec", ["objective"]).map(\.name),
      constraints: hdf5.has("constraint_spec", in: group)
        ? try rows("constraint_spec", ["constraint"]).map(\.name) : [],
      features: try features(), problems: try problems(),
      metadata: try metadata())
  }

  /// A table whose first column is an enumeration of names, the others numbers.
  private func rows(_ part: String, _ columns: [String]) throws -> [(name: String, values: [Double])] {
    let dataset = try hdf5.dataset(part, in: group)
    let type = try hdf5.type(of: dataset)
    let expected = "a list of rows with \(columns.joined(separator: ", "))"
    guard hdf5.isCompound(type), let count = try hdf5.rowCount(of: dataset) else {
      throw ExchangeError.wrongPart(path: path, part: part, expected: expected, found: "something else")
    }
    let members = try hdf5.members(of: type).numeric
    let wanted = try columns.map { column in
      guard let member = members.first(where: { $0.name == column && $0.shape.isEmpty }) else {
        let found = "a list of rows with \(ExchangeError.list(members.map(\.name)))"
        throw ExchangeError.wrongPart(path: path, part: part, expected: expected, found: found)
      }
      return member
    }
    let names = try names("\(columns[0])_enum")
    let values = try hdf5.columns(dataset, wanted, rows: count)
    return try (0..<count).map { row in
      guard let name = names[Int(values[0][row])] else {
        throw ExchangeError.wrongPart(
          path: path, part: part, expected: "names of \(columns[0])_enum",
          found: "a list with \(Int(values[0][row])), which has no name")
      }
      return (name, values.dropFirst().map { $0[row] })
    }
  }

  private func names(_ part: String) throws -> [Int: String] {
    guard hdf5.has(part, in: group) else {
      throw ExchangeError.missingPart(path: path, place: name, part: part, parts: try hdf5.names(in: group))
    }
    let type = try hdf5.committedType(part, in: group)
    guard let names = try hdf5.enumeration(type) else {
      throw ExchangeError.wrongPart(
        path: path, part: part, expected: "an enumeration of names", found: "another type")
    }
    return names
  }

  private func features() throws -> [String] {
    guard hdf5.has("feature_type", in: group) else { return [] }
    return try hdf5.members(of: try hdf5.committedType("feature_type", in: group)).numeric.flatMap(\.columns)
  }

  /// dmosopt lists the problems, but makes a group only for one with evaluations.
  private func problems() throws -> [Int] {
    try hdf5.names(in: group).compactMap { name in
      guard let number = Int(name), try hdf5.isGroup(name, in: group) else { return nil }
      return number
    }.sorted()
  }

  private func metadata() throws -> String? {
    guard hdf5.has("metadata", in: group), try hdf5.isDataset("metadata", in: group) else { return nil }
    return try hdf5.text(try hdf5.dataset("metadata", in: group))
  }
}
