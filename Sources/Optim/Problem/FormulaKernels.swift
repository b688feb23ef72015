import Foundation

/// The inner loops of column-wise evaluation: one operation over one block of rows.
///
/// Says once more what `Operation.apply` says, because a loop around that switch is neither folded nor vectorised;
/// operations with rules of their own (NaN, truth) share one definition with it, and a test compares all bits.
enum FormulaKernels {
  private typealias Operation = Formula.Operation

  static func run(_ step: FormulaPlan.Step, _ view: BlockView, _ count: Int) {
    let loop = Loop(step, view, count)
    switch step.operation {
    case .constant, .input: break
    case .add: if step.count == 2 { loop.binary { $0 + $1 } } else { loop.sum(view) }
    case .subtract: loop.binary { $0 - $1 }
    case .multiply: loop.binary { $0 * $1 }
    case .divide: loop.binary { $0 / $1 }
    case .power: loop.binary { Operation.power($0, $1) }
    case .modulo: loop.binary { Operation.modulo($0, $1) }
    case .minimum: loop.binary { Operation.minimum($0, $1) }
    case .maximum: loop.binary { Operation.maximum($0, $1) }
    case .atan2: loop.binary { Foundation.atan2($0, $1) }
    case .less: loop.binary { $0 < $1 ? 1 : 0 }
    case .lessOrEqual: loop.binary { $0 <= $1 ? 1 : 0 }
    case .equal: loop.binary { $0 == $1 ? 1 : 0 }
    case .and: loop.binary { Operation.isTrue($0) && Operation.isTrue($1) ? 1 : 0 }
    case .or: loop.binary { Operation.isTrue($0) || Operation.isTrue($1) ? 1 : 0 }
    case .negate: loop.unary { -$0 }
    case .absolute: loop.unary { abs($0) }
    case .squareRoot: loop.unary { $0.squareRoot() }
    case .exponential: loop.unary { Foundation.exp($0) }
    case .logarithm: loop.unary { Foundation.log($0) }
    case .logarithm10: loop.unary { Foundation.log10($0) }
    case .logarithm2: loop.unary { Foundation.log2($0) }
    case .sine: loop.unary { Foundation.sin($0) }
    case .cosine: loop.unary { Foundation.cos($0) }
    case .tangent: loop.unary { Foundation.tan($0) }
    case .arcsine: loop.unary { Foundation.asin($0) }
    case .arccosine: loop.unary { Foundation.acos($0) }
    case .arctangent: loop.unary { Foundation.atan($0) }
    case .sinhyp: loop.unary { Foundation.sinh($0) }
    case .coshyp: loop.unary { Foundation.cosh($0) }
    case .tanhyp: loop.unary { Foundation.tanh($0) }
    case .round: loop.unary { $0.rounded(.toNearestOrAwayFromZero) }
    case .floor: loop.unary { $0.rounded(.down) }
    case .ceiling: loop.unary { $0.rounded(.up) }
    case .sign: loop.unary { Operation.sign($0) }
    case .not: loop.unary { $0 == 0 ? 1 : 0 }
    case .isFinite: loop.unary { $0.isFinite ? 1 : 0 }
    case .select: loop.select()
    }
  }

  private struct Loop {
    let step: FormulaPlan.Step
    let target: UnsafeMutablePointer<Double>
    let a: UnsafePointer<Double>
    let b: UnsafePointer<Double>
    let c: UnsafePointer<Double>
    let count: Int

    @inline(__always)
    init(_ step: FormulaPlan.Step, _ view: BlockView, _ count: Int) {
      self.step = step
      target = view.registers + step.target * view.stride
      a = view[step.operands[0]]
      b = view[step.operands[1]]
      c = view[step.operands[2]]
      self.count = count
    }

    @inline(__always)
    func unary(_ operation: (Double) -> Double) {
      for i in 0..<count { target[i] = operation(a[i]) }
    }

    @inline(__always)
    func binary(_ operation: (Double, Double) -> Double) {
      if case .constant(let x) = step.operands[0] {
        for i in 0..<count { target[i] = operation(x, b[i]) }
      } else if case .constant(let y) = step.operands[1] {
        for i in 0..<count { target[i] = operation(a[i], y) }
      } else {
        for i in 0..<count { target[i] = operation(a[i], b[i]) }
      }
    }

    func sum(_ view: BlockView) {
      switch step.count {
      case 3:
        for i in 0..<count { target[i] = a[i] + b[i] + c[i] }
      case 4:
        let d = view[step.operands[3]]
        for i in 0..<count { target[i] = a[i] + b[i] + c[i] + d[i] }
      default:
        let d = view[step.operands[3]]
        let e = view[step.operands[4]]
        for i in 0..<count { target[i] = a[i] + b[i] + c[i] + d[i] + e[i] }
      }
    }

    @inline(__always)
    func select() {
      for i in 0..<count { target[i] = Operation.isTrue(a[i]) ? b[i] : c[i] }
    }
  }
}
