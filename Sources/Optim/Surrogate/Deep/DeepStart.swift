import Foundation

/// Where the training of a deep process begins: at heads with the length scales of exact processes of parts of the data, and hidden units that are
/// the directions in which these processes change most (the active subspace; Constantine, Dow and Wang 2014).
struct DeepStart {
  let inputs: Matrix
  let features: [TrainingSet.Feature]
  /// Transformed targets, then labels; NaN where unknown.
  let values: [[Double]]
  let isLabel: [Bool]
  let recipe: DeepRecipe
  let stream: RandomStream
  let shouldStop: @Sendable () -> Bool

  /// What an exact process on a part of the data says about a head.
  private struct Look: Sendable {
    var lengthScales: [Double]
    var signal: Double
    /// Noise variance; of labels 1.
    var noise: Double
    var trend: LinearFunction
    /// Mean outer product of its gradients, of trace 1 or 0.
    var directions: Matrix
  }

  /// - Parameter varying: number of columns that change.
  func network(varying: Int) -> DeepNetwork {
    let looks = parallelMap(values.count) { look($0) }
    let units = recipe.units(columns: varying, heads: values.count)
    let hidden = hidden(looks, units)
    let (n, d) = (inputs.rows, inputs.columns)
    var extended = Matrix(rows: n, columns: d + units)
    let trends = hidden.map { $0.trend(inputs) }
    for i in 0..<n {
      for k in 0..<d { extended[i, k] = inputs[i, k] }
      for u in 0..<units { extended[i, d + u] = trends[u][i] }
    }
    let seen = extended
    let heads = parallelMap(looks.count) { k -> DeepNetwork.Head in
      let look = looks[k]
      let scales =
        look.lengthScales.map { $0 * Self.widening }
        + hidden.map { unitScale($0.trend.weights, look.lengthScales) }
      let known = values[k].indices.filter { values[k][$0].isFinite }
      let points = points(seen, known, recipe.headPoints(rows: known.count), scales, UInt64(100 + k))
      return DeepNetwork.Head(
        process: InducedProcess(
          inducing: points, lengthScales: scales, signalVariance: max(look.signal, 0.1), spread: 1),
        trend: look.trend, logNoise: isLabel[k] ? nil : log(max(look.noise, Self.firstNoise)))
    }
    let (sites, logits) = sites(units)
    return DeepNetwork(hidden: hidden, heads: heads, sites: sites, logits: logits)
  }

  /// By how much longer the length scales of parameters are than without hidden units, and those of hidden units than an exact process's along
  /// their direction.
  private static let (widening, lengthening) = (1.5, 2.0)
  /// Shortest length scale of a hidden unit's process: a unit bends space, and what is quick is the heads'.
  private static let shortest = 0.5
  private static let firstNoise = 1e-3
  private static let hiddenSignal = 0.01

  /// The length scale of a head in a hidden unit: what that changes by along one length scale in its direction.
  private func unitScale(_ weights: [Double], _ lengthScales: [Double]) -> Double {
    let norm = weights.reduce(0) { $0 + $1 * $1 }
    let inverse = zip(weights, lengthScales).reduce(0) { $0 + ($1.0 / $1.1) * ($1.0 / $1.1) }
    guard norm > 0, inverse > 0 else { return Self.lengthening }
    return min(max(Self.lengthening * norm / inverse.squareRoot(), 0.05), 5)
  }

  private func look(_ k: Int) -> Look {
    let rows = values[k].indices.filter { values[k][$0].isFinite }
    let (own, known) = (inputs.subset(rows), rows.map { values[k][$0] })
    let scales = LengthScales(features: features, inputs: own)
    let d = inputs.columns
    var look = Look(
      lengthScales: scales.columns(Array(repeating: scales.prior.mean, count: scales.count)[...]), signal: 1,
      noise: 0.01, trend: LinearFunction(intercept: 0, weights: Array(repeating: 0, count: d)),
      directions: Matrix(rows: d, columns: d))
    let gradients =
      isLabel[k] ? labelLook(own, known, scales, k, &look) : targetLook(own, known, scales, k, &look)
    guard let gradients, gradients.values.allSatisfy(\.isFinite) else { return look }
    var product = Matrix(rows: d, columns: d)
    BLAS.multiply(
      d, d, gradients.rows, gradients.values, transposed: true, gradients.values, into: &product.values)
    let trace = (0..<d).reduce(0) { $0 + product[$1, $1] }
    if trace > 0 { look.directions.values = product.values.map { $0 / trace } }
    return look
  }

