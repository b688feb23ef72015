import CProcess
import Foundation
import Testing

@testable import Optim

/// Workers in the test's hand: what they were sent is seen, what they say is decided here.
private final class Puppets: Transport {
  var peers: [Int]
  var backlog = 0
  var sent: [Int: [Message]] = [:]
  var incoming: [(Int, Message)] = []
  var loss: PoolFailure?

  init(_ count: Int, slots: Int = 1) {
    peers = Array(1...count)
    for peer in peers {
      incoming.append(
        (peer, .hello(Greeting(workers: [WorkerStatus(rank: peer, host: "h", process: peer, slots: slots)]))))
    }
  }

  func send(_ bytes: [UInt8], to peer: Int) { sent[peer, default: []].append(try! Message(bytes)) }

  func receive() throws(PoolFailure) -> (peer: Int, bytes: [UInt8])? {
    if !incoming.isEmpty {
      let (peer, message) = incoming.removeFirst()
      return (peer, message.bytes)
    }
    if let loss { throw loss }
    return nil
  }

  func wait(until deadline: Double, noticingSignals: Bool) -> Bool {
    usleep(200)
    return true
  }

  /// Numbers of the jobs that a worker has been sent and has not answered yet.
  func jobs(_ peer: Int) -> [Int] {
    (sent[peer] ?? []).compactMap { if case .job(_, let id, _, _) = $0 { id } else { nil } }.filter {
      !answered.contains($0)
    }
  }

  private var answered: Set<Int> = []

  func answer(_ peer: Int, _ id: Int, seconds: Double, generation: UInt32 = 0) {
    answered.insert(id)
    incoming.append(
      (peer, .answer(generation: generation, Answer(id: id, outcome: .done([Double(id)]), seconds: seconds))))
  }
}

@Suite struct DispatcherTests {
  private let simulator = Simulator(name: "cell", command: ["x"], directory: "/")

  private func job(_ id: Int) -> Job {
    Job(id: id, simulator: simulator, parameters: ["x": .number(Double(id))])
  }

  private func started(_ puppets: Puppets) throws -> Dispatcher {
    let dispatcher = Dispatcher(puppets)
    try dispatcher.join(Configuration(environment: [:]), timeout: 1)
    return dispatcher
  }

  @Test func longSimulationsAreNeverHeldInAdvance() throws {
    let puppets = Puppets(3, slots: 2)
    let dispatcher = try started(puppets)
    for id in 0..<20 { dispatcher.submit(job(id)) }
    #expect(puppets.peers.map { puppets.jobs($0).count } == [2, 2, 2])
    // Whoever has answered gets the next one.
    for turn in 0..<10 {
      let peer = 1 + turn % 3
      puppets.answer(peer, puppets.jobs(peer)[0], seconds: 10)
      #expect(try dispatcher.next(timeout: 1) != nil)
      #expect(puppets.peers.allSatisfy { puppets.jobs($0).count == 2 })
    }
    #expect(dispatcher.outstanding == 10 && dispatcher.capacity == 6)
  }

  @Test func shortOnesAre() throws {
    let puppets = Puppets(2)
    let dispatcher = try started(puppets)
    for id in 0..<400 { dispatcher.submit(job(id)) }
    for _ in 0..<100 {
      for peer in puppets.peers { puppets.answer(peer, puppets.jobs(peer)[0], seconds: 1e-5) }
      while try dispatcher.next(timeout: 0) != nil {}
    }
    #expect(puppets.peers.allSatisfy { (10...70).contains(puppets.jobs($0).count) })
  }

