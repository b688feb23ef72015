import Optim

/// A verb: one row of the table from which parsing, checking, help, completion and the manual come.
public struct Verb: Sendable {
  public enum Kind: Sendable {
    /// One of these words.
    case choice([String])
    case integer(ClosedRange<Int>)
    case number(ClosedRange<Double>)
    case numbers
    case text
    /// One of these words, or a text in quotes.
    case wordOrText([String])
    /// Such as 90s or 2h.
    case duration
    /// true or false.
    case flag
    /// A condition for the end of a search or a sample, such as any(hv(0.1%), time(2h)).
    case stopping(StoppingWord.Use)
    /// A formula over parameters, outputs, objectives and derived values.
    case column
    /// Points that a verb has returned.
    case points
    /// The name of a surrogate, a model that `train` has returned, or one of these words.
    case model([String])
    /// Points, a table, a figure or formulas, or one of these words; a verb without parentheses means what it returns.
    case anything([String])
    /// A word to look up.
    case topic
    /// The name of a constraint.
    case constraint
  }

  public struct Argument: Sendable {
    public let name: String
    public let kind: Kind
    public let isRequired: Bool
    public let isRepeated: Bool
    public let summary: String

    static func required(_ name: String, _ kind: Kind, _ summary: String) -> Argument {
      Argument(name: name, kind: kind, isRequired: true, isRepeated: false, summary: summary)
    }
    static func optional(_ name: String, _ kind: Kind, _ summary: String, repeated: Bool = false) -> Argument
    {
      Argument(name: name, kind: kind, isRequired: false, isRepeated: repeated, summary: summary)
    }
  }

  public struct Option: Sendable {
    public let name: String
    public let kind: Kind
    /// As it would be written; nil where leaving it out means something of its own.
    public let standard: String?
    public let summary: String

    init(_ name: String, _ kind: Kind, _ standard: String?, _ summary: String) {
      self.name = name
      self.kind = kind
      self.standard = standard
      self.summary = summary
    }
  }

  public let name: String
  public let summary: String
  public let arguments: [Argument]
  public let options: [Option]
  /// What `where` keeps and what `to` writes; nil where the verb takes none.
  public let condition: String?
  public let destination: String?
  /// What must be declared before it can run.
  public enum Need: Sendable { case parameters, objectives, constraints }
  let needs: [Need]
  /// What it returns, for the checker.
  let result: Value
  /// A program that shows it, run by the tests.
  public let example: String
  /// Words people might look for.
  public let keywords: [String]
  let run: @Sendable (Session, Arguments) throws -> Value

  init(
    _ name: String, _ summary: String, arguments: [Argument] = [], options: [Option] = [],
    condition: String? = nil,
    destination: String? = nil, needs: [Need] = [], result: Value = .nothing, example: String,
    keywords: [String] = [],
    run: @escaping @Sendable (Session, Arguments) throws -> Value
  ) {
    self.name = name
    self.summary = summary
    self.arguments = arguments
    self.options = options
    self.condition = condition
    self.destination = destination
    self.needs = needs
    self.result = result
    self.example = example
    self.keywords = keywords
    self.run = run
  }

  public static let all: [Verb] =
    samplingVerbs + [workersVerb]
    + trainingVerbs + validationVerbs + sensitivityVerbs + traceVerbs + searchVerbs + analysisVerbs
    + viewVerbs + [plotVerb]
    + fileVerbs + sessionVerbs
  private static let byName = Dictionary(uniqueKeysWithValues: all.map { ($0.name, $0) })
  public static func named(_ name: String) -> Verb? { byName[name] }

  /// `sample METHOD N [where condition]`.
  public var usage: String {
    var words = [name]
    for argument in arguments {
      let word = argument.name.uppercased() + (argument.isRepeated ? " ..." : "")
      words.append(argument.isRequired ? word : "[\(word)]")
    }
    words += options.map { "[\($0.name)=]" }
    if condition != nil { words.append("[where CONDITION]") }
    if destination != nil { words.append("[to \"FILE\"]") }
    return words.joined(separator: " ")
  }
}

/// The arguments of a verb, checked against its row.
struct Arguments {
  enum Item {
    case word(String, Span)
    case value(Value, Expression)

    var span: Span {
      switch self {
      case .word(_, let span): span
      case .value(_, let expression): expression.span
      }
    }
  }

  let call: VerbCall
  let verb: Verb
  private(set) var items: [String: [Item]] = [:]
  var condition: Value?
  var destination: String?
  /// What `stop=` or `until=` says; nil also where checking does not know all values in it.
  var criterion: StoppingCriterion?

  init(_ call: VerbCall, _ verb: Verb) {
    self.call = call
    self.verb = verb
  }

  mutating func add(_ item: Item, to name: String) { items[name, default: []].append(item) }

  var span: Span { call.span }
  func has(_ name: String) -> Bool { items[name] != nil }

  func span(of name: String) -> Span { items[name]?.first?.span ?? call.name.span }

  func word(_ name: String) -> String? {
    if case .word(let word, _)? = items[name]?.first { return word }
    return verb.options.first { $0.name == name }?.standard
  }

  func value(_ name: String) -> Value? {
    if case .value(let value, _)? = items[name]?.first { return value }
    return nil
  }

  func number(_ name: String) -> Double? {
    if case .number(let number)? = value(name) { return number }
    return verb.options.first { $0.name == name }?.standard.flatMap(Double.init)
  }

  func integer(_ name: String) -> Int? { number(name).map { Int($0) } }

  func text(_ name: String) -> String? {
    if case .text(let text)? = value(name) { return text }
    return nil
  }

  /// Seconds.
  func duration(_ name: String) -> Double? {
    if case .duration(let seconds)? = value(name) { return seconds }
    return nil
  }

  /// False where it is not given.
  func flag(_ name: String) -> Bool {
    if case .bool(let flag)? = value(name) { return flag }
    return false
  }

  func numbers(_ name: String) -> [Double]? {
    guard case .list(let items)? = value(name) else { return nil }
    return items.compactMap { if case .number(let number) = $0 { number } else { nil } }
  }

  func points(_ name: String) -> Points? {
    if case .points(let points)? = value(name) { return points }
    return nil
  }

  func model(_ name: String) -> TrainedModel? {
    if case .model(let model)? = value(name) { return model }
    return nil
  }

  /// All values given for a repeated argument, with their texts.
  func values(_ name: String) -> [(value: Value, text: String, span: Span)] {
    (items[name] ?? []).compactMap { item in
      if case .value(let value, let expression) = item {
        (value, expression.span.text, expression.span)
      } else {
        nil
      }
    }
  }
}
