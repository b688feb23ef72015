/// A dense matrix of doubles, row by row in one array.
public struct Matrix: Codable, Hashable, Sendable {
  public let rows: Int
  public let columns: Int
  /// `values[i * columns + j]` is element (i, j).
  public var values: [Double]

  public init(rows: Int, columns: Int, values: [Double]) {
    precondition(
      values.count == rows * columns, "a \(rows) x \(columns) matrix has \(rows * columns) elements")
    (self.rows, self.columns, self.values) = (rows, columns, values)
  }

  public init(rows: Int, columns: Int, repeating value: Double = 0) {
    self.init(rows: rows, columns: columns, values: Array(repeating: value, count: rows * columns))
  }

  /// Rows of equal length; `columns` is needed where there may be none.
  public init(_ rows: [[Double]], columns: Int) {
    precondition(rows.allSatisfy { $0.count == columns }, "rows differ in length")
    self.init(rows: rows.count, columns: columns, values: rows.flatMap { $0 })
  }

  public subscript(i: Int, j: Int) -> Double {
    get { values[i * columns + j] }
    set { values[i * columns + j] = newValue }
  }

  public func row(_ i: Int) -> [Double] { Array(values[(i * columns)..<((i + 1) * columns)]) }

  public func column(_ j: Int) -> [Double] { (0..<rows).map { self[$0, j] } }

  /// The given rows, in the given order.
  public func subset(_ wanted: [Int]) -> Matrix {
    var chosen: [Double] = []
    chosen.reserveCapacity(wanted.count * columns)
    for i in wanted { chosen += values[(i * columns)..<((i + 1) * columns)] }
    return Matrix(rows: wanted.count, columns: columns, values: chosen)
  }
}
