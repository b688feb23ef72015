/// A training set as networks take it: single precision, columns of features, targets on their scales.
struct NetworkData: Sendable {
  let count: Int
  /// features x count.
  let inputs: [Float]
  /// (targets + labels) x count: scaled targets, then labels 0 or 1; NaN where unknown.
  let outputs: [Float]
  let features: Int
  let targets: Int
  let labels: Int
  let scales: [TargetScale]

  init(_ set: TrainingSet, scale: Float, offset: Float) {
    (count, features) = (set.count, set.features.count)
    (targets, labels) = (set.targets.count, set.labels.count)
    scales = set.targets.map(TargetScale.init)
    var inputs = [Float](repeating: 0, count: features * count)
    for f in 0..<set.features.count {
      for n in 0..<set.count {
        inputs[f * set.count + n] = NetworkData.encode(set.inputs[n, f], scale, offset)
      }
    }
    self.inputs = inputs
    var outputs: [Float] = []
    for (values, scale) in zip(set.targets, scales) { outputs += values.map { Float(scale.scaled($0)) } }
    for values in set.labels { outputs += values.map { Float($0) } }
    self.outputs = outputs
  }

  /// Points to predict at. Inputs are cut off far outside of their ranges, before single precision ends.
  init(points: Matrix, scale: Float, offset: Float, outputs count: Int) {
    (self.count, features, targets, labels, scales) = (points.rows, points.columns, count, 0, [])
    var inputs = [Float](repeating: 0, count: points.rows * points.columns)
    for n in 0..<points.rows {
      for f in 0..<points.columns {
        inputs[f * points.rows + n] = NetworkData.encode(points[n, f], scale, offset)
      }
    }
    self.inputs = inputs
    outputs = []
  }

  private static func encode(_ x: Double, _ scale: Float, _ offset: Float) -> Float {
    scale * Float(min(max(x, -100), 100)) + offset
  }

  /// Puts rows' inputs into a run; columns beyond them get zeros.
  func load(_ rows: ArraySlice<Int>, into run: NetworkRun) {
    let panel = run.inputs
    inputs.withUnsafeBufferPointer { inputs in
      for f in 0..<features {
        let to = panel.base + f * panel.stride
        for (n, row) in rows.enumerated() { to[n] = inputs[f * count + row] }
        for n in rows.count..<max(rows.count, run.batch) { to[n] = 0 }
      }
    }
  }
}
