import Foundation
import Testing

@testable import Optim

/// What holds for every sampler, and what for each kind.
@Suite struct SamplerTests {
  let stream = RandomStream(seed: 11, purpose: .sampling)

  @Test(arguments: Samplers.all.map(\.name), [1, 2, 7, 150])
  func conformance(name: String, dimension: Int) throws {
    let sampler = try #require(Samplers.named(name))
    for count in [1, 2, 10, 65] {
      let points = sampler.points(count: count, dimension: dimension, stream: stream)
      let isGrid = name == "grid"
      #expect(isGrid ? (1...count).contains(points.count) : points.count == count)
      #expect(
        points.allSatisfy {
          $0.count == dimension && $0.allSatisfy { $0 >= 0 && (isGrid ? $0 <= 1 : $0 < 1) }
        })
      #expect(points == sampler.points(count: count, dimension: dimension, stream: stream))
      if isGrid { continue }
      let other = RandomStream(seed: 12, purpose: .sampling)
      // The middle of the cube is the only symmetric design of one point.
      #expect(
        points != sampler.points(count: count, dimension: dimension, stream: other)
          || name == "slh" && count == 1)
    }
    #expect(sampler.points(count: 0, dimension: dimension, stream: stream).isEmpty)
    #expect(!sampler.documentation.isEmpty)
  }

  @Test(arguments: ["lh", "slh", "glp", "sobol"], [1, 5, 150])
  func oneProjectionsAreStratified(name: String, dimension: Int) throws {
    let sampler = try #require(Samplers.named(name))
    for count in name == "sobol" ? [1, 64, 256] : [1, 13, 64, 250] {
      let points = sampler.points(count: count, dimension: dimension, stream: stream)
      for j in 0..<dimension {
        #expect(Set(points.map { Int($0[j] * Double(count)) }).count == count, "\(name) \(count) \(j)")
      }
    }
  }

  @Test(arguments: Samplers.all.filter(\.isSequence).map(\.name))
  func sequencesContinue(name: String) throws {
    let sampler = try #require(Samplers.named(name))
    let all = sampler.points(count: 100, dimension: 6, stream: stream)
    #expect(Array(all[37...]) == sampler.points(count: 63, dimension: 6, skip: 37, stream: stream))
  }

  @Test func largeDesigns() {
    for sampler in Samplers.all {
      let points = sampler.points(count: 5000, dimension: 3, stream: stream)
      #expect(sampler is Grid ? points.count == 17 * 17 * 17 : points.count == 5000)
      let mean = points.reduce(0) { $0 + $1[1] } / Double(points.count)
      #expect(abs(mean - 0.5) < 0.02)
    }
  }

  @Test func sequencesAgreeWithSciPy() throws {
    for line in try fixture("sequences") {
      let sampler: any Sampler = line[0] == "sobol" ? Sobol(scrambled: false) : Halton(scrambled: false)
      let point = sampler.points(count: 1, dimension: Int(line[1])!, skip: Int(line[2])!, stream: stream)[0]
      for entry in line[3].split(separator: " ") {
        let parts = entry.split(separator: ":")
        #expect(abs(point[Int(parts[0])!] - Double(parts[1])!) < 1e-15, "\(line[0]) \(entry)")
      }
    }
  }

  @Test func scramblingKeepsNetsBalanced() {
    // The first 2^8 points of a two-dimensional Sobol sequence have one point in every cell of 16 x 16,
    // scrambled too.
    let points = Sobol().points(count: 256, dimension: 2, stream: stream)
    #expect(Set(points.map { Int($0[0] * 16) * 16 + Int($0[1] * 16) }).count == 256)
    // Scrambled points differ between seeds in the first bit as well.
    let firsts = (0..<64).map { seed in
      Sobol().points(count: 1, dimension: 1, stream: RandomStream(seed: seed, purpose: .sampling))[0][0]
    }
    #expect(firsts.contains { $0 < 0.5 } && firsts.contains { $0 >= 0.5 })
  }

  @Test func symmetry() {
    for count in [6, 7] {
      let points = SymmetricLatinHypercube().points(count: count, dimension: 4, stream: stream)
      for i in 0..<count {
        for j in 0..<4 { #expect(abs(points[i][j] + points[count - 1 - i][j] - 1) < 1e-12) }
      }
    }
  }

  @Test func gridsShareLevels() {
    #expect(Grid.shares(100, [nil, nil]) == [10, 10])
    #expect(Grid.shares(100, [nil, nil, nil]) == [5, 5, 4])
    #expect(Grid.shares(100, [2, nil]) == [2, 50])
    #expect(Grid.shares(7, [2, 2]) == [2, 2])
    let points = Grid().points(count: 9, dimension: 2, stream: stream)
    #expect(points.first == [0, 0] && points.last == [1, 1] && points[1] == [0, 0.5])
  }
}

