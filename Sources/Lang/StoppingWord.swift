import Optim

/// A condition that `stop=` of `optimize` or `until=` of `sample` knows: one row of the table that reading, help, completion and the manual use.
public struct StoppingWord: Sendable {
  public let name: String
  /// As scripts write it.
  public let usage: String
  public let summary: String
  /// Where it has a meaning.
  public enum Use: Sendable { case search, sample }
  let uses: [Use]
  /// Of its arguments; the ones behind `required` may be left out.
  let kinds: [Verb.Kind]
  let required: Int
  let make: @Sendable (Values) -> StoppingCriterion

  /// Values of the arguments, of the kinds that the row asks for.
  struct Values {
    let values: [Value]

    func number(_ place: Int) -> Double? {
      if place < values.count, case .number(let number) = values[place] { return number }
      return nil
    }

    func count(_ place: Int) -> Int? { number(place).map { Int($0) } }

    var seconds: Double? {
      if case .duration(let seconds)? = values.first { return seconds }
      return nil
    }

    var numbers: [Double]? {
      guard case .list(let items)? = values.first else { return nil }
      return items.compactMap { if case .number(let number) = $0 { number } else { nil } }
    }
  }

  init(
    _ usage: String, _ summary: String, _ kinds: [Verb.Kind], required: Int? = nil, uses: [Use] = [.search],
    _ make: @escaping @Sendable (Values) -> StoppingCriterion
  ) {
    name = String(usage.prefix { $0 != "(" })
    (self.usage, self.summary, self.kinds, self.make) = (usage, summary, kinds, make)
    self.uses = uses
    self.required = required ?? kinds.count
  }

  static func named(_ name: String, _ use: Use) -> StoppingWord? {
    all.first { $0.name == name && $0.uses.contains(use) }
  }

  /// Those with a meaning there.
  public static func of(_ use: Use) -> [StoppingWord] { all.filter { $0.uses.contains(use) } }

  /// What puts conditions together.
  public static let combinations = ["any", "all"]

  private static let share = Verb.Kind.number(1e-9...1)
  private static let window = Verb.Kind.integer(1...1_000_000)
  private static let standardWindow = StoppingCriterion.window

  public static let all: [StoppingWord] = [
    StoppingWord(
      "evaluations(2000)", "so many points are asked for, an initial sample included",
      [.integer(1...1_000_000_000)], uses: [.search, .sample]
    ) { .evaluations($0.count(0)!) },
    StoppingWord(
      "epochs(25)",
      "so many rounds of training, searching and evaluating are done; without a surrogate, generations",
      [.integer(1...1_000_000)]
    ) { .epochs($0.count(0)!) },
    StoppingWord(
      "time(2h)", "so much time has passed; the epoch or batch under way is finished", [.duration],
      uses: [.search, .sample]
    ) {
      .time($0.seconds!)
    },
    StoppingWord(
      "hypervolume(0.9)", "the feasible front's hypervolume has reached it",
      [.number(0...Double.greatestFiniteMagnitude)]
    ) { .hypervolume($0.number(0)!) },
    StoppingWord(
      "target([40, 50])", "one feasible point is at least this good in every objective", [.numbers]
    ) { .target($0.numbers!) },
    StoppingWord(
      "hv(0.1%, 10)",
      "the hypervolume grew by less than this share of itself over so many epochs; 10 if left out",
      [share, window], required: 1
    ) { .progress(share: $0.number(0)!, window: $0.count(1) ?? standardWindow) },
    StoppingWord(
      "convergence(0.5%, 10)",
      "in every objective both ends of the feasible front moved by less than this share of its range over so many epochs; 10 if left out",
      [share, window], required: 1
    ) { .convergence(share: $0.number(0)!, window: $0.count(1) ?? standardWindow) },
    StoppingWord(
      "stagnation(0.01%)",
      "the hypervolume grew by less than this share an epoch on every one of three scales, the last 5, 10 and 20 epochs",
      [share]
    ) { .stagnation(share: $0.number(0)!, windows: StoppingCriterion.scales) },
    StoppingWord(
      "feasible(20)", "so many points are feasible, of all that are known or of the sample's own",
      [.integer(1...1_000_000_000)],
      uses: [.search, .sample]
    ) { .feasible($0.count(0)!) },
    StoppingWord(
      "error(10%)",
      "the surrogate's cross-validated error is at most this share of the range, in the mean over objectives and margins",
      [share], uses: [.sample]
    ) { .error($0.number(0)!) },
    StoppingWord(
      "steady(10%)", "two batches in a row changed that error by less than this share of itself", [share],
      uses: [.sample]
    ) { .steady($0.number(0)!) },
  ]
}

/// Reads what stands behind `stop=` or `until=`.
struct StoppingReader {
  let binder: VerbBinder
  let use: StoppingWord.Use
  /// `stop=`
  let option: String

  /// The condition; nil where a value in it is not known yet, as in checking.
  func read(_ expression: Expression) throws -> StoppingCriterion? {
    guard case .call(let name, let arguments) = expression.kind else { throw notACondition(expression) }
    if StoppingWord.combinations.contains(name.text) {
      guard !arguments.isEmpty else {
        throw Diagnostic(
          .argumentCount(name.text, expected: "one condition or more", found: 0), at: expression.span)
      }
      let parts = try arguments.map(read)
      let known = parts.compactMap { $0 }
      if known.count < parts.count { return nil }
      return name.text == "any" ? .any(known) : .all(known)
    }
    guard let word = StoppingWord.named(name.text, use) else { throw unknown(name.text, name.span) }
    guard (word.required...word.kinds.count).contains(arguments.count) else {
      throw Diagnostic(
        .argumentCount(word.name, expected: word.argumentText, found: arguments.count), at: name.span,
        help: ["such as \(word.usage)"])
    }
    let values = try zip(arguments, word.kinds).map { argument, kind in
      try binder.checkedValue(argument, kind, "argument of '\(word.name)'")
    }
    return values.contains(where: \.isUnknown) ? nil : word.make(.init(values: values))
  }

  private func notACondition(_ expression: Expression) -> Diagnostic {
    if case .name(let name) = expression.kind {
      if let word = StoppingWord.named(name, use) {
        return Diagnostic(
          .wrongKind(expected: "what '\(name)' is to reach, in parentheses", found: "the word alone"),
          at: expression.span, help: ["such as \(word.usage)"])
      }
      return unknown(name, expression.span)
    }
    return Diagnostic(
      .wrongKind(
        expected: "a condition such as \(StoppingWord.of(use).last!.usage)",
        found: "'\(expression.span.text)'"),
      at: expression.span, help: ["any(...) and all(...) put conditions together"])
  }

  private func unknown(_ name: String, _ span: Span) -> Diagnostic {
    let known = StoppingWord.of(use).map(\.name) + StoppingWord.combinations
    let near = Suggestion.nearest(to: name, among: known)
    return Diagnostic(
      .unknownChoice(
        name, what: "condition of '\(option)'", choices: known, hint: near.map { "did you mean '\($0)'?" }),
      at: span)
  }
}

extension StoppingWord {
  fileprivate var argumentText: String {
    if required < kinds.count { return "\(required) or \(kinds.count) arguments" }
    return kinds.count == 1 ? "1 argument" : "\(kinds.count) arguments"
  }
}
