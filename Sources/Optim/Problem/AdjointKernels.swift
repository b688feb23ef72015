import Foundation

extension Formula.Operation {
  /// False where the result is piecewise constant in every operand.
  var hasDerivative: Bool {
    switch self {
    case .constant, .input, .round, .floor, .ceiling, .sign, .less, .lessOrEqual, .equal, .and, .or, .not,
      .isFinite:
      false
    default: true
    }
  }
}

/// The inner loops of the reverse sweep: what one operation passes on to its operands.
enum AdjointKernels {
  static func run(
    _ step: FormulaPlan.Step, _ view: BlockView, _ back: AdjointView, _ isActive: UnsafePointer<Bool>,
    _ count: Int
  ) {
    let flow = Flow(step, view, back, isActive, count)
    switch step.operation {
    case .add, .subtract, .multiply, .divide, .power, .modulo, .minimum, .maximum, .atan2, .select:
      several(step, flow)
    default: unary(step.operation, flow)
    }
  }

  private static func several(_ step: FormulaPlan.Step, _ flow: Flow) {
    switch step.operation {
    case .add: for k in 0..<step.count { flow.pass(k) }
    case .subtract:
      flow.pass(0)
      flow.to(1) { _, _, _ in -1 }
    case .multiply:
      flow.to(0) { _, b, _ in b }
      flow.to(1) { a, _, _ in a }
    case .divide:
      flow.to(0) { _, b, _ in 1 / b }
      flow.to(1) { _, b, v in -v / b }
    case .power:
      flow.to(0) { a, b, _ in b == 0 ? 0 : b * Foundation.pow(a, b - 1) }
      flow.to(1) { a, _, v in a < 0 || v == 0 ? 0 : v * Foundation.log(a) }
    case .modulo:
      flow.pass(0)
      flow.to(1) { a, b, v in -((a - v) / b).rounded() }
    case .minimum:
      flow.to(0) { a, b, v in v.isNaN ? .nan : (a <= b ? 1 : 0) }
      flow.to(1) { a, b, v in v.isNaN ? .nan : (a <= b ? 0 : 1) }
    case .maximum:
      flow.to(0) { a, b, v in v.isNaN ? .nan : (a >= b ? 1 : 0) }
      flow.to(1) { a, b, v in v.isNaN ? .nan : (a >= b ? 0 : 1) }
    case .atan2:
      // The angle has no derivative at the origin; 0 there.
      flow.to(0) { a, b, _ in a == 0 && b == 0 ? 0 : b / (a * a + b * b) }
      flow.to(1) { a, b, _ in a == 0 && b == 0 ? 0 : -a / (a * a + b * b) }
    default: flow.select()
    }
  }

  private static func unary(_ operation: Formula.Operation, _ flow: Flow) {
    switch operation {
    case .negate: flow.to(0) { _, _, _ in -1 }
    case .absolute: flow.to(0) { a, _, _ in Formula.Operation.sign(a) }
    case .squareRoot: flow.to(0) { _, _, v in 0.5 / v }
    case .exponential: flow.to(0) { _, _, v in v }
    case .logarithm: flow.to(0) { a, _, _ in 1 / a }
    case .logarithm10: flow.to(0) { a, _, _ in 1 / (a * 2.302_585_092_994_046) }
    case .logarithm2: flow.to(0) { a, _, _ in 1 / (a * 0.693_147_180_559_945_3) }
    case .sine: flow.to(0) { a, _, _ in Foundation.cos(a) }
    case .cosine: flow.to(0) { a, _, _ in -Foundation.sin(a) }
    case .tangent: flow.to(0) { _, _, v in 1 + v * v }
    case .arcsine: flow.to(0) { a, _, _ in 1 / ((1 - a) * (1 + a)).squareRoot() }
    case .arccosine: flow.to(0) { a, _, _ in -1 / ((1 - a) * (1 + a)).squareRoot() }
    case .arctangent: flow.to(0) { a, _, _ in 1 / (1 + a * a) }
    case .sinhyp: flow.to(0) { a, _, _ in Foundation.cosh(a) }
    case .coshyp: flow.to(0) { a, _, _ in Foundation.sinh(a) }
    case .tanhyp: flow.to(0) { _, _, v in (1 - v) * (1 + v) }
    default: preconditionFailure("\(operation) has no derivative")
    }
  }

  private struct Flow {
    let step: FormulaPlan.Step
    let a: UnsafePointer<Double>
    let b: UnsafePointer<Double>
    let value: UnsafePointer<Double>
    let adjoint: UnsafePointer<Double>
    let back: AdjointView
    let isActive: UnsafePointer<Bool>
    let count: Int

    init(
      _ step: FormulaPlan.Step, _ view: BlockView, _ back: AdjointView, _ isActive: UnsafePointer<Bool>,
      _ count: Int
    ) {
      self.step = step
      a = view[step.operands[0]]
      b = view[step.operands[1]]
      value = view[.register(step.target)]
      adjoint = UnsafePointer(back.registers + step.target * back.stride)
      self.back = back
      self.isActive = isActive
      self.count = count
    }

    /// The adjoint of an operand, or nil where nobody asks for it.
    private func target(_ operand: Int) -> UnsafeMutablePointer<Double>? {
      if case .register(let register) = step.operands[operand], !isActive[register] { return nil }
      return back[step.operands[operand]]
    }

    /// Passes the adjoint on unchanged.
    func pass(_ operand: Int) {
      guard let target = target(operand) else { return }
      for i in 0..<count { target[i] += adjoint[i] }
    }

    /// Passes the adjoint on times the slope, a function of both operands and the value. A zero of either wins over an infinite
    /// or undefined other one.
    @inline(__always)
    func to(_ operand: Int, _ slope: (Double, Double, Double) -> Double) {
      guard let target = target(operand) else { return }
      for i in 0..<count {
        let d = slope(a[i], b[i], value[i])
        let g = adjoint[i]
        target[i] += g == 0 || d == 0 ? 0 : g * d
      }
    }

    func select() {
      if let then = target(1) {
        for i in 0..<count { then[i] += Formula.Operation.isTrue(a[i]) ? adjoint[i] : 0 }
      }
      if let otherwise = target(2) {
        for i in 0..<count { otherwise[i] += Formula.Operation.isTrue(a[i]) ? 0 : adjoint[i] }
      }
    }
  }
}
