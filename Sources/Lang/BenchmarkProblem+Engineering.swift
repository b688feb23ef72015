/// Designs of machine parts and vehicles.
extension BenchmarkProblem {
  static let engineering: [BenchmarkProblem] = [
    BenchmarkProblem(
      "welded-beam", "cost and deflection of a welded beam",
      source: "Deb 2001, after Ragsdell and Phillips 1976",
      reference: [350, 0.1]
    ) {
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
    BenchmarkProblem(
      "car-side-impact", "weight, force and speeds of a car hit from the side", source: "Jain and Deb 2014",
      reference: [42, 4.5, 13]
    ) {
      """
      param x1 in [0.5, 1.5] "mm"
      param x2 in [0.45, 1.35] "mm"
      param x3 in [0.5, 1.5] "mm"
      param x4 in [0.5, 1.5] "mm"
      param x5 in [0.875, 2.625] "mm"
      param x6 in [0.4, 1.2] "mm"
      param x7 in [0.4, 1.2] "mm"
      let pillar = 10.58 - 0.674 * x1 * x2 - 0.67275 * x2
      let door = 16.45 - 0.489 * x3 * x7 - 0.843 * x5 * x6
      minimize weight = 1.98 + 4.9 * x1 + 6.67 * x2 + 6.98 * x3 + 4.01 * x4 + 1.78 * x5 + 0.00001 * x6 + 2.73 * x7
      minimize force = 4.72 - 0.5 * x4 - 0.19 * x2 * x3
      minimize speed = 0.5 * (pillar + door)
      constraint abdomen: 1.16 - 0.3717 * x2 * x4 - 0.0092928 * x3 <= 1
      constraint upper_viscous:
        0.261 - 0.0159 * x1 * x2 - 0.06486 * x1 - 0.019 * x2 * x7 + 0.0144 * x3 * x5 + 0.0154464 * x6 <= 0.32
      constraint middle_viscous:
        0.214 + 0.00817 * x5 - 0.0587118 * x1 + 0.03099 * x2 * x6 - 0.018 * x2 * x7 + 0.030408 * x3 -
        0.00364 * x5 * x6 - 0.018 * x2^2 <= 0.32
      constraint lower_viscous: 0.74 - 0.61 * x2 - 0.031296 * x3 - 0.031872 * x7 + 0.227 * x2^2 <= 0.32
      constraint upper_rib: 28.98 + 3.818 * x3 - 4.2 * x1 * x2 + 1.27296 * x6 - 2.68065 * x7 <= 32
      constraint middle_rib: 35.31728 + 2.95 * x3 - 5.057 * x1 * x2 - 3.795 * x2 - 3.4431 * x7 <= 32
      constraint lower_rib: 46.36 - 9.9 * x2 - 4.4505 * x1 <= 32
      constraint pubic_force: force <= 4
      constraint pillar_speed: pillar <= 9.9
      constraint door_speed: door <= 15.7
      """
    },
  ]
}
