import Testing

@testable import Optim

@Suite("Parameter")
struct ParameterTests {
  static let domains: [Parameter.Domain] = [
    .real(lower: -3, upper: 7.5, scale: .linear), .real(lower: 1e-6, upper: 1e3, scale: .log),
    .stepped(lower: 1, upper: 10, step: 1), .stepped(lower: 0.1, upper: 0.7, step: 0.2),
    .stepped(lower: 0, upper: 1, step: 0.3), .categorical(["a", "b", "c"]),
  ]

  @Test("Decoded values lie in the domain and come back through encode", arguments: domains)
  func roundTrip(_ domain: Parameter.Domain) {
    let parameter = Parameter(name: "p", domain: domain)
    for k in 0...1000 {
      let value = parameter.decode(Double(k) / 1000)
      #expect(parameter.contains(value))
      let unit = parameter.encode(value)
      #expect((0...1).contains(unit))
      if parameter.levels == nil {
        #expect(abs(unit - Double(k) / 1000) < 1e-12)
      } else {
        #expect(parameter.decode(unit) == value)
      }
    }
  }

  @Test("Ends of the cube give the ends of the range exactly, also beyond them", arguments: domains)
  func ends(_ domain: Parameter.Domain) {
    let parameter = Parameter(name: "p", domain: domain)
    let (first, last): (Double, Double) =
      switch domain {
      case .real(let lower, let upper, _): (lower, upper)
      case .stepped(let lower, _, let step): (lower, lower + step * Double(parameter.levels! - 1))
      case .categorical(let labels): (0, Double(labels.count - 1))
      }
    #expect(parameter.decode(0) == first && parameter.decode(1) == last)
    #expect(parameter.decode(-0.5) == first && parameter.decode(1.5) == last)
  }

  @Test("Discrete values take equal cells of the unit interval", arguments: domains)
  func cells(_ domain: Parameter.Domain) {
    let parameter = Parameter(name: "p", domain: domain)
    guard let levels = parameter.levels else { return }
    var counts: [Double: Int] = [:]
    for k in 0..<(levels * 100) {
      counts[parameter.decode((Double(k) + 0.5) / Double(levels * 100)), default: 0] += 1
    }
    #expect(counts.count == levels && counts.values.allSatisfy { $0 == 100 })
  }

  @Test("A logarithmic scale is halved at the geometric mean; a value outside is not clamped by encode")
  func log() {
    let parameter = Parameter(name: "p", domain: .real(lower: 0.01, upper: 100, scale: .log))
    #expect(abs(parameter.decode(0.5) - 1) < 1e-14)
    #expect(abs(parameter.encode(1e4) - 1.5) < 1e-14)
    #expect(!parameter.contains(1e4) && !parameter.contains(.nan))
    #expect(parameter.encode(.nan).isNaN)
  }

  @Test("Steps: an upper end off the grid is not reached, whole steps are integers")
  func steps() {
    let offGrid = Parameter(name: "p", domain: .stepped(lower: 0, upper: 1, step: 0.3))
    #expect(offGrid.levels == 4 && !offGrid.contains(1) && offGrid.contains(0.9) && !offGrid.isInteger)
    // 0.1 ... 0.7 has four values although (0.7 - 0.1) / 0.2 is below 3 in binary.
    #expect(Parameter(name: "p", domain: .stepped(lower: 0.1, upper: 0.7, step: 0.2)).levels == 4)
    #expect(Parameter(name: "p", domain: .stepped(lower: -2, upper: 2, step: 2)).isInteger)
    #expect(!offGrid.contains(0.35) && !offGrid.contains(-0.3))
  }

  @Test("Categories are whole numbers from 0")
  func categories() {
    let parameter = Parameter(name: "p", domain: .categorical(["a", "b"]))
    #expect(
      parameter.contains(1) && !parameter.contains(2) && !parameter.contains(0.5) && !parameter.contains(-1))
    #expect(parameter.labels == ["a", "b"] && parameter.isCategorical && parameter.levels == 2)
  }
}
