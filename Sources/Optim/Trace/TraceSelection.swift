/// Chooses points of a path to simulate.
struct TraceSelection {
  /// A path is thinned to so many candidates before they are compared pair by pair.
  private static let candidates = 150

  let model: ProblemModel
  let accept: Acceptance?

  /// The `count` places of a path whose predictions differ most: of all, the one whose nearest neighbour is closest is
  /// removed until so many are left. The path's last admissible place always stays.
  ///
  /// Left out are a start that is evaluated already, points like an earlier one (steps and labels are decoded) or a `known` one, and
  /// points that a constraint on parameters forbids.
  func places(_ path: Trace.Path, count: Int, known: Set<[UInt64]>, isStartKnown: Bool) -> [(
    step: Int, point: [Double]
  )] {
    let space = model.problem.space
    var seen = known
    var admissible: [(step: Int, point: [Double])] = []
    // From the end, so that of equal points the last one stays.
    for step in path.unit.indices.dropFirst(isStartKnown ? 1 : 0).reversed() {
      let point = space.decode(path.unit[step])
      guard seen.insert(point.map(\.bitPattern)).inserted, accept?(point) ?? true else { continue }
      admissible.append((step, point))
    }
    admissible.reverse()
    let stride = max(1, Double(admissible.count) / Double(Self.candidates))
    var thinned: [(step: Int, point: [Double])] = []
    var next = Double(admissible.count - 1)
    while next >= 0 {
      thinned.append(admissible[Int(next)])
      next -= stride
    }
    thinned.reverse()
    guard thinned.count > count else { return thinned }
    let features = features(thinned.map(\.point))
    return spread(features, count: count).map { thinned[$0] }
  }

  /// Predicted costs in units of their range along the path, and probabilities.
  private func features(_ points: [[Double]]) -> [[Double]] {
    let prediction = model.predict(points)
    var columns = model.predictsObjectives ? normalisedCosts(prediction.costs) : []
    columns += prediction.logOdds.map { $0.map(logistic) }
    if !prediction.success.isEmpty { columns.append(prediction.success.map(logistic)) }
    return points.indices.map { i in columns.map { $0[i] } }
  }

  /// Indices of the rows that stay, ascending; the last row is one of them.
  private func spread(_ rows: [[Double]], count: Int) -> [Int] {
    let n = rows.count
    var distances = Array(repeating: Array(repeating: 0.0, count: n), count: n)
    for i in 0..<n {
      for j in 0..<i {
        let distance = zip(rows[i], rows[j]).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
        distances[i][j] = distance
        distances[j][i] = distance
      }
    }
    var left = Array(0..<n)
    while left.count > max(count, 1) {
      var (closest, place) = (Double.infinity, 0)
      for (at, i) in left.enumerated().dropLast() {
        let nearest = left.reduce(Double.infinity) { $1 == i ? $0 : min($0, distances[i][$1]) }
        if nearest < closest { (closest, place) = (nearest, at) }
      }
      left.remove(at: place)
    }
    return left
  }
}
