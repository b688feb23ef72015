import Foundation
import Testing

@testable import Optim

/// Against SALib's estimates (scripts/fixtures/salib_fixture.py) and values known in closed form.
@Suite struct SensitivityTests {
  static let a = [0, 1, 4.5, 9, 99, 99, 99, 99]

  /// Ishigami's function, a = 7, b = 0.1, of the unit cube.
  static let ishigami = function(3) { u in
    let x = u.map { (2 * $0 - 1) * Double.pi }
    let scale = 2 * Double.pi
    let value = sin(x[0]) + 7 * pow(sin(x[1]), 2) + 0.1 * pow(x[2], 4) * sin(x[0])
    let slopes = [
      cos(x[0]) * (1 + 0.1 * pow(x[2], 4)), 14 * sin(x[1]) * cos(x[1]), 0.4 * pow(x[2], 3) * sin(x[0]),
    ]
    return (value, slopes.map { scale * $0 })
  }

  /// Sobol's G function with eight parameters.
  static let sobolG = function(8) { u in
    let factors = zip(u, a).map { (abs(4 * $0 - 2) + $1) / (1 + $1) }
    let value = factors.reduce(1, *)
    let slopes = u.indices.map { j in value / factors[j] * 4 * (u[j] > 0.5 ? 1 : -1) / (1 + a[j]) }
    return (value, slopes)
  }

  static func function(_ d: Int, _ f: @escaping @Sendable ([Double]) -> (Double, [Double])) -> Responses {
    Responses(
      parameters: (1...d).map { "x\($0)" }, names: ["f"],
      values: { unit in [(0..<unit.rows).map { f(unit.row($0)).0 }] },
      gradients: { unit in
        let all = (0..<unit.rows).map { f(unit.row($0)) }
        return ([all.map(\.0)], [Matrix(all.map(\.1), columns: d)])
      })
  }

  static func stream(_ index: UInt64 = 0) -> RandomStream {
    RandomStream(seed: 8, purpose: .sensitivity, index: index)
  }

  struct Case: Sendable, CustomTestStringConvertible {
    let function: String
    let method: String
    let count: Int
    var testDescription: String { "\(function) \(method)" }
  }

  static let cases = ["ishigami", "sobolG"].flatMap { function in
    [("sobol", 1024), ("fast", 1025), ("dgsm", 2048), ("morris", 4000)].map {
      Case(function: function, method: $0.0, count: $0.1)
    }
  }

  @Test(arguments: cases) func agreesWithSALib(_ test: Case) throws {
    let responses = test.function == "ishigami" ? Self.ishigami : Self.sobolG
    let entry = try #require(Sensitivities.named(test.method))
    let result = entry.run(responses, test.count, Self.stream())
    let lines = try fixture("salib").filter { $0[0] == test.function && $0[1] == test.method }
    #expect(lines.count == result.measures.count * responses.dimension)
    for line in lines {
      let measure = try #require(result.measures.first { $0.name == line[3] })
      let (own, peer) = (measure.values[0][Int(line[2])!], Double(line[4])!)
      // Its 95 % interval is 1.96 standard deviations; of a hundred comparisons some miss that, none 3.
      #expect(abs(own - peer) <= 1.53 * Double(line[5])! + 1e-9, "\(line) \(own)")
    }
  }

