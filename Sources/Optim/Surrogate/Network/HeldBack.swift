import Foundation

/// What every part says about rows that it was not trained on: the evidence for blending.
struct HeldBack: Sendable {
  private let data: NetworkData
  private let folds: [[Int]]
  /// `direct[output][row]`, of the fold that left the row out.
  private let direct: [[Double]]
  /// `additions[trunk][output][row]`: network minus direct.
  private var additions: [Int: [[Double]]] = [:]
  private var outputs: Int { data.targets + data.labels }

  init(_ data: NetworkData, folds: [[Int]], direct: [[Float]], fit: DirectFit) {
    (self.data, self.folds) = (data, folds)
    var values = Array(
      repeating: [Double](repeating: .nan, count: data.count), count: data.targets + data.labels)
    for (fold, rows) in folds.enumerated() {
      let predicted = fit.predict(direct[fold], rows)
      for k in values.indices {
        for (n, row) in rows.enumerated() { values[k][row] = Double(predicted[k][n]) }
      }
    }
    self.direct = values
  }

  private func wanted(_ output: Int, _ row: Int) -> Double { Double(data.outputs[output * data.count + row]) }

  private func residuals(_ target: Int, _ rows: [Int]) -> [Double] {
    rows.map { wanted(target, $0) - direct[target][$0] }
  }

  /// One fold's network minus its direct part: `[output][index in the fold]`.
  private func additions(_ values: [[Float]], _ fold: Int) -> [[Double]] {
    values.indices.map { k in folds[fold].indices.map { Double(values[k][$0]) - direct[k][folds[fold][$0]] } }
  }

  /// Loss with the best shares of one trunk over the loss of the direct part alone, per output; 1 where nothing is known.
  private func ratios(_ additions: [[Double]], _ rows: [Int]) -> [Double] {
    (0..<outputs).map { k in
      if k < data.targets {
        let residuals = residuals(k, rows)
        let before = residuals.reduce(0) { $1.isNaN ? $0 : $0 + $1 * $1 }
        let after = TargetBlend.fit(residuals: residuals, additions: [additions[k]]).error
        return before > 0 ? after / before : 1
      }
      let (labels, base) = (rows.map { wanted(k, $0) }, rows.map { direct[k][$0] })
      let zeros = [Double](repeating: 0, count: rows.count)
      let before = LabelBlend.fit(labels: labels, direct: base, margins: nil, additions: [zeros]).crossEntropy
      let after = LabelBlend.fit(labels: labels, direct: base, margins: nil, additions: [additions[k]])
        .crossEntropy
      return before > 0 ? after / before : 1
    }
  }

  /// Whether a trunk, trained on one fold, makes its held-back rows clearly better: by more than the shares, one fitted number per
  /// output, would seem to gain by chance (Akaike's criterion with a margin).
  func helps(_ snapshots: [MemberTraining.Snapshot], fold: Int) -> Bool {
    let chance = 1.5 * Double(outputs) / Double(max(folds[fold].count, 1))
    return snapshots.contains { snapshot in
      let ratios = ratios(additions(snapshot.heldBack, fold), folds[fold])
      return ratios.reduce(0) { $0 + (1 - $1) } > chance + 0.05
    }
  }

  /// The checkpoint at which the trunk adds most over all folds; nil where a fold has none.
  func bestSnapshot(_ snapshots: [[MemberTraining.Snapshot]], trunk: Int, of trunks: Int) -> Int? {
    guard snapshots.count == folds.count, let count = snapshots.map(\.count).min(), count > 0 else {
      return nil
    }
    let rows = folds.flatMap { $0 }
    let sums = parallelMap(count) { t -> Double in
      var merged = Array(repeating: [Double](), count: outputs)
      for fold in folds.indices {
        let part = additions(snapshots[fold][t].heldBack, fold)
        for k in merged.indices { merged[k] += part[k] }
      }
      return ratios(merged, rows).reduce(0, +)
    }
    return sums.indices.min { sums[$0] < sums[$1] }
  }

  /// Takes a trunk's values at the held-back rows of every fold.
  mutating func add(_ values: [[[Float]]], trunk: Int) {
    var merged = Array(repeating: [Double](repeating: 0, count: data.count), count: outputs)
    for fold in folds.indices {
      let part = additions(values[fold], fold)
      for k in merged.indices { for (n, row) in folds[fold].enumerated() { merged[k][row] = part[k][n] } }
    }
    additions[trunk] = merged
  }

