extension DmosoptFile {
  /// The evaluations of one problem, as far as they are wanted.
  struct Columns {
    /// By name, as in `DmosoptRun`.
    var parameters: [String: [Double]] = [:]
    var objectives: [String: [Double]] = [:]
    var constraints: [String: [Double]] = [:]
    var features: [String: [Double]] = [:]
    /// Of each row, where the file has them.
    var epochs: [Double] = []
    var count = 0
    /// Rows at the end of some datasets that others lack: a run was killed while it wrote.
    var incomplete = 0
  }

  /// - Parameter number: the problem; nil for the only one with evaluations.
  func problem(_ number: Int?) throws -> Int {
    if let number {
      guard run.problems.contains(number) else {
        throw ExchangeError.noProblem(path: path, problem: number, problems: run.problems)
      }
      return number
    }
    guard let only = run.problems.first else {
      throw ExchangeError.noProblem(path: path, problem: 0, problems: [])
    }
    if run.problems.count > 1 { throw ExchangeError.severalProblems(path: path, problems: run.problems) }
    return only
  }

  /// Reads the wanted objectives, constraints and features of a problem, and all parameters.
  func columns(_ problem: Int, objectives: Set<String>, constraints: Set<String>, features: Set<String>)
    throws -> Columns
  {
    do {
      let place = try hdf5.group(String(problem), in: group)
      return try columns(place, String(problem), objectives, constraints, features)
    } catch let failure as HDF5.Failure {
      throw ExchangeError.damaged(path: path, reason: "\(failure.what): \(failure.reason)")
    }
  }

  private func columns(
    _ place: HDF5.Object, _ name: String, _ objectives: Set<String>, _ constraints: Set<String>,
    _ features: Set<String>
  ) throws -> Columns {
    var parts = [("parameters", Set(run.parameters.map(\.name))), ("objectives", objectives)]
    if !constraints.isEmpty { parts.append(("constraints", constraints)) }
    if !features.isEmpty { parts.append(("features", features)) }
    let counts = try parts.map { try rowCount($0.0, place, name) }
    var result = Columns()
    result.count = counts.min() ?? 0
    result.incomplete = (counts.max() ?? 0) - result.count
    result.parameters = try read("parameters", place, name, parts[0].1, result.count)
    result.objectives = try read("objectives", place, name, objectives, result.count)
    if !constraints.isEmpty {
      result.constraints = try read("constraints", place, name, constraints, result.count)
    }
    if !features.isEmpty { result.features = try read("features", place, name, features, result.count) }
    if hdf5.has("epochs", in: place), try rowCount("epochs", place, name) >= result.count {
      result.epochs = try hdf5.columns(try hdf5.dataset("epochs", in: place), nil, rows: result.count)[0]
    }
    return result
  }

  private func rowCount(_ part: String, _ place: HDF5.Object, _ name: String) throws -> Int {
    guard hdf5.has(part, in: place) else {
      throw ExchangeError.missingPart(
        path: path, place: "\(run.group)/\(name)", part: part, parts: try hdf5.names(in: place))
    }
    guard let count = try hdf5.rowCount(of: try hdf5.dataset(part, in: place)) else {
      throw ExchangeError.wrongPart(
        path: path, part: "\(run.group)/\(name)/\(part)", expected: "a list of rows",
        found: "an array of another shape")
    }
    return count
  }

  private func read(_ part: String, _ place: HDF5.Object, _ name: String, _ wanted: Set<String>, _ rows: Int)
    throws
    -> [String: [Double]]
  {
    let dataset = try hdf5.dataset(part, in: place)
    let type = try hdf5.type(of: dataset)
    let found = hdf5.isCompound(type) ? try hdf5.members(of: type).numeric : []
    let members = found.filter { member in member.columns.contains(where: wanted.contains) }
    let missing = wanted.subtracting(members.flatMap(\.columns)).sorted()
    guard missing.isEmpty else {
      throw ExchangeError.missingPart(
        path: path, place: "\(run.group)/\(name)/\(part)", part: missing[0], parts: found.flatMap(\.columns))
    }
    let columns = try hdf5.columns(dataset, members, rows: rows)
    return Dictionary(
      zip(members.flatMap(\.columns), columns).filter { wanted.contains($0.0) },
      uniquingKeysWith: { first, _ in first })
  }
}
