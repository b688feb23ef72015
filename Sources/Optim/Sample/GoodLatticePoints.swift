import Foundation

/// Good lattice points: the rank-1 lattice {k g / n} with a Korobov generator g = (1, a, a^2, ...) mod n,
/// shifted at random.
///
/// Source: Korobov 1959; Sloan and Joe 1994. The multiplier is the one, of up to 64 random candidates prime
/// to n, with the smallest P2 figure of merit (worst-case error of smooth periodic functions) in the first
/// dimensions. Every 1-D projection is evenly spaced, and so stratified.
public struct GoodLatticePoints: Sampler {
  public let name = "glp"
  public let documentation =
    "good lattice points: a randomly shifted Korobov lattice, even in every dimension"

  public init() {}

  public func points(count: Int, levels: [Int?], skip: Int, stream: RandomStream) -> [[Double]] {
    guard count > 0 else { return [] }
    var random = stream
    let generator = Self.generator(count, levels.count, &random)
    let shift = levels.map { _ in random.uniform() }
    return (0..<count).map { k in
      zip(generator, shift).map { g, s in
        let place = Double(k * g % count)
        return inStratum(0, of: 1, at: (place + s) / Double(count))
      }
    }
  }

  private static func generator(_ n: Int, _ dimension: Int, _ random: inout RandomStream) -> [Int] {
    guard n > 2, dimension > 1 else { return powers(of: 1, dimension, modulo: n) }
    let units = n <= 256 ? Array(2..<n) : (0..<64).map { _ in 2 + random.below(n - 2) }
    let candidates = units.filter { isPrime($0, to: n) }
    // 1 and n - 1 put all points on a diagonal: only where there is nothing else.
    let figures = candidates.map { merit(powers(of: $0, min(dimension, 16), modulo: n), n) }
    guard let best = figures.indices.min(by: { figures[$0] < figures[$1] }) else {
      return powers(of: n - 1, dimension, modulo: n)
    }
    return powers(of: candidates[best], dimension, modulo: n)
  }

  private static func powers(of a: Int, _ dimension: Int, modulo n: Int) -> [Int] {
    var g = 1
    return (0..<dimension).map { _ in
      defer { g = g * a % max(n, 1) }
      return n == 1 ? 0 : g
    }
  }

  /// P2 up to constants: the sum over (at most 2000) points of the product over j of 1 + 2 pi^2 B2(x_j) /
  /// j^2, B2 the second Bernoulli polynomial; the weights 1/j^2 keep many dimensions from drowning the first
  /// ones.
  private static func merit(_ generator: [Int], _ n: Int) -> Double {
    var sum = 0.0
    for k in 0..<min(n, 2000) {
      var product = 1.0
      for (j, g) in generator.enumerated() {
        let x = Double(k * g % n) / Double(n)
        product *= 1 + 2 * .pi * .pi / Double((j + 1) * (j + 1)) * (x * (x - 1) + 1.0 / 6)
      }
      sum += product
    }
    return sum
  }

  private static func isPrime(_ a: Int, to n: Int) -> Bool {
    var (x, y) = (a, n)
    while y != 0 { (x, y) = (y, x % y) }
    return x == 1
  }
}
