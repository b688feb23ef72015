import Foundation

/// The designs of the suite with more objectives: response surfaces of simulations, a ship, and a storm drain.
extension RealWorldDesign {
  static let crashworthiness = RealWorldDesign(
    "mass, acceleration and intrusion in a frontal crash",
    """
    param x1 in [1, 3] "mm"
    param x2 in [1, 3] "mm"
    param x3 in [1, 3] "mm"
    param x4 in [1, 3] "mm"
    param x5 in [1, 3] "mm"
    minimize mass = 1640.2823 + 2.3573285 * x1 + 2.3220035 * x2 + 4.5688768 * x3 + 7.7213633 * x4 + 4.4559504 * x5
    minimize acceleration =
      6.5856 + 1.15 * x1 - 1.0427 * x2 + 0.9738 * x3 + 0.8364 * x4 - 0.3695 * x1 * x4 + 0.0861 * x1 * x5 +
      0.3628 * x2 * x4 - 0.1106 * x1^2 - 0.3437 * x3^2 + 0.1764 * x4^2
    minimize intrusion =
      -0.0551 + 0.0181 * x1 + 0.1024 * x2 + 0.0421 * x3 - 0.0073 * x1 * x2 + 0.024 * x2 * x3 - 0.0118 * x2 * x4 -
      0.0204 * x3 * x4 - 0.008 * x3 * x5 - 0.0241 * x2^2 + 0.0109 * x4^2
    """)

  static let rocketInjector = RealWorldDesign(
    "temperatures and combustion length of a rocket injector",
    """
    param x1 in [0, 1]
    param x2 in [0, 1]
    param x3 in [0, 1]
    param x4 in [0, 1]
    minimize face =
      0.692 + 0.477 * x1 - 0.687 * x2 - 0.08 * x3 - 0.065 * x4 - 0.167 * x1^2 - 0.0129 * x2 * x1 + 0.0796 * x2^2 -
      0.0634 * x3 * x1 - 0.0257 * x3 * x2 + 0.0877 * x3^2 - 0.0521 * x4 * x1 + 0.00156 * x4 * x2 +
      0.00198 * x4 * x3 + 0.0184 * x4^2
    minimize length =
      0.153 - 0.322 * x1 + 0.396 * x2 + 0.424 * x3 + 0.0226 * x4 + 0.175 * x1^2 + 0.0185 * x2 * x1 - 0.0701 * x2^2 -
      0.251 * x3 * x1 + 0.179 * x3 * x2 + 0.015 * x3^2 + 0.0134 * x4 * x1 + 0.0296 * x4 * x2 + 0.0752 * x4 * x3 +
      0.0192 * x4^2
    minimize tip =
      0.37 - 0.205 * x1 + 0.0307 * x2 + 0.108 * x3 + 1.019 * x4 - 0.135 * x1^2 + 0.0141 * x2 * x1 + 0.0998 * x2^2 +
      0.208 * x3 * x1 - 0.0301 * x3 * x2 - 0.226 * x3^2 + 0.353 * x4 * x1 - 0.0497 * x4 * x3 - 0.423 * x4^2 +
      0.202 * x2 * x1^2 - 0.281 * x3 * x1^2 - 0.342 * x2^2 * x1 - 0.245 * x2^2 * x3 + 0.281 * x3^2 * x2 -
      0.184 * x4^2 * x1 - 0.281 * x2 * x1 * x3
    """)

  /// Seven thicknesses and their weight; the two car problems differ in the factor of the fifth.
  private static func thicknesses(_ fifth: Double) -> String {
    """
    param x1 in [0.5, 1.5] "mm"
    param x2 in [0.45, 1.35] "mm"
    param x3 in [0.5, 1.5] "mm"
    param x4 in [0.5, 1.5] "mm"
    param x5 in [0.875, 2.625] "mm"
    param x6 in [0.4, 1.2] "mm"
    param x7 in [0.4, 1.2] "mm"
    minimize weight =
      1.98 + 4.9 * x1 + 6.67 * x2 + 6.98 * x3 + 4.01 * x4 + \(fifth) * x5 + 0.00001 * x6 + 2.73 * x7

    """
  }

