import Foundation

/// DTLZ problems with constraints over their objectives: Jain and Deb, IEEE Transactions on Evolutionary Computation 18 (2014) 602.
///
/// C1: a barrier before the front; C2: only parts of the front are feasible; C3: the constraints themselves are the front.
extension BenchmarkProblem {
  private static let source = "Jain and Deb 2014"

  private static func objectives(_ size: Size) -> [String] { (1...size.objectives).map { "f\($0)" } }

  private static func squares(_ size: Size) -> String {
    objectives(size).map { "\($0)^2" }.joined(separator: " + ")
  }

  private static func c1dtlz1(_ size: Size) -> String {
    let others = objectives(size).dropLast().map { "\($0) / 0.5" }.joined(separator: " - ")
    return dtlz1(size) + "\nconstraint near: 1 - f\(size.objectives) / 0.6 - \(others) >= 0"
  }

  private static func c1dtlz3(_ size: Size) -> String {
    let radius =
      switch size.objectives {
      case ..<5: 9.0
      case ..<10: 12.5
      default: 15.0
      }
    return dtlz3(size) + """

      let square = \(squares(size))
      constraint shell: (square - 16) * (square - \(radius * radius)) >= 0
      """
  }

  /// Radius 0.2 (0.4 and 0.5 with more objectives) around the ends and around the middle of the sphere's part.
  private static func c2dtlz2(_ size: Size) -> String {
    let radius = [2: 0.2, 3: 0.4][size.objectives] ?? 0.5
    let middle = 1 / Double(size.objectives).squareRoot()
    let ends = objectives(size).map { end in
      objectives(size).map { $0 == end ? "(\($0) - 1)^2" : "\($0)^2" }.joined(separator: " + ")
    }
    let centre = objectives(size).map { "(\($0) - \(middle))^2" }.joined(separator: " + ")
    return dtlz2(size) + """

      let ends = min(\(ends.joined(separator: ", ")))
      constraint parts: min(ends, \(centre)) <= \(Number.text(radius * radius))
      """
  }

  /// Every objective once with its own weight and the others with weight 1, at least 1.
  private static func outside(_ size: Size, own: (String) -> String, other: (String) -> String) -> String {
    let names = objectives(size)
    return names.enumerated().map { k, name in
      let terms = names.map { $0 == name ? own($0) : other($0) }
      return "\nconstraint c\(k + 1): \(terms.joined(separator: " + ")) >= 1"
    }.joined()
  }

  private static func ellipses(_ size: Size) -> String {
    outside(size, own: { "\($0)^2 / 4" }, other: { "\($0)^2" })
  }

  static let constrainedDTLZ: [BenchmarkProblem] = [
    BenchmarkProblem(
      "c1dtlz1", "feasible only near the front", source: source, objectives: 2, distances: 5,
      reference: level(0.55), c1dtlz1),
    BenchmarkProblem(
      "c1dtlz3", "an infeasible shell before the front", source: source, objectives: 2, distances: 10,
      reference: level(1.1), c1dtlz3),
    BenchmarkProblem(
      "c2dtlz2", "only parts of the sphere are feasible", source: source, objectives: 2, distances: 11,
      reference: level(1.1), c2dtlz2),
    BenchmarkProblem(
      "c3dtlz1", "planes of constraints are the front", source: source, objectives: 2, distances: 5,
      reference: level(1.1)
    ) { dtlz1($0) + outside($0, own: { "\($0) / 0.5" }, other: { $0 }) },
    // De Winter et al. 2021 leave the exponent 100 of DTLZ4 out, and so do their published hypervolumes.
    BenchmarkProblem(
      "c3dtlz4", "ellipses are the front; exponent 1 as in SAMO-COBRA", source: source, objectives: 2,
      distances: 5, reference: level(3)
    ) { dtlz2($0) + ellipses($0) },
    BenchmarkProblem(
      "c3dtlz4-100", "c3dtlz4 with the published exponent 100", source: source, objectives: 2, distances: 5,
      reference: level(2.2)
    ) { dtlz4($0) + ellipses($0) },
  ]
}