/// Samplers on parameter spaces.
@Suite struct SpaceSamplingTests {
  let stream = RandomStream(seed: 5, purpose: .sampling)

  @Test(arguments: Samplers.all.map(\.name))
  func mixedKinds(name: String) throws {
    let sampler = try #require(Samplers.named(name))
    let space = mixedSpace()
    let sample = try sampler.sample(count: 200, space: space, stream: stream)
    #expect(sample.points.allSatisfy { space.contains($0) })
    #expect(name == "grid" || sample.points.count == 200)
    #expect(name == "grid" || Set(sample.points.map { $0[4] }) == [0, 1, 2])
    #expect(sample.points.contains { $0[6].isNaN } && sample.points.contains { !$0[6].isNaN })
  }

  @Test(arguments: Samplers.all.map(\.name), [1, 40, 500])
  func conditions(name: String, count: Int) throws {
    let sampler = try #require(Samplers.named(name))
    let accept: Acceptance = { $0[0] + $0[1] < 0.5 }
    // A grid of one point is the centre, which is not accepted.
    if name == "grid" && count == 1 { return }
    let sample = try sampler.sample(count: count, space: cube(2), stream: stream, accept: accept)
    #expect(name == "grid" || sample.points.count == count)
    #expect(sample.points.allSatisfy(accept))
    #expect(sample.drawn >= sample.points.count)
    let again = try sampler.sample(count: count, space: cube(2), stream: stream, accept: accept)
    #expect(again.points == sample.points)
  }

  @Test func filteredSequencesContinue() throws {
    let accept: Acceptance = { $0[0] > $0[1] }
    let all = try Sobol().sample(count: 60, space: cube(3), stream: stream, accept: accept)
    let first = try Sobol().sample(count: 25, space: cube(3), stream: stream, accept: accept)
    let second = try Sobol().sample(
      count: 35, space: cube(3), skip: first.drawn, stream: stream, accept: accept)
    #expect(first.points + second.points == all.points)
  }

  @Test func rareConditionsAreFoundOrRefused() throws {
    let rare: Acceptance = { $0[0] < 0.001 }
    #expect(
      try LatinHypercube().sample(count: 5, space: cube(1), stream: stream, accept: rare).points.count == 5)
    for sampler in Samplers.all {
      #expect(throws: SamplingError.self) {
        try sampler.sample(count: 50, space: cube(2), stream: stream) { $0[0] < -1 }
      }
    }
    let error = SamplingError.hardlyAccepted(accepted: 2, drawn: 50_000, wanted: 100)
    #expect(error.description.contains("only 2 of 50000 points (0.004 %)"))
  }

  @Test func refusals() {
    #expect(throws: SamplingError.nothingToSample) {
      try Sobol().sample(count: 1, space: Space([]), stream: stream)
    }
    #expect(throws: SamplingError.tooManyDimensions(sampler: "sobol", dimensions: 501, maximum: 500)) {
      try Sobol().sample(count: 1, space: cube(501), stream: stream)
    }
  }

  /// A small discrete space repeats points rather than giving fewer.
  @Test func repeatsOnSmallSpaces() throws {
    let space = Space([Parameter(name: "on", domain: .stepped(lower: 0, upper: 1, step: 1))])
    let sample = try LatinHypercube().sample(count: 10, space: space, stream: stream)
    #expect(sample.points.count { $0[0] == 0 } == 5)
  }
}
