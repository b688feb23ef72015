/// A formula made ready for columns: which register every instruction writes, found by liveness.
///
/// A register holds one block of rows and is used again as soon as nobody will read it, so that the whole set stays in
/// the first-level cache. Inputs are read in place; numbers stay in the instruction.
struct FormulaPlan {
  enum Operand {
    case input(Int)
    case register(Int)
    case constant(Double)
  }

  struct Step {
    let operation: Formula.Operation
    /// The register written; never one of the operands, so that loops need not expect overlap.
    let target: Int
    /// The first `count` are read, from left to right; an addition may have up to five.
    let operands: InlineArray<5, Operand>
    let count: Int
  }

  /// Positions of the instructions that one instruction reads.
  private struct Reads {
    var count = 0
    var positions = InlineArray<5, Int32>(repeating: 0)

    init(_ instruction: Formula.Instruction) {
      count = instruction.operation.arity
      positions[0] = instruction.a
      positions[1] = instruction.b
      positions[2] = instruction.c
    }

    subscript(k: Int) -> Int { Int(positions[k]) }

    /// Puts the two operands of the first term in its place.
    mutating func expandFirst(_ a: Int32, _ b: Int32) {
      for k in (1..<count).reversed() { positions[k + 1] = positions[k] }
      positions[0] = a
      positions[1] = b
      count += 1
    }
  }

  private(set) var steps: [Step] = []
  private(set) var results: [Operand] = []
  private(set) var registerCount = 0
  /// Registers that hold one number throughout, for operations whose loops read columns only.
  private(set) var filled: [(register: Int, value: Double)] = []
  private var filledRegister: [UInt64: Int] = [:]
  private var free: [Int] = []
  private let keepsAll: Bool

  /// - Parameter keepsAll: every value stays in a register of its own, numbers too, as the reverse sweep needs it.
  init(_ formula: Formula, keepsAll: Bool = false) {
    self.keepsAll = keepsAll
    let reads = Self.readsWithLongSums(formula)
    let lastUse = Self.lastUses(reads, results: formula.results)
    var places: [Operand] = []
    places.reserveCapacity(formula.code.count)
    for (position, instruction) in formula.code.enumerated() {
      switch instruction.operation {
      case .constant: places.append(.constant(formula.constants[Int(instruction.a)]))
      case .input: places.append(.input(Int(instruction.a)))
      default:
        // What nobody reads has no place.
        guard lastUse[position] >= 0 else {
          places.append(.constant(.nan))
          continue
        }
        let target = newRegister()
        add(instruction.operation, reads[position], target, places)
        places.append(.register(target))
        if !keepsAll { release(reads[position], lastUse, at: position, places) }
      }
    }
    results = formula.results.map { places[Int($0)] }
  }

  /// The position of the last instruction that reads each one; past the end for results, -1 for unused ones.
  private static func lastUses(_ reads: [Reads], results: [Int32]) -> [Int] {
    var last = Array(repeating: -1, count: reads.count)
    for result in results { last[Int(result)] = reads.count }
    for position in reads.indices.reversed() where last[position] >= 0 {
      for k in 0..<reads[position].count where last[reads[position][k]] < position {
        last[reads[position][k]] = position
      }
    }
    return last
  }

  /// What every instruction reads, where an addition takes over up to three additions on its left that only feed it:
  /// `((a + b) + c) + d` in one pass over memory, in the same order and so with the same bits. Sums over vector
  /// parameters are common and bound by loads and stores (zdt1 with 30 variables: a quarter faster).
  private static func readsWithLongSums(_ formula: Formula) -> [Reads] {
    let code = formula.code
    var reads = code.map(Reads.init)
    var uses = Array(repeating: 0, count: code.count)
    for read in reads { for k in 0..<read.count { uses[read[k]] += 1 } }
    for result in formula.results { uses[Int(result)] += 1 }
    let isConstant = { (position: Int32) in code[Int(position)].operation == .constant }
    var isAbsorbed = Array(repeating: false, count: code.count)
    for position in code.indices.reversed() where code[position].operation == .add && !isAbsorbed[position] {
      if isConstant(code[position].b) { continue }
      while reads[position].count < 5 {
        let first = reads[position][0]
        let left = code[first]
        if left.operation != .add || uses[first] != 1 || isConstant(left.a) || isConstant(left.b) { break }
        isAbsorbed[first] = true
        reads[position].expandFirst(left.a, left.b)
      }
    }
    return reads
  }

