/// Two objectives on a circle, d - 1 parameters for the distance to it: Deb, Thiele, Laumanns and Zitzler, CEC 2002;
/// with constraints: Jain and Deb, IEEE Transactions on Evolutionary Computation 18 (2014) 602.
extension BenchmarkProblem {
  private static func circle(_ d: Int) -> String {
    """
    param x[\(d)] in [0, 1]
    let g = sum((x[2..\(d)] - 0.5)^2)
    minimize f1 = (1 + g) * cos(\(Double.pi / 2) * x[1])
    minimize f2 = (1 + g) * sin(\(Double.pi / 2) * x[1])
    """
  }

  static let dtlz: [BenchmarkProblem] = [
    BenchmarkProblem(
      "dtlz2", "front on a circle", source: "Deb et al. 2002", dimension: 10, reference: [1.1, 1.1], circle),
    BenchmarkProblem(
      "c2dtlz2", "only three arcs of the circle are feasible", source: "Jain and Deb 2014", dimension: 12,
      reference: [1.1, 1.1]
    ) { d in
      // Radius 0.2 around the ends and around the middle of the circle's arc.
      circle(d) + """

        let middle = \((0.5).squareRoot())
        let end = min((f1 - 1)^2 + f2^2, f1^2 + (f2 - 1)^2)
        constraint arcs: min(end, (f1 - middle)^2 + (f2 - middle)^2) <= 0.04
        """
    },
    // De Winter et al. 2021 leave the exponent 100 of DTLZ4 out, and so do their published hypervolumes.
    BenchmarkProblem(
      "c3dtlz4", "two ellipses are the front; exponent 1 as in SAMO-COBRA", source: "Jain and Deb 2014",
      dimension: 6, reference: [3, 3]
    ) { d in
      circle(d) + """

        constraint flat: f1^2 / 4 + f2^2 >= 1
        constraint tall: f1^2 + f2^2 / 4 >= 1
        """
    },
  ]
}
