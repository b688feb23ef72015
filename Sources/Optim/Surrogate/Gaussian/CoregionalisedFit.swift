import Foundation

/// Fits Gaussian processes to a group of targets that are known at the same points.
///
/// A linear model of coregionalisation (Alvarez, Rosasco and Lawrence, "Kernels for vector-valued functions", 2012, section 4.2)
/// with as many processes as targets and noise that is mixed like the signals: y = A u, u_q independent with kernels of their
/// own, so that cov(y(x), y(x')) = sum_q a_q a_q' (k_q(x, x') + noise_q [x = x']). With W = A^-1 the likelihood is
/// ln p(Y) = sum_q ln p(Y w_q) + N ln |det W|, and fit and prediction cost no more than independent processes (as in
/// Bruinsma et al., "Scalable exact inference in multi-output Gaussian processes", 2020, without their orthogonality).
///
/// Kernels and W are improved in turns. For given kernels each row w_q is at its best, the others fixed, where
/// w_q = V_q^-1 W^-1 e_q / sqrt(...), V_q = Y' P_q Y / N (the iterative projection of Ono, "Stable and fast update rules for
/// independent vector analysis", 2011, since the likelihood is of the same form). Of rank r, only the r processes with most
/// signal keep theirs.
struct CoregionalisedFit {
  struct Outcome: Sendable {
    var processes: [GaussianSurrogate.ProcessState]
    /// A: targets of the group by processes.
    var mixing: Matrix
  }

  let group: [Int]
  private let names: [String]
  /// Transformed targets, one column each.
  private(set) var values: Matrix
  private(set) var inputs: Matrix
  let scales: LengthScales
  let stream: RandomStream
  let recipe: GaussianRecipe
  private let rank: Int
  private let shouldStop: () -> Bool

  init(
    set: TrainingSet, targets: [GaussianSurrogate.TargetState], group: [Int], stream: RandomStream,
    recipe: GaussianRecipe, shouldStop: @escaping () -> Bool
  ) {
    let known = targets[group[0]].values
    let rows = known.indices.filter { known[$0].isFinite }
    self.group = group
    names = group.map { set.targetNames[$0] }
    values = Matrix(
      rows.map { row in group.map { targets[$0].transform!(targets[$0].values[row]) } }, columns: group.count)
    inputs = set.inputs.subset(rows)
    scales = LengthScales(features: set.features, inputs: inputs)
    self.stream = stream
    self.recipe = recipe
    rank = min(max(recipe.rank ?? group.count, 1), group.count)
    self.shouldStop = shouldStop
  }

  /// W by rows, with the processes' hyperparameters and likelihoods.
  private struct Candidate {
    var unmixing: Matrix
    var hyperparameters: [GaussianHyperparameters]
    var likelihoods: [Double]
    /// ln p of all values.
    var total: Double
  }

  /// Evaluations of a likelihood from where an earlier fit, or kernels of another mixing, have ended.
  private static let (warmEvaluations, improvingEvaluations) = (12, 15)

  /// - Parameter warm: What an earlier fit of the same group came to: its mixing is kept, and kernels start from it; where there are many
  ///   points, and not a tenth more than they were searched for, they are kept as well.
  func fit(warm: Outcome?) throws -> Outcome {
    let outcome = recipe.isSparse ? sparse(warm: warm) : warm.map(refitted) ?? cold()
    guard let outcome else {
      throw TrainingError(
        "no Gaussian process fits the \(values.rows) values of '\(names.joined(separator: "', '"))'")
    }
    return outcome
  }

  private func cold() -> Outcome? {
    guard group.count > 1 else {
      return candidate(.identity(1)).flatMap { outcome(mixed: nil, own: $0, [0]) }
    }
    let part = part
    let coarse = part.chosen()
    guard part.values.rows < values.rows, let coarse else { return coarse }
    return refitted(coarse) { .part($0) }
  }

  /// The same group on a part of the data, since kernels have to be fitted again and again.
  var part: CoregionalisedFit {
    var part = self
    let sample = DataPart(size: HyperparameterFit.subsetPoints, stream: stream.derived(1))
    if let rows = sample.rows(of: group.indices.map(values.column)) {
      (part.values, part.inputs) = (values.subset(rows), inputs.subset(rows))
    }
    return part
  }

