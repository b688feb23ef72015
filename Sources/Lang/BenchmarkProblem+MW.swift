import Foundation

/// Fifteen parameters, small feasible regions of many shapes: Ma and Wang, IEEE Transactions on Evolutionary Computation 23 (2019) 972.
///
/// With M = 2 or more objectives the first M - 1 parameters choose a place on the front and the others the distance g.
extension BenchmarkProblem {
  static let mwSource = "Ma and Wang 2019"
  private static let pi = Double.pi

  /// The first distance function: powers of the parameters, each with a best value of its own.
  static func powers(_ size: Size) -> String {
    let (d, m) = (size.dimension, size.objectives)
    return """
      param x[\(d)] in [0, 1]
      let z = x[\(m)..\(d)]^\(d - m) - 0.5 - (\(m - 1)..\(d - 1)) / \(2 * d)
      let g = 1 + sum(1 - exp(-10 * z^2))

      """
  }

  /// The second: many local optima.
  static func ripples(_ size: Size, upTo high: Double = 1) -> String {
    let (d, m) = (size.dimension, size.objectives)
    return """
      param x[\(d)] in [0, \(high)]
      let z = 1 - exp(-10 * (x[\(m)..\(d)] - (\(m - 1)..\(d - 1)) / \(d))^2)
      let g = 1 + sum(0.1 / \(d) * z^2 + 1.5 - 1.5 * cos(2 * \(pi) * z))

      """
  }

  /// The third: each parameter's best value depends on the one before.
  static func chain(_ size: Size, upTo high: Double) -> String {
    let (d, m) = (size.dimension, size.objectives)
    return """
      param x[\(d)] in [0, \(high)]
      let g = 1 + sum(2 * (x[\(m)..\(d)] + (x[\(m - 1)..\(d - 1)] - 0.5)^2 - 1)^2)

      """
  }

  private static func two(_ dimension: Int) -> Size { Size(dimension: dimension, objectives: 2) }

  private static func problem(
    _ number: Int, _ summary: String, _ reference: [Double], _ text: @escaping @Sendable (Size) -> String
  ) -> BenchmarkProblem {
    BenchmarkProblem("mw\(number)", summary, source: mwSource, dimension: 15, reference: reference) {
      text(two($0))
    }
  }

