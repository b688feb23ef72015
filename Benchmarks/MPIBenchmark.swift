import Foundation
import Optim

/// Two MPI workers: jobs that cost nothing, processes, living simulators, simulations of varying length, and doing nothing.
///
/// The figures come from this program itself under `mpirun -n 3`, and from mpi4py's pool of workers under the same.
struct MPIBenchmark: Workload {
  let name = "mpi"
  static let ranksFlag = "--mpi-ranks"

  func measure(_ bench: Bench) throws -> [Measurement] {
    guard
      let ours = try Self.mpirun(
        [EngineSettings.ownExecutable, Self.ranksFlag] + (bench.quick ? ["--quick"] : []))
    else {
      throw PoolFailure("mpi: mpirun is missing, or its ranks failed; what it said stands above")
    }
    let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent(
      "peers/mpi4py_pool.py")
    let quick = bench.quick ? ["--quick"] : []
    let peer = try bench.python.flatMap {
      try Self.mpirun([$0, "-m", "mpi4py.futures", script.path] + quick)
    }
    func other(_ key: String) -> (String, Double)? { peer?[key].map { ("mpi4py", $0) } }
    let share = ours["processes"]! / ours["bare"]!
    return [
      Measurement(
        what: "empty tasks over MPI, 2 workers", ours: ours["empty"]!, unit: "/s", biggerIsBetter: true,
        peer: other("empty"), goal: "> 50,000/s, ahead of mpi4py.futures", met: ours["empty"]! > 50_000),
      Measurement(
        what: "rank 0's processor time per task, study included", ours: ours["rank0"]!, unit: "us",
        goal: "< 100 us", met: ours["rank0"]! < 100),
      Measurement(
        what: "one process per task over MPI, 2 workers", ours: ours["processes"]!, unit: "/s",
        biggerIsBetter: true,
        peer: ("posix_spawn", ours["bare"]!), goal: ">= 90 % of bare posix_spawn", met: share >= 0.9,
        note: "/bin/echo {}" + (other("processes").map { String(format: "; mpi4py %.4g /s", $0.1) } ?? "")),
      Measurement(
        what: "persistent simulators over MPI, 2 workers", ours: ours["persistent"]!, unit: "/s",
        biggerIsBetter: true,
        goal: "> 5,000/s", met: ours["persistent"]! > 5000),
      Measurement(
        what: "utilisation of 2 workers, 100 ms simulations of varying length",
        ours: 100 * ours["utilisation"]!, unit: "%",
        biggerIsBetter: true, peer: other("utilisation").map { ($0.0, 100 * $0.1) }, goal: "> 95 %",
        met: ours["utilisation"]! > 0.95),
      Measurement(
        what: "an idle worker's share of a core", ours: 100 * ours["idle"]!, unit: "%",
        peer: other("idle").map { ($0.0, 100 * $0.1) }, goal: "< 3 %", met: ours["idle"]! < 0.03),
    ]
  }

  /// The `key value` lines that three ranks of a program print; nil where they do not run.
  private static func mpirun(_ command: [String]) throws -> [String: Double]? {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["mpirun", "--oversubscribe", "--bind-to", "none", "-n", "3"] + command
    process.environment = ProcessInfo.processInfo.environment.merging(
      ["OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1"]) { $1 }
    let pipe = Pipe()
    process.standardOutput = pipe
    try process.run()
    let text = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { return nil }
    let pairs = text.split(separator: "\n").map { $0.split(separator: " ") }.filter { $0.count == 2 }
    return Dictionary(pairs.compactMap { pair in Double(pair[1]).map { (String(pair[0]), $0) } }) { $1 }
  }

  // MARK: Under mpirun

  /// The hidden mode: what three ranks do.
  static func ranks(quick: Bool) throws {
    try MPIJob.take(slots: 1, workerPool: { SwitchPool() }) { workforce in
      let pool = try workforce.pool()
      func report(_ key: String, _ value: Double) { print(key, value) }
      try run(pool, simulator: EchoPool.simulator, count: 2000)
      let empty = quick ? 5000 : 300_000
      report("empty", Double(empty) / (try run(pool, simulator: EchoPool.simulator, count: empty)))
      report("rank0", try costOfRankZero(workforce, count: quick ? 2000 : 50_000))

      let echo = Simulator(name: "echo", command: ["/bin/echo", "{}"], directory: "/")
      var (ours, bare) = (0.0, 0.0)
      let each = quick ? 20 : 300
      for turn in 0..<(quick ? 1 : 10) {
        let measured = try run(pool, simulator: echo, count: each)
        let peer = OnceSimulatorBenchmark.seconds {
          OnceSimulatorBenchmark.spawnBare("/bin/echo", each, atOnce: 2)
        }
        if turn > 0 || quick { (ours, bare) = (ours + measured, bare + peer) }
      }
      let total = Double(each * (quick ? 1 : 9))
      report("processes", total / ours)
      report("bare", total / bare)

      let living = PersistentSimulatorBenchmark.simulator
      try run(pool, simulator: living, count: 100)
      let trips = quick ? 200 : 30_000
      report("persistent", Double(trips) / (try run(pool, simulator: living, count: trips)))

      let before = pool.workers().reduce(0) { $0 + $1.busySeconds }
      let seconds = try run(pool, simulator: sleeping, count: quick ? 8 : 150) { id in
        // Log-normal around 100 ms, the same in every run.
        var random = RandomStream(seed: 1, purpose: .sampling, index: UInt64(id))
        return ["seconds": .number(min(0.1 * exp(0.5 * random.normal() - 0.125), 0.5))]
      }
      let busy = pool.workers().reduce(0) { $0 + $1.busySeconds } - before
      report("utilisation", busy / (2 * seconds))

      let workers = pool.workers().map(\.process)
      let ticks = workers.map(processorSeconds)
      let began = Date()
      Thread.sleep(forTimeInterval: quick ? 0.5 : 5)
      let used = zip(workers, ticks).map { processorSeconds($0) - $1 }.max()!
      report("idle", used / Date().timeIntervalSince(began))
    }
  }

