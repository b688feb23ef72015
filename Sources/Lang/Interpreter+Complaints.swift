import Optim

extension Interpreter {
  /// Runs an operation; what it complains of is put at the operand to blame, named in the user's own words.
  func guarded<T>(
    _ span: Span, _ operands: [Expression], symbol: String?, _ body: () throws(Complaint) -> T
  ) throws -> T {
    do {
      return try body()
    } catch {
      switch error.fault {
      case .lengthsDiffer(let left, let leftCount, let right, let rightCount):
        let (a, b) = (operands[Int(left)!], operands[Int(right)!])
        throw Diagnostic(
          .lengthsDiffer(
            left: describe(a), leftCount: leftCount, right: describe(b), rightCount: rightCount),
          at: span, marks: [a.span, b.span], help: [a, b].compactMap(origin))
      case .unitsDiffer(let left, let leftUnit, let right, let rightUnit):
        let name = { (text: String) in Int(text).map { self.describe(operands[$0]) } ?? text }
        throw Diagnostic(
          .unitsDiffer(left: name(left), leftUnit: leftUnit, right: name(right), rightUnit: rightUnit),
          at: span, marks: [left, right].compactMap { Int($0).map { operands[$0].span } })
      case .wrongKind(let expected, let found) where symbol != nil:
        throw Diagnostic(
          .wrongKind(expected: "\(expected) for '\(symbol!)'", found: found),
          at: error.argument.map { operands[$0].span } ?? span)
      default:
        throw Diagnostic(error.fault, at: error.argument.map { operands[$0].span } ?? span)
      }
    }
  }

  func describe(_ expression: Expression) -> String {
    if case .list = expression.kind { return "the literal" }
    let text = expression.span.text
    return text.count <= 40 && !text.contains("\n") ? "'\(text)'" : "this expression"
  }

  /// Where a declared list got its length.
  func origin(_ expression: Expression) -> String? {
    switch expression.kind {
    case .member(let base, let name):
      guard case .name(let owner) = base.kind, let binding = environment[owner],
        case .simulator(let declaration) = binding.role
      else { return nil }
      for case .output(let output) in declaration.items where output.name.text == name.text {
        let text = output.span.text.drop { $0 != " " }.trimmingPrefix(" ")
        return "'\(owner).\(name.text)' is declared at \(output.name.span.linePlace) as \(text)"
      }
      return nil
    case .name(let name):
      return environment[name].map { "'\(name)' is declared at \($0.name.span.linePlace)" }
    default: return nil
    }
  }
}