  @Test func agreesWithClosedForms() {
    let variance = 49.0 / 8 + 0.1 * pow(Double.pi, 4) / 5 + 0.01 * pow(Double.pi, 8) / 18 + 0.5
    let alone = 0.5 * pow(1 + 0.1 * pow(Double.pi, 4) / 5, 2) / variance
    let interaction = 0.01 * pow(Double.pi, 8) * (1 / 18.0 - 1 / 50.0) / variance
    let first = [alone, 49 / 8 / variance, 0]
    let total = [alone + interaction, 49 / 8 / variance, interaction]
    let sobol = saltelliSensitivity.run(Self.ishigami, 4096, Self.stream())
    let fast = fourierSensitivity.run(Self.ishigami, 4097, Self.stream())
    for j in 0..<3 {
      #expect(abs(sobol.measures[0].values[0][j] - first[j]) < 0.02)
      #expect(abs(sobol.measures[1].values[0][j] - total[j]) < 0.02)
      #expect(abs(sobol.measures[0].values[0][j] - first[j]) < 1.5 * sobol.measures[0].confidence![0][j])
      #expect(abs(fast.measures[0].values[0][j] - first[j]) < 0.03)
      #expect(abs(fast.measures[1].values[0][j] - total[j]) < 0.05)
    }
    #expect(sobol.evaluations == 4096 * 5 && fast.evaluations == 4097 * 3)
  }

  /// f = 3 x1^2 + x2: (6 x1 x1)^2 is 36 / 5 on average, (x2)^2 is 1 / 3.
  @Test func slopeTimesPlace() {
    let responses = Self.function(2) { u in (3 * u[0] * u[0] + u[1], [6 * u[0], 1]) }
    let result = slopeSensitivity.run(responses, 4096, Self.stream())
    let values = result.measures[0].values[0]
    #expect(values[0] == 1 && abs(values[1] - 1 / 3.0 / (36 / 5.0)) < 1e-3)
  }

  @Test(arguments: Sensitivities.all.map(\.name)) func conforms(_ name: String) throws {
    let entry = try #require(Sensitivities.named(name))
    // What does not matter has nothing; what is constant has nothing anywhere; one parameter is possible.
    let idle = Self.function(3) { u in (u[0] + 0.5 * u[2], [1, 0, 0.5]) }
    let result = entry.run(idle, max(entry.leastCount, 65), Self.stream())
    for measure in result.measures { #expect(abs(measure.values[0][1]) < 5e-3, "\(measure.name)") }
    let lead = result.measures[0].values[0]
    #expect(lead[0] > lead[2] && lead[2] > lead[1])
    let constant = entry.run(Self.function(2) { _ in (7, [0, 0]) }, max(entry.leastCount, 65), Self.stream())
    #expect(constant.measures.allSatisfy { $0.values[0].allSatisfy { $0 == 0 } })
    let single = entry.run(Self.function(1) { u in (u[0], [1]) }, entry.leastCount, Self.stream())
    #expect(single.measures[0].values[0][0] > 0.3)
    // The same stream, the same result.
    let again = entry.run(idle, max(entry.leastCount, 65), Self.stream())
    #expect(again.measures.map(\.values) == result.measures.map(\.values))
  }

  /// Labels have no slope, but shares of the variance; what exists only sometimes matters less.
  @Test func mixedParameters() throws {
    let model = try ProblemModelTests.model(LearningGoal())
    let responses = Responses(model)
    #expect(
      responses.names == ["f", "g", "numeric", "binary", "prior", "conditional", "simulation succeeds"])
    let slopes = slopeSensitivity.run(responses, 256, Self.stream()).measures[0].values
    let shares = saltelliSensitivity.run(responses, 256, Self.stream()).measures[1].values
    for k in 0..<2 {
      #expect(slopes[k][4].isNaN && shares[k][4] > 0.001 && !shares[k][0].isNaN)
    }
    // The exact constraint on y alone depends on y and on x, which decides whether y exists.
    #expect(shares[5][6] > 0.1 && shares[5][0] > 0.1 && shares[5][1] == 0)
    let combined = model.combinedSlopes(stream: Self.stream())
    #expect(combined.max() == 1 && combined[4] == 1 && combined.allSatisfy { (0...1).contains($0) })
    let some = responses.only(["binary", "f"])
    #expect(some.names == ["binary", "f"])
    let points = ProblemModelTests.points(5, model.problem.space)
    #expect(some.values(points)[1] == responses.values(points)[0])
    #expect(some.gradients(points).gradients[0] == responses.gradients(points).gradients[3])
  }
}
