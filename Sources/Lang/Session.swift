import Foundation
import Optim

/// A conversation: the declarations so far, the campaign they describe, and what has been shown.
///
/// Prompt, script, tests and pages all drive a session the same way and only differ in their `SessionHost`.
public final class Session {
  public let campaign: Campaign
  let host: any SessionHost
  /// The folder that studies, exports and imports are relative to: the current one.
  public let directory: String
  /// `name=value` from the command line.
  let overrides: [String: String]
  let launcher: String
  let keepsWorkforce: Bool

  var environment = Environment()
  /// What `train` returned last.
  var lastModel: TrainedModel?
  /// Values that were shown, for `ans` and `out[n]`.
  private(set) var shown: [Value] = []
  /// The text of every statement that ran, for `save` and `history`.
  private(set) var record: [String] = []
  /// The problem that the campaign has now differs from what is declared.
  private var isStale = false
  /// Scripts being run by `run`, outermost first.
  var includes: [String] = []
  public internal(set) var showsTiming = false
  public internal(set) var hasEnded = false
  /// Sums of what `sample` and `optimize` ask for while checking.
  private var plannedEvaluations = 0
  private var seenArguments: Set<String> = []
  /// How much a statement may compute by itself.
  var maximumSteps = Interpreter.maximumSteps
  /// The script that `cells` lists unless it is told another one.
  public var lastScript: String?

  /// - Parameters:
  ///   - launcher: what 'workers' starts workers with unless told: `local`, `mpirun`, `srun` or a command with `{ranks}`.
  ///   - keepsWorkforce: the workforce was chosen by whoever started dmo, and a script does not change it.
  public init(
    host: any SessionHost, directory: String = ".", overrides: [String: String] = [:], workforce: Workforce,
    launcher: String = "local", keepsWorkforce: Bool = false
  ) throws {
    self.host = host
    self.directory = directory
    self.overrides = overrides
    self.launcher = launcher
    self.keepsWorkforce = keepsWorkforce
    campaign = try Campaign(workforce: workforce)
  }

  /// With the processes of this machine.
  public convenience init(
    host: any SessionHost, directory: String = ".", overrides: [String: String] = [:], workers: Int
  ) throws {
    try self.init(host: host, directory: directory, overrides: overrides, workforce: .local(workers))
  }

  /// Ends simulators and writes what is not on disk yet.
  public func close() throws {
    try campaign.close()
  }

  // MARK: Checking

  /// What a script declares and asks for, found without running it.
  public struct Plan: Sendable {
    public let problem: Problem
    /// Evaluations that `sample` and `optimize` ask for; known points among them cost nothing.
    public let evaluations: Int
    public let study: String?
  }

  /// Checks a whole script from where the session is; runs nothing and changes nothing.
  ///
  /// - Throws: `Diagnostic` for the first fault; `SessionInterrupted`.
  @discardableResult
  public func check(_ script: Script) throws -> Plan {
    plannedEvaluations = 0
    let interpreter = interpreter(isChecking: true)
    interpreter.upcoming = Dictionary(
      script.statements.flatMap(\.declared).map { ($0.text, $0.span) },
      uniquingKeysWith: { first, _ in first })
    do {
      try interpreter.run(script.statements)
    } catch is Interpreter.Interrupted {
      throw SessionInterrupted()
    }
    var checked = interpreter.environment
    return Plan(problem: checked.problem(), evaluations: plannedEvaluations, study: checked.study)
  }

  /// Checks that every `name=value` of the command line meets an `arg`.
  public func checkOverrides() throws {
    guard let unknown = overrides.keys.sorted().first(where: { !seenArguments.contains($0) }) else { return }
    let source = Source(name: "command line", text: "\(unknown)=\(overrides[unknown]!)")
    throw Diagnostic(
      .unknownArgument(unknown, known: seenArguments.sorted()), at: Span(source, 0..<unknown.utf8.count))
  }

  // MARK: Running

