import Optim

extension Tracer {
  /// A reduction over one list, or over the arguments themselves.
  mutating func reduce(_ reduction: Reduction, _ arguments: [Value]) throws(Complaint) -> Value {
    var items = arguments
    if arguments.count == 1 {
      guard case .list(let list) = arguments[0] else {
        if arguments[0].isUnknown { return .unknown(.any) }
        throw Complaint(.wrongKind(expected: "a list", found: arguments[0].kindName), argument: 0)
      }
      items = list
    }
    if items.contains(where: \.isUnknown) { return .unknown(.any) }
    guard !items.isEmpty || reduction.allowsEmpty else { throw Complaint(.emptyList("this list"), argument: 0) }
    let expected: Symbolic.Kind = reduction.takesTruths ? .truth : .number
    for item in items where kind(of: item) != expected {
      throw Complaint(
        .wrongKind(
          expected: reduction.takesTruths ? "a list of yes/no values" : "a list of numbers",
          found: "a list with \(item.kindName)"), argument: 0)
    }
    var unit: String?
    for item in items where reduction.keepsUnit {
      if let label = item.unit {
        if let unit, unit != label {
          throw Complaint(.unitsDiffer(left: "one value", leftUnit: unit, right: "another", rightUnit: label))
        }
        unit = label
      }
    }
    let terms = items.map { term($0) }
    return combine(reduction, terms, unit)
  }

  private mutating func combine(_ reduction: Reduction, _ terms: [TermGraph.Term], _ unit: String?) -> Value {
    switch reduction {
    case .any: return value(fold(.or, terms, empty: 0), .truth)
    case .all: return value(fold(.and, terms, empty: 1), .truth)
    case .increasing: return value(ordered(terms), .truth)
    case .decreasing: return value(ordered(terms.reversed()), .truth)
    case .sum, .count: return value(fold(.add, terms, empty: 0), .number, unit: unit)
    case .mean: return value(mean(terms), .number, unit: unit)
    case .minimum: return value(fold(.minimum, terms, empty: .nan), .number, unit: unit)
    case .maximum: return value(fold(.maximum, terms, empty: .nan), .number, unit: unit)
    case .median: return value(median(terms), .number, unit: unit)
    case .norm: return value(root(sumOfSquares(terms)), .number, unit: unit)
    case .rootMeanSquare: return value(root(divide(sumOfSquares(terms), terms.count)), .number, unit: unit)
    case .standardDeviation: return value(standardDeviation(terms), .number, unit: unit)
    }
  }

  private mutating func fold(
    _ operation: Formula.Operation, _ terms: [TermGraph.Term], empty: Double
  ) -> TermGraph.Term {
    guard var result = terms.first else { return graph.constant(empty) }
    for term in terms.dropFirst() { result = graph.apply(operation, result, term) }
    return result
  }

  private mutating func divide(_ term: TermGraph.Term, _ count: Int) -> TermGraph.Term {
    graph.apply(.divide, term, graph.constant(Double(count)))
  }

  private mutating func root(_ term: TermGraph.Term) -> TermGraph.Term { graph.apply(.squareRoot, term) }

  private mutating func mean(_ terms: [TermGraph.Term]) -> TermGraph.Term {
    divide(fold(.add, terms, empty: 0), terms.count)
  }

  private mutating func sumOfSquares(_ terms: [TermGraph.Term]) -> TermGraph.Term {
    let squares = terms.map { graph.apply(.multiply, $0, $0) }
    return fold(.add, squares, empty: 0)
  }

  private mutating func standardDeviation(_ terms: [TermGraph.Term]) -> TermGraph.Term {
    let center = mean(terms)
    let deviations = terms.map { graph.apply(.subtract, $0, center) }
    return root(divide(sumOfSquares(deviations), terms.count - 1))
  }

  private mutating func ordered(_ terms: [TermGraph.Term]) -> TermGraph.Term {
    let steps = zip(terms, terms.dropFirst()).map { graph.apply(.less, $0, $1) }
    return fold(.and, steps, empty: 1)
  }

  /// Sorts by an odd-even transposition network of minima and maxima, which formulas can express.
  private mutating func median(_ terms: [TermGraph.Term]) -> TermGraph.Term {
    var sorted = terms
    for pass in sorted.indices {
      for i in stride(from: pass % 2, to: sorted.count - 1, by: 2) {
        let low = graph.apply(.minimum, sorted[i], sorted[i + 1])
        sorted[i + 1] = graph.apply(.maximum, sorted[i], sorted[i + 1])
        sorted[i] = low
      }
    }
    let middle = sorted.count / 2
    if sorted.count % 2 == 1 { return sorted[middle] }
    return divide(graph.apply(.add, sorted[middle - 1], sorted[middle]), 2)
  }
}
