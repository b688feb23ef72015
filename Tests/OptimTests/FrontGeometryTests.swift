import Foundation
import Testing

@testable import Optim

/// Shapes of fronts and who is kept of them.
@Suite struct FrontGeometryTests {
  /// By pymoo: scripts/fixtures/front_geometry.py.
  private struct Reference: Decodable {
    struct Survival: Decodable {
      let front: [[Double]]
      let exponent: Double
      let scores: [Double]
    }
    struct Generation: Decodable {
      let costs: [[Double]]
      let ideal, nadir: [Double]
    }
    let survival: [Survival]
    let frames: [[Generation]]
  }

  private let reference: Reference

  init() throws {
    let url = try #require(
      Bundle.module.url(forResource: "front_geometry", withExtension: "json", subdirectory: "Fixtures"))
    reference = try JSONDecoder().decode(Reference.self, from: Data(contentsOf: url))
  }

  @Test func survivalAgreesWithPymoo() {
    #expect(reference.survival.count == 7)
    for test in reference.survival {
      let front = Array(test.front[0].indices)
      let geometry = FrontGeometry(test.front, front)
      #expect(abs(geometry.exponent - test.exponent) < 1e-6 * test.exponent)
      for (found, expected) in zip(geometry.survival(front.count), test.scores) {
        #expect(found == .infinity ? expected == 1e9 : abs(found - expected) < 1e-6 * expected)
      }
      // Fewer wanted: the same ones first.
      let some = geometry.survival(12)
      let all = geometry.survival(front.count)
      #expect(front.allSatisfy { some[$0] == all[$0] || some[$0] == -1 })
      #expect(some.count { $0 >= 0 } == 12)
    }
  }

  @Test func unitsOfObjectivesDoNotMatter() {
    let test = reference.survival[4]
    let front = Array(test.front[0].indices)
    let scaled = zip(test.front, [1e-6, 1, 1e9]).map { column, unit in column.map { 5 + unit * $0 } }
    let (a, b) = (FrontGeometry(test.front, front), FrontGeometry(scaled, front))
    #expect(abs(a.exponent - b.exponent) < 1e-6)
    for (x, y) in zip(a.survival(20), b.survival(20)) { #expect(x == y || abs(x - y) < 1e-6) }
  }

  @Test func exponents() {
    #expect(abs(surfaceExponent(through: [0.5, 0.5]) - 1) < 1e-9)
    #expect(abs(surfaceExponent(through: [(0.5).squareRoot(), (0.5).squareRoot()]) - 2) < 1e-9)
    #expect(abs(surfaceExponent(through: [0.25, 0.25]) - 0.5) < 1e-9)
    let third = pow(1.0 / 3, 1 / 7.0)
    #expect(abs(surfaceExponent(through: [third, third, third]) - 7) < 1e-9)
    // No such surface: a point beyond the plane's corner, and the origin.
    #expect(surfaceExponent(through: [2, 3]) == 1)
    #expect(surfaceExponent(through: [0, 0]) == 1)
  }

  /// Fronts without extent in an objective, of equal points, with infinite costs, of one objective.
  @Test func degenerateFronts() {
    for costs in [
      [[1.0, 1, 1, 1], [1, 1, 1, 1]], [[0, 1, 2, 3], [5, 5, 5, 5]], [[3, 3, 3, 3]],
      [[0, 1, 2, .infinity], [.infinity, 2, 1, 0]], [[1, 2, 3, 4], [4, 3, 2, 1], [0, 0, 0, 0]],
    ] {
      let score = FrontGeometry(costs, [0, 1, 2, 3]).survival(3)
      #expect(score.count { $0 >= 0 } == 3, "\(costs): \(score)")
      #expect(spread([0, 1, 2, 3], to: 2, costs: costs).count == 2)
    }
  }

  @Test func framesAgreeWithPymoo() {
    for generations in reference.frames {
      var frame = DirectionFrame()
      for generation in generations {
        let rows = Array(generation.costs[0].indices)
        frame.update(generation.costs, front: rows, all: rows)
        for k in generation.ideal.indices {
          #expect(abs(frame.ideal[k] - generation.ideal[k]) < 1e-12)
          let width = generation.nadir[k] - generation.ideal[k]
          #expect(abs(frame.width[k] - width) < 1e-9 * width)
        }
      }
    }
  }

  /// Numbers of directions of Deb and Jain 2014, tables I and VI.
  @Test func directions() {
    for (objectives, population, expected) in [
      (2, 100, 100), (3, 92, 91), (5, 212, 210), (8, 156, 156), (10, 276, 275), (15, 136, 135), (1, 50, 1),
    ] {
      let found = ReferenceDirections.fitting(population, objectives: objectives)
      #expect(found.count == expected, "\(objectives) objectives")
      #expect(found.allSatisfy { abs($0.reduce(0, +) - 1) < 1e-12 && $0.allSatisfy { $0 >= 0 } })
      #expect(Set(found).count == found.count)
    }
    // Never fewer than one along each axis, whatever the population.
    #expect(ReferenceDirections.fitting(2, objectives: 8).count == 8)
  }

  /// Numbers of directions that fill their eights and that do not.
  @Test(arguments: [(2, 8), (2, 11), (3, 91), (5, 35), (1, 1)])
  func nearestDirections(_ objectives: Int, _ population: Int) {
    let directions = ReferenceDirections.fitting(population, objectives: objectives)
    let points = randomInputs(200, objectives, seed: 4).values + Array(repeating: 0.5, count: objectives)
    let found = DirectionLines(directions, objectives: objectives).nearest(points)
    #expect(found.count == 201)
    for (i, place) in found.enumerated() {
      let point = Array(points[(i * objectives)..<((i + 1) * objectives)])
      let squares = directions.map { line -> Double in
        let scale = zip(point, line).reduce(0) { $0 + $1.0 * $1.1 } / line.reduce(0) { $0 + $1 * $1 }
        return zip(point, line).reduce(0) { $0 + ($1.0 - scale * $1.1) * ($1.0 - scale * $1.1) }
      }
      #expect(abs(squares[place.direction] - squares.min()!) < 1e-12)
      #expect(abs(place.distance - squares.min()!) < 1e-12)
    }
  }

  /// Greedily dropping the least contributor, against contributions computed as differences of hypervolumes.
  @Test func spreadOfTwoObjectivesKeepsHypervolume() {
    var random = RandomStream(seed: 5, purpose: .test)
    let x = (0..<25).map { _ in random.uniform() }.sorted()
    let costs = [x, x.map { (1 - $0) * (1 - $0) }]
    let volume = { (rows: [Int]) in
      hypervolume(costs.map { column in rows.map { column[$0] } }, reference: [10, 10])
    }
    var kept = Array(x.indices)
    while kept.count > 8 {
      // The ends stay.
      let least = kept.dropFirst().dropLast().max { a, b in
        volume(kept.filter { $0 != a }) < volume(kept.filter { $0 != b })
      }
      kept.removeAll { $0 == least }
    }
    #expect(spread(Array(x.indices), to: 8, costs: costs) == kept)
  }
}
