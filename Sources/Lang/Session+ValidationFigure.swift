import Foundation
import Optim

extension Session {
  /// Predicted against observed values of every objective, and how far stated uncertainties and probabilities can be believed.
  func validationFigure(_ result: Validation) -> Figure {
    var panels = result.objectives.map(agreement)
    let intervals = result.objectives.filter { !$0.deviation.isEmpty }.compactMap(intervalLine)
    if !intervals.isEmpty {
      panels.append(
        Figure(
          title: "calibration: intervals", kind: .plane,
          axes: [Figure.Axis("stated", unit: "%"), Figure.Axis("observed inside", unit: "%")],
          series: intervals + [Self.diagonal(0, 100)]))
    }
    let probabilities = probabilityLines(result.constraints)
    if !probabilities.isEmpty {
      panels.append(
        Figure(
          title: "calibration: constraints", kind: .plane,
          axes: [Figure.Axis("predicted", unit: "%"), Figure.Axis("observed satisfied", unit: "%")],
          series: probabilities + [Self.diagonal(0, 100)]))
    }
    return Figure(
      title: "\(validationHeading(result)), \(result.count) points", kind: .panels(panels),
      caption: "on the diagonal: predicted as observed, and right as often as stated")
  }

  private static func diagonal(_ low: Double, _ high: Double) -> Figure.Series {
    Figure.Series("", role: .guide, points: [[low, high], [low, high]], isLine: true)
  }

  private func agreement(_ objective: Validation.Objective) -> Figure {
    let known = objective.observed.indices.filter {
      objective.observed[$0].isFinite && objective.predicted[$0].isFinite
    }
    let (observed, predicted) = (known.map { objective.observed[$0] }, known.map { objective.predicted[$0] })
    let ends = (observed.min() ?? 0, observed.max() ?? 0)
    let unit = campaign.problem.objectives.first { $0.name == objective.name }?.unit
    return Figure(
      title: objective.name, kind: .plane,
      axes: [Figure.Axis("observed", unit: unit), Figure.Axis("predicted", unit: unit)],
      series: [
        Figure.Series("", points: [observed, predicted]), Self.diagonal(ends.0, ends.1),
      ])
  }

  /// Which share of points lies inside the central interval of each stated probability.
  private func intervalLine(_ objective: Validation.Objective) -> Figure.Series? {
    let known = objective.observed.indices.filter {
      objective.observed[$0].isFinite && objective.predicted[$0].isFinite
    }
    guard !known.isEmpty else { return nil }
    // The central interval that just reaches the observed value.
    let needed = known.map { i -> Double in
      let error = abs(objective.observed[i] - objective.predicted[i])
      return error == 0 ? 0 : erf(error / objective.deviation[i] / 2.0.squareRoot())
    }
    let levels = stride(from: 0.0, through: 1, by: 0.05)
    let inside = levels.map { level in Double(needed.count { $0 <= level }) / Double(needed.count) }
    return Figure.Series(
      objective.name, points: [levels.map { 100 * $0 }, inside.map { 100 * $0 }], isLine: true)
  }

  /// Observed shares of groups of points with about the same predicted probability; beyond six constraints only all of them together.
  private func probabilityLines(_ constraints: [Validation.Constraint]) -> [Figure.Series] {
    func line(_ name: String, _ truth: [Double], _ probability: [Double]) -> Figure.Series? {
      let known = truth.indices.filter { truth[$0].isFinite && probability[$0].isFinite }
        .sorted { (probability[$0], $0) < (probability[$1], $1) }
      guard !known.isEmpty else { return nil }
      // Of so few points that a share means something still.
      let count = min(8, max(1, known.count / 15))
      let groups = (0..<count).map { known[($0 * known.count / count)..<(($0 + 1) * known.count / count)] }
      let mean = { (values: [Double], rows: ArraySlice<Int>) in
        100 * rows.reduce(0) { $0 + values[$1] } / Double(rows.count)
      }
      return Figure.Series(
        name, points: [groups.map { mean(probability, $0) }, groups.map { mean(truth, $0) }], isLine: true)
    }
    guard constraints.count > 6 else {
      return constraints.compactMap { line($0.name, $0.truth, $0.probability) }
    }
    return [line("all constraints", constraints.flatMap(\.truth), constraints.flatMap(\.probability))]
      .compactMap { $0 }
  }
}