  private func targetLook(
    _ own: Matrix, _ known: [Double], _ scales: LengthScales, _ k: Int, _ look: inout Look
  ) -> Matrix? {
    let fit = HyperparameterFit(
      inputs: own, scales: scales, stream: stream.derived(UInt64(k)), shouldStop: shouldStop)
    let part = fit.part(of: known, HyperparameterFit.subsetPoints) ?? Array(known.indices)
    let (points, seen) = (own.subset(part), part.map { known[$0] })
    guard let theta = fit.startedManyTimes(known, onlyBest: true).first?.theta,
      let (found, _) = fit.finish(MarginalLikelihood(inputs: points, values: seen), theta),
      let process = try? GaussianProcess(inputs: points, values: seen, hyperparameters: found)
    else { return nil }
    (look.lengthScales, look.signal, look.noise) = (
      found.lengthScales, found.signalVariance, found.noiseVariance
    )
    look.trend.intercept = found.mean
    return process.posterior.gradient(
      points, byMean: Array(repeating: 1, count: part.count),
      byVariance: Array(repeating: 0, count: part.count))
  }

  private func labelLook(
    _ own: Matrix, _ known: [Double], _ scales: LengthScales, _ k: Int, _ look: inout Look
  ) -> Matrix? {
    var stream = stream.derived(UInt64(k))
    guard
      let found = try? GaussianClassifier.fit(
        inputs: own, labels: known, scales: scales, stream: stream, warm: nil, by: .laplace,
        shouldStop: shouldStop)
    else { return nil }
    let part = known.count > 300 ? Array(stream.permutation(known.count).prefix(300)) : Array(known.indices)
    // A logistic slope of 1 is nearest to a probit one of 1 / 1.702.
    let probit = 1 / 1.702
    (look.lengthScales, look.signal) = (found.lengthScales, found.signalVariance * probit * probit)
    look.noise = 1
    look.trend = LinearFunction(
      intercept: found.trend.intercept * probit, weights: found.trend.weights.map { $0 * probit })
    let points = own.subset(part)
    return (try? GaussianClassifier(inputs: points, labels: part.map { known[$0] }, hyperparameters: found))?
      .gradient(points, seeds: Array(repeating: 1, count: part.count))
  }

  private func hidden(_ looks: [Look], _ units: Int) -> [DeepNetwork.Unit] {
    let (n, d) = (inputs.rows, inputs.columns)
    var total = Matrix(rows: d, columns: d)
    for look in looks { BLAS.add(look.directions.values, times: 1, to: &total.values) }
    // The leading eigenvectors; a direction in which nothing changes is worth as much as another one.
    let vectors =
      SymmetricEigen(total).map { eigen in (0..<d).reversed().map { eigen.vectors.row($0) } } ?? []
    let logScales = (0..<d).map { k in
      looks.reduce(0) { $0 + log($1.lengthScales[k]) } / Double(looks.count)
    }
    let scales = logScales.map { max(exp($0), Self.shortest) }
    let points = points(
      inputs, Array(0..<n), recipe.hiddenPoints(rows: n), scales, 99)
    return (0..<units).map { u in
      var trend = LinearFunction(
        intercept: 0, weights: u < vectors.count ? vectors[u] : (0..<d).map { $0 == u ? 1 : 0 })
      let (mean, deviation) = TargetTransform.moments(trend(inputs))
      let scale = deviation > 1e-9 ? 1 / deviation : 1
      trend.weights = trend.weights.map { $0 * scale }
      trend.intercept = -mean * scale
      return DeepNetwork.Unit(
        process: InducedProcess(
          inducing: points, lengthScales: scales, signalVariance: Self.hiddenSignal, spread: 0.1),
        trend: trend)
    }
  }

  /// Inducing points among some rows; random ones where the greedy choice finds nothing left to explain, since length scales may shrink.
  private func points(_ all: Matrix, _ rows: [Int], _ count: Int, _ scales: [Double], _ number: UInt64)
    -> Matrix
  {
    var stream = stream.derived(number)
    let drawn = InducingPoints.candidates(rows: rows.count, count: count, stream: stream)
    let candidates = all.subset(drawn.map { rows[$0] })
    var chosen = InducingPoints.greedy(candidates, count: count, lengthScales: scales)
    if chosen.count < count {
      let taken = Set(chosen)
      chosen += stream.permutation(candidates.rows).filter { !taken.contains($0) }.prefix(
        count - chosen.count)
    }
    return candidates.subset(chosen)
  }

  /// Points of the standard normal distribution in as many dimensions as there are units, in pairs of opposite sign, with a unit covariance: of
  /// the bound those of the cubature of degree 3 (±sqrt(units) along each axis, rotated at random), of the density random ones to start with.
  private func sites(_ units: Int) -> (Matrix, [Double]) {
    var stream = stream.derived(98)
    let pairs = recipe.kind == .bound ? units : max(recipe.samples / 2, units)
    var half = Matrix(rows: pairs, columns: units, values: (0..<pairs * units).map { _ in stream.normal() })
    var gram = [Double](repeating: 0, count: units * units)
    BLAS.addGram(units, pairs, half.values, to: &gram)
    if let cholesky = Cholesky(gram.map { $0 / Double(pairs) }, order: units) {
      cholesky.solveLower(&half.values, count: pairs)
    }
    let sites = Matrix(rows: 2 * pairs, columns: units, values: half.values + half.values.map { -$0 })
    return (sites, Array(repeating: 0, count: 2 * pairs))
  }
}