  static let carSideImpact = RealWorldDesign(
    "weight, force and speeds of a car hit from the side",
    thicknesses(1.78) + """
      let pillar = 10.58 - 0.674 * x1 * x2 - 0.67275 * x2
      let door = 16.45 - 0.489 * x3 * x7 - 0.843 * x5 * x6
      minimize force = 4.72 - 0.5 * x4 - 0.19 * x2 * x3
      minimize speed = 0.5 * (pillar + door)
      limit abdomen: 1 - (1.16 - 0.3717 * x2 * x4 - 0.0092928 * x3)
      limit upper_viscous:
        0.32 - (0.261 - 0.0159 * x1 * x2 - 0.06486 * x1 - 0.019 * x2 * x7 + 0.0144 * x3 * x5 + 0.0154464 * x6)
      limit middle_viscous:
        0.32 - (0.214 + 0.00817 * x5 - 0.0587118 * x1 + 0.03099 * x2 * x6 - 0.018 * x2 * x7 + 0.030408 * x3 -
        0.00364 * x5 * x6 - 0.018 * x2^2)
      limit lower_viscous: 0.32 - (0.74 - 0.61 * x2 - 0.031296 * x3 - 0.031872 * x7 + 0.227 * x2^2)
      limit upper_rib: 32 - (28.98 + 3.818 * x3 - 4.2 * x1 * x2 + 1.27296 * x6 - 2.68065 * x7)
      limit middle_rib: 32 - (35.31728 + 2.95 * x3 - 5.057 * x1 * x2 - 3.795 * x2 - 3.4431 * x7)
      limit lower_rib: 32 - (46.36 - 9.9 * x2 - 4.4505 * x1)
      limit pubic_force: 4 - force
      limit pillar_speed: 9.9 - pillar
      limit door_speed: 15.7 - door
      """)

  /// The suite draws the material (parameters 8 and 9) and the barrier (10 and 11) of a car cab at random at every evaluation; here they
  /// are at their means, 0.345, 0.192, 0 and 0.
  static let carCab = RealWorldDesign(
    "weight and eight measures of harm in a car cab; material and barrier at their means",
    thicknesses(1.75) + """
      let upper = 28.98 + 3.818 * x3 - 4.2 * x1 * x2 + 6.63 * x6 * 0.192 - 7.77 * x7 * 0.345
      let middle = 33.86 + 2.95 * x3 - 5.057 * x1 * x2 - 11 * x2 * 0.345 - 9.98 * x7 * 0.345 + 22 * 0.345 * 0.192
      let lower = 46.36 - 9.9 * x2 - 12.9 * x1 * 0.345
      minimize abdomen = max(1.16 - 0.3717 * x2 * x4 - 0.484 * x3 * 0.192, 0)
      minimize upper_viscous = max(0.261 - 0.0159 * x1 * x2 - 0.188 * x1 * 0.345 - 0.019 * x2 * x7 +
        0.0144 * x3 * x5 + 0.08045 * x6 * 0.192, 0) / 0.32
      minimize middle_viscous = max(0.214 + 0.00817 * x5 - 0.131 * x1 * 0.345 - 0.0704 * x1 * 0.192 +
        0.03099 * x2 * x6 - 0.018 * x2 * x7 + 0.0208 * x3 * 0.345 + 0.121 * x3 * 0.192 - 0.00364 * x5 * x6 -
        0.018 * x2^2, 0) / 0.32
      minimize lower_viscous = max(0.74 - 0.61 * x2 - 0.163 * x3 * 0.345 - 0.166 * x7 * 0.192 + 0.227 * x2^2, 0) / 0.32
      minimize ribs = max((upper + middle + lower) / 3, 0) / 32
      minimize force = max(4.72 - 0.5 * x4 - 0.19 * x2 * x3, 0) / 4
      minimize pillar_speed = max(10.58 - 0.674 * x1 * x2 - 1.95 * x2 * 0.345, 0) / 9.9
      minimize door_speed = max(16.45 - 0.489 * x3 * x7 - 0.843 * x5 * x6, 0) / 15.7
      """)

