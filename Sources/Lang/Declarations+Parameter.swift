import Optim

extension Declarations {
  func declareParameter(_ declaration: ParameterDeclaration) throws {
    let name = declaration.name
    if let old = interpreter.environment[name.text] {
      guard case .parameter = old.role else {
        throw Diagnostic(
          .alreadyDeclared(name.text, asWhat: old.role.name, at: old.name.span.linePlace), at: name.span)
      }
    }
    let isKnown = interpreter.environment[name.text] != nil
    try compileParameter(declaration)
    if isKnown { try retrace(after: name) }
  }

  /// Makes the scalar parameters and their values; also when something a condition depends on has changed.
  func compileParameter(_ declaration: ParameterDeclaration) throws {
    let name = declaration.name
    let domain = try domain(declaration)
    let count = try count(declaration.count, "parameter")
    let formula = try declaration.condition.map { try self.condition($0, of: name) }
    let scalars = (1...(count ?? 1)).map { index in
      Parameter(
        name: count == nil ? name.text : "\(name.text)[\(index)]", group: name.text,
        index: count == nil ? nil : index,
        domain: domain, unit: declaration.unit, condition: formula)
    }
    let kind: Symbolic.Kind =
      if case .categorical(let labels) = domain { .choice(labels) } else { .number }
    let values = scalars.map { scalar in
      Value.symbolic(
        Symbolic(
          term: interpreter.environment.tracer.graph.input(scalar.name), kind: kind, unit: declaration.unit))
    }
    interpreter.environment.parameters[name.text] = scalars
    interpreter.environment.bind(
      Binding(
        name, .parameter(declaration), count == nil ? values[0] : .list(values),
        expression: declaration.condition,
        uses: declaration.condition?.names ?? []))
  }

  /// A length in brackets: a whole number from 1 to 10,000.
  func count(_ expression: Expression?, _ what: String) throws -> Int? {
    guard let expression else { return nil }
    let count = try interpreter.whole(try interpreter.evaluate(expression), expression.span)
    guard (1...10_000).contains(count) else {
      throw Diagnostic(
        .valueRange("length of the \(what)", expected: "a whole number from 1 to 10000", found: "\(count)"),
        at: expression.span)
    }
    return count
  }

  // MARK: Domains

  private func domain(_ declaration: ParameterDeclaration) throws -> Parameter.Domain {
    switch declaration.domain.kind {
    case .set(let items): return try labels(items, declaration)
    case .range(let low, let high):
      return try stepped(low, high, declaration, isWhole: true)
    case .list(let items):
      guard items.count == 2 else {
        throw Diagnostic(.rangePair(found: items.count), at: declaration.domain.span)
      }
      if declaration.step != nil { return try stepped(items[0], items[1], declaration, isWhole: false) }
      return try real(items[0], items[1], declaration)
    default:
      let value = try interpreter.evaluate(declaration.domain)
      guard case .list(let bounds) = value else {
        throw Diagnostic(
          .wrongKind(expected: "a range such as [0, 1], 1..8 or {\"a\", \"b\"}", found: value.kindName),
          at: declaration.domain.span)
      }
      guard bounds.count == 2, case .number(let low) = bounds[0], case .number(let high) = bounds[1] else {
        throw Diagnostic(.rangePair(found: bounds.count), at: declaration.domain.span)
      }
      return try real(low, high, declaration)
    }
  }

  private func bound(_ expression: Expression) throws -> Double {
    let value = try interpreter.evaluate(expression)
    guard case .number(let number) = value else {
      if case .text = value {
        let help = "labels are written as a set: {\"a\", \"b\"}"
        throw Diagnostic(
          .wrongKind(expected: "a number", found: value.kindName), at: expression.span, help: [help])
      }
      throw Diagnostic(
        .wrongKind(expected: value.isSymbolic ? "a fixed number" : "a number", found: value.kindName),
        at: expression.span)
    }
    guard number.isFinite else { throw Diagnostic(.notFinite(Number.text(number)), at: expression.span) }
    return number
  }

