/// Values of a formula and derivatives with respect to every column it reads.
public struct FormulaGradient: Sendable {
  /// `values[k][row]`: result `k`, the same bits as `Formula.evaluate` gives.
  public let values: [[Double]]
  /// `inputs[j][row]`: the derivative with respect to column `Formula.inputs[j]`.
  public let inputs: [[Double]]
}

extension Formula {
  /// One result with its derivative with respect to every input, by one reverse sweep per block of rows.
  ///
  /// Where the derivative does not exist this gives a subgradient: 0 for `abs` at 0 and for the norm `sqrt(x^2 + ...)` at
  /// its zero; the first operand for ties of `min` and `max`. Yes/no operations, rounding and `sign` have derivative 0
  /// everywhere. `select` passes to the branch taken; what the other branch would give, NaN included, never shows: a zero
  /// that comes down stays zero whatever the slope below it. A power of a negative base has derivative 0 with
  /// respect to its exponent, being defined at whole exponents only.
  ///
  /// - Throws: `FormulaError` that names the column which is missing or too short.
  public func gradient(
    rows: Int, result: Int = 0, column: (String) -> [Double]?
  ) throws -> FormulaGradient {
    try gradient(rows: rows, column: column) { k, _, adjoint, count in
      guard k == result else { return }
      for i in 0..<count { adjoint[i] += 1 }
    }
  }

  /// The product of row vectors with the Jacobian: `inputs[j][row]` is the sum over results k of `seeds[k][row]` times the
  /// derivative of result k with respect to input j. This is how a gradient with respect to outputs is
  /// pulled back through objectives and constraints.
  ///
  /// - Parameter seeds: one column per result, at least `rows` long.
  public func gradient(
    rows: Int, seeds: [[Double]], column: (String) -> [Double]?
  ) throws -> FormulaGradient {
    precondition(seeds.count == results.count && seeds.allSatisfy { $0.count >= rows })
    return try gradient(rows: rows, column: column) { k, row, adjoint, count in
      seeds[k].withUnsafeBufferPointer { seed in
        for i in 0..<count { adjoint[i] += seed[row + i] }
      }
    }
  }

  /// `seed` adds the adjoint of a result to a block that starts at a row.
  private func gradient(
    rows: Int, column: (String) -> [Double]?, seed: (Int, Int, UnsafeMutablePointer<Double>, Int) -> Void
  ) throws -> FormulaGradient {
    let columns = try readColumns(rows: rows, column)
    let plan = FormulaPlan(self, keepsAll: true)
    let sweep = ReverseSweep(plan, inputCount: inputs.count)
    return withColumnPointers(columns) { sweep.run(rows: rows, inputs: $0, seed: seed) }
  }
}

/// A plan with what is needed to go through it backwards.
private struct ReverseSweep {
  let plan: FormulaPlan
  let inputCount: Int
  /// Whether the value in a register depends on an input in a way that has a derivative.
  private var isActive: [Bool]

  init(_ plan: FormulaPlan, inputCount: Int) {
    self.plan = plan
    self.inputCount = inputCount
    isActive = Array(repeating: false, count: plan.registerCount)
    for step in plan.steps where step.operation.hasDerivative {
      isActive[step.target] = (0..<step.count).contains { k in
        switch step.operands[k] {
        case .input: true
        case .register(let register): isActive[register]
        case .constant: false
        }
      }
    }
  }

  func run(
    rows: Int, inputs: UnsafePointer<UnsafePointer<Double>>,
    seed: (Int, Int, UnsafeMutablePointer<Double>, Int) -> Void
  ) -> FormulaGradient {
    let registers = plan.registerCount
    let adjoints = registers + inputCount
    // Values and adjoints are visited once each way: the second-level cache is near enough.
    let block = FormulaPlan.blockSize(registers: registers + adjoints, bytes: 131_072)
    var values = Array(repeating: [Double](), count: plan.results.count)
    var slopes = Array(repeating: [Double](), count: inputCount)
    for k in values.indices { values[k].reserveCapacity(rows) }
    for j in slopes.indices { slopes[j].reserveCapacity(rows) }
    withUnsafeTemporaryAllocation(of: Double.self, capacity: max(1, (registers + adjoints) * block)) {
      memory in
      let start = memory.baseAddress!
      plan.fillConstants(start, block)
      var row = 0
      while row < rows {
        let count = min(block, rows - row)
        let view = BlockView(inputs: inputs, registers: start, row: row, stride: block)
        for step in plan.steps { FormulaKernels.run(step, view, count) }
        view.appendResults(plan.results, to: &values, count)
        let back = AdjointView(registers: start + registers * block, inputsFrom: registers, stride: block)
        back.registers.initialize(repeating: 0, count: adjoints * block)
        for (k, result) in plan.results.enumerated() {
          if let adjoint = back[result] { seed(k, row, adjoint, count) }
        }
        for step in plan.steps.reversed() where isActive[step.target] {
          AdjointKernels.run(step, view, back, isActive, count)
        }
        for j in slopes.indices {
          slopes[j].append(contentsOf: UnsafeBufferPointer(start: back[.input(j)], count: count))
        }
        row += count
      }
    }
    return FormulaGradient(values: values, inputs: slopes)
  }
}

/// Where the adjoints of one block are in memory: those of registers, then those of inputs.
struct AdjointView {
  let registers: UnsafeMutablePointer<Double>
  let inputsFrom: Int
  let stride: Int

  subscript(operand: FormulaPlan.Operand) -> UnsafeMutablePointer<Double>? {
    switch operand {
    case .input(let k): registers + (inputsFrom + k) * stride
    case .register(let k): registers + k * stride
    case .constant: nil
    }
  }
}
