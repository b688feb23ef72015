/// Halton's sequence: coordinate j of point k is the radical inverse of k in the j-th prime.
///
/// Source: Halton 1960; scrambled by an independent random permutation of the digits at every place (Owen, "A
/// randomized Halton algorithm in R", 2017), without which high dimensions are badly correlated. Unscrambled
/// point 0 is the origin.
public struct Halton: Sampler {
  public let name = "halton"
  public let documentation = "Halton sequence with randomly permuted digits; can be continued"
  public let isSequence = true
  public let isScrambled: Bool

  public init(scrambled: Bool = true) {
    isScrambled = scrambled
  }

  public func points(count: Int, levels: [Int?], skip: Int, stream: RandomStream) -> [[Double]] {
    let columns = Self.primes(levels.count).enumerated().map { j, base in
      let digits = isScrambled ? Self.permutations(base, stream.derived(UInt64(j))) : []
      return (skip..<skip + count).map { Self.radicalInverse($0, base, digits) }
    }
    return rows(ofColumns: columns)
  }

  /// The digits of `number` mirrored at the point, each first sent through its place's permutation where
  /// there is one.
  private static func radicalInverse(_ number: Int, _ base: Int, _ permutations: [[Int]]) -> Double {
    var (rest, scale, value) = (number, 1.0, 0.0)
    let step = 1 / Double(base)
    if permutations.isEmpty {
      while rest > 0 {
        scale *= step
        value += scale * Double(rest % base)
        rest /= base
      }
      return value
    }
    for permutation in permutations {
      scale *= step
      value += scale * Double(permutation[rest % base])
      rest /= base
    }
    return min(value, 1.0.nextDown)
  }

  /// One permutation for every place that matters to 54 bits, trailing zeros included.
  private static func permutations(_ base: Int, _ stream: RandomStream) -> [[Int]] {
    var random = stream
    var places: [[Int]] = []
    var resolution = 1.0
    while resolution > 0x1p-54 {
      places.append(random.permutation(base))
      resolution /= Double(base)
    }
    return places
  }

  static func primes(_ count: Int) -> [Int] {
    var found: [Int] = []
    var candidate = 2
    while found.count < count {
      if found.allSatisfy({ candidate % $0 != 0 }) { found.append(candidate) }
      candidate += 1
    }
    return found
  }
}
