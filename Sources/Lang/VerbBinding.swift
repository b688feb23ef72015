import Optim

/// Matches the arguments of a call with the verb's row; every mismatch is an error that names what fits.
struct VerbBinder {
  let interpreter: Interpreter

  func bind(_ call: VerbCall) throws -> Arguments {
    guard let verb = Verb.named(call.name.text) else {
      throw Diagnostic(.unknownVerb(call.name.text, hint: nil), at: call.name.span)
    }
    var bound = Arguments(call, verb)
    try bindPositional(call, verb, &bound)
    for option in call.options { try bindOption(option, verb, &bound) }
    if let condition = call.condition {
      guard verb.condition != nil else { throw Diagnostic(.noCondition(verb.name), at: condition.span) }
      let value = try interpreter.evaluate(condition)
      guard value.isTruth || value.isUnknown else {
        throw Diagnostic(
          .wrongKind(expected: "a yes/no condition", found: value.kindName), at: condition.span)
      }
      bound.condition = value
    }
    if let destination = call.destination {
      guard verb.destination != nil else { throw Diagnostic(.noDestination(verb.name), at: destination.span) }
      guard case .text(let path) = try interpreter.evaluate(destination) else {
        throw Diagnostic(
          .wrongKind(expected: "a file name in quotes", found: "'\(destination.span.text)'"),
          at: destination.span)
      }
      bound.destination = path
    }
    return bound
  }

  private func bindPositional(_ call: VerbCall, _ verb: Verb, _ bound: inout Arguments) throws {
    var specs = verb.arguments[...]
    for expression in call.arguments {
      // An optional choice that the word is not one of leaves its place to the next argument.
      while let spec = specs.first, !spec.isRequired, specs.count > 1, !fits(expression, spec.kind) {
        specs.removeFirst()
      }
      guard let spec = specs.first else {
        throw Diagnostic(.tooManyArguments(verb.name, usage: verb.usage), at: expression.span)
      }
      bound.add(try item(expression, spec.kind, "\(spec.name) of '\(verb.name)'"), to: spec.name)
      if !spec.isRepeated { specs.removeFirst() }
    }
    if let missing = specs.first(where: { $0.isRequired && !bound.has($0.name) }) {
      throw Diagnostic(
        .missingArgument(missing.name, of: verb.name), at: call.name.span, help: ["use it as: \(verb.usage)"])
    }
  }

  private func bindOption(_ option: VerbCall.Option, _ verb: Verb, _ bound: inout Arguments) throws {
    guard let spec = verb.options.first(where: { $0.name == option.name.text }) else {
      let known = verb.options.map(\.name)
      let near = Suggestion.nearest(to: option.name.text, among: known)
      throw Diagnostic(
        .unknownOption(
          option.name.text, of: verb.name, known: known, hint: near.map { "did you mean '\($0)'?" }),
        at: option.name.span)
    }
    if case .stopping(let use) = spec.kind {
      let reader = StoppingReader(binder: self, use: use, option: spec.name + "=")
      bound.criterion = try reader.read(option.value)
      bound.add(.word(option.value.span.text, option.value.span), to: spec.name)
    } else {
      bound.add(try item(option.value, spec.kind, "value of '\(spec.name)='"), to: spec.name)
    }
  }

  private func fits(_ expression: Expression, _ kind: Verb.Kind) -> Bool {
    if case .choice(let words) = kind {
      if case .name(let word) = expression.kind { return words.contains(word) }
      return false
    }
    return true
  }

  private func item(_ expression: Expression, _ kind: Verb.Kind, _ what: String) throws -> Arguments.Item {
    switch kind {
    case .choice(let words): return try choice(expression, words, what)
    case .model(let words):
      if case .name(let name) = expression.kind, let value = interpreter.lookUp(name) {
        if !value.isUnknown { try check(value, kind, expression, what) }
        return .value(value, expression)
      }
      return try choice(expression, Surrogates.all.map(\.name) + words, what)
    case .wordOrText(let words):
      if case .string(let parts) = expression.kind {
        // A placeholder for the engine, unless the user has a name of that kind.
        let kept = parts.map { part -> StringPart in
          if case .name("ranks") = part, interpreter.lookUp("ranks") == nil { .text("{ranks}") } else { part }
        }
        return .word(try interpreter.interpolate(kept, at: expression.span), expression.span)
      }
      return try choice(expression, words, what)
    case .topic:
      switch expression.kind {
      case .name(let word): return .word(word, expression.span)
      case .string(let parts):
        return .word(try interpreter.interpolate(parts, at: expression.span), expression.span)
      default:
        throw Diagnostic(
          .wrongKind(expected: "a word", found: "'\(expression.span.text)'"), at: expression.span)
      }
    case .constraint:
      return try choice(expression, interpreter.environment.constraintNames, what)
    case .anything(let words):
      // `pareto` and the like in the place of a value are words.
      if case .name(let word) = expression.kind,
        Verb.named(word) != nil || words.contains(word) && interpreter.lookUp(word) == nil
      {
        return .word(word, expression.span)
      }
      do {
        return .value(try interpreter.evaluate(expression), expression)
      } catch let diagnostic as Diagnostic {
        // Nothing that is declared is meant; perhaps one of the words is.
        guard case .name(let name) = expression.kind, case .unknownName(_, nil) = diagnostic.fault,
          let near = Suggestion.nearest(to: name, among: words)
        else { throw diagnostic }
        throw Diagnostic(.unknownName(name, hint: "did you mean '\(near)'?"), at: expression.span)
      }
    default: return .value(try checkedValue(expression, kind, what), expression)
    }
  }

