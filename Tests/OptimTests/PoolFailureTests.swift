import Foundation
import Testing

@testable import Optim

@Suite("LocalPool failures")
struct PoolFailureTests {
  @Test(
    "are told apart, with a reason",
    arguments: [
      ("sys.exit(3)", Failure.Kind.exit, "cell ended with exit status 3"),
      ("os.kill(os.getpid(), 11)", .signal, "cell was ended by signal 11 (SIGSEGV: invalid memory access)"),
      ("os.kill(os.getpid(), 9)", .signal, "perhaps the machine ran out of memory"),
      ("pass", .answer, "cell printed no JSON object: its standard output was empty"),
      ("print('hello')", .answer, "its last line was 'hello'"),
      ("print({'y': 1})", .answer, "expected a name in double quotes at byte 2 of '{'y': 1}'"),
      ("print('{\"y\": 1')", .answer, "the text ends where ',' or '}' should follow"),
      ("print('{\"z\": 1}')", .output, "cell did not return 'y'; it returned 'z'"),
      ("print('{}')", .output, "cell did not return 'y'; it returned nothing"),
      ("print('{\"y\": \"1\"}')", .output, "cell returned the text '1' for 'y'; expected a number"),
      ("print('{\"y\": true}')", .output, "cell returned true for 'y'; expected a number"),
      ("print('{\"y\": [1, 2]}')", .output, "cell returned a list of 2 for 'y'; expected a number"),
      ("print(json.dumps({'y': float('nan')}))", .notFinite, "cell returned NaN for 'y'"),
      ("print(json.dumps({'y': -float('inf')}))", .notFinite, "cell returned -Infinity for 'y'"),
      ("print('{\"y\": null}')", .notFinite, "cell returned null for 'y'"),
      ("print('{\"error\": \"no spike\"}')", .reported, "cell reports: no spike"),
      ("print('{\"error\": \"no spike\"}'); sys.exit(1)", .reported, "cell reports: no spike"),
      ("os.write(1, b'{\\xff\\xfe')", .answer, "is not JSON"),
      ("os.close(1)", .answer, "its standard output was empty"),
    ])
  func kinds(_ work: String, _ kind: Failure.Kind, _ reason: String) throws {
    let lab = try Lab()
    defer { lab.remove() }
    let failure = LocalPool(capacity: 1).failure(lab.python(), ["do": .string(work)])
    #expect(failure?.kind == kind)
    #expect(failure?.reason.contains(reason) == true, "\(failure?.reason ?? "no failure")")
    #expect(failure?.attempts == 1)
  }

  @Test("keep the end of standard error, whatever its length and encoding")
  func errorTail() throws {
    let lab = try Lab()
    defer { lab.remove() }
    let work = "os.write(2, b'noise\\n' * 2000000 + b'\\xff the end\\n'); sys.exit(1)"
    let failure = LocalPool(capacity: 1).failure(lab.python(), ["do": .string(work)])
    #expect(failure?.kind == .exit)
    #expect(failure?.errorTail.hasSuffix("noise\n\u{FFFD} the end\n") == true)
    #expect(failure?.errorTail.hasPrefix("noise\n") == true)
    #expect((failure?.errorTail.utf8.count ?? 0) <= 4098)
  }

  @Test("a flood ends with its writer, in bounded memory", arguments: Simulator.Mode.allCases)
  func flood(_ mode: Simulator.Mode) throws {
    let lab = try Lab()
    defer { lab.remove() }
    let pool = LocalPool(capacity: 1)
    pool.limits.flood = 1 << 20
    let work = "while True: os.write(1, b'x' * 65536)"
    let failure = pool.failure(lab.python(mode), ["do": .string(work)])
    #expect(failure?.kind == .flood)
    #expect(failure?.reason == "cell wrote more than 1 MiB to its standard output and was ended")
    #expect(pool.children.isEmpty)
  }

