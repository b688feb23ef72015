import Foundation

/// Any number of objectives, fronts that are a plane, a sphere or a curve, and distances to them: Deb, Thiele, Laumanns and Zitzler,
/// CEC 2002.
///
/// Of d parameters and M objectives the first M - 1 parameters choose a place on the front and the others its distance g.
extension BenchmarkProblem {
  private static let source = "Deb et al. 2002"

  /// `1.1` for every objective, or another number.
  static func level(_ value: Double) -> @Sendable (Int) -> [Double] {
    { Array(repeating: value, count: $0) }
  }

  /// Parameters and the distance of DTLZ2, DTLZ4 and DTLZ5: 0 where all are 1/2.
  private static func bowl(_ size: Size) -> String {
    """
    param x[\(size.dimension)] in [0, 1]
    let g = sum((x[\(size.objectives)..\(size.dimension)] - 0.5)^2)

    """
  }

  /// The distance of DTLZ1 and DTLZ3: 11^k - 1 local fronts.
  private static func bumpy(_ size: Size) -> String {
    """
    param x[\(size.dimension)] in [0, 1]
    let z = x[\(size.objectives)..\(size.dimension)] - 0.5
    let g = 100 * (\(size.dimension - size.objectives + 1) + sum(z^2 - cos(20 * \(Double.pi) * z)))

    """
  }

  /// f_m = scale * product of near(i), i = 1 ... M - m, times far(M - m + 1) from the second objective on.
  static func products(
    _ count: Int, _ scale: String, near: (Int) -> String, far: (Int) -> String
  ) -> String {
    (1...count).map { m in
      var factors = [scale] + (0..<count - m).map { near($0 + 1) }
      if m > 1 { factors.append(far(count - m + 1)) }
      return "minimize f\(m) = " + factors.joined(separator: " * ")
    }.joined(separator: "\n")
  }

  /// A sphere of radius 1 + g in angles; `angle(i)` as a share of a right angle.
  private static func sphere(_ size: Size, _ angle: (Int) -> String) -> String {
    products(
      size.objectives, "(1 + g)", near: { "cos(\(Double.pi / 2) * \(angle($0)))" },
      far: { "sin(\(Double.pi / 2) * \(angle($0)))" })
  }

  static func dtlz1(_ size: Size) -> String {
    bumpy(size)
      + products(size.objectives, "0.5 * (1 + g)", near: { "x[\($0)]" }, far: { "(1 - x[\($0)])" })
  }

  static func dtlz2(_ size: Size) -> String { bowl(size) + sphere(size) { "x[\($0)]" } }

  static func dtlz3(_ size: Size) -> String { bumpy(size) + sphere(size) { "x[\($0)]" } }

  static func dtlz4(_ size: Size) -> String { bowl(size) + sphere(size) { "x[\($0)]^100" } }

  /// All angles but the first go to 45 degrees on the front, which is a curve.
  private static func curve(_ size: Size) -> String {
    sphere(size) { $0 == 1 ? "x[1]" : "((1 + 2 * g * x[\($0)]) / (2 * (1 + g)))" }
  }

  private static func dtlz6(_ size: Size) -> String {
    """
    param x[\(size.dimension)] in [0, 1]
    let g = sum(x[\(size.objectives)..\(size.dimension)]^0.1)

    """ + curve(size)
  }

  private static func dtlz7(_ size: Size) -> String {
    let m = size.objectives
    return """
      param x[\(size.dimension)] in [0, 1]
      let g = 1 + 9 * mean(x[\(m)..\(size.dimension)])
      let place = x[1..\(m - 1)]
      \((1..<m).map { "minimize f\($0) = x[\($0)]" }.joined(separator: "\n"))
      minimize f\(m) = (1 + g) * (\(m) - sum(place / (1 + g) * (1 + sin(3 * \(Double.pi) * place))))
      """
  }

  static let dtlz: [BenchmarkProblem] = [
    BenchmarkProblem(
      "dtlz1", "front on a plane, many local fronts", source: source, objectives: 2, distances: 5,
      reference: level(0.55), dtlz1),
    BenchmarkProblem(
      "dtlz2", "front on a sphere", source: source, objectives: 2, distances: 9, reference: level(1.1), dtlz2),
    BenchmarkProblem(
      "dtlz3", "front on a sphere, many local fronts", source: source, objectives: 2, distances: 10,
      reference: level(1.1), dtlz3),
    BenchmarkProblem(
      "dtlz4", "front on a sphere, points crowd at its edges", source: source, objectives: 2, distances: 10,
      reference: level(1.1), dtlz4),
    BenchmarkProblem(
      "dtlz5", "front is a curve", source: source, objectives: 3, distances: 10, reference: level(1.1)
    ) { bowl($0) + curve($0) },
    BenchmarkProblem(
      "dtlz6", "front is a curve, hard to come near", source: source, objectives: 3, distances: 10,
      reference: level(1.1), dtlz6),
    BenchmarkProblem(
      "dtlz7", "front of 2^(objectives - 1) pieces", source: source, objectives: 2, distances: 20,
      reference: { Array(repeating: 1, count: $0 - 1) + [2.2 * Double($0)] }, dtlz7),
  ]
}
