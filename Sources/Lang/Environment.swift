import Optim

/// Everything declared so far: a value, so that a failed statement leaves no trace and checking works on a copy.
struct Environment: Sendable {
  private(set) var bindings: [String: Binding] = [:]
  /// Names in order of first declaration.
  private(set) var order: [String] = []
  var tracer = Tracer(graph: TermGraph())
  /// What declarations were compiled to, by name.
  var parameters: [String: [Parameter]] = [:]
  var simulators: [String: Simulator] = [:]
  var constraints: [String: ConstraintTerms] = [:]
  var study: String?
  var seed: UInt64 = 1

  struct ConstraintTerms: Sendable {
    let satisfied: Value
    let margin: Value?
  }

  subscript(name: String) -> Binding? { bindings[name] }

  mutating func bind(_ binding: Binding) {
    if bindings.updateValue(binding, forKey: binding.name.text) == nil { order.append(binding.name.text) }
  }

  mutating func updateValue(_ name: String, _ value: Value) {
    bindings[name]?.value = value
  }

  /// Bindings in order of declaration.
  var ordered: [Binding] { order.map { bindings[$0]! } }

  func names(_ isWanted: (Binding.Role) -> Bool) -> [String] {
    ordered.filter { isWanted($0.role) }.map(\.name.text)
  }

  var objectiveNames: [String] {
    names { role in if case .objective = role { true } else { false } }
  }
  var constraintNames: [String] {
    names { role in if case .constraint = role { true } else { false } }
  }
  var parameterNames: [String] {
    names { role in if case .parameter = role { true } else { false } }
  }
  var simulatorNames: [String] {
    names { role in if case .simulator = role { true } else { false } }
  }
  /// Derived values: `let` with a formula.
  var derivedNames: [String] {
    ordered.filter { binding in
      if case .value = binding.role { binding.value.isSymbolic } else { false }
    }.map(\.name.text)
  }

  // MARK: The problem

  var space: Space { Space(parameterNames.flatMap { parameters[$0]! }) }

  /// The problem as declared so far.
  mutating func problem() -> Problem {
    let objectives = objectiveNames.map { name -> Problem.Objective in
      guard case .objective(let declaration) = bindings[name]!.role else { preconditionFailure() }
      let value = bindings[name]!.value
      return Problem.Objective(
        name: name, sense: declaration.isMinimized ? .minimize : .maximize,
        unit: declaration.unit ?? value.unit, formula: formula(value))
    }
    let parameterColumns = Set(space.names)
    let constraintList = constraintNames.map { name -> Problem.Constraint in
      let terms = constraints[name]!
      let satisfied = formula(terms.satisfied)
      let margin = terms.margin.map { formula($0) }
      return Problem.Constraint(
        name: name, satisfied: satisfied, margin: margin,
        isAPriori: satisfied.inputs.allSatisfy(parameterColumns.contains))
    }
    return Problem(
      space: space, simulators: simulatorNames.map { simulators[$0]! }, objectives: objectives,
      constraints: constraintList)
  }

  /// A scalar as a formula. A constant grows the graph, so its term comes before the copy that the formula is taken from.
  private mutating func formula(_ value: Value) -> Formula {
    let term = tracer.term(value)
    return tracer.graph.formula([term])
  }

  /// Whether a value is made of numbers, yes/no values and labels only, so that it can be computed for every point.
  func isColumns(_ value: Value) -> Bool {
    switch value {
    case .list(let items): items.allSatisfy(isColumns)
    case .map(let entries): entries.allSatisfy { isColumns($0.value) }
    default: tracer.kind(of: value) != nil
    }
  }

  /// A value over columns as one formula with a result per element, with names and units for its columns.
  mutating func columns(_ value: Value, named name: String) -> (
    formula: Formula, columns: [(name: String, value: Value)]
  ) {
    var flat: [(String, Value)] = []
    func flatten(_ value: Value, _ name: String) {
      if case .list(let items) = value {
        for (i, item) in items.enumerated() { flatten(item, "\(name)[\(i + 1)]") }
      } else if case .map(let entries) = value {
        for entry in entries { flatten(entry.value, "\(name).\(entry.key)") }
      } else {
        flat.append((name, value))
      }
    }
    flatten(value, name)
    let terms = flat.map { tracer.term($0.1) }
    return (tracer.graph.formula(terms), flat)
  }
}