  static let mw: [BenchmarkProblem] = [
    problem(1, "line, feasible in pieces", [1.1, 1.1]) {
      powers($0) + """
        minimize f1 = x[1]
        minimize f2 = g - 0.85 * f1
        constraint below: 1 + 0.5 * sin(2 * \(pi) * \((2.0).squareRoot()) * (f2 - f1))^8 - f1 - f2 >= 0
        """
    },
    problem(2, "line, every piece of it behind local fronts", [1.1, 1.1]) {
      ripples($0) + """
        minimize f1 = x[1]
        minimize f2 = g - f1
        constraint below: 1 + 0.5 * sin(3 * \(pi) * \((2.0).squareRoot()) * (f2 - f1))^8 - f1 - f2 >= 0
        """
    },
    problem(3, "a feasible band along the front", [1.2, 1.2]) {
      chain($0, upTo: 1) + """
        minimize f1 = x[1]
        minimize f2 = g - x[1]
        let wave = sin(\(0.75 * pi * (2.0).squareRoot()) * (f2 - f1))
        constraint above: f1 + f2 <= 1.05 + 0.45 * wave^6
        constraint below: f1 + f2 >= 0.85 + 0.3 * wave^2
        """
    },
    manyMW4,
    problem(5, "points and pieces of a circle", [1.1, 1.1]) {
      powers($0) + """
        minimize f1 = g * x[1]
        minimize f2 = g * sqrt(1 - x[1]^2)
        let angle = atan2(f2, f1)
        let bend = (\(pi / 2) - 2 * abs(angle - \(pi / 4)))^3
        let square = f1^2 + f2^2
        constraint outer: (1.7 - 0.2 * sin(2 * angle))^2 - square >= 0
        constraint c2: square - (1 + 0.5 * sin(6 * bend))^2 >= 0
        constraint c3: square - (1 - 0.45 * sin(6 * bend))^2 >= 0
        """
    },
    problem(6, "pieces of a circle behind local fronts", [1.3, 1.3]) {
      ripples($0, upTo: 1.1) + """
        minimize f1 = g * x[1]
        minimize f2 = g * sqrt(max(1.21 - x[1]^2, 0))
        let wave = cos(6 * atan2(f2, f1)^4)^10
        constraint inner: 1 - f1^2 / (1 + 0.15 * wave)^2 - f2^2 / (1 + 0.75 * wave)^2 >= 0
        """
    },
    problem(7, "parts of the front on and off a circle", [1.2, 1.2]) {
      chain($0, upTo: 1) + """
        minimize f1 = g * x[1]
        minimize f2 = g * sqrt(1 - x[1]^2)
        let wave = sin(4 * atan2(f2, f1))
        constraint outer: f1^2 + f2^2 <= (1.2 + 0.4 * wave^16)^2
        constraint inner: f1^2 + f2^2 >= (1.15 - 0.2 * wave^8)^2
        """
    },
    manyMW8,
    problem(9, "two parabolas bound a narrow region", [1.6, 1.5]) {
      powers($0) + """
        minimize f1 = g * x[1]
        minimize f2 = g * (1 - x[1]^0.6)
        let s = f1^2
        let narrow = (1 - 0.64 * s - f2) * (1 - 0.36 * s - f2)
        let wide = (1.8225 - (f1 + 0.35)^2 - f2) * (1.3225 - (f1 + 0.15)^2 - f2)
        constraint between: min(narrow, wide) <= 0
        """
    },
    problem(10, "three constraints cut the front into pieces", [1.1, 1.25]) {
      ripples($0) + """
        minimize f1 = g * x[1]^\($0.dimension)
        minimize f2 = g * (1 - (f1 / g)^2)
        let s = f1^2
        constraint c1: (2 - 4 * s - f2) * (2 - 8 * s - f2) >= 0
        constraint c2: (2 - 2 * s - f2) * (2 - 16 * s - f2) <= 0
        constraint c3: (1 - s - f2) * (1.2 - 1.2 * s - f2) <= 0
        """
    },
    problem(11, "four constraints cut the front into pieces", [2.1, 2.1]) {
      chain($0, upTo: (2.0).squareRoot()) + """
        minimize f1 = g * x[1]
        minimize f2 = g * sqrt(max(2 - x[1]^2, 0))
        let s = f1^2
        constraint c1: (3 - s - f2) * (3 - 2 * s - f2) >= 0
        constraint c2: (3 - 0.625 * s - f2) * (3 - 7 * s - f2) <= 0
        constraint c3: (1.62 - 0.18 * s - f2) * (1.125 - 0.125 * s - f2) >= 0
        constraint c4: (2.07 - 0.23 * s - f2) * (0.63 - 0.07 * s - f2) <= 0
        """
    },
    problem(12, "narrow bands along a wavy line", [1.5, 1.6]) {
      powers($0) + """
        minimize f1 = g * x[1]
        minimize f2 = g * (0.85 - 0.8 * x[1] - 0.08 * abs(sin(3.2 * \(pi) * x[1])))
        let w1 = 1 - 0.625 * f1 - f2 + 0.08 * sin(2 * \(pi) * (f2 - f1 / 1.6))
        let w2 = 1.4 - 0.875 * f1 - f2 + 0.08 * sin(2 * \(pi) * (f2 / 1.4 - f1 / 1.6))
        let w3 = 1 - 0.8 * f1 - f2 + 0.08 * sin(2 * \(pi) * (f2 - f1 / 1.5))
        let w4 = 1.8 - 1.125 * f1 - f2 + 0.08 * sin(2 * \(pi) * (f2 / 1.8 - f1 / 1.6))
        constraint c1: w1 * w2 >= 0
        constraint c2: w3 * w4 <= 0
        """
    },
    problem(13, "an exponential front in pieces, on and off the constraints", [1.75, 3.8]) {
      ripples($0, upTo: 1.5) + """
        minimize f1 = g * x[1]
        minimize f2 = g * (5 - exp(x[1]) - abs(0.5 * sin(3 * \(pi) * x[1])))
        let rest = 5 - 0.5 * sin(3 * \(pi) * f1) - f2
        constraint c1: (rest - 1 - f1 - 0.5 * f1^2) * (rest - 1 - 0.7 * f1) >= 0
        constraint c2: (rest - exp(f1)) * (rest - 1 - 0.4 * f1) <= 0
        """
    },
    manyMW14,
  ]
}
