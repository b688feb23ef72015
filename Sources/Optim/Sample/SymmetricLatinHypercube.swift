/// Symmetric Latin hypercube: for each point its mirror image in the centre of the cube is a point too.
///
/// Source: Ye, Li, Sudjianto, "Algorithmic construction of optimal symmetric Latin hypercube designs", 2000.
/// Main effects are then estimated free of second-order effects. Of several designs the one with the largest
/// smallest distance is kept.
public struct SymmetricLatinHypercube: Sampler {
  public let name = "slh"
  public let documentation = "symmetric Latin hypercube: the mirror image of every point is a point too"

  public init() {}

  public func points(count: Int, levels: [Int?], skip: Int, stream: RandomStream) -> [[Double]] {
    bestByDistance(count: count, dimension: levels.count, stream: stream) { random in
      let columns = levels.map { _ in column(count, &random) }
      return columns
    }
  }

  /// Row i and row count - 1 - i lie in mirrored strata; with an odd count the middle row is the centre.
  private func column(_ count: Int, _ random: inout RandomStream) -> [Double] {
    let half = count / 2
    var values = [Double](repeating: 0.5, count: count)
    for (i, pair) in random.permutation(half).enumerated() {
      let stratum = random.chance(0.5) ? pair : count - 1 - pair
      let u = random.openUniform()
      values[i] = inStratum(stratum, of: count, at: u)
      values[count - 1 - i] = inStratum(count - 1 - stratum, of: count, at: 1 - u)
    }
    return values
  }
}
