import Foundation

/// A design problem of the real-world suite of Tanabe and Ishibuchi, "An easy-to-use real-world multi-objective optimization problem
/// suite", Applied Soft Computing 89 (2020) 106078, in both of its forms.
///
/// In a RE problem the sum of all violations is one more objective; in a CRE problem each is a constraint. The text has a line
/// `limit name: margin` for each of them, 0 or more where it is satisfied.
struct RealWorldDesign: Sendable {
  let summary: String
  let text: String

  init(_ summary: String, _ text: String) { (self.summary, self.text) = (summary, text) }

  /// A line that is indented goes on with the one before.
  private var statements: [String] {
    var statements: [String] = []
    for line in text.split(separator: "\n") {
      if line.hasPrefix(" ") {
        statements[statements.count - 1] += "\n" + line
      } else {
        statements.append(String(line))
      }
    }
    return statements
  }

  /// Name and margin where a statement is a limit.
  private static func limit(_ statement: String) -> (name: String, margin: String)? {
    guard statement.hasPrefix("limit "), let colon = statement.firstIndex(of: ":") else { return nil }
    return (
      String(statement[..<colon].dropFirst("limit ".count)), String(statement[colon...].dropFirst())
    )
  }

  var hasLimits: Bool { text.contains("\nlimit ") }

  /// With constraints.
  var constrained: String {
    statements.map { statement in
      Self.limit(statement).map { "constraint \($0.name):\($0.margin) >= 0" } ?? statement
    }.joined(separator: "\n")
  }

  /// With the sum of violations as the last objective.
  var folded: String {
    let limits = statements.compactMap { Self.limit($0)?.name }
    let named = statements.map { statement in
      Self.limit(statement).map { "let \($0.name) =\($0.margin)" } ?? statement
    }
    let violations = limits.map { "max(-\($0), 0)" }.joined(separator: " + ")
    return (named + (limits.isEmpty ? [] : ["minimize violation = \(violations)"])).joined(separator: "\n")
  }

  /// Places of the values that a parameter of whole numbers from 1 stands for, as a formula.
  static func pick(_ values: [Double], by name: String) -> String {
    let steps = zip(values.dropFirst(), values).map { Number.text($0 - $1) }.joined(separator: ", ")
    return "\(values[0]) + dot([\(steps)], (1 + sign(\(name) - (1..\(values.count - 1)) - 0.5)) / 2)"
  }
}
