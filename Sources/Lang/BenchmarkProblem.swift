import Foundation

/// A test problem of the literature, written in the language itself.
public struct BenchmarkProblem: Sendable {
  public let name: String
  public let summary: String
  public let source: String
  /// How many parameters and objectives it has, and which of the two can be chosen.
  let shape: Shape
  /// A point beyond the front for hypervolumes, for a number of objectives.
  let referencePoint: @Sendable (Int) -> [Double]
  let text: @Sendable (Size) -> String

  /// Numbers of parameters and of objectives.
  struct Size: Hashable, Sendable {
    let dimension: Int
    let objectives: Int
  }

  enum Shape: Sendable {
    /// Both numbers follow from the text.
    case fixed
    /// So many parameters, or `dim=`.
    case scalable(dimension: Int)
    /// So many objectives, or `objectives=`. Of the parameters one fewer than there are objectives choose a place on the front; so many
    /// more, or as many as `dim=` leaves, are distances to it.
    case manyObjective(objectives: Int, distances: Int)
  }

  init(
    _ name: String, _ summary: String, source: String, reference: [Double],
    _ text: @escaping @Sendable () -> String
  ) {
    self.init(name, summary, source: source, shape: .fixed, { _ in reference }, { _ in text() })
  }

  init(
    _ name: String, _ summary: String, source: String, dimension: Int, reference: [Double],
    _ text: @escaping @Sendable (Int) -> String
  ) {
    self.init(
      name, summary, source: source, shape: .scalable(dimension: dimension), { _ in reference },
      { text($0.dimension) })
  }

  init(
    _ name: String, _ summary: String, source: String, objectives: Int, distances: Int,
    reference: @escaping @Sendable (Int) -> [Double], _ text: @escaping @Sendable (Size) -> String
  ) {
    self.init(
      name, summary, source: source, shape: .manyObjective(objectives: objectives, distances: distances),
      reference, text)
  }

  private init(
    _ name: String, _ summary: String, source: String, shape: Shape,
    _ reference: @escaping @Sendable (Int) -> [Double], _ text: @escaping @Sendable (Size) -> String
  ) {
    (self.name, self.summary, self.source, self.shape) = (name, summary, source, shape)
    (referencePoint, self.text) = (reference, text)
  }

  public static let all = zdt + dtlz + constrainedDTLZ + mw + constrained + engineering + realWorld + fitting

  public static func named(_ name: String) -> BenchmarkProblem? { all.first { $0.name == name } }
}

// MARK: Sizes

extension BenchmarkProblem {
  public static let objectiveRange = 2...15

  public var hasDimension: Bool { if case .fixed = shape { false } else { true } }
  public var hasObjectives: Bool { if case .manyObjective = shape { true } else { false } }

  /// The size that the options ask for.
  func size(dimension: Int?, objectives: Int?) -> Size {
    switch shape {
    case .fixed: return Size(dimension: 0, objectives: 0)
    case .scalable(let standard): return Size(dimension: dimension ?? standard, objectives: 0)
    case .manyObjective(let standard, let distances):
      let objectives = objectives ?? standard
      return Size(dimension: dimension ?? (objectives - 1 + distances), objectives: objectives)
    }
  }

  /// The smallest `dim=` with a number of objectives: one distance at least.
  func smallestDimension(objectives: Int?) -> Int {
    if case .manyObjective(let standard, _) = shape { return objectives ?? standard }
    return 2
  }

  /// Declarations; a size that is nil is the usual one.
  public func script(dimension: Int? = nil, objectives: Int? = nil) -> String {
    text(size(dimension: dimension, objectives: objectives))
  }

  /// A point beyond the front for hypervolumes.
  public func reference(objectives: Int? = nil) -> [Double] {
    referencePoint(size(dimension: nil, objectives: objectives).objectives)
  }

  /// What the text declares in its usual size, as the text itself has it.
  public struct Counts: Hashable, Sendable {
    public var parameters = 0
    public var objectives = 0
    public var constraints = 0
  }

  public var counts: Counts { Self.allCounts[name] ?? Counts() }

  private static let allCounts: [String: Counts] = Dictionary(
    uniqueKeysWithValues: all.map { ($0.name, $0.counted()) })

  private func counted() -> Counts {
    var counts = Counts()
    let source = Source(name: name, text: script())
    for statement in (try? Parser.parseWhole(source).statements) ?? [] { counts.add(statement) }
    return counts
  }
}

extension BenchmarkProblem.Counts {
  fileprivate mutating func add(_ statement: Statement) {
    switch statement.kind {
    case .parameter(let declaration):
      if case .number(let count)? = declaration.count?.kind {
        parameters += Int(count)
      } else {
        parameters += 1
      }
    case .objective: objectives += 1
    case .constraint: constraints += 1
    default: break
    }
  }
}
