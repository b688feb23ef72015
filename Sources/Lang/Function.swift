import Optim

/// A built-in function: one row of the table that evaluation, checking, help and completion read.
public struct Function: Sendable {
  enum Body: Sendable {
    /// Element by element.
    case elementwise(Formula.Operation, keepsUnit: Bool)
    /// Over the values of one list, or over several arguments.
    case reduction(Reduction)
    /// On whole values.
    case whole(@Sendable (inout Tracer, [Value]) throws(Complaint) -> Value)
  }

  public let usage: String
  public let summary: String
  /// Prompt text with its value, run by the tests.
  public let example: (text: String, value: String)
  let arguments: ClosedRange<Int>
  let body: Body

  public var name: String { String(usage.prefix { $0 != "(" }) }

  public static func named(_ name: String) -> Function? { byName[name] }
  private static let byName = Dictionary(uniqueKeysWithValues: all.map { ($0.name, $0) })

  public static let all: [Function] = elementwise + reductions + wholes

  private static func map(
    _ usage: String, _ operation: Formula.Operation, _ summary: String, _ example: (String, String),
    keepsUnit: Bool = false
  ) -> Function {
    Function(
      usage: usage, summary: summary, example: example, arguments: operation.arity...operation.arity,
      body: .elementwise(operation, keepsUnit: keepsUnit))
  }

  private static let elementwise: [Function] = [
    map("abs(x)", .absolute, "absolute value", ("abs(-3)", "3"), keepsUnit: true),
    map("sqrt(x)", .squareRoot, "square root", ("sqrt(2.25)", "1.5")),
    map("exp(x)", .exponential, "e to the power x", ("exp(0)", "1")),
    map("log(x)", .logarithm, "natural logarithm", ("log(1)", "0")),
    map("log10(x)", .logarithm10, "decimal logarithm", ("log10(1000)", "3")),
    map("log2(x)", .logarithm2, "binary logarithm", ("log2(8)", "3")),
    map("sin(x)", .sine, "sine of an angle in radians", ("sin(0)", "0")),
    map("cos(x)", .cosine, "cosine of an angle in radians", ("cos(0)", "1")),
    map("tan(x)", .tangent, "tangent of an angle in radians", ("tan(0)", "0")),
    map("asin(x)", .arcsine, "inverse sine, in radians", ("asin(0)", "0")),
    map("acos(x)", .arccosine, "inverse cosine, in radians", ("acos(1)", "0")),
    map("atan(x)", .arctangent, "inverse tangent, in radians", ("atan(0)", "0")),
    map("atan2(y, x)", .atan2, "angle of the point (x, y), in radians", ("atan2(0, 1)", "0")),
    map("sinh(x)", .sinhyp, "hyperbolic sine", ("sinh(0)", "0")),
    map("cosh(x)", .coshyp, "hyperbolic cosine", ("cosh(0)", "1")),
    map("tanh(x)", .tanhyp, "hyperbolic tangent", ("tanh(0)", "0")),
    map("pow(x, y)", .power, "x to the power y, the same as x^y", ("pow(2, 10)", "1024")),
    map(
      "mod(x, y)", .modulo, "remainder of x / y with the sign of y", ("mod(-1, 3)", "2"), keepsUnit: true),
    map(
      "round(x)", .round, "nearest whole number, halves away from zero", ("round(2.5)", "3"), keepsUnit: true),
    map("floor(x)", .floor, "largest whole number not above x", ("floor(-0.5)", "-1"), keepsUnit: true),
    map("ceil(x)", .ceiling, "smallest whole number not below x", ("ceil(0.5)", "1"), keepsUnit: true),
    map("sign(x)", .sign, "-1, 0 or 1", ("sign(-3)", "-1")),
  ]

  private static func reduce(
    _ usage: String, _ reduction: Reduction, _ summary: String, _ example: (String, String)
  ) -> Function {
    Function(
      usage: usage, summary: summary, example: example, arguments: 1...Int.max, body: .reduction(reduction))
  }

