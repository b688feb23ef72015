import Optim

extension Session {
  /// Declares the problem, in checking and in running alike, so that later statements know its names.
  func declareBenchmark(_ arguments: Arguments, _ interpreter: Interpreter) throws {
    guard let name = arguments.text("problem") else { return }
    let span = arguments.span(of: "problem")
    guard let problem = BenchmarkProblem.named(name) else {
      let known = BenchmarkProblem.all.map(\.name)
      let near = Suggestion.nearest(to: name, among: known)
      throw Diagnostic(
        .unknownBenchmark(name, known: known, hint: near.map { "did you mean \"\($0)\"?" }), at: span)
    }
    if problem.dimension == nil, arguments.has("dim") {
      throw Diagnostic(
        .settingConflict("\"\(name)\" has a fixed number of parameters"), at: arguments.span(of: "dim"))
    }
    let source = Source(
      name: "benchmark \"\(name)\"", text: problem.script(dimension: arguments.integer("dim")))
    for statement in try Parser.parseWhole(source).statements { try declare(statement, interpreter) }
  }

  func benchmark(_ arguments: Arguments) throws -> Value {
    if let name = arguments.text("problem"), let problem = BenchmarkProblem.named(name) {
      let point = problem.reference.map(Number.text).joined(separator: ", ")
      host.note("\(name): \(problem.summary) (\(problem.source)); reference point [\(point)]")
      return .nothing
    }
    let all = BenchmarkProblem.all
    return .table(
      Table(
        title: "built-in test problems",
        [
          Table.Column("problem", .texts(all.map(\.name))), Table.Column("what", .texts(all.map(\.summary))),
          Table.Column("dim", .texts(all.map { $0.dimension.map { "\($0), dim=" } ?? "fixed" })),
          Table.Column(
            "reference point", .texts(all.map { $0.reference.map(Number.text).joined(separator: ", ") })),
          Table.Column("source", .texts(all.map(\.source))),
        ]))
  }
}
