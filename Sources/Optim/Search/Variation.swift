import Foundation

/// Crossover and mutation of points of the unit cube, for all kinds of parameters.
///
/// Reals and steps: simulated binary crossover (Deb and Agrawal 1995) and polynomial mutation (Deb and Goyal
/// 1996), both in the form whose distributions end at the bounds (Deb et al. 2002). Steps are searched as
/// reals and decoded to cells. Labels are exchanged between parents as they are, and mutated to any other
/// label.
struct Variation: Sendable {
  private enum Kind {
    case real
    case stepped(Int)
    case categorical(Int)
  }

  private let kinds: [Kind]
  private let crossoverProbability: Double
  private let mutationProbability: Double
  private let crossoverIndex: [Double]
  /// Per parameter: beyond this ratio of room to gap a bound has no influence on crossover to the last bit (x^-power < 2^-54).
  private let farRatio: [Double]
  private let mutationIndex: [Double]

  init(space: Space, options: SearchOptions) {
    kinds = space.parameters.map { parameter in
      guard let levels = parameter.levels else { return .real }
      return parameter.isCategorical ? .categorical(levels) : .stepped(levels)
    }
    crossoverProbability = options.crossoverProbability
    mutationProbability = options.mutationProbability ?? 1 / Double(max(space.count, 1))
    crossoverIndex = Self.perParameter(options.crossoverIndex, space.count)
    farRatio = crossoverIndex.map { exp2(54 / ($0 + 1)) }
    mutationIndex = Self.perParameter(options.mutationIndex, space.count)
  }

  private static func perParameter(_ indices: [Double], _ count: Int) -> [Double] {
    precondition(indices.count == 1 || indices.count == count, "one distribution index, or one per parameter")
    return indices.count == count ? indices : Array(repeating: indices[0], count: count)
  }

  /// Turns two parents into two children.
  func cross(_ a: inout [Double], _ b: inout [Double], _ random: inout RandomStream) {
    guard random.chance(crossoverProbability) else { return }
    for j in kinds.indices {
      // One draw a gene: two low bits are coins (cross at all, exchange), the 53 high ones a uniform number.
      let bits = random.next()
      guard bits & 1 == 1 else { continue }
      if case .categorical = kinds[j] {
        if bits & 2 == 2 { swap(&a[j], &b[j]) }
        continue
      }
      let (low, high) = (min(a[j], b[j]), max(a[j], b[j]))
      guard high - low > 1e-14 else { continue }
      let children = Self.binaryCrossover(
        low, high, Double(bits >> 11) * 0x1p-53, power: crossoverIndex[j] + 1, far: farRatio[j])
      (a[j], b[j]) = bits & 2 == 2 ? children : (children.1, children.0)
    }
  }

  /// Two children around their parents `low` < `high` in [0, 1]; the spread factor's density is cut off where
  /// a child would leave [0, 1].
  private static func binaryCrossover(
    _ low: Double, _ high: Double, _ u: Double, power: Double, far: Double
  ) -> (Double, Double) {
    let gap = high - low
    // Where the bound is far, alpha is 2 and needs no power; mostly it is the same for both.
    let alpha = { (room: Double) in
      let ratio = 1 + 2 * room / gap
      return ratio > far ? 2 : 2 - pow(ratio, -power)
    }
    let spread = { (alpha: Double) in
      u * alpha <= 1 ? pow(u * alpha, 1 / power) : pow(1 / (2 - u * alpha), 1 / power)
    }
    let (alphaLow, alphaHigh) = (alpha(low), alpha(1 - high))
    let spreadLow = spread(alphaLow)
    let spreadHigh = alphaHigh == alphaLow ? spreadLow : spread(alphaHigh)
    let middle = (low + high) / 2
    let first = middle - spreadLow * gap / 2
    let second = middle + spreadHigh * gap / 2
    return (min(max(first, 0), 1), min(max(second, 0), 1))
  }

  /// Whether there is a parameter that is not a real number.
  var hasDiscrete: Bool {
    kinds.contains { if case .real = $0 { false } else { true } }
  }

  /// Which parameters are labels, without an order to move along.
  var isLabel: [Bool] {
    kinds.map { if case .categorical = $0 { true } else { false } }
  }

  /// Mutates each gene with the mutation probability; with `onlyDiscrete` reals stay as they are.
  func mutate(_ genes: inout [Double], _ random: inout RandomStream, onlyDiscrete: Bool = false) {
    var j = gap(&random)
    while j < kinds.count {
      switch kinds[j] {
      case .real where onlyDiscrete:
        break
      case .real:
        genes[j] = polynomial(genes[j], mutationIndex[j], &random)
      case .stepped(let levels):
        let before = cell(genes[j], levels)
        genes[j] = polynomial(genes[j], mutationIndex[j], &random)
        // A step too small to leave the cell would be no mutation at all: go to a neighbour.
        if levels > 1 && cell(genes[j], levels) == before {
          let up = before == 0 || before < levels - 1 && random.chance(0.5)
          genes[j] = (Double(before + (up ? 1 : -1)) + 0.5) / Double(levels)
        }
      case .categorical(let levels) where levels > 1:
        let other = (cell(genes[j], levels) + 1 + random.below(levels - 1)) % levels
        genes[j] = (Double(other) + 0.5) / Double(levels)
      case .categorical:
        break
      }
      j += 1 + gap(&random)
    }
  }

  /// How many genes stay as they are before the next mutation: geometrically distributed, one draw a mutation
  /// instead of one a gene.
  private func gap(_ random: inout RandomStream) -> Int {
    if mutationProbability >= 1 { return 0 }
    if mutationProbability <= 0 { return kinds.count }
    let gap = log(random.openUniform()) / log1p(-mutationProbability)
    return Int(min(gap, Double(kinds.count)))
  }

  private func cell(_ u: Double, _ levels: Int) -> Int {
    min(Int(u * Double(levels)), levels - 1)
  }

  private func polynomial(_ x: Double, _ index: Double, _ random: inout RandomStream) -> Double {
    let power = index + 1
    let u = random.uniform()
    let step =
      u < 0.5
      ? pow(2 * u + (1 - 2 * u) * pow(1 - x, power), 1 / power) - 1
      : 1 - pow(2 * (1 - u) + (2 * u - 1) * pow(x, power), 1 / power)
    return min(max(x + step, 0), 1)
  }
}
