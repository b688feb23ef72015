import Foundation

@testable import Optim

/// A surrogate with known derivatives: quadratic means, positive variances and linear log odds of the features, with coefficients from
/// a stream.
struct AnalyticSurrogate: Surrogate {
  let targets: [Quadratic]
  let variances: [Quadratic]?
  let labels: [Quadratic]
  var summary: String { "analytic" }

  struct Quadratic: Codable {
    var constant: Double
    var linear: [Double]
    var square: [Double]

    init(_ features: Int, _ random: inout RandomStream, curved: Double = 1) {
      constant = random.normal()
      linear = (0..<features).map { _ in random.normal() }
      square = (0..<features).map { _ in curved * random.normal() }
    }

    func value(_ x: [Double]) -> Double {
      x.indices.reduce(constant) { $0 + linear[$1] * x[$1] + square[$1] * x[$1] * x[$1] }
    }
    func slope(_ x: [Double], _ j: Int) -> Double { linear[j] + 2 * square[j] * x[j] }
  }

  init(features: Int, targets: Int, labels: Int, hasVariance: Bool = true, seed: UInt64 = 1) {
    var random = RandomStream(seed: seed, purpose: .test)
    self.targets = (0..<targets).map { _ in Quadratic(features, &random) }
    variances = hasVariance ? (0..<targets).map { _ in Quadratic(features, &random, curved: 0) } : nil
    self.labels = (0..<labels).map { _ in Quadratic(features, &random) }
  }

  init(targets: [Quadratic], labels: [Quadratic] = []) {
    (self.targets, variances, self.labels) = (targets, nil, labels)
  }

  func predict(_ inputs: Matrix) -> Prediction {
    let rows = (0..<inputs.rows).map { inputs.row($0) }
    return Prediction(
      mean: targets.map { f in rows.map(f.value) },
      variance: variances.map { $0.map { f in rows.map { 0.05 + 0.01 * pow(f.value($0), 2) } } },
      logOdds: labels.map { f in rows.map(f.value) })
  }

  func gradient(_ inputs: Matrix, seeds: (Prediction) -> PredictionSeeds) -> (
    prediction: Prediction, gradient: Matrix
  ) {
    let prediction = predict(inputs)
    let wanted = seeds(prediction)
    var gradient = Matrix(rows: inputs.rows, columns: inputs.columns)
    for i in 0..<inputs.rows {
      let x = inputs.row(i)
      for j in 0..<inputs.columns {
        for (seed, f) in zip(wanted.mean, targets) { gradient[i, j] += seed[i] * f.slope(x, j) }
        for (seed, f) in zip(wanted.variance, variances ?? []) {
          gradient[i, j] += seed[i] * 0.02 * f.value(x) * f.slope(x, j)
        }
        for (seed, f) in zip(wanted.logOdds, labels) { gradient[i, j] += seed[i] * f.slope(x, j) }
      }
    }
    return (prediction, gradient)
  }
}

/// An entry that fits by least squares: linear in the features, no variance; labels by their frequency.
func linearEntry(_ name: String, uses feature: @escaping @Sendable (Int) -> Bool = { _ in true })
  -> SurrogateEntry
{
  SurrogateEntry(name, "linear least squares", version: 1) {
    set, _, _, _, _ -> AnalyticSurrogate in
    let targets = set.targets.map { column -> AnalyticSurrogate.Quadratic in
      linearFit(set.inputs, column, feature)
    }
    let labels = set.labels.map { column -> AnalyticSurrogate.Quadratic in
      var fit = linearFit(set.inputs, column.map { $0.isNaN ? $0 : 4 * $0 - 2 }, feature)
      fit.square = fit.square.map { _ in 0 }
      return fit
    }
    return AnalyticSurrogate(targets: targets, labels: labels)
  }
}

/// Coordinate descent on the squared error with a tiny ridge; enough for a handful of features.
private func linearFit(_ inputs: Matrix, _ y: [Double], _ uses: (Int) -> Bool) -> AnalyticSurrogate.Quadratic
{
  var random = RandomStream(seed: 1, purpose: .test)
  var fit = AnalyticSurrogate.Quadratic(inputs.columns, &random)
  fit.linear = fit.linear.map { _ in 0 }
  fit.square = fit.linear
  let rows = y.indices.filter { !y[$0].isNaN }
  fit.constant = rows.isEmpty ? 0 : mean(rows.map { y[$0] })
  var residual = rows.map { y[$0] - fit.constant }
  for _ in 0..<200 {
    for j in 0..<inputs.columns where uses(j) {
      let x = rows.map { inputs[$0, j] }
      let center = mean(x)
      let spread = x.reduce(1e-9) { $0 + ($1 - center) * ($1 - center) }
      let step = zip(x, residual).reduce(0) { $0 + ($1.0 - center) * $1.1 } / spread
      fit.linear[j] += step
      fit.constant -= step * center
      for i in residual.indices { residual[i] -= step * (x[i] - center) }
    }
  }
  return fit
}
