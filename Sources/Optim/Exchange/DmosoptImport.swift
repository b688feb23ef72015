import Foundation

/// Evaluations from a file in dmosopt's layout, as a problem's own.
public struct DmosoptImport: Sendable {
  public let run: DmosoptRun
  public let problem: Int
  /// In the order of the file; see `docs/exchange.md` for what becomes of what.
  public let evaluations: Evaluations
  /// First and last epoch, where the file has them.
  public let epochs: ClosedRange<Int>?
  /// Rows at the end that some datasets lack.
  public let incomplete: Int

  /// Reads one problem of one run.
  ///
  /// - Parameters:
  ///   - group: the run; nil for the only one.
  ///   - number: the problem; nil for the only one.
  ///   - target: every parameter of the file must be one of it, and the other way round; every output must be an objective,
  ///     constraint or feature of the file.
  /// - Throws: `ExchangeError`.
  public init(path: String, group: String? = nil, problem number: Int? = nil, for target: Problem) throws {
    self = try HDF5.exclusively { hdf5 in
      let file = try DmosoptFile(hdf5, path, group: group)
      let matching = try DmosoptMatching(file.run, path, target)
      let problem = try file.problem(number)
      let columns = try file.columns(
        problem, objectives: matching.wanted(.objective), constraints: matching.wanted(.constraint),
        features: matching.wanted(.feature))
      return DmosoptImport(
        run: file.run, problem: problem, evaluations: try matching.evaluations(columns),
        epochs: Self.range(columns.epochs), incomplete: columns.incomplete)
    }
  }

  private init(
    run: DmosoptRun, problem: Int, evaluations: Evaluations, epochs: ClosedRange<Int>?, incomplete: Int
  ) {
    (self.run, self.problem, self.evaluations) = (run, problem, evaluations)
    (self.epochs, self.incomplete) = (epochs, incomplete)
  }

  private static func range(_ epochs: [Double]) -> ClosedRange<Int>? {
    guard let first = epochs.min(), let last = epochs.max() else { return nil }
    return Int(first)...Int(last)
  }
}

/// Where each parameter and output of a problem is in a file.
private struct DmosoptMatching {
  enum Part { case parameter, constant, objective, constraint, feature }
  struct Source {
    let part: Part
    let name: String
  }

  private let path: String
  private let run: DmosoptRun
  private let target: Problem
  private let notes: DmosoptNotes?
  private let parameters: [Source]
  private let outputs: [Source]

  init(_ run: DmosoptRun, _ path: String, _ target: Problem) throws {
    (self.run, self.path, self.target) = (run, path, target)
    notes = run.metadata.flatMap { text in
      (try? JSONDecoder().decode(DmosoptNotes.self, from: Data(text.utf8))).flatMap {
        $0.program.hasPrefix("dmo ") ? $0 : nil
      }
    }
    parameters = try Self.parameters(run, path, target)
    outputs = try Self.outputs(run, path, target)
    try checkConstants()
  }

  func wanted(_ part: Part) -> Set<String> { Set(outputs.filter { $0.part == part }.map(\.name)) }

  // MARK: Names

  /// The name of the file that stands for a name of the script: the same one, or the only one that is the same once everything that
  /// a name in a script cannot have is an underscore.
  private static func match(_ name: String, among names: [String]) -> String? {
    if names.contains(name) { return name }
    let near = names.filter { scriptName($0) == name }
    return near.count == 1 ? near[0] : nil
  }

  static func scriptName(_ name: String) -> String {
    let text = String(name.map { $0.isLetter || $0.isNumber || $0 == "_" ? $0 : "_" })
    return text.first?.isNumber == true ? "_" + text : text
  }

  private static func parameters(_ run: DmosoptRun, _ path: String, _ target: Problem) throws -> [Source] {
    let names = run.parameters.map(\.name)
    let found = target.space.names.map { name -> Source? in
      match(name, among: names).map { Source(part: .parameter, name: $0) }
        ?? match(name, among: run.constants.map(\.name)).map { Source(part: .constant, name: $0) }
    }
    let used = Set(found.compactMap { $0?.name })
    guard !found.contains(where: { $0 == nil }), names.allSatisfy(used.contains) else {
      throw ExchangeError.otherParameters(
        path: path, file: names, script: target.space.names, declarations: run.parameters.map(declaration))
    }
    return found.compactMap { $0 }
  }

  private static func declaration(_ parameter: DmosoptRun.Parameter) -> String {
    let (lower, upper) = (shortest(parameter.lower), shortest(parameter.upper))
    return "param \(scriptName(parameter.name)) in "
      + (parameter.isInteger ? "\(lower)..\(upper)" : "[\(lower), \(upper)]")
  }

  /// The shortest text that means the same in 32 bits.
  private static func shortest(_ value: Double) -> String {
    let text = Double(Float(value)) == value ? "\(Float(value))" : "\(value)"
    return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
  }

  private static func outputs(_ run: DmosoptRun, _ path: String, _ target: Problem) throws -> [Source] {
    let parts: [(Part, [String])] = [
      (.objective, run.objectives), (.constraint, run.constraints), (.feature, run.features),
    ]
    let found = target.outputColumns.map { column -> Source? in
      let bare = column.firstIndex(of: ".").map { String(column[column.index(after: $0)...]) } ?? column
      for name in [column, bare] {
        for (part, names) in parts where names.contains(name) { return Source(part: part, name: name) }
      }
      for (part, names) in parts {
        if let name = match(bare, among: names) { return Source(part: part, name: name) }
      }
      return nil
    }
    let missing = zip(target.outputColumns, found).filter { $0.1 == nil }.map(\.0)
    guard missing.isEmpty else {
      throw ExchangeError.missingOutputs(
        path: path, missing: missing, objectives: run.objectives, constraints: run.constraints,
        features: run.features)
    }
    return found.compactMap { $0 }
  }

