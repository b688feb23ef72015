/// Which networks are trained and how: one recipe for every number of points (docs/surrogates.md tells the evidence).
struct NetworkRecipe {
  /// As scripts call the model.
  let name: String
  let shapes: [NetworkShape]
  let plans: [TrainingPlan]
  /// Whether held-back rows decide what is used; else one network on all rows as it comes out (the published recipe).
  let isBlended: Bool

  /// Fewer rows than this teach no network; the direct part stands alone.
  static let fewestRows = 24

  /// `joint`: an FT-Transformer and a residual perceptron beside a direct part.
  static func joint(_ set: TrainingSet, _ options: SurrogateOptions) -> NetworkRecipe {
    if options.isReference { return reference(set, options) }
    let width = options.width ?? 32
    var transformer = base(set)
    transformer.trunk = .transformer(heads: max(1, min(4, width / 8)))
    (transformer.width, transformer.hidden, transformer.blocks) = (rounded(width), 2 * rounded(width), 3)
    (transformer.attentionDropout, transformer.hiddenDropout, transformer.residualDropout) = (0.1, 0.05, 0.1)
    let perceptron = residual(set, width: 192)
    return NetworkRecipe(
      name: "joint", shapes: [perceptron, transformer],
      plans: [plan(set, perceptron, options, rate: 1e-3), plan(set, transformer, options, rate: 2e-3)],
      isBlended: true)
  }

  /// `resnet`: the residual perceptron beside a direct part.
  static func resnet(_ set: TrainingSet, _ options: SurrogateOptions) -> NetworkRecipe {
    var shape = residual(set, width: options.width ?? 192)
    guard options.isReference else {
      return NetworkRecipe(
        name: "resnet", shapes: [shape], plans: [plan(set, shape, options, rate: 1e-3)], isBlended: true)
    }
    (shape.isDirect, shape.latents, shape.inputScale, shape.inputOffset) = (false, 0, 1, 0)
    return NetworkRecipe(
      name: "resnet", shapes: [shape], plans: [referencePlan(set, options)], isBlended: false)
  }

  /// The published joint model: width 128, 4 heads, 3 blocks, Adam at 0.001 on all rows.
  private static func reference(_ set: TrainingSet, _ options: SurrogateOptions) -> NetworkRecipe {
    var shape = base(set)
    shape.trunk = .transformer(heads: 4)
    (shape.width, shape.hidden, shape.blocks) = (128, 256, 3)
    (shape.attentionDropout, shape.hiddenDropout, shape.residualDropout) = (0.1, 0.05, 0.1)
    (shape.isDirect, shape.latents, shape.inputScale, shape.inputOffset) = (false, 0, 1, 0)
    return NetworkRecipe(
      name: "joint", shapes: [shape], plans: [referencePlan(set, options)], isBlended: false)
  }

  private static func referencePlan(_ set: TrainingSet, _ options: SurrogateOptions) -> TrainingPlan {
    let batch = 32
    let steps = (options.epochs ?? 300) * max(1, set.count / batch)
    return TrainingPlan(
      members: 1, steps: steps, batch: batch, rate: 1e-3, decay: 0, warmUp: nil, averaging: 0,
      clip: .infinity,
      directRate: 1, checkpoints: max(1, min(steps, 20)))
  }

  private static func residual(_ set: TrainingSet, width: Int) -> NetworkShape {
    var shape = base(set)
    (shape.width, shape.hidden, shape.blocks) = (rounded(width), 2 * rounded(width), 2)
    (shape.hiddenDropout, shape.residualDropout) = (0.15, 0.15)
    return shape
  }

  private static func rounded(_ width: Int) -> Int { max(8, (width + 7) / 8 * 8) }

  /// One token per parameter.
  private static func base(_ set: TrainingSet) -> NetworkShape {
    var tokens: [Int32] = []
    for (i, feature) in set.features.enumerated() {
      let isNew = i == 0 || set.features[i - 1].parameter != feature.parameter
      tokens.append((tokens.last ?? 0) + (isNew ? 1 : 0))
    }
    return NetworkShape(
      trunk: .residual, features: set.features.count, tokens: tokens, width: 8, hidden: 16, blocks: 2,
      targets: set.targets.count, labels: set.labels.count, latents: 2, isDirect: true)
  }

  /// Steps grow with the data, and shrink where a step is dear: training stays within seconds to a minute or two.
  private static func plan(
    _ set: TrainingSet, _ shape: NetworkShape, _ options: SurrogateOptions, rate: Float
  ) -> TrainingPlan {
    let batch = 64
    var steps = 250 + Int(0.4 * Double(set.count))
    // Multiplications of a step, forward and backward.
    let (w, f) = (Double(shape.width), Double(shape.hidden))
    var column = 2 * w * f
    var columns = Double(batch)
    if case .transformer = shape.trunk {
      let tokens = Double(shape.tokenCount)
      column += 4 * w * w + 2 * tokens * w
      columns *= tokens
    }
    let cost = 3 * column * columns * Double(shape.blocks)
    steps = max(60, min(steps, Int(2e11 / cost), 4000))
    if let epochs = options.epochs { steps = max(1, epochs * max(1, set.count / batch)) }
    return TrainingPlan(
      members: max(2, options.members ?? 4), steps: steps, batch: batch, rate: rate, decay: 0.05, warmUp: 0.1,
      averaging: 0.98, clip: 1, directRate: 0.1, checkpoints: min(8, steps))
  }
}
