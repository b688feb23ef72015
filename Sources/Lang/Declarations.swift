import Optim

/// Gives declarations their meaning in an environment; the same for checking and running.
struct Declarations {
  let interpreter: Interpreter

  private var environment: Environment {
    get { interpreter.environment }
    nonmutating set { interpreter.environment = newValue }
  }

  func declare(_ statement: Statement, overrides: [String: String]) throws {
    switch statement.kind {
    case .argument(let name, let standard): try declareArgument(name, standard, overrides)
    case .constant(let name, let value): try declareConstant(name, value)
    case .binding(let name, let value): try declareValue(name, value)
    case .function(let function): try declareFunction(function)
    case .parameter(let parameter): try declareParameter(parameter)
    case .simulator(let simulator): try declareSimulator(simulator)
    case .objective(let objective): try declareObjective(objective)
    case .constraint(let name, let condition): try declareConstraint(name, condition)
    default: preconditionFailure("not a declaration")
    }
  }

  // MARK: Names

  /// A name keeps its role: a parameter cannot become an objective.
  func claim(_ name: Name, _ role: Binding.Role) throws {
    guard let old = environment[name.text] else { return }
    let compatible: Bool =
      switch (old.role, role) {
      case (.parameter, .parameter), (.simulator, .simulator), (.objective, .objective),
        (.constraint, .constraint),
        (.function, .function), (.constant, .constant), (.value, .value):
        true
      default: false
      }
    guard compatible else {
      throw Diagnostic(
        .alreadyDeclared(name.text, asWhat: old.role.name, at: old.name.span.linePlace), at: name.span)
    }
  }

  /// Names an expression depends on, through the functions it calls.
  private func uses(_ expression: Expression) -> Set<String> {
    var found: Set<String> = []
    var waiting = Array(expression.names)
    while let name = waiting.popLast() {
      guard found.insert(name).inserted else { continue }
      if case .function(let function)? = environment[name]?.role { waiting += function.names }
    }
    return found
  }

  private func forbidSelf(_ name: Name, _ uses: Set<String>) throws {
    if uses.contains(name.text) { throw Diagnostic(.refersToItself(name.text), at: name.span) }
  }

  /// Binds, and traces again every formula if the name was known before.
  func bind(_ binding: Binding) throws {
    let wasKnown = environment[binding.name.text] != nil
    environment.bind(binding)
    if wasKnown { try retrace(after: binding.name) }
  }

  // MARK: Values

  private func declareArgument(_ name: Name, _ standard: Expression, _ overrides: [String: String]) throws {
    try claim(name, .constant)
    var value = try interpreter.evaluate(standard)
    if let text = overrides[name.text] { value = try override(name, text, standard: value) }
    try requireConcrete(value, standard)
    try bind(Binding(name, .constant, value))
  }

  /// The value given on the command line: read as the language reads it; for a text, taken as it is.
  private func override(_ name: Name, _ text: String, standard: Value) throws -> Value {
    if case .text = standard { return .text(text) }
    let expression = try Parser.argument(name.text, text)
    let value = try interpreter.evaluate(expression)
    guard value.isAlike(standard) || standard.json == nil else {
      throw Diagnostic(
        .wrongKind(
          expected: "\(standard.kindName), like the default '\(standard.text)'", found: value.kindName),
        at: expression.span)
    }
    return value
  }

  private func declareConstant(_ name: Name, _ expression: Expression) throws {
    try claim(name, .constant)
    let value = try interpreter.evaluate(expression)
    try requireConcrete(value, expression)
    try bind(Binding(name, .constant, value))
  }

  private func requireConcrete(_ value: Value, _ expression: Expression) throws {
    if value.isSymbolic {
      throw Diagnostic(
        .wrongKind(
          expected: "a value that does not depend on parameters (those are bound by 'let')",
          found: value.kindName),
        at: expression.span)
    }
  }

  private func declareValue(_ name: Name, _ expression: Expression) throws {
    try claim(name, .value)
    let value = try interpreter.evaluate(expression)
    if case .nothing = value {
      throw Diagnostic(
        .wrongKind(expected: "a value", found: "nothing: this returns none"), at: expression.span)
    }
    let uses = uses(expression)
    // A formula that extends its own earlier self stays as it is now.
    let isFormula = value.isSymbolic && !uses.contains(name.text)
    try bind(
      Binding(
        name, .value, value, expression: isFormula ? expression : nil, uses: isFormula ? uses : [],
        captured: interpreter.loopVariables))
  }