  /// Leaves out trunks that add next to nothing to the others, the last first: their training is paid, their predictions need
  /// not be.
  mutating func prune() {
    let rows = folds.flatMap { $0 }
    for trunk in additions.keys.sorted(by: >) where additions.count > 1 {
      let (whole, rest) = (
        losses(rows, Array(additions.keys)), losses(rows, additions.keys.filter { $0 != trunk })
      )
      let gain = zip(whole, rest).reduce(0) { $0 + ($1.1 > 0 ? 1 - $1.0 / $1.1 : 0) }
      if gain < 1.5 * Double(outputs) / Double(rows.count) + 0.05 { additions[trunk] = nil }
    }
  }

  /// Per output, with the best shares of some trunks.
  private func losses(_ rows: [Int], _ trunks: [Int]) -> [Double] {
    (0..<outputs).map { k in
      let parts = trunks.sorted().map { trunk in rows.map { additions[trunk]![k][$0] } }
      if k < data.targets { return TargetBlend.fit(residuals: residuals(k, rows), additions: parts).error }
      return LabelBlend.fit(
        labels: rows.map { wanted(k, $0) }, direct: rows.map { direct[k][$0] }, margins: nil, additions: parts
      ).crossEntropy
    }
  }

  private func additions(_ output: Int, trunks: Int) -> [[Double]] {
    (0..<trunks).map { additions[$0]?[output] ?? [Double](repeating: 0, count: data.count) }
  }

  /// Shares of the trunks in every target.
  func targetBlends(trunks: Int) -> [TargetBlend] {
    let rows = Array(0..<data.count)
    return (0..<data.targets).map { k in
      TargetBlend.fit(residuals: residuals(k, rows), additions: additions(k, trunks: trunks)).blend
    }
  }

  /// Shares and weights for every label.
  ///
  /// - Parameters:
  ///   - findings: of the processes of targets' residuals, from whose leave-one-out moments margins are then taken.
  ///   - whole: `whole[output][row]`, the direct part fitted to all rows.
  func labelBlends(
    _ set: TrainingSet, _ targets: [TargetBlend], _ findings: [ResidualFit.Finding?], whole: [[Float]],
    trunks: Int
  ) -> [NetworkEnsemble.Label] {
    let rows = Array(0..<data.count)
    return parallelMap(data.labels) { j -> NetworkEnsemble.Label in
      let output = data.targets + j
      let margin = set.marginTargets[j].flatMap { self.margin($0, targets[$0]) }
      let margins: [Double]? = margin.map { margin in
        rows.map { row in
          let own = mean(margin.target, targets[margin.target], row)
          guard let finding = findings[margin.target] else { return margin.logOdds(own) }
          let trend = own - direct[margin.target][row] + Double(whole[margin.target][row])
          // Unknown where the answer is, which then does not count.
          guard finding.variance[row] > 0 else { return 0 }
          return margin.logOdds(trend + finding.mean[row], variance: finding.variance[row]).value
        }
      }
      let labels = rows.map { wanted(output, $0) }
      let fitted = LabelBlend.fit(
        labels: labels, direct: direct[output], margins: margins, additions: additions(output, trunks: trunks)
      )
      return .init(blend: fitted.blend, margin: margin)
    }
  }

  private func mean(_ target: Int, _ blend: TargetBlend, _ row: Int) -> Double {
    blend.shares.enumerated().reduce(direct[target][row]) { sum, item in
      sum + (item.element > 0 ? item.element * (additions[item.offset]?[target][row] ?? 0) : 0)
    }
  }

  /// Held-back errors of a target's blend; NaN where unknown.
  func errors(_ target: Int, _ blend: TargetBlend) -> [Double] {
    (0..<data.count).map { wanted(target, $0) - mean(target, blend, $0) }
  }

  /// What a target's blend leaves over with the direct part fitted to all rows, and the trunks' additions at held-back ones: the direct
  /// part is stiff and the same for every row, so that no seams between folds look like noise. NaN where unknown.
  func residuals(_ target: Int, _ blend: TargetBlend, whole: [[Float]]) -> [Double] {
    (0..<data.count).map { row in
      let addition = mean(target, blend, row) - direct[target][row]
      return wanted(target, row) - Double(whole[target][row]) - addition
    }
  }

  /// What a margin's target says about its sign; nil where nothing of it is known.
  private func margin(_ target: Int, _ blend: TargetBlend) -> NetworkEnsemble.Margin? {
    let errors = errors(target, blend).filter { !$0.isNaN }
    guard errors.count > 1 else { return nil }
    let square = errors.reduce(0) { $0 + $1 * $1 } / Double(errors.count)
    return .init(
      target: target, threshold: data.scales[target].scaled(0), error: max(square.squareRoot(), 1e-3))
  }
}
