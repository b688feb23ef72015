import Optim

extension Verb {
  static let viewVerbs: [Verb] = [
    Verb(
      "table", "show points or a table; with formulas, only those as columns",
      arguments: [
        .optional(
          "what", .anything(["all"]), "points, a table, or formulas; without it the session's points",
          repeated: true)
      ],
      options: [
        Option("of", .points, nil, "the points that formulas are computed for"),
        Option("by", .column, nil, "sort by this formula, smallest first"),
        Option("top", .integer(1...1_000_000), nil, "at most so many rows"),
      ], condition: "keeps rows that satisfy it", needs: [], result: .unknown(.table),
      example: "benchmark \"bnh\"\nsample sobol 8\nevaluate\ntable f1 f2 by=f1 top=3 where f1 < 50",
      keywords: ["show", "list", "print", "rows", "columns", "all"]
    ) { try $0.table($1) }
  ]
}

extension Session {
  // MARK: Tables

  func table(_ arguments: Arguments) throws -> Value {
    var isWhole = false
    var formulas: [(value: Value, text: String, span: Span)] = []
    var source: Points? = arguments.points("of").map(answered)
    for item in arguments.items["what"] ?? [] {
      switch item {
      case .word("all", _): isWhole = true
      case .word("pareto", _): source = try paretoPoints()
      case .word(let word, let span):
        throw Diagnostic(
          .wrongKind(expected: "points, a table or a formula", found: "the verb '\(word)'"), at: span)
      case .value(.points(let points), _): source = points
      case .value(.table(let table), _):
        host.present(.table(table, isWhole: isWhole || arguments.call.arguments.count > 1))
        return .nothing
      case .value(.report(let report), _):
        let whole = isWhole || arguments.call.arguments.count > 1
        host.present(.group(report.tables.map { .table($0, isWhole: whole) }))
        return .nothing
      case .value(let value, let expression): formulas.append((value, expression.span.label, expression.span))
      }
    }
    if isWhole, source == nil, formulas.isEmpty, let last = lastShown { return try whole(last) }
    for formula in formulas
    where !formula.value.isSymbolic && environment.tracer.kind(of: formula.value) == nil
      || !environment.isColumns(formula.value)
    {
      throw Diagnostic(
        .wrongKind(expected: "points, a table or a formula", found: formula.value.kindName), at: formula.span)
    }
    let base = source ?? archivePoints("session")
    let kept = try sorted(
      try filtered(base, arguments.condition), by: arguments.value("by"), top: arguments.integer("top"))
    let result = formulas.isEmpty ? try table(kept) : try formulaTable(kept, formulas)
    if isWhole {
      host.present(.table(result, isWhole: true))
      return .nothing
    }
    return .table(result)
  }

  private func formulaTable(_ points: Points, _ formulas: [(value: Value, text: String, span: Span)]) throws
    -> Table
  {
    let computed = try columns(formulas, over: points.evaluations)
    return Table(
      title: points.title, [Table.Column("row", .integers(points.rows))] + computed.map(\.tableColumn))
  }

  /// The last thing shown that is a table.
  private var lastShown: Value? {
    shown.last { value in
      switch value {
      case .points, .table, .report: true
      default: false
      }
    }
  }

  /// `table all`: the last result with every row and column.
  private func whole(_ value: Value) throws -> Value {
    switch value {
    case .points(let points): host.present(.table(try table(points, full: true), isWhole: true))
    case .table(let table): host.present(.table(table, isWhole: true))
    case .report(let report): host.present(.group(report.tables.map { .table($0, isWhole: true) }))
    default: break
    }
    return .nothing
  }

  /// What `pareto` alone returns.
  func paretoPoints() throws -> Points {
    let source = Source(name: "pareto", text: "pareto")
    let call = VerbCall(
      name: Name(text: "pareto", span: Span(source, 0..<6)), arguments: [], options: [], condition: nil,
      destination: nil,
      span: Span(source, 0..<6))
    guard case .points(let points) = try pareto(Arguments(call, Verb.named("pareto")!)) else {
      preconditionFailure()
    }
    return points
  }
}
