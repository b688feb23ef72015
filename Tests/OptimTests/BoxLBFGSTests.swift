import Foundation
import Testing

@testable import Optim

@Suite struct BoxLBFGSTests {
  private static func rosenbrock(_ x: [Double]) -> (Double, [Double]) {
    var (value, gradient) = (0.0, [Double](repeating: 0, count: x.count))
    for i in 0..<x.count - 1 {
      let (a, b) = (x[i + 1] - x[i] * x[i], 1 - x[i])
      value += 100 * a * a + b * b
      gradient[i] += -400 * a * x[i] - 2 * b
      gradient[i + 1] += 200 * a
    }
    return (value, gradient)
  }

  private static func quartic(_ x: [Double]) -> (Double, [Double]) {
    let sum = x.reduce(0, +)
    let terms = x.indices.map { (Double($0 + 1), x[$0] - 0.3 * Double($0)) }
    return (
      terms.reduce(0.1 * sum * sum) { $0 + $1.0 * pow($1.1, 4) },
      terms.map { 4 * $0.0 * pow($0.1, 3) + 0.2 * sum }
    )
  }

  @Test func reachesScipysOptima() throws {
    for reference in try GaussianFixture.load().optima {
      var search = BoxLBFGS(lower: reference.lower, upper: reference.upper)
      search.maximumEvaluations = 1000
      let function = reference.function == "quartic" ? Self.quartic : Self.rosenbrock
      let found = search.minimise(from: reference.start, function)
      #expect(found.value <= reference.value + 1e-7, "\(reference.function) \(found)")
      #expect(zip(found.x, zip(reference.lower, reference.upper)).allSatisfy { $0 >= $1.0 && $0 <= $1.1 })
      #expect(found.converged)
      #expect(found.evaluations < 250)
    }
  }

  @Test func survivesValuesThatAreNotFinite() {
    // ln x is nothing from 0 down; the minimum of x - ln x is at 1.
    let search = BoxLBFGS(lower: [-10], upper: [10])
    let found = search.minimise(from: [9]) { x in
      x[0] > 0 ? (x[0] - log(x[0]), [1 - 1 / x[0]]) : (.nan, [.nan])
    }
    #expect(abs(found.x[0] - 1) < 1e-5)
    let nowhere = search.minimise(from: [1]) { _ in (.nan, [.nan]) }
    #expect(nowhere.value == .infinity && nowhere.x == [1])
  }

  @Test func stopsWhenTold() {
    var search = BoxLBFGS(lower: [-5, -5], upper: [5, 5])
    search.maximumEvaluations = 7
    let found = search.minimise(from: [-1.2, 1], Self.rosenbrock)
    #expect(found.evaluations <= 7 && !found.converged && found.value < 24.2)
    search.shouldStop = { true }
    #expect(search.minimise(from: [-1.2, 1], Self.rosenbrock).x == [-1.2, 1])
  }

  @Test func startsAtACorner() {
    let search = BoxLBFGS(lower: [0, 0], upper: [1, 1])
    let found = search.minimise(from: [7, 7]) { x in (x[0] + x[1], [1, 1]) }
    #expect(found.x == [0, 0] && found.converged)
    let held = search.minimise(from: [-3, 0]) { x in (x[0] + x[1], [1, 1]) }
    #expect(held.x == [0, 0] && held.evaluations == 1)
  }
}
