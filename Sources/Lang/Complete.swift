import Optim

/// Completion at the prompt: what could stand at the cursor.
public struct Completion: Sendable, Equatable {
  /// The bytes of the line that a candidate replaces.
  public let range: Range<Int>
  public let candidates: [String]
  /// The cursor is inside quotes: the candidates are files, which the prompt looks for.
  public let wantsFiles: Bool
}

extension Session {
  /// - Parameter line: the statement up to the cursor, earlier lines of it included.
  public func complete(_ line: String) -> Completion {
    let source = Source(name: "completion", text: line)
    let tokens = Lexer.tokenize(source).tokens.dropLast()
    let end = source.count
    if let open = openQuote(line) {
      if let names = problemNames(line, quote: open) {
        return Completion(range: open..<end, candidates: names, wantsFiles: false)
      }
      return Completion(range: open..<end, candidates: [], wantsFiles: true)
    }
    var prefix = ""
    var before = Array(tokens)
    if let last = tokens.last, last.range.upperBound == end, case .identifier(let text) = last.kind {
      prefix = text
      before.removeLast()
    }
    let range = (end - prefix.utf8.count)..<end
    let found = candidates(after: before, line: line)
    let matching = found.filter { $0.lowercased().hasPrefix(prefix.lowercased()) }
    var seen: Set<String> = []
    return Completion(
      range: range, candidates: matching.filter { seen.insert($0).inserted }, wantsFiles: false)
  }

  /// Names of built-in problems behind `benchmark "`, with the closing quote.
  private func problemNames(_ line: String, quote: Int) -> [String]? {
    let bytes = Array(line.utf8)
    let before = Source(name: "completion", text: String(decoding: bytes[..<(quote - 1)], as: UTF8.self))
    guard
      lastStatement(Array(Lexer.tokenize(before).tokens.dropLast())).map(\.kind) == [.identifier("benchmark")]
    else { return nil }
    let typed = String(decoding: bytes[quote...], as: UTF8.self)
    return BenchmarkProblem.all.map(\.name).filter { $0.hasPrefix(typed) }.map { $0 + "\"" }
  }

  /// Where the text begins that has no closing quote yet.
  private func openQuote(_ line: String) -> Int? {
    var open: Int?
    var escaped = false
    for (i, byte) in line.utf8.enumerated() {
      if escaped {
        escaped = false
      } else if byte == UInt8(ascii: "\\") && open != nil {
        escaped = true
      } else if byte == UInt8(ascii: "\"") {
        open = open == nil ? i + 1 : nil
      } else if byte == UInt8(ascii: "\n") {
        open = nil
      }
    }
    return open
  }

  private func candidates(after tokens: [Token], line: String) -> [String] {
    if case .symbol(.dot)? = tokens.last?.kind, tokens.count >= 2,
      case .identifier(let owner) = tokens[tokens.count - 2].kind
    {
      return members(of: owner)
    }
    if let block = simulatorBlock(tokens) { return settingCandidates(block) }
    let statement = lastStatement(tokens)
    guard let first = statement.first, case .identifier(let word) = first.kind else { return statementStarts }
    if word == "let", statement.count >= 3, case .identifier = statement[1].kind {
      let value = Array(statement[3...])
      guard let first = value.first else { return Verb.all.map(\.name) + names }
      if case .identifier(let word) = first.kind, let verb = Verb.named(word) {
        return candidates(for: verb, value)
      }
    }
    if let verb = Verb.named(word) { return candidates(for: verb, statement) }
    return candidates(for: word, statement)
  }

  private var statementStarts: [String] {
    Verb.all.map(\.name) + Words.declarations.map(\.word) + Words.control + names
  }

  private var names: [String] {
    environment.order.filter { $0 != "out" } + Function.all.map(\.name)
  }

  /// The tokens of the statement the cursor is in.
  private func lastStatement(_ tokens: [Token]) -> [Token] {
    var depth = 0
    for i in tokens.indices.reversed() {
      switch tokens[i].kind {
      case .symbol(.rightParenthesis), .symbol(.rightBracket), .symbol(.rightBrace): depth += 1
      case .symbol(.leftParenthesis), .symbol(.leftBracket), .symbol(.leftBrace): depth -= 1
      case .newline where depth == 0, .symbol(.semicolon) where depth == 0: return Array(tokens[(i + 1)...])
      default: break
      }
    }
    return tokens
  }

  private func members(of owner: String) -> [String] {
    guard case .map(let entries)? = environment[owner]?.value else { return [] }
    return entries.map(\.key)
  }

