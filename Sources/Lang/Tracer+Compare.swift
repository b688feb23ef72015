import Optim

extension Tracer {
  /// A comparison of two values, element by element.
  mutating func compare(
    _ kind: Comparison.Kind, _ left: Value, _ right: Value, tolerance: Double?
  ) throws(Complaint) -> Value {
    try spread([left, right]) { tracer, pair throws(Complaint) in
      if let unknown = pair.first(where: \.isUnknown) { return unknown }
      if let plain = tracer.comparePlain(kind, pair[0], pair[1]) { return .bool(plain) }
      if let choice = try tracer.compareChoice(kind, pair[0], pair[1]) { return choice }
      return try tracer.compareScalars(kind, pair[0], pair[1], tolerance)
    }
  }

  /// How far inside the comparison a point lies: nil where it has no margin (yes/no values, labels).
  mutating func margin(_ kind: Comparison.Kind, _ left: Value, _ right: Value, tolerance: Double?) -> Value? {
    guard self.kind(of: left) == .number, self.kind(of: right) == .number else { return nil }
    let a = term(left)
    let b = term(right)
    let distance: TermGraph.Term
    switch kind {
    case .less, .lessOrEqual: distance = graph.apply(.subtract, b, a)
    case .greater, .greaterOrEqual: distance = graph.apply(.subtract, a, b)
    case .equal, .notEqual:
      let gap = graph.apply(.absolute, graph.apply(.subtract, a, b))
      let bound = graph.constant(tolerance ?? 0)
      distance = kind == .equal ? graph.apply(.subtract, bound, gap) : graph.apply(.subtract, gap, bound)
    }
    return value(distance, .number, unit: left.unit ?? right.unit)
  }

  /// Texts and durations, which are never formulas.
  private func comparePlain(_ kind: Comparison.Kind, _ left: Value, _ right: Value) -> Bool? {
    switch (left, right) {
    case (.text(let a), .text(let b)): Self.holds(kind, a, b)
    case (.duration(let a), .duration(let b)): Self.holds(kind, a, b)
    default: nil
    }
  }

  private static func holds<T: Comparable>(_ kind: Comparison.Kind, _ a: T, _ b: T) -> Bool {
    switch kind {
    case .less: a < b
    case .lessOrEqual: a <= b
    case .greater: a > b
    case .greaterOrEqual: a >= b
    case .equal: a == b
    case .notEqual: a != b
    }
  }

  /// A categorical parameter against a label or another one with the same labels.
  private mutating func compareChoice(
    _ kind: Comparison.Kind, _ left: Value, _ right: Value
  ) throws(Complaint) -> Value? {
    let sides = [left, right]
    guard let at = sides.firstIndex(where: { self.kind(of: $0)?.labels != nil }),
      let labels = self.kind(of: sides[at])?.labels
    else { return nil }
    let other = sides[1 - at]
    let otherTerm: TermGraph.Term
    switch other {
    case .text(let label):
      guard let index = labels.firstIndex(of: label) else {
        let hint = Suggestion.nearest(to: label, among: labels).map { "did you mean \"\($0)\"?" }
        throw Complaint(
          .notAChoice(label, of: "this parameter", choices: labels, hint: hint), argument: 1 - at)
      }
      otherTerm = graph.constant(Double(index))
    case .symbolic(let symbolic) where symbolic.kind == .choice(labels): otherTerm = symbolic.term
    default: throw Complaint(.notNumericChoice(other.kindName, choices: labels), argument: 1 - at)
    }
    guard kind == .equal || kind == .notEqual else {
      throw Complaint(.operandKinds(kind.rawValue, left: left.kindName, right: right.kindName))
    }
    return equality(term(sides[at]), otherTerm, negated: kind == .notEqual)
  }

  private mutating func compareScalars(
    _ kind: Comparison.Kind, _ left: Value, _ right: Value, _ tolerance: Double?
  ) throws(Complaint) -> Value {
    guard let a = self.kind(of: left), let b = self.kind(of: right), a == b else {
      throw Complaint(.operandKinds(kind.rawValue, left: left.kindName, right: right.kindName))
    }
    try requireSameUnit([left, right])
    let x = term(left)
    let y = term(right)
    if a == .truth {
      guard kind == .equal || kind == .notEqual else {
        throw Complaint(.operandKinds(kind.rawValue, left: left.kindName, right: right.kindName))
      }
      return equality(x, y, negated: kind == .notEqual)
    }
    let holds: TermGraph.Term
    switch kind {
    case .less: holds = graph.apply(.less, x, y)
    case .lessOrEqual: holds = graph.apply(.lessOrEqual, x, y)
    case .greater: holds = graph.apply(.less, y, x)
    case .greaterOrEqual: holds = graph.apply(.lessOrEqual, y, x)
    case .equal, .notEqual:
      guard let tolerance else { return equality(x, y, negated: kind == .notEqual) }
      let gap = graph.apply(.absolute, graph.apply(.subtract, x, y))
      let close = graph.apply(.lessOrEqual, gap, graph.constant(tolerance))
      holds = kind == .equal ? close : graph.apply(.not, close)
    }
    return value(holds, .truth)
  }

  private mutating func equality(_ a: TermGraph.Term, _ b: TermGraph.Term, negated: Bool) -> Value {
    let same = graph.apply(.equal, a, b)
    let holds = negated ? graph.apply(.not, same) : same
    return value(holds, .truth)
  }
}

extension Symbolic.Kind {
  var labels: [String]? {
    if case .choice(let labels) = self { labels } else { nil }
  }
}