  private func declareFunction(_ function: FunctionDeclaration) throws {
    try claim(function.name, .function(function))
    try bind(Binding(function.name, .function(function), .nothing))
    if interpreter.isChecking { try interpreter.probe(function) }
  }

  // MARK: Goals

  private func declareObjective(_ objective: ObjectiveDeclaration) throws {
    try claim(objective.name, .objective(objective))
    let uses = uses(objective.value)
    try forbidSelf(objective.name, uses)
    let value = try objectiveValue(objective)
    try bind(
      Binding(
        objective.name, .objective(objective), value, expression: objective.value, uses: uses,
        captured: interpreter.loopVariables))
  }

  private func objectiveValue(_ objective: ObjectiveDeclaration) throws -> Value {
    let expression = objective.value
    let value = try interpreter.evaluate(expression)
    guard environment.tracer.kind(of: value) == .number else {
      throw Diagnostic(.wrongKind(expected: "a number", found: value.kindName), at: expression.span)
    }
    if case .number(let number) = value, !number.isFinite {
      throw Diagnostic(.notFinite(Number.text(number)), at: expression.span)
    }
    if case .symbolic(let symbolic) = value, let unit = objective.unit {
      return .symbolic(Symbolic(term: symbolic.term, kind: symbolic.kind, unit: unit))
    }
    return value
  }

  private func declareConstraint(_ name: Name, _ condition: Expression) throws {
    try claim(name, .constraint)
    let uses = uses(condition)
    try forbidSelf(name, uses)
    let terms = try constraintTerms(condition)
    environment.constraints[name.text] = terms
    try bind(
      Binding(
        name, .constraint, terms.satisfied, expression: condition, uses: uses,
        captured: interpreter.loopVariables))
  }

  /// A comparison gives a margin besides the condition itself.
  private func constraintTerms(_ condition: Expression) throws -> Environment.ConstraintTerms {
    var margin: Value?
    let satisfied: Value
    if case .comparison(let first, let links, let tolerance) = condition.kind {
      (satisfied, margin) = try interpreter.compare(first, links, tolerance)
    } else {
      satisfied = try interpreter.evaluate(condition)
    }
    guard satisfied.isTruth else { throw Diagnostic(.constraintKind(satisfied.kindName), at: condition.span) }
    return Environment.ConstraintTerms(satisfied: satisfied, margin: margin)
  }

  // MARK: Tracing again

  /// Follows a redeclaration through everything that is a formula; what no longer fits refuses the change.
  func retrace(after changed: Name) throws {
    var done: Set<String> = [changed.text]
    var open: [String] = [changed.text]
    if let binding = environment[changed.text] {
      for name in binding.uses { try visit(name, &done, &open, changed) }
    }
    open = []
    for name in environment.order { try visit(name, &done, &open, changed) }
  }

  private func visit(_ name: String, _ done: inout Set<String>, _ open: inout [String], _ changed: Name)
    throws
  {
    if open.contains(name) { throw Diagnostic(.refersToItself(name), at: changed.span) }
    guard !done.contains(name), let binding = environment[name], let expression = binding.expression else {
      return
    }
    open.append(name)
    for used in binding.uses.sorted() { try visit(used, &done, &open, changed) }
    open.removeLast()
    done.insert(name)
    do {
      try trace(binding, expression)
    } catch let error as Diagnostic {
      throw Diagnostic(
        .dependentBreaks(name, reason: error.message), at: changed.span,
        help: ["'\(name)' is declared at \(binding.name.span.linePlace)"])
    }
  }

  private func trace(_ binding: Binding, _ expression: Expression) throws {
    let value: Value
    switch binding.role {
    case .constraint:
      let terms = try interpreter.under(binding.captured) { try constraintTerms(expression) }
      environment.constraints[binding.name.text] = terms
      value = terms.satisfied
    case .objective(let objective):
      value = try interpreter.under(binding.captured) { try objectiveValue(objective) }
    case .parameter(let declaration):
      try compileParameter(declaration)
      return
    default: value = try interpreter.under(binding.captured) { try interpreter.evaluate(expression) }
    }
    environment.updateValue(binding.name.text, value)
  }
}