  /// Checks a script, then runs it statement by statement. After an error everything is as before the statement it came from.
  ///
  /// - Throws: `Diagnostic`, or `SessionInterrupted`.
  public func run(_ script: Script) throws {
    try check(script)
    try execute(script)
  }

  /// Runs a script that has been checked.
  public func execute(_ script: Script) throws {
    for statement in script.statements {
      try execute(statement)
      if hasEnded || host.interruption != .none { return }
    }
  }

  private func execute(_ statement: Statement) throws {
    let before = environment
    let (start, isTimed) = (ContinuousClock.now, showsTiming)
    let interpreter = interpreter(isChecking: false)
    do {
      try interpreter.run([statement])
      environment = interpreter.environment
      try synchronize(interpreter)
    } catch is Interpreter.Interrupted {
      environment = before
      isStale = true
      throw SessionInterrupted()
    } catch {
      environment = before
      isStale = true
      throw located(error, statement.span)
    }
    remember(statement)
    if isTimed && showsTiming && includes.isEmpty {
      host.note("took " + Duration.brief(start.duration(to: .now)))
    }
  }

  /// Whatever the engine throws becomes a message about the statement that asked for it.
  func located(_ error: any Error, _ span: Span) -> any Error {
    if error is Diagnostic || error is Diagnostics || error is SessionInterrupted { return error }
    return Diagnostic(.runtime("\(error)"), at: span)
  }

  func interpreter(isChecking: Bool) -> Interpreter {
    Interpreter(
      environment: environment, isChecking: isChecking, effects: self, maximumSteps: maximumSteps,
      shouldStop: { [weak self] in self.map { $0.host.interruption != .none } ?? true })
  }

  private func remember(_ statement: Statement) {
    let text = statement.span.text + (statement.isQuiet ? ";" : "")
    if includes.isEmpty { record.append(text) }
    campaign.study.record(statement: text)
  }

  // MARK: Problem

  /// Hands a changed problem to the campaign and says what it keeps.
  func synchronize(_ interpreter: Interpreter) throws {
    guard isStale else { return }
    let problem = interpreter.environment.problem()
    isStale = false
    if problem == campaign.problem { return }
    let change = try campaign.adopt(problem)
    guard change.before > 0 else { return }
    // Points that lay outside earlier ranges come back when the ranges do.
    let back = max(0, change.kept - change.before)
    var parts = ["keeps \(change.kept - back) of \(change.before) evaluations"]
    if back > 0 { parts.append("\(back) set aside before come\(back == 1 ? "s" : "") back") }
    if change.outside > 0 { parts.append("\(change.outside) lie outside the present parameters") }
    if change.again > 0 { parts.append("\(change.again) are to be evaluated again") }
    host.note(parts.joined(separator: "; "))
  }

  func plan(_ evaluations: Int) {
    let (sum, overflow) = plannedEvaluations.addingReportingOverflow(evaluations)
    plannedEvaluations = overflow ? Int.max : sum
  }

  /// Where a file that is written or read is: relative paths start from the session's folder, wherever the script is.
  func place(_ path: String) -> String {
    path.hasPrefix("/") || directory == "." ? path : directory + "/" + path
  }

  /// Where an included script is: relative to the text that includes it.
  func included(_ path: String, from span: Span) -> String {
    let folder = span.source.directory
    return path.hasPrefix("/") || folder == "." || folder.isEmpty ? path : folder + "/" + path
  }
}

/// A computation of the language itself was stopped; everything is as before its statement.
public struct SessionInterrupted: Error {}

// MARK: - Effects

extension Session: Effects {
  func declare(_ statement: Statement, _ interpreter: Interpreter) throws {
    switch statement.kind {
    case .study(let name): try declareStudy(name, interpreter)
    case .seed(let value): try declareSeed(value, interpreter)
    default:
      if case .argument(let name, _) = statement.kind { seenArguments.insert(name.text) }
      try Declarations(interpreter: interpreter).declare(statement, overrides: overrides)
      if interpreter.isChecking { return }
      switch statement.kind {
      case .argument, .constant, .binding, .function, .parameter, .simulator, .objective, .constraint:
        isStale = true
      default: break
      }
    }
  }

