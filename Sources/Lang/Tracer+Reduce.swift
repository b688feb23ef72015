import Optim

extension Tracer {
  /// A reduction over one list, or over the arguments themselves: `max(list, 0)` goes element by element.
  mutating func reduce(_ reduction: Reduction, _ arguments: [Value]) throws(Complaint) -> Value {
    guard arguments.count == 1 else {
      return try spread(arguments) { tracer, scalars throws(Complaint) in
        try tracer.reduceItems(reduction, scalars, areArguments: true)
      }
    }
    if arguments[0].isUnknown { return .unknown(.any) }
    guard case .list(let items) = arguments[0] else {
      throw Complaint(.wrongKind(expected: "a list", found: arguments[0].kindName), argument: 0)
    }
    return try reduceItems(reduction, items, areArguments: false)
  }

  /// - Parameter areArguments: whether the items are arguments of their own, for messages.
  private mutating func reduceItems(
    _ reduction: Reduction, _ items: [Value], areArguments: Bool
  ) throws(Complaint) -> Value {
    if items.contains(where: \.isUnknown) { return .unknown(.any) }
    guard !items.isEmpty || reduction.allowsEmpty else {
      throw Complaint(.emptyList(reduction.noun), argument: 0)
    }
    let expected: Symbolic.Kind = reduction.takesTruths ? .truth : .number
    for (i, item) in items.enumerated() where kind(of: item) != expected {
      throw Complaint(
        .wrongKind(
          expected: (areArguments ? "" : "a list of ")
            + (reduction.takesTruths ? "yes/no values" : "numbers"),
          found: (areArguments ? "" : "a list with ") + item.kindName), argument: areArguments ? i : 0)
    }
    let unit = reduction.keepsUnit ? try commonUnit(items, areArguments) : nil
    if reduction == .median, items.count > Self.maximumMedian {
      return try longMedian(items)
    }
    let terms = items.map { term($0) }
    let result = combine(reduction, terms)
    return value(result, reduction.isTruth ? .truth : .number, unit: unit)
  }

  private func commonUnit(_ items: [Value], _ areArguments: Bool) throws(Complaint) -> String? {
    guard let first = items.firstIndex(where: { $0.unit != nil }), let unit = items[first].unit else {
      return nil
    }
    for (i, item) in items.enumerated() {
      guard let other = item.unit, other != unit else { continue }
      if areArguments { throw .units(first, unit, i, other) }
      throw Complaint(.unitsDiffer(left: "one value", leftUnit: unit, right: "another", rightUnit: other))
    }
    return unit
  }

  private mutating func combine(_ reduction: Reduction, _ terms: [TermGraph.Term]) -> TermGraph.Term {
    switch reduction {
    case .any: fold(.or, terms, empty: 0)
    case .all: fold(.and, terms, empty: 1)
    case .increasing: ordered(terms)
    case .decreasing: ordered(terms.reversed())
    case .sum, .count: fold(.add, terms, empty: 0)
    case .mean: mean(terms)
    case .minimum: fold(.minimum, terms, empty: .nan)
    case .maximum: fold(.maximum, terms, empty: .nan)
    case .median: median(terms)
    case .norm: root(sumOfSquares(terms))
    case .rootMeanSquare: root(divide(sumOfSquares(terms), terms.count))
    case .standardDeviation: standardDeviation(terms)
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

  /// A network for more values than this has too many parts; the median of plain numbers needs none.
  static let maximumMedian = 256

  private func longMedian(_ items: [Value]) throws(Complaint) -> Value {
    let numbers = items.compactMap { item -> Double? in
      if case .number(let number) = item { number } else { nil }
    }
    guard numbers.count == items.count else {
      throw Complaint(.tooLarge("list of formulas for 'median'", limit: Self.maximumMedian), argument: 0)
    }
    if numbers.contains(where: \.isNaN) { return .number(.nan) }
    let sorted = numbers.sorted()
    let middle = sorted.count / 2
    return .number(sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2)
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
