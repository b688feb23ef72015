import Optim

extension Verb {
  static let samplingVerbs: [Verb] = [
    Verb(
      "sample", "propose points to evaluate; with until= also evaluate them, batch by batch",
      arguments: [
        .required("method", .choice(Samplers.all.map(\.name)), "how the points are spread"),
        .required("count", .integer(1...10_000_000), "how many points; with until= in every batch"),
      ],
      options: [
        Option(
          "until", .stopping(.sample), nil, "goes on batch by batch until a condition holds, and evaluates"),
        Option(
          "max", .integer(1...10_000_000), nil, "with until=, the largest number of points; ten batches"),
        Option(
          "surrogate", .choice(Surrogates.all.map(\.name)), OptimizationOptions.standardSurrogate,
          "with until=, what is cross-validated where the condition asks for an error"),
      ],
      condition: "keeps points whose parameters satisfy it", needs: [.parameters], result: .unknown(.points),
      example: "param x in [0, 1]\nsample sobol 8",
      keywords: ["design", "points", "random", "initial", "draw", "doe", "adaptive"]
    ) { try $0.sample($1) },
    Verb(
      "discrepancy", "how evenly points fill the space of the parameters",
      arguments: [
        .optional("points", .points, "points that a verb has returned; without them, all there are")
      ],
      needs: [.parameters], result: .unknown(.table),
      example: "param x in [0, 1]\nparam y in [0, 1]\nsample sobol 64\ndiscrepancy",
      keywords: ["even", "uniform", "space-filling", "coverage", "design", "distance"]
    ) { try $0.discrepancy($1) },
    Verb(
      "evaluate", "run the simulator on pending points, or on the points given",
      arguments: [
        .optional("points", .points, "points that a verb has returned; without them, all pending ones")
      ],
      options: [
        Option("retry", .choice(["failed"]), nil, "run failed evaluations again")
      ], needs: [.parameters], result: .unknown(.table),
      example: "param x in [0, 1]\nminimize f = x^2\nsample lh 8\nevaluate",
      keywords: ["simulate", "run", "compute"]
    ) { try $0.evaluate($1) },
    Verb(
      "load", "bring all evaluations that the study remembers into this session", needs: [.parameters],
      example: "param x in [0, 1]\nload", keywords: ["open", "restore", "resume"]
    ) { session, _ in try session.load() },
    Verb(
      "benchmark", "declare a test problem from the built-in library; alone it lists them",
      arguments: [.optional("problem", .text, "its name in quotes")],
      options: [
        Option("dim", .integer(2...1000), nil, "number of parameters, where it can be chosen"),
        Option(
          "objectives", .integer(BenchmarkProblem.objectiveRange), nil,
          "number of objectives, where it can be chosen"),
      ],
      example: "benchmark \"tnk\"", keywords: ["test", "problem", "zdt", "dtlz", "library", "suite"]
    ) { try $0.benchmark($1) },
  ]
}

extension Session {
  /// Checks that need more than one argument, before anything runs; also sums up what a script asks for.
  func checkArguments(_ arguments: Arguments, _ interpreter: Interpreter) throws {
    switch arguments.verb.name {
    case "sample": try checkSample(arguments)
    case "optimize": try checkOptimize(arguments, interpreter)
    case "benchmark": try declareBenchmark(arguments, interpreter)
    case "run": try checkRun(arguments, interpreter)
    case "reset" where interpreter.isChecking: interpreter.environment = Environment()
    default: break
    }
    if arguments.verb.name == "sample", let condition = arguments.condition, !condition.isUnknown {
      let inputs = interpreter.environment.columns(condition, named: "where").formula.inputs
      let known = Set(interpreter.environment.space.names)
      if let other = inputs.first(where: { !known.contains($0) }) {
        throw Diagnostic(.conditionOnLater(other), at: arguments.call.condition!.span)
      }
    }
  }

