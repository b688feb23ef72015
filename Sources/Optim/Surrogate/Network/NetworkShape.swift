/// What a network looks like: everything but its weights.
struct NetworkShape: Codable, Hashable, Sendable {
  enum Trunk: Codable, Hashable, Sendable {
    /// FT-Transformer (Gorishniy et al. 2021): feature tokens and CLS, pre-norm attention blocks.
    case transformer(heads: Int)
    /// Residual perceptron with pre-norm blocks.
    case residual
  }

  var trunk: Trunk
  /// Input columns.
  var features: Int
  /// For each feature the token it belongs to, from 1, ascending; token 0 is CLS. (Transformers.)
  var tokens: [Int32]
  var width: Int
  /// Rows of a block's inner layer.
  var hidden: Int
  var blocks: Int
  var attentionDropout: Float = 0
  var hiddenDropout: Float = 0
  var residualDropout: Float = 0
  var targets: Int
  var labels: Int
  /// Squared latent values that are added to each target: y = u + sum of q z^2.
  var latents: Int
  /// Whether heads see the inputs too, next to what the trunk makes of them.
  var isDirect: Bool
  /// Networks see `scale * x + offset` of inputs x in [0, 1].
  var inputScale: Float = 2
  var inputOffset: Float = -1

  var tokenCount: Int { Int(tokens.last ?? 0) + 1 }
  /// Rows of the heads' product: targets, latents of each target, labels.
  var heads: Int { targets + targets * latents + labels }
}

/// Where each weight lies in the flat array of parameters.
struct ParameterLayout {
  struct Block {
    var norm1 = 0
    var qkv = 0
    var qkvBias = 0
    var out = 0
    var outBias = 0
    var norm2 = 0
    var inner = 0
    var innerBias = 0
    var outer = 0
    var outerBias = 0
  }

  /// Weights of a first layer or tokeniser, and its biases (of every token).
  let embedding: Int
  let embeddingBias: Int
  let blocks: [Block]
  /// Gains, then biases.
  let norm: Int
  /// Heads on the trunk: heads x width.
  let headWeights: Int
  /// From here on: the direct part, fitted first and alone.
  let direct: Int
  let headBias: Int
  /// Heads on the inputs: heads x features (where `isDirect`).
  let inputWeights: Int
  /// q, targets x latents.
  let curvature: Int
  let count: Int

  init(_ shape: NetworkShape) {
    var next = 0
    func take(_ n: Int) -> Int {
      defer { next += n }
      return next
    }
    let (w, f) = (shape.width, shape.hidden)
    embedding = take(shape.features * w)
    var isTransformer = false
    if case .transformer = shape.trunk { isTransformer = true }
    embeddingBias = take(w * (isTransformer ? shape.tokenCount : 1))
    blocks = (0..<shape.blocks).map { _ in
      var block = Block()
      if isTransformer {
        block.norm1 = take(2 * w)
        block.qkv = take(3 * w * w)
        block.qkvBias = take(3 * w)
        block.out = take(w * w)
        block.outBias = take(w)
      }
      block.norm2 = take(2 * w)
      block.inner = take(f * w)
      block.innerBias = take(f)
      block.outer = take(w * f)
      block.outerBias = take(w)
      return block
    }
    norm = take(2 * w)
    headWeights = take(shape.heads * w)
    direct = next
    headBias = take(shape.heads)
    inputWeights = take(shape.isDirect ? shape.heads * shape.features : 0)
    curvature = take(shape.targets * shape.latents)
    count = next
  }
}
