/// Philox4x32-10, a counter-based random generator.
///
/// Source: J. K. Salmon, M. A. Moraes, R. O. Dror, D. E. Shaw, "Parallel random numbers: as easy as 1, 2, 3",
/// SC 2011. The output is a pure function of a 128-bit counter and a 64-bit key, so any block of any stream
/// is available at once: results depend neither on the order of work nor on the number of workers. It passes
/// TestU01's BigCrush (same paper).
public enum Philox {
  /// Ten rounds over `counter` with `key`: four 32-bit words.
  @inlinable
  public static func block(counter: SIMD4<UInt32>, key: SIMD2<UInt32>) -> SIMD4<UInt32> {
    var (c0, c1, c2, c3) = (counter.x, counter.y, counter.z, counter.w)
    var (k0, k1) = (key.x, key.y)
    for _ in 0..<10 {
      // Each round: two 32x32 -> 64 bit products, their halves crossed and mixed with the key.
      let p0 = 0xD251_1F53 &* UInt64(c0)
      let p1 = 0xCD9E_8D57 &* UInt64(c2)
      (c0, c1, c2, c3) = (
        UInt32(truncatingIfNeeded: p1 &>> 32) ^ c1 ^ k0, UInt32(truncatingIfNeeded: p1),
        UInt32(truncatingIfNeeded: p0 &>> 32) ^ c3 ^ k1, UInt32(truncatingIfNeeded: p0)
      )
      // The key schedule is a Weyl sequence: golden ratio and sqrt(3) - 1.
      k0 &+= 0x9E37_79B9
      k1 &+= 0xBB67_AE85
    }
    return SIMD4(c0, c1, c2, c3)
  }
}
