@testable import Lang

/// Random expressions as text, parentheses wherever the grammar needs them.
enum RandomExpression {
  private static let names = ["x", "y", "w[1]", "w[2]"]

  /// Any kind of expression, whatever it may mean.
  static func any(_ random: inout TestRandom, depth: Int) -> String {
    func sub() -> String { any(&random, depth: depth - 1) }
    if depth == 0 { return leaf(&random) }
    switch random.below(16) {
    case 0: return leaf(&random)
    case 1: return "(\(sub()) + \(sub()))"
    case 2: return "(\(sub()) - \(sub()))"
    case 3: return "(\(sub()) * \(sub()))"
    case 4: return "(\(sub()) / \(sub()))"
    case 5: return "(\(sub()))^(\(sub()))"
    case 6: return "(-(\(sub())))"
    case 7: return "(not (\(sub())))"
    case 8: return "((\(sub())) and (\(sub())))"
    case 9: return "((\(sub())) or (\(sub())))"
    case 10: return "((\(sub())) < (\(sub())) <= (\(sub())))"
    case 11: return "((\(sub())) == (\(sub())) tol 0.5)"
    case 12: return "[\(sub()), \(sub())]"
    case 13: return "{a: \(sub()), \"b c\": \(sub())}"
    case 14: return "(if \(sub()) then \(sub()) else \(sub()))"
    default: return "max(\(sub()), \(sub()))"
    }
  }

  private static func leaf(_ random: inout TestRandom) -> String {
    let leaves = [
      "1", "2.5", "1e-300", "0.1", "x", "y", "\"t{x}\\n\"", "true", "5%", "0.7%", "90s", "1.5h", "250ms",
      "w[2]", "m.a", "(1..3)", "4GB", "1.5MiB", "0.3KB",
    ]
    return leaves[random.below(leaves.count)]
  }

  /// An expression of numbers only.
  static func number(_ random: inout TestRandom, depth: Int) -> String {
    func sub() -> String { number(&random, depth: depth - 1) }
    if depth == 0 || random.below(8) == 0 {
      return random.below(3) == 0
        ? "\(Double(random.below(2000)) / 400 - 2.5)".replacing("-", with: "0-").inParentheses
        : names[random.below(names.count)]
    }
    switch random.below(15) {
    case 0: return "(\(sub()) + \(sub()))"
    case 1: return "(\(sub()) - \(sub()))"
    case 2: return "(\(sub()) * \(sub()))"
    case 3: return "(\(sub()) / \(sub()))"
    case 4: return "(\(sub()))^2"
    case 5: return "-(\(sub()))"
    case 6: return "(if \(truth(&random, depth: depth - 1)) then \(sub()) else \(sub()))"
    case 7: return "sum([\(sub()), \(sub()), \(sub())])"
    case 8: return "median([\(sub()), \(sub()), \(sub()), \(sub())])"
    case 9: return "std([\(sub()), \(sub())])"
    case 10: return "count([\(truth(&random, depth: depth - 1)), \(truth(&random, depth: depth - 1))])"
    case 11: return "clamp(\(sub()), 0-1, 1)"
    default:
      let functions = Function.all.filter { if case .elementwise = $0.body { true } else { false } }
      let function = functions[random.below(functions.count)]
      return
        "\(function.name)(\((0..<function.arguments.lowerBound).map { _ in sub() }.joined(separator: ", ")))"
    }
  }

  static func truth(_ random: inout TestRandom, depth: Int) -> String {
    if depth > 0, random.below(3) == 0 {
      let word = ["and", "or"][random.below(2)]
      return "(\(truth(&random, depth: depth - 1)) \(word) not \(truth(&random, depth: depth - 1)))"
    }
    let sign = ["<", "<=", ">", ">=", "==", "!="][random.below(6)]
    return
      "(\(number(&random, depth: max(0, depth - 1))) \(sign) \(number(&random, depth: max(0, depth - 1))))"
  }
}

extension String {
  fileprivate var inParentheses: String { "(\(self))" }
}
