import Optim

extension Printer {
  /// How tightly an expression holds together; a looser one inside a tighter one needs parentheses.
  private enum Level: Int, Comparable {
    case conditional, or, and, not, comparison, range, sum, product, unary, power, postfix
    static func < (a: Level, b: Level) -> Bool { a.rawValue < b.rawValue }
  }

  private static func level(_ expression: Expression) -> Level {
    switch expression.kind {
    case .conditional: .conditional
    case .unary(.not, _): .not
    case .comparison: .comparison
    case .range: .range
    case .unary(.negate, _): .unary
    case .binary(let sign, _, _): level(sign.kind)
    case .number(let value) where value < 0: .unary
    default: .postfix
    }
  }

  private static func level(_ sign: Operator.Kind) -> Level {
    switch sign {
    case .or: .or
    case .and: .and
    case .add, .subtract: .sum
    case .multiply, .divide: .product
    case .power: .power
    }
  }

  /// `isBound`: behind `let x =`, where a verb needs no parentheses.
  static func text(_ expression: Expression, isBound: Bool = false) -> String {
    switch expression.kind {
    case .number(let value): Number.text(value)
    case .percent(let value): percent(value)
    case .duration(let value): Duration.text(value)
    case .size(let value): size(value)
    case .bool(let value): value ? "true" : "false"
    case .string(let parts): quoted(parts)
    case .name(let name): name
    case .list(let items): "[\(joined(items))]"
    case .set(let items): "{\(joined(items))}"
    case .map(let entries):
      "{\(entries.map { "\(key($0.key.text)): \(text($0.value))" }.joined(separator: ", "))}"
    case .range(let low, let high): "\(text(low, atLeast: .sum))..\(text(high, atLeast: .sum))"
    case .unary(.negate, let operand): "-\(text(operand, atLeast: .unary))"
    case .unary(.not, let operand): "not \(text(operand, atLeast: .not))"
    case .binary: binary(expression)
    case .comparison(let first, let links, let tolerance): comparison(first, links, tolerance)
    case .conditional(let condition, let yes, let no):
      "if \(text(condition)) then \(text(yes)) else \(text(no))"
    case .call(let name, let arguments): "\(name.text)(\(joined(arguments)))"
    case .index(let base, let index): "\(text(base, atLeast: .postfix))[\(text(index))]"
    case .member(let base, let name):
      // A point directly behind a number would belong to it.
      base.kind.isNumber ? "(\(text(base))).\(name.text)" : "\(text(base, atLeast: .postfix)).\(name.text)"
    case .tagged(let name, let detail): "\(name.text) \(text(detail))"
    case .verb(let call): isBound ? text(call) : "(\(text(call)))"
    }
  }

  private static func text(_ expression: Expression, atLeast minimum: Level) -> String {
    let text = text(expression)
    return level(expression) < minimum ? "(\(text))" : text
  }

  private static func joined(_ items: [Expression]) -> String {
    items.map { text($0) }.joined(separator: ", ")
  }

  /// A left-leaning chain is walked in a loop, so that a long sum does not deepen the stack.
  private static func binary(_ expression: Expression) -> String {
    guard case .binary(let outer, _, _) = expression.kind else { return text(expression) }
    let own = level(outer.kind)
    if outer.kind == .power, case .binary(_, let base, let exponent) = expression.kind {
      return "\(text(base, atLeast: .postfix))^\(text(exponent, atLeast: .unary))"
    }
    var tail: [String] = []
    var first = expression
    while case .binary(let sign, let left, let right) = first.kind, level(sign.kind) == own {
      let next = Level(rawValue: own.rawValue + 1)!
      tail.append(
        "\(sign.kind == .multiply || sign.kind == .divide ? sign.kind.rawValue : " \(sign.kind.rawValue) ")\(text(right, atLeast: next))"
      )
      first = left
    }
    return text(first, atLeast: own) + tail.reversed().joined()
  }

  private static func comparison(_ first: Expression, _ links: [Comparison], _ tolerance: Expression?)
    -> String
  {
    var result = text(first, atLeast: .range)
    for link in links { result += " \(link.kind.rawValue) \(text(link.right, atLeast: .range))" }
    if let tolerance { result += " tol \(text(tolerance, atLeast: .sum))" }
    return result
  }

  static func text(_ call: VerbCall) -> String {
    var words = [call.name.text]
    words += call.arguments.map { text($0, atLeast: .postfix) }
    words += call.options.map { "\($0.name.text)=\(text($0.value))" }
    if let condition = call.condition { words.append("where \(text(condition))") }
    if let destination = call.destination { words.append("to \(text(destination, atLeast: .postfix))") }
    return words.joined(separator: " ")
  }

  // MARK: Literals

  static func quoted(_ parts: [StringPart]) -> String {
    var result = "\""
    for part in parts {
      switch part {
      case .name(let name): result += "{\(name)}"
      case .text(let text):
        for character in text {
          switch character {
          case "\n": result += "\\n"
          case "\t": result += "\\t"
          case "\"": result += "\\\""
          case "\\": result += "\\\\"
          case "{": result += "\\{"
          default: result.append(character)
          }
        }
      }
    }
    return result + "\""
  }

  /// A key without quotes where it is a plain name.
  static func key(_ text: String) -> String {
    let isName =
      !text.isEmpty && !text.first!.isNumber && text.allSatisfy { $0.isLetter || $0.isNumber || $0 == "_" }
    return isName ? text : quoted([.text(text)])
  }

  /// In the largest unit that gives a whole number, else in the largest one that reads back as the same.
  private static func size(_ bytes: Double) -> String {
    let exact = ByteCount.units.reversed().filter {
      $0.bytes <= bytes && bytes / $0.bytes * $0.bytes == bytes
    }
    let whole = exact.first { (bytes / $0.bytes).truncatingRemainder(dividingBy: 1) == 0 }
    guard let unit = whole ?? exact.first else { return Number.text(bytes) }
    return Number.text(bytes / unit.bytes) + unit.name
  }

  /// The percent whose hundredth is exactly this number.
  private static func percent(_ value: Double) -> String {
    for candidate in [value * 100, (value * 100).nextUp, (value * 100).nextDown]
    where candidate / 100 == value {
      return "\(Number.text(candidate))%"
    }
    return Number.text(value)
  }
}
