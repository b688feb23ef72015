import Testing

@testable import Optim

@Suite("Space")
struct SpaceTests {
  /// `kind` in {a, b}; `n` exists for kind b; `x` exists where n > 2 (and so nowhere for kind a).
  static func conditional() -> Space {
    var graph = TermGraph()
    let isB = graph.apply(.equal, graph.input("kind"), graph.constant(1))
    let isLarge = graph.apply(.less, graph.constant(2), graph.input("n"))
    return Space([
      Parameter(name: "kind", domain: .categorical(["a", "b"])),
      Parameter(name: "n", domain: .stepped(lower: 1, upper: 4, step: 1), condition: graph.formula([isB])),
      Parameter(
        name: "x", domain: .real(lower: 0, upper: 1, scale: .linear), condition: graph.formula([isLarge])),
    ])
  }

  @Test("Conditions hide parameters, also those that depend on hidden ones")
  func conditions() {
    let space = Self.conditional()
    let hidden = space.decode([0.2, 0.9, 0.5])
    #expect(hidden[0] == 0 && hidden[1].isNaN && hidden[2].isNaN)
    let small = space.decode([0.9, 0.1, 0.5])
    #expect(small[0] == 1 && small[1] == 1 && small[2].isNaN)
    #expect(space.decode([0.9, 0.9, 0.5]) == [1, 4, 0.5])
    #expect(space.encode(hidden) == [0.25, 0.5, 0.5])
  }

  @Test("Points are in the space where values lie in their domains and exactly the hidden ones are NaN")
  func contains() {
    let space = Self.conditional()
    #expect(space.contains([1, 4, 0.5]) && space.contains([0, .nan, .nan]) && space.contains([1, 2, .nan]))
    #expect(!space.contains([0, 3, .nan]), "n does not exist for kind a")
    #expect(!space.contains([1, 4, 1.5]) && !space.contains([1, 4]) && !space.contains([.nan, .nan, .nan]))
  }

  @Test("Decode after encode is the identity on points of the space")
  func roundTrip() {
    let space = Self.conditional()
    var random = Wander(2)
    for _ in 0..<200 {
      let point = space.decode((0..<3).map { _ in random.number(0, 1) })
      #expect(space.contains(point))
      #expect(zip(space.decode(space.encode(point)), point).allSatisfy(sameBits))
    }
  }

  @Test("Names are found in order of declaration")
  func names() {
    let space = Self.conditional()
    #expect(space.names == ["kind", "n", "x"] && space.index(of: "x") == 2 && space.index(of: "y") == nil)
  }
}
