import Foundation

extension ParameterLayout {
  /// A stretch of parameters treated alike by the optimiser.
  struct Segment {
    let range: Range<Int>
    let isMatrix: Bool
    let isDirect: Bool
  }

  /// All parameters in order: matrices decay; biases, norms, embeddings and the direct part do not.
  func segments(_ shape: NetworkShape) -> [Segment] {
    let (w, f) = (shape.width, shape.hidden)
    var matrices: [Range<Int>] = []
    for block in blocks {
      if block.qkv > 0 {
        matrices.append(block.qkv..<(block.qkv + 3 * w * w))
        matrices.append(block.out..<(block.out + w * w))
      }
      matrices.append(block.inner..<(block.inner + f * w))
      matrices.append(block.outer..<(block.outer + f * w))
    }
    matrices.append(headWeights..<(headWeights + shape.heads * w))
    var segments: [Segment] = []
    var at = 0
    for matrix in matrices {
      segments.append(Segment(range: at..<matrix.lowerBound, isMatrix: false, isDirect: false))
      segments.append(Segment(range: matrix, isMatrix: true, isDirect: false))
      at = matrix.upperBound
    }
    segments.append(Segment(range: at..<direct, isMatrix: false, isDirect: false))
    segments.append(Segment(range: direct..<count, isMatrix: false, isDirect: true))
    return segments.filter { !$0.range.isEmpty }
  }

  /// Weights to start from: matrices uniform within 1 / sqrt(inputs) (so that signals keep their size), norms 1, embeddings normal,
  /// heads on the trunk 0 where a direct part exists: then the network starts as that part.
  func initial(_ shape: NetworkShape, direct start: [Float]?, stream: RandomStream) -> [Float] {
    var random = stream
    var p = [Float](repeating: 0, count: count)
    let (w, f) = (shape.width, shape.hidden)
    func uniform(_ offset: Int, _ n: Int, inputs: Int) {
      let bound = 1 / Double(inputs).squareRoot()
      for i in offset..<(offset + n) { p[i] = Float((2 * random.uniform() - 1) * bound) }
    }
    func ones(_ offset: Int) { for i in offset..<(offset + w) { p[i] = 1 } }
    if case .transformer = shape.trunk {
      let scale = 1 / Double(w).squareRoot()
      for i in 0..<(shape.features * w) { p[embedding + i] = Float(2 * scale * random.normal()) }
      for i in 0..<(shape.tokenCount * w) { p[embeddingBias + i] = Float(scale * random.normal()) }
    } else {
      uniform(embedding, w * shape.features, inputs: shape.features)
      uniform(embeddingBias, w, inputs: shape.features)
    }
    for block in blocks {
      if case .transformer = shape.trunk {
        ones(block.norm1)
        uniform(block.qkv, 3 * w * w, inputs: w)
        uniform(block.out, w * w, inputs: w)
      }
      ones(block.norm2)
      uniform(block.inner, f * w, inputs: w)
      uniform(block.outer, f * w, inputs: f)
    }
    ones(norm)
    if let start {
      p.replaceSubrange(direct..., with: start)
    } else {
      uniform(headWeights, shape.heads * w, inputs: w)
    }
    return p
  }
}

func cosine(_ x: Float) -> Float { Foundation.cos(x) }
