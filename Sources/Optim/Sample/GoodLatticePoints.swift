import Foundation

/// Good lattice points: the rank-1 lattice {k g / n}, its generator g found component by component, shifted at random.
///
/// Sources: Korobov 1959; Sloan and Reztsov, "Component-by-component construction of good lattice rules", 2002. Each component is the
/// one, of up to 64 numbers prime to n that are drawn at random, with the smallest P2 figure of merit (worst-case error of smooth periodic
/// functions, dimension j with weight 1/j^2) together with those before it. Every 1-D projection is evenly spaced, and so stratified. No
/// two dimensions have the same component or mirrored ones, which would put their points on a diagonal: where there are none left, in more
/// than phi(n) / 2 dimensions, the others are columns of a Latin hypercube.
public struct GoodLatticePoints: Sampler {
  public let name = "glp"
  public let documentation =
    "good lattice points: a randomly shifted lattice, built dimension by dimension; even in every one"

  public init() {}

  public func points(count: Int, levels: [Int?], skip: Int, stream: RandomStream) -> [[Double]] {
    guard count > 0 else { return [] }
    var random = stream
    let generator = Self.generator(count, levels.count, &random)
    let columns = levels.indices.map { j in
      let shift = random.uniform()
      guard j < generator.count else {
        return random.permutation(count).map { inStratum($0, of: count, at: shift) }
      }
      return Self.multiples(of: generator[j], count).map { inStratum($0, of: count, at: shift) }
    }
    return rows(ofColumns: columns)
  }

  /// k g mod n for k = 0 ..< n.
  private static func multiples(of g: Int, _ n: Int) -> [Int] {
    var place = 0
    return (0..<n).map { _ in
      defer {
        place += g
        if place >= n { place -= n }
      }
      return place
    }
  }

  /// Components for as many dimensions as there are distinct ones for, 1 first.
  static func generator(_ n: Int, _ dimension: Int, _ random: inout RandomStream) -> [Int] {
    guard n > 2 else { return [n == 1 ? 0 : 1] }
    let tries = min(max(50_000_000 / (n * dimension), 1), 64)
    // The second Bernoulli polynomial at k / n, times 2 pi^2.
    let bernoulli = (0..<n).map { k in
      let x = Double(k) / Double(n)
      return 2 * Double.pi * Double.pi * (x * (x - 1) + 1.0 / 6)
    }
    var used: Set<Int> = []
    var generator: [Int] = []
    var products = [Double](repeating: 1, count: n)
    for j in 0..<dimension {
      let weight = 1 / Double((j + 1) * (j + 1))
      let candidates = j == 0 ? [1] : draw(tries, n, used, &random)
      guard let first = candidates.first else { break }
      let best =
        candidates.count == 1
        ? first
        : candidates.map { (g: $0, merit: merit($0, weight, bernoulli, products)) }
          .min { $0.merit < $1.merit }!.g
      used.insert(best)
      generator.append(best)
      for (k, place) in multiples(of: best, n).enumerated() { products[k] *= 1 + weight * bernoulli[place] }
    }
    return generator
  }

  /// Sum over the points of the products with one more factor.
  private static func merit(
    _ g: Int, _ weight: Double, _ bernoulli: [Double], _ products: [Double]
  ) -> Double {
    let n = products.count
    return products.withUnsafeBufferPointer { products in
      bernoulli.withUnsafeBufferPointer { bernoulli in
        var (sum, place, k) = (0.0, 0, 0)
        while k < n {
          sum += products[k] * (1 + weight * bernoulli[place])
          place += g
          if place >= n { place -= n }
          k += 1
        }
        return sum
      }
    }
  }

  /// Numbers below n / 2 that are prime to n and not used yet: all of them where they are few, otherwise some.
  private static func draw(_ count: Int, _ n: Int, _ used: Set<Int>, _ random: inout RandomStream) -> [Int] {
    if n <= 512 {
      let free = (1...n / 2).filter { isPrime($0, to: n) && !used.contains($0) }
      guard free.count > count else { return free }
      return random.permutation(free.count).prefix(count).map { free[$0] }
    }
    var found: Set<Int> = []
    var order: [Int] = []
    for _ in 0..<50 * count where order.count < count {
      let g = 1 + random.below(n / 2)
      if isPrime(g, to: n), !used.contains(g), found.insert(g).inserted { order.append(g) }
    }
    return order
  }

  private static func isPrime(_ a: Int, to n: Int) -> Bool {
    var (x, y) = (a, n)
    while y != 0 { (x, y) = (y, x % y) }
    return x == 1
  }
}
