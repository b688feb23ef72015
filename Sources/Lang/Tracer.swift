import Optim

/// Arithmetic on values: numbers are computed at once, whatever depends on parameters or outputs grows a formula.
///
/// One set of rules serves both, so a constant expression and the same expression over a parameter cannot differ.
struct Tracer: Sendable {
  var graph: TermGraph

  // MARK: Scalars

  func kind(of value: Value) -> Symbolic.Kind? {
    switch value {
    case .number: .number
    case .bool: .truth
    case .symbolic(let symbolic): symbolic.kind
    default: nil
    }
  }

  mutating func term(_ value: Value) -> TermGraph.Term {
    switch value {
    case .number(let number): graph.constant(number)
    case .bool(let truth): graph.constant(truth ? 1 : 0)
    case .symbolic(let symbolic): symbolic.term
    default: preconditionFailure("\(value.kindName) is not a scalar")
    }
  }

  /// A term as a value (the term made beforehand: an argument that grows the graph would not be seen): a plain number or yes/no where it depends on nothing.
  func value(_ term: TermGraph.Term, _ kind: Symbolic.Kind, unit: String? = nil) -> Value {
    if let constant = graph.constantValue(term) {
      return kind == .truth ? .bool(constant != 0) : .number(constant)
    }
    return .symbolic(Symbolic(term: term, kind: kind, unit: unit))
  }

  /// One operation on scalars of kind number.
  private mutating func scalar(
    _ operation: Formula.Operation, _ operands: [Value], keepsUnit: Bool
  ) throws(Complaint) -> Value {
    if let unknown = operands.first(where: \.isUnknown) { return unknown }
    for (i, operand) in operands.enumerated() {
      guard kind(of: operand) == .number else {
        throw Complaint(.wrongKind(expected: "a number", found: operand.kindName), argument: i)
      }
    }
    let numbers = operands.compactMap { operand -> Double? in
      if case .number(let number) = operand { number } else { nil }
    }
    if numbers.count == operands.count {
      return .number(operation.apply(numbers[0], numbers.count > 1 ? numbers[1] : 0))
    }
    let unit = keepsUnit ? operands.lazy.compactMap(\.unit).first : nil
    let terms = operands.map { term($0) }
    let result = graph.apply(operation, terms)
    return value(result, .number, unit: unit)
  }

  // MARK: Lists

  /// Applies `operation` element by element: lists of equal length, and scalars with lists.
  mutating func elementwise(
    _ operation: Formula.Operation, _ operands: [Value], keepsUnit: Bool
  ) throws(Complaint) -> Value {
    try spread(operands) { tracer, scalars throws(Complaint) in
      try tracer.scalar(operation, scalars, keepsUnit: keepsUnit)
    }
  }

  /// Calls `body` with scalars for every element of the lists among `operands`.
  mutating func spread(
    _ operands: [Value], _ body: (inout Tracer, [Value]) throws(Complaint) -> Value
  ) throws(Complaint) -> Value {
    var length: (index: Int, count: Int)?
    for (i, operand) in operands.enumerated() {
      guard case .list(let items) = operand else { continue }
      if let known = length, known.count != items.count {
        throw .lengths(known.index, count: known.count, i, otherCount: items.count)
      }
      length = length ?? (i, items.count)
    }
    guard let count = length?.count else { return try body(&self, operands) }
    var results: [Value] = []
    results.reserveCapacity(count)
    for k in 0..<count {
      let row = operands.map { operand in
        if case .list(let items) = operand { items[k] } else { operand }
      }
      results.append(try spread(row, body))
    }
    return .list(results)
  }

  // MARK: Arithmetic and logic

  mutating func arithmetic(_ kind: Operator.Kind, _ left: Value, _ right: Value) throws(Complaint) -> Value {
    let operation: Formula.Operation =
      switch kind {
      case .add: .add
      case .subtract: .subtract
      case .multiply: .multiply
      case .divide: .divide
      default: .power
      }
    if case .text(let a) = left, case .text(let b) = right, kind == .add { return .text(a + b) }
    return try spread([left, right]) { tracer, pair throws(Complaint) in
      if let duration = tracer.durationArithmetic(kind, pair[0], pair[1]) { return duration }
      let isSum = kind == .add || kind == .subtract
      if isSum { try tracer.requireSameUnit(pair) }
      // Products, ratios and powers are in another unit, which labels cannot tell.
      return try tracer.scalar(operation, pair, keepsUnit: isSum)
    }
  }

  /// Durations add to durations and scale with numbers.
  private func durationArithmetic(_ kind: Operator.Kind, _ left: Value, _ right: Value) -> Value? {
    switch (left, right, kind) {
    case (.duration(let a), .duration(let b), .add): .duration(a + b)
    case (.duration(let a), .duration(let b), .subtract): .duration(a - b)
    case (.duration(let a), .duration(let b), .divide): .number(a / b)
    case (.duration(let a), .number(let b), .multiply), (.number(let b), .duration(let a), .multiply):
      .duration(a * b)
    case (.duration(let a), .number(let b), .divide): .duration(a / b)
    default: nil
    }
  }

  /// - Parameter first: which operand the first of the pair is, for the message.
  func requireSameUnit(_ pair: [Value], first: Int = 0) throws(Complaint) {
    if let a = pair[0].unit, let b = pair[1].unit, a != b {
      throw .units(first, a, first + 1, b)
    }
  }

  mutating func negate(_ value: Value) throws(Complaint) -> Value {
    try spread([value]) { tracer, scalar throws(Complaint) in
      if case .duration(let seconds) = scalar[0] { return .duration(-seconds) }
      return try tracer.scalar(.negate, scalar, keepsUnit: true)
    }
  }

  /// `and`, `or`, `not` on yes/no values.
  mutating func logic(_ operation: Formula.Operation, _ operands: [Value]) throws(Complaint) -> Value {
    try spread(operands) { tracer, scalars throws(Complaint) in
      if let unknown = scalars.first(where: \.isUnknown) { return unknown }
      for (i, scalar) in scalars.enumerated() where tracer.kind(of: scalar) != .truth {
        throw Complaint(.wrongKind(expected: "a yes/no value", found: scalar.kindName), argument: i)
      }
      let terms = scalars.map { tracer.term($0) }
      let result = tracer.graph.apply(operation, terms)
      return tracer.value(result, .truth)
    }
  }

  /// `if c then a else b` where c depends on parameters or outputs.
  mutating func select(_ condition: Value, _ yes: Value, _ no: Value) throws(Complaint) -> Value {
    try spread([condition, yes, no]) { tracer, scalars throws(Complaint) in
      if let unknown = scalars.first(where: \.isUnknown) { return unknown }
      guard let a = tracer.kind(of: scalars[1]), let b = tracer.kind(of: scalars[2]), a == b else {
        throw Complaint(.branchKinds(then: scalars[1].kindName, else: scalars[2].kindName))
      }
      try tracer.requireSameUnit([scalars[1], scalars[2]], first: 1)
      let terms = scalars.map { tracer.term($0) }
      let result = tracer.graph.apply(.select, terms)
      return tracer.value(result, a, unit: scalars[1].unit ?? scalars[2].unit)
    }
  }
}
