/// A way to spread points over the unit cube: one file and one row in `Samplers.all` each.
///
/// Samplers are values without state; everything random comes from the stream passed in.
public protocol Sampler: Sendable {
  /// As scripts write it.
  var name: String { get }
  /// One line for help and completion.
  var documentation: String { get }
  /// Whether point k does not depend on how many points are asked for, so that `skip` continues where the
  /// last call ended. Designs (Latin hypercubes, grids) are made as a whole and ignore `skip`.
  var isSequence: Bool { get }
  /// The most dimensions there are constants for; nil without a limit.
  var maximumDimension: Int? { get }

  /// `count` points of [0, 1)^dimension, row by row (a grid: about `count` points of the closed cube).
  ///
  /// `levels[j]` is the number of equal cells that dimension j is divided into, nil where it is continuous;
  /// only a grid uses it. `dimension` must be 1 or more and within `maximumDimension`.
  func points(count: Int, levels: [Int?], skip: Int, stream: RandomStream) -> [[Double]]
}

extension Sampler {
  public var isSequence: Bool { false }
  public var maximumDimension: Int? { nil }

  /// `count` points of the continuous unit cube, after the first `skip` of a sequence.
  public func points(count: Int, dimension: Int, skip: Int = 0, stream: RandomStream) -> [[Double]] {
    points(count: count, levels: Array(repeating: nil, count: dimension), skip: skip, stream: stream)
  }
}

/// The samplers there are.
public enum Samplers {
  public static let all: [any Sampler] = [
    MonteCarlo(), LatinHypercube(), SymmetricLatinHypercube(), Sobol(), GoodLatticePoints(), Halton(), Grid(),
  ]

  public static func named(_ name: String) -> (any Sampler)? {
    all.first { $0.name == name }
  }
}
