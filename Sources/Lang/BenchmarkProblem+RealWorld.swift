import Foundation

/// The real-world suite of Tanabe and Ishibuchi, Applied Soft Computing 89 (2020) 106078, in its present form: RE21, RE24 and RE25 as
/// corrected in 2020, RE42 and CRE32 as corrected in 2021.
///
/// Reference points of RE problems are a tenth of the range beyond the published nadir points. Those of CRE problems, and that of RE91,
/// whose published points are those of random draws, are a tenth beyond the front of 12,000 evaluations by NSGA-II. Names are the
/// suite's: the number of objectives, then a counter.
extension BenchmarkProblem {
  private static let source = "Tanabe and Ishibuchi 2020"

  private static func re(_ number: Int, _ design: RealWorldDesign, _ reference: [Double]) -> BenchmarkProblem
  {
    BenchmarkProblem(
      "re\(number)", design.summary + (design.hasLimits ? "; sum of violations" : ""), source: source,
      reference: reference
    ) { design.folded }
  }

  private static func cre(_ number: Int, _ design: RealWorldDesign, _ reference: [Double]) -> BenchmarkProblem
  {
    BenchmarkProblem("cre\(number)", design.summary, source: source, reference: reference) {
      design.constrained
    }
  }

  static let realWorld: [BenchmarkProblem] = [
    re(21, .fourBarTruss, [2171, 0.003479]),
    re(22, .concreteBeam, [396.8, 198]),
    re(23, .pressureVessel, [6436, 1_418_000]),
    re(24, .hatchCover, [523.7, 48.71]),
    re(25, .coilSpring, [0.4406, 2_447_000]),
    re(31, .twoBarTruss, [550, 9_071_000, 21_300_000]),
    re(32, .weldedBeam, [41.56, 19320, 467_600_000]),
    re(33, .discBrake, [5.91, 3.327, 27.5]),
    re(34, .crashworthiness, [1699, 11.21, 0.2865]),
    re(35, .speedReducer, [7063, 1796, 437.1]),
    re(36, .gearTrain, [6.524, 60.4, 0.3913]),
    re(37, .rocketInjector, [1.088, 1.052, 1.129]),
    re(41, .carSideImpact, [41.66, 4.511, 13.34, 10.44]),
    re(42, .bulkCarrier, [-835.9, 14810, 2678, 13.68]),
    re(61, .stormDrain, [82600, 1482, 3_110_000, 7_766_000, 96520, 2.761]),
    re(91, .carCab, [45.4, 1.11, 0.98, 0.84, 1.55, 1.18, 1.13, 1.04, 1.04]),
    cre(21, .twoBarTruss, [0.11, 109_600]),
    cre(22, .weldedBeam, [39, 0.0093]),
    cre(23, .discBrake, [5.71, 3.21]),
    cre(24, .speedReducer, [6004, 1360]),
    cre(25, .gearTrain, [3.6, 50.5]),
    cre(31, .carSideImpact, [44.65, 4.04, 12.67]),
    cre(32, .bulkCarrier, [-1068, 10720, 2857]),
    cre(51, .stormDrain, [76640, 1481, 3_110_000, 7_940_000, 27420]),
    BenchmarkProblem(
      "disc-brake", "cre23 under its usual name", source: "Ray and Liew 2002, as in \(source)",
      reference: [5.71, 3.21]
    ) { RealWorldDesign.discBrake.constrained },
    BenchmarkProblem(
      "speed-reducer", "cre24 under its usual name", source: "Golinski 1970, as in \(source)",
      reference: [6004, 1360]
    ) { RealWorldDesign.speedReducer.constrained },
  ]
}
