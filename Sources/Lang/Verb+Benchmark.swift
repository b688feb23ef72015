import Optim

extension Session {
  /// Declares the problem, in checking and in running alike, so that later statements know its names.
  func declareBenchmark(_ arguments: Arguments, _ interpreter: Interpreter) throws {
    guard let name = arguments.text("problem") else {
      if let other = ["dim", "objectives"].first(where: arguments.has) {
        throw Diagnostic(
          .settingConflict("'\(other)=' needs a problem, such as benchmark \"dtlz2\" \(other)=4"),
          at: arguments.span(of: other))
      }
      return
    }
    let span = arguments.span(of: "problem")
    guard let problem = BenchmarkProblem.named(name) else {
      let known = BenchmarkProblem.all.map(\.name)
      let near = Suggestion.nearest(to: name, among: known)
      throw Diagnostic(
        .unknownBenchmark(name, known: known, hint: near.map { "did you mean \"\($0)\"?" }), at: span)
    }
    try check(problem, arguments)
    let source = Source(
      name: "benchmark \"\(name)\"",
      text: problem.script(
        dimension: arguments.integer("dim"), objectives: arguments.integer("objectives")))
    for statement in try Parser.parseWhole(source).statements { try declare(statement, interpreter) }
  }

  private func check(_ problem: BenchmarkProblem, _ arguments: Arguments) throws {
    if !problem.hasDimension, arguments.has("dim") {
      throw Diagnostic(
        .settingConflict("\"\(problem.name)\" has a fixed number of parameters"),
        at: arguments.span(of: "dim"))
    }
    if !problem.hasObjectives, arguments.has("objectives") {
      throw Diagnostic(
        .settingConflict("\"\(problem.name)\" has a fixed number of objectives"),
        at: arguments.span(of: "objectives"),
        help: [
          "'benchmark' alone lists the problems; those of the DTLZ family and mw4, mw8 and mw14 take 'objectives='"
        ])
    }
    if problem.hasObjectives, let dimension = arguments.integer("dim") {
      let smallest = problem.smallestDimension(objectives: arguments.integer("objectives"))
      guard dimension >= smallest else {
        throw Diagnostic(
          .valueRange(
            "value of 'dim='", expected: "at least \(smallest), as many as there are objectives",
            found: "\(dimension)"), at: arguments.span(of: "dim"))
      }
    }
  }

  func benchmark(_ arguments: Arguments) throws -> Value {
    if let name = arguments.text("problem"), let problem = BenchmarkProblem.named(name) {
      let point = problem.reference(objectives: arguments.integer("objectives")).map(Number.text)
      host.note(
        "\(name): \(problem.summary) (\(problem.source)); reference point [\(point.joined(separator: ", "))]")
      return .nothing
    }
    return .table(BenchmarkProblem.table)
  }
}

extension BenchmarkProblem {
  var dimensionText: String { "\(counts.parameters)" + (hasDimension ? ", dim=" : "") }
  var objectivesText: String { "\(counts.objectives)" + (hasObjectives ? ", objectives=" : "") }
  var referenceText: String { reference().map(Number.text).joined(separator: ", ") }

  /// All of them, as `benchmark` shows them.
  static var table: Table {
    Table(
      title: "built-in test problems",
      [
        Table.Column("problem", .texts(all.map(\.name))), Table.Column("what", .texts(all.map(\.summary))),
        Table.Column("parameters", .texts(all.map(\.dimensionText))),
        Table.Column("objectives", .texts(all.map(\.objectivesText))),
        Table.Column("constraints", .integers(all.map(\.counts.constraints))),
        Table.Column("reference point", .texts(all.map(\.referenceText))),
        Table.Column("source", .texts(all.map(\.source))),
      ])
  }
}
