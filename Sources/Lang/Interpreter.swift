import Optim

/// What the interpreter leaves to the session: declarations, verbs, and showing values.
protocol Effects: AnyObject {
  func declare(_ statement: Statement, _ interpreter: Interpreter) throws
  func perform(_ call: VerbCall, _ interpreter: Interpreter) throws -> Value
  func show(_ value: Value, of expression: Expression?, isQuiet: Bool, _ interpreter: Interpreter) throws
}

/// Evaluates expressions and runs control flow.
///
/// Checking a program is running it with `isChecking`: declarations and arithmetic happen, verbs only have their
/// arguments checked and give a value that is unknown, and both ways of an unknown condition are taken.
final class Interpreter {
  var environment: Environment
  let isChecking: Bool
  private weak var effects: (any Effects)?
  private let shouldStop: () -> Bool

  /// Arguments and bindings of the functions being called, innermost last.
  private var frames: [[String: Value]] = []
  /// Variables of the loops around the current statement.
  private(set) var loopVariables: [String: Value] = [:]
  private var depth = 0
  /// Functions being called with unknown arguments.
  private var probing: Set<String> = []
  var isProbing: Bool { !probing.isEmpty }
  private var steps = 0
  private let maximumSteps: Int
  /// Names that a program being checked declares further on, with their places: for messages.
  var upcoming: [String: Span] = [:]

  static let maximumDepth = 1000
  static let maximumCalls = 200
  static let maximumSteps = 1_000_000
  static let maximumListDepth = 8
  static let maximumListCount = 100_000
  static let maximumTextCount = 1_000_000

  enum Flow {
    case next
    case giveBack(Value)
  }

  init(
    environment: Environment, isChecking: Bool = false, effects: (any Effects)?,
    maximumSteps: Int = Interpreter.maximumSteps, shouldStop: @escaping () -> Bool = { false }
  ) {
    self.environment = environment
    self.isChecking = isChecking
    self.effects = effects
    self.maximumSteps = maximumSteps
    self.shouldStop = shouldStop
  }

  /// Thrown when the user interrupts a loop.
  struct Interrupted: Error {}

  // MARK: Statements

  @discardableResult
  func run(_ statements: [Statement]) throws -> Flow {
    for statement in statements {
      if case .giveBack(let value) = try run(statement) { return .giveBack(value) }
    }
    return .next
  }

  func run(_ statement: Statement) throws -> Flow {
    try step(statement.span)
    switch statement.kind {
    case .conditional: return try deeper(statement.span) { try runConditional(statement) }
    case .loop: return try deeper(statement.span) { try runLoop(statement) }
    case .repetition: return try deeper(statement.span) { try runRepetition(statement) }
    default: return try runSimple(statement)
    }
  }

  private func runSimple(_ statement: Statement) throws -> Flow {
    switch statement.kind {
    case .giveBack(let value):
      guard !frames.isEmpty else { throw Diagnostic(.returnOutside, at: statement.span) }
      return .giveBack(try value.map(evaluate) ?? .nothing)
    case .binding(let name, let value) where !frames.isEmpty:
      frames[frames.count - 1][name.text] = try evaluate(value)
    case .expression(let expression):
      let value = try evaluate(expression)
      if frames.isEmpty {
        try effects?.show(value, of: expression, isQuiet: statement.isQuiet, self)
      }
    case .verb(let call):
      let value = try perform(call)
      try effects?.show(value, of: nil, isQuiet: statement.isQuiet, self)
    default:
      guard frames.isEmpty else {
        throw Diagnostic(.notInScript("a declaration"), at: statement.span)
      }
      try effects?.declare(statement, self)
    }
    return .next
  }

  /// Counts what takes time, so that no program runs for ever: statements, calls, and the elements of long lists.
  func step(_ span: Span, count: Int = 1) throws {
    let before = steps
    steps += count
    if before / 256 != steps / 256, shouldStop() { throw Interrupted() }
    if steps > maximumSteps { throw Diagnostic(.tooManySteps(maximumSteps), at: span) }
  }

  private func runConditional(_ statement: Statement) throws -> Flow {
    guard case .conditional(let condition, let yes, let no) = statement.kind else {
      preconditionFailure("not an if")
    }
    let value = try evaluate(condition)
    if value.isUnknown {
      try run(yes)
      return try run(no ?? [])
    }
    if value.isSymbolic { throw Diagnostic(.branchDependsOnParameter, at: condition.span) }
    return try run(try truth(value, condition) ? yes : no ?? [])
  }