  private static let sleeping = Simulator(
    name: "sleep", command: ["sh", "-c", "sleep {seconds}; echo {}"], directory: "/")

  /// Seconds for so many jobs.
  @discardableResult
  private static func run(
    _ pool: any Pool, simulator: Simulator, count: Int,
    _ parameters: (Int) -> [String: JSON] = { ["x": .number(Double($0)), "y": .number(0.5)] }
  ) throws -> Double {
    let began = DispatchTime.now().uptimeNanoseconds
    var (asked, answered) = (0, 0)
    while answered < count {
      while asked < count, pool.room > 0 {
        pool.submit(Job(id: asked, simulator: simulator, parameters: parameters(asked)))
        asked += 1
      }
      guard let answer = try pool.next(timeout: 20) else { throw CocoaError(.fileReadUnknown) }
      if case .failed(let failure) = answer.outcome { throw PoolFailure(failure.reason) }
      answered += 1
    }
    return Double(DispatchTime.now().uptimeNanoseconds - began) * 1e-9
  }

  /// Microseconds of this process's own time per evaluation, from the archive to the study file and back.
  private static func costOfRankZero(_ workforce: Workforce, count: Int) throws -> Double {
    let folder = NSTemporaryDirectory() + "dmo-bench-\(getpid())"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let campaign = try Campaign(workforce: workforce)
    var problem = Problem(
      space: Space(
        (0..<10).map { Parameter(name: "p\($0)", domain: .real(lower: 0, upper: 1, scale: .linear)) }))
    problem.simulators = [EchoPool.simulator]
    _ = try campaign.adopt(problem)
    try campaign.use(try Study(path: "\(folder)/bench.study"))
    let rows = campaign.propose(
      try LatinHypercube().sample(
        count: count, space: problem.space, stream: RandomStream(seed: 1, purpose: .sampling, index: 1)
      ).points)
    let before = processorSeconds(Int(getpid()))
    _ = try campaign.evaluate(rows, observer: Silence())
    return (processorSeconds(Int(getpid())) - before) / Double(count) * 1e6
  }

  /// User and system time of a process of this machine.
  private static func processorSeconds(_ process: Int) -> Double {
    let text = (try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8)) ?? ""
    let fields = text.drop { $0 != ")" }.split(separator: " ")
    guard fields.count > 13, let user = Double(fields[12]), let system = Double(fields[13]) else {
      return .nan
    }
    return (user + system) / Double(sysconf(Int32(_SC_CLK_TCK)))
  }

  private final class Silence: Observer {
    func report(_ progress: Optim.Progress) {}
    let interruption = Interruption.none
  }
}

/// Answers at once, without any simulator.
private final class EchoPool: Pool {
  static let simulator: Simulator = {
    var simulator = Simulator(name: "nothing", command: ["nothing"], directory: "/")
    simulator.outputs = [.init(name: "a"), .init(name: "b")]
    return simulator
  }()

  private var answers: [Answer] = []
  let capacity = 1
  var outstanding: Int { answers.count }
  var room: Int { 2 - outstanding }
  func submit(_ job: Job) { answers.append(Answer(id: job.id, outcome: .done([1, 2]), seconds: 0)) }
  func next(timeout: Double) -> Answer? { answers.popLast() }
  func service() {}
  func withdraw() {}
  func takeWithdrawn() -> [Int] { [] }
  func cancel() { answers = [] }
  func shutDown() {}
  func takeNotices() -> [String] { [] }
  func workers() -> [WorkerStatus] { [WorkerStatus(rank: 1, host: "here", process: Int(getpid()), slots: 1)] }
}

/// Answers empty tasks itself and leaves all others to a local pool.
private final class SwitchPool: Pool {
  private let echo = EchoPool()
  private let local = LocalPool(capacity: 1)
  let capacity = 1
  var outstanding: Int { echo.outstanding + local.outstanding }
  var room: Int { local.room }
  func submit(_ job: Job) {
    if job.simulator.name == EchoPool.simulator.name { echo.submit(job) } else { local.submit(job) }
  }
  func next(timeout: Double) -> Answer? { echo.next(timeout: 0) ?? local.next(timeout: timeout) }
  func service() { local.service() }
  func withdraw() { local.withdraw() }
  func takeWithdrawn() -> [Int] { local.takeWithdrawn() }
  func cancel() {
    echo.cancel()
    local.cancel()
  }
  func shutDown() { local.shutDown() }
  func takeNotices() -> [String] { local.takeNotices() }
  func workers() -> [WorkerStatus] { local.workers() }
}
