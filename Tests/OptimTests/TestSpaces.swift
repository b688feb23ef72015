@testable import Optim

/// Every kind of parameter: real, log, integer, stepped, labels, and one that exists only where x < 0.5.
func mixedSpace() -> Space {
  var graph = TermGraph()
  let condition = graph.apply(.less, graph.input("x"), graph.constant(0.5))
  return Space([
    Parameter(name: "x", domain: .real(lower: 0, upper: 1, scale: .linear)),
    Parameter(name: "k", domain: .real(lower: 1e-6, upper: 1e3, scale: .log)),
    Parameter(name: "n", domain: .stepped(lower: -2, upper: 7, step: 1)),
    Parameter(name: "h", domain: .stepped(lower: 0, upper: 1, step: 0.25)),
    Parameter(name: "c", domain: .categorical(["red", "green", "blue"])),
    Parameter(name: "only", domain: .categorical(["one"])),
    Parameter(
      name: "y", domain: .real(lower: -1, upper: 1, scale: .linear), condition: graph.formula([condition])),
  ])
}

func cube(_ dimension: Int, lower: Double = 0, upper: Double = 1) -> Space {
  Space(
    (0..<dimension).map {
      Parameter(name: "x\($0 + 1)", domain: .real(lower: lower, upper: upper, scale: .linear))
    })
}
