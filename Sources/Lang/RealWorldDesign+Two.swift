import Foundation

/// The designs that the suite has with two objectives, one of them often the sum of violations. Names of quantities are those of the
/// paper's supplement or of its sources.
extension RealWorldDesign {
  static let fourBarTruss = RealWorldDesign(
    "volume and displacement of a truss of four bars",
    """
    param x1 in [1, 3] "cm2"
    param x2 in [\((2.0).squareRoot()), 3] "cm2"
    param x3 in [\((2.0).squareRoot()), 3] "cm2"
    param x4 in [1, 3] "cm2"
    minimize volume = 200 * (2 * x1 + sqrt(2) * x2 + sqrt(x3) + x4)
    minimize displacement = 0.01 * (2 / x1 + 2 * sqrt(2) / x2 - 2 * sqrt(2) / x3 + 2 / x4)
    """)

  /// Areas of reinforcement, in square inches.
  static let barAreas: [Double] = [
    0.2, 0.31, 0.4, 0.44, 0.6, 0.62, 0.79, 0.8, 0.88, 0.93, 1, 1.2, 1.24, 1.32, 1.4, 1.55, 1.58, 1.6, 1.76,
    1.8, 1.86, 2, 2.17, 2.2, 2.37, 2.4, 2.48, 2.6, 2.64, 2.79, 2.8, 3, 3.08, 3.1, 3.16, 3.41, 3.52, 3.6, 3.72,
    3.95, 3.96, 4, 4.03, 4.2, 4.34, 4.4, 4.65, 4.74, 4.8, 4.84, 5, 5.28, 5.4, 5.53, 5.72, 6, 6.16, 6.32, 6.6,
    7.11, 7.2, 7.8, 7.9, 8, 8.4, 8.69, 9, 9.48, 10.27, 11, 11.06, 11.85, 12, 13, 14, 15,
  ]

  static let concreteBeam = RealWorldDesign(
    "cost of a reinforced concrete beam",
    """
    param bars in 1..\(barAreas.count)
    param x2 in [0, 20] "in"
    param x3 in [0, 40] "in"
    let area = \(pick(barAreas, by: "bars"))
    minimize cost = 29.4 * area + 0.6 * x2 * x3
    limit strength: area * x3 - 7.735 * (area^2 / x2) - 180
    limit depth: 4 - x3 / x2
    """)

  static let pressureVessel = RealWorldDesign(
    "cost of a pressure vessel",
    """
    param x1 in 1..100
    param x2 in 1..100
    param x3 in [10, 200] "in"
    param x4 in [10, 240] "in"
    let shell = 0.0625 * x1
    let head = 0.0625 * x2
    minimize cost = 0.6224 * shell * x3 * x4 + 1.7781 * head * x3^2 + 3.1661 * shell^2 * x4 + 19.84 * shell^2 * x3
    limit shell_stress: shell - 0.0193 * x3
    limit head_stress: head - 0.00954 * x3
    limit volume: \(Double.pi) * x3^2 * x4 + \(4 * Double.pi / 3) * x3^3 - 1296000
    """)

  static let hatchCover = RealWorldDesign(
    "weight of a hatch cover",
    """
    param x1 in [0.5, 4] "cm"
    param x2 in [4, 50] "cm"
    let bending = 4500 / (x1 * x2)
    minimize weight = x1 + 120 * x2
    limit bending_stress: 1 - bending / 700
    limit shear_stress: 1 - 1800 / x2 / 450
    limit deflection: 1 - 562000 / (700000 * x1 * x2^2) / 1.5
    limit buckling: 1 - bending / (700000 * x1^2 / 100)
    """)

  /// Diameters of wire within the bounds of the third parameter, in inches.
  static let wires: [Double] = [
    0.092, 0.105, 0.12, 0.135, 0.148, 0.162, 0.177, 0.192, 0.207, 0.225, 0.244, 0.263, 0.283, 0.307, 0.331,
    0.362, 0.394, 0.4375, 0.5,
  ]

  static let coilSpring = RealWorldDesign(
    "volume of wire in a coil spring",
    """
    param x1 in 1..70
    param x2 in [0.6, 3] "in"
    param wire in 1..\(wires.count)
    let d = \(pick(wires, by: "wire"))
    let correction = (4 * (x2 / d) - 1) / (4 * (x2 / d) - 4) + 0.615 * d / x2
    let stiffness = 11500000 * d^4 / (8 * x1 * x2^3)
    let free = 1000 / stiffness + 1.05 * (x1 + 2) * d
    minimize volume = \(Double.pi * Double.pi) * x2 * d^2 * (x1 + 2) / 4
    limit shear: 189000 - 8 * correction * 1000 * x2 / (\(Double.pi) * d^3)
    limit length: 14 - free
    limit ratio: x2 / d - 3
    limit preload: 6 - 300 / stiffness
    limit clash: free - 300 / stiffness - 700 / stiffness - 1.05 * (x1 + 2) * d
    limit travel: 1.25 - 700 / stiffness
    """)

