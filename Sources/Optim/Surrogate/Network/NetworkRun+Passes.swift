import CKernels

extension NetworkRun {
  /// Where the caller puts inputs: features x batch, in [0, 1] (already scaled by `load`).
  var inputs: Panel { arena[places.inputs] }
  /// Predictions: targets, then log odds of labels.
  var values: Panel { arena[places.values] }
  /// Where the caller puts the derivatives with respect to `values`.
  var seeds: Panel { arena[places.dvalues] }
  /// Derivatives with respect to `inputs` as the network sees them; multiply by `shape.inputScale`.
  var inputGradients: Panel { arena[places.dinputs] }

  private var columns: Int { places.first.columns }
  private var isTransformer: Bool { !attentions.isEmpty }

  private func pass(
    _ parameters: UnsafeMutablePointer<Float>, gradients: UnsafeMutablePointer<Float>? = nil, key: UInt32?
  ) -> NetworkPass {
    NetworkPass(
      arena: arena, parameters: parameters, gradients: gradients, keepsGradients: keepsGradients,
      dropoutKey: key)
  }

  private func withTokens<R>(_ body: (dmo_token_shape) -> R) -> R {
    shape.tokens.withUnsafeBufferPointer {
      body(
        dmo_token_shape(
          features: Int32(shape.features), tokens: Int32(shape.tokenCount), width: Int32(shape.width),
          batch: Int32(batch), stride: Int32(places.first.stride), input_stride: Int32(places.inputs.stride),
          token_of: $0.baseAddress))
    }
  }

  /// `values` from `inputs`. `dropoutKey` nil means no dropout.
  func forward(_ parameters: UnsafeMutablePointer<Float>, dropoutKey: UInt32? = nil) {
    let pass = pass(parameters, key: dropoutKey)
    let (normed, work) = (arena[places.normed], arena[places.work])
    embed(pass)
    for (i, feedForward) in feedForwards.enumerated() {
      if isTransformer {
        attentions[i].forward(
          pass, normed: normed, work: work, scratch: places.scratch, output: arena[feedForward.input],
          site: 4 * i)
      }
      let output = arena[i + 1 < feedForwards.count ? nextInput(i) : places.last]
      feedForward.forward(
        pass, columns: usedColumns(i), normed: normed, work: work, output: output, site: 4 * i + 2)
    }
    let last = arena[places.last].prefix(batch)
    dmo_layernorm(
      Int32(shape.width), Int32(batch), Int32(last.stride), last.base, parameters + layout.norm,
      parameters + layout.norm + shape.width, normed.base, arena[places.normMean], arena[places.normScale])
    arena[places.heads].multiply(
      pass.weights(layout.headWeights, shape.heads, shape.width), normed.prefix(batch))
    applyHeads(parameters + layout.direct, addingToTrunk: true)
  }

  /// What comes after block i.
  private func nextInput(_ i: Int) -> PanelPlace {
    isTransformer ? attentions[i + 1].input : feedForwards[i + 1].input
  }

  /// Columns of block i's second half: of CLS alone in the last one.
  private func usedColumns(_ i: Int) -> Int { isTransformer && i == feedForwards.count - 1 ? batch : columns }

  private func embed(_ pass: NetworkPass) {
    let x = arena[places.first]
    if isTransformer {
      withTokens {
        dmo_tokenize(
          $0, inputs.base, pass.parameters + layout.embedding, pass.parameters + layout.embeddingBias, x.base)
      }
    } else {
      x.multiply(pass.weights(layout.embedding, shape.width, shape.features), inputs)
      dmo_add_bias(
        Int32(shape.width), Int32(batch), Int32(x.stride), pass.parameters + layout.embeddingBias, x.base)
    }
  }

  /// Completes the heads' product with what they see of the inputs, and squares the latents.
  private func applyHeads(_ direct: UnsafeMutablePointer<Float>, addingToTrunk: Bool) {
    let u = arena[places.heads]
    let (heads, targets) = (shape.heads, shape.targets)
    if shape.isDirect {
      u.multiply(
        Panel(direct + layout.inputWeights - layout.direct, rows: heads, columns: shape.features), inputs,
        adding: addingToTrunk)
    }
    dmo_add_bias(
      Int32(heads), Int32(batch), Int32(u.stride), direct + layout.headBias - layout.direct, u.base)
    let curvature = direct + layout.curvature - layout.direct
    let y = values
    for k in 0..<targets {
      let to = y.base + k * y.stride
      to.update(from: u.base + k * u.stride, count: batch)
      for r in 0..<shape.latents {
        let z = u.base + (targets + k * shape.latents + r) * u.stride
        let q = curvature[k * shape.latents + r]
        for n in 0..<batch { to[n] += q * z[n] * z[n] }
      }
    }
    let firstLabel = targets + targets * shape.latents
    for j in 0..<shape.labels {
      (y.base + (targets + j) * y.stride).update(from: u.base + (firstLabel + j) * u.stride, count: batch)
    }
  }