  /// What both the file and a simulator call by one name must be the same in both.
  private func checkConstants() throws {
    for simulator in target.simulators {
      for constant in run.constants {
        guard let sent = simulator.send[constant.name] else { continue }
        if case .number(let value) = sent, Float(value) == Float(constant.value) { continue }
        if case .bool(let value) = sent, constant.value == (value ? 1 : 0) { continue }
        throw ExchangeError.otherConstant(
          path: path, name: constant.name, file: constant.value, script: sent.canonical,
          simulator: simulator.name)
      }
    }
  }

  // MARK: Values

  func evaluations(_ columns: DmosoptFile.Columns) throws -> Evaluations {
    let parameters = try zip(target.space.parameters, self.parameters).map { parameter, source in
      try values(of: parameter, source, columns)
    }
    let outputs = try zip(outputs, outputKinds).map { source, kind in try values(source, kind, columns) }
    var isPartial = [Bool](repeating: false, count: columns.count)
    for output in outputs { for row in output.indices where output[row].isNaN { isPartial[row] = true } }
    let failure = Failure(kind: .output, reason: "imported without all outputs")
    let partial = isPartial.indices.filter { isPartial[$0] }
    return Evaluations(
      parameterNames: target.space.names, outputNames: target.outputColumns, parameters: parameters,
      outputs: outputs,
      states: isPartial.map { $0 ? .partial : .done }, seconds: Array(repeating: 0, count: columns.count),
      failures: Dictionary(uniqueKeysWithValues: partial.map { ($0, failure) }))
  }

  private var outputKinds: [Simulator.Output.Kind] {
    target.simulators.flatMap { $0.outputs.flatMap { Array(repeating: $0.kind, count: $0.count ?? 1) } }
  }

  private func place(_ row: Int, _ source: Source) -> String {
    "\"\(path)\", row \(row + 1), '\(source.name)'"
  }

  private func values(of parameter: Parameter, _ source: Source, _ columns: DmosoptFile.Columns) throws
    -> [Double]
  {
    let column =
      source.part == .constant
      ? Array(repeating: run.constants.first { $0.name == source.name }!.value, count: columns.count)
      : columns.parameters[source.name]!
    guard let labels = parameter.labels else {
      return try column.indices.map { row in
        let value = column[row]
        guard value.isFinite || value.isNaN && parameter.condition != nil else {
          throw ExchangeError.wrongValue(
            place: place(row, source), expected: "a finite number", found: "\(value)")
        }
        return parameter.nearest(to: value)
      }
    }
    let own = notes?.labels[source.name]
    return try column.indices.map { row in
      let value = column[row]
      if value.isNaN && parameter.condition != nil { return .nan }
      let count = own?.count ?? labels.count
      guard value >= 0, value < Double(count), value == value.rounded() else {
        throw ExchangeError.wrongValue(
          place: place(row, source), expected: "the place of a label, from 0 to \(count - 1)",
          found: "\(value)")
      }
      guard let own else { return value }
      guard let index = labels.firstIndex(of: own[Int(value)]) else {
        throw ExchangeError.wrongValue(
          place: place(row, source), expected: "one of \(labels.joined(separator: ", "))",
          found: "'\(own[Int(value)])'")
      }
      return Double(index)
    }
  }

  private func values(_ source: Source, _ kind: Simulator.Output.Kind, _ columns: DmosoptFile.Columns) throws
    -> [Double]
  {
    var values: [Double]
    switch source.part {
    case .objective:
      values = columns.objectives[source.name]!
      if notes?.maximized.contains(source.name) == true { values = values.map { -$0 } }
    case .constraint:
      values = columns.constraints[source.name]!
      // dmosopt's rule: satisfied where above 0.
      if kind == .boolean { return values.map { $0.isNaN ? $0 : $0 > 0 ? 1 : 0 } }
    default: values = columns.features[source.name]!
    }
    for row in values.indices {
      let value = values[row]
      if value.isNaN { continue }
      let fits =
        switch kind {
        case .number: value.isFinite
        case .integer: value == value.rounded() && abs(value) < 9e15
        case .boolean: value == 0 || value == 1
        }
      if fits { continue }
      let expected =
        switch kind {
        case .number: "a finite number"
        case .integer: "a whole number"
        case .boolean: "0 or 1"
        }
      throw ExchangeError.wrongValue(place: place(row, source), expected: expected, found: "\(value)")
    }
    return values
  }
}

extension Parameter {
  /// The value that a number of 32 bits stands for: the bound, or the step, that has the same 32 bits; otherwise the number itself.
  ///
  /// Without this an upper bound of 0.1 would come back as 0.100000001, outside the range.
  func nearest(to value: Double) -> Double {
    let single = Float(value)
    guard Double(single) == value else { return value }
    switch domain {
    case .real(let lower, let upper, _):
      return Float(lower) == single ? lower : Float(upper) == single ? upper : value
    case .stepped(let lower, _, let step):
      let near = lower + ((value - lower) / step).rounded() * step
      return Float(near) == single ? near : value
    case .categorical: return value
    }
  }
}