  private func candidates(for verb: Verb, _ statement: [Token]) -> [String] {
    if let option = openCondition(verb, statement) { return values(of: option.kind) + names }
    if case .symbol(.assign)? = statement.last?.kind, statement.count >= 2,
      case .identifier(let name) = statement[statement.count - 2].kind,
      let option = verb.options.first(where: { $0.name == name })
    {
      return values(of: option.kind)
    }
    let used = Set(
      zip(statement, statement.dropFirst()).compactMap { a, b -> String? in
        if case .identifier(let name) = a.kind, b.kind == .symbol(.assign) { name } else { nil }
      })
    let given = statement.count - 1 - 3 * used.count
    var found: [String] = []
    for (place, argument) in verb.arguments.enumerated()
    where argument.isRepeated || place >= given || !argument.isRequired {
      found += values(of: argument.kind)
    }
    // What must be said comes first: options and `where` are offered once it stands there.
    if verb.arguments.filter(\.isRequired).count > given { return found }
    found += verb.options.filter { !used.contains($0.name) }.map { $0.name + "=" }
    if verb.condition != nil { found.append("where") }
    if verb.destination != nil { found.append("to") }
    return found
  }

  /// The option whose condition, behind `stop=` or `until=`, has parentheses open at the cursor.
  private func openCondition(_ verb: Verb, _ statement: [Token]) -> Verb.Option? {
    for option in verb.options {
      guard case .stopping = option.kind,
        let start = statement.indices.dropLast().last(where: {
          statement[$0].kind == .identifier(option.name) && statement[$0 + 1].kind == .symbol(.assign)
        })
      else { continue }
      let depth = statement[start...].reduce(0) { depth, token in
        switch token.kind {
        case .symbol(.leftParenthesis): depth + 1
        case .symbol(.rightParenthesis): depth - 1
        default: depth
        }
      }
      if depth > 0 { return option }
    }
    return nil
  }

  private func values(of kind: Verb.Kind) -> [String] {
    switch kind {
    case .choice(let words), .wordOrText(let words): return words
    case .flag: return ["true", "false"]
    case .stopping(let use):
      return (StoppingWord.combinations + StoppingWord.of(use).map(\.name)).map { $0 + "(" }
    case .model(let words):
      return Surrogates.all.map(\.name) + words
        + environment.order.filter { name in
          if case .model? = environment[name]?.value { true } else { false }
        }
    case .topic: return Help.topics + environment.order
    case .constraint: return environment.constraintNames
    case .points:
      return environment.order.filter { name in
        if case .points? = environment[name]?.value { true } else { false }
      }
    case .anything(let words): return ["pareto"] + words + names
    case .column: return names
    default: return []
    }
  }

  /// Inside a declaration: settings of a simulator, words of a parameter, names elsewhere.
  private func candidates(for word: String, _ statement: [Token]) -> [String] {
    switch word {
    case "simulator": return []
    case "param":
      return ["in", "log", "step", "when"] + names
    default:
      return names + ["and", "or", "not", "then", "else", "true", "false", "tol"]
    }
  }

  /// The tokens behind the open brace of a simulator that the cursor is in.
  private func simulatorBlock(_ tokens: [Token]) -> ArraySlice<Token>? {
    var depth = 0
    for i in tokens.indices.reversed() {
      if tokens[i].kind == .symbol(.rightBrace) { depth += 1 }
      guard tokens[i].kind == .symbol(.leftBrace) else { continue }
      depth -= 1
      if depth < 0 {
        let isSimulator = i >= 2 && tokens[i - 2].kind == .identifier("simulator")
        return isSimulator ? tokens[(i + 1)...] : nil
      }
    }
    return nil
  }

  /// A setting at the start of a line, its values behind `=`.
  private func settingCandidates(_ block: ArraySlice<Token>) -> [String] {
    let line =
      block.split(omittingEmptySubsequences: false) { $0.kind == .newline || $0.kind == .symbol(.semicolon) }
      .last ?? []
    guard let first = line.first, case .identifier(let name) = first.kind else {
      return ["output"] + SimulatorSetting.all.map(\.name)
    }
    return name == "output" ? ["int", "bool"] : settingValues(name)
  }

  private func settingValues(_ name: String) -> [String] {
    switch name {
    case "mode": Simulator.Mode.allCases.map(\.rawValue)
    case "input": Simulator.Input.allCases.map(\.rawValue)
    case "on_failure": Simulator.FailurePolicy.allCases.map(\.rawValue)
    case "keep": Simulator.Keep.allCases.map(\.rawValue)
    case "read": ["json", "csv", "regex"]
    case "shell": ["true", "false"]
    default: names
    }
  }
}
