import Optim

extension Interpreter {
  func unary(_ expression: Expression) throws -> Value {
    guard case .unary(let operation, let operand) = expression.kind else { preconditionFailure("not unary") }
    return try apply(operation, to: try evaluate(operand), operand, expression.span)
  }

  private func apply(_ operation: UnaryOperator, to value: Value, _ operand: Expression, _ span: Span) throws
    -> Value
  {
    try guarded(span, [operand], symbol: nil) { () throws(Complaint) in
      switch operation {
      case .negate: try environment.tracer.negate(value)
      case .not: try environment.tracer.logic(.not, [value])
      }
    }
  }

  /// A left-leaning chain is walked in a loop, so that a long sum does not deepen the stack.
  func binary(_ expression: Expression) throws -> Value {
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

  func comparison(_ expression: Expression) throws -> Value {
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

  func tolerance(_ expression: Expression, _ comparisons: [Comparison]) throws -> Double {
    guard comparisons.contains(where: { $0.kind == .equal || $0.kind == .notEqual }) else {
      throw Diagnostic(.toleranceWithoutEquality, at: expression.span)
    }
    guard case .number(let value) = try evaluate(expression), value >= 0, value.isFinite else {
      throw Diagnostic(
        .wrongKind(expected: "a tolerance such as 1e-6", found: "'\(expression.span.text)'"),
        at: expression.span)
    }
    return value
  }

  func choose(_ expression: Expression) throws -> Value {
    guard case .conditional(let condition, let yes, let no) = expression.kind else {
      preconditionFailure("not a conditional")
    }
    let test = try evaluate(condition)
    if case .bool(let truth) = test { return try evaluate(truth ? yes : no) }
    return try select(test, [condition, yes, no], try evaluate(yes), try evaluate(no), expression.span)
  }

  private func select(_ test: Value, _ parts: [Expression], _ a: Value, _ b: Value, _ span: Span) throws
    -> Value
  {
    if test.isUnknown { return .unknown(.any) }
    return try guarded(span, parts, symbol: nil) { () throws(Complaint) in
      guard test.isTruth || test.isSymbolic, test.isTruth else {
        throw Complaint(.wrongKind(expected: "a yes/no value", found: test.kindName), argument: 0)
      }
      return try environment.tracer.select(test, a, b)
    }
  }
}