  /// The likeliest mixing; targets whose left-out values a process of their own predicts better get one, unless a rank is
  /// asked for.
  func chosen() -> Outcome? {
    let own = rank < group.count ? nil : candidate(.identity(group.count))
    let starts = [own, principalComponents().flatMap { candidate($0) }].compactMap { $0 }
    guard let mixed = starts.map(improved).max(by: { $0.total < $1.total }) else { return nil }
    guard let own else { return outcome(mixed: mixed, own: nil, []) }
    let (together, apart) = (leaveOneOutErrors(mixed), leaveOneOutErrors(own))
    let alone = group.indices.filter { !(together[$0] < 0.99 * apart[$0]) }
    return outcome(mixed: alone.count < group.count ? mixed : nil, own: own, alone)
  }

  /// Processes of a mixing, followed by own ones of the targets in `alone`.
  private func outcome(mixed: Candidate?, own: Candidate?, _ alone: [Int]) -> Outcome? {
    let p = group.count
    let shared = mixed == nil ? 0 : p
    var processes: [GaussianSurrogate.ProcessState] = []
    var mixing = Matrix(rows: p, columns: shared + alone.count)
    if let mixed {
      guard let inverse = mixed.unmixing.inverted()?.inverse else { return nil }
      for t in 0..<p where !alone.contains(t) {
        for q in 0..<p { mixing[t, q] = inverse[t, q] }
      }
      processes = (0..<p).map { process(mixed, $0) }
    }
    if let own {
      for (place, t) in alone.enumerated() {
        mixing[t, shared + place] = 1
        processes.append(process(own, t))
      }
    }
    return Outcome(processes: processes, mixing: mixing)
  }

  private func process(_ candidate: Candidate, _ q: Int) -> GaussianSurrogate.ProcessState {
    let weights = candidate.unmixing.row(q).enumerated().filter { $0.element != 0 }
    return .init(
      combination: weights.map { .init(index: group[$0.offset], weight: $0.element) },
      hyperparameters: candidate.hyperparameters[q], logLikelihood: candidate.likelihoods[q],
      searchedPoints: candidate.hyperparameters[q].signalVariance > 0 ? values.rows : nil)
  }

  /// The same structure with kernels for the data at hand.
  private func refitted(_ warm: Outcome) -> Outcome? {
    refitted(warm) { .earlier($0, evaluations: Self.warmEvaluations) }
  }

  private func refitted(
    _ coarse: Outcome, from start: (GaussianHyperparameters) -> HyperparameterFit.Start
  ) -> Outcome? {
    var outcome = coarse
    for (q, process) in coarse.processes.enumerated() {
      var weights = [Double](repeating: 0, count: group.count)
      for share in process.combination { weights[group.firstIndex(of: share.index)!] = share.weight }
      if let (kept, likelihood) = kept(process, weights) {
        outcome.processes[q].hyperparameters = kept
        outcome.processes[q].logLikelihood = likelihood
        continue
      }
      guard let (found, likelihood) = hyperparameters(q, weights, start(process.hyperparameters)) else {
        return nil
      }
      outcome.processes[q].searchedPoints = found.signalVariance > 0 ? values.rows : nil
      outcome.processes[q].hyperparameters = found
      outcome.processes[q].logLikelihood = likelihood
    }
    return outcome
  }

  /// Hyperparameters as they were found for nearly as many points; nil where they are to be searched for.
  private func kept(_ process: GaussianSurrogate.ProcessState, _ weights: [Double]) -> (
    GaussianHyperparameters, Double
  )? {
    guard keepsLengthScales(process) else { return nil }
    return HyperparameterFit(inputs: inputs, scales: scales, stream: stream).kept(
      combined(weights), process.hyperparameters)
  }

  /// Whether nearly as many points told the process's length scales.
  func keepsLengthScales(_ process: GaussianSurrogate.ProcessState) -> Bool {
    guard values.rows > HyperparameterFit.subsetPoints, let known = process.searchedPoints else {
      return false
    }
    return 10 * values.rows < 11 * known
  }