  @Test(
    "a hanging program ends with its children, also those that ignore the request",
    arguments: Simulator.Mode.allCases)
  func hang(_ mode: Simulator.Mode) throws {
    let lab = try Lab()
    defer { lab.remove() }
    let pool = LocalPool(capacity: 1)
    pool.limits.grace = 0.1
    // A shell starts in milliseconds also on a busy machine: it is at work long before its time is up.
    let line = "trap '' TERM; sleep 600 & echo $$ $! > '\(lab.folder)/pids'; wait; wait"
    var simulator = lab.shell("\(line); sleep 600")
    simulator.mode = mode
    simulator.timeLimit = .seconds(1.5)
    let answer = pool.run(simulator)
    #expect(answer?.failure?.kind == .timeout)
    #expect(
      answer?.failure?.reason.hasPrefix("cell ran longer than its limit of 1.5 s and was ended") == true)
    #expect(answer.map { $0.seconds >= 1.6 && $0.seconds < 10 } == true)
    for pid in try #require(lab.text("pids")).split(whereSeparator: \.isWhitespace) {
      #expect(lab.vanishes(pid_t(pid)!))
    }
  }

  @Test("a child in a session of its own ends too")
  func session() throws {
    let lab = try Lab()
    defer { lab.remove() }
    let pool = LocalPool(capacity: 1)
    var simulator = lab.shell(
      "setsid sh -c 'sleep 600 & echo $$ $! > pids; mv pids \"\(lab.folder)/pids\"; wait' & wait")
    simulator.timeLimit = .seconds(1.5)
    #expect(pool.failure(simulator)?.kind == .timeout)
    for pid in try #require(lab.text("pids")).split(whereSeparator: \.isWhitespace) {
      #expect(lab.vanishes(pid_t(pid)!))
    }
  }

  @Test("what a program leaves behind neither delays nor survives it")
  func orphans() throws {
    let lab = try Lab()
    defer { lab.remove() }
    // The background process holds our pipes open for ten minutes.
    let simulator = lab.shell("sleep 600 & echo $! > '\(lab.folder)/pid'; echo '{\"y\": 5}'")
    let answer = LocalPool(capacity: 1).run(simulator)
    #expect(answer?.values == [5])
    #expect(answer.map { $0.seconds < 10 } == true)
    #expect(lab.vanishes(pid_t(lab.text("pid")!.trimmingCharacters(in: .newlines))!))
  }

  @Test("a limit in medians holds after five finished runs")
  func medianLimit() throws {
    let lab = try Lab()
    defer { lab.remove() }
    let pool = LocalPool(capacity: 1)
    pool.limits.grace = 0.1
    var simulator = lab.shell("read x; case $x in *hang*) exec sleep 600;; esac; echo '{\"y\": 1}'")
    simulator.timeLimit = .timesMedian(5)
    let answers = pool.run(simulator, Array(repeating: [:], count: 5) + [["a": .string("hang")]])
    #expect((0..<5).allSatisfy { answers[$0]?.values == [1] })
    #expect(answers[5]?.failure?.kind == .timeout)
    #expect(answers[5]?.failure?.reason.contains("(5 times the median)") == true)
  }

  @Test("further attempts are made as asked")
  func retries() throws {
    let lab = try Lab()
    defer { lab.remove() }
    var simulator = lab.shell(
      "echo x >> '\(lab.folder)/tries'; test $(wc -l < '\(lab.folder)/tries') -ge 3 && echo '{\"y\": 1}'")
    simulator.retries = 2
    let pool = LocalPool(capacity: 1)
    #expect(pool.run(simulator)?.values == [1])
    try lab.write("tries", "")
    simulator.retries = 1
    #expect(pool.failure(simulator)?.attempts == 2)
    #expect(lab.text("tries") == "x\nx\n")
  }

  @Test("a program that cannot start says why")
  func start() throws {
    let lab = try Lab()
    defer { lab.remove() }
    try lab.write("plain.py", "print('{}')\n")
    try lab.write("orphan.py", "#!/usr/bin/no-such-python\n", executable: true)
    try lab.write("data", "\u{1}\u{2}\u{3}", executable: true)
    let pool = LocalPool(capacity: 1)
    func reason(_ command: [String], _ change: (inout Simulator) -> Void = { _ in }) -> String {
      var simulator = Simulator(name: "cell", command: command, directory: lab.folder)
      change(&simulator)
      let failure = pool.failure(simulator)
      #expect(failure?.kind == .start)
      return failure?.reason ?? "no failure"
    }
    let none = reason(["no-such-program", "x"])
    #expect(
      none.hasPrefix(
        "cell could not be started: there is no program 'no-such-program' in \(lab.folder), PATH ("))
    #expect(reason(["./sim.py"]) == "cell could not be started: there is no file '\(lab.folder)/sim.py'")
    #expect(
      reason(["plain.py"]).contains("plain.py' is not executable (chmod +x, or name its interpreter: run ="))
    #expect(
      reason(["orphan.py"]).contains("the interpreter '/usr/bin/no-such-python' of its first line is not"))
    #expect(reason(["data"]).contains("a script needs a first line such as"))
    #expect(reason(["/"]).contains("'/' is a folder"))
    #expect(reason([]).contains("its command is empty"))
    #expect(reason(["no-such"]) { $0.environment = ["PATH": "/nowhere"] }.contains("PATH (/nowhere)"))
    #expect(
      reason(["cat"]) {
        $0.input = .template
        $0.templates = [.init(template: "no.tpl", result: "in")]
      }.contains("its template '\(lab.folder)/no.tpl' cannot be read"))
    try lab.write("plain.py", "#!/bin/sh\necho '{}'\n", executable: true)
    #expect(pool.run(Simulator(name: "cell", command: ["plain.py"], directory: lab.folder))?.values == [])
  }

  @Test("a shell's way to report is explained")
  func shellStatus() throws {
    let lab = try Lab()
    defer { lab.remove() }
    let pool = LocalPool(capacity: 1)
    #expect(
      pool.failure(lab.shell("no-such-program"))?.reason.contains(
        "a shell's way to report an unknown command") == true)
    #expect(
      pool.failure(lab.shell("sh -c 'kill -11 $$'; exit $?"))?.reason.contains("signal 11, SIGSEGV") == true)
  }

  @Test(
    "a request larger than a pipe may stay unread",
    arguments: ["print('{\"y\": 1}')", "os.close(0); print('{\"y\": 1}')"])
  func unread(_ work: String) throws {
    let lab = try Lab()
    defer { lab.remove() }
    var simulator = lab.python()
    simulator.command = [Lab.interpreter, "-SE", "-c", "import os; \(work)"]
    let big = JSON.list(Array(repeating: .number(0.123456789), count: 100_000))
    let pool = LocalPool(capacity: 1)
    #expect(pool.run(simulator, ["big": big])?.values == [1])
    let length = JSON.string(#"print(json.dumps({"y": len(x["big"])}))"#)
    #expect(pool.run(lab.python(), ["big": big, "do": length])?.values == [100_000])
  }
}
