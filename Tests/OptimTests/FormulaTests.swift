import Foundation
import Testing

@testable import Optim

/// A random formula over the given inputs, with every operation, sharing and several results.
func randomFormula(_ inputs: [String], operations: Int, from random: inout Wander) -> Formula {
  var graph = TermGraph()
  var terms = inputs.map { graph.input($0) }
  for _ in 0..<3 { terms.append(graph.constant(random.number(-2, 2))) }
  terms.append(graph.constant(2))
  let choices = Formula.Operation.allCases.filter { $0.arity > 0 }
  for _ in 0..<operations {
    let operation = choices[random.below(choices.count)]
    terms.append(graph.apply(operation, (0..<operation.arity).map { _ in terms[random.below(terms.count)] }))
  }
  return graph.formula(Array(terms.suffix(3)) + [terms[0], terms[inputs.count]])
}

/// A small deterministic stream of numbers for tests.
struct Wander {
  var state: UInt64
  init(_ seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 | 1 }
  mutating func next() -> UInt64 {
    state ^= state << 13
    state ^= state >> 7
    state ^= state << 17
    return state &* 0x2545_F491_4F6C_DD1D
  }
  mutating func below(_ count: Int) -> Int { Int(next() >> 33) % count }
  mutating func number(_ lower: Double, _ upper: Double) -> Double {
    lower + (upper - lower) * Double(next() >> 11) * 0x1p-53
  }
}

/// Equal bits, where any NaN equals any other.
func sameBits(_ a: Double, _ b: Double) -> Bool { a.bitPattern == b.bitPattern || (a.isNaN && b.isNaN) }

@Suite("Formula")
struct FormulaTests {
  static let special: [Double] = [0, -0.0, 1, -1, 2, 0.5, -2.5, .infinity, -.infinity, .nan, 1e-200, 1e300]

  @Test("Columns give the bits of the scalar path for every operation on special values")
  func everyOperation() throws {
    let pairs = Self.special.flatMap { a in Self.special.map { (a, $0) } }
    let columns = ["a": pairs.map(\.0), "b": pairs.map(\.1), "c": pairs.map { $0.0 - 1 }]
    for operation in Formula.Operation.allCases where operation.arity > 0 {
      var graph = TermGraph()
      let operands = ["a", "b", "c"].prefix(operation.arity).map { graph.input($0) }
      var results = [graph.apply(operation, Array(operands))]
      // Numbers on either side take other loops.
      for value in Self.special where operation.arity == 2 {
        let number = graph.constant(value)
        results += [graph.apply(operation, operands[0], number), graph.apply(operation, number, operands[1])]
      }
      let formula = graph.formula(results)
      let values = try formula.evaluate(rows: pairs.count) { columns[$0] }
      for row in pairs.indices {
        let expected = formula.values { columns[$0]![row] }
        for k in results.indices {
          #expect(sameBits(values[k][row], expected[k]), "\(operation) result \(k) row \(row)")
        }
      }
    }
  }

