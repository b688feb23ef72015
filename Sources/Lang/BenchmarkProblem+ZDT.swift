/// Two objectives, no constraints: Zitzler, Deb and Thiele, Evolutionary Computation 8 (2000) 173.
extension BenchmarkProblem {
  private static let source = "Zitzler, Deb and Thiele 2000"

  static let zdt: [BenchmarkProblem] = [
    BenchmarkProblem("zdt1", "convex front", source: source, dimension: 30, reference: [11, 11]) { d in
      """
      param x[\(d)] in [0, 1]
      let g = 1 + 9 * mean(x[2..\(d)])
      minimize f1 = x[1]
      minimize f2 = g * (1 - sqrt(x[1] / g))
      """
    },
    BenchmarkProblem("zdt2", "concave front", source: source, dimension: 30, reference: [11, 11]) { d in
      """
      param x[\(d)] in [0, 1]
      let g = 1 + 9 * mean(x[2..\(d)])
      minimize f1 = x[1]
      minimize f2 = g * (1 - (x[1] / g)^2)
      """
    },
    BenchmarkProblem("zdt3", "front of five pieces", source: source, dimension: 30, reference: [11, 11]) {
      d in
      """
      param x[\(d)] in [0, 1]
      let g = 1 + 9 * mean(x[2..\(d)])
      minimize f1 = x[1]
      minimize f2 = g * (1 - sqrt(x[1] / g) - x[1] / g * sin(10 * \(Double.pi) * x[1]))
      """
    },
    BenchmarkProblem("zdt4", "many local fronts", source: source, dimension: 10, reference: [11, 11]) { d in
      """
      param x1 in [0, 1]
      param x[\(d - 1)] in [-5, 5]
      let g = 1 + 10 * \(d - 1) + sum(x^2 - 10 * cos(4 * \(Double.pi) * x))
      minimize f1 = x1
      minimize f2 = g * (1 - sqrt(x1 / g))
      """
    },
    BenchmarkProblem(
      "zdt6", "points thin out towards the front", source: source, dimension: 10, reference: [11, 11]
    ) { d in
      """
      param x[\(d)] in [0, 1]
      let g = 1 + 9 * mean(x[2..\(d)])^0.25
      minimize f1 = 1 - exp(-4 * x[1]) * sin(6 * \(Double.pi) * x[1])^6
      minimize f2 = g * (1 - (f1 / g)^2)
      """
    },
  ]
}
