import Foundation
import Testing

@testable import Optim

@Suite("Formula gradient")
struct FormulaGradientTests {
  typealias Op = Formula.Operation

  /// Where every operation is smooth, away from kinks: the operands of each.
  static let smooth: [(Op, [Double])] = [
    (.add, [1.3, -0.4]), (.subtract, [1.3, -0.4]), (.multiply, [1.3, -0.4]), (.divide, [1.3, -0.4]),
    (.power, [1.3, -0.4]), (.modulo, [7.3, 2.1]), (.modulo, [-7.3, 2.1]), (.minimum, [1.3, -0.4]),
    (.minimum, [-1.3, 0.4]), (.maximum, [1.3, -0.4]), (.maximum, [-1.3, 0.4]), (.atan2, [1.3, -0.4]),
    (.negate, [0.3]), (.absolute, [-0.7]), (.absolute, [0.7]), (.squareRoot, [0.7]), (.exponential, [0.7]),
    (.logarithm, [0.7]), (.logarithm10, [0.7]), (.logarithm2, [0.7]), (.sine, [0.7]), (.cosine, [0.7]),
    (.tangent, [0.7]), (.arcsine, [0.7]), (.arccosine, [0.7]), (.arctangent, [0.7]), (.sinhyp, [0.7]),
    (.coshyp, [0.7]), (.tanhyp, [0.7]), (.round, [0.7]), (.floor, [0.7]), (.ceiling, [0.7]), (.sign, [0.7]),
    (.less, [0.7, 0.2]), (.lessOrEqual, [0.7, 0.2]), (.equal, [0.7, 0.2]), (.and, [0.7, 0.2]),
    (.or, [0.7, 0.2]),
    (.not, [0.7]), (.select, [1, 0.7, 0.2]), (.select, [0.0, 0.7, 0.2]), (.isFinite, [0.7]),
  ]

  @Test("Every operation agrees with central differences")
  func everyOperation() throws {
    #expect(Set(Self.smooth.map(\.0)) == Set(Op.allCases.filter { $0.arity > 0 }))
    for (operation, at) in Self.smooth {
      var graph = TermGraph()
      let names = Array(["a", "b", "c"].prefix(operation.arity))
      let operands = names.map { graph.input($0) }
      let result = graph.apply(operation, operands)
      try expectDifferences(graph.formula([result]), names, at, "\(operation)")
    }
  }

  @Test("A number as an operand has no adjoint and changes nothing for the other")
  func numbers() throws {
    for (operation, at) in Self.smooth where operation.arity == 2 {
      var graph = TermGraph()
      let x = graph.input("a")
      let right = graph.apply(operation, x, graph.constant(at[1]))
      try expectDifferences(graph.formula([right]), ["a"], [at[0]], "\(operation) right")
      var other = TermGraph()
      let left = other.apply(operation, other.constant(at[0]), other.input("b"))
      try expectDifferences(other.formula([left]), ["b"], [at[1]], "\(operation) left")
    }
  }

