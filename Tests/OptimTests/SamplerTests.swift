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

  @Test(arguments: Samplers.all.map(\.name)) func fromOneToTenThousand(name: String) throws {
    let sampler = try #require(Samplers.named(name))
    for (count, dimension) in [(1, 1), (1, 150), (10_000, 1), (10_000, 150)] {
      let points = sampler.points(count: count, dimension: dimension, stream: stream)
      #expect(name == "grid" ? (1...count).contains(points.count) : points.count == count)
      #expect(points.allSatisfy { $0.count == dimension && $0.allSatisfy { $0 >= 0 && $0 <= 1 } })
    }
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

/// What the literature says of the samplers.
@Suite struct SamplerTheoryTests {
  let stream = RandomStream(seed: 21, purpose: .sampling)

  /// The standard error of the mean of a smooth function over `count` points, from 24 samples.
  private func error(_ sampler: any Sampler, _ count: Int) -> Double {
    let means = (0..<24).map { k in
      let points = sampler.points(count: count, dimension: 2, stream: stream.derived(UInt64(k)))
      return points.reduce(0.0) { $0 + Foundation.exp($1[0]) * Foundation.cos($1[1]) } / Double(count)
    }
    let exact = (Foundation.exp(1.0) - 1) * Foundation.sin(1.0)
    return (means.reduce(0) { $0 + ($1 - exact) * ($1 - exact) } / 24).squareRoot()
  }

  /// With Owen's scrambling the error of smooth functions falls with the power 3/2 of the number of points (Owen 1997), 23-fold from 64 to
  /// 512; without scrambling or with random points it would be 8-fold at most and 2.8-fold.
  @Test func owenScrambling() {
    let ratio = error(Sobol(), 64) / error(Sobol(), 512)
    #expect(ratio > 12, "\(ratio)")
    let random = error(MonteCarlo(), 64) / error(MonteCarlo(), 512)
    #expect(random < 6, "\(random)")
    #expect(error(Sobol(), 512) < error(MonteCarlo(), 512) / 50)
  }

  /// Scrambled points are uniform one by one: over many scramblings every eighth of the interval is met equally often, in every dimension.
  @Test func scrambledPointsAreUniform() {
    var counts = [[Int]](repeating: [Int](repeating: 0, count: 8), count: 3)
    for k in 0..<400 {
      let point = Sobol().points(count: 1, dimension: 3, skip: 5, stream: stream.derived(UInt64(k)))[0]
      for j in 0..<3 { counts[j][Int(point[j] * 8)] += 1 }
    }
    // Chi-squared with 7 degrees of freedom: one in 10,000 beyond 29.9.
    for row in counts {
      #expect(row.reduce(0) { $0 + Double(($1 - 50) * ($1 - 50)) / 50 } < 29.9)
    }
  }

  /// Latin hypercubes cancel the main effects: the error of a sum of functions of one parameter each is far below that of random
  /// points (Stein 1987).
  @Test(arguments: ["lh", "slh", "glp"]) func mainEffectsCancel(_ name: String) throws {
    let sampler = try #require(Samplers.named(name))
    let spread = { (sampler: any Sampler) in
      let means = (0..<24).map { k in
        let points = sampler.points(count: 100, dimension: 5, stream: stream.derived(UInt64(k)))
        return points.reduce(0.0) { $0 + $1.reduce(0) { $0 + $1 * $1 } } / 100 - 5.0 / 3
      }
      return (means.reduce(0) { $0 + $1 * $1 } / 24).squareRoot()
    }
    #expect(spread(sampler) < spread(MonteCarlo()) / 10)
  }

  /// Of a Latin hypercube the closest points are farther apart than those of a single random one.
  @Test func bestOfSeveral() {
    let distance = { (points: [[Double]]) in
      Discrepancy(points[0].indices.map { j in points.map { $0[j] } }).smallestDistance
    }
    var (best, single) = (0.0, 0.0)
    for k in 0..<20 {
      let stream = stream.derived(UInt64(k))
      best += distance(LatinHypercube().points(count: 30, dimension: 3, stream: stream))
      var random = stream
      let columns = (0..<3).map { _ in
        random.permutation(30).map { (Double($0) + random.uniform()) / 30 }
      }
      single += distance((0..<30).map { i in columns.map { $0[i] } })
    }
    #expect(best > 1.3 * single)
  }

  /// No two dimensions of good lattice points are each other's image, however many there are.
  @Test(arguments: [(10, 12), (97, 60), (160, 150), (1024, 40)]) func latticesHaveNoDiagonals(
    _ count: Int, _ dimension: Int
  ) {
    let points = GoodLatticePoints().points(count: count, dimension: dimension, stream: stream)
    let ranks = (0..<dimension).map { j in points.map { Int($0[j] * Double(count)) } }
    for a in 0..<dimension {
      for b in 0..<a {
        let turned = zip(ranks[a], ranks[b]).map { ($0 - $1 + count) % count }
        let mirrored = zip(ranks[a], ranks[b]).map { ($0 + $1) % count }
        #expect(Set(turned).count > 1 && Set(mirrored).count > 1, "\(a) \(b)")
      }
    }
  }

  /// In two dimensions and with a Fibonacci number of points the best lattice is known: 144 points, generator 89 or its mirror image 55
  /// (Niederreiter 1992).
  @Test func theBestLatticeIsFound() {
    var random = stream
    let generator = GoodLatticePoints.generator(144, 2, &random)
    #expect(generator[0] == 1 && [55, 89].contains(generator[1]))
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
