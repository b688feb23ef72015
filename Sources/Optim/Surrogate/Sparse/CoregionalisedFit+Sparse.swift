import Foundation

extension CoregionalisedFit {
  /// Sparse processes in the same structure: of one target, of mixtures that a part of the data tells, or of targets with one kernel.
  func sparse(warm: Outcome?) -> Outcome? {
    if recipe.groups == .sharedKernel { return shared(warm) }
    guard var outcome = warm ?? (group.count > 1 ? part.chosen() : alone) else { return nil }
    for (q, process) in outcome.processes.enumerated() where process.hyperparameters.signalVariance > 0 {
      var weights = [Double](repeating: 0, count: group.count)
      for share in process.combination { weights[group.firstIndex(of: share.index)!] = share.weight }
      let isKnown = warm != nil || group.count > 1
      guard
        let found = sparseFit(q).fit(
          combined(weights), warm: isKnown ? process.told : nil,
          keepsLengthScales: warm != nil && keepsLengthScales(process))
      else { return nil }
      if warm == nil || !keepsLengthScales(process) { outcome.processes[q].searchedPoints = values.rows }
      outcome.processes[q].hyperparameters = found.hyperparameters
      outcome.processes[q].logLikelihood = found.bound
      outcome.processes[q].inducing = found.inducing
      outcome.processes[q].unexplained = found.unexplained
    }
    return outcome
  }

  private func sparseFit(_ q: Int) -> SparseFit {
    SparseFit(
      search: search(q), count: recipe.inducingCount(rows: values.rows) ?? values.rows,
      movesInducing: recipe.movesInducing)
  }

  /// The process of a single target, before anything is known of it.
  private var alone: Outcome {
    Outcome(
      processes: [
        process(of: 0, GaussianHyperparameters(lengthScales: [], signalVariance: 1, noiseVariance: 1))
      ],
      mixing: .identity(1))
  }

  private func process(of place: Int, _ hyperparameters: GaussianHyperparameters)
    -> GaussianSurrogate.ProcessState
  {
    .init(
      combination: [.init(index: group[place], weight: 1)], hyperparameters: hyperparameters,
      logLikelihood: 0,
      searchedPoints: values.rows)
  }

  /// One kernel for all targets, from their likelihoods together on a part of the data; inducing points and what they see of the data are
  /// shared, and noise, signal and mean are every target's own.
  private func shared(_ warm: Outcome?) -> Outcome? {
    let fit = sparseFit(0)
    let known = warm?.processes[0]
    var theta = known.map {
      scales.logarithms($0.told.lengthScales) + [log($0.told.noiseVariance / $0.told.signalVariance)]
    }
    let keeps = known.map(keepsLengthScales) ?? false
    if !keeps {
      let part = part
      let likelihood = SharedLikelihood(inputs: part.inputs, values: group.indices.map(part.values.column))
      let common = 0.5 * log(Double(max(scales.count, 1)))
      let starts = [(0.3, 1e-3), (0.5, 0.1)].map { scale, ratio in
        Array(repeating: log(scale) + common, count: scales.count) + [log(ratio)]
      }
      theta =
        (theta.map { [$0] } ?? starts)
        .compactMap { fit.search.climb(likelihood, from: $0, evaluations: warm == nil ? 60 : 12) }
        .max { $0.value < $1.value }?.theta
    }
    guard let theta else { return nil }
    let columns = scales.columns(theta[..<scales.count])
    guard let kernel = InducingKernel(fit.inducing(theta), lengthScales: columns) else { return nil }
    let data = ProjectedData(inputs: inputs, values: group.indices.map(values.column), kernel: kernel)
    var processes: [GaussianSurrogate.ProcessState] = []
    for place in group.indices {
      guard let found = fit.outcome(data, place, from: theta[scales.count]) else { return nil }
      var process = process(of: place, found.hyperparameters)
      if keeps { process.searchedPoints = known?.searchedPoints }
      (process.logLikelihood, process.inducing) = (found.bound, found.inducing)
      process.unexplained = found.unexplained
      processes.append(process)
    }
    return Outcome(processes: processes, mixing: .identity(group.count))
  }
}

extension GaussianSurrogate.ProcessState {
  /// Hyperparameters with the noise that a part of the data told.
  fileprivate var told: GaussianHyperparameters {
    var told = hyperparameters
    told.noiseVariance = max(told.noiseVariance - (unexplained ?? 0), 1e-12 * told.signalVariance)
    return told
  }
}