  private func runLoop(_ statement: Statement) throws -> Flow {
    guard case .loop(let name, let list, let body) = statement.kind else { preconditionFailure("not a loop") }
    let items = try items(of: list)
    let outer = loopVariables[name.text]
    defer { loopVariables[name.text] = outer }
    for item in items {
      if frames.isEmpty {
        loopVariables[name.text] = item
      } else {
        frames[frames.count - 1][name.text] = item
      }
      if case .giveBack(let value) = try run(body) { return .giveBack(value) }
      try step(list.span)
    }
    return .next
  }

  private func items(of list: Expression) throws -> [Value] {
    let value = try evaluate(list)
    switch value {
    case .list(let items): return items
    case .unknown(let kind): return [.unknown(kind)]
    default: throw Diagnostic(.wrongKind(expected: "a list", found: value.kindName), at: list.span)
    }
  }

  private func runRepetition(_ statement: Statement) throws -> Flow {
    guard case .repetition(let condition, let body) = statement.kind else {
      preconditionFailure("not a while")
    }
    while true {
      let value = try evaluate(condition)
      if value.isUnknown { return try run(body) }
      if value.isSymbolic { throw Diagnostic(.branchDependsOnParameter, at: condition.span) }
      guard try truth(value, condition) else { return .next }
      if case .giveBack(let value) = try run(body) { return .giveBack(value) }
      try step(condition.span)
    }
  }

  func perform(_ call: VerbCall) throws -> Value {
    guard frames.isEmpty, let effects else {
      throw Diagnostic(.notInScript("the verb '\(call.name.text)'"), at: call.span)
    }
    return try effects.perform(call, self)
  }

  func truth(_ value: Value, _ expression: Expression) throws -> Bool {
    guard case .bool(let truth) = value else {
      throw Diagnostic(.wrongKind(expected: "a yes/no value", found: value.kindName), at: expression.span)
    }
    return truth
  }

  // MARK: Names and calls

  /// The value a name has here: an argument or local, a loop variable, or a declaration.
  func lookUp(_ name: String) -> Value? {
    if let frame = frames.last {
      if let value = frame[name] { return value }
    } else if let value = loopVariables[name] {
      return value
    }
    return environment[name].flatMap { binding in
      if case .function = binding.role { nil } else { binding.value }
    }
  }

  func call(_ function: FunctionDeclaration, _ arguments: [Value], at span: Span) throws -> Value {
    guard frames.count < Self.maximumCalls else {
      throw Diagnostic(.tooMuchRecursion(function.name.text, limit: Self.maximumCalls), at: span)
    }
    try step(span)
    let isUnknown = arguments.contains(where: \.isUnknown)
    // With unknown arguments a recursion would never find its end.
    if isUnknown, !probing.insert(function.name.text).inserted { return .unknown(.any) }
    frames.append(Dictionary(zip(function.parameters.map(\.text), arguments), uniquingKeysWith: { $1 }))
    defer {
      frames.removeLast()
      if isUnknown { probing.remove(function.name.text) }
    }
    let value = try run(function.body)
    return isUnknown ? .unknown(.any) : value
  }

  private func run(_ body: FunctionDeclaration.Body) throws -> Value {
    switch body {
    case .expression(let expression): return try evaluate(expression)
    case .block(let statements):
      if case .giveBack(let value) = try run(statements) { return value }
      return .nothing
    }
  }

  /// Runs with the loop variables a formula was declared under.
  func under<T>(_ captured: [String: Value], _ body: () throws -> T) throws -> T {
    let outer = loopVariables
    loopVariables = captured
    defer { loopVariables = outer }
    return try body()
  }

  /// Checks a function's body when it is defined, its arguments being unknown; it may use what comes later.
  func probe(_ function: FunctionDeclaration) throws {
    _ = try call(
      function, Array(repeating: .unknown(.any), count: function.parameters.count), at: function.name.span)
  }

  /// Guards the stack: nested expressions and calls count alike.
  func deeper<T>(_ span: Span, _ body: () throws -> T) throws -> T {
    depth += 1
    defer { depth -= 1 }
    if depth > Self.maximumDepth { throw Diagnostic(.tooDeep(limit: Self.maximumDepth), at: span) }
    return try body()
  }
}
