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
}
