import Foundation

/// An arithmetic expression over named columns, as data: a flat list of instructions in evaluation order.
///
/// Formulas are what objectives, constraints, derived values, filters and conditions compile to. They can be stored,
/// hashed, compared and sent elsewhere. Truth is 1 or 0. Each instruction reads results of earlier
/// instructions only (static single assignment), which makes both column-wise evaluation and the reverse sweep
/// of automatic differentiation one pass over the list.
public struct Formula: Codable, Hashable, Sendable {
  public enum Operation: UInt8, Codable, Sendable, CaseIterable {
    // Leaves: `a` is the position in `constants` or `inputs`.
    case constant, input
    case add, subtract, multiply, divide, power, modulo, minimum, maximum, atan2
    case negate, absolute, squareRoot, exponential, logarithm, logarithm10, logarithm2
    case sine, cosine, tangent, arcsine, arccosine, arctangent, sinhyp, coshyp, tanhyp
    case round, floor, ceiling, sign
    // Yes/no results.
    case less, lessOrEqual, equal, and, or, not
    // `a` where the first argument is 1, else `b`: arguments are (condition, then, else).
    case select
    // 1 where the argument is a finite number.
    case isFinite
  }

  public struct Instruction: Codable, Hashable, Sendable {
    public let operation: Operation
    /// Positions of earlier instructions (or of the constant / input for a leaf); unused ones are 0.
    public let a: Int32
    public let b: Int32
    public let c: Int32

    public init(_ operation: Operation, _ a: Int32 = 0, _ b: Int32 = 0, _ c: Int32 = 0) {
      self.operation = operation
      self.a = a
      self.b = b
      self.c = c
    }
  }

  /// Names of the columns read: parameters (`x`, `w[2]`) and outputs (`cell.rate[1]`).
  public let inputs: [String]
  public let constants: [Double]
  public let code: [Instruction]
  /// Positions in `code` of the results: one for a scalar, several for a list or a bundle of formulas.
  public let results: [Int32]

  public init(inputs: [String], constants: [Double], code: [Instruction], results: [Int32]) {
    self.inputs = inputs
    self.constants = constants
    self.code = code
    self.results = results
  }
}

extension Formula {
  /// Same instructions and the same bits in every constant, so that NaN equals itself and a formula equals its copy.
  public static func == (a: Formula, b: Formula) -> Bool {
    a.code == b.code && a.results == b.results && a.inputs == b.inputs
      && a.constants.map(\.bitPattern) == b.constants.map(\.bitPattern)
  }

  public func hash(into hasher: inout Hasher) {
    hasher.combine(code)
    hasher.combine(results)
    hasher.combine(inputs)
    hasher.combine(constants.map(\.bitPattern))
  }

  private enum Key: String, CodingKey { case inputs, constants, code, results }

  /// Constants go as bit patterns (JSON has no NaN), the code as one flat list of operation, a, b, c.
  public func encode(to encoder: any Encoder) throws {
    var box = encoder.container(keyedBy: Key.self)
    try box.encode(inputs, forKey: .inputs)
    try box.encode(constants.map(\.bitPattern), forKey: .constants)
    try box.encode(code.flatMap { [Int32($0.operation.rawValue), $0.a, $0.b, $0.c] }, forKey: .code)
    try box.encode(results, forKey: .results)
  }

  /// - Throws: `DecodingError` where the code is not well formed, because evaluation trusts it.
  public init(from decoder: any Decoder) throws {
    let box = try decoder.container(keyedBy: Key.self)
    let numbers = try box.decode([Int32].self, forKey: .code)
    let code = try stride(from: 0, to: numbers.count, by: 4).map { at in
      guard at + 4 <= numbers.count, let raw = UInt8(exactly: numbers[at]),
        let operation = Operation(rawValue: raw)
      else {
        throw DecodingError.dataCorruptedError(forKey: .code, in: box, debugDescription: "not an instruction")
      }
      return Instruction(operation, numbers[at + 1], numbers[at + 2], numbers[at + 3])
    }
    self.init(
      inputs: try box.decode([String].self, forKey: .inputs),
      constants: try box.decode([UInt64].self, forKey: .constants).map(Double.init(bitPattern:)), code: code,
      results: try box.decode([Int32].self, forKey: .results))
    guard isWellFormed else {
      throw DecodingError.dataCorruptedError(
        forKey: .code, in: box, debugDescription: "an instruction reads what does not precede it")
    }
  }

