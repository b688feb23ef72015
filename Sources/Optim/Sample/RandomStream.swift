import Foundation

/// Random numbers that belong to a place in the program: stream = (seed, purpose, index).
///
/// Two streams that differ in any of the three are independent, and a stream gives the same numbers on every
/// machine and with any number of workers. A value: copying a stream copies its position. Period 2^49 numbers
/// of 64 bits.
public struct RandomStream: RandomNumberGenerator, Codable, Hashable, Sendable {
  /// What the numbers are for. Raw values are part of the reproducibility promise: append, never renumber.
  public enum Purpose: UInt16, Codable, Sendable, CaseIterable {
    case sampling = 1
    case scrambling
    case search
    case acquisition
    case initialization
    case training
    case validation
    case trace
    case sensitivity
    case bootstrap
    case noise
    case test
    case analysis
  }

  public let seed: UInt64
  public let purpose: Purpose
  public let index: UInt64
  /// Blocks of two 64-bit numbers used so far.
  private var block: UInt64 = 0
  private var spare: UInt64 = 0
  private var hasSpare = false

  public init(seed: UInt64, purpose: Purpose, index: UInt64 = 0) {
    self.seed = seed
    self.purpose = purpose
    self.index = index
  }

  /// A stream that depends on this stream's identity (not its position) and `number`: streams within a
  /// stream.
  public func derived(_ number: UInt64) -> RandomStream {
    // Ordinary blocks carry their purpose in the upper half of the second word; purpose 0, which no stream
    // has, is where the seeds of derived streams come from.
    let words = Philox.block(
      counter: SIMD4(UInt32(truncatingIfNeeded: number), UInt32(purpose.rawValue), low(index), high(index)),
      key: SIMD2(low(seed), high(seed) ^ UInt32(truncatingIfNeeded: number >> 32)))
    return RandomStream(seed: join(words.x, words.y), purpose: purpose, index: join(words.z, words.w))
  }

  /// 64 random bits.
  public mutating func next() -> UInt64 {
    if hasSpare {
      hasSpare = false
      return spare
    }
    let position = high(block) & 0xFFFF | UInt32(purpose.rawValue) << 16
    let words = Philox.block(
      counter: SIMD4(low(block), position, low(index), high(index)), key: SIMD2(low(seed), high(seed)))
    block &+= 1
    spare = join(words.z, words.w)
    hasSpare = true
    return join(words.x, words.y)
  }

  /// Uniform in [0, 1): multiples of 2^-53.
  public mutating func uniform() -> Double {
    Double(next() >> 11) * 0x1p-53
  }

  /// Uniform in (0, 1): odd multiples of 2^-53, symmetric about 1/2.
  public mutating func openUniform() -> Double {
    (Double(next() >> 12) + 0.5) * 0x1p-52
  }

  /// Standard normal (Box and Muller 1958; one of the pair, so that a draw never depends on the one before).
  public mutating func normal() -> Double {
    let radius = (-2 * Foundation.log(openUniform())).squareRoot()
    return radius * Foundation.cos(2 * .pi * uniform())
  }

  /// Uniform over `0..<bound`, without bias (D. Lemire, "Fast random integer generation in an interval",
  /// 2019). `bound` > 0.
  public mutating func below(_ bound: Int) -> Int {
    precondition(bound > 0)
    let n = UInt64(bound)
    var product = next().multipliedFullWidth(by: n)
    if product.low < n {
      let threshold = (0 &- n) % n
      while product.low < threshold { product = next().multipliedFullWidth(by: n) }
    }
    return Int(product.high)
  }

  /// True with the given probability.
  public mutating func chance(_ probability: Double) -> Bool {
    uniform() < probability
  }

  /// Fisher-Yates. Not the standard library's, whose order may change between Swift versions.
  public mutating func shuffle<T>(_ values: inout [T]) {
    for i in stride(from: values.count - 1, to: 0, by: -1) { values.swapAt(i, below(i + 1)) }
  }

  /// `0..<count` in random order.
  public mutating func permutation(_ count: Int) -> [Int] {
    var order = Array(0..<count)
    shuffle(&order)
    return order
  }
}

private func low(_ value: UInt64) -> UInt32 { UInt32(truncatingIfNeeded: value) }
private func high(_ value: UInt64) -> UInt32 { UInt32(truncatingIfNeeded: value >> 32) }
private func join(_ high: UInt32, _ low: UInt32) -> UInt64 { UInt64(high) << 32 | UInt64(low) }
