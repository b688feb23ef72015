import CKernels

/// x = from + dropout(W2 dropout(GELU(W1 norm(from) + b1)) + b2), in place on the first columns: half a transformer block, or a
/// block of a residual perceptron.
struct FeedForward {
  let place: ParameterLayout.Block
  let width: Int
  let hidden: Int
  let hiddenDropout: Float
  let residualDropout: Float
  /// What the backward pass needs.
  let input: PanelPlace
  let mean: Int
  let scale: Int
  let inner: PanelPlace
  let slope: PanelPlace

  init(
    _ place: ParameterLayout.Block, shape: NetworkShape, input: PanelPlace, columns: Int,
    plan: inout ArenaPlan
  ) {
    self.place = place
    (width, hidden) = (shape.width, shape.hidden)
    (hiddenDropout, residualDropout) = (shape.hiddenDropout, shape.residualDropout)
    self.input = input
    mean = plan.reserve(columns)
    scale = plan.reserve(columns)
    inner = plan.panel(rows: hidden, columns: columns)
    slope = plan.panel(rows: hidden, columns: columns)
  }

  /// From `input` to `output`, on `columns` columns; `normed` and `work` are scratch of width rows.
  func forward(_ pass: NetworkPass, columns: Int, normed: Panel, work: Panel, output: Panel, site: Int) {
    let (p, arena) = (pass.parameters, pass.arena)
    let x = arena[input].prefix(columns)
    dmo_layernorm(
      Int32(width), Int32(columns), Int32(x.stride), x.base, p + place.norm2, p + place.norm2 + width,
      normed.base, arena[mean], arena[scale])
    let h = arena[inner].prefix(columns)
    h.multiply(pass.weights(place.inner, hidden, width), normed.prefix(columns))
    dmo_gelu(
      Int32(hidden), Int32(columns), Int32(h.stride), p + place.innerBias, h.base,
      pass.keepsGradients ? arena[slope].base : nil, pass.dropout(hiddenDropout, site))
    work.prefix(columns).multiply(pass.weights(place.outer, width, hidden), h)
    dmo_add_residual(
      Int32(width), Int32(columns), Int32(x.stride), work.base, p + place.outerBias, x.base, output.base,
      pass.dropout(residualDropout, site + 1))
  }

  /// `dx` becomes the derivative with respect to `input`; `normed`, `work` of width rows and `wide` of hidden rows are scratch.
  func backward(
    _ pass: NetworkPass, columns: Int, dx: Panel, normed: Panel, work: Panel, wide: Panel, site: Int
  ) {
    let (p, arena) = (pass.parameters, pass.arena)
    let x = arena[input].prefix(columns)
    let dy = work.prefix(columns)
    dmo_add_residual_backward(
      Int32(width), Int32(columns), Int32(x.stride), dx.base, dy.base, pass.gradient(place.outerBias),
      pass.dropout(residualDropout, site + 1))
    let h = arena[inner].prefix(columns)
    pass.accumulate(place.outer, dy, h)
    let dh = Panel(wide.base, rows: hidden, columns: columns, stride: h.stride)
    dh.multiply(pass.weights(place.outer, width, hidden), transposed: true, dy)
    dmo_gelu_backward(
      Int32(hidden), Int32(columns), Int32(h.stride), arena[slope].base, dh.base,
      pass.gradient(place.innerBias))
    if pass.gradients != nil {
      dmo_layernorm(
        Int32(width), Int32(columns), Int32(x.stride), x.base, p + place.norm2, p + place.norm2 + width,
        normed.base, arena[mean], arena[scale])
      pass.accumulate(place.inner, dh, normed.prefix(columns))
    }
    dy.multiply(pass.weights(place.inner, hidden, width), transposed: true, dh)
    dmo_layernorm_backward(
      Int32(width), Int32(columns), Int32(x.stride), dy.base, x.base, p + place.norm2, arena[mean],
      arena[scale],
      dx.base, pass.gradient(place.norm2), pass.gradient(place.norm2 + width))
  }
}
