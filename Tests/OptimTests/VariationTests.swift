import Testing

@testable import Optim

@Suite struct VariationTests {
  private func vary(_ space: Space, _ options: SearchOptions, _ a: [Double], _ b: [Double]) -> [[Double]] {
    let variation = Variation(space: space, options: options)
    var random = RandomStream(seed: 1, purpose: .test)
    return (0..<2000).flatMap { _ in
      var (x, y) = (a, b)
      variation.cross(&x, &y, &random)
      variation.mutate(&x, &random)
      return [x, y]
    }
  }

  /// The spread factor's definition: crossing keeps the parents' mean away from the bounds, and no child
  /// leaves the cube.
  @Test func crossover() {
    var options = SearchOptions()
    options.mutationProbability = 0
    let children = vary(cube(2), options, [0.4, 0.01], [0.6, 0.99])
    for pair in stride(from: 0, to: children.count, by: 2) {
      #expect(abs(children[pair][0] + children[pair + 1][0] - 1) < 1e-9)
    }
    #expect(children.allSatisfy { $0.allSatisfy { (0...1).contains($0) } })
    #expect(children.contains { $0[1] < 0.01 } && children.contains { $0[1] > 0.99 })
  }

  @Test func indicesPerParameter() {
    var options = SearchOptions()
    options.crossoverIndex = [1, 1000]
    options.mutationIndex = [1, 1000]
    options.mutationProbability = 1
    let children = vary(cube(2), options, [0.4, 0.4], [0.6, 0.6])
    let distance = { (j: Int) in children.map { min(abs($0[j] - 0.4), abs($0[j] - 0.6)) }.reduce(0, +) }
    #expect(distance(0) > 50 * distance(1))
  }

  @Test func mutationRateAndDiscreteSteps() {
    let space = Space([
      Parameter(name: "n", domain: .stepped(lower: 0, upper: 4, step: 1)),
      Parameter(name: "c", domain: .categorical(["a", "b", "c"])),
    ])
    var options = SearchOptions()
    options.crossoverProbability = 0
    options.mutationProbability = 0.3
    let parent = [0.5, 0.5]
    let all = vary(space, options, parent, parent)
    let mutants = stride(from: 0, to: 4000, by: 2).map { all[$0] }
    for j in 0..<2 {
      // Every mutation changes the decoded value.
      let changed = mutants.count { space.decode($0)[j] != space.decode(parent)[j] }
      #expect(abs(Double(changed) / 2000 - 0.3) < 0.04)
    }
    #expect(Set(mutants.map { space.decode($0)[1] }) == [0, 1, 2])
  }

  @Test func decoderEqualsSpace() {
    let space = mixedSpace()
    let decoder = UnitDecoder(space)
    for unit in MonteCarlo().points(
      count: 300, dimension: space.count, stream: RandomStream(seed: 2, purpose: .test))
      + [Array(repeating: 0, count: 7), Array(repeating: 1, count: 7), Array(repeating: -0.5, count: 7)]
    {
      #expect(decoder.decode(unit).map(\.bitPattern) == space.decode(unit).map(\.bitPattern))
    }
  }
}
