import Foundation

/// A test problem of the literature, written in the language itself.
public struct BenchmarkProblem: Sendable {
  public let name: String
  public let summary: String
  public let source: String
  /// Number of parameters where it can be chosen.
  public let dimension: Int?
  /// A point beyond the front for hypervolumes.
  public let reference: [Double]
  let text: @Sendable (Int) -> String

  public static func named(_ name: String) -> BenchmarkProblem? { all.first { $0.name == name } }

  /// Declarations for a number of parameters.
  public func script(dimension: Int?) -> String { text(dimension ?? self.dimension ?? 0) }

  init(
    _ name: String, _ summary: String, source: String, dimension: Int? = nil, reference: [Double],
    _ text: @escaping @Sendable (Int) -> String
  ) {
    (self.name, self.summary, self.source, self.dimension) = (name, summary, source, dimension)
    self.reference = reference
    self.text = text
  }

  public static let all = zdt + dtlz + mw + constrained + engineering
}
