/// Grows formulas: every distinct sub-expression is stored once, and operations on constants are folded.
///
/// Terms are positions in an arena, so an expression of any depth costs no recursion to build, share or free.
public struct TermGraph: Sendable {
  /// A node of the graph; valid in the graph that made it and in its later copies.
  public struct Term: Hashable, Sendable {
    let position: Int32
  }

  private enum Key: Hashable {
    case constant(UInt64)
    case input(String)
    case operation(Formula.Instruction)
  }

  private var nodes: [Formula.Instruction] = []
  private var constants: [Double] = []
  private var inputs: [String] = []
  private var known: [Key: Int32] = [:]

  public init() {}

  public mutating func constant(_ value: Double) -> Term {
    insert(.constant(value.bitPattern)) { graph in
      graph.constants.append(value)
      return Formula.Instruction(.constant, Int32(graph.constants.count - 1))
    }
  }

  /// The column of this name: a parameter `x`, `w[2]` or an output `cell.rate[1]`.
  public mutating func input(_ name: String) -> Term {
    insert(.input(name)) { graph in
      graph.inputs.append(name)
      return Formula.Instruction(.input, Int32(graph.inputs.count - 1))
    }
  }

  /// The result of an operation on earlier terms.
  public mutating func apply(_ operation: Formula.Operation, _ arguments: Term...) -> Term {
    apply(operation, arguments)
  }

  public mutating func apply(_ operation: Formula.Operation, _ arguments: [Term]) -> Term {
    precondition(arguments.count == operation.arity, "\(operation) takes \(operation.arity) operands")
    let values = arguments.compactMap(constantValue)
    if values.count == arguments.count {
      return constant(
        operation.apply(values[0], values.count > 1 ? values[1] : 0, values.count > 2 ? values[2] : 0))
    }
    let at = { (i: Int) in i < arguments.count ? arguments[i].position : 0 }
    let instruction = Formula.Instruction(operation, at(0), at(1), at(2))
    return insert(.operation(instruction)) { _ in instruction }
  }

  /// The number a term stands for, if it depends on no column.
  public func constantValue(_ term: Term) -> Double? {
    let node = nodes[Int(term.position)]
    return node.operation == .constant ? constants[Int(node.a)] : nil
  }

  /// The column names a set of terms depends on, in order of first use.
  public func inputs(of terms: [Term]) -> [String] {
    formula(terms).inputs
  }

  /// The part of the graph that `results` need, as a formula with one result per term.
  public func formula(_ results: [Term]) -> Formula {
    // `graph.formula([graph.apply(...)])` reads the graph before the operand grows it.
    precondition(
      results.allSatisfy { $0.position < nodes.count },
      "a term is younger than this copy of its graph: name it before asking for the formula")
    var needed = Set(results.map(\.position))
    var stack = Array(needed)
    while let position = stack.popLast() {
      let node = nodes[Int(position)]
      for argument in [node.a, node.b, node.c].prefix(node.operation.arity)
      where needed.insert(argument).inserted {
        stack.append(argument)
      }
    }
    var place: [Int32: Int32] = [:]
    var code: [Formula.Instruction] = []
    var usedConstants: [Double] = []
    var usedInputs: [String] = []
    for position in needed.sorted() {
      let node = nodes[Int(position)]
      place[position] = Int32(code.count)
      switch node.operation {
      case .constant:
        usedConstants.append(constants[Int(node.a)])
        code.append(Formula.Instruction(.constant, Int32(usedConstants.count - 1)))
      case .input:
        usedInputs.append(inputs[Int(node.a)])
        code.append(Formula.Instruction(.input, Int32(usedInputs.count - 1)))
      default:
        let arity = node.operation.arity
        code.append(
          Formula.Instruction(
            node.operation, place[node.a]!, arity > 1 ? place[node.b]! : 0, arity > 2 ? place[node.c]! : 0))
      }
    }
    return Formula(
      inputs: usedInputs, constants: usedConstants, code: code, results: results.map { place[$0.position]! })
  }

  private mutating func insert(_ key: Key, _ make: (inout TermGraph) -> Formula.Instruction) -> Term {
    if let position = known[key] { return Term(position: position) }
    let node = make(&self)
    nodes.append(node)
    let position = Int32(nodes.count - 1)
    known[key] = position
    return Term(position: position)
  }
}
