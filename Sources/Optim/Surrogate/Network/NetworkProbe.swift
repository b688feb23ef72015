/// One training step of an FT-Transformer of a given width, for the benchmark: 15 parameters, 4 targets, 8 labels, 3 blocks,
/// 4 heads, feed-forward twice the width, published dropout.
package final class NetworkProbe {
  private let shape: NetworkShape
  private let batch: Int
  private let run: NetworkRun
  private let state: AdamState
  private let segments: [ParameterLayout.Segment]
  private let data: NetworkData
  private let operands: Arena
  private var step = 0

  package init(width: Int, batch: Int) {
    let features = 15
    shape = NetworkShape(
      trunk: .transformer(heads: 4), features: features, tokens: (1...Int32(features)).map { $0 },
      width: width,
      hidden: 2 * width, blocks: 3, attentionDropout: 0.1, hiddenDropout: 0.05, residualDropout: 0.1,
      targets: 4,
      labels: 8, latents: 0, isDirect: false)
    self.batch = batch
    run = NetworkRun(shape, batch: batch, keepsGradients: true)
    let layout = ParameterLayout(shape)
    state = AdamState(
      layout.initial(shape, direct: nil, stream: RandomStream(seed: 1, purpose: .initialization)))
    segments = layout.segments(shape)
    var random = RandomStream(seed: 2, purpose: .test)
    let inputs = (0..<batch).map { _ in (0..<features).map { _ in random.uniform() } }
    data = NetworkData(
      TrainingSet(
        features: (0..<features).map { .real(parameter: $0) }, inputs: Matrix(inputs, columns: features),
        targets: (0..<4).map { _ in (0..<batch).map { _ in random.normal() } },
        targetNames: (0..<4).map(String.init),
        labels: (0..<8).map { _ in (0..<batch).map { _ in random.chance(0.7) ? 1 : 0 } },
        labelNames: (0..<8).map(String.init), marginTargets: Array(repeating: nil, count: 8)),
      scale: 2, offset: -1)
    var plan = ArenaPlan()
    _ = plan.reserve(3 * 4 * width * PanelPlace.stride(batch * (features + 1)))
    operands = Arena(plan)
  }

  /// Forward, loss, backward, AdamW.
  package func trainingStep() {
    step += 1
    data.load(Array(0..<batch)[...], into: run)
    run.forward(state.parameters, dropoutKey: UInt32(step))
    _ = NetworkLoss.measure(run, data, Array(0..<batch)[...])
    state.gradient.update(repeating: 0, count: state.count)
    run.backward(state.parameters, gradients: state.gradient, dropoutKey: UInt32(step))
    for segment in segments {
      state.advance(step, segment.range, rate: 1e-3, decay: segment.isMatrix ? 0.05 : 0, keep: 0.98)
    }
  }

  /// Rows, columns and depth of the weights' products of a forward pass.
  private var products: [(rows: Int, columns: Int, depth: Int)] {
    let (w, f, all) = (shape.width, shape.hidden, batch * shape.tokenCount)
    return (0..<shape.blocks).flatMap { i in
      let asked = i == shape.blocks - 1 ? batch : all
      return [(w, asked, w), (2 * w, all, w), (w, asked, w), (f, asked, w), (w, asked, f)]
    }
  }

  /// Multiplications and additions of the products of a step: forward once, backward twice.
  package var productOperations: Double {
    products.reduce(0) { $0 + 6 * Double($1.rows) * Double($1.columns) * Double($1.depth) }
  }

  /// The products of a step and nothing else.
  package func productsOnly() {
    let room = 4 * shape.width * PanelPlace.stride(batch * shape.tokenCount)
    for (rows, columns, depth) in products {
      let stride = PanelPlace.stride(batch * shape.tokenCount)
      let weights = Panel(operands[0], rows: rows, columns: depth)
      let x = Panel(operands[room], rows: depth, columns: columns, stride: stride)
      let y = Panel(operands[2 * room], rows: rows, columns: columns, stride: stride)
      y.multiply(weights, x)
      x.multiply(weights, transposed: true, y)
      weights.multiply(y, x, secondTransposed: true, adding: true)
    }
  }

  /// Seconds for one product of large square matrices on one thread, which gives what the processor can do, by the smallest time that
  /// `time` tells of it; and its multiplications and additions.
  package static func squareProduct(_ time: (() -> Void) -> Double) -> (seconds: Double, operations: Double) {
    let order = 1024
    var plan = ArenaPlan()
    let places = (0..<3).map { _ in plan.panel(rows: order, columns: order) }
    let arena = Arena(plan)
    let panels = places.map { arena[$0] }
    let seconds = time { panels[2].multiply(panels[0], panels[1]) }
    return (seconds, 2 * Double(order) * Double(order) * Double(order))
  }

  /// Predictions at as many points as wanted, in batches.
  package func predict(_ points: Int) {
    for _ in stride(from: 0, to: points, by: batch) { run.forward(state.parameters) }
  }

  /// Input gradients at as many points as wanted.
  package func inputGradients(_ points: Int) {
    for _ in stride(from: 0, to: points, by: batch) {
      run.forward(state.parameters)
      run.seeds.base.update(repeating: 1, count: run.seeds.rows * run.seeds.stride)
      run.backward(state.parameters, gradients: nil, wantsInputs: true)
    }
  }
}