  /// The search for the hyperparameters of process q.
  func search(_ q: Int) -> HyperparameterFit {
    HyperparameterFit(
      inputs: inputs, scales: scales, stream: stream.derived(UInt64(q + 2)), shouldStop: shouldStop,
      leastRatio: recipe.leastRatio)
  }

  /// Root mean square errors of each transformed target at left-out points.
  private func leaveOneOutErrors(_ candidate: Candidate) -> [Double] {
    let n = values.rows
    guard let mixing = candidate.unmixing.inverted()?.inverse else {
      return group.map { _ in .infinity }
    }
    var predicted = Matrix(rows: n, columns: group.count)
    for (q, h) in candidate.hyperparameters.enumerated() {
      var means = [Double](repeating: h.mean, count: n)
      if h.signalVariance > 0 {
        let own = combined(candidate.unmixing.row(q))
        guard
          let left = MarginalLikelihood(inputs: inputs, values: own).leaveOneOut(
            lengthScales: h.lengthScales, ratio: h.noiseVariance / h.signalVariance)
        else { return group.map { _ in .infinity } }
        means = left.mean
      }
      for i in 0..<n { predicted[i, q] = means[i] }
    }
    return group.indices.map { t in
      var sum = 0.0
      for i in 0..<n {
        let error = group.indices.reduce(-values[i, t]) { $0 + mixing[t, $1] * predicted[i, $1] }
        sum += error * error
      }
      return (sum / Double(n)).squareRoot()
    }
  }

  /// Kernels and mixing in turns, as long as it pays.
  private func improved(_ start: Candidate) -> Candidate {
    var best = start
    for _ in 0..<4 where !shouldStop() {
      guard let unmixing = projected(best),
        let next = candidate(unmixing, warm: best.hyperparameters)
      else { break }
      let gain = next.total - best.total
      if gain > 0 { best = next }
      if gain < 0.5 { break }
    }
    return best
  }

  /// Rows: principal axes of the transformed targets, largest variance first.
  private func principalComponents() -> Matrix? {
    let p = group.count
    var covariance = Matrix(rows: p, columns: p)
    BLAS.multiply(p, p, values.rows, values.values, transposed: true, values.values, into: &covariance.values)
    guard let eigen = SymmetricEigen(covariance) else { return nil }
    return eigen.vectors.subset((0..<p).reversed())
  }

  /// Hyperparameters for a given W; nil where a process cannot be fitted or W is singular.
  private func candidate(_ unmixing: Matrix, warm: [GaussianHyperparameters]? = nil) -> Candidate? {
    guard let logDeterminant = unmixing.inverted()?.logDeterminant else { return nil }
    var (hyperparameters, likelihoods): ([GaussianHyperparameters], [Double]) = ([], [])
    for q in 0..<group.count {
      let start = warm.map {
        HyperparameterFit.Start.earlier($0[q], evaluations: Self.improvingEvaluations)
      }
      guard let (found, likelihood) = self.hyperparameters(q, unmixing.row(q), start ?? .nothing) else {
        return nil
      }
      hyperparameters.append(found)
      likelihoods.append(likelihood)
    }
    if rank < group.count && warm == nil { keepStrongest(unmixing, &hyperparameters, &likelihoods) }
    return Candidate(
      unmixing: unmixing, hyperparameters: hyperparameters, likelihoods: likelihoods,
      total: likelihoods.reduce(Double(values.rows) * logDeterminant, +))
  }

  /// Of the process that models the given combination of transformed targets. One that hardly varies, because targets depend on
  /// each other, is noise; so is one that was noise before.
  private func hyperparameters(
    _ q: Int, _ weights: [Double], _ start: HyperparameterFit.Start
  ) -> (GaussianHyperparameters, Double)? {
    let own = combined(weights)
    let noise = noise(weights, own)
    let floor = Self.resolution * weights.reduce(0) { $0 + $1 * $1 }
    if noise.hyperparameters.noiseVariance < 10 * floor || start.hyperparameters?.signalVariance == 0 {
      return (noise.hyperparameters, noise.likelihood)
    }
    return search(q).fit(own, from: start)
  }