  private func declareStudy(_ expression: Expression, _ interpreter: Interpreter) throws {
    guard case .text(let name) = try interpreter.evaluate(expression), !name.isEmpty, !name.contains("\0")
    else {
      throw Diagnostic(
        .wrongKind(expected: "the name of the study in quotes", found: "'\(expression.span.text)'"),
        at: expression.span)
    }
    let file = name.hasSuffix(".study") ? name : name + ".study"
    let path = place(file)
    interpreter.environment.study = path
    if interpreter.isChecking || campaign.study.path == path { return }
    do {
      let study = try Study(path: path)
      try campaign.use(study)
      let count = try study.count()
      let note = "\(path): \(count) evaluation\(count == 1 ? "" : "s") remembered"
      if study.isReadOnly {
        host.note(note + "; it can only be read, so that nothing new can be evaluated")
      } else if count > 0 {
        host.note(note)
      }
    } catch {
      throw Diagnostic(.runtime("\(error)"), at: expression.span)
    }
  }

  private func declareSeed(_ expression: Expression, _ interpreter: Interpreter) throws {
    let value = try interpreter.evaluate(expression)
    let seed = try interpreter.whole(value, expression.span)
    guard seed >= 0 else {
      throw Diagnostic(
        .valueRange("seed", expected: "a whole number of at least 0", found: "\(seed)"), at: expression.span)
    }
    interpreter.environment.seed = UInt64(seed)
    if !interpreter.isChecking { campaign.seed = UInt64(seed) }
  }

  func perform(_ call: VerbCall, _ interpreter: Interpreter) throws -> Value {
    let arguments = try VerbBinder(interpreter: interpreter).bind(call)
    let verb = arguments.verb
    for need in verb.needs { try require(need, interpreter.environment, call.name.span) }
    try checkArguments(arguments, interpreter)
    if interpreter.isChecking { return verb.result }
    environment = interpreter.environment
    try synchronize(interpreter)
    do {
      let value = try verb.run(self, arguments)
      for notice in campaign.takeNotices() { host.note(notice) }
      interpreter.environment = environment
      return value
    } catch {
      for notice in campaign.takeNotices() { host.note(notice) }
      throw located(error, call.span)
    }
  }

  private func require(_ need: Verb.Need, _ environment: Environment, _ span: Span) throws {
    switch need {
    case .parameters where environment.parameterNames.isEmpty:
      throw Diagnostic(.missingDeclaration("parameter", example: "param x in [0, 1]"), at: span)
    case .objectives where environment.objectiveNames.isEmpty:
      throw Diagnostic(.missingDeclaration("objective", example: "minimize f = x^2"), at: span)
    case .constraints where environment.constraintNames.isEmpty:
      throw Diagnostic(.missingDeclaration("constraint", example: "constraint small: x <= 0.5"), at: span)
    default: break
    }
  }

  func show(_ value: Value, of expression: Expression?, isQuiet: Bool, _ interpreter: Interpreter) throws {
    if case .nothing = value { return }
    if !interpreter.isChecking { shown.append(value) }
    let name = Name(text: "ans", span: expression?.span ?? Span(Source(name: "", text: ""), 0..<0))
    interpreter.environment.bind(Binding(name, .value, value))
    let all = interpreter.isChecking ? Value.unknown(.any) : .list(shown)
    interpreter.environment.bind(Binding(Name(text: "out", span: name.span), .value, all))
    if isQuiet || interpreter.isChecking { return }
    environment = interpreter.environment
    try synchronize(interpreter)
    if let output = try output(of: value, text: expression?.span.text ?? "value") { host.present(output) }
    interpreter.environment = environment
  }
}
