/// Values of a network at many points, in batches.
struct NetworkValues {
  let shape: NetworkShape
  private let run: NetworkRun

  /// Points at once: enough for efficient products, few enough that a layer's values stay in the cache.
  static func batch(_ shape: NetworkShape, rows: Int) -> Int {
    let lanes = NetworkRun.lanes
    let columns: Int
    if case .transformer = shape.trunk { columns = shape.tokenCount } else { columns = 1 }
    let most = max(lanes, min(256, 4096 / columns / lanes * lanes))
    return max(lanes, min(most, (rows + lanes - 1) / lanes * lanes))
  }

  init(_ shape: NetworkShape, rows: Int) {
    self.shape = shape
    run = NetworkRun(shape, batch: NetworkValues.batch(shape, rows: rows), keepsGradients: false)
  }

  /// Targets, then log odds, at rows of the data.
  func values(_ weights: [Float], _ data: NetworkData, _ rows: [Int]) -> [[Float]] {
    var result = Array(repeating: [Float](), count: shape.targets + shape.labels)
    for k in result.indices { result[k].reserveCapacity(rows.count) }
    var weights = weights
    weights.withUnsafeMutableBufferPointer { p in
      for start in stride(from: 0, to: rows.count, by: run.batch) {
        let part = rows[start..<min(start + run.batch, rows.count)]
        data.load(part, into: run)
        run.forward(p.baseAddress!)
        for k in result.indices {
          let values = run.values.base + k * run.values.stride
          result[k].append(contentsOf: UnsafeBufferPointer(start: values, count: part.count))
        }
      }
    }
    return result
  }
}