  private func real(_ low: Expression, _ high: Expression, _ declaration: ParameterDeclaration) throws
    -> Parameter.Domain
  {
    try real(try bound(low), try bound(high), declaration)
  }

  private func real(_ low: Double, _ high: Double, _ declaration: ParameterDeclaration) throws
    -> Parameter.Domain
  {
    try requireOrder(low, high, declaration)
    guard (high - low).isFinite else {
      throw Diagnostic(.notFinite("the width inf"), at: declaration.domain.span)
    }
    if declaration.isLog && low <= 0 {
      throw Diagnostic(.logRange(declaration.name.text, lower: Number.text(low)), at: declaration.domain.span)
    }
    return .real(lower: low, upper: high, scale: declaration.isLog ? .log : .linear)
  }

  private func requireOrder(_ low: Double, _ high: Double, _ declaration: ParameterDeclaration) throws {
    guard low < high else {
      throw Diagnostic(
        .emptyRange(declaration.name.text, lower: Number.text(low), upper: Number.text(high)),
        at: declaration.domain.span)
    }
  }

  private func stepped(
    _ low: Expression, _ high: Expression, _ declaration: ParameterDeclaration, isWhole: Bool
  ) throws -> Parameter.Domain {
    if declaration.isLog {
      throw Diagnostic(
        .settingConflict("'log' needs a range of real numbers such as [1, 100]"), at: declaration.domain.span)
    }
    let lower = try bound(low)
    let upper = try bound(high)
    if isWhole {
      for (value, expression) in [(lower, low), (upper, high)] where value != value.rounded() {
        throw Diagnostic(
          .notWhole(Number.text(value)), at: expression.span,
          help: ["a range of real numbers is written [\(Number.text(lower)), \(Number.text(upper))]"])
      }
    }
    try requireOrder(lower, upper, declaration)
    let step = try declaration.step.map { try bound($0) } ?? 1
    let span = declaration.step?.span ?? declaration.domain.span
    if isWhole { _ = try interpreter.whole(.number(step), span) }
    guard step > 0, step <= upper - lower, (upper - lower) / step <= 1e9 else {
      throw Diagnostic(.stepRange(declaration.name.text, step: Number.text(step)), at: span)
    }
    return .stepped(lower: lower, upper: upper, step: step)
  }

  private func labels(_ items: [Expression], _ declaration: ParameterDeclaration) throws -> Parameter.Domain {
    for (word, isGiven) in [("log", declaration.isLog), ("step", declaration.step != nil)] where isGiven {
      throw Diagnostic(
        .settingConflict("'\(word)' needs a range of numbers, not a set of labels"),
        at: declaration.domain.span)
    }
    guard !items.isEmpty else {
      throw Diagnostic(.emptySet(declaration.name.text), at: declaration.domain.span)
    }
    var labels: [String] = []
    for item in items {
      let value = try interpreter.evaluate(item)
      guard case .text(let label) = value else {
        throw Diagnostic(.wrongKind(expected: "a label in quotes", found: value.kindName), at: item.span)
      }
      if labels.contains(label) { throw Diagnostic(.duplicateValue(label), at: item.span) }
      labels.append(label)
    }
    return .categorical(labels)
  }

  // MARK: Conditions

  /// A condition may look at parameters declared before, and at nothing else.
  private func condition(_ expression: Expression, of name: Name) throws -> Formula {
    let value = try interpreter.evaluate(expression)
    guard value.isTruth else {
      throw Diagnostic(.wrongKind(expected: "a yes/no condition", found: value.kindName), at: expression.span)
    }
    let term = interpreter.environment.tracer.term(value)
    let environment = interpreter.environment
    let formula = environment.tracer.graph.formula([term])
    let before = environment.order.prefix { $0 != name.text }.compactMap { environment.parameters[$0] }
      .joined()
    let known = Set(before.map(\.name))
    if let other = formula.inputs.first(where: { !known.contains($0) }) {
      throw Diagnostic(.conditionOnLater(other), at: expression.span)
    }
    return formula
  }
}
