import Foundation

/// The model behind `joint` and `resnet`: a direct part, and trunks trained on different folds that add what it cannot say.
///
/// mean_k = direct_k + sum over trunks of share * (average over folds of network_k - that fold's direct_k), on the target's scale;
/// log odds likewise, plus what predicted margins say. Shares are fitted to held-back rows, so a trunk that only
/// overfits adds nothing. A target whose residuals are smooth has a Gaussian process of them on top, and its variance from there;
/// of the others the spread of the folds' models, scaled to the held-back errors, is the variance.
public struct NetworkEnsemble: Surrogate {
  /// Single-precision weights, stored as bytes.
  struct Weights: Codable, Sendable {
    var values: [Float]

    init(_ values: [Float]) { self.values = values }

    init(from decoder: any Decoder) throws {
      let data = try decoder.singleValueContainer().decode(Data.self)
      values = data.withUnsafeBytes { Array($0.bindMemory(to: Float.self)) }
    }

    func encode(to encoder: any Encoder) throws {
      var container = encoder.singleValueContainer()
      try container.encode(values.withUnsafeBytes { Data($0) })
    }
  }

  /// What was trained without one of the folds: its direct part, and one network per trunk (empty where none is used).
  struct Fold: Codable, Sendable {
    var direct: Weights
    var networks: [Weights]
  }

  /// A label's blend and, where it has one, its margin: target, threshold and error on the target's scale.
  struct Label: Codable, Sendable {
    var blend: LabelBlend
    var margin: Margin?
  }

  struct Margin: Codable, Sendable {
    var target: Int
    var threshold: Double
    var error: Double
    /// The logistic distribution's log odds for a normal error: Phi(x) is nearly logistic(1.702 x).
    func logOdds(_ t: Double) -> Double { slope * (t - threshold) }
    var slope: Double { 1.702 / error }

    /// The same where a process knows the error at each point; with the derivatives by mean and variance.
    func logOdds(_ t: Double, variance: Double) -> (value: Double, byMean: Double, byVariance: Double) {
      let deviation = variance.squareRoot()
      let z = (t - threshold) / deviation
      let odds = normalLogOdds(z)
      return (odds.value, odds.slope / deviation, -0.5 * odds.slope * z / variance)
    }
  }

  /// variance = factor * (spread + floor), on the target's scale.
  struct Calibration: Codable, Sendable {
    var factor: Double
    var floor: Double
  }

  var shapes: [NetworkShape]
  var scales: [TargetScale]
  var direct: Weights
  var folds: [Fold]
  var targets: [TargetBlend]
  var labels: [Label]
  var calibrations: [Calibration]
  var residuals = ResidualProcesses.none
  public internal(set) var summary: String

  /// Shape of the direct part; every trunk has the same heads.
  var heads: NetworkShape { shapes[0] }
}
