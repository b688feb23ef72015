import Optim
import Testing

@testable import REPL

@Suite struct ScaleTests {
  static func labels(_ range: ClosedRange<Double>, log: Bool = false, count: Int = 5) -> [String] {
    Scale(axis: .init("x", isLog: log), range: range, tickCount: count).ticks.map(\.label)
  }

  @Test func linearTicksAreRoundNumbers() {
    #expect(Self.labels(0...10) == ["0", "2", "4", "6", "8", "10"])
    #expect(Self.labels(0.13...0.94) == ["0.2", "0.4", "0.6", "0.8"])
    #expect(Self.labels(-1...1) == ["-1.0", "-0.5", "0.0", "0.5", "1.0"])
    #expect(Self.labels(0...4e7) == ["0", "1e7", "2e7", "3e7", "4e7"])
    #expect(Self.labels(1e-5...4e-5) == ["1e-5", "1.5e-5", "2e-5", "2.5e-5", "3e-5", "3.5e-5", "4e-5"])
    #expect(Self.labels(1_000_000_001...1_000_000_002).first == "1.000000001e9")
  }

  @Test func logTicksAreDecadesOrOneTwoFive() {
    #expect(
      Self.labels(1e-3...1e3, log: true, count: 7) == ["0.001", "0.01", "0.1", "1", "10", "100", "1000"])
    #expect(Self.labels(1e-12...1, log: true, count: 5) == ["1e-12", "1e-9", "1e-6", "0.001", "1"])
    #expect(Self.labels(1...100, log: true, count: 8) == ["1", "2", "5", "10", "20", "50", "100"])
    #expect(Self.labels(20...40, log: true) == ["20", "25", "30", "35", "40"])
  }

  @Test func categories() {
    let scale = Scale(axis: .init("k", categories: ["a", "b"]), range: 0...1, tickCount: 9)
    #expect(scale.ticks.map(\.label) == ["a", "b"])
    #expect(scale.position(0) == 0.25)
    #expect(scale.position(1) == 0.75)
  }

  static let tiny = Double.leastNormalMagnitude / 8
  static let ranges: [ClosedRange<Double>] = [
    0...0, 5...5, -3...(-3), 1e300...1e300, 1e-300...1e-300, -1.7e308...1.7e308, tiny...(8 * tiny),
    0...5e-300,
    1e300...1.2e300, 1e15...(1e15 + 1), 1...(1 + 1e-14), -1e-300...1e300,
  ]

  @Test(arguments: ranges) func extremesStayInside(range: ClosedRange<Double>) {
    for isLog in [false, true] where !isLog || range.lowerBound > 0 {
      let scale = Scale(axis: .init("x", isLog: isLog), range: range, tickCount: 5)
      for value in [range.lowerBound, range.upperBound] {
        let position = scale.position(value) ?? -1
        #expect(position >= 0 && position <= 1, "\(value) at \(position)")
      }
      #expect(scale.ticks.count <= 12)
      #expect(Set(scale.ticks.map(\.label)).count == scale.ticks.count, "\(scale.ticks)")
    }
  }

  @Test func whatHasNoPlace() {
    let scale = Scale(axis: .init("x", isLog: true), range: 1...10, tickCount: 4)
    #expect(scale.position(0) == nil)
    #expect(scale.position(.nan) == nil)
    #expect(scale.position(.infinity) == nil)
  }
}
