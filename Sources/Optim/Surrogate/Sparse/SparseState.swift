import Foundation

extension GaussianSurrogate.State {
  /// Processes by what they see of the data: sparse ones with the same inducing points and length scales, known at the same rows, are computed
  /// together; every other one is alone.
  var sharers: [[Int]] {
    var groups: [[Int]] = []
    for (q, process) in processes.enumerated() {
      let match = groups.firstIndex { group in
        let other = processes[group[0]]
        return process.inducing != nil && process.inducing == other.inducing
          && process.hyperparameters.signalVariance > 0 && other.hyperparameters.signalVariance > 0
          && process.hyperparameters.lengthScales == other.hyperparameters.lengthScales
          && rows(of: process) == rows(of: other)
      }
      if let match { groups[match].append(q) } else { groups.append([q]) }
    }
    return groups
  }

  /// Where the values of a process are known.
  func rows(of process: GaussianSurrogate.ProcessState) -> [Int] {
    let known = targets[process.combination[0].index].values
    return known.indices.filter { known[$0].isFinite }
  }

  /// The values of a process at those rows.
  func values(of process: GaussianSurrogate.ProcessState, _ rows: [Int]) -> [Double] {
    rows.map { row in
      process.combination.reduce(0) { sum, share in
        let target = targets[share.index]
        return sum + share.weight * target.transform!(target.values[row])
      }
    }
  }

  /// How many inducing points there are, for people; nil where nothing is sparse.
  var inducingCounts: String? {
    let sparse = labels.compactMap { label -> Int? in
      if case .sparse(let state) = label { return state.inducing.rows }
      return nil
    }
    let counts = processes.compactMap { $0.inducing?.rows } + sparse
    guard let least = counts.min(), let most = counts.max() else { return nil }
    if most == inputs.rows && least == most { return "every point an inducing point" }
    return "\(least == most ? "\(least)" : "\(least) to \(most)") inducing points"
  }
}

extension SparseFit {
  /// Posteriors of columns of values that share inducing points and length scales.
  ///
  /// - Throws: `TrainingError` where a covariance is not positive definite.
  static func posteriors(
    inputs: Matrix, inducing: Matrix, values: [[Double]], hyperparameters: [GaussianHyperparameters]
  ) throws -> [KernelPosterior?] {
    let failure = TrainingError(
      "the covariance of \(inducing.rows) inducing points for \(inputs.rows) points is not positive definite")
    guard let kernel = InducingKernel(inducing, lengthScales: hyperparameters[0].lengthScales) else {
      throw failure
    }
    let data = ProjectedData(inputs: inputs, values: values, kernel: kernel)
    return try hyperparameters.enumerated().map { column, found in
      let ratio = found.noiseVariance / found.signalVariance
      guard let solution = data.solution(column, ratio: ratio) else { throw failure }
      return data.posterior(solution, ratio: ratio)
    }
  }
}

extension GaussianClassifier {
  /// - Throws: `TrainingError` where a covariance is not positive definite.
  init(_ state: SparseClassifier.State, _ inputs: Matrix) throws {
    let classifier = SparseClassifier(
      inputs: inputs.subset(state.rows), labels: [], hyperparameters: state.hyperparameters,
      inducing: state.inducing)
    guard let posterior = classifier?.posterior(precision: state.precision, linear: state.linear) else {
      throw TrainingError(
        "the classification of \(state.rows.count) points by \(state.inducing.rows) inducing points fails")
    }
    self.init(hyperparameters: state.hyperparameters, posterior: posterior)
  }
}
