import Foundation

/// A test problem of the literature, written in the language itself.
public struct BenchmarkProblem: Sendable {
  public let name: String
  public let summary: String
  public let source: String
  /// Number of parameters where it can be chosen.
  public let dimension: Int?
  /// A point beyond the front for hypervolumes.
  public let reference: [Double]
  let text: @Sendable (Int) -> String

  public static func named(_ name: String) -> BenchmarkProblem? { all.first { $0.name == name } }

  /// Declarations for a number of parameters.
  public func script(dimension: Int?) -> String { text(dimension ?? self.dimension ?? 0) }

  private static let zdt = "Zitzler, Deb and Thiele 2000"

  private init(
    _ name: String, _ summary: String, source: String, dimension: Int? = nil, reference: [Double],
    _ text: @escaping @Sendable (Int) -> String
  ) {
    (self.name, self.summary, self.source, self.dimension) = (name, summary, source, dimension)
    self.reference = reference
    self.text = text
  }

  public static let all: [BenchmarkProblem] = [
    BenchmarkProblem("zdt1", "convex front", source: zdt, dimension: 30, reference: [11, 11]) { d in
      """
      param x[\(d)] in [0, 1]
      let g = 1 + 9 * mean(x[2..\(d)])
      minimize f1 = x[1]
      minimize f2 = g * (1 - sqrt(x[1] / g))
      """
    },
    BenchmarkProblem("zdt2", "concave front", source: zdt, dimension: 30, reference: [11, 11]) { d in
      """
      param x[\(d)] in [0, 1]
      let g = 1 + 9 * mean(x[2..\(d)])
      minimize f1 = x[1]
      minimize f2 = g * (1 - (x[1] / g)^2)
      """
    },
    BenchmarkProblem("zdt3", "front of five pieces", source: zdt, dimension: 30, reference: [11, 11]) { d in
      """
      param x[\(d)] in [0, 1]
      let g = 1 + 9 * mean(x[2..\(d)])
      minimize f1 = x[1]
      minimize f2 = g * (1 - sqrt(x[1] / g) - x[1] / g * sin(10 * \(Double.pi) * x[1]))
      """
    },
    BenchmarkProblem("zdt4", "many local fronts", source: zdt, dimension: 10, reference: [11, 11]) { d in
      """
      param x1 in [0, 1]
      param x[\(d - 1)] in [-5, 5]
      let g = 1 + 10 * \(d - 1) + sum(x^2 - 10 * cos(4 * \(Double.pi) * x))
      minimize f1 = x1
      minimize f2 = g * (1 - sqrt(x1 / g))
      """
    },
    BenchmarkProblem(
      "zdt6", "points thin out towards the front", source: zdt, dimension: 10, reference: [11, 11]
    ) { d in
      """
      param x[\(d)] in [0, 1]
      let g = 1 + 9 * mean(x[2..\(d)])^0.25
      minimize f1 = 1 - exp(-4 * x[1]) * sin(6 * \(Double.pi) * x[1])^6
      minimize f2 = g * (1 - (f1 / g)^2)
      """
    },
    BenchmarkProblem("bnh", "two discs", source: "Binh and Korn 1997", reference: [140, 50]) { _ in
      """
      param x in [0, 5]
      param y in [0, 3]
      minimize f1 = 4 * x^2 + 4 * y^2
      minimize f2 = (x - 5)^2 + (y - 5)^2
      constraint inside: (x - 5)^2 + y^2 <= 25
      constraint outside: (x - 8)^2 + (y + 3)^2 >= 7.7
      """
    },
    BenchmarkProblem(
      "srn", "front along a constraint", source: "Srinivas and Deb 1994", reference: [301, 72]
    ) { _ in
      """
      param x in [-20, 20]
      param y in [-20, 20]
      minimize f1 = 2 + (x - 2)^2 + (y - 1)^2
      minimize f2 = 9 * x - (y - 1)^2
      constraint disc: x^2 + y^2 <= 225
      constraint line: x - 3 * y + 10 <= 0
      """
    },
    BenchmarkProblem("tnk", "the constraint is the front", source: "Tanaka et al. 1995", reference: [3, 3]) {
      _ in
      """
      param x in [0, \(Double.pi)]
      param y in [0, \(Double.pi)]
      minimize f1 = x
      minimize f2 = y
      constraint wave: x^2 + y^2 - 1 - 0.1 * cos(16 * atan2(x, y)) >= 0
      constraint disc: (x - 0.5)^2 + (y - 0.5)^2 <= 0.5
      """
    },
    BenchmarkProblem("constr", "part of the front is cut off", source: "Deb 2001", reference: [1, 9]) { _ in
      """
      param x in [0.1, 1]
      param y in [0, 5]
      minimize f1 = x
      minimize f2 = (1 + y) / x
      constraint above: y + 9 * x >= 6
      constraint below: -y + 9 * x >= 1
      """
    },
    BenchmarkProblem(
      "osy", "six constraints, front of five regions", source: "Osyczka and Kundu 1995", reference: [0, 386]
    ) { _ in
      """
      param x1 in [0, 10]
      param x2 in [0, 10]
      param x3 in [1, 5]
      param x4 in [0, 6]
      param x5 in [1, 5]
      param x6 in [0, 10]
      minimize f1 = -(25 * (x1 - 2)^2 + (x2 - 2)^2 + (x3 - 1)^2 + (x4 - 4)^2 + (x5 - 1)^2)
      minimize f2 = x1^2 + x2^2 + x3^2 + x4^2 + x5^2 + x6^2
      constraint c1: x1 + x2 - 2 >= 0
      constraint c2: 6 - x1 - x2 >= 0
      constraint c3: 2 - x2 + x1 >= 0
      constraint c4: 2 - x1 + 3 * x2 >= 0
      constraint c5: 4 - (x3 - 3)^2 - x4 >= 0
      constraint c6: (x5 - 3)^2 + x6 - 4 >= 0
      """
    },
    BenchmarkProblem(
      "welded-beam", "cost and deflection of a welded beam",
      source: "Deb 2001, after Ragsdell and Phillips 1976",
      reference: [350, 0.1]
    ) { _ in
      """
      param h in [0.125, 5] "in"
      param l in [0.1, 10] "in"
      param t in [0.1, 10] "in"
      param b in [0.125, 5] "in"
      def shear(h, l, t) {
        let direct = 6000 / (sqrt(2) * h * l)
        let arm = sqrt(0.25 * (l^2 + (h + t)^2))
        let twist = 6000 * (14 + 0.5 * l) * arm / (2 * (0.707 * h * l * (l^2 / 12 + 0.25 * (h + t)^2)))
        return sqrt(direct^2 + twist^2 + l * direct * twist / arm)
      }
      minimize cost = 1.10471 * h^2 * l + 0.04811 * t * b * (14 + l)
      minimize deflection = 2.1952 / (t^3 * b)
      constraint shear_stress: shear(h, l, t) <= 13600
      constraint bending: 504000 / (t^2 * b) <= 30000
      constraint thickness: h <= b
      constraint buckling: 64746.022 * (1 - 0.0282346 * t) * t * b^3 >= 6000
      """
    },
  ]
}