  private static let reductions: [Function] = [
    reduce("sum(list)", .sum, "sum of the values", ("sum([1, 2, 3])", "6")),
    reduce("mean(list)", .mean, "arithmetic mean", ("mean([1, 2, 6])", "3")),
    reduce("min(list)", .minimum, "smallest value; also min(a, b, ...)", ("min(3, 1, 2)", "1")),
    reduce("max(list)", .maximum, "largest value; also max(a, b, ...)", ("max([3, 1, 2])", "3")),
    reduce("rms(list)", .rootMeanSquare, "root of the mean square", ("rms([3, -3])", "3")),
    reduce("norm(list)", .norm, "Euclidean norm, the root of the sum of squares", ("norm([3, 4])", "5")),
    reduce("std(list)", .standardDeviation, "standard deviation (divides by n - 1)", ("std([1, 2, 3])", "1")),
    reduce("median(list)", .median, "middle value", ("median([5, 1, 2])", "2")),
    reduce("count(list)", .count, "how many of the conditions hold", ("count([1 < 2, 3 < 2])", "1")),
    reduce("any(list)", .any, "whether at least one condition holds", ("any([1 < 2, 3 < 2])", "true")),
    reduce("all(list)", .all, "whether every condition holds", ("all([1 < 2, 3 < 2])", "false")),
    reduce(
      "increasing(list)", .increasing, "whether each value is larger than the one before",
      ("increasing([1, 2, 2])", "false")),
    reduce(
      "decreasing(list)", .decreasing, "whether each value is smaller than the one before",
      ("decreasing([3, 2, 1])", "true")),
  ]

  private static let wholes: [Function] = [
    Function(
      usage: "clamp(x, low, high)", summary: "x, but not below low or above high",
      example: ("clamp(7, 0, 5)", "5"), arguments: 3...3,
      body: .whole { tracer, arguments throws(Complaint) in
        let raised = try tracer.elementwise(.maximum, [arguments[0], arguments[1]], keepsUnit: true)
        return try tracer.elementwise(.minimum, [raised, arguments[2]], keepsUnit: true)
      }),
    Function(
      usage: "dot(a, b)", summary: "sum of the products of two lists", example: ("dot([1, 2], [3, 4])", "11"),
      arguments: 2...2,
      body: .whole { tracer, arguments throws(Complaint) in
        let products = try tracer.elementwise(.multiply, arguments, keepsUnit: false)
        return try tracer.reduce(.sum, [products])
      }),
    Function(
      usage: "length(list)", summary: "number of values in a list", example: ("length([5, 6])", "2"),
      arguments: 1...1,
      body: .whole { _, arguments throws(Complaint) in
        switch arguments[0] {
        case .list(let items): return .number(Double(items.count))
        case .map(let entries): return .number(Double(entries.count))
        case .points(let points): return .number(Double(points.evaluations.count))
        case .table(let table): return .number(Double(table.rowCount))
        case .unknown: return .unknown(.any)
        default: throw Complaint(.wrongKind(expected: "a list", found: arguments[0].kindName), argument: 0)
        }
      }),
  ]

  /// Steps that a list of this length takes.
  func cost(_ count: Int) -> Int {
    if case .reduction(.median) = body {
      return count <= Tracer.maximumMedian ? count * count / 16 : count / 4
    }
    return count / 4
  }

  /// How many arguments it takes, for messages.
  var argumentText: String {
    if arguments.upperBound == Int.max { return "a list or several values" }
    return "\(arguments.lowerBound) argument\(arguments.lowerBound == 1 ? "" : "s")"
  }
}

/// What makes one value of many.
enum Reduction: String, Sendable {
  case sum, mean, minimum, maximum, rootMeanSquare, norm, standardDeviation, median
  case count, any, all, increasing, decreasing

  var takesTruths: Bool { [.count, .any, .all].contains(self) }
  /// An empty list has a sum, a count and answers to any and all, but no mean or extremes.
  var allowsEmpty: Bool { [.sum, .count, .any, .all, .norm].contains(self) }
  /// What an empty list does not have.
  var noun: String {
    switch self {
    case .minimum: "smallest value"
    case .maximum: "largest value"
    case .rootMeanSquare: "mean square"
    case .standardDeviation: "standard deviation"
    case .increasing, .decreasing: "order"
    default: rawValue
    }
  }
  /// Whether the result is yes or no.
  var isTruth: Bool { [.any, .all, .increasing, .decreasing].contains(self) }
  var keepsUnit: Bool { !takesTruths && self != .increasing && self != .decreasing }
}

/// What an operation objects to; it does not know where it stands in the text, so operands are numbers.
enum Complaint: Error {
  /// `argument` is to blame, where it is one of them.
  case fault(Fault, argument: Int?)
  case lengths(Int, count: Int, Int, otherCount: Int)
  case units(Int, String, Int, String)

  init(_ fault: Fault, argument: Int? = nil) { self = .fault(fault, argument: argument) }
}
