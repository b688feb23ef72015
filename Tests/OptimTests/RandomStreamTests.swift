import Foundation
import Testing

@testable import Optim

@Suite struct RandomStreamTests {
  /// The known answers of Random123's tests/kat_vectors.
  @Test func knownAnswers() {
    #expect(
      Philox.block(counter: SIMD4(repeating: 0), key: SIMD2(repeating: 0))
        == SIMD4(0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8))
    #expect(
      Philox.block(counter: SIMD4(repeating: .max), key: SIMD2(repeating: .max))
        == SIMD4(0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd))
    #expect(
      Philox.block(
        counter: SIMD4(0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344),
        key: SIMD2(0xa409_3822, 0x299f_31d0))
        == SIMD4(0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1))
  }

  @Test func streamsAreIndependentAndReproducible() throws {
    let stream = RandomStream(seed: 1, purpose: .test, index: 2)
    var first: Set<UInt64> = []
    for other in [
      stream, RandomStream(seed: 2, purpose: .test, index: 2),
      RandomStream(seed: 1, purpose: .noise, index: 2),
      RandomStream(seed: 1, purpose: .test, index: 3), stream.derived(0), stream.derived(1),
      stream.derived(1 << 40), stream.derived(0).derived(0),
    ] {
      var (a, b) = (other, other)
      for _ in 0..<100 {
        let number = a.next()
        #expect(number == b.next())
        first.insert(number)
      }
    }
    #expect(first.count == 800)
    // The numbers themselves are part of the promise: stored studies are continued by later versions.
    var golden = RandomStream(seed: 42, purpose: .search, index: 7)
    #expect(
      [golden.next(), golden.next(), golden.next()] == [
        5_439_388_187_317_286_820, 16_517_414_797_231_405_369, 5_821_331_076_367_408_539,
      ])
    // A stream that was saved in between goes on where it was.
    var restored = try JSONDecoder().decode(RandomStream.self, from: JSONEncoder().encode(golden))
    #expect(restored.next() == golden.next())
  }

  @Test func distributions() {
    var random = RandomStream(seed: 3, purpose: .test)
    let count = 20_000
    let uniform = (0..<count).map { _ in random.uniform() }
    #expect(uniform.allSatisfy { $0 >= 0 && $0 < 1 })
    #expect(abs(uniform.reduce(0, +) / Double(count) - 0.5) < 0.01)
    let normal = (0..<count).map { _ in random.normal() }
    #expect(abs(normal.reduce(0, +) / Double(count)) < 0.03)
    #expect(abs(normal.reduce(0) { $0 + $1 * $1 } / Double(count) - 1) < 0.04)
    var counts = [Int](repeating: 0, count: 7)
    for _ in 0..<count { counts[random.below(7)] += 1 }
    #expect(counts.allSatisfy { abs($0 - count / 7) < 250 })
    #expect(random.below(1) == 0)
    #expect(random.permutation(50).sorted() == Array(0..<50))
    #expect((0..<1000).allSatisfy { _ in (0..<1).contains(random.openUniform()) })
  }
}
