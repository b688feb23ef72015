import Optim

/// What an expression has as its value.
public enum Value: Sendable {
  case number(Double)
  /// Seconds.
  case duration(Double)
  case bool(Bool)
  case text(String)
  case list([Value])
  case map([(key: String, value: Value)])
  /// Depends on parameters or outputs: a formula instead of a number.
  case symbolic(Symbolic)
  // Boxed, so that every value is small: the stack that evaluation needs depends on it.
  indirect case points(Points)
  indirect case table(Table)
  indirect case figure(Figure)
  indirect case report(Report)
  indirect case model(TrainedModel)
  case nothing
  /// While checking: known only when the program runs.
  case unknown(Kind)

  public enum Kind: String, Sendable {
    case any = "a value"
    case points = "a set of points"
    case table = "a table"
    case figure = "a figure"
    case model = "a model"
  }
}

/// A scalar formula with what the checker knows about it.
public struct Symbolic: Sendable {
  public enum Kind: Sendable, Equatable {
    case number
    case truth
    /// The index of a label of a categorical parameter.
    case choice([String])
  }
  let term: TermGraph.Term
  let kind: Kind
  let unit: String?
}

/// Evaluated points that a verb has returned, apart from the session's archive and later changes to it.
public struct Points: Sendable {
  /// How it came about: `pareto`, `sample`; the title of its table.
  public var title: String
  public var evaluations: Evaluations
  /// Their places in the archive at that time, counted from 1; 0 for points that are not in it.
  public var rows: [Int]
  /// The trace they were selected from.
  public var trace: Trace?
  /// What they were chosen by, one value per point each: columns behind the others.
  var measures: [(name: String, values: [Double])] = []

  /// Ends the title of points whose table shows predictions.
  static let predicted = "; predicted"

  /// Some of them, in this order.
  func keeping(_ places: [Int]) -> Points {
    Points(
      title: title, evaluations: evaluations.subset(places), rows: places.map { rows[$0] },
      trace: trace?.keeping(places),
      measures: measures.map { measure in (measure.name, places.map { measure.values[$0] }) })
  }
}

extension Value {
  static func list(_ numbers: [Double]) -> Value { .list(numbers.map(Value.number)) }

  /// How messages name the kind of a value: "a number", "a list of 3 values".
  var kindName: String {
    switch self {
    case .number: "a number"
    case .duration: "a duration"
    case .bool: "a yes/no value"
    case .text: "a text"
    case .list(let items): "a list of \(items.count) value\(items.count == 1 ? "" : "s")"
    case .map: "a map"
    case .symbolic(let symbolic):
      switch symbolic.kind {
      case .number: "a number that depends on parameters or outputs"
      case .truth: "a yes/no condition on parameters or outputs"
      case .choice: "the value of a categorical parameter"
      }
    case .points: "a set of points"
    case .table: "a table"
    case .figure: "a figure"
    case .report: "a report"
    case .model: "a model"
    case .nothing: "nothing"
    case .unknown(let kind): kind.rawValue
    }
  }

  var unit: String? {
    switch self {
    case .symbolic(let symbolic): symbolic.unit
    case .list(let items): items.lazy.compactMap(\.unit).first
    default: nil
    }
  }

  var isUnknown: Bool {
    switch self {
    case .unknown: true
    case .list(let items): items.contains(where: \.isUnknown)
    case .map(let entries): entries.contains { $0.value.isUnknown }
    default: false
    }
  }

  /// Whether any part depends on parameters or outputs.
  var isSymbolic: Bool {
    switch self {
    case .symbolic: true
    case .list(let items): items.contains(where: \.isSymbolic)
    case .map(let entries): entries.contains { $0.value.isSymbolic }
    default: false
    }
  }

  /// Whether it is of the same kind as another value; the length of a list does not matter.
  func isAlike(_ other: Value) -> Bool {
    if case .list = self, case .list = other { return true }
    return kindName == other.kindName
  }

  /// How many lists and maps lie inside one another, and how many values they hold together.
  var extent: (depth: Int, count: Int) {
    let inner: [(depth: Int, count: Int)]
    switch self {
    case .list(let items): inner = items.map(\.extent)
    case .map(let entries): inner = entries.map(\.value.extent)
    default: return (0, 1)
    }
    return inner.reduce((1, 1)) { (max($0.0, $1.depth + 1), $0.1 + $1.count) }
  }

  /// Whether it is yes/no, for numbers and formulas alike.
  var isTruth: Bool {
    switch self {
    case .bool: true
    case .symbolic(let symbolic): symbolic.kind == .truth
    default: false
    }
  }

  /// As one writes it in a program.
  public var text: String {
    switch self {
    case .number(let value): Number.text(value)
    case .duration(let value): Duration.text(value)
    case .bool(let value): value ? "true" : "false"
    case .text(let value): value
    case .list(let items): "[" + items.map(\.literal).joined(separator: ", ") + "]"
    case .map(let entries):
      "{" + entries.map { "\(Printer.key($0.key)): \($0.value.literal)" }.joined(separator: ", ") + "}"
    default: kindName
    }
  }

  /// Like `text`, with quotes around texts.
  var literal: String {
    if case .text(let value) = self { return Printer.quoted(value) }
    return text
  }

  /// For constants sent to simulators and settings in a study; nil where JSON has no counterpart.
  var json: JSON? {
    switch self {
    case .number(let value), .duration(let value): return .number(value)
    case .bool(let value): return .bool(value)
    case .text(let value): return .string(value)
    case .list(let items):
      let values = items.compactMap(\.json)
      return values.count == items.count ? .list(values) : nil
    case .map(let entries):
      var object: [String: JSON] = [:]
      for (key, value) in entries {
        guard let value = value.json else { return nil }
        object[key] = value
      }
      return .object(object)
    default: return nil
    }
  }
}

/// What a name stands for.
struct Binding: Sendable {
  indirect enum Role: Sendable {
    case parameter(ParameterDeclaration)
    case simulator(SimulatorDeclaration)
    case objective(ObjectiveDeclaration)
    case constraint
    /// `const` and `arg`.
    case constant
    /// `let`; a formula is traced again when something it depends on changes.
    case value
    case function(FunctionDeclaration)

    var name: String {
      switch self {
      case .parameter: "a parameter"
      case .simulator: "a simulator"
      case .objective: "an objective"
      case .constraint: "a constraint"
      case .constant: "a constant"
      case .value: "a value"
      case .function: "a function"
      }
    }
  }

  let name: Name
  let role: Role
  var value: Value
  /// The text of the declaration that formulas are traced from, and the loop variables it was declared under.
  let expression: Expression?
  /// Names the expression refers to, those inside functions it calls included.
  let uses: Set<String>
  let captured: [String: Value]

  init(
    _ name: Name, _ role: Role, _ value: Value, expression: Expression? = nil, uses: Set<String> = [],
    captured: [String: Value] = [:]
  ) {
    self.name = name
    self.role = role
    self.value = value
    self.expression = expression
    self.uses = uses
    self.captured = captured
  }
}