  static let twoBarTruss = RealWorldDesign(
    "volume and stress of a truss of two bars",
    """
    param x1 in [0.00001, 100]
    param x2 in [0.00001, 100]
    param x3 in [1, 3]
    minimize volume = x1 * sqrt(16 + x3^2) + x2 * sqrt(1 + x3^2)
    minimize stress = 20 * sqrt(16 + x3^2) / (x1 * x3)
    limit size: 0.1 - volume
    limit first: 100000 - stress
    limit second: 100000 - 80 * sqrt(1 + x3^2) / (x3 * x2)
    """)

  static let weldedBeam = RealWorldDesign(
    "cost and deflection of a welded beam",
    """
    param x1 in [0.125, 5] "in"
    param x2 in [0.1, 10] "in"
    param x3 in [0.1, 10] "in"
    param x4 in [0.125, 5] "in"
    let arm = sqrt(x2^2 / 4 + ((x1 + x3) / 2)^2)
    let inertia = 2 * sqrt(2) * x1 * x2 * (x2^2 / 12 + ((x1 + x3) / 2)^2)
    let twist = 6000 * (14 + x2 / 2) * arm / inertia
    let direct = 6000 / (sqrt(2) * x1 * x2)
    minimize cost = 1.10471 * x1^2 * x2 + 0.04811 * x3 * x4 * (14 + x2)
    minimize deflection = 4 * 6000 * 14^3 / (30000000 * x4 * x3^3)
    limit shear: 13600 - sqrt(direct^2 + 2 * direct * twist * x2 / (2 * arm) + twist^2)
    limit bending: 30000 - 6 * 6000 * 14 / (x4 * x3^2)
    limit thickness: x4 - x1
    limit buckling:
      4.013 * 30000000 * sqrt(x3^2 * x4^6 / 36) / 14^2 * (1 - x3 / 28 * sqrt(30 / 48)) - 6000
    """)

  static let discBrake = RealWorldDesign(
    "mass and stopping time of a disc brake",
    """
    param x1 in [55, 80] "mm"
    param x2 in [75, 110] "mm"
    param x3 in [1000, 3000] "N"
    param x4 in [11, 20]
    let square = x2^2 - x1^2
    let cube = x2^3 - x1^3
    minimize mass = 4.9 * 0.00001 * square * (x4 - 1)
    minimize time = 9820000 * square / (x3 * x4 * cube)
    limit width: x2 - x1 - 20
    limit pressure: 0.4 - x3 / (3.14 * square)
    limit heat: 1 - 2.22 * 0.001 * x3 * cube / square^2
    limit torque: 2.66 * 0.01 * x3 * x4 * cube / square - 900
    """)

  static let speedReducer = RealWorldDesign(
    "weight and shaft stress of a gear box",
    """
    param x1 in [2.6, 3.6] "cm"
    param x2 in [0.7, 0.8] "cm"
    param x3 in 17..28
    param x4 in [7.3, 8.3] "cm"
    param x5 in [7.3, 8.3] "cm"
    param x6 in [2.9, 3.9] "cm"
    param x7 in [5, 5.5] "cm"
    let wheels = 0.7854 * x1 * x2^2 * (10 * x3^2 / 3 + 14.933 * x3 - 43.0934) - 1.508 * x1 * (x6^2 + x7^2)
    minimize weight = wheels + 7.477 * (x6^3 + x7^3) + 0.7854 * (x4 * x6^2 + x5 * x7^2)
    minimize stress = sqrt((745 * x4 / (x2 * x3))^2 + 16900000) / (0.1 * x6^3)
    limit tooth_bending: 1 / 27 - 1 / (x1 * x2^2 * x3)
    limit tooth_contact: 1 / 397.5 - 1 / (x1 * x2^2 * x3^2)
    limit first_deflection: 1 / 1.93 - x4^3 / (x2 * x3 * x6^4)
    limit second_deflection: 1 / 1.93 - x5^3 / (x2 * x3 * x7^4)
    limit space: 40 - x2 * x3
    limit wide: 12 - x1 / x2
    limit slim: x1 / x2 - 5
    limit first_shaft: x4 - 1.5 * x6 - 1.9
    limit second_shaft: x5 - 1.1 * x7 - 1.9
    limit first_stress: 1300 - stress
    limit second_stress: 1100 - sqrt((745 * x5 / (x2 * x3))^2 + 157500000) / (0.1 * x7^3)
    """)

  static let gearTrain = RealWorldDesign(
    "ratio error and size of a gear train",
    """
    param x1 in 12..60
    param x2 in 12..60
    param x3 in 12..60
    param x4 in 12..60
    minimize error = abs(6.931 - x3 / x1 * x4 / x2)
    minimize largest = max(x1, x2, x3, x4)
    limit ratio: 0.5 - error / 6.931
    """)
}
