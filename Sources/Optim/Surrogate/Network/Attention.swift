import CKernels

/// x = from + dropout(Wo attention(Wqkv norm(from) + b) + bo): the other half of a transformer block. Only the first `queries`
/// tokens ask, and only their columns go on.
struct Attention {
  let place: ParameterLayout.Block
  let shape: NetworkShape
  let heads: Int
  let batch: Int
  let queries: Int
  let input: PanelPlace
  let mean: Int
  let scale: Int
  let qkv: PanelPlace
  let mixed: PanelPlace
  let weights: Int

  init(
    _ place: ParameterLayout.Block, shape: NetworkShape, heads: Int, batch: Int, queries: Int,
    input: PanelPlace,
    keepsGradients: Bool, plan: inout ArenaPlan
  ) {
    (self.place, self.shape, self.heads) = (place, shape, heads)
    (self.batch, self.queries, self.input) = (batch, queries, input)
    let columns = batch * shape.tokenCount
    mean = plan.reserve(columns)
    scale = plan.reserve(columns)
    qkv = plan.panel(rows: 3 * shape.width, columns: columns)
    mixed = plan.panel(rows: shape.width, columns: columns)
    weights = plan.reserve(keepsGradients ? heads * batch * queries * shape.tokenCount : 0)
  }

  var kernelShape: dmo_attention_shape {
    dmo_attention_shape(
      heads: Int32(heads), dimension: Int32(shape.width / heads), tokens: Int32(shape.tokenCount),
      queries: Int32(queries), batch: Int32(batch), stride: Int32(qkv.stride))
  }

  /// Scratch of attention kernels, in floats.
  var workCount: Int { dmo_attention_work(kernelShape) }

  private func norm(_ pass: NetworkPass, into normed: Panel) {
    let x = pass.arena[input]
    let gain = pass.parameters + place.norm1
    dmo_layernorm(
      Int32(shape.width), Int32(x.columns), Int32(x.stride), x.base, gain, gain + shape.width, normed.base,
      pass.arena[mean], pass.arena[scale])
  }

  func forward(_ pass: NetworkPass, normed: Panel, work: Panel, scratch: Int, output: Panel, site: Int) {
    let (arena, w) = (pass.arena, shape.width)
    norm(pass, into: normed)
    let all = arena[qkv]
    let asked = batch * queries
    // Queries of the asked tokens only; keys and values of all.
    all.rows(0..<w).prefix(asked).multiply(pass.weights(place.qkv, w, w), normed.prefix(asked))
    all.rows(w..<(3 * w)).multiply(pass.weights(place.qkv + w * w, 2 * w, w), normed)
    let bias = pass.parameters + place.qkvBias
    dmo_add_bias(Int32(w), Int32(asked), Int32(all.stride), bias, all.base)
    dmo_add_bias(
      Int32(2 * w), Int32(all.columns), Int32(all.stride), bias + w, all.base + w * all.stride)
    let mix = arena[mixed].prefix(asked)
    dmo_attention(
      kernelShape, all.base, mix.base, pass.keepsGradients ? arena[weights] : nil, arena[scratch],
      pass.dropout(shape.attentionDropout, site))
    work.prefix(asked).multiply(pass.weights(place.out, w, w), mix)
    dmo_add_residual(
      Int32(w), Int32(asked), Int32(all.stride), work.base, pass.parameters + place.outBias,
      arena[input].base,
      output.base, pass.dropout(shape.residualDropout, site + 1))
  }

  /// `dx`: on entry the derivative with respect to the output in the asked columns and zero in the others; on return that with
  /// respect to the input. `wide` has 3 * width rows.
  func backward(
    _ pass: NetworkPass, dx: Panel, normed: Panel, work: Panel, wide: Panel, scratch: Int, site: Int
  ) {
    let (arena, w) = (pass.arena, shape.width)
    let asked = batch * queries
    let dy = work.prefix(asked)
    dmo_add_residual_backward(
      Int32(w), Int32(asked), Int32(dx.stride), dx.base, dy.base, pass.gradient(place.outBias),
      pass.dropout(shape.residualDropout, site + 1))
    let mix = arena[mixed].prefix(asked)
    pass.accumulate(place.out, dy, mix)
    // The mixed values are not needed any more: their place takes the derivative.
    mix.multiply(pass.weights(place.out, w, w), transposed: true, dy)
    let dall = Panel(wide.base, rows: 3 * w, columns: qkv.columns, stride: qkv.stride)
    dmo_attention_backward(
      kernelShape, arena[qkv].base, arena[weights], mix.base, dall.base, arena[scratch],
      pass.dropout(shape.attentionDropout, site))
    let (dq, dkv) = (dall.rows(0..<w).prefix(asked), dall.rows(w..<(3 * w)))
    if let gradients = pass.gradients {
      dmo_row_sums(Int32(w), Int32(asked), Int32(dall.stride), dq.base, gradients + place.qkvBias)
      dmo_row_sums(
        Int32(2 * w), Int32(dkv.columns), Int32(dall.stride), dkv.base, gradients + place.qkvBias + w)
      norm(pass, into: normed)
      pass.accumulate(place.qkv, dq, normed.prefix(asked))
      pass.accumulate(place.qkv + w * w, dkv, normed)
    }
    work.multiply(pass.weights(place.qkv + w * w, 2 * w, w), transposed: true, dkv)
    work.prefix(asked).multiply(pass.weights(place.qkv, w, w), transposed: true, dq, adding: true)
    let x = arena[input]
    dmo_layernorm_backward(
      Int32(w), Int32(x.columns), Int32(x.stride), work.base, x.base, pass.parameters + place.norm1,
      arena[mean],
      arena[scale], dx.base, pass.gradient(place.norm1), pass.gradient(place.norm1 + w))
  }
}
