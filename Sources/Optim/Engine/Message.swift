import Foundation

/// What a dispatcher and its workers say to each other, over MPI or a socket.
enum Message {
  // From a worker.

  /// The first message of every worker.
  case hello(Greeting)
  case answer(generation: UInt32, Answer)
  /// Jobs given back unstarted after `withdraw`.
  case dropped(generation: UInt32, [Int])
  /// Everything of former generations has ended.
  case cancelled(generation: UInt32)
  case notice(String)
  case status([WorkerStatus])
  /// What came of a task: its result, or the reason why there is none.
  case result(id: Int, Result<[UInt8], TaskFailure>)

  // To a worker.

  case configure(Configuration)
  /// Jobs name their simulators by number; each is sent once.
  case simulator(index: UInt32, Simulator)
  case job(generation: UInt32, id: Int, simulator: UInt32, parameters: [String: JSON])
  case withdraw
  case cancel(generation: UInt32)
  case statusWanted
  /// A computation by name, such as training a member of an ensemble.
  case task(id: Int, name: String, input: [UInt8])
  case quit

  /// Grows with every change of what follows; the number itself stays the second thing in a greeting.
  static let version: UInt16 = 1
}

/// Why a task sent to a worker has no result.
struct TaskFailure: Error, CustomStringConvertible {
  let description: String
}

/// How a worker introduces itself.
struct Greeting: Codable, Equatable, Sendable {
  var version: UInt16 = Message.version
  /// dmo's own version.
  var program = dmoVersion
  var workers: [WorkerStatus]
}

/// What a worker must know before its first job.
struct Configuration: Codable, Equatable, Sendable {
  /// The variables of dmo's environment, which simulators expect to find on every machine.
  var environment: [String: String]
}

extension Message {
  var isHello: Bool { if case .hello = self { true } else { false } }

  private enum Kind: UInt8 {
    case hello = 1
    case answer, dropped, cancelled, notice, status, result
    case configure = 32
    case simulator, job, withdraw, cancel, statusWanted, task, quit
  }

  // MARK: Writing

  var bytes: [UInt8] {
    switch self {
    case .hello(let greeting):
      var writer = Self.writer(.hello)
      writer.number(greeting.version)
      writer.block(Self.encoded(greeting))
      return writer.bytes
    case .answer(let generation, let answer): return Self.bytes(generation, answer)
    case .dropped(let generation, let ids):
      var writer = Self.writer(.dropped)
      writer.number(generation)
      writer.number(UInt32(ids.count))
      for id in ids { writer.number(Int64(id)) }
      return writer.bytes
    case .cancelled(let generation): return Self.bytes(.cancelled, generation)
    case .cancel(let generation): return Self.bytes(.cancel, generation)
    case .notice(let text):
      var writer = Self.writer(.notice)
      writer.text(text)
      return writer.bytes
    case .status(let workers):
      var writer = Self.writer(.status)
      writer.block(Self.encoded(workers))
      return writer.bytes
    case .result(let id, let result):
      var writer = Self.writer(.result)
      writer.number(Int64(id))
      switch result {
      case .success(let bytes):
        writer.byte(1)
        writer.block(bytes)
      case .failure(let failure):
        writer.byte(0)
        writer.text(failure.description)
      }
      return writer.bytes
    case .configure(let configuration):
      var writer = Self.writer(.configure)
      writer.block(Self.encoded(configuration))
      return writer.bytes
    case .simulator(let index, let simulator):
      var writer = Self.writer(.simulator)
      writer.number(index)
      writer.block(Self.encoded(simulator))
      return writer.bytes
    case .job(let generation, let id, let simulator, let parameters):
      var writer = ByteWriter(reserving: 32 + 24 * parameters.count)
      writer.byte(Kind.job.rawValue)
      writer.number(generation)
      writer.number(Int64(id))
      writer.number(simulator)
      writer.fields(parameters)
      return writer.bytes
    case .task(let id, let name, let input):
      var writer = ByteWriter(reserving: 64 + input.count)
      writer.byte(Kind.task.rawValue)
      writer.number(Int64(id))
      writer.text(name)
      writer.block(input)
      return writer.bytes
    case .withdraw: return [Kind.withdraw.rawValue]
    case .statusWanted: return [Kind.statusWanted.rawValue]
    case .quit: return [Kind.quit.rawValue]
    }
  }

  private static func writer(_ kind: Kind) -> ByteWriter {
    var writer = ByteWriter()
    writer.byte(kind.rawValue)
    return writer
  }

  private static func bytes(_ kind: Kind, _ generation: UInt32) -> [UInt8] {
    var writer = Self.writer(kind)
    writer.number(generation)
    return writer.bytes
  }

