import Foundation

/// SHA-256 after FIPS 180-4, for the contents of template files: a study must recognise them years later and
/// on another machine, which rules Swift's own hashing out.
enum SHA256 {
  /// The digest of `message` as 64 hexadecimal digits.
  static func hex(_ message: [UInt8]) -> String {
    var state: [UInt32] = [
      0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19,
    ]
    let padded = pad(message)
    for block in stride(from: 0, to: padded.count, by: 64) { compress(&state, padded[block..<(block + 64)]) }
    return state.map { String(format: "%08x", $0) }.joined()
  }

  /// A one bit, zeros, and the length in bits, up to a multiple of 64 bytes.
  private static func pad(_ message: [UInt8]) -> [UInt8] {
    var padded = message + [0x80]
    padded += [UInt8](repeating: 0, count: (120 - padded.count % 64) % 64)
    let bits = UInt64(message.count) * 8
    return padded + (0..<8).map { UInt8(truncatingIfNeeded: bits >> (56 - 8 * $0)) }
  }

  private static func compress(_ state: inout [UInt32], _ block: ArraySlice<UInt8>) {
    var w = [UInt32](repeating: 0, count: 64)
    for (i, byte) in block.enumerated() { w[i / 4] = w[i / 4] << 8 | UInt32(byte) }
    for t in 16..<64 {
      let s0 = rotate(w[t - 15], 7) ^ rotate(w[t - 15], 18) ^ (w[t - 15] >> 3)
      let s1 = rotate(w[t - 2], 17) ^ rotate(w[t - 2], 19) ^ (w[t - 2] >> 10)
      w[t] = w[t - 16] &+ s0 &+ w[t - 7] &+ s1
    }
    var v = state
    for t in 0..<64 {
      let s1 = rotate(v[4], 6) ^ rotate(v[4], 11) ^ rotate(v[4], 25)
      let choice = (v[4] & v[5]) ^ (~v[4] & v[6])
      let first = v[7] &+ s1 &+ choice &+ constants[t] &+ w[t]
      let s0 = rotate(v[0], 2) ^ rotate(v[0], 13) ^ rotate(v[0], 22)
      let majority = (v[0] & v[1]) ^ (v[0] & v[2]) ^ (v[1] & v[2])
      v = [first &+ s0 &+ majority, v[0], v[1], v[2], v[3] &+ first, v[4], v[5], v[6]]
    }
    for i in state.indices { state[i] = state[i] &+ v[i] }
  }

  private static func rotate(_ x: UInt32, _ by: UInt32) -> UInt32 { x >> by | x << (32 - by) }

  /// The first 32 bits of the fractional parts of the cube roots of the first 64 primes.
  private static let constants: [UInt32] = {
    var primes: [Int] = []
    var candidate = 2
    while primes.count < 64 {
      if primes.allSatisfy({ candidate % $0 != 0 }) { primes.append(candidate) }
      candidate += 1
    }
    return primes.map(cubeRootBits)
  }()

  /// floor(2^32 * frac(cbrt(p))), exactly: the largest integer whose cube does not exceed p * 2^96, cut to 32
  /// bits.
  private static func cubeRootBits(_ prime: Int) -> UInt32 {
    let limit = UInt128(prime) << 96
    var root: UInt128 = 0
    for bit in stride(from: 35, through: 0, by: -1) {
      let trial = root | (1 << UInt128(bit))
      if trial * trial * trial <= limit { root = trial }
    }
    return UInt32(truncatingIfNeeded: root)
  }
}
