import Foundation
import Optim

extension Verb {
  static let sessionVerbs: [Verb] = [
    Verb(
      "help", "explain a verb, a function or a word; alone it lists them",
      arguments: [.optional("topic", .topic, "a verb, function, word of the language or name of yours")],
      example: "help sample", keywords: ["manual", "explain", "documentation"]
    ) { try $0.help($1) },
    Verb(
      "apropos", "find what has to do with a word", arguments: [.required("word", .topic, "any word")],
      example: "apropos front", keywords: ["search", "find"]
    ) { try $0.apropos($1) },
    Verb(
      "status", "where this session stands: problem, study, points, workers", example: "status",
      keywords: ["info", "summary", "problem"]
    ) { session, _ in try session.status() },
    Verb(
      "history", "the statements of this session",
      arguments: [.optional("count", .integer(1...1_000_000), "only the last ones")], example: "history 5",
      keywords: ["statements", "log"]
    ) { try $0.history($1) },
    Verb(
      "timing", "show after each statement how long it took",
      arguments: [.optional("switch", .choice(["on", "off"]), "on unless off is said")], example: "timing on",
      keywords: ["time", "seconds", "duration"]
    ) { session, arguments in
      session.showsTiming = arguments.word("switch") != "off"
      return .nothing
    },
    Verb(
      "reset", "forget declarations and points of this session; the study keeps its evaluations",
      example: "reset",
      keywords: ["clear", "forget", "restart"]
    ) { session, _ in try session.reset() },
    Verb("exit", "leave", example: "exit", keywords: ["quit", "leave", "bye"]) { session, _ in
      session.hasEnded = true
      return .nothing
    },
  ]
}

extension Session {
  func status() throws -> Value {
    let problem = campaign.problem
    let scores = try campaign.scores()
    var rows: [(String, String)] = []
    func add(_ what: String, _ names: [String]) {
      rows.append((what, names.isEmpty ? "none" : "\(names.count): \(names.joined(separator: ", "))"))
    }
    rows.append(("study", campaign.study.path ?? "none: evaluations are remembered for this session only"))
    rows.append(("seed", "\(campaign.seed)"))
    add("parameters", problem.space.names)
    add("simulators", problem.simulators.map(\.name))
    add("objectives", problem.objectives.map { "\($0.sense) \($0.name)" })
    add("constraints", problem.constraints.map { "\($0.name) (\($0.kind))" })
    for status in Scores.Status.allCases {
      let count = scores.rows(status).count
      if count > 0 { rows.append(("\(status) points", "\(count)")) }
    }
    rows.append(("workers", campaign.workforce.description))
    return .table(
      Table([Table.Column("what", .texts(rows.map(\.0))), Table.Column("is", .texts(rows.map(\.1)))]))
  }

  func history(_ arguments: Arguments) throws -> Value {
    let first = max(0, record.count - (arguments.integer("count") ?? record.count))
    let lines = record.indices.dropFirst(first).map {
      "\($0 + 1)  \(record[$0].replacing("\n", with: "\n     "))"
    }
    return .text(lines.joined(separator: "\n"))
  }

  func reset() throws -> Value {
    environment = Environment()
    lastModel = nil
    campaign.seed = 1
    _ = try campaign.adopt(environment.problem())
    campaign.reset()
    if let path = campaign.study.path {
      try campaign.use(try Study())
      host.note("closed \(path); its evaluations are kept")
    }
    return .nothing
  }

  // MARK: Help

  func help(_ arguments: Arguments) throws -> Value {
    guard case .word(let word, let span)? = arguments.items["topic"]?.first else {
      return .text(Help.overview)
    }
    if let text = Help.topic(word) { return .text(text) }
    if let binding = environment[word] { return .text(describe(binding)) }
    let near = Suggestion.nearest(to: word, among: Help.topics + environment.order)
    throw Diagnostic(.unknownTopic(word, hint: near.map { "did you mean '\($0)'?" }), at: span)
  }

  func describe(_ binding: Binding) -> String {
    "'\(binding.name.text)' is \(binding.role.name), declared at \(binding.name.span.linePlace)"
  }

  func apropos(_ arguments: Arguments) throws -> Value {
    guard case .word(let word, let span)? = arguments.items["word"]?.first else { return .nothing }
    let found = Help.search(word)
    guard !found.isEmpty else { throw Diagnostic(.unknownTopic(word, hint: nil), at: span) }
    return .table(
      Table([
        Table.Column("word", .texts(found.map(\.name))), Table.Column("does", .texts(found.map(\.summary))),
      ]))
  }
}
