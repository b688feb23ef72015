import Optim

extension Interpreter {
  func evaluate(_ expression: Expression) throws -> Value {
    try deeper(expression.span) {
      let value = try evaluateKind(expression)
      if case .list(let items) = value, items.count >= 16, expression.kind.isComputed {
        try step(expression.span, count: items.count / 4)
      }
      return value
    }
  }

  /// Every kind takes its parts out of the expression by itself: what is bound here would lie on the stack of every level.
  private func evaluateKind(_ expression: Expression) throws -> Value {
    switch expression.kind {
    case .number, .percent, .duration, .size, .bool, .string, .name: try literal(expression)
    case .list, .set, .map: try collection(expression)
    case .range: try range(expression)
    case .unary: try unary(expression)
    case .binary: try binary(expression)
    case .comparison: try comparison(expression)
    case .conditional: try choose(expression)
    case .call: try call(expression)
    case .index: try element(of: expression)
    case .member, .tagged, .verb: try other(expression)
    }
  }

  private func literal(_ expression: Expression) throws -> Value {
    switch expression.kind {
    case .number(let value), .percent(let value), .size(let value): .number(value)
    case .duration(let value): .duration(value)
    case .bool(let value): .bool(value)
    case .string(let parts): .text(try interpolate(parts, at: expression.span))
    case .name(let name): try resolve(name, at: expression.span)
    default: preconditionFailure("not a literal")
    }
  }

  private func collection(_ expression: Expression) throws -> Value {
    switch expression.kind {
    case .list(let items), .set(let items): try bounded(.list(try items.map(evaluate)), expression.span)
    case .map(let entries):
      try bounded(.map(try entries.map { ($0.key.text, try evaluate($0.value)) }), expression.span)
    default: preconditionFailure("not a collection")
    }
  }

  private func other(_ expression: Expression) throws -> Value {
    switch expression.kind {
    case .member(let base, let name): return try member(of: base, name)
    case .verb(let call): return try perform(call)
    case .tagged(let name, _):
      throw Diagnostic(.expected("a value", found: "'\(name.text)'"), at: expression.span)
    default: preconditionFailure("evaluated elsewhere")
    }
  }

  // MARK: Literals and names

  func interpolate(_ parts: [StringPart], at span: Span) throws -> String {
    var text = ""
    for part in parts {
      switch part {
      case .text(let plain): text += plain
      case .name(let name):
        let base = String(name.prefix { $0 != "[" })
        var value = try resolve(base, at: span)
        if base != name, let index = Int(name.dropFirst(base.count + 1).dropLast()) {
          value = try element(value, index, span)
        }
        if value.isSymbolic {
          throw Diagnostic(
            .wrongKind(expected: "a fixed value for '{\(name)}'", found: value.kindName), at: span,
            help: ["for a brace that is only a brace write \\{"])
        }
        text += value.text
      }
    }
    if text.utf8.count > Self.maximumTextCount {
      throw Diagnostic(.tooLarge("text", limit: Self.maximumTextCount), at: span)
    }
    return text
  }

  private func resolve(_ name: String, at span: Span) throws -> Value {
    if let value = lookUp(name) { return value }
    if isProbing, comesLater(name, span) { return .unknown(.any) }
    throw Diagnostic(unknown(name, at: span), at: span)
  }

  /// The best message for a name that is not declared.
  func unknown(_ name: String, at span: Span) -> Fault {
    let owners = environment.simulatorNames.filter { simulator in
      environment.simulators[simulator]!.outputs.contains { $0.name == name }
    }
    if !owners.isEmpty { return .outputWithoutSimulator(name, candidates: owners.map { "\($0).\(name)" }) }
    if let function = Function.named(name) { return .functionNeedsArguments(name, usage: function.usage) }
    if case .function(let own)? = environment[name]?.role {
      return .functionNeedsArguments(name, usage: own.usage)
    }
    if comesLater(name, span) {
      return .unknownName(name, hint: "it is declared below, in line \(upcoming[name]!.line)")
    }
    let near =
      Suggestion.nearest(to: name, among: environment.order)
      ?? Suggestion.nearest(to: name, among: Verb.all.map(\.name))
    return .unknownName(name, hint: Words.foreign[name] ?? near.map { "did you mean '\($0)'?" })
  }

  /// Whether the program being checked declares a name behind the place where it is used.
  func comesLater(_ name: String, _ span: Span) -> Bool {
    upcoming[name].map { $0.source === span.source && $0.range.lowerBound > span.range.lowerBound } ?? false
  }

  /// Lists and maps inside one another stay within bounds, and so do all values that they hold together.
  private func bounded(_ value: Value, _ span: Span) throws -> Value {
    let (depth, count) = value.extent
    if depth > Self.maximumListDepth { throw Diagnostic(.tooDeep(limit: Self.maximumListDepth), at: span) }
    if count > Self.maximumListCount {
      throw Diagnostic(.tooLarge("list", limit: Self.maximumListCount), at: span)
    }
    return value
  }

  private func range(_ expression: Expression) throws -> Value {
    guard case .range(let low, let high) = expression.kind else { preconditionFailure("not a range") }
    let a = try evaluate(low)
    let b = try evaluate(high)
    if a.isUnknown || b.isUnknown { return .unknown(.any) }
    let first = try whole(a, low.span)
    let last = try whole(b, high.span)
    guard last - first < Self.maximumListCount else {
      throw Diagnostic(.tooLarge("range", limit: Self.maximumListCount), at: low.span.through(high.span))
    }
    return .list(first <= last ? (first...last).map(Double.init) : [])
  }

  /// A whole number, small enough to count with.
  func whole(_ value: Value, _ span: Span) throws -> Int {
    guard case .number(let number) = value else {
      let expected = value.isSymbolic ? "a fixed whole number" : "a whole number"
      throw Diagnostic(.wrongKind(expected: expected, found: value.kindName), at: span)
    }
    guard number == number.rounded(), abs(number) < 1e15 else {
      throw Diagnostic(.notWhole(Number.text(number)), at: span)
    }
    return Int(number)
  }
}
