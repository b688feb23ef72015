/// Small problems in which constraints shape the front.
extension BenchmarkProblem {
  static let constrained: [BenchmarkProblem] = [
    BenchmarkProblem("bnh", "two discs", source: "Binh and Korn 1997", reference: [140, 50]) {
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
    ) {
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
      """
      param x in [0, \(Double.pi)]
      param y in [0, \(Double.pi)]
      minimize f1 = x
      minimize f2 = y
      constraint wave: x^2 + y^2 - 1 - 0.1 * cos(16 * atan2(x, y)) >= 0
      constraint disc: (x - 0.5)^2 + (y - 0.5)^2 <= 0.5
      """
    },
    BenchmarkProblem("constr", "part of the front is cut off", source: "Deb 2001", reference: [1, 9]) {
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
    ) {
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
  ]
}
