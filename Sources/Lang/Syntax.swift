/// The syntax tree: what the parser makes of tokens. Plain data with spans; meaning comes later.

public struct Name: Sendable {
  public let text: String
  public let span: Span
}

public struct Expression: Sendable {
  public indirect enum Kind: Sendable {
    case number(Double)
    case duration(Double)
    /// Bytes.
    case size(Double)
    case percent(Double)
    case string([StringPart])
    case bool(Bool)
    case name(String)
    case list([Expression])
    case map([(key: Name, value: Expression)])
    /// `{"a", "b"}`: the values of a categorical parameter.
    case set([Expression])
    case range(Expression, Expression)
    case unary(UnaryOperator, Expression)
    case binary(Operator, Expression, Expression)
    /// `a <= b < c`, with `tol t` where given.
    case comparison(Expression, [Comparison], tolerance: Expression?)
    case conditional(Expression, then: Expression, else: Expression)
    case call(Name, [Expression])
    case index(Expression, Expression)
    case member(Expression, Name)
    /// A choice with its detail, in settings: `json "result.json"`.
    case tagged(Name, Expression)
    case verb(VerbCall)
  }

  public let kind: Kind
  public let span: Span
  /// How many expressions lie inside one another here: bounded by the parser, so that walking a tree needs a bounded stack.
  let depth: Int

  init(kind: Kind, span: Span) {
    self.kind = kind
    self.span = span
    depth = 1 + (kind.children.map(\.depth).max() ?? 0)
  }
}

extension Expression.Kind {
  var isNumber: Bool {
    switch self {
    case .number, .duration, .size, .percent: true
    default: false
    }
  }

  /// Whether it makes a value, where names and elements only give one that is there.
  var isComputed: Bool {
    switch self {
    case .name, .member, .index, .verb: false
    default: true
    }
  }

  /// The expressions directly inside.
  var children: [Expression] {
    switch self {
    case .number, .duration, .size, .percent, .bool, .string, .name: []
    case .list(let items), .set(let items), .call(_, let items): items
    case .map(let entries): entries.map(\.value)
    case .range(let a, let b), .binary(_, let a, let b), .index(let a, let b): [a, b]
    case .unary(_, let a), .tagged(_, let a), .member(let a, _): [a]
    case .comparison(let first, let links, let tolerance):
      [first] + links.map(\.right) + (tolerance.map { [$0] } ?? [])
    case .conditional(let condition, let yes, let no): [condition, yes, no]
    case .verb(let call):
      call.arguments + call.options.map(\.value) + [call.condition, call.destination].compactMap { $0 }
    }
  }
}

public enum UnaryOperator: String, Sendable {
  case negate = "-"
  case not
}

public struct Operator: Sendable {
  public enum Kind: String, Sendable {
    case add = "+"
    case subtract = "-"
    case multiply = "*"
    case divide = "/"
    case power = "^"
    case and
    case or
  }
  public let kind: Kind
  public let span: Span
}

public struct Comparison: Sendable {
  public enum Kind: String, Sendable {
    case less = "<"
    case lessOrEqual = "<="
    case greater = ">"
    case greaterOrEqual = ">="
    case equal = "=="
    case notEqual = "!="
  }
  public let kind: Kind
  public let span: Span
  public let right: Expression
}

/// `name argument ... option=value ... where condition to "file"`.
public struct VerbCall: Sendable {
  public struct Option: Sendable {
    public let name: Name
    public let value: Expression
  }
  public let name: Name
  public let arguments: [Expression]
  public let options: [Option]
  public let condition: Expression?
  public let destination: Expression?
  public let span: Span
}

public struct Statement: Sendable {
  public indirect enum Kind: Sendable {
    case study(Expression)
    case seed(Expression)
    case argument(Name, Expression)
    case parameter(ParameterDeclaration)
    case constant(Name, Expression)
    case binding(Name, Expression)
    case function(FunctionDeclaration)
    case simulator(SimulatorDeclaration)
    case objective(ObjectiveDeclaration)
    case constraint(Name, Expression)
    case conditional(Expression, then: [Statement], else: [Statement]?)
    case loop(Name, in: Expression, body: [Statement])
    case repetition(Expression, body: [Statement])
    case giveBack(Expression?)
    case expression(Expression)
    case verb(VerbCall)
  }

  public let kind: Kind
  public let span: Span
  /// Ended with `;`: its value is not shown.
  public let isQuiet: Bool
}

public struct ParameterDeclaration: Sendable {
  public let name: Name
  public let count: Expression?
  /// A list `[lower, upper]`, a range `lower..upper` or a set of labels.
  public let domain: Expression
  public let step: Expression?
  public let unit: String?
  public let isLog: Bool
  public let condition: Expression?
}

public struct FunctionDeclaration: Sendable {
  public let name: Name
  public let parameters: [Name]
  public enum Body: Sendable {
    case expression(Expression)
    case block([Statement])
  }
  public let body: Body

  var usage: String { "\(name.text)(\(parameters.map(\.text).joined(separator: ", ")))" }
}

public struct ObjectiveDeclaration: Sendable {
  public let isMinimized: Bool
  public let name: Name
  public let unit: String?
  public let value: Expression
}

public struct SimulatorDeclaration: Sendable {
  public struct Output: Sendable {
    public let name: Name
    public let count: Expression?
    public let kind: Name?
    public let unit: String?
    public let span: Span
  }
  public struct Setting: Sendable {
    public let name: Name
    public let value: Expression
  }
  public enum Item: Sendable {
    case output(Output)
    case setting(Setting)

    var span: Span {
      switch self {
      case .output(let output): output.span
      case .setting(let setting): setting.name.span.through(setting.value.span)
      }
    }
  }
  public let name: Name
  public let items: [Item]
}

/// A parsed text.
public struct Script: Sendable {
  public let source: Source
  public let statements: [Statement]
  let comments: [Comment]
}