  @Test func everySimulatorIsSentOnceBeforeItsJobs() throws {
    let puppets = Puppets(2)
    let dispatcher = try started(puppets)
    let other = Simulator(name: "other", command: ["y"], directory: "/")
    dispatcher.submit(job(0))
    dispatcher.submit(Job(id: 1, simulator: other, parameters: [:]))
    dispatcher.submit(job(2))
    dispatcher.submit(job(3))
    for _ in 0..<2 {
      for peer in puppets.peers { for id in puppets.jobs(peer) { puppets.answer(peer, id, seconds: 1) } }
      while try dispatcher.next(timeout: 0) != nil {}
    }
    for peer in puppets.peers {
      var known: Set<UInt32> = []
      for message in puppets.sent[peer]! {
        if case .simulator(let index, _) = message { #expect(known.insert(index).inserted) }
        if case .job(_, _, let index, _) = message { #expect(known.contains(index)) }
      }
    }
  }

  @Test func withdrawnJobsCountUntilTheirWorkersSaySo() throws {
    let puppets = Puppets(1, slots: 2)
    let dispatcher = try started(puppets)
    for id in 0..<6 { dispatcher.submit(job(id)) }
    dispatcher.withdraw()
    #expect(dispatcher.outstanding == 2 && dispatcher.takeWithdrawn().sorted() == [2, 3, 4, 5])
    puppets.incoming.append((1, .dropped(generation: 0, [1])))
    puppets.answer(1, 0, seconds: 1)
    #expect(try dispatcher.next(timeout: 1)?.id == 0)
    #expect(try dispatcher.next(timeout: 1) == nil && dispatcher.outstanding == 0)
    #expect(dispatcher.takeWithdrawn() == [1])
    let asked = puppets.sent[1]!.count { if case .withdraw = $0 { true } else { false } }
    #expect(asked == 1)
  }

  @Test func answersOfCancelledJobsAreForgotten() throws {
    let puppets = Puppets(2)
    let dispatcher = try started(puppets)
    for id in 0..<4 { dispatcher.submit(job(id)) }
    puppets.answer(1, 0, seconds: 1)
    for peer in puppets.peers { puppets.incoming.append((peer, .cancelled(generation: 1))) }
    dispatcher.cancel()
    #expect(dispatcher.outstanding == 0)
    dispatcher.submit(job(1))
    let peer = puppets.jobs(1).contains(1) ? 1 : 2
    puppets.answer(2, 3, seconds: 1, generation: 0)
    puppets.answer(peer, 1, seconds: 1, generation: 1)
    #expect(try dispatcher.next(timeout: 1)?.id == 1)
    #expect(try dispatcher.next(timeout: 0) == nil)
  }

  @Test func aLossIsToldAndWhatIsOpenCanBeTaken() throws {
    let puppets = Puppets(2)
    let dispatcher = try started(puppets)
    for id in 0..<5 { dispatcher.submit(job(id)) }
    puppets.answer(1, puppets.jobs(1)[0], seconds: 1)
    puppets.loss = PoolFailure("gone")
    #expect(throws: PoolFailure.self) { while true { _ = try dispatcher.next(timeout: 1) } }
    var ids = dispatcher.takeUnfinished().map(\.id)
    while let answer = dispatcher.takeReady() { ids.append(answer.id) }
    #expect(ids.count >= 4 && Set(ids).count == ids.count)
  }

  @Test func anotherDmoIsRefused() {
    let puppets = Puppets(1)
    var greeting = Greeting(workers: [WorkerStatus(rank: 1, host: "far", process: 1, slots: 1)])
    greeting.program = "0.0.1"
    puppets.incoming = [(1, .hello(greeting))]
    #expect {
      try started(puppets)
    } throws: {
      "\($0)" == "the worker on far is dmo 0.0.1, this is dmo \(dmoVersion): the same dmo must run everywhere"
    }
  }

  @Test func silentWorkersAreCounted() {
    let puppets = Puppets(3)
    puppets.incoming.removeLast()
    let dispatcher = Dispatcher(puppets)
    #expect {
      try dispatcher.join(Configuration(environment: [:]), timeout: 0.02)
    } throws: { "\($0)".hasPrefix("only 2 of 3 workers answered") }
  }

  @Test func whatWorkersDidIsAdded() throws {
    let puppets = Puppets(2)
    let dispatcher = try started(puppets)
    for id in 0..<2 { dispatcher.submit(job(id)) }
    puppets.answer(1, puppets.jobs(1)[0], seconds: 0.5)
    let failure = Failure(kind: .exit, reason: "no")
    puppets.incoming.append(
      (2, .answer(generation: 0, Answer(id: puppets.jobs(2)[0], outcome: .failed(failure), seconds: 0.25))))
    while try dispatcher.next(timeout: 0) != nil {}
    let workers = dispatcher.workers()
    #expect(
      workers.map(\.rank) == [1, 2] && workers.map(\.done) == [1, 0] && workers.map(\.failed) == [0, 1])
    #expect(workers.map(\.busySeconds) == [0.5, 0.25] && workers.allSatisfy { $0.holds == 0 })
  }
}

/// A worker loop and a dispatcher at the two ends of a real socket.
@Suite struct WorkerLoopTests {
  private func pair() throws -> (SocketTransport, SocketTransport) {
    var ends: [Int32] = [0, 0]
    try #require(socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &ends) == 0)
    return (SocketTransport(ends[0]), SocketTransport(ends[1]))
  }

  /// Runs `body` with a dispatcher whose worker is a loop on another thread.
  private func withWorker(slots: Int, _ body: (Dispatcher) throws -> Void) throws {
    let (near, far) = try pair()
    let ended = DispatchSemaphore(value: 0)
    nonisolated(unsafe) let transport = far
    let thread = Thread {
      let loop = WorkerLoop(transport, pool: LocalPool(capacity: slots), tasks: TaskThread()) { _ in }
      try? loop.run()
      ended.signal()
    }
    thread.start()
    let dispatcher = Dispatcher(near)
    try dispatcher.join(Configuration(environment: [:]), timeout: 10)
    try body(dispatcher)
    dispatcher.shutDown()
    #expect(ended.wait(timeout: .now() + 20) == .success)
  }

