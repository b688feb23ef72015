/// Independent uniform points. Row k comes from its own stream, so the sequence can be continued anywhere.
public struct MonteCarlo: Sampler {
  public let name = "mc"
  public let documentation = "independent uniform random points (Monte Carlo)"
  public let isSequence = true

  public init() {}

  public func points(count: Int, levels: [Int?], skip: Int, stream: RandomStream) -> [[Double]] {
    (skip..<skip + count).map { row in
      var random = stream.derived(UInt64(row))
      return levels.map { _ in random.uniform() }
    }
  }
}
