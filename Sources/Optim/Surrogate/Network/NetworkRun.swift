import CKernels

/// A network at work on one batch: memory planned once, then as many forward and backward passes as wanted.
///
/// Inputs are features x batch, outputs targets x batch and labels x batch (log odds), all feature-major.
final class NetworkRun {
  let shape: NetworkShape
  let layout: ParameterLayout
  /// Samples, a multiple of the lanes.
  let batch: Int
  let keepsGradients: Bool
  let arena: Arena
  private(set) var attentions: [Attention] = []
  private(set) var feedForwards: [FeedForward] = []
  let places: Places

  struct Places {
    /// `first` takes the embedding, `last` what the last block made.
    var first, last, dstate: PanelPlace
    var inputs, dinputs, normed, work, heads, dheads, values, dvalues: PanelPlace
    var wide: PanelPlace
    var normMean, normScale, scratch: Int
  }

  static let lanes = Int(DMO_LANES)

  /// - Parameter isDirectOnly: no trunk: memory for `forwardDirect` and `backwardDirect` only.
  init(_ whole: NetworkShape, batch: Int, keepsGradients: Bool, isDirectOnly: Bool = false) {
    precondition(batch > 0 && batch % NetworkRun.lanes == 0)
    var shape = whole
    if isDirectOnly { (shape.trunk, shape.width, shape.hidden, shape.blocks) = (.residual, 0, 0, 0) }
    (self.shape, self.batch, self.keepsGradients) = (shape, batch, keepsGradients)
    layout = ParameterLayout(shape)
    var plan = ArenaPlan()
    var heads: Int?
    if case .transformer(let count) = shape.trunk { heads = count }
    let columns = heads == nil ? batch : batch * shape.tokenCount
    let w = shape.width
    let first = plan.panel(rows: w, columns: columns)
    // States between the halves of blocks are kept for the backward pass; a prediction reuses one.
    var state = first
    var scratch = 0
    for (i, place) in layout.blocks.enumerated() {
      let isLast = i == shape.blocks - 1
      if let heads {
        let attention = Attention(
          place, shape: shape, heads: heads, batch: batch, queries: isLast ? 1 : shape.tokenCount,
          input: state,
          keepsGradients: keepsGradients, plan: &plan)
        scratch = max(scratch, attention.workCount)
        attentions.append(attention)
        if keepsGradients { state = plan.panel(rows: w, columns: columns) }
      }
      feedForwards.append(
        FeedForward(
          place, shape: shape, input: state, columns: isLast && heads != nil ? batch : columns, plan: &plan))
      if keepsGradients { state = plan.panel(rows: w, columns: columns) }
    }
    places = Places(
      first: first, last: state, dstate: plan.panel(rows: keepsGradients ? w : 1, columns: columns),
      inputs: plan.panel(rows: shape.features, columns: batch),
      dinputs: plan.panel(rows: shape.features, columns: batch),
      normed: plan.panel(rows: w, columns: columns), work: plan.panel(rows: w, columns: columns),
      heads: plan.panel(rows: shape.heads, columns: batch),
      dheads: plan.panel(rows: shape.heads, columns: batch),
      values: plan.panel(rows: shape.targets + shape.labels, columns: batch),
      dvalues: plan.panel(rows: shape.targets + shape.labels, columns: batch),
      wide: plan.panel(rows: keepsGradients ? max(3 * w, shape.hidden) : 1, columns: columns),
      normMean: plan.reserve(batch), normScale: plan.reserve(batch), scratch: plan.reserve(scratch))
    arena = Arena(plan)
  }
}
