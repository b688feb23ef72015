/// Points with what is known about each, column by column: parameters, outputs, state.
///
/// Objectives and constraints are not stored here: they are formulas over these columns (see `Scores`).
public struct Evaluations: Sendable {
  public enum State: UInt8, Sendable, CaseIterable {
    /// Proposed, not simulated.
    case pending
    case done
    /// The simulator stopped early; some outputs are missing (NaN).
    case partial
    case failed
    /// Violates an a priori constraint, so it was not simulated.
    case rejected
  }

  public let parameterNames: [String]
  public let outputNames: [String]
  /// `parameters[j][row]`, in parameter units; NaN where a conditional parameter does not exist.
  public private(set) var parameters: [[Double]]
  /// `outputs[j][row]`; NaN where there is none.
  public private(set) var outputs: [[Double]]
  public private(set) var states: [State]
  /// Seconds the simulators took; 0 for formulas.
  public private(set) var seconds: [Double]
  /// Why a row failed or stopped early.
  public private(set) var failures: [Int: Failure]
  private let columnIndex: [String: Int]

  public init(parameterNames: [String], outputNames: [String]) {
    self.parameterNames = parameterNames
    self.outputNames = outputNames
    parameters = Array(repeating: [], count: parameterNames.count)
    outputs = Array(repeating: [], count: outputNames.count)
    states = []
    seconds = []
    failures = [:]
    columnIndex = Dictionary(
      uniqueKeysWithValues: (parameterNames + outputNames).enumerated().map { ($1, $0) })
  }

  /// Takes whole columns at once, as a study delivers them.
  public init(
    parameterNames: [String], outputNames: [String], parameters: [[Double]], outputs: [[Double]],
    states: [State],
    seconds: [Double], failures: [Int: Failure]
  ) {
    self.init(parameterNames: parameterNames, outputNames: outputNames)
    precondition(
      parameters.count == parameterNames.count && outputs.count == outputNames.count
        && seconds.count == states.count && (parameters + outputs).allSatisfy { $0.count == states.count })
    self.parameters = parameters
    self.outputs = outputs
    self.states = states
    self.seconds = seconds
    self.failures = failures
  }

  public var count: Int { states.count }
  public var isEmpty: Bool { states.isEmpty }

  /// The column of a parameter or output.
  public func column(_ name: String) -> [Double]? {
    columnIndex[name].map { $0 < parameters.count ? parameters[$0] : outputs[$0 - parameters.count] }
  }

  public func parameterValues(_ row: Int) -> [Double] { parameters.map { $0[row] } }
  public func outputValues(_ row: Int) -> [Double] { outputs.map { $0[row] } }

  public mutating func appendPending(_ values: [Double]) {
    precondition(values.count == parameters.count)
    for j in values.indices { parameters[j].append(values[j]) }
    for j in outputs.indices { outputs[j].append(.nan) }
    states.append(.pending)
    seconds.append(0)
  }

  /// Records what became of a row.
  public mutating func set(
    _ row: Int, state: State, outputs values: [Double]? = nil, seconds elapsed: Double = 0,
    failure: Failure? = nil
  ) {
    states[row] = state
    seconds[row] = elapsed
    failures[row] = failure
    for j in outputs.indices { outputs[j][row] = values?[j] ?? .nan }
  }

  public mutating func append(_ other: Evaluations) {
    precondition(other.parameterNames == parameterNames && other.outputNames == outputNames)
    if isEmpty {
      self = other
      return
    }
    let offset = count
    for j in parameters.indices { parameters[j] += other.parameters[j] }
    for j in outputs.indices { outputs[j] += other.outputs[j] }
    states += other.states
    seconds += other.seconds
    for (row, failure) in other.failures { failures[row + offset] = failure }
  }

  /// The given rows, in the given order.
  public func subset(_ rows: [Int]) -> Evaluations {
    if rows.count == count, rows.first == 0, zip(rows, rows.dropFirst()).allSatisfy({ $1 == $0 + 1 }) {
      return self
    }
    let places = Dictionary(rows.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
    return Evaluations(
      parameterNames: parameterNames, outputNames: outputNames,
      parameters: parameters.map { column in rows.map { column[$0] } },
      outputs: outputs.map { column in rows.map { column[$0] } },
      states: rows.map { states[$0] }, seconds: rows.map { seconds[$0] },
      failures: Dictionary(
        uniqueKeysWithValues: failures.compactMap { row, failure in places[row].map { ($0, failure) } }))
  }
}
