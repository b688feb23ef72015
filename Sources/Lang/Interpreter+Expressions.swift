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
    case .number, .percent, .duration, .bool, .string, .name: try literal(expression)
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
    case .number(let value), .percent(let value): .number(value)
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
    case .tagged(let name, _): throw Diagnostic(.expected("a value", found: "'\(name.text)'"), at: expression.span)
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
      Suggestion.nearest(to: name, among: environment.order) ?? Suggestion.nearest(to: name, among: Verb.all.map(\.name))
    return .unknownName(name, hint: near.map { "did you mean '\($0)'?" })
  }

  /// Whether the program being checked declares a name behind the place where it is used.
  private func comesLater(_ name: String, _ span: Span) -> Bool {
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
      throw Diagnostic(.wrongKind(expected: "a whole number", found: value.kindName), at: span)
    }
    guard number == number.rounded(), abs(number) < 1e15 else {
      throw Diagnostic(.notWhole(Number.text(number)), at: span)
    }
    return Int(number)
  }

  // MARK: Operators

  private func unary(_ expression: Expression) throws -> Value {
    guard case .unary(let operation, let operand) = expression.kind else { preconditionFailure("not unary") }
    return try apply(operation, to: try evaluate(operand), operand, expression.span)
  }

  private func apply(_ operation: UnaryOperator, to value: Value, _ operand: Expression, _ span: Span) throws -> Value {
    try guarded(span, [operand], symbol: nil) { () throws(Complaint) in
      switch operation {
      case .negate: try environment.tracer.negate(value)
      case .not: try environment.tracer.logic(.not, [value])
      }
    }
  }

  /// A left-leaning chain is walked in a loop, so that a long sum does not deepen the stack.
  private func binary(_ expression: Expression) throws -> Value {
    var chain: [Link] = []
    var first = expression
    while case .binary(let sign, let left, let right) = first.kind {
      chain.append(Link(sign: sign, left: left, right: right))
      first = left
    }
    var value = try evaluate(first)
    for link in chain.reversed() {
      if link.isDecided(by: value) { continue }
      value = try apply(link, value, try evaluate(link.right))
    }
    return value
  }

  /// One operator of a chain with its operands.
  private struct Link {
    let sign: Operator
    let left: Expression
    let right: Expression

    /// `false and ...`, `true or ...`
    func isDecided(by value: Value) -> Bool {
      guard case .bool(let truth) = value else { return false }
      return sign.kind == .and && !truth || sign.kind == .or && truth
    }
  }

  private func apply(_ link: Link, _ left: Value, _ right: Value) throws -> Value {
    let value = try guarded(link.sign.span, [link.left, link.right], symbol: link.sign.kind.rawValue) {
      () throws(Complaint) in
      switch link.sign.kind {
      case .and: try environment.tracer.logic(.and, [left, right])
      case .or: try environment.tracer.logic(.or, [left, right])
      default: try environment.tracer.arithmetic(link.sign.kind, left, right)
      }
    }
    if case .text(let text) = value, text.utf8.count > Self.maximumTextCount {
      throw Diagnostic(.tooLarge("text", limit: Self.maximumTextCount), at: link.sign.span)
    }
    return value
  }

  private func comparison(_ expression: Expression) throws -> Value {
    guard case .comparison(let first, let links, let tolerance) = expression.kind else {
      preconditionFailure("not a comparison")
    }
    return try compare(first, links, tolerance).holds
  }

  /// A comparison chain with its margin: the smallest of the links', nil where one has none.
  func compare(
    _ first: Expression, _ comparisons: [Comparison], _ tolerance: Expression?
  ) throws -> (holds: Value, margin: Value?) {
    let bound = try tolerance.map { try self.tolerance($0, comparisons) }
    var left = (expression: first, value: try evaluate(first))
    var holds: Value?
    var margin: Value?
    var hasMargin = true
    for link in comparisons {
      let right = (expression: link.right, value: try evaluate(link.right))
      let operands = [left.expression, right.expression]
      let leftValue = left.value
      let truth = try guarded(link.span, operands, symbol: link.kind.rawValue) { () throws(Complaint) in
        try environment.tracer.compare(link.kind, leftValue, right.value, tolerance: bound)
      }
      let own = environment.tracer.margin(link.kind, left.value, right.value, tolerance: bound)
      let (soFar, marginSoFar) = (holds, margin)
      holds = try guarded(link.span, operands, symbol: "and") { () throws(Complaint) in
        guard let soFar else { return truth }
        return try environment.tracer.logic(.and, [soFar, truth])
      }
      if let own, hasMargin {
        margin = try guarded(link.span, operands, symbol: nil) { () throws(Complaint) in
          guard let marginSoFar else { return own }
          return try environment.tracer.elementwise(.minimum, [marginSoFar, own], keepsUnit: true)
        }
      } else {
        hasMargin = false
      }
      left = right
    }
    return (holds!, hasMargin ? margin : nil)
  }

  private func tolerance(_ expression: Expression, _ comparisons: [Comparison]) throws -> Double {
    guard comparisons.contains(where: { $0.kind == .equal || $0.kind == .notEqual }) else {
      throw Diagnostic(.toleranceWithoutEquality, at: expression.span)
    }
    guard case .number(let value) = try evaluate(expression), value >= 0, value.isFinite else {
      throw Diagnostic(.wrongKind(expected: "a tolerance such as 1e-6", found: "'\(expression.span.text)'"), at: expression.span)
    }
    return value
  }

  private func choose(_ expression: Expression) throws -> Value {
    guard case .conditional(let condition, let yes, let no) = expression.kind else {
      preconditionFailure("not a conditional")
    }
    let test = try evaluate(condition)
    if case .bool(let truth) = test { return try evaluate(truth ? yes : no) }
    return try select(test, [condition, yes, no], try evaluate(yes), try evaluate(no), expression.span)
  }

  private func select(_ test: Value, _ parts: [Expression], _ a: Value, _ b: Value, _ span: Span) throws -> Value {
    if test.isUnknown { return .unknown(.any) }
    return try guarded(span, parts, symbol: nil) { () throws(Complaint) in
      guard test.isTruth || test.isSymbolic, test.isTruth else {
        throw Complaint(.wrongKind(expected: "a yes/no value", found: test.kindName), argument: 0)
      }
      return try environment.tracer.select(test, a, b)
    }
  }

  // MARK: Calls, elements, members

  private func call(_ expression: Expression) throws -> Value {
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
        .argumentCount(name.text, expected: expected, found: count), at: name.span, help: ["use it as \(own.usage)"])
    }
    return own
  }

  private func callBuiltIn(_ name: Name, _ arguments: [Expression], _ span: Span) throws -> Value {
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

  private func uncallable(_ called: Name) -> Fault {
    let name = called.text
    if comesLater(name, called.span) { return unknown(name, at: called.span) }
    if let value = lookUp(name) { return .notCallable(name, what: environment[name]?.role.name ?? value.kindName) }
    let known = Function.all.map(\.name) + environment.names { role in
      if case .function = role { true } else { false }
    }
    let near = Suggestion.nearest(to: name, among: known)
    return .unknownName(name, hint: near.map { "did you mean '\($0)'?" })
  }

  private func element(of expression: Expression) throws -> Value {
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

  private func element(_ value: Value, _ index: Int, _ span: Span) throws -> Value {
    guard case .list(let items) = value else {
      throw Diagnostic(.wrongKind(expected: "a list", found: value.kindName), at: span)
    }
    guard index >= 1 && index <= items.count else {
      throw Diagnostic(.indexOutOfRange(index, count: items.count), at: span)
    }
    return items[index - 1]
  }

  private func member(of base: Expression, _ name: Name) throws -> Value {
    let value = try evaluate(base)
    if value.isUnknown { return .unknown(.any) }
    guard case .map(let entries) = value else {
      throw Diagnostic(.wrongKind(expected: "a simulator or a map", found: value.kindName), at: base.span)
    }
    if let entry = entries.first(where: { $0.key == name.text }) { return entry.value }
    throw Diagnostic(noMember(name.text, of: base, entries.map(\.key)), at: name.span)
  }

  private func noMember(_ name: String, of base: Expression, _ known: [String]) -> Fault {
    let near = Suggestion.nearest(to: name, among: known)
    return .noSuchMember(
      name, of: base.span.text, known: known, hint: near.map { "did you mean '\($0)'?" })
  }

  // MARK: Complaints

  /// Runs an operation; what it complains of is put at the operand to blame, named in the user's own words.
  func guarded<T>(
    _ span: Span, _ operands: [Expression], symbol: String?, _ body: () throws(Complaint) -> T
  ) throws -> T {
    do {
      return try body()
    } catch {
      switch error.fault {
      case .lengthsDiffer(let left, let leftCount, let right, let rightCount):
        let (a, b) = (operands[Int(left)!], operands[Int(right)!])
        throw Diagnostic(
          .lengthsDiffer(
            left: describe(a), leftCount: leftCount, right: describe(b), rightCount: rightCount),
          at: span, marks: [a.span, b.span], help: [a, b].compactMap(origin))
      case .unitsDiffer(let left, let leftUnit, let right, let rightUnit):
        let name = { (text: String) in Int(text).map { self.describe(operands[$0]) } ?? text }
        throw Diagnostic(
          .unitsDiffer(left: name(left), leftUnit: leftUnit, right: name(right), rightUnit: rightUnit),
          at: span, marks: [left, right].compactMap { Int($0).map { operands[$0].span } })
      case .wrongKind(let expected, let found) where symbol != nil:
        throw Diagnostic(
          .wrongKind(expected: "\(expected) for '\(symbol!)'", found: found),
          at: error.argument.map { operands[$0].span } ?? span)
      default:
        throw Diagnostic(error.fault, at: error.argument.map { operands[$0].span } ?? span)
      }
    }
  }

  private func describe(_ expression: Expression) -> String {
    if case .list = expression.kind { return "the literal" }
    let text = expression.span.text
    return text.count <= 40 && !text.contains("\n") ? "'\(text)'" : "this expression"
  }

  /// Where a declared list got its length.
  private func origin(_ expression: Expression) -> String? {
    switch expression.kind {
    case .member(let base, let name):
      guard case .name(let owner) = base.kind, let binding = environment[owner],
        case .simulator(let declaration) = binding.role
      else { return nil }
      for case .output(let output) in declaration.items where output.name.text == name.text {
        let text = output.span.text.drop { $0 != " " }.trimmingPrefix(" ")
        return "'\(owner).\(name.text)' is declared at \(output.name.span.linePlace) as \(text)"
      }
      return nil
    case .name(let name):
      return environment[name].map { "'\(name)' is declared at \($0.name.span.linePlace)" }
    default: return nil
    }
  }
}