  /// Variance of each transformed target (of variance 1) below which nothing is told apart: what targets that are functions of
  /// each other have between them.
  private static let resolution = 1e-8

  func combined(_ weights: [Double]) -> [Double] {
    var result = [Double](repeating: 0, count: values.rows)
    BLAS.multiply(values.rows, 1, group.count, values.values, weights, into: &result)
    return result
  }

  /// All but `rank` processes become noise: those that lose least by it.
  private func keepStrongest(
    _ unmixing: Matrix, _ hyperparameters: inout [GaussianHyperparameters], _ likelihoods: inout [Double]
  ) {
    let noises = (0..<group.count).map { noise(unmixing.row($0), combined(unmixing.row($0))) }
    let order = noises.indices.sorted {
      likelihoods[$0] - noises[$0].likelihood > likelihoods[$1] - noises[$1].likelihood
    }
    for q in order.dropFirst(rank) {
      (hyperparameters[q], likelihoods[q]) = (noises[q].hyperparameters, noises[q].likelihood)
    }
  }

  /// A process without a signal.
  private func noise(_ weights: [Double], _ own: [Double]) -> (
    hyperparameters: GaussianHyperparameters, likelihood: Double
  ) {
    let (mean, deviation) = TargetTransform.moments(own)
    let variance = deviation * deviation + Self.resolution * weights.reduce(0) { $0 + $1 * $1 }
    return (
      GaussianHyperparameters(
        lengthScales: scales.columns(ArraySlice(repeating: scales.prior.mean, count: scales.count)),
        signalVariance: 0, noiseVariance: variance, mean: mean),
      -0.5 * Double(own.count) * (log(2 * .pi * variance) + 1)
    )
  }

  /// W after some sweeps of iterative projection at the candidate's kernels.
  private func projected(_ candidate: Candidate) -> Matrix? {
    let (n, p) = (values.rows, group.count)
    var forms: [Matrix] = []
    for (q, hyperparameters) in candidate.hyperparameters.enumerated() {
      guard let form = quadraticForm(hyperparameters, combined(candidate.unmixing.row(q))) else { return nil }
      forms.append(Matrix(rows: p, columns: p, values: form.values.map { $0 / Double(n) }))
      // What noise below the resolution would add on average, so that dependent targets do not make it singular.
      let ridge = 1e-9 * (0..<p).reduce(0) { $0 + forms[q][$1, $1] } / Double(p)
      for j in 0..<p { forms[q][j, j] += ridge }
    }
    var w = candidate.unmixing
    for _ in 0..<20 {
      for q in 0..<p {
        guard let inverse = w.times(forms[q]).inverted()?.inverse else { return nil }
        let row = inverse.column(q)
        let image = forms[q].times(Matrix(rows: p, columns: 1, values: row)).values
        let square = zip(row, image).reduce(0) { $0 + $1.0 * $1.1 }
        guard square > 0, square.isFinite else { return nil }
        for j in 0..<p { w[q, j] = row[j] / square.squareRoot() }
      }
    }
    return w
  }

  private func quadraticForm(_ hyperparameters: GaussianHyperparameters, _ own: [Double]) -> Matrix? {
    if hyperparameters.signalVariance > 0 {
      return MarginalLikelihood(inputs: inputs, values: own).quadraticForm(
        values, lengthScales: hyperparameters.lengthScales,
        ratio: hyperparameters.noiseVariance / hyperparameters.signalVariance)
    }
    let (n, p) = (values.rows, group.count)
    var centered = values
    for j in 0..<p {
      let mean = values.column(j).reduce(0, +) / Double(n)
      for i in 0..<n { centered[i, j] -= mean }
    }
    var form = Matrix(rows: p, columns: p)
    BLAS.multiply(p, p, n, centered.values, transposed: true, centered.values, into: &form.values)
    for i in form.values.indices { form.values[i] /= hyperparameters.noiseVariance }
    return form
  }
}
