import Foundation
import Testing

@testable import Optim

/// The worth of points while no feasible one is known.
@Suite struct DescentTests {
  private let scales = [2.0, 1.0]

  /// Constraint 0 has a margin, constraint 1 is yes or no.
  private func prediction(_ margin: [Double], _ odds: [Double], _ success: [Double]) -> ProblemPrediction {
    ProblemPrediction(
      costs: [margin.map { _ in 0 }], costVariance: nil, margins: [margin, []],
      logOdds: [margin.map { 3 * $0 }, odds], success: success)
  }

  private var function: AcquisitionFunction {
    AcquisitionFunction(
      .ehvi, front: nil, reference: [1], scale: [1], draw: [0], descent: .violation(scales: scales))
  }

  @Test func lessViolationIsWorthMore() {
    let values = function.values(prediction([-2, -1, -0.01, 0.5, 2], [9, 9, 9, 9, 9], [9, 9, 9, 9, 9]))
    #expect(values == values.sorted() && Set(values).count == 5)
    let labels = function.values(prediction([1, 1, 1], [-3, 0, 3], [5, 5, 5]))
    #expect(labels == labels.sorted())
    let failing = function.values(prediction([1, 1, 1], [5, 5, 5], [-300, -2, 2]))
    #expect(failing == failing.sorted() && failing.allSatisfy(\.isFinite))
  }

  @Test func slopesAgreeWithFiniteDifferences() {
    let (margins, odds, success) = ([-1.5, -0.2, 0.4], [-2.0, 0.3, 1], [0.5, -1, 2.0])
    let base = prediction(margins, odds, success)
    let seeds = function.seeds(base)
    #expect(seeds.values == function.values(base))
    let step = 1e-6
    func slope(_ change: (inout ProblemPrediction, Int, Double) -> Void, _ row: Int) -> Double {
      let ends = [step, -step].map { delta -> Double in
        var moved = base
        change(&moved, row, delta)
        return function.values(moved)[row]
      }
      return (ends[0] - ends[1]) / (2 * step)
    }
    for row in 0..<3 {
      let byMargin = slope({ $0.margins[0][$1] += $2 }, row)
      let byMarginOdds = slope({ $0.logOdds[0][$1] += $2 }, row)
      let byOdds = slope({ $0.logOdds[1][$1] += $2 }, row)
      let bySuccess = slope({ $0.success[$1] += $2 }, row)
      #expect(abs(seeds.seeds.margins[0][row] - byMargin) < 1e-5 * max(1, abs(byMargin)))
      #expect(abs(seeds.seeds.logOdds[0][row] - byMarginOdds) < 1e-5)
      #expect(abs(seeds.seeds.logOdds[1][row] - byOdds) < 1e-5 * max(1, abs(byOdds)))
      #expect(abs(seeds.seeds.success[row] - bySuccess) < 1e-5 * max(1, abs(bySuccess)))
    }
  }
}
