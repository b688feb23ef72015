import Foundation
import Testing

@testable import Optim

@Suite struct PredictionScoresTests {
  /// Lines of a case of the fixture: numbers or labels, and the peers' scores.
  private static func lines(_ name: String) throws -> [[String]] {
    try fixture("predictionScores").filter { $0[0] == name }
  }

  @Test(arguments: ["plain", "ties", "large"]) func regressionAgreesWithPeers(_ name: String) throws {
    let lines = try Self.lines(name)
    let rows = lines.filter { $0[1] == "number" }
    let column = { (k: Int) in rows.map { Double($0[k])! } }
    let scores = RegressionScores(truth: column(2), predicted: column(3), variance: column(4))
    let own = [
      "nrmse": scores.nrmse, "r2": scores.r2, "spearman": scores.spearman, "coverage50": scores.coverage50,
      "coverage90": scores.coverage90, "standardisedResidual": scores.standardisedResidual,
    ]
    for (name, value) in own {
      let expected = Double(try #require(lines.first { $0[1] == name })[2])!
      #expect(abs(value - expected) < 1e-12 * max(1, abs(expected)), "\(name) \(value) \(expected)")
    }
  }

  @Test(arguments: ["balanced", "rare"]) func classificationAgreesWithPeers(_ name: String) throws {
    let lines = try Self.lines(name)
    let rows = lines.filter { $0[1] == "label" }
    let scores = ClassificationScores(
      truth: rows.map { Double($0[2])! }, probability: rows.map { Double($0[3])! })
    let own = [
      "accuracy": scores.accuracy, "f1": scores.f1, "brier": scores.brier, "logLoss": scores.logLoss,
      "calibrationError": scores.calibrationError,
    ]
    for (name, value) in own {
      let expected = Double(try #require(lines.first { $0[1] == name })[2])!
      #expect(abs(value - expected) < 1e-12, "\(name) \(value) \(expected)")
    }
  }

  @Test func nothingToCompute() {
    let none = RegressionScores(truth: [.nan, .nan], predicted: [1, 2])
    #expect(none.count == 0 && none.nrmse.isNaN && none.spearman.isNaN)
    let constant = RegressionScores(truth: [3, 3, 3], predicted: [1, 2, 3])
    #expect(constant.count == 3 && constant.nrmse.isNaN && constant.r2.isNaN && constant.spearman.isNaN)
    let never = ClassificationScores(truth: [0, 0, .nan], probability: [0.1, 0.2, 0.9])
    #expect(never.count == 2 && never.accuracy == 1 && never.rate == 0 && never.f1.isNaN)
    #expect(ClassificationScores(truth: [], probability: []).accuracy.isNaN)
    let sure = ClassificationScores(truth: [1, 0], probability: [0, 1])
    #expect(sure.logLoss.isFinite && sure.brier == 1 && sure.f1 == 0)
  }

  @Test func unknownRowsDoNotCount() {
    let some = RegressionScores(truth: [1, .nan, 2, 4], predicted: [1.5, 9, 2, 3], variance: [1, 1, 1, 1])
    #expect(some == RegressionScores(truth: [1, 2, 4], predicted: [1.5, 2, 3], variance: [1, 1, 1]))
  }
}
