import Foundation
import Testing

@testable import Optim

@Suite("Term graph")
struct TermGraphTests {
  @Test("Operations on numbers are folded, including to NaN and truth")
  func folding() {
    var graph = TermGraph()
    let (two, three) = (graph.constant(2), graph.constant(3))
    let five = graph.apply(.add, two, three)
    let yes = graph.apply(.less, two, three)
    let chosen = graph.apply(.select, graph.constant(0), two, three)
    let undefined = graph.apply(.logarithm, graph.constant(-1))
    let open = graph.apply(.multiply, two, graph.input("x"))
    #expect(
      graph.constantValue(five) == 5 && graph.constantValue(yes) == 1 && graph.constantValue(chosen) == 3)
    #expect(graph.constantValue(undefined)?.isNaN == true)
    #expect(graph.constantValue(open) == nil)
  }

  @Test("The same expression is stored once, other ones are not mixed up")
  func sharing() {
    var graph = TermGraph()
    let (x, y) = (graph.input("x"), graph.input("y"))
    #expect(graph.input("x") == x && x != y)
    #expect(graph.apply(.subtract, x, y) == graph.apply(.subtract, x, y))
    #expect(graph.apply(.subtract, x, y) != graph.apply(.subtract, y, x))
    #expect(graph.constant(0) != graph.constant(-0.0))
    #expect(graph.constant(.nan) == graph.constant(.nan))
    let square = graph.apply(.multiply, graph.apply(.add, x, y), graph.apply(.add, x, y))
    #expect(graph.formula([square]).code.count == 4)
  }

  @Test("A formula holds what its results need and nothing else")
  func pruning() {
    var graph = TermGraph()
    let (x, y, z) = (graph.input("x"), graph.input("y"), graph.input("z"))
    let sum = graph.apply(.add, graph.constant(4), z)
    let unused = graph.apply(.multiply, x, y)
    let formula = graph.formula([sum, z, sum])
    #expect(formula.inputs == ["z"] && formula.constants == [4] && formula.code.count == 3)
    #expect(formula.results[0] == formula.results[2])
    #expect(formula.values { _ in 3 } == [7, 3, 7])
    #expect(graph.inputs(of: [unused]) == ["x", "y"])
  }

  @Test("Equal expressions from different graphs give equal formulas")
  func equality() {
    let make = { () -> Formula in
      var graph = TermGraph()
      let result = graph.apply(.divide, graph.input("x"), graph.constant(.nan))
      return graph.formula([result])
    }
    #expect(make() == make() && Set([make(), make()]).count == 1)
  }

  @Test("A chain of 100,000 terms needs no recursion: built, evaluated, differentiated, stored, freed")
  func deepChain() throws {
    let depth = 100_000
    var graph = TermGraph()
    let x = graph.input("x")
    var chain = x
    for k in 0..<depth {
      chain = k % 2 == 0 ? graph.apply(.add, x, chain) : graph.apply(.subtract, chain, graph.constant(1))
    }
    let formula = graph.formula([chain])
    #expect(formula.code.count == depth + 2)
    let expected = 2 * Double(depth / 2 + 1) - Double(depth / 2)
    #expect(formula.value { _ in 2 } == expected)
    #expect(try formula.evaluate(rows: 2) { _ in [2, 2] } == [[expected, expected]])
    let gradient = try formula.gradient(rows: 1) { _ in [2] }
    #expect(gradient.inputs == [[Double(depth / 2 + 1)]])
    #expect(try JSONDecoder().decode(Formula.self, from: JSONEncoder().encode(formula)) == formula)
  }
}
