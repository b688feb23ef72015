import Foundation
import Testing

@testable import Optim

/// Messages mean the same after a journey as bytes, and bytes that are no message are refused.
@Suite struct MessageTests {
  private var simulator: Simulator {
    var simulator = Simulator(name: "cell", command: ["run", "{x}"], directory: "/tmp")
    simulator.outputs = [.init(name: "a", count: 3, unit: "mV"), .init(name: "b", kind: .boolean)]
    simulator.send = [
      "currents": .list([.number(1), .number(-0.0)]), "deep": .object(["k": .null, "t": .bool(true)]),
    ]
    simulator.timeLimit = .timesMedian(5)
    simulator.reading = .regex(["a": "x(.*)"])
    return simulator
  }

  private var all: [Message] {
    let status = WorkerStatus(rank: 3, host: "node", process: 77, slots: 2)
    let failure = Failure(kind: .signal, reason: "ended – by ü", errorTail: "tail\n", attempts: 2)
    return [
      .hello(Greeting(workers: [status, status])),
      .answer(
        generation: 7,
        Answer(id: 123_456_789_012, outcome: .done([1, -0.0, .nan, .infinity, 5e-324]), seconds: 0.25)),
      .answer(generation: 0, Answer(id: 0, outcome: .partial([.nan], stopped: "too slow"), seconds: 1e9)),
      .answer(generation: 1, Answer(id: 1, outcome: .failed(failure), seconds: 0)),
      .dropped(generation: 2, [4, 5, 6]), .cancelled(generation: 9), .notice("once ü"), .status([status]),
      .result(id: 4, .success([1, 2, 3])), .result(id: 5, .failure(TaskFailure(description: "no"))),
      .configure(Configuration(environment: ["PATH": "/bin", "ODD": "a=b\nc"])),
      .simulator(index: 2, simulator),
      .job(
        generation: 3, id: 42, simulator: 2,
        parameters: ["x": .number(0.1), "kind": .string("two"), "w": .list([.number(1), .number(2)])]),
      .withdraw, .cancel(generation: 4), .statusWanted, .task(id: 8, name: "fit", input: [0, 255]), .quit,
    ]
  }

  @Test func everyMessageSurvives() throws {
    for message in all {
      let bytes = message.bytes
      let again = try Message(bytes)
      // Dictionaries have no order: compared as values.
      if case .job(let generation, let id, let simulator, let parameters) = message {
        guard case .job(generation, id, simulator, let others) = again else {
          Issue.record("a job became \(again)")
          continue
        }
        #expect(parameters == others)
      } else if case .simulator(_, let simulator) = message {
        guard case .simulator(2, let other) = again else {
          Issue.record("a simulator became \(again)")
          continue
        }
        #expect(simulator == other)
      } else if case .configure(let configuration) = message {
        guard case .configure(configuration) = again else {
          Issue.record("a configuration became \(again)")
          continue
        }
      } else {
        #expect("\(again)" == "\(message)")
      }
    }
  }

  @Test func numbersKeepEveryBit() throws {
    let values = [0.1, -0.0, .nan, 1e308, 4.9e-324, -.infinity]
    let bytes = Message.answer(generation: 0, Answer(id: 1, outcome: .done(values), seconds: 0.1)).bytes
    guard case .answer(_, let answer) = try Message(bytes), case .done(let found) = answer.outcome else {
      Issue.record("no answer")
      return
    }
    #expect(found.map(\.bitPattern) == values.map(\.bitPattern))
  }

  @Test func cutAndWrongBytesAreRefused() {
    for message in all {
      let bytes = message.bytes
      for count in 0..<bytes.count {
        #expect(throws: MalformedMessage.self) { try Message(Array(bytes[..<count])) }
      }
      #expect(throws: MalformedMessage.self) { try Message(bytes + [0]) }
    }
    #expect(throws: MalformedMessage.self) { try Message([255]) }
  }

  @Test func changedBytesNeverCrash() {
    var random = RandomStream(seed: 5, purpose: .sampling, index: 1)
    var refused = 0
    for message in all {
      for _ in 0..<200 {
        var bytes = message.bytes
        let place = Int(random.uniform() * Double(bytes.count))
        bytes[place] = UInt8(random.uniform() * 255)
        if (try? Message(bytes)) == nil { refused += 1 }
      }
    }
    #expect(refused > 0)
  }

  @Test func anotherVersionIsNamed() {
    var bytes = Message.hello(Greeting(workers: [])).bytes
    bytes[1] = 99
    #expect {
      try Message(bytes)
    } throws: {
      "\($0)"
        == "a worker speaks version 99 of dmo's messages, this dmo version 1: the same dmo must run everywhere"
    }
  }
}