  private mutating func add(
    _ operation: Formula.Operation, _ reads: Reads, _ target: Int, _ places: [Operand]
  ) {
    var operation = operation
    var operands = InlineArray<5, Operand>(repeating: .register(0))
    var constants = 0
    for k in 0..<reads.count {
      operands[k] = places[reads[k]]
      if case .constant = operands[k] { constants += 1 }
    }
    if operation == .power, case .constant(2) = operands[1] {
      operation = .multiply
      operands[1] = operands[0]
      constants = if case .constant = operands[0] { 2 } else { 0 }
    }
    // Only loops over two operands have variants for a number on one side.
    if constants > 0 && (keepsAll || reads.count != 2 || constants == 2) {
      for k in 0..<reads.count { operands[k] = inRegister(operands[k]) }
    }
    steps.append(Step(operation: operation, target: target, operands: operands, count: reads.count))
  }

  /// Makes the registers available that were read for the last time.
  private mutating func release(_ reads: Reads, _ lastUse: [Int], at position: Int, _ places: [Operand]) {
    for k in 0..<reads.count where lastUse[reads[k]] == position {
      let isRepeated = (0..<k).contains { reads[$0] == reads[k] }
      if !isRepeated, case .register(let register) = places[reads[k]] { free.append(register) }
    }
  }

  private mutating func newRegister() -> Int {
    if let register = free.popLast() { return register }
    registerCount += 1
    return registerCount - 1
  }

  private mutating func inRegister(_ operand: Operand) -> Operand {
    guard case .constant(let value) = operand else { return operand }
    if let register = filledRegister[value.bitPattern] { return .register(register) }
    // Never taken from the free ones: it must hold from the first step of every block.
    let register = registerCount
    registerCount += 1
    filled.append((register, value))
    filledRegister[value.bitPattern] = register
    return .register(register)
  }

  /// Rows per block: as many as let the registers share `bytes` of cache, within reason.
  static func blockSize(registers: Int, bytes: Int = 32_768) -> Int {
    min(512, max(32, bytes / 8 / max(registers, 1) / 8 * 8))
  }

  func fillConstants(_ registers: UnsafeMutablePointer<Double>, _ block: Int) {
    for (register, value) in filled {
      (registers + register * block).initialize(repeating: value, count: block)
    }
  }

  /// Evaluates rows 0 ..< `rows` of the input columns; one column per result.
  func run(rows: Int, inputs: UnsafePointer<UnsafePointer<Double>>) -> [[Double]] {
    let block = Self.blockSize(registers: registerCount)
    var columns = Array(repeating: [Double](), count: results.count)
    for k in columns.indices { columns[k].reserveCapacity(rows) }
    withUnsafeTemporaryAllocation(of: Double.self, capacity: max(registerCount * block, 1)) { memory in
      let registers = memory.baseAddress!
      fillConstants(registers, block)
      var row = 0
      while row < rows {
        let count = min(block, rows - row)
        let view = BlockView(inputs: inputs, registers: registers, row: row, stride: block)
        for step in steps { FormulaKernels.run(step, view, count) }
        view.appendResults(results, to: &columns, count)
        row += count
      }
    }
    return columns
  }
}

/// Where the operands of one block are in memory.
struct BlockView {
  let inputs: UnsafePointer<UnsafePointer<Double>>
  let registers: UnsafeMutablePointer<Double>
  let row: Int
  let stride: Int

  @inline(__always)
  subscript(operand: FormulaPlan.Operand) -> UnsafePointer<Double> {
    switch operand {
    case .input(let k): inputs[k] + row
    case .register(let k): UnsafePointer(registers + k * stride)
    // Not read: the loops take the number from the step.
    case .constant: UnsafePointer(registers)
    }
  }

  func appendResults(_ results: [FormulaPlan.Operand], to columns: inout [[Double]], _ count: Int) {
    for (k, result) in results.enumerated() {
      if case .constant(let value) = result {
        columns[k].append(contentsOf: repeatElement(value, count: count))
      } else {
        columns[k].append(contentsOf: UnsafeBufferPointer(start: self[result], count: count))
      }
    }
  }
}