  /// Whether every instruction reads only earlier ones, and leaves and results point to something.
  var isWellFormed: Bool {
    let isOrdered = code.enumerated().allSatisfy { position, instruction in
      switch instruction.operation {
      case .constant: constants.indices.contains(Int(instruction.a))
      case .input: inputs.indices.contains(Int(instruction.a))
      default:
        [instruction.a, instruction.b, instruction.c].prefix(instruction.operation.arity)
          .allSatisfy { (0..<position).contains(Int($0)) }
      }
    }
    return isOrdered && results.allSatisfy { code.indices.contains(Int($0)) }
  }
}

extension Formula.Operation {
  /// Number of operands; 0 for leaves.
  public var arity: Int {
    switch self {
    case .constant, .input: 0
    case .select: 3
    case .add, .subtract, .multiply, .divide, .power, .modulo, .minimum, .maximum, .atan2, .less,
      .lessOrEqual,
      .equal, .and, .or:
      2
    default: 1
    }
  }

  /// The operation on scalars; unused operands are ignored. Leaves have no value of their own and give NaN.
  ///
  /// Comparisons with NaN are false, as in IEEE 754; `minimum` and `maximum` propagate NaN, so that a missing value is
  /// never mistaken for a small one. `modulo` has the sign of the divisor, `round` goes half away from zero.
  public func apply(_ a: Double, _ b: Double = 0, _ c: Double = 0) -> Double {
    switch self {
    case .constant, .input: .nan
    case .add: a + b
    case .subtract: a - b
    case .multiply: a * b
    case .divide: a / b
    case .power: Self.power(a, b)
    case .modulo: Self.modulo(a, b)
    case .minimum: Self.minimum(a, b)
    case .maximum: Self.maximum(a, b)
    case .atan2: Foundation.atan2(a, b)
    case .negate: -a
    case .absolute: abs(a)
    case .squareRoot: a.squareRoot()
    case .exponential: Foundation.exp(a)
    case .logarithm: Foundation.log(a)
    case .logarithm10: Foundation.log10(a)
    case .logarithm2: Foundation.log2(a)
    case .sine: Foundation.sin(a)
    case .cosine: Foundation.cos(a)
    case .tangent: Foundation.tan(a)
    case .arcsine: Foundation.asin(a)
    case .arccosine: Foundation.acos(a)
    case .arctangent: Foundation.atan(a)
    case .sinhyp: Foundation.sinh(a)
    case .coshyp: Foundation.cosh(a)
    case .tanhyp: Foundation.tanh(a)
    case .round: a.rounded(.toNearestOrAwayFromZero)
    case .floor: a.rounded(.down)
    case .ceiling: a.rounded(.up)
    case .sign: Self.sign(a)
    case .less: a < b ? 1 : 0
    case .lessOrEqual: a <= b ? 1 : 0
    case .equal: a == b ? 1 : 0
    case .and: Self.isTrue(a) && Self.isTrue(b) ? 1 : 0
    case .or: Self.isTrue(a) || Self.isTrue(b) ? 1 : 0
    case .not: a == 0 ? 1 : 0
    case .select: Self.isTrue(a) ? b : c
    case .isFinite: a.isFinite ? 1 : 0
    }
  }

  /// A square is one multiplication, so that columns can square without calling `pow`.
  @inline(__always)
  static func power(_ a: Double, _ b: Double) -> Double { b == 2 ? a * a : Foundation.pow(a, b) }

  /// Remainder with the sign of `b`, from the exact truncated one: `a - b * floor(a / b)` comes out on the wrong side
  /// where the quotient rounds up to a whole number.
  @inline(__always)
  static func modulo(_ a: Double, _ b: Double) -> Double {
    let remainder = Foundation.fmod(a, b)
    return remainder != 0 && (remainder < 0) != (b < 0) ? remainder + b : remainder
  }

  @inline(__always)
  static func minimum(_ a: Double, _ b: Double) -> Double { a.isNaN || b.isNaN ? .nan : (a < b ? a : b) }

  @inline(__always)
  static func maximum(_ a: Double, _ b: Double) -> Double { a.isNaN || b.isNaN ? .nan : (a > b ? a : b) }

  @inline(__always)
  static func sign(_ a: Double) -> Double { a > 0 ? 1 : (a < 0 ? -1 : a) }

  /// A missing value is not true.
  @inline(__always)
  static func isTrue(_ a: Double) -> Bool { a != 0 && !a.isNaN }
}