  func evaluate(_ arguments: Arguments) throws -> Value {
    let retry = arguments.word("retry") == "failed"
    var rows = Array(0..<campaign.archive.count)
    if let points = arguments.points("points") { rows = try rowsOf(points) }
    rows = rows.filter {
      campaign.archive.states[$0] == .pending || retry && campaign.archive.states[$0] == .failed
    }
    if rows.isEmpty {
      return .text("nothing to evaluate: no point is \(retry ? "pending or failed" : "pending")")
    }
    let summary = try campaign.evaluate(rows, retryFailed: retry, observer: host)
    var origin: [String] = []
    if summary.remembered > 0 { origin.append("\(summary.remembered) remembered") }
    if summary.computed > 0 && !campaign.problem.simulators.isEmpty {
      origin.append("\(summary.computed) simulated in \(Duration.brief(summary.seconds))")
    }
    if !origin.isEmpty { host.note(origin.joined(separator: ", ")) }
    if summary.unfinished > 0 { host.note("interrupted: \(summary.unfinished) points are still pending") }
    return .table(try evaluationTable(rows))
  }

  /// Places of points in the archive; those it does not hold are added.
  private func rowsOf(_ points: Points) throws -> [Int] {
    guard points.evaluations.parameterNames == campaign.problem.space.names else {
      throw SessionError("these points have other parameters than the problem has now")
    }
    let archive = campaign.archive
    return points.rows.indices.map { i in
      let row = points.rows[i] - 1
      let point = points.evaluations.parameterValues(i)
      if row >= 0, row < archive.count,
        archive.parameterValues(row).map(\.bitPattern) == point.map(\.bitPattern)
      {
        return row
      }
      return campaign.propose([point]).lowerBound
    }
  }

  /// What became of rows: counts by state, and failures by cause with the last line that one of them said.
  private func evaluationTable(_ rows: [Int]) throws -> Table {
    let scores = try campaign.scores()
    var lines: [(state: String, count: Int, words: String)] = []
    for status in Scores.Status.allCases.reversed() {
      let count = rows.count { scores.status[$0] == status }
      if count > 0 { lines.append(("\(status)", count, "")) }
    }
    lines += failureLines(rows, scores)
    var columns = [
      Table.Column("state", .texts(lines.map(\.state))),
      Table.Column("points", .integers(lines.map(\.count))),
      Table.Column("share", .fractions(lines.map { Double($0.count) / Double(max(rows.count, 1)) })),
    ]
    if lines.contains(where: { !$0.words.isEmpty }) {
      columns.append(Table.Column("standard error ends with", .texts(lines.map(\.words))))
    }
    return Table(title: "\(rows.count) points", columns)
  }

  private func failureLines(_ rows: [Int], _ scores: Scores) -> [(state: String, count: Int, words: String)] {
    var causes: [String: (count: Int, words: String)] = [:]
    for row in rows where scores.status[row] == .failed {
      guard let failure = scores.failure(at: row) else { continue }
      let words =
        failure.errorTail.split(whereSeparator: \.isNewline).last.map { String($0.prefix(60)) } ?? ""
      causes[failure.cause, default: (0, words)].count += 1
    }
    let worst = causes.sorted { ($1.value.count, $0.key) < ($0.value.count, $1.key) }
    var lines = worst.prefix(20).map { (state: "  " + $0.key, count: $0.value.count, words: $0.value.words) }
    if worst.count > 20 {
      let rest = worst.dropFirst(20)
      lines.append(("  \(rest.count) other causes", rest.reduce(0) { $0 + $1.value.count }, ""))
    }
    return lines
  }

  func load() throws -> Value {
    let count = try campaign.load()
    host.note("\(count) evaluation\(count == 1 ? "" : "s") loaded")
    return .nothing
  }
}

/// A fault found while a verb runs, in words for people.
struct SessionError: Error, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}

extension Duration {
  static func brief(_ duration: Swift.Duration) -> String {
    let (seconds, attoseconds) = duration.components
    let exact = Double(seconds) + Double(attoseconds) * 1e-18
    return exact < 1 ? "\(Format.short(exact * 1000)) ms" : brief(exact)
  }

  /// Rounded for people: `40 ms`, `4.2 s`, `3 min 20 s`.
  static func brief(_ seconds: Double) -> String {
    if seconds < 0.95 { return "\(Number.text((seconds * 1000).rounded())) ms" }
    if seconds < 60 { return "\(Number.text((seconds * 10).rounded() / 10)) s" }
    let whole = Int(seconds.rounded())
    if whole < 3600 { return "\(whole / 60) min \(whole % 60) s" }
    return "\(whole / 3600) h \(whole % 3600 / 60) min"
  }
}