  /// A value of the kind; unknown where checking does not know it yet.
  func checkedValue(_ expression: Expression, _ kind: Verb.Kind, _ what: String) throws -> Value {
    let value = try value(expression, kind)
    if !value.isUnknown { try check(value, kind, expression, what) }
    return value
  }

  /// `of=pareto` means what the verb returns.
  private func value(_ expression: Expression, _ kind: Verb.Kind) throws -> Value {
    if case .text = kind, let word = unquoted(expression) {
      throw Diagnostic(
        .wrongKind(expected: "a text in quotes", found: "the word '\(word)'"), at: expression.span)
    }
    if case .points = kind, case .name(let word) = expression.kind, Verb.named(word) != nil,
      interpreter.lookUp(word) == nil
    {
      let name = Name(text: word, span: expression.span)
      return try interpreter.perform(
        VerbCall(
          name: name, arguments: [], options: [], condition: nil, destination: nil, span: expression.span))
    }
    return try interpreter.evaluate(expression)
  }

  /// `import points.csv`: a word or a name with an ending that stands for nothing else.
  private func unquoted(_ expression: Expression) -> String? {
    switch expression.kind {
    case .name(let name): interpreter.lookUp(name) == nil ? name : nil
    case .member(let base, let name): unquoted(base).map { "\($0).\(name.text)" }
    default: nil
    }
  }

  private func choice(_ expression: Expression, _ words: [String], _ what: String) throws -> Arguments.Item {
    let word: String
    switch expression.kind {
    case .name(let name): word = name
    case .string(let parts): word = try interpreter.interpolate(parts, at: expression.span)
    default:
      throw Diagnostic(
        .unknownChoice(expression.span.text, what: what, choices: words, hint: nil), at: expression.span)
    }
    guard words.contains(word) else {
      let near = Suggestion.nearest(to: word, among: words)
      throw Diagnostic(
        .unknownChoice(word, what: what, choices: words, hint: near.map { "did you mean '\($0)'?" }),
        at: expression.span)
    }
    return .word(word, expression.span)
  }

  private func check(_ value: Value, _ kind: Verb.Kind, _ expression: Expression, _ what: String) throws {
    func fail(_ expected: String) -> Diagnostic {
      Diagnostic(.wrongKind(expected: expected, found: value.kindName), at: expression.span)
    }
    switch (kind, value) {
    case (.integer(let range), .number):
      let count = try interpreter.whole(value, expression.span)
      guard range.contains(count) else {
        throw Diagnostic(
          .valueRange(what, expected: Self.text(range), found: "\(count)"), at: expression.span)
      }
    case (.integer, _): throw fail("a whole number")
    case (.number(let range), .number(let number)):
      guard range.contains(number) else {
        throw Diagnostic(
          .valueRange(
            what,
            expected: "a number from \(Number.text(range.lowerBound)) to \(Number.text(range.upperBound))",
            found: Number.text(number)), at: expression.span)
      }
    case (.number, _): throw fail("a number")
    case (.numbers, .list(let items)):
      for item in items {
        guard case .number = item else { throw fail("a list of numbers") }
      }
    case (.numbers, _): throw fail("a list of numbers")
    case (.duration, .duration(let seconds)) where seconds > 0: break
    case (.duration, _): throw fail("a duration such as 90s, 20min or 2h")
    case (.flag, .bool): break
    case (.flag, _): throw fail("true or false")
    case (.text, .text): break
    case (.text, _): throw fail("a text in quotes")
    case (.column, .number), (.column, .symbolic), (.column, .bool): break
    case (.column, _): throw fail("a formula over parameters, outputs or objectives")
    case (.points, .points): break
    case (.model, .model): break
    case (.model, _): throw fail("a model, as 'train' returns it, or the name of a surrogate")
    case (.points, _): throw fail("points, as 'pareto' and 'sample' return them")
    default: break
    }
  }

  private static func text(_ range: ClosedRange<Int>) -> String {
    range.upperBound >= 1_000_000_000
      ? "a whole number of at least \(range.lowerBound)"
      : "a whole number from \(range.lowerBound) to \(range.upperBound)"
  }
}
