import Testing

@testable import Optim

@Suite struct BoxAscentTests {
  /// A narrow, rotated hill whose top lies outside the cube, so that the best point is on a bound.
  private func hill(_ unit: Matrix) -> (values: [Double], gradient: Matrix) {
    var gradient = Matrix(rows: unit.rows, columns: 2)
    let values = (0..<unit.rows).map { i -> Double in
      let (u, v) = (unit[i, 0] + unit[i, 1] - 1.5, unit[i, 0] - unit[i, 1] - 0.7)
      gradient[i, 0] = -200 * u - 2 * v
      gradient[i, 1] = -200 * u + 2 * v
      return -100 * u * u - v * v
    }
    return (values, gradient)
  }

  @Test func climbsAlongABound() {
    var ascent = BoxAscent()
    ascent.tolerance = 1e-10
    let rows = ascent.climb([[0.1, 0.9], [0.5, 0.5], [1, 0]], hill)
    // With x = 1: 200 (y - 0.5) = 2 (0.3 - y).
    let best = (100 * 0.5 + 0.3) / 101
    for row in rows { #expect(abs(row.x[0] - 1) < 1e-6 && abs(row.x[1] - best) < 1e-3) }
  }

  @Test func rowsDoNotInfluenceEachOther() {
    let starts = [[0.1, 0.9], [0.5, 0.5], [0.9, 0.3]]
    let together = BoxAscent().climb(starts, hill)
    for (start, row) in zip(starts, together) {
      let alone = BoxAscent().climb([start], hill)[0]
      #expect(alone.x == row.x && alone.value == row.value)
    }
  }

  @Test func endsWhereTheFunctionIsNotANumber() {
    let rows = BoxAscent().climb([[0.2, 0.2]]) { unit in
      (Array(repeating: .nan, count: unit.rows), Matrix(rows: unit.rows, columns: 2, repeating: .nan))
    }
    #expect(rows[0].x == [0.2, 0.2])
  }
}
