/// Why a formula cannot be evaluated on given columns.
public enum FormulaError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The formula reads a column that does not exist.
  case missingColumn(String)
  /// The column has fewer values than rows asked for.
  case shortColumn(String, count: Int, rows: Int)

  public var description: String {
    switch self {
    case .missingColumn(let name): "there is no column '\(name)'"
    case .shortColumn(let name, let count, let rows): "column '\(name)' has \(count) values for \(rows) rows"
    }
  }
}

extension Formula {
  /// The value of the first result for one row; `column` gives the value of a named column.
  public func value(_ column: (String) -> Double) -> Double {
    values(column)[0]
  }

  /// The values of all results for one row.
  public func values(_ column: (String) -> Double) -> [Double] {
    var registers: [Double] = []
    registers.reserveCapacity(code.count)
    for instruction in code {
      switch instruction.operation {
      case .constant: registers.append(constants[Int(instruction.a)])
      case .input: registers.append(column(inputs[Int(instruction.a)]))
      default:
        let arity = instruction.operation.arity
        registers.append(
          instruction.operation.apply(
            registers[Int(instruction.a)], arity > 1 ? registers[Int(instruction.b)] : 0,
            arity > 2 ? registers[Int(instruction.c)] : 0))
      }
    }
    return results.map { registers[Int($0)] }
  }

  /// The results for many rows, one column per result: `evaluate(...)[k][row]`.
  ///
  /// Works through blocks of rows that stay in the first-level cache, with the inputs read where they are. Every number
  /// has the bits that `values` gives for its row (any NaN counts as the same).
  ///
  /// - Parameters:
  ///   - rows: how many rows to evaluate, from the first.
  ///   - column: the column of a name, at least `rows` long, or nil where there is none.
  /// - Throws: `FormulaError` that names the column which is missing or too short.
  public func evaluate(rows: Int, column: (String) -> [Double]?) throws -> [[Double]] {
    let columns = try readColumns(rows: rows, column)
    let plan = FormulaPlan(self)
    return withColumnPointers(columns) { plan.run(rows: rows, inputs: $0) }
  }

  /// The results for every row of an archive, one column per result.
  public func evaluate(on evaluations: Evaluations) throws -> [[Double]] {
    try evaluate(rows: evaluations.count, column: evaluations.column)
  }

  /// The input columns in the order of `inputs`, checked for length.
  func readColumns(rows: Int, _ column: (String) -> [Double]?) throws -> [[Double]] {
    try inputs.map { name in
      guard let values = column(name) else { throw FormulaError.missingColumn(name) }
      guard values.count >= rows else {
        throw FormulaError.shortColumn(name, count: values.count, rows: rows)
      }
      return values
    }
  }
}

/// Calls `body` with a pointer to the first element of each column, valid during the call only.
///
/// One level of recursion per column opens all of them in place; beyond 1000 columns they are copied into one block of
/// memory instead, because a thread's stack is finite.
func withColumnPointers<Result>(
  _ columns: [[Double]], _ body: (UnsafePointer<UnsafePointer<Double>>) throws -> Result
) rethrows -> Result {
  guard columns.count <= 1000 else { return try withCopiedColumns(columns, body) }
  var opened: [UnsafePointer<Double>] = []
  opened.reserveCapacity(columns.count)
  func open() throws -> Result {
    guard opened.count < columns.count else { return try body(opened) }
    return try columns[opened.count].withUnsafeBufferPointer { buffer in
      // An empty array has no address; nothing is read from the stand-in.
      opened.append(buffer.baseAddress ?? UnsafePointer(bitPattern: MemoryLayout<Double>.alignment)!)
      return try open()
    }
  }
  return try open()
}

private func withCopiedColumns<Result>(
  _ columns: [[Double]], _ body: (UnsafePointer<UnsafePointer<Double>>) throws -> Result
) rethrows -> Result {
  try withUnsafeTemporaryAllocation(of: Double.self, capacity: columns.reduce(1) { $0 + $1.count }) {
    memory in
    var next = memory.baseAddress!
    var addresses: [UnsafePointer<Double>] = []
    for column in columns {
      addresses.append(UnsafePointer(next))
      column.withUnsafeBufferPointer {
        next.initialize(from: $0.baseAddress ?? UnsafePointer(next), count: $0.count)
      }
      next += column.count
    }
    return try body(addresses)
  }
}
