import CHDF5
import Foundation

/// Evaluations as a file in dmosopt's layout, which dmosopt 0.9 reads, analyses and continues.
public struct DmosoptExport: Sendable {
  /// Evaluations in the file, and those that the layout has no place for: without all objectives.
  public let written: Int
  public let leftOut: Int
  /// Objectives that the file has with the other sign, because dmosopt minimises.
  public let negated: [String]

  /// Writes the evaluations as problem 0 of one run; the file is replaced as a whole or not at all.
  ///
  /// Parameters, objectives and constraints have 32 bits there, as in dmosopt; outputs are features of 64 bits.
  ///
  /// - Parameters:
  ///   - group: the name of the run, `opt_id` in dmosopt.
  /// - Throws: `ExchangeError`; `FormulaError` where a formula reads a column that the evaluations lack.
  public init(_ evaluations: Evaluations, of problem: Problem, seed: UInt64, group: String, to path: String)
    throws
  {
    try Self.check(problem, group)
    let scores = try Scores(problem: problem, evaluations: evaluations)
    let rows = scores.status.indices.filter {
      scores.status[$0] == .feasible || scores.status[$0] == .infeasible
    }
    let content = try DmosoptContent(problem, evaluations, scores, rows)
    let writer = DmosoptWriter(content: content, seed: seed)
    // Beside its place, so that it takes it in one step.
    let draft = path + ".\(getpid()).tmp"
    defer { unlink(draft) }
    do {
      try HDF5.exclusively { hdf5 in try writer.write(hdf5, group, to: draft) }
    } catch let failure as HDF5.Failure {
      throw ExchangeError.cannotWrite(path: path, reason: Self.explain(failure, path))
    }
    guard rename(draft, path) == 0 else {
      throw ExchangeError.cannotWrite(path: path, reason: String(cString: strerror(errno)))
    }
    written = rows.count
    leftOut = evaluations.states.count { $0 != .pending } - rows.count
    negated = content.notes.maximized
  }

  private static func check(_ problem: Problem, _ group: String) throws {
    if group.isEmpty || group == "." || group.contains("/") || group.contains("\0") {
      throw ExchangeError.unwritable("a group cannot be called '\(group)': expected a name without '/'")
    }
    if problem.space.count == 0 || problem.objectives.isEmpty {
      throw ExchangeError.unwritable("dmosopt's layout needs at least one parameter and one objective")
    }
    let limit = Int(UInt16.max) + 1
    let most = max(problem.space.count, problem.outputColumns.count)
    if most > limit {
      throw ExchangeError.unwritable("dmosopt's layout has room for \(limit) names, found \(most)")
    }
  }

  /// The folder's fault, or HDF5's words.
  private static func explain(_ failure: HDF5.Failure, _ path: String) -> String {
    let folder = (path as NSString).deletingLastPathComponent
    let place = folder.isEmpty ? "." : folder
    if !FileManager.default.fileExists(atPath: place) { return "there is no folder '\(folder)'" }
    if access(place, W_OK) != 0 { return String(cString: strerror(errno)) }
    return "\(failure.what): HDF5 says: \(failure.reason)"
  }
}

/// What a file gets: names, and numbers as the layout has them.
struct DmosoptContent {
  let parameters: [DmosoptRun.Parameter]
  let constants: [(name: String, isInteger: Bool, value: Double)]
  let objectives: [String]
  let constraints: [String]
  let features: [String]
  let notes: DmosoptNotes
  let count: Int
  let parameterValues: [[Float]]
  let objectiveValues: [[Float]]
  let constraintValues: [[Float]]
  let featureValues: [[Double]]
  /// Of evaluations that took time.
  let seconds: [Double]

  init(_ problem: Problem, _ evaluations: Evaluations, _ scores: Scores, _ rows: [Int]) throws {
    parameters = problem.space.parameters.map(Self.described)
    constants = Self.constants(of: problem)
    objectives = problem.objectives.map(\.name)
    constraints = problem.constraints.map(\.name)
    features = problem.outputColumns
    notes = Self.notes(on: problem)
    count = rows.count
    parameterValues = try zip(problem.space.parameters, evaluations.parameters).map { parameter, column in
      try rows.map { try Self.single(column[$0], parameter.name) }
    }
    objectiveValues = try zip(problem.objectives, scores.costs).map { objective, column in
      try rows.map { try Self.single(column[$0], objective.name) }
    }
    constraintValues = problem.constraints.indices.map { j in
      rows.map { Self.measure(scores.satisfied[j][$0], scores.margins[j][$0]) }
    }
    featureValues = evaluations.outputs.map { column in rows.map { column[$0] } }
    seconds = rows.map { evaluations.seconds[$0] }.filter { $0 > 0 }
  }

  private static func single(_ value: Double, _ name: String) throws -> Float {
    let single = Float(value)
    if value.isFinite && !single.isFinite {
      throw ExchangeError.unwritable(
        "'\(name)' is \(value) somewhere, too large for the 32 bits that dmosopt's layout has")
    }
    return single
  }

  /// A constraint as dmosopt has it: satisfied if and only if above 0. The margin, where there is one with that sign.
  static func measure(_ satisfied: Double, _ margin: Double) -> Float {
    if satisfied.isNaN { return .nan }
    let value = margin.isNaN ? (satisfied == 1 ? 1 : -1) : Float(min(max(margin, -3e38), 3e38))
    return satisfied == 1 ? max(value, .leastNormalMagnitude) : min(value, 0)
  }

  private static func described(_ parameter: Parameter) -> DmosoptRun.Parameter {
    switch parameter.domain {
    case .real(let lower, let upper, _):
      DmosoptRun.Parameter(name: parameter.name, isInteger: false, lower: lower, upper: upper)
    case .stepped(let lower, let upper, _):
      DmosoptRun.Parameter(name: parameter.name, isInteger: parameter.isInteger, lower: lower, upper: upper)
    case .categorical(let labels):
      DmosoptRun.Parameter(name: parameter.name, isInteger: true, lower: 0, upper: Double(labels.count - 1))
    }
  }

  /// Numbers that simulators are sent beside the parameters.
  private static func constants(of problem: Problem) -> [(name: String, isInteger: Bool, value: Double)] {
    var found: [String: Double] = [:]
    for simulator in problem.simulators {
      for (name, value) in simulator.send where problem.space.index(of: name) == nil {
        switch value {
        case .number(let number): found[name] = number
        case .bool(let flag): found[name] = flag ? 1 : 0
        default: break
        }
      }
    }
    return found.keys.sorted().map { ($0, found[$0]! == found[$0]!.rounded(), found[$0]!) }
  }

  private static func notes(on problem: Problem) -> DmosoptNotes {
    var notes = DmosoptNotes()
    for parameter in problem.space.parameters {
      notes.labels[parameter.name] = parameter.labels
      notes.units[parameter.name] = parameter.unit
    }
    for objective in problem.objectives { notes.units[objective.name] = objective.unit }
    for simulator in problem.simulators {
      let units = simulator.outputs.flatMap { Array(repeating: $0.unit, count: $0.count ?? 1) }
      for (column, unit) in zip(simulator.columns, units) { notes.units[column] = unit }
    }
    notes.maximized = problem.objectives.filter { $0.sense == .maximize }.map(\.name)
    return notes
  }
}