  /// Derivatives with respect to the heads' product, from `seeds`.
  private func backwardHeads(
    _ direct: UnsafeMutablePointer<Float>, _ gradients: UnsafeMutablePointer<Float>?
  ) -> Panel {
    let curvature = direct + layout.curvature - layout.direct
    let (u, du, dy, targets) = (arena[places.heads], arena[places.dheads], seeds, shape.targets)
    for k in 0..<targets {
      let from = dy.base + k * dy.stride
      (du.base + k * du.stride).update(from: from, count: batch)
      for r in 0..<shape.latents {
        let row = targets + k * shape.latents + r
        let (z, dz) = (u.base + row * u.stride, du.base + row * du.stride)
        let q = curvature[k * shape.latents + r]
        var dq: Float = 0
        for n in 0..<batch {
          dz[n] = 2 * q * z[n] * from[n]
          dq += z[n] * z[n] * from[n]
        }
        if let gradients { gradients[layout.curvature - layout.direct + k * shape.latents + r] += dq }
      }
    }
    let firstLabel = targets + targets * shape.latents
    for j in 0..<shape.labels {
      (du.base + (firstLabel + j) * du.stride).update(from: dy.base + (targets + j) * dy.stride, count: batch)
    }
    return du
  }

  /// Adds the parameters' gradients to `gradients` (where given) and leaves those of the inputs in `inputGradients` (where
  /// wanted), from `seeds` and the last forward pass, which must have had the same parameters and key.
  func backward(
    _ parameters: UnsafeMutablePointer<Float>, gradients: UnsafeMutablePointer<Float>?,
    dropoutKey: UInt32? = nil,
    wantsInputs: Bool = false
  ) {
    precondition(keepsGradients)
    let pass = pass(parameters, gradients: gradients, key: dropoutKey)
    let (normed, work, dx, wide) = (
      arena[places.normed], arena[places.work], arena[places.dstate], arena[places.wide]
    )
    let (direct, directGradients) = (parameters + layout.direct, pass.gradient(layout.direct))
    let du = backwardHeads(direct, directGradients)
    backwardInputHeads(direct, directGradients, du, wantsInputs: wantsInputs)
    let dnormed = work.prefix(batch)
    dnormed.multiply(pass.weights(layout.headWeights, shape.heads, shape.width), transposed: true, du)
    let last = arena[places.last].prefix(batch)
    let norm = parameters + layout.norm
    if gradients != nil {
      dmo_layernorm(
        Int32(shape.width), Int32(batch), Int32(last.stride), last.base, norm, norm + shape.width,
        normed.base,
        arena[places.normMean], arena[places.normScale])
      pass.accumulate(layout.headWeights, du, normed.prefix(batch))
    }
    dx.base.update(repeating: 0, count: dx.rows * dx.stride)
    dmo_layernorm_backward(
      Int32(shape.width), Int32(batch), Int32(last.stride), dnormed.base, last.base, norm,
      arena[places.normMean],
      arena[places.normScale], dx.base, pass.gradient(layout.norm), pass.gradient(layout.norm + shape.width))
    for i in feedForwards.indices.reversed() {
      feedForwards[i].backward(
        pass, columns: usedColumns(i), dx: dx, normed: normed, work: work, wide: wide, site: 4 * i + 2)
      if isTransformer {
        attentions[i].backward(
          pass, dx: dx, normed: normed, work: work, wide: wide, scratch: places.scratch, site: 4 * i)
      }
    }
    backwardEmbedding(pass, dx, wantsInputs: wantsInputs)
  }

  private func backwardInputHeads(
    _ direct: UnsafeMutablePointer<Float>, _ gradients: UnsafeMutablePointer<Float>?, _ du: Panel,
    wantsInputs: Bool
  ) {
    if let gradients {
      dmo_row_sums(
        Int32(shape.heads), Int32(batch), Int32(du.stride), du.base,
        gradients + layout.headBias - layout.direct)
    }
    let dinputs = inputGradients
    guard shape.isDirect else {
      return dinputs.base.update(repeating: 0, count: dinputs.rows * dinputs.stride)
    }
    let offset = layout.inputWeights - layout.direct
    if let gradients {
      Panel(gradients + offset, rows: shape.heads, columns: shape.features).multiply(
        du, inputs, secondTransposed: true, adding: true)
    }
    if wantsInputs {
      dinputs.multiply(
        Panel(direct + offset, rows: shape.heads, columns: shape.features), transposed: true, du)
    }
  }

  private func backwardEmbedding(_ pass: NetworkPass, _ dx: Panel, wantsInputs: Bool) {
    if isTransformer {
      return withTokens {
        dmo_tokenize_backward(
          $0, inputs.base, pass.parameters + layout.embedding, dx.base,
          wantsInputs ? inputGradients.base : nil,
          pass.gradient(layout.embedding), pass.gradient(layout.embeddingBias))
      }
    }
    if let gradients = pass.gradients {
      dmo_row_sums(
        Int32(shape.width), Int32(batch), Int32(dx.stride), dx.base, gradients + layout.embeddingBias)
      pass.accumulate(layout.embedding, dx.prefix(batch), inputs)
    }
    if wantsInputs {
      inputGradients.multiply(
        pass.weights(layout.embedding, shape.width, shape.features), transposed: true, dx.prefix(batch),
        adding: true)
    }
  }

  /// The direct heads alone, as if the trunk gave nothing. `direct` is that part of the parameters (from `layout.direct` on).
  func forwardDirect(_ direct: UnsafeMutablePointer<Float>) { applyHeads(direct, addingToTrunk: false) }

  /// As `backward`, of the direct heads alone; `gradients` has the size of `direct`.
  func backwardDirect(
    _ direct: UnsafeMutablePointer<Float>, gradients: UnsafeMutablePointer<Float>?, wantsInputs: Bool = false
  ) {
    backwardInputHeads(direct, gradients, backwardHeads(direct, gradients), wantsInputs: wantsInputs)
  }
}