  @Test func largeAnswersPass() throws {
    let lab = try Lab()
    defer { lab.remove() }
    let count = 130_000
    var simulator = lab.python(outputs: [.init(name: "y", count: count)])
    simulator.command = [
      Lab.interpreter, "-SE", "-c",
      "import sys; sys.stdin.read(); print('{\"y\": [' + '0.125,' * \(count - 1) + '2]}')",
    ]
    try withWorker(slots: 2) { dispatcher in
      for id in 0..<12 { dispatcher.submit(Job(id: id, simulator: simulator, parameters: [:])) }
      var sums: [Double] = []
      while let answer = try dispatcher.next(timeout: 30) {
        if case .done(let values) = answer.outcome {
          sums.append(values.reduce(0, +))
        } else {
          Issue.record("\(answer)")
        }
      }
      #expect(sums == Array(repeating: 0.125 * Double(count - 1) + 2, count: 12))
    }
  }

  @Test func cancellingEndsSimulatorsAndTheWorkerGoesOn() throws {
    let lab = try Lab()
    defer { lab.remove() }
    let waiting = lab.shell("echo $$ >> \(lab.path("pids")); sleep 60; echo '{\"y\": 1}'")
    try withWorker(slots: 2) { dispatcher in
      for id in 0..<4 { dispatcher.submit(Job(id: id, simulator: waiting, parameters: [:])) }
      while (lab.text("pids") ?? "").split(separator: "\n").count < 2 {
        _ = try dispatcher.next(timeout: 0.01)
      }
      dispatcher.cancel()
      for pid in lab.text("pids")!.split(separator: "\n") { #expect(lab.vanishes(pid_t(pid)!)) }
      dispatcher.submit(Job(id: 9, simulator: lab.shell("echo '{\"y\": 4}'"), parameters: [:]))
      let answer = try dispatcher.next(timeout: 20)
      #expect(answer?.id == 9)
    }
  }

  @Test func withdrawingGivesBackWhatHasNotBegun() throws {
    let lab = try Lab()
    defer { lab.remove() }
    let gated = lab.shell(
      "echo >> \(lab.path("started")); while [ ! -e \(lab.path("go")) ]; do sleep 0.01; done; echo '{\"y\": 1}'"
    )
    try withWorker(slots: 1) { dispatcher in
      for id in 0..<5 { dispatcher.submit(Job(id: id, simulator: gated, parameters: [:])) }
      while lab.text("started") == nil { _ = try dispatcher.next(timeout: 0.01) }
      dispatcher.withdraw()
      #expect(dispatcher.outstanding == 1)
      try lab.write("go", "")
      let answer = try dispatcher.next(timeout: 20)
      #expect(answer?.id == 0 && dispatcher.outstanding == 0)
    }
  }

  /// Rows of a smooth function, a wavy one and a label.
  private var set: TrainingSet {
    var random = RandomStream(seed: 3, purpose: .sampling, index: 1)
    let inputs = Matrix(rows: 60, columns: 2, values: (0..<120).map { _ in random.uniform() })
    let first = (0..<60).map { inputs[$0, 0] + inputs[$0, 1] * inputs[$0, 1] }
    let second = (0..<60).map { sin(6 * inputs[$0, 0]) }
    return TrainingSet(
      features: [.real(parameter: 0), .real(parameter: 1)], inputs: inputs, targets: [first, second],
      targetNames: ["a", "b"], labels: [second.map { $0 > 0 ? 1 : 0 }], labelNames: ["c"],
      marginTargets: [nil])
  }

  @Test func fitsOnWorkersAreTheFitsHere() throws {
    let set = set
    let stream = RandomStream(seed: 1, purpose: .training)
    for name in ["gpr", "joint", "auto"] {
      let entry = try #require(Surrogates.named(name))
      let here = try entry.fit(set, SurrogateOptions(), stream, nil, nil).predict(set.inputs)
      let folds = try CrossValidation.run(entry, set, folds: 3, stream: stream)!.prediction
      try withWorker(slots: 1) { dispatcher in
        let workers = FitWorkers(dispatcher, processors: 0)
        try FitWorkers.$idle.withValue(workers) {
          let there = try entry.fit(set, SurrogateOptions(), stream, nil, nil).predict(set.inputs)
          #expect(there.mean == here.mean && there.logOdds == here.logOdds, "\(name)")
          let again = try CrossValidation.run(entry, set, folds: 3, stream: stream)!.prediction
          #expect(again.mean == folds.mean && again.logOdds == folds.logOdds, "\(name)")
        }
        #expect(workers!.finished >= 3, "\(name): \(workers!.finished) parts were done by the worker")
      }
    }
  }

  @Test func tasksWithoutANameFailInWords() throws {
    try withWorker(slots: 1) { dispatcher in
      dispatcher.begin(WorkerTask(id: 3, name: "nonsense", input: []))
      var result: (id: Int, result: Result<[UInt8], TaskFailure>)?
      while result == nil {
        dispatcher.service()
        result = dispatcher.nextResult()
      }
      guard case .failure(let failure) = result!.result else {
        Issue.record("a result of nonsense")
        return
      }
      #expect(result!.id == 3 && "\(failure)" == "this worker knows no task 'nonsense'")
    }
  }
}
