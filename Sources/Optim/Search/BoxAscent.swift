/// Climbs from many points of the unit cube at once: limited-memory BFGS with projection, all rows in step, so that every round is one
/// evaluation of the model over the whole batch.
///
/// Each row keeps its own curvature (Nocedal and Wright, Numerical Optimization, 2nd ed., algorithm 7.4) on the variables that are not
/// held at a bound, and halves its step until the value rises enough (Armijo), along the projected path (Bertsekas 1982). A row's path
/// does not depend on the other rows.
struct BoxAscent {
  /// Rounds, which is how often the function is asked.
  var rounds = 40
  /// Length of a row's first step, in the unit cube.
  var firstStep = 0.05
  /// A row ends where a step raises its value by less than this.
  var tolerance = 1e-4
  private static let memory = 6

  struct Row {
    var x: [Double]
    var value: Double
    fileprivate var slope: [Double]
    fileprivate var trial: [Double] = []
    fileprivate var direction: [Double] = []
    fileprivate var step = 0.0
    fileprivate var curvature = CurvatureMemory(capacity: BoxAscent.memory)
    fileprivate var isActive = true
  }

  /// - Parameter function: values and gradients of rows of the unit cube; rows must be independent.
  /// - Returns: the best point of every row with its value.
  func climb(_ starts: [[Double]], _ function: (Matrix) -> (values: [Double], gradient: Matrix)) -> [Row] {
    guard let columns = starts.first?.count else { return [] }
    let first = function(Matrix(starts, columns: columns))
    var rows = starts.indices.map { i in
      Row(x: starts[i], value: first.values[i], slope: first.gradient.row(i))
    }
    for i in rows.indices { aim(&rows[i]) }
    for _ in 1..<max(rounds, 1) {
      let active = rows.indices.filter { rows[$0].isActive }
      if active.isEmpty { break }
      let found = function(Matrix(active.map { rows[$0].trial }, columns: columns))
      for (place, i) in active.enumerated() {
        take(&rows[i], found.values[place], found.gradient.row(place))
      }
    }
    return rows
  }

  private func take(_ row: inout Row, _ value: Double, _ slope: [Double]) {
    let move = zip(row.trial, row.x).map { $0 - $1 }
    let expected = dot(row.slope, move)
    guard value.isFinite, slope.allSatisfy(\.isFinite), value >= row.value + 1e-4 * expected, expected > 0
    else {
      row.step *= value.isFinite ? 0.35 : 0.1
      // Curvature that misleads is forgotten once; a step too short to matter ends the row.
      if row.step * norm(row.direction) < 1e-7 {
        if row.curvature.isEmpty {
          row.isActive = false
        } else {
          row.curvature.forget()
          aim(&row)
        }
      } else {
        propose(&row)
      }
      return
    }
    row.curvature.add(step: move, change: zip(row.slope, slope).map { $0 - $1 })
    let gain = value - row.value
    (row.x, row.value, row.slope) = (row.trial, value, slope)
    if gain < tolerance { row.isActive = false } else { aim(&row) }
  }

  /// Sets a row's direction and first trial.
  private func aim(_ row: inout Row) {
    guard row.value.isFinite, row.slope.allSatisfy(\.isFinite) else {
      row.isActive = false
      return
    }
    let free = row.x.indices.filter { j in
      !(row.x[j] <= 0 && row.slope[j] < 0) && !(row.x[j] >= 1 && row.slope[j] > 0)
    }
    row.direction = row.curvature.inverseHessian(times: row.slope, free: free)
    if dot(row.direction, row.slope) <= 0 {
      row.curvature.forget()
      row.direction = row.curvature.inverseHessian(times: row.slope, free: free)
    }
    let length = norm(row.direction)
    guard length > 0, length.isFinite else {
      row.isActive = false
      return
    }
    // A quasi-Newton step far across the cube says more about the curvature than about the function.
    row.step = row.curvature.isEmpty ? firstStep / length : min(1, 0.3 / length)
    propose(&row)
  }

  private func propose(_ row: inout Row) {
    row.trial = row.x.indices.map { min(max(row.x[$0] + row.step * row.direction[$0], 0), 1) }
  }

  private func dot(_ a: [Double], _ b: [Double]) -> Double {
    var sum = 0.0
    for i in a.indices { sum += a[i] * b[i] }
    return sum
  }

  private func norm(_ a: [Double]) -> Double { dot(a, a).squareRoot() }
}
