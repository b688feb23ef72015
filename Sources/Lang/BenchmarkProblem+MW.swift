/// Fifteen parameters that depend on one another, small feasible regions: Ma and Wang,
/// IEEE Transactions on Evolutionary Computation 23 (2019) 972.
extension BenchmarkProblem {
  private static let source = "Ma and Wang 2019"

  /// Their third distance function: each parameter's best value depends on the one before.
  private static func distance(_ d: Int, upTo high: Double) -> String {
    """
    param x[\(d)] in [0, \(high)]
    let g = 1 + sum(2 * (x[2..\(d)] + (x[1..\(d - 1)] - 0.5)^2 - 1)^2)

    """
  }

  static let mw: [BenchmarkProblem] = [
    BenchmarkProblem(
      "mw3", "a feasible band along the front", source: source, dimension: 15, reference: [1.2, 1.2]
    ) { d in
      distance(d, upTo: 1) + """
        minimize f1 = x[1]
        minimize f2 = g - x[1]
        let wave = sin(\(0.75 * Double.pi * (2.0).squareRoot()) * (f2 - f1))
        constraint above: f1 + f2 <= 1.05 + 0.45 * wave^6
        constraint below: f1 + f2 >= 0.85 + 0.3 * wave^2
        """
    },
    BenchmarkProblem(
      "mw7", "parts of the front on and off a circle", source: source, dimension: 15, reference: [1.2, 1.2]
    ) { d in
      distance(d, upTo: 1) + """
        minimize f1 = g * x[1]
        minimize f2 = g * sqrt(1 - x[1]^2)
        let wave = sin(4 * atan2(f2, f1))
        constraint outer: f1^2 + f2^2 <= (1.2 + 0.4 * wave^16)^2
        constraint inner: f1^2 + f2^2 >= (1.15 - 0.2 * wave^8)^2
        """
    },
    BenchmarkProblem(
      "mw11", "four constraints cut the front into pieces", source: source, dimension: 15,
      reference: [2.1, 2.1]
    ) { d in
      distance(d, upTo: (2.0).squareRoot()) + """
        minimize f1 = g * x[1]
        minimize f2 = g * sqrt(max(2 - x[1]^2, 0))
        let s = f1^2
        constraint c1: (3 - s - f2) * (3 - 2 * s - f2) >= 0
        constraint c2: (3 - 0.625 * s - f2) * (3 - 7 * s - f2) <= 0
        constraint c3: (1.62 - 0.18 * s - f2) * (1.125 - 0.125 * s - f2) >= 0
        constraint c4: (2.07 - 0.23 * s - f2) * (0.63 - 0.07 * s - f2) <= 0
        """
    },
  ]
}
