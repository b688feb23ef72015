import Foundation

/// An external program that turns parameter values into outputs: what to run and how to talk to it.
public struct Simulator: Codable, Hashable, Sendable {
  public enum Mode: String, Codable, Sendable, CaseIterable {
    /// One process per evaluation.
    case once
    /// A living process that answers one JSON line per JSON request line.
    case persistent
  }

  public enum Input: String, Codable, Sendable, CaseIterable {
    /// One JSON object on standard input.
    case json
    /// `--name value` appended to the command.
    case args
    /// Files made from templates in which `{name}` is replaced.
    case template
  }

  public enum Reading: Codable, Hashable, Sendable {
    /// The last line of standard output that holds a JSON object.
    case json
    case jsonFile(String)
    /// A header line with output names and one line of values (the last line counts).
    case csvFile(String)
    /// One pattern per output with one capture group, searched in standard output; a list output takes all
    /// matches in order.
    case regex([String: String])
  }

  public enum TimeLimit: Codable, Hashable, Sendable {
    case seconds(Double)
    /// This many times the median duration of finished runs; no limit until five runs have finished.
    case timesMedian(Double)
  }

  public enum FailurePolicy: String, Codable, Sendable, CaseIterable { case infeasible, abort }
  public enum Keep: String, Codable, Sendable, CaseIterable { case none, failed, all }

  /// One declared output: a scalar (`count` nil) or a list of fixed length.
  public struct Output: Codable, Hashable, Sendable {
    public enum Kind: String, Codable, Sendable { case number, integer, boolean }
    public let name: String
    public let count: Int?
    public let kind: Kind
    public let unit: String?

    public init(name: String, count: Int? = nil, kind: Kind = .number, unit: String? = nil) {
      self.name = name
      self.count = count
      self.kind = kind
      self.unit = unit
    }
  }

  public struct TemplateFile: Codable, Hashable, Sendable {
    public let template: String
    public let result: String
    public init(template: String, result: String) {
      self.template = template
      self.result = result
    }
  }

  public let name: String
  /// Program and arguments; `{parameter}` inside an argument is replaced by the value.
  public var command: [String]
  /// Whether the command (then one element) goes through `/bin/sh -c`.
  public var shell = false
  public var mode = Mode.once
  public var input = Input.json
  public var templates: [TemplateFile] = []
  /// Constants sent along with the parameters.
  public var send: [String: JSON] = [:]
  public var outputs: [Output] = []
  public var reading = Reading.json
  public var timeLimit: TimeLimit?
  /// Further attempts after a failed one.
  public var retries = 0
  public var onFailure = FailurePolicy.infeasible
  public var environment: [String: String] = [:]
  public var keep = Keep.failed
  public var version = 1
  /// Persistent mode: the process is replaced after this many requests.
  public var recycle: Int?
  /// Bytes of address space that each of its processes may have.
  public var memory: Int?
  /// Bytes that one run may write to standard output, or into its answer file; `Limits.flood` unless given.
  public var outputLimit: Int?
  /// A parallel simulator: the command that starts it on several ranks, `{ranks}` standing for their number, and that
  /// number. Both or neither.
  public var launcher: [String] = []
  public var ranks: Int?
  /// The folder that relative program and template paths start from: the script's own, as an absolute path, for the
  /// program runs in another folder.
  public internal(set) var directory: String

  public init(name: String, command: [String], directory: String) {
    self.name = name
    self.command = command
    self.directory = URL(fileURLWithPath: directory, isDirectory: true).standardizedFileURL.path
  }

  /// What contradicts itself in these settings, in words; nil when they fit together.
  public var contradiction: String? {
    if mode == .persistent, input != .json {
      return "mode = persistent sends its requests as JSON: input = \(input.rawValue) needs mode = once"
    }
    if mode == .persistent, reading != .json {
      return "mode = persistent answers with a JSON line on standard output: read = json, or mode = once"
    }
    if input == .template, templates.isEmpty {
      return "input = template needs template = {\"file.tpl\": \"file\"}"
    }
    if case .regex(let patterns) = reading, let output = outputs.first(where: { patterns[$0.name] == nil }) {
      return "read = regex has no pattern for the output '\(output.name)'"
    }
    if let recycle, recycle < 1 { return "recycle = \(recycle) leaves no request to serve" }
    return contradictionOfRanks
  }

  private var contradictionOfRanks: String? {
    if let ranks, ranks < 1 { return "ranks = \(ranks) leaves nothing to start" }
    if ranks != nil, launcher.isEmpty {
      return "'ranks' needs the command that starts them, such as launcher = \"mpirun -n {ranks}\""
    }
    guard !launcher.isEmpty else { return nil }
    if ranks == nil { return "'launcher' needs the number of ranks it starts, such as ranks = 4" }
    if !launcher.contains(where: { $0.contains("{ranks}") }) {
      return "the launcher does not say how many ranks: expected {ranks} in it, such as \"mpirun -n {ranks}\""
    }
    return nil
  }

  /// Names of the scalar output columns, in order: `cell.rest`, `cell.rate[1]`, `cell.rate[2]`, ...
  public var columns: [String] {
    outputs.flatMap { output in
      output.count.map { count in (0..<count).map { "\(name).\(output.name)[\($0 + 1)]" } } ?? [
        "\(name).\(output.name)"
      ]
    }
  }
}

/// A JSON value, for constants sent to a simulator and settings kept in a study.
public enum JSON: Codable, Hashable, Sendable {
  case null
  case bool(Bool)
  case number(Double)
  case string(String)
  case list([JSON])
  case object([String: JSON])

  public init(from decoder: any Decoder) throws {
    let box = try decoder.singleValueContainer()
    if box.decodeNil() {
      self = .null
    } else if let value = try? box.decode(Bool.self) {
      self = .bool(value)
    } else if let value = try? box.decode(Double.self) {
      self = .number(value)
    } else if let value = try? box.decode(String.self) {
      self = .string(value)
    } else if let value = try? box.decode([JSON].self) {
      self = .list(value)
    } else {
      self = .object(try box.decode([String: JSON].self))
    }
  }

  public func encode(to encoder: any Encoder) throws {
    var box = encoder.singleValueContainer()
    switch self {
    case .null: try box.encodeNil()
    case .bool(let value): try box.encode(value)
    case .number(let value): try box.encode(value)
    case .string(let value): try box.encode(value)
    case .list(let value): try box.encode(value)
    case .object(let value): try box.encode(value)
    }
  }
}