  private static func bytes(_ generation: UInt32, _ answer: Answer) -> [UInt8] {
    var writer = Self.writer(.answer)
    writer.number(generation)
    writer.number(Int64(answer.id))
    writer.real(answer.seconds)
    switch answer.outcome {
    case .done(let values):
      writer.byte(0)
      writer.reals(values)
    case .partial(let values, let reason):
      writer.byte(1)
      writer.reals(values)
      writer.text(reason)
    case .failed(let failure):
      writer.byte(2)
      writer.block(encoded(failure))
    }
    return writer.bytes
  }

  private static func encoded(_ value: some Encodable) -> [UInt8] {
    let encoder = JSONEncoder()
    let (infinity, negative, nan) = unusual
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: infinity, negativeInfinity: negative, nan: nan)
    // Numbers, texts and truth values: encoding them cannot fail.
    return Array(try! encoder.encode(value))
  }

  /// How numbers that JSON lacks are written: as no text that a user writes.
  private static let unusual = ("\u{1}inf", "\u{1}-inf", "\u{1}nan")

  // MARK: Reading

  init(_ bytes: [UInt8]) throws(MalformedMessage) {
    var reader = ByteReader(bytes)
    let code = try reader.byte()
    guard let kind = Kind(rawValue: code) else {
      throw MalformedMessage(description: "a message is of the unknown kind \(code)")
    }
    self = try Self.read(kind, &reader)
    guard reader.isAtEnd else { throw MalformedMessage(description: "a message goes on behind its end") }
  }

  private static func read(_ kind: Kind, _ reader: inout ByteReader) throws(MalformedMessage) -> Message {
    switch kind {
    case .hello:
      let version: UInt16 = try reader.number()
      guard version == Self.version else {
        throw MalformedMessage(
          description:
            "a worker speaks version \(version) of dmo's messages, this dmo version \(Self.version): "
            + "the same dmo must run everywhere")
      }
      return .hello(try decoded(Greeting.self, &reader))
    case .answer: return .answer(generation: try reader.number(), try answer(&reader))
    case .dropped:
      let generation: UInt32 = try reader.number()
      let count: UInt32 = try reader.number()
      var ids: [Int] = []
      for _ in 0..<count { ids.append(Int(try reader.number() as Int64)) }
      return .dropped(generation: generation, ids)
    case .cancelled: return .cancelled(generation: try reader.number())
    case .notice: return .notice(try reader.text())
    case .status: return .status(try decoded([WorkerStatus].self, &reader))
    case .result:
      let id = Int(try reader.number() as Int64)
      if try reader.byte() == 1 { return .result(id: id, .success(try reader.block())) }
      return .result(id: id, .failure(TaskFailure(description: try reader.text())))
    case .configure: return .configure(try decoded(Configuration.self, &reader))
    case .simulator:
      return .simulator(index: try reader.number(), try decoded(Simulator.self, &reader))
    case .job:
      let generation: UInt32 = try reader.number()
      let id = Int(try reader.number() as Int64)
      let simulator: UInt32 = try reader.number()
      return .job(generation: generation, id: id, simulator: simulator, parameters: try reader.fields())
    case .task:
      let id = Int(try reader.number() as Int64)
      let name = try reader.text()
      return .task(id: id, name: name, input: try reader.block())
    case .withdraw: return .withdraw
    case .cancel: return .cancel(generation: try reader.number())
    case .statusWanted: return .statusWanted
    case .quit: return .quit
    }
  }

  private static func answer(_ reader: inout ByteReader) throws(MalformedMessage) -> Answer {
    let id = Int(try reader.number() as Int64)
    let seconds = try reader.real()
    let outcome: Answer.Outcome
    switch try reader.byte() {
    case 0: outcome = .done(try reader.reals())
    case 1:
      let values = try reader.reals()
      outcome = .partial(values, stopped: try reader.text())
    default: outcome = .failed(try decoded(Failure.self, &reader))
    }
    return Answer(id: id, outcome: outcome, seconds: seconds)
  }

  private static func decoded<Value: Decodable>(_ type: Value.Type, _ reader: inout ByteReader)
    throws(MalformedMessage) -> Value
  {
    let block = try reader.block()
    do {
      let decoder = JSONDecoder()
      let (infinity, negative, nan) = unusual
      decoder.nonConformingFloatDecodingStrategy = .convertFromString(
        positiveInfinity: infinity, negativeInfinity: negative, nan: nan)
      return try decoder.decode(type, from: Data(block))
    } catch {
      throw MalformedMessage(description: "a message holds no valid \(type)")
    }
  }
}