  @Test("Random formulas agree with central differences where those converge")
  func randomFormulas() throws {
    var random = Wander(11)
    let names = ["x", "y", "z"]
    var compared = 0
    for trial in 0..<200 {
      let formula = randomFormula(names, operations: 4 + trial % 20, from: &random)
      let at = names.map { _ in random.number(0.2, 1.8) }
      let value = { (x: [Double]) in formula.value { name in x[names.firstIndex(of: name)!] } }
      let gradient = try formula.gradient(rows: 1) { name in [at[names.firstIndex(of: name)!]] }
      for (j, name) in formula.inputs.enumerated() {
        let i = names.firstIndex(of: name)!
        let (wide, narrow) = (difference(value, at, i, 2e-5), difference(value, at, i, 1e-5))
        // Near a kink or a pole differences tell nothing.
        guard narrow.isFinite, abs(wide - narrow) <= 1e-4 * (1 + abs(narrow)), abs(narrow) < 1e4 else {
          continue
        }
        compared += 1
        let slope = gradient.inputs[j][0]
        #expect(
          abs(slope - narrow) <= 1e-3 * (1 + abs(narrow)), "trial \(trial), \(name): \(slope) and \(narrow)")
      }
    }
    #expect(compared > 200)
  }

  @Test("Closed forms over several blocks: Rosenbrock, the norm, a product with itself")
  func closedForms() throws {
    var graph = TermGraph()
    let (x, y) = (graph.input("x"), graph.input("y"))
    let two = graph.constant(2)
    let one = graph.constant(1)
    let square = graph.apply(.power, x, two)
    let lift = graph.apply(.subtract, y, square)
    let steep = graph.apply(.multiply, graph.constant(100), graph.apply(.power, lift, two))
    let flat = graph.apply(.power, graph.apply(.subtract, one, x), two)
    let rosenbrock = graph.apply(.add, steep, flat)
    let norm = graph.apply(.squareRoot, graph.apply(.add, square, graph.apply(.multiply, y, y)))
    let formula = graph.formula([rosenbrock, norm])
    let rows = 1100
    let xs = (0..<rows).map { Double($0) / 400 - 1 }
    let ys = (0..<rows).map { 1 - Double($0) / 700 }
    let column = { (name: String) in name == "x" ? xs : ys }
    let valley = try formula.gradient(rows: rows, column: column)
    let length = try formula.gradient(rows: rows, result: 1, column: column)
    #expect(valley.values == (try formula.evaluate(rows: rows, column: column)))
    for row in 0..<rows {
      let (x, y) = (xs[row], ys[row])
      #expect(abs(valley.inputs[0][row] - (-400 * x * (y - x * x) - 2 * (1 - x))) < 1e-9)
      #expect(abs(valley.inputs[1][row] - 200 * (y - x * x)) < 1e-9)
      #expect(abs(length.inputs[0][row] - x / (x * x + y * y).squareRoot()) < 1e-12)
    }
  }

  @Test("Seeds give the weighted sum of the results' gradients, row by row")
  func seeds() throws {
    var graph = TermGraph()
    let (x, y) = (graph.input("x"), graph.input("y"))
    let product = graph.apply(.multiply, x, y)
    let results = [product, graph.apply(.exponential, x), y, graph.constant(3)]
    let formula = graph.formula(results)
    let columns = ["x": [0.5, -1, 2], "y": [3.0, 4, 5]]
    let weights = [[1, 2, 0.0], [0, 1, 1.0], [10, 0, -1.0], [9, 9, 9.0]]
    let gradient = try formula.gradient(rows: 3, seeds: weights) { columns[$0] }
    #expect(gradient.inputs[0] == [3, 8 + exp(-1), exp(2.0)])
    #expect(gradient.inputs[1] == [10.5, -2, -1])
  }

  @Test("At kinks the gradient is the documented subgradient")
  func kinks() throws {
    #expect(try slope { $0.apply(.absolute, $1) }(0) == 0)
    #expect(try slope { graph, x in graph.apply(.minimum, x, graph.constant(1)) }(1) == 1)
    #expect(try slope { graph, x in graph.apply(.minimum, graph.constant(1), x) }(1) == 0)
    #expect(try slope { graph, x in graph.apply(.maximum, x, graph.constant(1)) }(1) == 1)
    // The norm at its zero: an infinite slope above a zero one.
    #expect(try slope { graph, x in graph.apply(.squareRoot, graph.apply(.multiply, x, x)) }(0) == 0)
    #expect(try slope { graph, x in graph.apply(.power, x, graph.constant(0)) }(0) == 0)
    #expect(try slope { graph, x in graph.apply(.power, x, graph.constant(1)) }(0) == 1)
    #expect(try slope { graph, x in graph.apply(.atan2, x, graph.apply(.multiply, x, x)) }(0) == 0)
  }

  @Test("The branch not taken leaks neither its slope nor its NaN")
  func branches() throws {
    // x > 0 ? sqrt(x) : -x
    let guarded = slope { graph, x in
      let positive = graph.apply(.less, graph.constant(0), x)
      return graph.apply(.select, positive, graph.apply(.squareRoot, x), graph.apply(.negate, x))
    }
    #expect(try guarded(-4) == -1)
    #expect(try guarded(4) == 0.25)
    // x == 0 ? 1 : sin(x) / x
    let sinc = slope { graph, x in
      let ratio = graph.apply(.divide, graph.apply(.sine, x), x)
      return graph.apply(.select, graph.apply(.equal, x, graph.constant(0)), graph.constant(1), ratio)
    }
    #expect(try sinc(0) == 0)
    // A minimum passes nothing to the larger side, whose slope is infinite.
    let smaller = slope { graph, x in graph.apply(.minimum, x, graph.apply(.logarithm, x)) }
    #expect(try smaller(1) == 1)
  }

  @Test("NaN operands of min and max show in the gradient")
  func missing() throws {
    let value = slope { graph, x in graph.apply(.minimum, x, graph.constant(1)) }
    #expect(try value(.nan).isNaN)
  }

  /// The derivative of a formula of one input, as a function of where.
  private func slope(
    _ make: @escaping (inout TermGraph, TermGraph.Term) -> TermGraph.Term
  ) -> (Double) throws -> Double {
    { at in
      var graph = TermGraph()
      let x = graph.input("x")
      let result = make(&graph, x)
      return try graph.formula([result]).gradient(rows: 1) { _ in [at] }.inputs[0][0]
    }
  }

  private func difference(_ value: ([Double]) -> Double, _ at: [Double], _ i: Int, _ step: Double) -> Double {
    var (above, below) = (at, at)
    above[i] += step
    below[i] -= step
    return (value(above) - value(below)) / (2 * step)
  }

  private func expectDifferences(
    _ formula: Formula, _ names: [String], _ at: [Double], _ label: String
  ) throws {
    let value = { (x: [Double]) in formula.value { name in x[names.firstIndex(of: name)!] } }
    let gradient = try formula.gradient(rows: 1) { name in [at[names.firstIndex(of: name)!]] }
    for (j, name) in formula.inputs.enumerated() {
      let i = names.firstIndex(of: name)!
      // The condition of a choice is not a number to differentiate by.
      if formula.code.contains(where: { $0.operation == .select }) && i == 0 {
        #expect(gradient.inputs[j][0] == 0)
        continue
      }
      let expected = difference(value, at, i, 1e-6)
      #expect(abs(gradient.inputs[j][0] - expected) < 1e-7 * (1 + abs(expected)), "\(label) by \(name)")
    }
  }
}