  @Test("Columns give the bits of the scalar path for random formulas, wherever a row falls in a block")
  func randomFormulas() throws {
    var random = Wander(5)
    let names = ["x", "y", "w[1]", "w[2]"]
    for trial in 0..<60 {
      let formula = randomFormula(names, operations: 5 + trial, from: &random)
      let rows = [1, 7, 512, 513, 1300][trial % 5]
      var columns: [String: [Double]] = [:]
      for name in names { columns[name] = (0..<rows).map { _ in random.number(-3, 3) } }
      let values = try formula.evaluate(rows: rows) { columns[$0] }
      #expect(values.map(\.count) == Array(repeating: rows, count: 5))
      for row in 0..<rows {
        let expected = formula.values { columns[$0]![row] }
        #expect(
          values.indices.allSatisfy { sameBits(values[$0][row], expected[$0]) }, "trial \(trial) row \(row)")
      }
    }
  }

  @Test("Long sums keep their order, shared partial sums included")
  func longSums() throws {
    var graph = TermGraph()
    let x = (0..<23).map { graph.input("x\($0)") }
    var sum = x[0]
    var partial = sum
    for (k, term) in x.enumerated().dropFirst() {
      sum = graph.apply(.add, sum, k == 9 ? graph.constant(0.1) : term)
      if k == 13 { partial = sum }
    }
    let product = graph.apply(.multiply, partial, x[2])
    let formula = graph.formula([sum, product])
    var random = Wander(3)
    let columns = (0..<23).map { _ in (0..<600).map { _ in random.number(-1e3, 1e3) } }
    let column = { (name: String) in columns[Int(name.dropFirst())!] }
    let values = try formula.evaluate(rows: 600, column: column)
    for row in 0..<600 { #expect(formula.values { column($0)[row] } == values.map { $0[row] }) }
  }

  @Test("More columns than one recursion opens are read as well")
  func manyInputs() throws {
    var graph = TermGraph()
    let x = (0..<1500).map { graph.input("x\($0)") }
    var sum = x[0]
    for term in x.dropFirst() { sum = graph.apply(.add, sum, term) }
    let values = try graph.formula([sum]).evaluate(rows: 3) { name in
      (0..<3).map { Double(name.dropFirst())! + Double($0) }
    }
    #expect(values == [[1_124_250, 1_125_750, 1_127_250]])
  }

  @Test("No rows give empty columns; results may be inputs, numbers or repeated")
  func edges() throws {
    var graph = TermGraph()
    let x = graph.input("x")
    let seven = graph.constant(7)
    let double = graph.apply(.add, x, x)
    let formula = graph.formula([x, seven, double, double])
    #expect(try formula.evaluate(rows: 0) { _ in [] } == [[], [], [], []])
    #expect(try formula.evaluate(rows: 2) { _ in [1, 2, 3] } == [[1, 2], [7, 7], [2, 4], [2, 4]])
  }

  @Test("A missing or short column is named")
  func missing() {
    var graph = TermGraph()
    let rate = graph.input("cell.rate")
    let formula = graph.formula([rate])
    #expect(throws: FormulaError.missingColumn("cell.rate")) { try formula.evaluate(rows: 1) { _ in nil } }
    #expect(throws: FormulaError.shortColumn("cell.rate", count: 1, rows: 2)) {
      try formula.evaluate(rows: 2) { _ in [1] }
    }
    #expect(FormulaError.missingColumn("a.b").description == "there is no column 'a.b'")
  }

  @Test("Truth, modulo and rounding follow their rules")
  func rules() {
    typealias Op = Formula.Operation
    #expect(Op.and.apply(1e-200, 1e-200) == 1)
    #expect(Op.and.apply(.infinity, 0) == 0)
    #expect(Op.and.apply(.nan, 1) == 0)
    #expect(Op.modulo.apply(-1, 3) == 2 && Op.modulo.apply(1, -3) == -2 && Op.modulo.apply(6, 3) == 0)
    #expect(Op.modulo.apply(0.7, 0.1) >= 0)
    #expect(Op.minimum.apply(1, .nan).isNaN && Op.maximum.apply(.nan, 1).isNaN)
    #expect(Op.round.apply(-2.5) == -3 && Op.sign.apply(-3) == -1)
    #expect(Op.select.apply(.nan, 1, 2) == 2)
  }

  @Test("A formula survives JSON with every bit, NaN and infinity included")
  func codable() throws {
    var graph = TermGraph()
    let x = graph.input("x")
    let results = [.nan, .infinity, -0.0, 0.1, .leastNonzeroMagnitude].map {
      graph.apply(.multiply, graph.constant($0), x)
    }
    let formula = graph.formula(results)
    let copy = try JSONDecoder().decode(Formula.self, from: JSONEncoder().encode(formula))
    #expect(copy == formula && copy.hashValue == formula.hashValue)
    #expect(zip(copy.constants, formula.constants).allSatisfy(sameBits))
    #expect(copy.constants[2].sign == .minus)
  }

  @Test("A damaged formula is refused, not run")
  func damaged() throws {
    let good = Formula(
      inputs: ["x"], constants: [], code: [.init(.input, 0), .init(.negate, 0)], results: [1])
    let bad: [Formula] = [
      Formula(inputs: [], constants: [], code: good.code, results: [1]),
      Formula(inputs: ["x"], constants: [], code: [.init(.negate, 1), .init(.input, 0)], results: [0]),
      Formula(inputs: ["x"], constants: [], code: good.code, results: [2]),
      Formula(inputs: ["x"], constants: [], code: [.init(.constant, 0)], results: [0]),
    ]
    let encoder = JSONEncoder()
    #expect(try JSONDecoder().decode(Formula.self, from: encoder.encode(good)) == good)
    for formula in bad {
      #expect(throws: DecodingError.self) {
        try JSONDecoder().decode(Formula.self, from: encoder.encode(formula))
      }
    }
  }
}
