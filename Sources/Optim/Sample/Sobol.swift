/// Sobol's sequence with Joe and Kuo's direction numbers, in Gray-code order (Antonov and Saleev 1979).
///
/// Sources: Sobol 1967; Joe and Kuo 2008; scrambling: nested uniform (Owen 1995), computed by a hash (Laine
/// and Karras 2011, Burley 2020, constants of Vegdahl 2021). The first 2^k points have one point in each of
/// 2^k equal strata of every dimension, scrambled or not; numbers of points that are powers of two are the
/// best balanced. 2^32 points at most.
public struct Sobol: Sampler {
  public let name = "sobol"
  public let documentation = "Sobol sequence with Owen scrambling, best with powers of two; can be continued"
  public let isSequence = true
  public let maximumDimension: Int? = SobolDirections.dimensions
  public let isScrambled: Bool

  public init(scrambled: Bool = true) {
    isScrambled = scrambled
  }

  public func points(count: Int, levels: [Int?], skip: Int, stream: RandomStream) -> [[Double]] {
    precondition(levels.count <= SobolDirections.dimensions && skip + count <= 1 << 32)
    let columns = levels.indices.map { j in
      let integers = Self.integers(Self.directions[j], from: skip, count: count)
      guard isScrambled else { return integers.map { Double($0) * 0x1p-32 } }
      var random = stream.derived(UInt64(j))
      let key = UInt32(truncatingIfNeeded: random.next())
      return integers.map { Double(Self.scramble($0, key)) * 0x1p-32 }
    }
    return rows(ofColumns: columns)
  }

  /// Coordinates as multiples of 2^-32: from one point to the next a single direction number is added (modulo
  /// 2).
  private static func integers(_ directions: [UInt32], from skip: Int, count: Int) -> [UInt32] {
    let gray = skip ^ (skip >> 1)
    var value = directions.indices.reduce(UInt32(0)) { gray >> $1 & 1 == 1 ? $0 ^ directions[$1] : $0 }
    return (skip..<skip + count).map { k in
      defer { value ^= directions[min((~k).trailingZeroBitCount, 31)] }
      return value
    }
  }

  /// Owen's nested uniform scrambling: each bit is flipped or not depending on the bits above it. On the
  /// reversed number that is a hash in which every bit only affects higher ones: sums, and products with even
  /// numbers.
  private static func scramble(_ value: UInt32, _ key: UInt32) -> UInt32 {
    var x = reversed(value)
    x ^= x &* 0x3d20_adea
    x &+= key
    x &*= (key >> 16) | 1
    x ^= x &* 0x0552_6c56
    x ^= x &* 0x53a2_2864
    return reversed(x)
  }

  private static func reversed(_ value: UInt32) -> UInt32 {
    var x = value.byteSwapped
    x = (x >> 4) & 0x0f0f_0f0f | (x & 0x0f0f_0f0f) << 4
    x = (x >> 2) & 0x3333_3333 | (x & 0x3333_3333) << 2
    return (x >> 1) & 0x5555_5555 | (x & 0x5555_5555) << 1
  }

  /// 32 direction numbers per dimension, as fractions of 2^32.
  private static let directions: [[UInt32]] = {
    let first = (0..<32).map { UInt32(1) << (31 - UInt32($0)) }
    return [first]
      + SobolDirections.table.split(whereSeparator: \.isWhitespace).map { entry in
        let numbers = entry.split(separator: ",").map { UInt32($0)! }
        return recurrence(polynomial: numbers[0], initial: Array(numbers.dropFirst()))
      }
  }()

  /// v_k = v_(k-s) ^ (v_(k-s) >> s) ^ sum of a_i v_(k-i), for a polynomial of degree s (Bratley and Fox
  /// 1988).
  private static func recurrence(polynomial: UInt32, initial: [UInt32]) -> [UInt32] {
    let degree = initial.count
    var v = initial.enumerated().map { $1 << (31 - UInt32($0)) }
    for k in degree..<32 {
      var next = v[k - degree] ^ (v[k - degree] >> UInt32(degree))
      for i in 1..<max(degree, 1) where polynomial >> UInt32(degree - i) & 1 == 1 { next ^= v[k - i] }
      v.append(next)
    }
    return v
  }
}
