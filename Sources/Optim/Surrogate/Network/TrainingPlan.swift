/// How a network is trained: sizes, steps and rates. `NetworkRecipe` says which and why.
struct TrainingPlan: Codable, Hashable, Sendable {
  var members: Int
  var steps: Int
  var batch: Int
  var rate: Float
  /// AdamW's decay of matrices.
  var decay: Float
  /// Share of the steps in which the rate rises; then it falls by a cosine to 0. Nil: constant rate.
  var warmUp: Float?
  /// Share of the averaged weights that stays at each step; 0: no averaging.
  var averaging: Float
  /// Largest norm of a gradient.
  var clip: Float
  /// The direct part's rate in units of the others'.
  var directRate: Float
  /// How often weights are compared on held-back rows.
  var checkpoints: Int

  /// Rate factor at a step, from 1.
  func factor(_ step: Int) -> Float {
    guard let warmUp else { return 1 }
    let progress = Float(step) / Float(max(steps, 1))
    return min(1, progress / max(warmUp, 1e-6)) * 0.5 * (1 + cosine(.pi * progress))
  }
}
