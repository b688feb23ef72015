import Foundation
import Optim

/// NSGA-II on ZDT1 with 30 variables, beside pymoo: same population, generations and operators' constants,
/// both sides evaluating the objectives of a generation at once.
struct NSGA2Benchmark: Workload {
  let name = "nsga2"

  func measure(_ bench: Bench) throws -> [Measurement] {
    let size = bench.quick ? 20 : 200
    let peer = try bench.peer("nsga2")
    var volumes: [Double] = []
    var seed: UInt64 = 0
    let seconds = bench.median {
      seed += 1
      volumes.append(run(size: size, seed: seed))
    }
    let volume = volumes.sorted()[volumes.count / 2]
    let note = { (value: Double?) in value.map { String(format: "%.4f", $0) } ?? "-" }
    return [
      Measurement(
        what: "NSGA-II on zdt1, \(size) x \(size) generations", ours: seconds,
        peer: peer?["seconds"].map { ("pymoo", $0) }, goal: ">= 20x pymoo",
        met: peer?["seconds"].map { $0 >= 20 * seconds }),
      Measurement(
        what: "NSGA-II on zdt1, median hypervolume", ours: volume, unit: "", biggerIsBetter: true,
        peer: peer?["volume"].map { ("pymoo", $0) }, goal: "equal (to 1e-5) or better",
        met: peer?["volume"].map { volume >= (1 - 1e-5) * $0 },
        note: "dmo \(note(volume)), pymoo \(note(peer?["volume"])), largest possible 120.6667"),
    ]
  }

  private func run(size: Int, seed: UInt64) -> Double {
    let space = Space(
      (1...30).map { Parameter(name: "x\($0)", domain: .real(lower: 0, upper: 1, scale: .linear)) })
    var search = Algorithms.named("nsga2")!.make(
      space, SearchOptions(population: size), RandomStream(seed: seed, purpose: .search))
    for _ in 0..<size {
      let points = search.ask()
      let first = points.map { $0[0] }
      let second = points.map { x in
        let g = 1 + 9 * x.dropFirst().reduce(0, +) / 29
        return g * (1 - (x[0] / g).squareRoot())
      }
      search.tell(costs: [first, second], violation: Array(repeating: 0, count: size))
    }
    return hypervolume(search.population.costs, reference: [11, 11])
  }
}