  static let bulkCarrier = RealWorldDesign(
    "transport cost, light ship weight and yearly cargo of a bulk carrier",
    """
    param x1 in [150, 274.32] "m"
    param x2 in [20, 32.31] "m"
    param x3 in [13, 25] "m"
    param x4 in [10, 11.71] "m"
    param x5 in [14, 18] "kn"
    param x6 in [0.63, 0.75]
    let displacement = 1.025 * x1 * x2 * x4 * x6
    let froude = 0.5144 * x5 / sqrt(9.8065 * x1)
    let a = 4977.06 * x6^2 - 8105.61 * x6 + 4456.51
    let b = -10847.2 * x6^2 + 12817 * x6 - 6960.32
    let power = displacement^(2 / 3) * x5^3 / (a + b * froude)
    let outfit = x1^0.8 * x2^0.6 * x3^0.3 * x6^0.1
    let steel = 0.034 * x1^1.7 * x2^0.7 * x3^0.4 * x6^0.5
    let light = steel + outfit + 0.17 * power^0.9
    let capital = 0.2 * 1.3 * (2000 * steel^0.85 + 3500 * outfit + 2400 * power^0.8)
    let dead = displacement - light
    let sea_days = 5000 / 24 * x5
    let fuel = 0.19 * power * 24 / 1000 + 0.2
    let cargo = dead - fuel * (sea_days + 5) - 2 * dead^0.5
    let trips = 350 / (sea_days + 2 * (cargo / 8000 + 0.5))
    let voyage = (1.05 * fuel * sea_days * 100 + 6.3 * dead^0.8) * trips
    let annual = cargo * trips
    minimize cost = (capital + 40000 * dead^0.3 + voyage) / annual
    minimize weight = light
    minimize lost_cargo = -annual
    limit slender: x1 / x2 - 6
    limit shallow: 15 - x1 / x3
    limit draught: 19 - x1 / x4
    limit dead_draught: 0.45 * dead^0.31 - x4
    limit freeboard: 0.7 * x3 + 0.7 - x4
    limit largest: 500000 - dead
    limit smallest: dead - 3000
    limit speed: 0.32 - froude
    limit stability: 0.53 * x4 + (0.085 * x6 - 0.002) * x2^2 / (x4 * x6) - (1 + 0.52 * x3) - 0.07 * x2
    """)

  static let stormDrain = RealWorldDesign(
    "five costs of an urban storm drain",
    """
    param x1 in [0.01, 0.45] "cm"
    param x2 in [0.01, 0.1] "cm/h"
    param x3 in [0.01, 0.1] "cm/h"
    let flow = 1 / (x1 * x2)
    minimize network = 106780.37 * (x2 + x3) + 61704.67
    minimize storage = 3000 * x1
    minimize treatment = 305700 * 2289 * x2 / (0.06 * 2289)^0.65
    minimize flood = 250 * 2289 * exp(-39.75 * x2 + 9.9 * x3 + 2.74)
    minimize economy = 25 * (1.39 * flow + 4940 * x3 - 80)
    limit floods: 1 - (0.00139 * flow + 4.94 * x3 - 0.08)
    limit solids: 1 - (0.000306 * flow + 1.082 * x3 - 0.0986)
    limit settled: 50000 - (12.307 * flow + 49408.24 * x3 + 4051.02)
    limit oxygen: 16000 - (2.098 * flow + 8046.33 * x3 - 696.71)
    limit nitrogen: 10000 - (2.138 * flow + 7883.39 * x3 - 705.04)
    limit phosphate: 2000 - (0.417 * x1 * x2 + 1721.26 * x3 - 136.54)
    limit lead: 550 - (0.164 * flow + 631.13 * x3 - 54.48)
    """)
}
