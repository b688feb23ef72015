import Foundation

@testable import Lang

/// SplitMix64: small, fast, the same everywhere.
struct TestRandom: RandomNumberGenerator {
  private var state: UInt64
  init(_ seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  mutating func below(_ count: Int) -> Int { Int(next() % UInt64(max(count, 1))) }
}

/// Texts that may or may not be programs: noise, token soups, and programs with mistakes.
struct FuzzInput {
  private var random: TestRandom
  private let programs: [[UInt8]]

  init(seed: UInt64, programs: [[UInt8]]) {
    random = TestRandom(seed)
    self.programs = programs
  }

  static let words: [String] =
    Token.Symbol.allCases.map(\.rawValue) + Verb.all.map(\.name) + Words.declarations.map(\.word)
    + Words.control
    + Words.operators + Function.all.map(\.name) + SimulatorSetting.all.map(\.name)
    + [
      "\n", "\n", "\n", " ", " ", "x", "y", "f", "w", "cell", "front", "1", "2", "0", "3.5", "1e3", "1e300",
      "1e999", "90s", "5%",
      "1..3", "\"a\"", "\"{x}\"", "\"", "\\", "# c", "# %% cell\n", "output", "param x in [0, 1]\n",
      "param w[3] in [0, 1]\n",
      "param k in {\"a\", \"b\"}\n", "minimize f = x\n", "def g(a) = a + 1\n", "let m = {a: 1}\n",
      "benchmark \"bnh\"\n",
      "for i in 1..3 {", "while x {", "if x {", "é", "²", "\u{0}", "\r\n", "\u{FEFF}", "日", "top=3", "of=",
      "by=f", "lh", "sobol",
    ]

  mutating func next() -> [UInt8] {
    switch random.below(10) {
    case 0: noise()
    case 1, 2, 3: soup()
    default: mutated()
    }
  }

  private mutating func noise() -> [UInt8] {
    (0..<random.below(200)).map { _ in UInt8(truncatingIfNeeded: random.next()) }
  }

  private mutating func soup() -> [UInt8] {
    var text = ""
    for _ in 0..<random.below(60) {
      text += Self.words[random.below(Self.words.count)]
      if random.below(3) > 0 { text += " " }
    }
    return Array(text.utf8)
  }

  private mutating func mutated() -> [UInt8] {
    var bytes = programs[random.below(programs.count)]
    for _ in 0...random.below(4) { mutate(&bytes) }
    return bytes
  }

  private mutating func mutate(_ bytes: inout [UInt8]) {
    guard !bytes.isEmpty else { return }
    let start = random.below(bytes.count)
    let end = min(bytes.count, start + 1 + random.below(random.below(4) == 0 ? 80 : 6))
    switch random.below(7) {
    case 0: bytes.removeSubrange(start..<end)
    case 1: bytes.insert(contentsOf: bytes[start..<end], at: random.below(bytes.count))
    case 2: bytes.swapAt(start, random.below(bytes.count))
    case 3: bytes.removeSubrange(start...)
    case 4: bytes.insert(contentsOf: Self.words[random.below(Self.words.count)].utf8, at: start)
    case 5:
      let other = programs[random.below(programs.count)]
      if !other.isEmpty { bytes.insert(contentsOf: other[random.below(other.count)...], at: start) }
    default: bytes[start] = UInt8(truncatingIfNeeded: random.next())
    }
  }
}
