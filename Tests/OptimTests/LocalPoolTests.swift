import CProcess
import Foundation
import Testing

@testable import Optim

@Suite("LocalPool")
struct LocalPoolTests {
  @Test("answers every job", arguments: Simulator.Mode.allCases)
  func runs(_ mode: Simulator.Mode) throws {
    let lab = try Lab()
    defer { lab.remove() }
    let pool = LocalPool(capacity: 2)
    let answers = pool.run(lab.python(mode), (0..<6).map { ["a": .number(Double($0) + 0.1)] })
    #expect(answers.count == 6)
    for id in 0..<6 { #expect(answers[id]?.values == [2 * (Double(id) + 0.1)]) }
    #expect(pool.outstanding == 0)
    #expect(pool.next(timeout: 10) == nil, "nothing outstanding: no waiting")
  }

  @Test("has four at work at once, and no more")
  func concurrency() throws {
    let lab = try Lab()
    defer { lab.remove() }
    // Each waits until it has seen the other three; a fifth would be seen too.
    let meet = """
      import glob
      place = x["place"]
      open(f"{place}/here-{os.getpid()}", "w").close()
      seen, until = 0, time.time() + 20
      while seen < 4 and time.time() < until:
        seen = max(seen, len(glob.glob(place + "/here-*")))
        time.sleep(0.002)
      open(f"{place}/met-{os.getpid()}", "w").close()
      while len(glob.glob(place + "/met-*")) % 4 and time.time() < until:
        time.sleep(0.002)
      print(json.dumps({"y": seen}))
      """
    let pool = LocalPool(capacity: 4)
    for round in 0..<2 {
      let place = lab.path("round\(round)")
      try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
      let job: [String: JSON] = ["do": .string(meet), "place": .string(place)]
      let answers = pool.run(lab.python(), Array(repeating: job, count: 4))
      #expect((0..<4).allSatisfy { answers[$0]?.values == [4] })
    }
  }

  @Test("queues what has no place yet")
  func queue() throws {
    let lab = try Lab()
    defer { lab.remove() }
    let pool = LocalPool(capacity: 1)
    // A second one at the same time would find the first one's folder.
    let simulator = lab.shell("mkdir '\(lab.folder)/busy' && rmdir '\(lab.folder)/busy' && echo '{\"y\": 1}'")
    let answers = pool.run(simulator, Array(repeating: [:], count: 20))
    #expect(answers.values.filter { $0.values == [1] }.count == 20)
  }

  @Test("returns at once when nothing came in time")
  func timeout() throws {
    let lab = try Lab()
    defer { lab.remove() }
    let pool = LocalPool(capacity: 1)
    pool.submit(Job(id: 7, simulator: lab.shell("read line; exec sleep 60"), parameters: [:]))
    #expect(pool.next(timeout: 0) == nil)
    #expect(pool.next(timeout: 0.05) == nil)
    #expect(pool.outstanding == 1)
    pool.cancel()
    #expect(pool.outstanding == 0)
  }

  @Test("moves work on without next")
  func service() throws {
    let lab = try Lab()
    defer { lab.remove() }
    let pool = LocalPool(capacity: 1)
    let simulator = lab.shell("echo x >> '\(lab.folder)/ran'; echo '{\"y\": 1}'")
    for id in 0..<3 { pool.submit(Job(id: id, simulator: simulator, parameters: [:])) }
    let until = dmo_now() + 20
    while lab.text("ran")?.count != 6, dmo_now() < until { pool.service() }
    #expect(lab.text("ran")?.count == 6)
    var ids: [Int] = []
    while pool.outstanding > 0 {
      if let answer = pool.next(timeout: 10) { ids.append(answer.id) }
    }
    #expect(ids == [0, 1, 2])
  }

  @Test("cancel leaves no process and no folder", arguments: Simulator.Mode.allCases)
  func cancel(_ mode: Simulator.Mode) throws {
    let lab = try Lab()
    defer { lab.remove() }
    let pool = LocalPool(capacity: 3)
    let hang = """
      import subprocess
      child = subprocess.Popen(["sleep", "600"])
      os.mkfifo("left-behind")
      with open(x["place"], "w") as f: f.write(f"{os.getpid()} {child.pid} {os.getcwd()}")
      child.wait()
      """
    for id in 0..<5 {
      let place = JSON.string(lab.path("pids\(id)"))
      pool.submit(
        Job(id: id, simulator: lab.python(mode), parameters: ["do": .string(hang), "place": place]))
    }
    let until = dmo_now() + 20
    var texts: [String] = []
    while texts.count < 3 || texts.contains(where: { $0.split(separator: " ").count < 3 }), dmo_now() < until
    {
      #expect(pool.next(timeout: 0.01) == nil)
      texts = (0..<3).compactMap { lab.text("pids\($0)") }
    }
    pool.cancel()
    #expect(pool.outstanding == 0 && pool.children.isEmpty)
    #expect(pool.next(timeout: 5) == nil)
    for parts in texts.map({ $0.split(separator: " ") }) {
      #expect(kill(pid_t(parts[0])!, 0) != 0, "the simulator is reaped")
      #expect(lab.vanishes(pid_t(parts[1])!), "its child is gone")
      #expect(!FileManager.default.fileExists(atPath: String(parts[2])))
    }
    #expect(pool.run(lab.python(mode), ["a": .number(1)])?.values == [2], "works again afterwards")
  }

  @Test("a pool that goes takes its processes along")
  func deinitialisation() throws {
    let lab = try Lab()
    defer { lab.remove() }
    var pids: [Double] = []
    do {
      let pool = LocalPool(capacity: 2)
      let work = JSON.string(#"print(json.dumps({"y": os.getpid()}))"#)
      pids = pool.run(lab.python(.persistent), [["do": work], ["do": work]]).values.flatMap {
        $0.values ?? []
      }
    }
    #expect(!pids.isEmpty)
    for pid in pids { #expect(kill(pid_t(pid), 0) != 0) }
  }

  @Test("names only what can be run together")
  func contradictions() throws {
    let lab = try Lab()
    defer { lab.remove() }
    var simulator = lab.python(.persistent)
    simulator.input = .args
    let failure = LocalPool(capacity: 1).failure(simulator)
    #expect(failure?.kind == .start)
    #expect(failure?.reason.contains("input = args needs mode = once") == true)
  }
}
