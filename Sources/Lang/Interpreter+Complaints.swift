import Optim

extension Interpreter {
  /// Runs an operation; what it complains of is put at the operand to blame, named in the user's own words.
  func guarded<T>(
    _ span: Span, _ operands: [Expression], symbol: String?, _ body: () throws(Complaint) -> T
  ) throws -> T {
    do {
      return try body()
    } catch {
      let place = { (argument: Int?) in argument.map { operands[$0].span } ?? span }
      switch error {
      case .lengths(let first, let count, let second, let otherCount):
        let (a, b) = (operands[first], operands[second])
        throw Diagnostic(
          .lengthsDiffer(left: describe(a), leftCount: count, right: describe(b), rightCount: otherCount),
          at: span,
          marks: [a.span, b.span], help: [a, b].compactMap(origin))
      case .units(let first, let unit, let second, let otherUnit):
        let (a, b) = (operands[first], operands[second])
        throw Diagnostic(
          .unitsDiffer(left: describe(a), leftUnit: unit, right: describe(b), rightUnit: otherUnit), at: span,
          marks: [a.span, b.span])
      case .fault(.wrongKind(let expected, let found), let argument) where symbol != nil:
        throw Diagnostic(
          .wrongKind(expected: "\(expected) for '\(symbol!)'", found: found), at: place(argument))
      case .fault(let fault, let argument): throw Diagnostic(fault, at: place(argument))
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
