import Optim

extension Interpreter {
  func call(_ expression: Expression) throws -> Value {
    guard case .call(let name, let arguments) = expression.kind else { preconditionFailure("not a call") }
    if let own = try ownFunction(name, arguments.count) {
      return try call(own, try arguments.map(evaluate), at: expression.span)
    }
    return try callBuiltIn(name, arguments, expression.span)
  }

  private func ownFunction(_ name: Name, _ count: Int) throws -> FunctionDeclaration? {
    guard case .function(let own)? = environment[name.text]?.role else { return nil }
    guard own.parameters.count == count else {
      let expected = "\(own.parameters.count) argument\(own.parameters.count == 1 ? "" : "s")"
      throw Diagnostic(
        .argumentCount(name.text, expected: expected, found: count), at: name.span,
        help: ["use it as \(own.usage)"])
    }
    return own
  }

  func callBuiltIn(_ name: Name, _ arguments: [Expression], _ span: Span) throws -> Value {
    guard let function = Function.named(name.text) else {
      if isProbing, comesLater(name.text, name.span) { return .unknown(.any) }
      throw Diagnostic(uncallable(name), at: name.span)
    }
    guard function.arguments.contains(arguments.count) else {
      throw Diagnostic(
        .argumentCount(name.text, expected: function.argumentText, found: arguments.count), at: name.span,
        help: ["use it as \(function.usage)"])
    }
    let values = try arguments.map(evaluate)
    for value in values {
      if case .list(let items) = value { try step(span, count: function.cost(items.count)) }
    }
    return try guarded(name.span, arguments, symbol: nil) { () throws(Complaint) in
      switch function.body {
      case .elementwise(let operation, let keepsUnit):
        try environment.tracer.elementwise(operation, values, keepsUnit: keepsUnit)
      case .reduction(let reduction): try environment.tracer.reduce(reduction, values)
      case .whole(let body): try body(&environment.tracer, values)
      }
    }
  }

  func uncallable(_ called: Name) -> Fault {
    let name = called.text
    if comesLater(name, called.span) { return unknown(name, at: called.span) }
    if let value = lookUp(name) {
      return .notCallable(name, what: environment[name]?.role.name ?? value.kindName)
    }
    let known =
      Function.all.map(\.name)
      + environment.names { role in
        if case .function = role { true } else { false }
      }
    let near = Suggestion.nearest(to: name, among: known)
    return .unknownName(name, hint: Words.foreign[name] ?? near.map { "did you mean '\($0)'?" })
  }

  func element(of expression: Expression) throws -> Value {
    guard case .index(let base, let index) = expression.kind else { preconditionFailure("not an element") }
    let value = try evaluate(base)
    let position = try evaluate(index)
    if value.isUnknown || position.isUnknown { return .unknown(.any) }
    if case .map(let entries) = value, case .text(let key) = position {
      if let entry = entries.first(where: { $0.key == key }) { return entry.value }
      throw Diagnostic(noMember(key, of: base, entries.map(\.key)), at: index.span)
    }
    if case .list(let positions) = position {
      return .list(try positions.map { try element(value, try whole($0, index.span), index.span) })
    }
    return try element(value, try whole(position, index.span), index.span)
  }

  func element(_ value: Value, _ index: Int, _ span: Span) throws -> Value {
    guard case .list(let items) = value else {
      throw Diagnostic(.wrongKind(expected: "a list", found: value.kindName), at: span)
    }
    guard index >= 1 && index <= items.count else {
      throw Diagnostic(.indexOutOfRange(index, count: items.count), at: span)
    }
    return items[index - 1]
  }

  func member(of base: Expression, _ name: Name) throws -> Value {
    let value = try evaluate(base)
    if value.isUnknown { return .unknown(.any) }
    guard case .map(let entries) = value else {
      throw Diagnostic(.wrongKind(expected: "a simulator or a map", found: value.kindName), at: base.span)
    }
    if let entry = entries.first(where: { $0.key == name.text }) { return entry.value }
    throw Diagnostic(noMember(name.text, of: base, entries.map(\.key)), at: name.span)
  }

  func noMember(_ name: String, of base: Expression, _ known: [String]) -> Fault {
    let near = Suggestion.nearest(to: name, among: known)
    return .noSuchMember(
      name, of: base.span.text, known: known, hint: near.map { "did you mean '\($0)'?" })
  }
}
