import CKernels

/// What the layers of one pass share: memory, weights, where gradients go, dropout.
struct NetworkPass {
  let arena: Arena
  let parameters: UnsafeMutablePointer<Float>
  /// Gradients of the parameters are added here; nil where only those of the inputs are wanted.
  let gradients: UnsafeMutablePointer<Float>?
  /// Whether a backward pass follows.
  let keepsGradients: Bool
  /// Of this step's masks; nil: no dropout.
  let dropoutKey: UInt32?

  func weights(_ offset: Int, _ rows: Int, _ columns: Int) -> Panel {
    Panel(parameters + offset, rows: rows, columns: columns)
  }

  func gradient(_ offset: Int) -> UnsafeMutablePointer<Float>? { gradients.map { $0 + offset } }

  /// Adds dy x' to the gradient of the weights at `offset`.
  func accumulate(_ offset: Int, _ dy: Panel, _ x: Panel) {
    guard let gradients else { return }
    Panel(gradients + offset, rows: dy.rows, columns: x.rows).multiply(
      dy, x, secondTransposed: true, adding: true)
  }

  /// The mask of one place in the network.
  func dropout(_ rate: Float, _ site: Int) -> dmo_dropout {
    guard let dropoutKey, rate > 0 else { return dmo_dropout(key: 0, rate: 0) }
    return dmo_dropout(key: dropoutKey &+ UInt32(site) &* 0x85EB_CA6B, rate: rate)
  }
}
