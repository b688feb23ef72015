import Foundation
import Optim

/// ZDT1 with 30 variables over 10,000 points, column by column, beside numpy's vectorised expression.
struct FormulaBenchmark: Workload {
  let name = "formula"

  func measure(_ bench: Bench) throws -> [Measurement] {
    let rows = bench.quick ? 1_000 : 10_000
    let formula = Self.zdt1(variables: 30)
    var columns: [String: [Double]] = [:]
    for j in 1...30 {
      columns["x[\(j)]"] = (0..<rows).map { (row: Int) -> Double in
        Double((row * 7919 + j * 104_729) % 10_007) / 10_007
      }
    }
    var sum = 0.0
    let loops = bench.quick ? 2 : 100
    let ours =
      try bench.median(repeats: 9) {
        for _ in 0..<loops { sum += try formula.evaluate(rows: rows) { columns[$0] }[0][rows / 2] }
      } / Double(loops)
    let gradient =
      try bench.median(repeats: 5) {
        for _ in 0..<loops {
          sum += try formula.gradient(rows: rows, column: { columns[$0] }).inputs[1][rows / 2]
        }
      } / Double(loops)
    precondition(sum.isFinite)
    let peer = try bench.peer("formula")
    var lines: [Measurement] = []
    for (key, layout) in [("row_major", "row-major"), ("column_major", "column-major")] {
      let theirs = peer?[key]
      lines.append(
        Measurement(
          what: "zdt1 (30 variables) over \(rows) rows, numpy \(layout)", ours: ours * 1e6, unit: "us",
          peer: theirs.map { ("numpy", $0 * 1e6) }, goal: "faster than numpy", met: theirs.map { ours < $0 }))
    }
    lines.append(
      Measurement(
        what: "zdt1 f2 with its 30 derivatives over \(rows) rows", ours: gradient * 1e6, unit: "us",
        peer: ("60 evaluations", 60 * ours * 1e6), goal: "cheaper than half the central differences",
        met: gradient < 30 * ours))
    return lines
  }

  /// The second objective: g (1 - sqrt(x1 / g)) with g = 1 + 9 / (n - 1) (x2 + ... + xn).
  static func zdt1(variables: Int) -> Formula {
    var graph = TermGraph()
    let x = (1...variables).map { graph.input("x[\($0)]") }
    let sum = x.dropFirst(2).reduce(x[1]) { graph.apply(.add, $0, $1) }
    let slope = graph.constant(9 / Double(variables - 1))
    let one = graph.constant(1)
    let g = graph.apply(.add, one, graph.apply(.multiply, slope, sum))
    let ratio = graph.apply(.squareRoot, graph.apply(.divide, x[0], g))
    let f2 = graph.apply(.multiply, g, graph.apply(.subtract, one, ratio))
    return graph.formula([f2])
  }
}
